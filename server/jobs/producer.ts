/**
 * `igniter.jobs`: validates what is enqueued and hands it to the engine.
 *
 * @module
 */
import type { JobHandle } from "../ports/jobs/client.ts";
import type { EnqueueOptions } from "../ports/jobs/options.ts";
import { prepareJob } from "../ports/jobs/prepare.ts";
import type { RegisteredJob } from "../ports/jobs/registry.ts";
import type { EnqueueRequest, Jobs, QueueHost } from "../ports/queue.ts";

interface Task extends EnqueueOptions {
  readonly task: string;
  readonly input?: unknown;
}

/**
 * Whether a tool loads the application only to look at it, as `igniter routes` does: it says so before it imports the
 * router. Workers that began here would take jobs from the queue and die with them.
 */
function isInspected(): boolean {
  return Reflect.get(globalThis, Symbol.for("igniter.inspect")) === true;
}

/** Makes `igniter.jobs` and lets the engine know the application. @throws TypeError when the value is no merged jobs. */
export function createJobsClient(jobs: Jobs, host: QueueHost): object {
  const engine = jobs["~engine"];
  if (typeof engine?.enqueue !== "function") {
    throw new TypeError("Cannot enable jobs: the value is not made by merge() of a jobs adapter");
  }
  if (!isInspected()) engine.attach(host);
  const client: Record<string, object> = {};
  for (const [namespace, registered] of engine.registered()) client[namespace] = toNamespace(namespace, registered);
  return client;

  function toNamespace(namespace: string, registered: ReadonlyMap<string, RegisteredJob>): object {
    const toRequest = ({ task, input, ...options }: Task): EnqueueRequest | Promise<EnqueueRequest> => {
      const job = registered.get(task);
      if (job === undefined) {
        throw new TypeError(`Cannot enqueue job "${namespace}.${task}": no job has this name`);
      }
      return prepareJob(job, input, options);
    };
    const byTask = async (task: Task): Promise<JobHandle> => await keep(toRequest(task));
    const methods: Record<string, unknown> = {
      enqueue: byTask,
      schedule: byTask,
      bulk: async (tasks: readonly Task[]) => {
        // One after the other, so that the first that is wrong is the one that is named.
        const requests: EnqueueRequest[] = [];
        for (const task of tasks) {
          const request = toRequest(task);
          requests.push(request instanceof Promise ? await request : request);
        }
        return requests.length === 0 ? [] : await enqueue(requests);
      },
    };
    for (const [name, job] of registered) {
      const one = async (input: unknown, options: EnqueueOptions = {}): Promise<JobHandle> =>
        await keep(prepareJob(job, input, options));
      methods[name] = { enqueue: one, schedule: one };
    }
    return methods;
  }

  async function keep(request: EnqueueRequest | Promise<EnqueueRequest>): Promise<JobHandle> {
    const [handle] = await enqueue([request instanceof Promise ? await request : request]);
    return handle as JobHandle;
  }

  function enqueue(requests: readonly EnqueueRequest[]): Promise<JobHandle[]> {
    const { tell } = host;
    return tell === undefined ? engine.enqueue(requests) : enqueueAndTell(requests, tell);
  }

  async function enqueueAndTell(
    requests: readonly EnqueueRequest[],
    tell: NonNullable<QueueHost["tell"]>,
  ): Promise<JobHandle[]> {
    const at = Date.now();
    const handles = await engine.enqueue(requests);
    for (const [index, { job, options: { queue } }] of requests.entries()) {
      tell({ kind: "job", id: handles[index]?.id ?? "", at, queue, name: job.key, state: "enqueued" });
    }
    return handles;
  }
}

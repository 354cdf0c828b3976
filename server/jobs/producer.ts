/**
 * `igniter.jobs`: validates what is enqueued and hands it to the engine.
 *
 * @module
 */
import { validate } from "../contract/schema.ts";
import type { JobHandle, JobOptions, Jobs, QueueHost, RegisteredJob } from "../ports/queue.ts";

interface Task extends JobOptions {
  readonly task: string;
  readonly input: unknown;
}

/** Makes `igniter.jobs` and lets the engine know the application. @throws TypeError when the value is no merged jobs. */
export function createJobsClient(jobs: Jobs, host: QueueHost): object {
  const engine = jobs["~engine"];
  if (typeof engine?.enqueue !== "function") {
    throw new TypeError("Cannot enable jobs: the value is not made by merge() of a jobs adapter");
  }
  engine.attach(host);
  const client: Record<string, object> = {};
  for (const [namespace, registered] of engine.registered()) client[namespace] = toNamespace(registered);
  return client;

  function toNamespace(registered: ReadonlyMap<string, RegisteredJob>): object {
    const byTask = ({ task, input, ...options }: Task): Promise<JobHandle> => {
      const job = registered.get(task);
      if (job === undefined) {
        return Promise.reject(new TypeError(`Cannot enqueue job "${task}": no job has this name`));
      }
      return enqueue(job, input, options);
    };
    const methods: Record<string, unknown> = { enqueue: byTask, schedule: byTask };
    for (const [name, job] of registered) {
      if (name in methods || name === "bulk" || name === "then") {
        throw new TypeError(`Cannot enable jobs: "${name}" is reserved and cannot be the name of a job`);
      }
      methods[name] = { enqueue: (input: unknown, options?: JobOptions) => enqueue(job, input, options ?? {}) };
    }
    return methods;
  }

  async function enqueue(job: RegisteredJob, input: unknown, options: JobOptions): Promise<JobHandle> {
    const result = await validate(job.input, input);
    if (result.issues !== undefined) {
      // A defect of the enqueuing code, not of the request it may be serving.
      const list = result.issues.map(({ path, message }) => [...path.map(String), message].join(": "));
      throw new TypeError(`Cannot enqueue job "${job.name}": ${list.join("; ")}`, { cause: result.issues });
    }
    return await engine.enqueue(job, result.value, { ...job.options, ...options });
  }
}

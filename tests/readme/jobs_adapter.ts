/**
 * The smallest jobs adapter that the port of `server/ports/queue.ts` allows: one process, a fake clock, no retries. It
 * stands where the README has `createBullMQAdapter`.
 *
 * @module
 */
import type {
  Clock,
  Job,
  JobEvent,
  JobHandle,
  JobHandlerContext,
  JobOptions,
  JobRouter,
  Jobs,
  JobsAdapter,
  QueueEngine,
  QueueHost,
  RegisteredJob,
  Schema,
  Store,
} from "@igniter-js/core";

/** How the adapter works. */
export interface TestJobsOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly autoStartWorker: { readonly concurrency: number; readonly debug: boolean };
}

interface Definition extends JobOptions {
  readonly name: string;
  readonly input: Schema;
  readonly handler: (ctx: JobHandlerContext<unknown, unknown>) => unknown;
}

type Hook = (job: JobEvent<string, unknown, unknown>, error?: unknown) => unknown;

interface Group {
  readonly jobs: Record<string, { readonly definition: Definition }>;
  readonly onStart?: Hook;
  readonly onSuccess?: Hook;
  readonly onFailure?: Hook;
}

/** Makes the adapter. The types of its jobs are phantoms, so each method ends in one cast. */
export function createTestJobsAdapter<C = unknown>({ clock }: TestJobsOptions): JobsAdapter<C> {
  return {
    register: (definition: unknown) => ({ definition }) as unknown as Job<never, never, never>,
    router: (group: unknown) => ({ group }) as unknown as JobRouter<never, C>,
    merge: (routers: object) =>
      ("~engine" in routers ? routers : { "~engine": new Engine(routers as never, clock) }) as unknown as Jobs<
        never,
        C
      >,
  };
}

class Engine implements QueueEngine {
  readonly #groups: Map<string, Group>;
  readonly #clock: Clock;
  readonly #running = new Set<Promise<void>>();
  readonly #registered = new Map<string, Map<string, RegisteredJob>>();
  #host: QueueHost | undefined = undefined;
  #count = 0;

  constructor(routers: Record<string, { readonly group: Group }>, clock: Clock) {
    this.#clock = clock;
    this.#groups = new Map(Object.entries(routers).map(([key, { group }]) => [key, group]));
    for (const [namespace, { jobs }] of this.#groups) {
      const group = new Map<string, RegisteredJob>();
      for (const [name, { definition: { input, delay, attempts, priority, timeout } }] of Object.entries(jobs)) {
        const options = { delay, attempts, priority, timeout };
        group.set(name, { namespace, name, input, options });
      }
      this.#registered.set(namespace, group);
    }
  }

  registered(): ReadonlyMap<string, ReadonlyMap<string, RegisteredJob>> {
    return this.#registered;
  }

  attach(host: QueueHost): void {
    this.#host = host;
  }

  enqueue(job: RegisteredJob, payload: unknown, { delay = 0 }: JobOptions): Promise<JobHandle> {
    const id = String(++this.#count);
    this.#clock.schedule(() => {
      const run = this.#run(id, job, payload).finally(() => this.#running.delete(run));
      this.#running.add(run);
    }, delay);
    return Promise.resolve({ id, toString: () => id });
  }

  async #run(id: string, { namespace, name }: RegisteredJob, payload: unknown): Promise<void> {
    const group = this.#groups.get(namespace) as Group;
    const job = { id, name, namespace, attempt: 1 };
    const event = { ...job, payload, result: undefined as unknown, job };
    await group.onStart?.(event);
    try {
      const context = await this.#host?.context();
      const handler = group.jobs[name]?.definition.handler as Definition["handler"];
      const result = await handler({ payload, input: payload, context, job, signal: new AbortController().signal });
      await group.onSuccess?.({ ...event, result });
    } catch (error) {
      await group.onFailure?.(event, error);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#running);
  }
}

/**
 * The adapter that authors hold: the definitions in front of an engine's backend.
 *
 * @module
 */
import type { EnqueueRequest, JobAddress, Jobs, JobsAdapter, QueueEngine, QueueHost } from "../queue.ts";
import type { JobHandle } from "./client.ts";
import type { JobChange, JobManagement } from "./management.ts";
import { defineCron, defineJob, defineJobRouter, mergeRouters, type NextCron, type Registry } from "./registry.ts";

/** What a driver provides. */
export interface JobsBackend extends JobManagement {
  /** Makes the jobs and the application known; called once. */
  start(registry: Registry, host: QueueHost): void;
  /** Keeps jobs. */
  enqueue(requests: readonly EnqueueRequest[]): Promise<JobHandle[]>;
  /** Tells how a job stands, and each change: see {@link QueueEngine.watch}. */
  watch(job: JobAddress, signal: AbortSignal, tell: (change: JobChange | undefined) => void): Promise<void>;
  /** Cancels a job, in any queue when none is named; tells whether there was something to cancel. */
  cancel(id: string, queue?: string): Promise<boolean>;
  /** Ends. Called again it gives the same promise. */
  close(): Promise<void>;
}

/** Makes the adapter in front of a backend. */
export function createJobsAdapter<C>(backend: JobsBackend, nextCron: NextCron): JobsAdapter<C> {
  const close = (): Promise<void> => backend.close();
  const adapter = {
    register: defineJob,
    cron: (written: never) => defineCron(written, nextCron),
    router: defineJobRouter,
    merge: (routers: object) =>
      (routers as Partial<Jobs>)["~engine"] === undefined
        ? { "~engine": new MergedEngine(backend, mergeRouters(routers)) }
        : routers,
    search: backend.search.bind(backend),
    get: backend.get.bind(backend),
    retry: backend.retry.bind(backend),
    cancel: (id: string) => backend.cancel(id),
    pause: backend.pause.bind(backend),
    resume: backend.resume.bind(backend),
    counts: backend.counts.bind(backend),
    drain: backend.drain.bind(backend),
    close,
    [Symbol.asyncDispose]: close,
  };
  // The types of what is defined are phantoms: the only cast between them and the records.
  return Object.freeze(adapter) as unknown as JobsAdapter<C>;
}

class MergedEngine implements QueueEngine {
  readonly #backend: JobsBackend;
  readonly #registry: Registry;

  constructor(backend: JobsBackend, registry: Registry) {
    this.#backend = backend;
    this.#registry = registry;
  }

  registered(): Registry["namespaces"] {
    return this.#registry.namespaces;
  }

  attach(host: QueueHost): void {
    this.#backend.start(this.#registry, host);
  }

  enqueue(requests: readonly EnqueueRequest[]): Promise<JobHandle[]> {
    return this.#backend.enqueue(requests);
  }

  watch(job: JobAddress, signal: AbortSignal, tell: (change: JobChange | undefined) => void): Promise<void> {
    return this.#backend.watch(job, signal, tell);
  }

  cancel({ id, queue }: JobAddress): Promise<boolean> {
    return this.#backend.cancel(id, queue);
  }

  close(): Promise<void> {
    return this.#backend.close();
  }
}

/**
 * What the contract suite of jobs works with: an application in miniature in front of an adapter.
 *
 * @module
 */
import type { Schema } from "../server/contract/schema.ts";
import type { JobHandle } from "../server/ports/jobs/client.ts";
import type { JobRouters } from "../server/ports/jobs/definition.ts";
import { addressOf } from "../server/ports/jobs/handle.ts";
import type { JobChange } from "../server/ports/jobs/management.ts";
import type { EnqueueOptions } from "../server/ports/jobs/options.ts";
import { prepareJob } from "../server/ports/jobs/prepare.ts";
import type { WorkerOptions } from "../server/ports/jobs/worker_options.ts";
import type { LogFields, Logger } from "../server/ports/logger.ts";
import type { EnqueueRequest, JobAddress, JobsAdapter, QueueHost } from "../server/ports/queue.ts";

/** The adapter under test; its handlers need nothing. */
export type TestedAdapter = JobsAdapter<unknown>;

/** Makes an adapter. Those that are made between two calls of `fresh` work on the same data. */
export interface JobsMaker {
  /** Makes an adapter. */
  (options: WorkerOptions): JobsAdapter<unknown> | Promise<JobsAdapter<unknown>>;
}

/** How much time a test may take, and how it passes. */
export interface JobsTime {
  /** Lets milliseconds pass. */
  readonly advance: (ms: number) => Promise<void>;
  /** Milliseconds until a condition that does not come true fails its test. */
  readonly timeout: number;
  /** The real milliseconds that something unwanted is given to happen. */
  readonly quiet: number;
}

/** One line of the log. */
export interface Logged {
  /** Its level. */
  readonly level: string;
  /** What was said. */
  readonly message: string;
  /** What was said beside it. */
  readonly fields: LogFields | undefined;
}

/** A started application. */
export interface StartedJobs {
  /** The adapter. */
  readonly adapter: TestedAdapter;
  /** What was logged. */
  readonly logs: readonly Logged[];
  /** Enqueues a job by its key. */
  enqueue(key: string, input?: unknown, options?: EnqueueOptions): Promise<JobHandle>;
  /** Watches a job; gives what it was told so far, each as `state progress`, and how to stop. */
  watch(handle: JobHandle): Promise<{ readonly told: readonly string[]; stop(): void }>;
  /** Enqueues several. */
  bulk(tasks: readonly (readonly [key: string, input?: unknown, options?: EnqueueOptions])[]): Promise<JobHandle[]>;
}

/** How an application starts. */
export interface StartOptions extends WorkerOptions {
  /** Makes the context. */
  readonly context?: (() => Promise<object>) | undefined;
}

/** What a test works with. */
export class JobsBench {
  readonly #make: JobsMaker;
  readonly #time: JobsTime;
  readonly #adapters: TestedAdapter[] = [];

  constructor(make: JobsMaker, time: JobsTime) {
    this.#make = make;
    this.#time = time;
  }

  /** Starts an application with the routers that `define` makes. */
  async start(define: (jobs: TestedAdapter) => JobRouters, options: StartOptions = {}): Promise<StartedJobs> {
    const { context, ...workerOptions } = options;
    const adapter = await this.#make(workerOptions);
    this.#adapters.push(adapter);
    const logs: Logged[] = [];
    const engine = adapter.merge(define(adapter))["~engine"];
    const logger = recorder(logs);
    const host: QueueHost = { logger, context: context ?? (() => Promise.resolve({ logger, tenant: "acme" })) };
    engine.attach(host);
    const prepare = async (key: string, input: unknown, call: EnqueueOptions): Promise<EnqueueRequest> => {
      const [namespace, name] = key.split(".") as [string, string];
      const job = engine.registered().get(namespace)?.get(name);
      if (job === undefined) throw new Error(`The test has no job "${key}"`);
      return await prepareJob(job, input, call);
    };
    return {
      adapter,
      logs,
      enqueue: async (key, input, call = {}) =>
        (await engine.enqueue([await prepare(key, input, call)]))[0] as JobHandle,
      watch: async (handle) => {
        const told: string[] = [];
        const ending = new AbortController();
        await engine.watch(addressOf(handle) as JobAddress, ending.signal, (change) => {
          told.push(change === undefined ? "gone" : describe(change));
        });
        return { told, stop: () => ending.abort() };
      },
      bulk: async (tasks) => {
        const requests = await Promise.all(tasks.map(([key, input, call = {}]) => prepare(key, input, call)));
        return await engine.enqueue(requests);
      },
    };
  }

  /** Lets milliseconds pass. */
  async advance(ms: number): Promise<void> {
    await this.#time.advance(ms);
  }

  /** Lets what is about to happen happen: what must not has had its chance by then. */
  async quiet(): Promise<void> {
    await this.#time.advance(this.#time.quiet);
  }

  /** Lets time pass until a condition holds. */
  async until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
    const end = performance.now() + this.#time.timeout;
    while (!(await condition())) {
      if (performance.now() > end) throw new Error(`Waited ${this.#time.timeout} ms for ${what}`);
      await this.#time.advance(5);
    }
  }

  /** Lets time pass until a promise settles, and gives what it gives. */
  async settled<T>(promise: Promise<T>, what: string): Promise<T> {
    let done = false;
    promise.then(() => done = true, () => done = true);
    await this.until(() => done, what);
    return await promise;
  }

  /** Lets time pass until a job has finished, and gives its result or error. */
  async outcome(handle: JobHandle): Promise<{ result?: unknown; error?: Error }> {
    const promise = handle.result().then((result) => ({ result }), (error: Error) => ({ error }));
    return await this.settled(promise, `job "${handle.job}" to finish`);
  }

  /** Ends all that was started. */
  async close(): Promise<void> {
    const closing = Promise.all(this.#adapters.map((adapter) => adapter.close()));
    await this.settled(closing, "the adapters to close");
  }
}

/** A schema that `parse` is; what it throws is the issue. */
export function schema<I = unknown, O = I>(parse: (value: I) => O = (value) => value as unknown as O): Schema<I, O> {
  const validate = (value: unknown): unknown => {
    try {
      return { value: parse(value as I) };
    } catch (error) {
      return { issues: [{ message: (error as Error).message }] };
    }
  };
  return { "~standard": { version: 1, vendor: "igniter-testing", validate } };
}

/** A promise, and how it is kept. */
export function deferred<T = void>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((keep) => resolve = keep);
  return { promise, resolve };
}

/** Rejects when a signal aborts. */
export function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

function describe({ state, progress, result, error }: JobChange): string {
  const said = state === "completed" ? result : state === "failed" ? error?.message : progress;
  return said === undefined ? state : `${state} ${JSON.stringify(said)}`;
}

function recorder(logs: Logged[]): Logger {
  const at = (level: string) => (message: string, fields?: LogFields) => void logs.push({ level, message, fields });
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

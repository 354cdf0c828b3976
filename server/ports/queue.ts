/**
 * The queue port: what keeps jobs and runs them.
 *
 * Words. A *job* is a named piece of work with an input schema and a handler; the word is also used for one enqueued
 * piece of such work. A *router* groups jobs under a *namespace*; a job's *key* is `namespace.name`. An *engine* (memory,
 * SQLite, BullMQ) keeps enqueued jobs in *queues*, by default one for each namespace, and runs their handlers in
 * *workers*. The *input* is what a caller gives, the *payload* what the schema makes of it. An *attempt* is one call of
 * the handler; a *delivery* hands a job to a worker. A delivery whose worker died is no attempt.
 *
 * The life of a job:
 *
 * ```text
 * enqueue -> waiting -> active -> completed
 *       \-> delayed -/    |  \--> failed (last attempt, unrecoverable, cancelled) -> retry() -> waiting
 *              ^----------/ attempt failed, another one follows after the backoff
 *                 waiting <- active: the worker died or was shut down (delivered again, at least once)
 * ```
 *
 * @module
 */
import type { Schema } from "../contract/schema.ts";
import type { DevJobEvent } from "./dev_feed.ts";
import type { JobHandle } from "./jobs/client.ts";
import type {
  CronDefinition,
  Job,
  JobContext,
  JobDefinition,
  JobMap,
  JobRouter,
  JobRouterDefinition,
  JobRouters,
} from "./jobs/definition.ts";
import type { JobChange, JobManagement } from "./jobs/management.ts";
import type { SettledOptions } from "./jobs/options.ts";
import type { Packed } from "./jobs/payload.ts";
import type { RegisteredJob } from "./jobs/registry.ts";
import type { Logger } from "./logger.ts";
import type { Span, SpanOptions, WritableCarrier } from "./telemetry.ts";

/** Merged job routers, ready for `.jobs(…)`. */
export interface Jobs<R = unknown, C = unknown> {
  /** Types only. */
  readonly "~routers": R;
  /** Types only: the context their handlers need. */
  readonly "~context"?: ((context: C) => void) | undefined;
  /** The engine that keeps them. */
  readonly "~engine": QueueEngine;
}

/** What the application gives an engine. */
export interface QueueHost {
  /** The application's logger. */
  readonly logger: Logger;
  /** Makes the application's context for a job. */
  context(): Promise<object>;
  /** Writes the active span for another process to go on with. */
  inject?(carrier: WritableCarrier): void;
  /** Runs work inside a span. */
  trace?<T>(name: string, options: SpanOptions, work: (span: Span) => Promise<T>): Promise<T>;
  /** In development: hears of each step in a job's life. */
  tell?(event: DevJobEvent): void;
}

/** One job to keep. */
export interface EnqueueRequest {
  /** The job. */
  readonly job: RegisteredJob;
  /** Its input, as it is kept. */
  readonly payload: Packed;
  /** How and when it runs. */
  readonly options: SettledOptions;
}

/** What an engine must do for the application. */
export interface QueueEngine {
  /** The merged jobs, by namespace and name. */
  registered(): ReadonlyMap<string, ReadonlyMap<string, RegisteredJob>>;
  /** Makes the application known; called once, by `.create()`. Workers may start from then on. */
  attach(host: QueueHost): void;
  /** Keeps jobs, those of one queue together or not at all; a handle for each, in order. */
  enqueue(requests: readonly EnqueueRequest[]): Promise<JobHandle[]>;
  /**
   * Tells how a job stands, and each change from then on (of several in a row at least the last), whichever process makes
   * it; `undefined` when it is not kept, which is the last that is told, as an end is. Resolves once the first was told;
   * `signal` ends it.
   */
  watch(job: JobAddress, signal: AbortSignal, tell: (change: JobChange | undefined) => void): Promise<void>;
  /** Cancels a job as its handle does; tells whether there was something to cancel. */
  cancel(job: JobAddress): Promise<boolean>;
  /** Takes no new job, lets running ones finish within the grace period, and ends. */
  close(): Promise<void>;
}

/** Where a job is found. */
export interface JobAddress {
  /** Its id. */
  readonly id: string;
  /** Its queue. */
  readonly queue: string;
}

/** Defines jobs and keeps them. `C` is what their handlers need beyond {@link JobContext}. */
export interface JobsAdapter<C = unknown> extends JobManagement, AsyncDisposable {
  /** Defines a job. @throws TypeError for what cannot be meant. */
  register<N extends string, I extends Schema, R, P extends Schema = Schema>(
    job: JobDefinition<N, I, R, JobContext & C, P>,
  ): Job<N, I, R, P>;
  /** Defines a job that a timetable starts. @throws TypeError for what cannot be meant. */
  cron<N extends string, R, P extends Schema = Schema>(
    job: CronDefinition<N, R, JobContext & C, P>,
  ): Job<N, Schema<void, void>, R, P>;
  /** Groups jobs. @throws TypeError for what cannot be meant. */
  router<J extends JobMap>(router: JobRouterDefinition<J, JobContext & C>): JobRouter<J, C>;
  /** Merges groups; merging what is merged gives it back. */
  merge<R extends object>(routers: Jobs<R, C>): Jobs<R, C>;
  /** Merges groups by namespace. @throws TypeError for what was not made by `router()`. */
  merge<R extends JobRouters>(routers: R): Jobs<R, C>;
  /** Takes no new job, lets running ones finish within the grace period, and ends. The last router's `close()` calls it. */
  close(): Promise<void>;
}

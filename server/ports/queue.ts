/**
 * The queue port: what a job is, how jobs are grouped, what an engine must do with them.
 *
 * Words. A *job* is a named piece of work with an input schema and a handler. A *router* groups jobs under a
 * *namespace*. An *engine* (memory, SQLite, BullMQ) keeps enqueued jobs and runs their handlers in *workers*. The
 * *input* is what a caller gives, the *payload* what the schema makes of it.
 *
 * @module
 */
import type { In, Out, Schema } from "../contract/schema.ts";
import type { Logger } from "./logger.ts";
import type { Realtime } from "./realtime.ts";
import type { Store } from "./store.ts";

/** What every job's context has. */
export interface JobContext {
  /** The application's logger. */
  readonly logger: Logger;
  /** The application's store. */
  readonly store: Store;
  /** Live updates. */
  readonly realtime: Realtime;
}

/** What a job's handler receives. */
export interface JobHandlerContext<P, C> {
  /** The parsed input. */
  readonly payload: P;
  /** The parsed input. */
  readonly input: P;
  /** The application's context, built for this job. */
  readonly context: C;
  /** The job itself. */
  readonly job: JobInfo;
  /** Aborts on timeout, cancellation and shutdown. */
  readonly signal: AbortSignal;
}

/** A job as its handler and the hooks see it. */
export interface JobInfo {
  /** Its id. */
  readonly id: string;
  /** Its name. */
  readonly name: string;
  /** Its namespace. */
  readonly namespace: string;
  /** Which attempt this is, from 1. */
  readonly attempt: number;
}

/** How and when a job runs; given at definition and overridden at enqueue. */
export interface JobOptions {
  /** Milliseconds before the first attempt. @default 0 */
  readonly delay?: number | undefined;
  /** How often it is tried. @default 1 */
  readonly attempts?: number | undefined;
  /** Lower runs earlier. @default 0 */
  readonly priority?: number | undefined;
  /** Milliseconds after which an attempt has failed. */
  readonly timeout?: number | undefined;
}

/** What an author writes about a job. */
export interface JobDefinition<N extends string, I extends Schema, R, C> extends JobOptions {
  /** Its name. */
  readonly name: N;
  /** The schema of its input. */
  readonly input: I;
  /** Does the work. */
  readonly handler: (ctx: JobHandlerContext<Out<I>, C>) => R;
}

/** A defined job. */
export interface Job<N extends string = string, I extends Schema = Schema, R = unknown> {
  /** Types only. */
  readonly "~job": {
    /** Its name. */
    readonly name: N;
    /** The schema of its input. */
    readonly input: I;
    /** What its handler gives. */
    readonly result: R;
  };
}

/** A group of jobs. */
export interface JobRouter<J = unknown, C = unknown> {
  /** Types only. */
  readonly "~jobs": J;
  /** Types only: the context its handlers need. */
  readonly "~context"?: ((context: C) => void) | undefined;
}

/** Merged job routers, ready for `.jobs(…)`. */
export interface Jobs<R = unknown, C = unknown> {
  /** Types only. */
  readonly "~routers": R;
  /** Types only: the context their handlers need. */
  readonly "~context"?: ((context: C) => void) | undefined;
  /** The engine that keeps them. */
  readonly "~engine": QueueEngine;
}

/** A job as an engine knows it. */
export interface RegisteredJob {
  /** Its namespace: the key it was merged under. */
  readonly namespace: string;
  /** Its name. */
  readonly name: string;
  /** The schema of its input. */
  readonly input: Schema;
  /** Its options; those given at enqueue win. */
  readonly options: JobOptions;
}

/** What the application gives an engine. */
export interface QueueHost {
  /** The application's logger. */
  readonly logger: Logger;
  /** Makes the application's context for a job. */
  context(): Promise<object>;
}

/** What an engine must do. */
export interface QueueEngine {
  /** The merged jobs, by namespace and name. */
  registered(): ReadonlyMap<string, ReadonlyMap<string, RegisteredJob>>;
  /** Makes the application known; called once, by `.create()`. Workers may start from then on. */
  attach(host: QueueHost): void;
  /** Keeps a job. `payload` has been validated; `options` are the definition's under the call's. */
  enqueue(job: RegisteredJob, payload: unknown, options: JobOptions): Promise<JobHandle>;
  /** Takes no new job, lets running ones finish, and ends. */
  close(): Promise<void>;
}

/** What a router's hook receives. */
export interface JobEvent<N extends string, P, R> extends JobInfo {
  /** Its name. */
  readonly name: N;
  /** The parsed input. */
  readonly payload: P;
  /** What the handler gave; `undefined` before it did. */
  readonly result: R | undefined;
  /** The same once more. */
  readonly job: JobInfo & {
    /** Its name. */
    readonly name: N;
  };
}

/** The events of a group of jobs. */
export type JobEvents<J> = {
  [K in keyof J]: J[K] extends Job<infer _N, infer I, infer R> ? JobEvent<K & string, Out<I>, Awaited<R>> : never;
}[keyof J];

/** What an author writes about a group of jobs. */
export interface JobRouterDefinition<J> {
  /** The name of the group, unless it is merged under another key. */
  readonly namespace: string;
  /** The jobs by name. */
  readonly jobs: J;
  /** Called before an attempt. */
  readonly onStart?: (job: JobEvents<NoInfer<J>>) => unknown;
  /** Called after a success. */
  readonly onSuccess?: (job: JobEvents<NoInfer<J>>) => unknown;
  /** Called after the last attempt failed. */
  readonly onFailure?: (job: JobEvents<NoInfer<J>>, error: unknown) => unknown;
}

/** Groups of jobs by namespace. */
export interface JobRouters {
  /** One group. */
  readonly [namespace: string]: JobRouter<unknown, never>;
}

/** Defines jobs and keeps them. `C` is what their handlers need beyond {@link JobContext}. */
export interface JobsAdapter<C = unknown> {
  /** Defines a job. */
  register<N extends string, I extends Schema, R>(job: JobDefinition<N, I, R, JobContext & C>): Job<N, I, R>;
  /** Groups jobs. */
  router<J extends JobMap>(router: JobRouterDefinition<J>): JobRouter<J, C>;
  /** Merges groups; merging what is merged gives it back. */
  merge<R extends object>(routers: Jobs<R, C>): Jobs<R, C>;
  /** Merges groups by namespace. */
  merge<R extends JobRouters>(routers: R): Jobs<R, C>;
}

/** Jobs by name. */
export interface JobMap {
  /** One job. */
  readonly [name: string]: Job;
}

/** An enqueued job. `String(handle)` is its id. */
export interface JobHandle<R = unknown> {
  /** Its id. */
  readonly id: string;
  /** Types only. */
  readonly "~result"?: R;
}

/** A job to enqueue, named. */
export type JobTask<J> = {
  [K in keyof J]: J[K] extends Job<infer _N, infer I, infer _R> ? TaskOf<K, In<I>> : never;
}[keyof J];

/** One job to enqueue. */
export interface TaskOf<K, I> extends JobOptions {
  /** The job's name. */
  readonly task: K;
  /** Its input. */
  readonly input: I;
}

/** One job at the instance. */
export interface JobClient<I, R> {
  /** Enqueues it. @throws TypeError when the schema refuses the input. */
  enqueue(input: I, options?: JobOptions): Promise<JobHandle<R>>;
}

/** A group of jobs at the instance. */
export type JobNamespace<J> =
  & {
    readonly [K in Exclude<keyof J, "schedule" | "enqueue" | "bulk">]: J[K] extends Job<infer _N, infer I, infer R>
      ? JobClient<In<I>, Awaited<R>>
      : never;
  }
  & JobNamespaceMethods<J>;

/** What a group of jobs can do by task name. */
export interface JobNamespaceMethods<J> {
  /** Enqueues a job, as a rule with a `delay` in milliseconds. @throws TypeError when the schema refuses the input. */
  schedule(task: JobTask<J>): Promise<JobHandle>;
  /** Enqueues a job. @throws TypeError when the schema refuses the input. */
  enqueue(task: JobTask<J>): Promise<JobHandle>;
}

/** `igniter.jobs`. */
export type JobsClient<R> = {
  readonly [N in keyof R]: R[N] extends { readonly "~jobs": infer J } ? JobNamespace<J> : never;
};

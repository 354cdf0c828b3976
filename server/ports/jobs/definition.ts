/**
 * Jobs as their author writes them.
 *
 * A job's name and input, its progress and its result are types that flow from here to every call; at run time a job is
 * the record of what was written.
 *
 * @module
 */
import type { In, Out, Schema } from "../../contract/schema.ts";
import type { Logger } from "../logger.ts";
import type { Realtime } from "../realtime.ts";
import type { Store } from "../store.ts";
import type { JobOptions } from "./options.ts";

/** What every job's context has. */
export interface JobContext {
  /** The application's logger. */
  readonly logger: Logger;
  /** The application's store. */
  readonly store: Store;
  /** Live updates. */
  readonly realtime: Realtime;
  /** The plugins' values by name. */
  readonly $plugins: JobPlugins;
}

/** Plugins' values as a job sees them that names no application's context. */
export interface JobPlugins {
  /** One plugin's value. */
  readonly [name: string]: unknown;
}

/** A job as its handler and the hooks see it. */
export interface JobInfo {
  /** Its id. */
  readonly id: string;
  /** Its name. */
  readonly name: string;
  /** Its namespace. */
  readonly namespace: string;
  /** The queue it waited in. */
  readonly queue: string;
  /** Which attempt this is, from 1. */
  readonly attempt: number;
  /** How many attempts there are. */
  readonly attempts: number;
  /** The key it was enqueued with; hand it on to services that take one. */
  readonly idempotencyKey?: string | undefined;
}

/** A job as its handler sees it. `P` is what its progress is made of. */
export interface RunningJob<P = unknown> extends JobInfo {
  /** Tells how far it is: to `onProgress`, to `get(id)` and to whoever watches. @throws TypeError when the schema refuses it. */
  progress(value: P): Promise<void>;
}

/** What a job's handler receives. `I` is the parsed input, `C` the context, `P` what progress is made of. */
export interface JobHandlerContext<I, C, P = unknown> {
  /** The parsed input. */
  readonly payload: I;
  /** The parsed input. */
  readonly input: I;
  /** The application's context, built for this job. */
  readonly context: C;
  /** The job itself. */
  readonly job: RunningJob<P>;
  /** Aborts on timeout, cancellation and at the end of a shutdown's grace period. */
  readonly signal: AbortSignal;
}

/** What a hook receives. `P` is the parsed input, `R` the result, `C` the context. */
export interface JobEvent<N extends string, P, R, C = unknown> extends JobInfo {
  /** Its name. */
  readonly name: N;
  /** The parsed input; what was stored, when it no longer fits the schema. */
  readonly payload: P;
  /** What the handler gave; `undefined` before it did. */
  readonly result: R | undefined;
  /** The application's context, built for this job. */
  readonly context: C;
  /** The same once more. */
  readonly job: JobInfo & {
    /** Its name. */
    readonly name: N;
  };
}

/**
 * What is called as a job runs. A hook is awaited before the job counts as finished, and one that throws is logged and
 * changes nothing. After a crash the job is delivered again, and its hooks are called again.
 *
 * `E` is the event, `P` the progress, `S` the event with the result.
 */
export interface JobHooks<E, P = unknown, S = E> {
  /** Called before each attempt. */
  readonly onStart?: ((job: E) => unknown) | undefined;
  /** Called when the handler told its progress. */
  readonly onProgress?: ((job: E, progress: P) => unknown) | undefined;
  /** Called after a success. */
  readonly onSuccess?: ((job: S) => unknown) | undefined;
  /** Called when an attempt failed and another one follows, `delay` milliseconds later. */
  readonly onRetry?: ((job: E, error: unknown, delay: number) => unknown) | undefined;
  /** Called when it failed for good, with what the handler threw. */
  readonly onFailure?: ((job: E, error: unknown) => unknown) | undefined;
  /** Called when it succeeded or failed for good, after `onSuccess` or `onFailure`. */
  readonly onComplete?: ((job: S, error?: unknown) => unknown) | undefined;
}

/**
 * What an author writes about a job. Write `onSuccess` and `onComplete` below `handler`: the compiler reads from top to
 * bottom, and the result's type is the handler's.
 */
export interface JobDefinition<N extends string, I extends Schema, R, C, P extends Schema = Schema>
  extends JobOptions, JobHooks<JobEvent<N, Out<I>, undefined, C>, Out<P>, JobEvent<N, Out<I>, Awaited<NoInfer<R>>, C>> {
  /** Its name; the key it has in its router is what it is called by. */
  readonly name: N;
  /** What it is for. */
  readonly description?: string | undefined;
  /** The schema of its input. */
  readonly input: I;
  /** The schema of its progress. @default anything */
  readonly progress?: P | undefined;
  /** Does the work. What it returns is the job's result, and travels like a response's data. */
  readonly handler: (ctx: JobHandlerContext<Out<I>, C, In<P>>) => R;
}

/** What an author writes about a job that a timetable starts. */
export interface CronDefinition<N extends string, R, C, P extends Schema = Schema>
  extends
    Omit<JobOptions, "repeat" | "delay">,
    JobHooks<JobEvent<N, void, undefined, C>, Out<P>, JobEvent<N, void, Awaited<NoInfer<R>>, C>> {
  /** Its name; the key it has in its router is what it is called by. */
  readonly name: N;
  /** What it is for. */
  readonly description?: string | undefined;
  /** When it starts: five fields or six (with seconds), names (`MON-FRI`, `JAN`) and `@daily` and its like. */
  readonly cron: string;
  /**
   * The time zone of `cron`, by its IANA name. When clocks are put forward, a time that does not exist runs an hour
   * later; when they are put back, a time of day runs once and an interval keeps its pace. @default "UTC"
   */
  readonly timeZone?: string | undefined;
  /** Leaves a run out when the one before has not finished. @default false */
  readonly skipIfRunning?: boolean | undefined;
  /** The schema of its progress. @default anything */
  readonly progress?: P | undefined;
  /** Does the work. */
  readonly handler: (ctx: JobHandlerContext<void, C, In<P>>) => R;
}

/** A defined job. */
export interface Job<N extends string = string, I extends Schema = Schema, R = unknown, P extends Schema = Schema> {
  /** Types only. */
  readonly "~job": JobTypes<N, I, R, P>;
}

/** The types of a job. */
export interface JobTypes<N, I, R, P> {
  /** Its name. */
  readonly name: N;
  /** The schema of its input. */
  readonly input: I;
  /** What its handler gives. */
  readonly result: R;
  /** The schema of its progress. */
  readonly progress: P;
}

/** Jobs by name. */
export interface JobMap {
  /** One job. */
  readonly [name: string]: Job;
}

/** The events of a group of jobs. */
export type JobEvents<J, C = unknown> = {
  [K in keyof J]: J[K] extends Job<infer _N, infer I, infer R, infer _P> ? JobEvent<K & string, Out<I>, Awaited<R>, C>
    : never;
}[keyof J];

/** The progress of a group of jobs. */
export type JobProgressOf<J> = {
  [K in keyof J]: J[K] extends Job<infer _N, infer _I, infer _R, infer P> ? Out<P> : never;
}[keyof J];

/** What an author writes about a group of jobs. */
export interface JobRouterDefinition<J, C = unknown>
  extends JobHooks<JobEvents<NoInfer<J>, C>, JobProgressOf<NoInfer<J>>> {
  /** The name of the group, unless it is merged under another key. */
  readonly namespace: string;
  /** The jobs by name. */
  readonly jobs: J;
}

/** A group of jobs. */
export interface JobRouter<J = unknown, C = unknown> {
  /** Types only. */
  readonly "~jobs": J;
  /** Types only: the context its handlers need. */
  readonly "~context"?: ((context: C) => void) | undefined;
}

/** Groups of jobs by namespace. */
export interface JobRouters {
  /** One group. */
  readonly [namespace: string]: JobRouter<unknown, never>;
}

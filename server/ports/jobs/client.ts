/**
 * Jobs as the application enqueues them: `igniter.jobs`.
 *
 * @module
 */
import type { In, Out } from "../../contract/schema.ts";
import type { Job } from "./definition.ts";
import type { EnqueueOptions } from "./options.ts";

/** How long a result is awaited. */
export interface ResultOptions {
  /** Milliseconds. @default without end */
  readonly timeout?: number | undefined;
  /** Ends the waiting. */
  readonly signal?: AbortSignal | undefined;
}

/** What a handle becomes in JSON. */
export interface JobReference {
  /** The job's id. */
  readonly id: string;
  /** The job's key, `namespace.name`. */
  readonly job: string;
}

/** An enqueued job. `String(handle)` is its id. */
export interface JobHandle<R = unknown, P = unknown> {
  /** Its id. */
  readonly id: string;
  /** Its key, `namespace.name`. */
  readonly job: string;
  /**
   * Waits for the job and gives what its handler gave. It rejects with what made the job fail: an IgniterError comes back
   * as one, any other error as an Error of the same name and message.
   *
   * @throws IgniterError `ERR_TIMEOUT` when the time is over, `ERR_NOT_FOUND` when the job is no longer kept.
   */
  result(options?: ResultOptions): Promise<R>;
  /**
   * Cancels the job: one that waits is removed, one that runs has its `signal` aborted and fails without a retry. Of a
   * job that repeats, it ends the repetition. Tells whether there was something to cancel.
   */
  cancel(): Promise<boolean>;
  /** Gives the id. */
  toString(): string;
  /** Gives what JSON keeps of it. */
  toJSON(): JobReference;
  /** Types only. */
  readonly "~progress"?: P;
}

/** A job to enqueue, named. */
export type JobTask<J> = {
  [K in keyof J]: J[K] extends Job<infer _N, infer I, infer _R, infer _P> ? TaskOf<K, In<I>> : never;
}[keyof J];

/** One job to enqueue. A job that takes no input may leave it out. */
export type TaskOf<K, I> =
  & EnqueueOptions
  & {
    /** The job's name. */
    readonly task: K;
  }
  & (undefined extends I ? {
      /** Its input. */
      readonly input?: I;
    }
    : void extends I ? {
        /** Its input. */
        readonly input?: I;
      }
    : {
      /** Its input. */
      readonly input: I;
    });

/** What a job takes. */
export type InputOfJob<J> = J extends Job<infer _N, infer I, infer _R, infer _P> ? In<I> : never;

/** The handle of a job that is named by its task. */
export type HandleOf<J, K> = K extends keyof J
  ? J[K] extends Job<infer _N, infer _I, infer R, infer P> ? JobHandle<Awaited<R>, Out<P>> : never
  : never;

/** One job at the instance. */
export interface JobClient<I, R, P = unknown> {
  /** Enqueues it. @throws TypeError when the schema refuses the input, or an option cannot be meant. */
  enqueue(input: I, options?: EnqueueOptions): Promise<JobHandle<R, P>>;
  /** Enqueues it, as a rule with a `delay` or `at`. @throws TypeError when the schema refuses the input, or an option cannot be meant. */
  schedule(input: I, options?: EnqueueOptions): Promise<JobHandle<R, P>>;
}

/** A group of jobs at the instance. */
export type JobNamespace<J> =
  & {
    readonly [K in Exclude<keyof J, "schedule" | "enqueue" | "bulk">]: J[K] extends
      Job<infer _N, infer I, infer R, infer P> ? JobClient<In<I>, Awaited<R>, Out<P>>
      : never;
  }
  & JobNamespaceMethods<J>;

/** What a group of jobs can do by task name. */
export interface JobNamespaceMethods<J> {
  /** Enqueues a job, as a rule with a `delay` or `at`. @throws TypeError when the schema refuses the input, or an option cannot be meant. */
  schedule<K extends keyof J>(task: TaskOf<K, InputOfJob<J[K]>>): Promise<HandleOf<J, K>>;
  /** Enqueues a job. @throws TypeError when the schema refuses the input, or an option cannot be meant. */
  enqueue<K extends keyof J>(task: TaskOf<K, InputOfJob<J[K]>>): Promise<HandleOf<J, K>>;
  /**
   * Enqueues many jobs in one go: all of them when every input is right, none otherwise. Those of one queue are enqueued
   * together or not at all.
   *
   * @throws TypeError naming the first input or option that is refused.
   */
  bulk(tasks: readonly JobTask<J>[]): Promise<HandleOf<J, keyof J>[]>;
}

/** `igniter.jobs`. */
export type JobsClient<R> = {
  readonly [N in keyof R]: R[N] extends { readonly "~jobs": infer J } ? JobNamespace<J> : never;
};

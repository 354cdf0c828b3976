/**
 * `useJob`, as its callers see it.
 *
 * @module
 */
import type { Failure } from "../server/contract/error.ts";
import type { JobTicket } from "../server/contract/job.ts";
import type { Result } from "../server/contract/reply.ts";

/** The hook of a mutation that answers `response.accepted(handle)`; of others there is none. */
export type JobHooks<D, E, I> = [TicketOf<D>] extends [never] ? unknown
  : TicketOf<D> extends JobTicket<infer R, infer P>
    ? JobHook<D, R | Exclude<D, TicketOf<D>>, P, E | Failure, {} extends I ? [input?: I] : [input: I]>
  : never;

/** The tickets among what a mutation answers. */
export type TicketOf<D> = D extends JobTicket<infer R, infer P> ? JobTicket<R, P> : never;

/** The hook. `D` is what the mutation answers, `R` the job's result, `P` its progress, `A` the mutation's arguments. */
export interface JobHook<D, R, P, E, A extends readonly unknown[]> {
  /**
   * Starts a job and shows how it stands until it ends, over the page's event connection, which it opens whatever
   * `enableRealtime` says. A connection that breaks is made anew, and what happened meanwhile is shown.
   */
  useJob(options?: JobHookOptions<R, P, E>): JobHookResult<D, R, P, E, A>;
}

/** Options of `useJob`. */
export interface JobHookOptions<R, P, E> {
  /** The ticket of a job that was started earlier, kept by the page across a reload: it is shown from the beginning on. */
  readonly job?: JobTicket | null | undefined;
  /** The job told its progress. */
  readonly onProgress?: ((progress: P) => void) | undefined;
  /** The job completed. */
  readonly onSuccess?: ((data: R) => void) | undefined;
  /** The job failed, or could not be started. */
  readonly onError?: ((error: E) => void) | undefined;
}

/** What can be done with a job. */
export interface JobMethods<D, E, A extends readonly unknown[]> {
  /** Starts a job, in place of the one that was shown; resolves when it was accepted. Never rejects. */
  start(...args: A): Promise<Result<D, E>>;
  /** Cancels it; the data tells whether there was something to cancel. Never rejects. */
  cancel(): Promise<Result<boolean, E>>;
  /** Forgets it, which goes on: idle again. */
  reset(): void;
}

/** `useJob`'s result. */
export type JobHookResult<D, R, P, E, A extends readonly unknown[]> =
  & JobMethods<D, E, A>
  & (JobIdle | JobRunning<P, E> | JobCompleted<R, P> | JobFailed<P, E> | JobCancelled<P>);

/** There is no job yet. */
export interface JobIdle {
  /** Where it stands. */
  readonly status: "idle";
  /** None. */
  readonly job: undefined;
  /** None. */
  readonly progress: undefined;
  /** None. */
  readonly data: undefined;
  /** None. */
  readonly error: null;
}

/** It waits, for its turn, its time or another attempt, or it runs. */
export interface JobRunning<P, E> {
  /** Where it stands. */
  readonly status: "waiting" | "active";
  /** Its ticket; `undefined` until it was accepted. Who keeps it can show the job after a reload. */
  readonly job: JobTicket | undefined;
  /** What its handler last told. */
  readonly progress: P | undefined;
  /** None yet. */
  readonly data: undefined;
  /** Why it cannot be followed at present. */
  readonly error: E | null;
}

/** It completed. */
export interface JobCompleted<R, P> {
  /** Where it stands. */
  readonly status: "completed";
  /** Its ticket; `undefined` when the mutation answered at once, without a job. */
  readonly job: JobTicket | undefined;
  /** What its handler last told. */
  readonly progress: P | undefined;
  /** Its result. */
  readonly data: R;
  /** None. */
  readonly error: null;
}

/** It failed, or could not be started or watched. */
export interface JobFailed<P, E> {
  /** Where it stands. */
  readonly status: "failed";
  /** Its ticket; `undefined` when it was not accepted. */
  readonly job: JobTicket | undefined;
  /** What its handler last told. */
  readonly progress: P | undefined;
  /** None. */
  readonly data: undefined;
  /** Why. */
  readonly error: E;
}

/** It was cancelled. */
export interface JobCancelled<P> {
  /** Where it stands. */
  readonly status: "cancelled";
  /** Its ticket. */
  readonly job: JobTicket | undefined;
  /** What its handler last told. */
  readonly progress: P | undefined;
  /** None. */
  readonly data: undefined;
  /** None. */
  readonly error: null;
}

/**
 * Jobs as a client watches them.
 *
 * A mutation that answers with a job's handle gives its client a *ticket*. Whoever holds it may watch the job and cancel
 * it: on the event connection, as the subscription `~job:<id>?token=…` ({@link jobChannel}), whose opening data and
 * messages are {@link JobView}s and which ends with the job; and by a call of {@link CANCEL_JOB}.
 *
 * @module
 */
import type { Failure } from "./error.ts";

/**
 * What lets a client watch an accepted job: plain JSON, to be kept as long as the page likes. It is as secret as a
 * password reset link, opens this one job and no other, and is good for seven days.
 */
export interface JobTicket<R = unknown, P = unknown> {
  /** The job's id. */
  readonly id: string;
  /** The job's key, `namespace.name`. */
  readonly job: string;
  /** Proves that its holder may watch the job and cancel it. */
  readonly token: string;
  /** Types only: the job's result and progress. */
  readonly "~ticket"?: TicketTypes<R, P>;
}

/** Types only: what a ticket's job gives. */
export interface TicketTypes<R, P> {
  /** Its result. */
  readonly result: R;
  /** Its progress. */
  readonly progress: P;
}

/** How a job stands, as its watchers are told. What waits for a time, or for another attempt, is `waiting`. */
export interface JobView {
  /** Where it stands; the last three are its end. */
  readonly status: "waiting" | "active" | "completed" | "failed" | "cancelled";
  /** What its handler last told. */
  readonly progress?: unknown;
  /** What its handler gave. */
  readonly data?: unknown;
  /** Why it failed. */
  readonly error?: Failure;
}

/** What the names of the subscriptions to jobs begin with. */
export const JOB_CHANNEL = "~job:";

/** The key under which a job is cancelled: a mutation whose body is a ticket's `id` and `token`. */
export const CANCEL_JOB = "_.cancelJob";

/** The subscription's key of a job; its query has the ticket's `token`. */
export function jobChannel(id: string): string {
  return JOB_CHANNEL + encodeURIComponent(id);
}

/**
 * Jobs as an operator sees them: looked for, run again, cancelled, counted.
 *
 * @module
 */
import type { StoredFailure } from "./failure.ts";

/** Where a job stands. A queue that is paused keeps its jobs `waiting`. */
export type JobState = "waiting" | "delayed" | "active" | "completed" | "failed";

/** A kept job. */
export interface JobSnapshot {
  /** Its id. */
  readonly id: string;
  /** Its name. */
  readonly name: string;
  /** Its namespace. */
  readonly namespace: string;
  /** Its queue. */
  readonly queue: string;
  /** Where it stands. */
  readonly state: JobState;
  /** What was enqueued. */
  readonly input: unknown;
  /** How many attempts have ended. */
  readonly attemptsMade: number;
  /** How many attempts there are. */
  readonly attempts: number;
  /** Lower runs earlier. */
  readonly priority: number;
  /** What the handler last told of its progress. */
  readonly progress: unknown;
  /** What the handler gave; `undefined` unless `completed`. */
  readonly result: unknown;
  /** What the last failed attempt threw. */
  readonly error: StoredFailure | undefined;
  /** When it was enqueued. */
  readonly createdAt: Date;
  /** When it runs; only while `delayed`. */
  readonly runAt: Date | undefined;
  /** When its last attempt began. */
  readonly startedAt: Date | undefined;
  /** When it completed or failed for good. */
  readonly finishedAt: Date | undefined;
}

/** How a job stands, for who watches it. */
export type JobChange = Pick<JobSnapshot, "state" | "progress" | "result" | "error">;

/** Which jobs. */
export interface JobFilter {
  /** Of one queue. @default all */
  readonly queue?: string | undefined;
  /** Of one namespace. @default all */
  readonly namespace?: string | undefined;
  /** Of one name. @default all */
  readonly name?: string | undefined;
  /** Of one state or several. @default all */
  readonly state?: JobState | readonly JobState[] | undefined;
  /** At most so many. @default 100 */
  readonly limit?: number | undefined;
  /** After the first so many. @default 0 */
  readonly offset?: number | undefined;
}

/** How many jobs stand where. */
export type JobCounts = { readonly [S in JobState]: number };

/** Which jobs `drain` removes. */
export interface DrainOptions {
  /** Of one queue. @default all */
  readonly queue?: string | undefined;
  /** Those that wait for a time as well. @default false */
  readonly delayed?: boolean | undefined;
}

/** What can be done with the jobs of an adapter, by whoever operates it. A queue that does not exist is a TypeError. */
export interface JobManagement {
  /** Looks for jobs, the latest enqueued first. */
  search(filter?: JobFilter): Promise<JobSnapshot[]>;
  /** Gives a job; `undefined` when none of that id is kept. */
  get(id: string): Promise<JobSnapshot | undefined>;
  /** Runs a failed job again, with all its attempts; tells whether there was one. */
  retry(id: string): Promise<boolean>;
  /** Cancels a job as its handle does; tells whether there was something to cancel. */
  cancel(id: string): Promise<boolean>;
  /** Lets a queue (or all) start no further job, in every process, until `resume`. */
  pause(queue?: string): Promise<void>;
  /** Ends `pause`. */
  resume(queue?: string): Promise<void>;
  /** Counts the jobs of a queue (or all). */
  counts(queue?: string): Promise<JobCounts>;
  /** Removes the jobs that wait. Running ones go on. Gives how many were removed. */
  drain(options?: DrainOptions): Promise<number>;
}

/**
 * What an embedded engine keeps its jobs in: a table of jobs, one of timetables, and little else. It is synchronous, as
 * memory and SQLite are; everything that must hold together is done in one `transaction`.
 *
 * An *owner* is a worker process. A row that is `active` belongs to its owner until `lockUntil`; whoever changes it names
 * the owner, and changes nothing when it belongs to another by then.
 *
 * @module
 */
import type { JobCounts, JobState } from "./management.ts";
import type { Retention } from "./options.ts";

/** A job to keep. */
export interface NewJob {
  /** Unique in its queue. */
  readonly id: string;
  /** Its queue. */
  readonly queue: string;
  /** What it is. */
  readonly key: string;
  /** Where it stands: `waiting` or `delayed`. */
  readonly state: JobState;
  /** Its envelope, as JSON. */
  readonly data: string;
  /** Lower runs earlier. */
  readonly priority: number;
  /** When it runs. */
  readonly runAt: number;
  /** How often it is tried. */
  readonly attempts: number;
  /** When it was enqueued. */
  readonly createdAt: number;
  /** What is kept of it, as JSON: {@link Keep}. */
  readonly keep: string;
  /** Whether it must not be delivered again after a crash. */
  readonly guarded: boolean;
  /** The timetable that made it. */
  readonly schedule: string | null;
}

/** What is kept of finished jobs. */
export interface Keep {
  /** Of completed ones. */
  readonly completed: Retention;
  /** Of failed ones. */
  readonly failed: Retention;
}

/** A kept job. */
export interface StoredJob extends NewJob {
  /** Its number: the order of enqueuing. */
  readonly seq: number;
  /** How many attempts have ended. */
  readonly attemptsMade: number;
  /** How often its worker died. */
  readonly stalls: number;
  /** When its last attempt began. */
  readonly startedAt: number | null;
  /** When it completed or failed. */
  readonly finishedAt: number | null;
  /** Who runs it. */
  readonly owner: string | null;
  /** Packed, as JSON. */
  readonly progress: string | null;
  /** Packed, as JSON. */
  readonly result: string | null;
  /** A stored failure, as JSON. */
  readonly error: string | null;
}

/** How a job ended. */
export interface Finish {
  /** Where it stands now. */
  readonly state: "completed" | "failed";
  /** How many attempts have ended. */
  readonly attemptsMade: number;
  /** When. */
  readonly finishedAt: number;
  /** Packed, as JSON. */
  readonly result: string | null;
  /** A stored failure, as JSON. */
  readonly error: string | null;
}

/** How a job waits again. */
export interface Postpone {
  /** Where it stands now. */
  readonly state: "waiting" | "delayed";
  /** When it runs. */
  readonly runAt: number;
  /** How many attempts have ended. */
  readonly attemptsMade: number;
  /** How often its worker died. */
  readonly stalls: number;
  /** A stored failure, as JSON. */
  readonly error: string | null;
}

/** A timetable: of a definition (`cron`) or of a call (`repeat`). */
export interface StoredSchedule {
  /** Its id. */
  readonly id: string;
  /** Who made it. */
  readonly kind: "cron" | "repeat";
  /** The job it starts. */
  readonly key: string;
  /** When it starts it next. */
  readonly nextAt: number;
  /** How often it did. */
  readonly count: number;
  /** All else, as JSON; a timetable whose text differs is another one. */
  readonly plan: string;
}

/** The jobs that a key stands for. */
export interface KeyHolder {
  /** Its id. */
  readonly id: string;
  /** Until when, in milliseconds; until it has finished when `null`. */
  readonly until: number | null;
}

/** Keeps jobs. */
export interface JobStorage {
  /** Does work as one: all of it, seen by others at once, or nothing. */
  transaction<T>(work: () => T): T;
  /** Keeps a job; false when its queue has one of its id. */
  insert(job: NewJob): boolean;
  /** Finds a job, in any queue when none is named. */
  find(id: string, queue?: string): StoredJob | undefined;
  /** Gives the first waiting jobs with one of the keys to an owner; none of a paused queue. */
  claim(
    queue: string,
    keys: readonly string[],
    limit: number,
    now: number,
    lockUntil: number,
    owner: string,
  ): StoredJob[];
  /** Lets delayed jobs whose time has come wait. */
  promote(now: number): void;
  /** Finds the active jobs whose lock is over. */
  stalled(now: number): StoredJob[];
  /** Prolongs the locks of jobs. */
  extend(seqs: readonly number[], owner: string, lockUntil: number): void;
  /** Ends a job; false when it is not the owner's. */
  finish(seq: number, owner: string, finish: Finish): boolean;
  /** Lets an active job wait again; false when it is not the owner's. */
  postpone(seq: number, owner: string, postpone: Postpone): boolean;
  /** Keeps the progress of an active job. */
  progress(seq: number, owner: string, progress: string): void;
  /** Lets a failed job wait, as if it were new; false when it has not failed. */
  requeue(seq: number, now: number): boolean;
  /** Gives a delayed job other data and another time; false when it is not delayed. */
  reschedule(seq: number, data: string, runAt: number): boolean;
  /** Forgets a job. */
  remove(seq: number): void;
  /** Asks the owner of an active job to cancel it. */
  requestCancel(seq: number): void;
  /** Finds the jobs that their owner was asked to cancel. */
  cancelRequests(owner: string): number[];
  /** Tells whether a timetable has a job that has not finished. */
  isRunning(schedule: string): boolean;
  /** Forgets finished jobs of a queue that are too old or too many. */
  prune(queue: string, state: "completed" | "failed", keep: Retention, now: number): void;
  /** When something next happens by time: a delayed job, a timetable, the end of a lock. */
  nextDue(): number | undefined;
  /** Finds whom a key stands for. */
  holder(key: string): KeyHolder | undefined;
  /** Lets a key stand for a job. */
  hold(key: string, holder: KeyHolder): void;
  /** Forgets keys whose time is over. */
  pruneKeys(now: number): void;
  /** Lists timetables. */
  schedules(): StoredSchedule[];
  /** Keeps a timetable, in place of one of its id. */
  putSchedule(schedule: StoredSchedule): void;
  /** Ends a timetable; tells whether there was one. */
  removeSchedule(id: string): boolean;
  /** Pauses a queue or ends that. */
  setPaused(queue: string, paused: boolean): void;
  /** The window of a rate limit. */
  rate(queue: string): { readonly start: number; readonly used: number } | undefined;
  /** Keeps the window of a rate limit. */
  setRate(queue: string, start: number, used: number): void;
  /** Lists jobs, the latest first. */
  search(terms: SearchTerms): StoredJob[];
  /** Counts jobs. */
  counts(queue: string | undefined): JobCounts;
  /** Removes waiting jobs, delayed ones as well when told; gives how many. */
  drain(queue: string | undefined, delayed: boolean): number;
  /** Lists the queues that have jobs. */
  queues(): string[];
  /** Tells whether another process changed something since the last call. */
  changed(): boolean;
  /** Ends. */
  close(): void;
}

/** What is looked for. */
export interface SearchTerms {
  /** The queue. */
  readonly queue: string | undefined;
  /** The keys begin with this and a dot. */
  readonly namespace: string | undefined;
  /** The keys end with a dot and this. */
  readonly name: string | undefined;
  /** The states. */
  readonly states: readonly JobState[];
  /** At most so many. */
  readonly limit: number;
  /** After the first so many. */
  readonly offset: number;
}

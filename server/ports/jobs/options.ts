/**
 * How and when a job runs: what its definition says, and what a call may say instead.
 *
 * @module
 */

/** How long to wait before the next attempt. `fixed` waits `delay` each time; `exponential` waits `delay`, twice, four times that. */
export interface BackoffOptions {
  /** How the delay grows. */
  readonly type: "fixed" | "exponential";
  /** Milliseconds before the second attempt. */
  readonly delay: number;
  /** The share of a delay, from 0 to 1, that is left to chance, so that jobs which failed together do not return together. @default 0 */
  readonly jitter?: number | undefined;
  /** The longest delay in milliseconds. @default none */
  readonly max?: number | undefined;
}

/** What a custom backoff is told. */
export interface BackoffInput {
  /** The attempt that failed, from 1. */
  readonly attempt: number;
  /** What it failed with. */
  readonly error: unknown;
}

/** Gives the milliseconds before the next attempt. */
export type BackoffFunction = (input: BackoffInput) => number;

/** How many finished jobs are kept, and how long. */
export interface Retention {
  /** Milliseconds since the job finished. @default for ever */
  readonly age?: number | undefined;
  /** The latest of the queue. @default all */
  readonly count?: number | undefined;
}

/** Runs a job again and again: at once (or after `delay`), then every `every` milliseconds. */
export interface RepeatOptions {
  /** Milliseconds from one run's time to the next one's. */
  readonly every: number;
  /** How often it runs in all. @default without end */
  readonly times?: number | undefined;
}

/**
 * Which calls mean the same job. The key counts per job (namespace and name).
 *
 * - `simple`: while a job with the key has not finished, a further call gives that job.
 * - `throttle`: for `ttl` milliseconds after a call that enqueued, a further call gives that job, finished or not.
 * - `debounce`: the job runs `ttl` milliseconds after the last call, with the last call's input.
 */
export type Dedupe =
  | {
    /** While it has not finished. */
    readonly mode: "simple";
    /** Names the work. */
    readonly key: string;
  }
  | {
    /** `throttle`: the first call of a time wins. `debounce`: the last one does. */
    readonly mode: "throttle" | "debounce";
    /** Names the work. */
    readonly key: string;
    /** Milliseconds. */
    readonly ttl: number;
  };

/** What definition and call may both say. */
export interface CommonJobOptions {
  /** The queue it waits in. Give a queue's limits to the adapter. @default the namespace */
  readonly queue?: string | undefined;
  /** Milliseconds before the first attempt. @default 0 */
  readonly delay?: number | undefined;
  /** How often it is tried. @default 1 */
  readonly attempts?: number | undefined;
  /** From 0 to 2_097_151; lower runs earlier, equal ones in the order of enqueuing. @default 0 */
  readonly priority?: number | undefined;
  /** Milliseconds after which an attempt has failed; its `signal` aborts. @default none */
  readonly timeout?: number | undefined;
  /** Runs it again and again. @default once */
  readonly repeat?: RepeatOptions | undefined;
  /** Completed jobs to keep: `true` none, `false` all, a number the latest. @default a day, at most 1000 of a queue */
  readonly removeOnComplete?: boolean | number | Retention | undefined;
  /** Failed jobs to keep: `true` none, `false` all, a number the latest. @default a week, at most 5000 of a queue */
  readonly removeOnFail?: boolean | number | Retention | undefined;
}

/** How and when a job runs, said with its definition. */
export interface JobOptions extends CommonJobOptions {
  /** Milliseconds before a retry, or how to compute them. @default at once */
  readonly backoff?: number | BackoffOptions | BackoffFunction | undefined;
}

/** How and when a job runs, said by the call; it wins over the definition. */
export interface EnqueueOptions extends CommonJobOptions {
  /** Milliseconds before a retry. A function can only be said with the definition: a call is stored, and functions are not. */
  readonly backoff?: number | BackoffOptions | undefined;
  /** When it runs, instead of `delay`; a time in the past means at once. */
  readonly at?: Date | number | undefined;
  /** Its id. When the queue still has a job of that id, the call gives that one and enqueues nothing. @default a new one */
  readonly jobId?: string | undefined;
  /**
   * Names the effect: for a day (the adapter's `idempotencyTtl`) a further call with the key gives the same job. When a
   * worker dies during an attempt, nobody knows whether the effect took place: a job with a key then fails instead of
   * being delivered again, and runs again only when `retry(id)` says so.
   */
  readonly idempotencyKey?: string | undefined;
  /** Which calls mean the same job; not together with `idempotencyKey`. */
  readonly dedupe?: Dedupe | undefined;
}

/** What an engine is given to keep: checked, and without anything left to default. */
export interface SettledOptions {
  /** The queue. */
  readonly queue: string;
  /** Milliseconds before the first attempt, counted from the call. */
  readonly delay: number;
  /** When it runs, instead of `delay`, in milliseconds since the Unix epoch. */
  readonly at?: number;
  /** How often it is tried. */
  readonly attempts: number;
  /** Lower runs earlier. */
  readonly priority: number;
  /** Said by the call; the definition's otherwise. */
  readonly timeout?: number;
  /** Said by the call; the definition's otherwise. */
  readonly backoff?: BackoffOptions;
  /** Runs it again and again. */
  readonly repeat?: RepeatOptions;
  /** Completed jobs to keep. */
  readonly keepCompleted: Retention;
  /** Failed jobs to keep. */
  readonly keepFailed: Retention;
  /** Said by the call. */
  readonly jobId?: string;
  /** Said by the call. */
  readonly idempotencyKey?: string;
  /** Said by the call. */
  readonly dedupe?: Dedupe;
}

/**
 * How workers work, the same for every driver.
 *
 * @module
 */

/** What starts with the application. */
export interface WorkerStart {
  /** How many jobs of a queue run at once in this process. @default 10 */
  readonly concurrency?: number | undefined;
  /** Logs each start and end through the application's logger, at level "debug". @default false */
  readonly debug?: boolean | undefined;
}

/** How often a queue's jobs may start, in all processes together. */
export interface RateLimit {
  /** So many. */
  readonly max: number;
  /** In so many milliseconds. */
  readonly duration: number;
}

/** What holds for one queue. */
export interface QueueLimits {
  /** How many of its jobs run at once in this process. @default `autoStartWorker.concurrency` */
  readonly concurrency?: number | undefined;
  /** How often its jobs may start. @default no limit */
  readonly rateLimit?: RateLimit | undefined;
}

/** Limits by queue. */
export interface QueueLimitsByName {
  /** One queue's. */
  readonly [queue: string]: QueueLimits;
}

/** How workers work. */
export interface WorkerOptions {
  /** Whether this process runs jobs, and how; `false` for one that only enqueues. @default true */
  readonly autoStartWorker?: boolean | WorkerStart | undefined;
  /** Limits by queue; a queue named here is served even when no definition names it. */
  readonly queues?: QueueLimitsByName | undefined;
  /** Milliseconds that `close()` waits for running jobs before it aborts their signals. @default 10_000 */
  readonly gracePeriod?: number | undefined;
  /** How often a job is delivered again because its worker died, before it fails. @default 10 */
  readonly maxStalls?: number | undefined;
  /** Milliseconds that an `idempotencyKey` is remembered. @default 86_400_000 */
  readonly idempotencyTtl?: number | undefined;
}

/** How many jobs of a queue run at once, unless said otherwise. */
export const DEFAULT_CONCURRENCY = 10;

/** How often a job is delivered again, unless said otherwise. */
export const DEFAULT_MAX_STALLS = 10;

/** The grace period, unless said otherwise. */
export const DEFAULT_GRACE_PERIOD = 10_000;

/** The memory of idempotency keys, unless said otherwise. */
export const DEFAULT_IDEMPOTENCY_TTL = 86_400_000;

const NAMES: readonly string[] = ["autoStartWorker", "queues", "gracePeriod", "maxStalls", "idempotencyTtl"];

/** Checks an adapter's options; `more` names those it has beside the workers'. @throws TypeError for what cannot be meant. */
export function checkWorkerOptions(options: WorkerOptions, more: readonly string[]): void {
  for (const name in options) {
    if (!NAMES.includes(name) && !more.includes(name)) refuse(`there is no option "${name}"`);
  }
  const { autoStartWorker, queues, ...numbers } = options;
  if (typeof autoStartWorker === "object") {
    for (const name in autoStartWorker) {
      if (name !== "concurrency" && name !== "debug") refuse(`there is no option "autoStartWorker.${name}"`);
    }
    checkCount("autoStartWorker.concurrency", autoStartWorker.concurrency);
  }
  for (const [queue, limits] of Object.entries(queues ?? {})) {
    for (const name in limits) {
      if (name !== "concurrency" && name !== "rateLimit") refuse(`there is no option "queues.${queue}.${name}"`);
    }
    checkCount(`queues.${queue}.concurrency`, limits.concurrency);
    checkCount(`queues.${queue}.rateLimit.max`, limits.rateLimit?.max);
    checkCount(`queues.${queue}.rateLimit.duration`, limits.rateLimit?.duration);
  }
  for (const name of ["gracePeriod", "maxStalls", "idempotencyTtl"] as const) {
    const value = numbers[name];
    if (value !== undefined && !(value >= 0 && value < Infinity)) refuse(`${name} ${value} is not a number from 0`);
  }
}

/** How many jobs of a queue run at once; 0 for a process that only enqueues. */
export function concurrencyOf({ autoStartWorker = true, queues }: WorkerOptions, queue: string): number {
  if (autoStartWorker === false) return 0;
  const preset = typeof autoStartWorker === "object" ? autoStartWorker.concurrency : undefined;
  return queues?.[queue]?.concurrency ?? preset ?? DEFAULT_CONCURRENCY;
}

function checkCount(name: string, value: number | undefined): void {
  if (value !== undefined && !(Number.isSafeInteger(value) && value >= 1)) {
    refuse(`${name} ${value} is not an integer of at least 1`);
  }
}

function refuse(why: string): never {
  throw new TypeError(`Cannot make the jobs adapter: ${why}`);
}

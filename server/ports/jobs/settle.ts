/**
 * From what a definition and a call say to what an engine keeps. Everything said is checked: an option that is misspelt
 * or cannot be meant is an error where it stands, and none is ignored.
 *
 * @module
 */
import type {
  BackoffOptions,
  CommonJobOptions,
  Dedupe,
  EnqueueOptions,
  JobOptions,
  RepeatOptions,
  Retention,
  SettledOptions,
} from "./options.ts";

const COMMON: readonly string[] = [
  "queue",
  "delay",
  "attempts",
  "priority",
  "timeout",
  "repeat",
  "removeOnComplete",
  "removeOnFail",
  "backoff",
];
const AT_CALL: ReadonlySet<string> = new Set([...COMMON, "at", "jobId", "idempotencyKey", "dedupe"]);

/** The names of the options that a definition may have. */
export const DEFINITION_OPTIONS: ReadonlySet<string> = new Set(COMMON);

/** The highest priority number that every engine can keep. */
const LAST_PRIORITY = 2_097_151;

/** Timers hold 31 bits of milliseconds; a longer wait would be none. */
export const LONGEST_TIMER = 2_147_483_647;

/** A hundred years: a later time is a mistake of units, and far ones exceed what `Date` knows. */
const LONGEST_DELAY = 100 * 366 * 86_400_000;

const KEEP_COMPLETED: Retention = { age: 86_400_000, count: 1000 };
const KEEP_FAILED: Retention = { age: 7 * 86_400_000, count: 5000 };

/** Checks the options of a definition. @throws TypeError naming the job and the option. */
export function checkDefinitionOptions(what: string, options: JobOptions): void {
  checkCommon(what, options);
  if (typeof options.backoff !== "function") toBackoff(what, options.backoff);
}

/** Puts a call's options over the definition's. @throws TypeError naming the job and the option. */
export function settleOptions(
  job: { readonly key: string; readonly namespace: string; readonly options: JobOptions },
  call: EnqueueOptions,
): SettledOptions {
  const what = `enqueue job "${job.key}"`;
  for (const name in call) {
    if (!AT_CALL.has(name)) throw new TypeError(`Cannot ${what}: there is no option "${name}"`);
  }
  checkCommon(what, call);
  if (typeof call.backoff === "function") {
    throw new TypeError(`Cannot ${what}: a backoff function can only be said with the definition`);
  }
  const { options } = job;
  const pick = <K extends keyof CommonJobOptions>(name: K): CommonJobOptions[K] =>
    call[name] === undefined ? options[name] : call[name];
  const repeat = pick("repeat");
  const timeout = call.timeout;
  const backoff = toBackoff(what, call.backoff);
  const jobId = checkText(what, "jobId", call.jobId);
  const idempotencyKey = checkText(what, "idempotencyKey", call.idempotencyKey);
  const dedupe = checkDedupe(what, call.dedupe);
  if (jobId !== undefined && jobId.includes(":")) {
    throw new TypeError(`Cannot ${what}: jobId "${jobId}" has a ":", which not every engine can keep`);
  }
  if (jobId !== undefined && /^\d+$/.test(jobId)) {
    throw new TypeError(`Cannot ${what}: jobId "${jobId}" is all digits, which not every engine can keep; add a word`);
  }
  if (idempotencyKey !== undefined && dedupe !== undefined) {
    throw new TypeError(`Cannot ${what}: give idempotencyKey or dedupe, not both`);
  }
  if (repeat !== undefined && (jobId ?? idempotencyKey ?? dedupe) !== undefined) {
    throw new TypeError(`Cannot ${what}: a job that repeats takes no jobId, idempotencyKey or dedupe`);
  }
  if (dedupe?.mode === "debounce" && (call.delay ?? call.at) !== undefined) {
    throw new TypeError(`Cannot ${what}: debounce says when it runs; leave out delay and at`);
  }
  const at = toTime(what, call);
  return {
    queue: pick("queue") ?? job.namespace,
    delay: Math.ceil(dedupe?.mode === "debounce" ? dedupe.ttl : pick("delay") ?? 0),
    attempts: pick("attempts") ?? 1,
    priority: pick("priority") ?? 0,
    keepCompleted: toRetention(pick("removeOnComplete"), KEEP_COMPLETED),
    keepFailed: toRetention(pick("removeOnFail"), KEEP_FAILED),
    ...(at === undefined ? undefined : { at }),
    ...(timeout === undefined ? undefined : { timeout }),
    ...(backoff === undefined ? undefined : { backoff }),
    ...(repeat === undefined ? undefined : { repeat }),
    ...(jobId === undefined ? undefined : { jobId }),
    ...(idempotencyKey === undefined ? undefined : { idempotencyKey }),
    ...(dedupe === undefined ? undefined : { dedupe }),
  };
}

/** Makes the one form of a backoff. @throws TypeError when it cannot be meant. */
export function toBackoff(what: string, backoff: number | BackoffOptions | undefined): BackoffOptions | undefined {
  if (backoff === undefined) return undefined;
  const { type, delay, jitter, max } = typeof backoff === "number"
    ? { type: "fixed" as const, delay: backoff, jitter: undefined, max: undefined }
    : backoff;
  if (type !== "fixed" && type !== "exponential") {
    throw new TypeError(`Cannot ${what}: backoff.type ${JSON.stringify(type)} is neither "fixed" nor "exponential"`);
  }
  checkMilliseconds(what, "backoff.delay", delay, 0);
  if (max !== undefined) checkMilliseconds(what, "backoff.max", max, 0);
  if (jitter !== undefined && !(jitter >= 0 && jitter <= 1)) {
    throw new TypeError(`Cannot ${what}: backoff.jitter ${jitter} is not between 0 and 1`);
  }
  return {
    type,
    delay,
    ...(jitter === undefined ? undefined : { jitter }),
    ...(max === undefined ? undefined : { max }),
  };
}

function checkCommon(what: string, options: CommonJobOptions): void {
  checkText(what, "queue", options.queue);
  if (options.queue?.includes(":")) throw new TypeError(`Cannot ${what}: queue "${options.queue}" has a ":"`);
  if (options.delay !== undefined) checkMilliseconds(what, "delay", options.delay, 0);
  if (options.attempts !== undefined) checkCount(what, "attempts", options.attempts, 1);
  if (options.timeout !== undefined) {
    checkMilliseconds(what, "timeout", options.timeout, 1);
    if (options.timeout > LONGEST_TIMER) {
      throw new TypeError(`Cannot ${what}: timeout ${options.timeout} is more than ${LONGEST_TIMER} ms`);
    }
  }
  if (options.priority !== undefined) {
    checkCount(what, "priority", options.priority, 0);
    if (options.priority > LAST_PRIORITY) {
      throw new TypeError(`Cannot ${what}: priority ${options.priority} is more than ${LAST_PRIORITY}`);
    }
  }
  if (options.repeat !== undefined) checkRepeat(what, options.repeat);
  checkRetention(what, "removeOnComplete", options.removeOnComplete);
  checkRetention(what, "removeOnFail", options.removeOnFail);
}

function checkRepeat(what: string, repeat: RepeatOptions): void {
  checkMilliseconds(what, "repeat.every", repeat.every, 1);
  if (repeat.times !== undefined) checkCount(what, "repeat.times", repeat.times, 1);
}

function checkDedupe(what: string, dedupe: Dedupe | undefined): Dedupe | undefined {
  if (dedupe === undefined) return undefined;
  if (dedupe.mode !== "simple" && dedupe.mode !== "throttle" && dedupe.mode !== "debounce") {
    throw new TypeError(
      `Cannot ${what}: dedupe.mode ${
        JSON.stringify((dedupe as Dedupe).mode)
      } is not "simple", "throttle" or "debounce"`,
    );
  }
  if (dedupe.key === undefined) throw new TypeError(`Cannot ${what}: dedupe has no key`);
  checkText(what, "dedupe.key", dedupe.key);
  if (dedupe.mode !== "simple") checkMilliseconds(what, "dedupe.ttl", dedupe.ttl, 1);
  return dedupe;
}

function checkRetention(what: string, name: string, value: CommonJobOptions["removeOnComplete"]): void {
  if (value === undefined || typeof value === "boolean") return;
  const { age, count } = typeof value === "number" ? { age: undefined, count: value } : value;
  if (age !== undefined) checkMilliseconds(what, `${name}.age`, age, 0);
  if (count !== undefined) checkCount(what, `${name}.count`, count, 0);
}

function toRetention(value: CommonJobOptions["removeOnComplete"], preset: Retention): Retention {
  if (value === undefined) return preset;
  if (typeof value === "boolean") return value ? { count: 0 } : {};
  return typeof value === "number" ? { count: value } : value;
}

function toTime(what: string, { at, delay }: EnqueueOptions): number | undefined {
  if (at === undefined) return undefined;
  if (delay !== undefined) throw new TypeError(`Cannot ${what}: give delay or at, not both`);
  const time = Number(at);
  if (!(Math.abs(time) <= 8.64e15)) throw new TypeError(`Cannot ${what}: at ${String(at)} is no time`);
  return Math.ceil(time);
}

function checkText(what: string, name: string, value: unknown): string | undefined {
  if (value === undefined || (typeof value === "string" && value !== "")) return value;
  throw new TypeError(`Cannot ${what}: ${name} ${JSON.stringify(value)} is not a string of at least one character`);
}

function checkMilliseconds(what: string, name: string, value: unknown, least: number): void {
  if (typeof value === "number" && value >= least && value <= LONGEST_DELAY) return;
  throw new TypeError(`Cannot ${what}: ${name} ${String(value)} is not a number of milliseconds from ${least}`);
}

function checkCount(what: string, name: string, value: unknown, least: number): void {
  if (Number.isSafeInteger(value) && (value as number) >= least) return;
  throw new TypeError(`Cannot ${what}: ${name} ${String(value)} is not an integer of at least ${least}`);
}

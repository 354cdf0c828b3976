/**
 * Jobs as BullMQ keeps them, so that its tools show what a person expects: the job's key as its name, the input and the
 * result as they are. Only what JSON cannot carry takes another form.
 *
 * @module
 */
import type { Job, JobsOptions } from "bullmq";
import type { Envelope } from "../server/ports/jobs/envelope.ts";
import type { StoredFailure } from "../server/ports/jobs/failure.ts";
import type { JobSnapshot, JobState } from "../server/ports/jobs/management.ts";
import type { Retention, SettledOptions } from "../server/ports/jobs/options.ts";
import { type Packed, unpackCopy } from "../server/ports/jobs/payload.ts";
import { toDedupeKey } from "../server/ports/jobs/dedupe_key.ts";

/** What stands in a BullMQ job's `data`. */
export interface BullData extends Envelope {
  /** What the last attempt threw: BullMQ keeps the message only. */
  readonly failure?: StoredFailure | undefined;
  /** How many deaths of workers were overlooked by a `retry()`. */
  readonly forgiven?: number | undefined;
}

/** A job of BullMQ. */
export type BullJob = Job<BullData, unknown, string>;

/**
 * The id that the application sees. BullMQ numbers the jobs of each queue, and an id of our own for each job would cost a
 * fifth of enqueuing it; so a number is told with its queue, as `mail/17`. A `jobId` stands for itself.
 */
export function toPublicId(queue: string, id: string | undefined): string {
  return id !== undefined && /^\d+$/.test(id) ? `${queue}/${id}` : id ?? "";
}

/** Reads what {@link toPublicId} wrote; `queue` is absent when the id does not tell it. */
export function fromPublicId(id: string): { readonly queue?: string; readonly id: string } {
  const match = /^(.+)\/(\d+)$/.exec(id);
  return match === null ? { id } : { queue: match[1] as string, id: match[2] as string };
}

/** Marks a value that takes another form: `{ "~meta": […], "json": … }`. */
const META = "~meta";

/** What BullMQ has where nothing was told: as a result, and as a progress. */
export type Nothing = null | 0;

/** Writes a result or progress as plain JSON where that says it all; `undefined` is BullMQ's word for nothing. */
export function toPlainJson({ json, meta }: Packed, nothing: Nothing): unknown {
  if (meta === undefined && json === undefined) return nothing;
  const ambiguous = json === nothing || (typeof json === "object" && json !== null && META in json);
  return meta === undefined && !ambiguous ? json : { [META]: meta ?? [], json };
}

/** Reads what {@link toPlainJson} wrote. */
export function fromPlainJson(value: unknown, nothing: Nothing): unknown {
  if (value === nothing || value === undefined) return undefined;
  if (typeof value !== "object" || value === null || !(META in value)) return value;
  const { [META]: meta, json } = value as { [META]: NonNullable<Packed["meta"]>; json?: unknown };
  return unpackCopy({ json: json ?? null, ...(meta.length > 0 ? { meta } : undefined) });
}

/** The options of a job, without those of its first run. */
export function toTemplateOptions(options: SettledOptions): JobsOptions {
  return {
    ...(options.priority > 0 ? { priority: options.priority } : undefined),
    // The worker computes the delay: it knows the definition, and how the attempt ended.
    ...(options.attempts > 1 ? { attempts: options.attempts, backoff: { type: "igniter" } } : undefined),
    removeOnComplete: toKeep(options.keepCompleted),
    removeOnFail: toKeep(options.keepFailed),
  };
}

/** The options of a job. */
export function toJobOptions(
  key: string,
  options: SettledOptions,
  idempotencyTtl: number,
  now: number,
): JobsOptions {
  const delay = options.at === undefined ? options.delay : Math.max(0, options.at - now);
  const dedupe = toDedupeKey(key, options);
  const ttl = options.idempotencyKey !== undefined
    ? idempotencyTtl
    : options.dedupe === undefined || options.dedupe.mode === "simple"
    ? undefined
    : options.dedupe.ttl;
  const debounce = options.dedupe?.mode === "debounce" ? { extend: true, replace: true } : undefined;
  return {
    ...toTemplateOptions(options),
    ...(options.jobId === undefined ? undefined : { jobId: options.jobId }),
    ...(delay > 0 ? { delay } : undefined),
    ...(dedupe === undefined
      ? undefined
      : { deduplication: { id: dedupe, ...(ttl === undefined ? undefined : { ttl }), ...debounce } }),
  };
}

function toKeep({ age, count }: Retention): NonNullable<JobsOptions["removeOnComplete"]> {
  if (count === 0) return true;
  // BullMQ counts in seconds.
  if (age !== undefined) return { age: Math.ceil(age / 1_000), ...(count === undefined ? undefined : { count }) };
  return count === undefined ? false : { count };
}

/** Where a job stands, by BullMQ's words. */
export function toState(state: string): JobState {
  switch (state) {
    case "delayed":
    case "active":
    case "completed":
    case "failed":
      return state;
    default:
      return "waiting";
  }
}

/** What made a job fail. */
export function failureOf({ data, failedReason }: BullJob): StoredFailure | undefined {
  if (!failedReason) return data.failure;
  return data.failure?.message === failedReason ? data.failure : { name: "Error", message: failedReason };
}

/** Shows a job. `runAt` is when a delayed one runs. */
export function toSnapshot(job: BullJob, state: JobState, runAt: number | undefined): JobSnapshot {
  const dot = job.name.indexOf(".");
  return {
    id: toPublicId(job.queueName, job.id),
    name: job.name.slice(dot + 1),
    namespace: job.name.slice(0, Math.max(dot, 0)),
    queue: job.queueName,
    state,
    input: unpackCopy({ json: job.data.input, meta: job.data.meta }),
    attemptsMade: job.attemptsMade,
    attempts: job.opts.attempts ?? 1,
    priority: job.priority,
    progress: fromPlainJson(job.progress, 0),
    result: state === "completed" ? fromPlainJson(job.returnvalue, null) : undefined,
    error: failureOf(job),
    createdAt: new Date(job.timestamp),
    runAt: state === "delayed" ? new Date(runAt ?? job.timestamp + job.delay) : undefined,
    startedAt: job.processedOn === undefined ? undefined : new Date(job.processedOn),
    finishedAt: job.finishedOn === undefined ? undefined : new Date(job.finishedOn),
  };
}

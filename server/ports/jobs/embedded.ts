/**
 * The engine of drivers that keep jobs in the process or in a file: enqueuing, results and management. Running them is
 * the worker's ({@link EmbeddedWorker}).
 *
 * @module
 */
import { type Clock, systemClock } from "../clock.ts";
import type { EnqueueRequest, JobAddress, JobsAdapter, QueueHost } from "../queue.ts";
import { createJobsAdapter, type JobsBackend } from "./adapter.ts";
import { readPacked } from "./attempt.ts";
import type { JobHandle } from "./client.ts";
import { EmbeddedWorker } from "./embedded_worker.ts";
import { type Envelope, toEnvelope } from "./envelope.ts";
import { fromFailure, type StoredFailure } from "./failure.ts";
import { createHandle, notKept } from "./handle.ts";
import { JobIds } from "./id.ts";
import type { DrainOptions, JobChange, JobCounts, JobFilter, JobSnapshot, JobState } from "./management.ts";
import type { Dedupe, SettledOptions } from "./options.ts";
import { unpack } from "./payload.ts";
import type { NextCron, Registry } from "./registry.ts";
import type { JobStorage, StoredJob } from "./storage.ts";
import { toDedupeKey } from "./dedupe_key.ts";
import { toNewJob, toRepetition } from "./timetable.ts";
import { DEFAULT_IDEMPOTENCY_TTL, type WorkerOptions } from "./worker_options.ts";

/** How an embedded engine works. */
export interface EmbeddedOptions extends WorkerOptions {
  /** Opens what keeps the jobs. Called once, when it is first needed. */
  readonly open: () => JobStorage;
  /** Tells the time and waits. @default the machine's clock */
  readonly clock?: Clock | undefined;
  /** Computes timetables. */
  readonly nextCron: NextCron;
  /** Milliseconds between looks at what other processes did; without it there are none. */
  readonly pollInterval?: number | undefined;
  /** Milliseconds that a claimed job belongs to its worker without a sign of life. @default for ever */
  readonly lockTime?: number | undefined;
  /** Gives 0 to 1, for jitter. @default Math.random */
  readonly random?: (() => number) | undefined;
}

/** Makes the adapter of an embedded engine. */
export function createEmbeddedAdapter<C>(options: EmbeddedOptions): JobsAdapter<C> {
  return createJobsAdapter<C>(new EmbeddedBackend(options), options.nextCron);
}

interface Running {
  readonly registry: Registry;
  readonly host: QueueHost;
  readonly worker: EmbeddedWorker;
}

class EmbeddedBackend implements JobsBackend {
  readonly #options: EmbeddedOptions;
  readonly clock: Clock;
  readonly #ids = new JobIds();
  #opened: JobStorage | undefined = undefined;
  #running: Running | undefined = undefined;
  #closed: Promise<void> | undefined = undefined;

  constructor(options: EmbeddedOptions) {
    this.#options = options;
    this.clock = options.clock ?? systemClock;
  }

  get #storage(): JobStorage {
    if (this.#closed !== undefined) throw new Error("Cannot use the jobs: the adapter is closed");
    return this.#opened ??= this.#options.open();
  }

  start(registry: Registry, host: QueueHost): void {
    if (this.#running !== undefined) {
      throw new TypeError("Cannot enable jobs: the adapter already serves an application");
    }
    const worker = new EmbeddedWorker(this.#storage, registry, host, { ...this.#options, clock: this.clock });
    this.#running = { registry, host, worker };
    worker.start();
  }

  enqueue(requests: readonly EnqueueRequest[]): Promise<JobHandle[]> {
    return this.#call(() => {
      const { host, registry, worker } = this.#started();
      for (const { job, options } of requests) {
        if (!registry.queues.includes(options.queue) && this.#options.queues?.[options.queue] === undefined) {
          throw new TypeError(`Cannot enqueue job "${job.key}": there is no queue "${options.queue}"`);
        }
      }
      const written = requests.map(({ payload, options }) => JSON.stringify(toEnvelope(payload, options, host)));
      const now = this.clock.now();
      const keepAll = (): JobHandle[] =>
        requests.map((request, index) => {
          const id = this.#keep(request, written[index] as string, now);
          return createHandle(this, id, request.job.key, request.options.queue);
        });
      const handles = this.#storage.transaction(keepAll);
      worker.wake();
      return handles;
    });
  }

  #keep({ job, options }: EnqueueRequest, data: string, now: number): string {
    const storage = this.#storage;
    const { queue, dedupe, repeat } = options;
    const key = toDedupeKey(job.key, options);
    if (key !== undefined) {
      const known = this.#known(key, queue, dedupe, now);
      if (known !== undefined) {
        if (dedupe?.mode !== "debounce" || storage.reschedule(known.seq, data, now + dedupe.ttl)) return known.id;
      }
    }
    const id = options.jobId ?? this.#ids.next(now);
    const schedule = repeat === undefined ? null : `repeat.${this.#ids.next(now)}`;
    const entry = toNewJob(id, job, data, options, now, schedule);
    if (storage.insert(entry)) {
      if (schedule !== null && repeat !== undefined) {
        const repetition = toRepetition(schedule, entry, repeat, entry.runAt);
        if (repetition !== undefined) storage.putSchedule(repetition);
      }
    } else {
      const other = storage.find(id, queue);
      if (other !== undefined && other.key !== job.key) {
        throw new TypeError(`Cannot enqueue job "${job.key}": id "${id}" is that of a job "${other.key}"`);
      }
    }
    if (key !== undefined) storage.hold(key, { id, until: this.#until(options, now) });
    return id;
  }

  #until({ dedupe, idempotencyKey }: SettledOptions, now: number): number | null {
    if (idempotencyKey !== undefined) return now + (this.#options.idempotencyTtl ?? DEFAULT_IDEMPOTENCY_TTL);
    return dedupe?.mode === "throttle" ? now + dedupe.ttl : null;
  }

  /** The job that a key stands for, when a further call means it. */
  #known(key: string, queue: string, dedupe: Dedupe | undefined, now: number): { id: string; seq: number } | undefined {
    const holder = this.#storage.holder(key);
    if (holder === undefined || (holder.until !== null && holder.until <= now)) return undefined;
    const job = this.#storage.find(holder.id, queue);
    if (holder.until !== null) return { id: holder.id, seq: job?.seq ?? -1 };
    if (job === undefined || job.state === "completed" || job.state === "failed") return undefined;
    // A job that waits for its retry has begun: what it began with is no longer to be changed.
    if (dedupe?.mode === "debounce" && (job.state !== "delayed" || job.attemptsMade > 0)) return undefined;
    return { id: job.id, seq: job.seq };
  }

  result(id: string, queue: string, signal: AbortSignal): Promise<unknown> {
    return this.#call(() => {
      const { worker } = this.#started();
      const job = this.#storage.find(id, queue);
      if (job === undefined) throw notKept(id);
      return isFinished(job) ? outcomeOf(job) : worker.finished(job, signal).then(outcomeOf);
    });
  }

  watch({ id, queue }: JobAddress, signal: AbortSignal, tell: (change: JobChange | undefined) => void): Promise<void> {
    return this.#call(() => {
      const { worker } = this.#started();
      worker.watch(id, queue, signal, (job) => tell(job === undefined ? undefined : toSnapshot(job)));
    });
  }

  get(id: string): Promise<JobSnapshot | undefined> {
    return this.#call(() => {
      const job = this.#storage.find(id);
      return job === undefined ? undefined : toSnapshot(job);
    });
  }

  search(filter: JobFilter = {}): Promise<JobSnapshot[]> {
    return this.#call(() => {
      const { queue, namespace, name, state, limit = 100, offset = 0 } = filter;
      this.#checkQueue("search", queue);
      const states = state === undefined ? STATES : typeof state === "string" ? [state] : state;
      return this.#storage.search({ queue, namespace, name, states, limit, offset }).map(toSnapshot);
    });
  }

  retry(id: string): Promise<boolean> {
    return this.#call(() => {
      const job = this.#storage.find(id);
      if (job === undefined || !this.#storage.requeue(job.seq, this.clock.now())) return false;
      this.#running?.worker.wake();
      return true;
    });
  }

  cancel(id: string, queue?: string): Promise<boolean> {
    return this.#call(() => {
      const storage = this.#storage;
      const cancelled = storage.transaction(() => {
        const job = storage.find(id, queue);
        if (job === undefined) return undefined;
        const ended = job.schedule?.startsWith("repeat.") && storage.removeSchedule(job.schedule);
        if (isFinished(job)) return ended ? job : undefined;
        if (job.state === "active") storage.requestCancel(job.seq);
        else storage.remove(job.seq);
        return job;
      });
      if (cancelled === undefined) return false;
      const worker = this.#running?.worker;
      if (cancelled.state === "active") worker?.cancel(cancelled.seq);
      else worker?.removed(cancelled.seq);
      return true;
    });
  }

  pause(queue?: string): Promise<void> {
    return this.#setPaused("pause", queue, true);
  }

  resume(queue?: string): Promise<void> {
    return this.#setPaused("resume", queue, false);
  }

  #setPaused(what: string, queue: string | undefined, paused: boolean): Promise<void> {
    return this.#call(() => {
      this.#checkQueue(what, queue);
      const queues = queue === undefined ? this.#queues() : [queue];
      this.#storage.transaction(() => queues.forEach((name) => this.#storage.setPaused(name, paused)));
      this.#running?.worker.wake();
    });
  }

  counts(queue?: string): Promise<JobCounts> {
    return this.#call(() => {
      this.#checkQueue("count", queue);
      return this.#storage.counts(queue);
    });
  }

  drain({ queue, delayed = false }: DrainOptions = {}): Promise<number> {
    return this.#call(() => {
      this.#checkQueue("drain", queue);
      const count = this.#storage.transaction(() => this.#storage.drain(queue, delayed));
      this.#running?.worker.look();
      return count;
    });
  }

  close(): Promise<void> {
    return this.#closed ??= (async () => {
      await this.#running?.worker.close();
      this.#opened?.close();
    })();
  }

  #queues(): string[] {
    const named = [...this.#running?.registry.queues ?? [], ...Object.keys(this.#options.queues ?? {})];
    return [...new Set([...named, ...this.#storage.queues()])];
  }

  #checkQueue(what: string, queue: string | undefined): void {
    if (queue === undefined || this.#queues().includes(queue)) return;
    throw new TypeError(`Cannot ${what} jobs: there is no queue "${queue}"`);
  }

  #started(): Running {
    if (this.#running !== undefined) return this.#running;
    throw new TypeError("Cannot use the jobs: give merge()'s result to .jobs() and call .create() first");
  }

  /** What is synchronous inside is a promise outside, and what it throws a rejection. */
  async #call<T>(work: () => T | Promise<T>): Promise<T> {
    return await work();
  }
}

const STATES: readonly JobState[] = ["waiting", "delayed", "active", "completed", "failed"];

function isFinished({ state }: StoredJob): boolean {
  return state === "completed" || state === "failed";
}

/** What a finished job gives to those who wait for it. */
function outcomeOf(job: StoredJob): unknown {
  if (job.state === "completed") return readPacked(job.result);
  throw fromFailure(JSON.parse(job.error ?? `{"name":"Error","message":"The job failed"}`));
}

function toSnapshot(job: StoredJob): JobSnapshot {
  const { input, meta }: Envelope = JSON.parse(job.data);
  const dot = job.key.indexOf(".");
  const error: StoredFailure | undefined = job.error === null ? undefined : JSON.parse(job.error);
  return {
    id: job.id,
    name: job.key.slice(dot + 1),
    namespace: job.key.slice(0, dot),
    queue: job.queue,
    state: job.state,
    input: unpack({ json: input, meta }),
    attemptsMade: job.attemptsMade,
    attempts: job.attempts,
    priority: job.priority,
    progress: readPacked(job.progress),
    result: readPacked(job.result),
    error,
    createdAt: new Date(job.createdAt),
    runAt: job.state === "delayed" ? new Date(job.runAt) : undefined,
    startedAt: job.startedAt === null ? undefined : new Date(job.startedAt),
    finishedAt: job.finishedAt === null ? undefined : new Date(job.finishedAt),
  };
}

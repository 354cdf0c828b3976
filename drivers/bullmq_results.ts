/**
 * Waiting for the end of jobs that may run in any process: by BullMQ's events, and by a look from time to time for what
 * no event tells (a drained queue, a stream of events that was trimmed).
 *
 * @module
 */
import { QueueEvents } from "bullmq";
import type { Redis } from "ioredis";
import { fromFailure, type StoredFailure } from "../server/ports/jobs/failure.ts";
import { notKept } from "../server/ports/jobs/handle.ts";
import { pack } from "../server/ports/jobs/payload.ts";
import type { JobChange } from "../server/ports/jobs/management.ts";
import { type BullJob, failureOf, fromPlainJson, toState } from "./bullmq_job.ts";

/** What waiting needs of its engine. */
export interface ResultsHost {
  /** The client to listen with; it is duplicated. */
  readonly connection: Redis;
  /** What BullMQ puts before its keys. */
  readonly prefix: string;
  /** Finds a job. */
  find(queue: string, id: string): Promise<BullJob | undefined>;
  /** Hears of errors. */
  onError(error: Error): void;
}

interface Waiter {
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

interface Watcher {
  /** What was told last, as JSON. */
  told: string | undefined;
  /** A look that was asked for, while the one before is under way. */
  again: boolean;
  looking: boolean;
  /** When a job that was there was first not found, in milliseconds. */
  missedAt: number | undefined;
  tell(change: JobChange | undefined): void;
}

/** Milliseconds between looks. */
const LOOK_INTERVAL = 2_000;

/** Those who wait for the jobs of one queue. */
export class QueueResults {
  readonly #host: ResultsHost;
  readonly #queue: string;
  readonly #events: QueueEvents;
  readonly #waiters = new Map<string, Set<Waiter>>();
  readonly #watchers = new Map<string, Set<Watcher>>();
  #timer: ReturnType<typeof setTimeout> | undefined = undefined;

  /** `after` is the last event that is not to be heard: "from now on" would begin some time after it was said. */
  constructor(host: ResultsHost, queue: string, after: string) {
    this.#host = host;
    this.#queue = queue;
    this.#events = new QueueEvents(queue, { connection: host.connection, prefix: host.prefix, lastEventId: after });
    this.#events.on("error", (error) => host.onError(error));
    this.#events.on("completed", ({ jobId, returnvalue }) => {
      const result = fromPlainJson(returnvalue, null);
      for (const waiter of this.#take(jobId)) waiter.resolve(result);
      if (this.#watchers.has(jobId)) void this.#completed(jobId, result);
    });
    this.#events.on("failed", ({ jobId, failedReason }) => void this.#failed(jobId, failedReason));
    this.#events.on("removed", ({ jobId }) => {
      for (const waiter of this.#take(jobId)) waiter.reject(notKept(jobId));
      this.#finish(jobId, undefined);
    });
    for (const event of ["active", "progress", "waiting", "delayed"] as const) {
      this.#events.on(event, ({ jobId }: { jobId: string }) => this.#show(jobId));
    }
  }

  /** Waits until events are heard. */
  async ready(): Promise<void> {
    await this.#events.waitUntilReady();
  }

  /** Gives a job's result when there is one. */
  async result(id: string, signal: AbortSignal): Promise<unknown> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const waiter = { resolve, reject };
    const waiters = this.#waiters.get(id) ?? new Set();
    this.#waiters.set(id, waiters.add(waiter));
    const onAbort = (): void => {
      waiters.delete(waiter);
      if (waiters.size === 0) this.#waiters.delete(id);
      reject(signal.reason);
    };
    signal.addEventListener("abort", onAbort, { once: true });
    this.#timer ??= setTimeout(() => void this.#later(), LOOK_INTERVAL);
    // After listening began, so that an end in between is not missed.
    this.#look(id).catch(reject);
    try {
      return await promise;
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }

  /** Tells how a job stands, and each change, until it ends, is gone, or the signal aborts. */
  async watch(id: string, signal: AbortSignal, tell: (change: JobChange | undefined) => void): Promise<void> {
    if (signal.aborted) return;
    const watcher: Watcher = { told: undefined, again: false, looking: false, missedAt: undefined, tell };
    const watchers = this.#watchers.get(id) ?? new Set();
    this.#watchers.set(id, watchers.add(watcher));
    const leave = (): void => {
      watchers.delete(watcher);
      if (watchers.size === 0 && this.#watchers.get(id) === watchers) this.#watchers.delete(id);
    };
    signal.addEventListener("abort", leave, { once: true });
    this.#timer ??= setTimeout(() => void this.#later(), LOOK_INTERVAL);
    try {
      await this.#lookFor(id, watcher);
    } catch (error) {
      leave();
      throw error;
    }
  }

  /** Looks for what those who wait are waiting for. */
  async look(): Promise<void> {
    for (const id of [...this.#waiters.keys()]) await this.#look(id);
    for (const id of [...this.#watchers.keys()]) this.#show(id);
  }

  #show(id: string): void {
    for (const watcher of this.#watchers.get(id) ?? []) {
      this.#lookFor(id, watcher).catch((error) => this.#host.onError(error));
    }
  }

  /** Looks how a job stands; what changes meanwhile asks for one more look, so the last is of the last change. */
  async #lookFor(id: string, watcher: Watcher): Promise<void> {
    watcher.again = true;
    if (watcher.looking) return;
    watcher.looking = true;
    try {
      while (watcher.again && this.#watchers.get(id)?.has(watcher)) {
        watcher.again = false;
        const job = await this.#host.find(this.#queue, id);
        const state = job && toState(await job.getState());
        if (!this.#watchers.get(id)?.has(watcher)) return;
        if (job === undefined || state === undefined) {
          if (this.#isGone(watcher)) this.#tell(id, watcher, undefined);
        } else {
          const completed = state === "completed";
          this.#tell(id, watcher, {
            state,
            progress: fromPlainJson(job.progress, 0),
            result: completed ? fromPlainJson(job.returnvalue, null) : undefined,
            error: failureOf(job),
          });
        }
      }
    } finally {
      watcher.looking = false;
    }
  }

  /**
   * A job that is not kept is gone before the event of its end has arrived, which knows how it ended: it is given the
   * time until a later look.
   */
  #isGone(watcher: Watcher): boolean {
    if (watcher.told === undefined) return true;
    watcher.missedAt ??= performance.now();
    return performance.now() - watcher.missedAt >= LOOK_INTERVAL / 2;
  }

  #tell(id: string, watcher: Watcher, change: JobChange | undefined): void {
    const text = change === undefined ? "gone" : JSON.stringify([change.state, pack(change.progress)]);
    if (change === undefined || change.state === "completed" || change.state === "failed") {
      const watchers = this.#watchers.get(id);
      watchers?.delete(watcher);
      if (watchers?.size === 0) this.#watchers.delete(id);
    } else if (text === watcher.told) return;
    watcher.told = text;
    watcher.tell(change);
  }

  /** An event tells the end: the job itself may not be kept. */
  #finish(id: string, change: JobChange | undefined): void {
    for (const watcher of [...this.#watchers.get(id) ?? []]) this.#tell(id, watcher, change);
  }

  /** Ends; who still waits is told. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    for (const id of [...this.#waiters.keys()]) {
      const error = new Error(`Cannot wait for job "${id}": the jobs adapter is closing`);
      for (const waiter of this.#take(id)) waiter.reject(error);
    }
    this.#watchers.clear();
    await this.#events.close();
  }

  async #later(): Promise<void> {
    await this.look().catch((error) => this.#host.onError(error));
    this.#timer = this.#waiters.size + this.#watchers.size > 0
      ? setTimeout(() => void this.#later(), LOOK_INTERVAL)
      : undefined;
  }

  async #look(id: string): Promise<void> {
    const job = await this.#host.find(this.#queue, id);
    if (job === undefined) {
      for (const waiter of this.#take(id)) waiter.reject(notKept(id));
      return;
    }
    if (job.finishedOn === undefined) return;
    const state = toState(await job.getState());
    if (state === "completed") {
      for (const waiter of this.#take(id)) waiter.resolve(fromPlainJson(job.returnvalue, null));
    } else if (state === "failed") this.#reject(id, job, job.failedReason);
  }

  async #completed(id: string, result: unknown): Promise<void> {
    // Its last progress; the job itself may not be kept.
    const job = await this.#host.find(this.#queue, id).catch(() => undefined);
    const progress = job && fromPlainJson(job.progress, 0);
    this.#finish(id, { state: "completed", progress, result, error: undefined });
  }

  async #failed(id: string, reason: string): Promise<void> {
    const job = await this.#host.find(this.#queue, id).catch(() => undefined);
    this.#reject(id, job, reason);
    const error = toFailure(job, reason);
    this.#finish(id, { state: "failed", progress: job && fromPlainJson(job.progress, 0), result: undefined, error });
  }

  #reject(id: string, job: BullJob | undefined, reason: string): void {
    const failure = toFailure(job, reason);
    for (const waiter of this.#take(id)) waiter.reject(fromFailure(failure));
  }

  #take(id: string): Set<Waiter> {
    const waiters = this.#waiters.get(id);
    this.#waiters.delete(id);
    return waiters ?? new Set();
  }
}

function toFailure(job: BullJob | undefined, reason: string): StoredFailure {
  return (job === undefined ? undefined : failureOf(job)) ?? { name: "Error", message: reason };
}

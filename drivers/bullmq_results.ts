/**
 * Waiting for the end of jobs that may run in any process: by BullMQ's events, and by a look from time to time for what
 * no event tells (a drained queue, a stream of events that was trimmed).
 *
 * @module
 */
import { QueueEvents } from "bullmq";
import type { Redis } from "ioredis";
import { fromFailure } from "../server/ports/jobs/failure.ts";
import { notKept } from "../server/ports/jobs/handle.ts";
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

/** Milliseconds between looks. */
const LOOK_INTERVAL = 2_000;

/** Those who wait for the jobs of one queue. */
export class QueueResults {
  readonly #host: ResultsHost;
  readonly #queue: string;
  readonly #events: QueueEvents;
  readonly #waiters = new Map<string, Set<Waiter>>();
  #timer: ReturnType<typeof setTimeout> | undefined = undefined;

  /** `after` is the last event that is not to be heard: "from now on" would begin some time after it was said. */
  constructor(host: ResultsHost, queue: string, after: string) {
    this.#host = host;
    this.#queue = queue;
    this.#events = new QueueEvents(queue, { connection: host.connection, prefix: host.prefix, lastEventId: after });
    this.#events.on("error", (error) => host.onError(error));
    this.#events.on("completed", ({ jobId, returnvalue }) => {
      for (const waiter of this.#take(jobId)) waiter.resolve(fromPlainJson(returnvalue, null));
    });
    this.#events.on("failed", ({ jobId, failedReason }) => void this.#failed(jobId, failedReason));
    this.#events.on("removed", ({ jobId }) => {
      for (const waiter of this.#take(jobId)) waiter.reject(notKept(jobId));
    });
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

  /** Looks for what those who wait are waiting for. */
  async look(): Promise<void> {
    for (const id of [...this.#waiters.keys()]) await this.#look(id);
  }

  /** Ends; who still waits is told. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    for (const id of [...this.#waiters.keys()]) {
      const error = new Error(`Cannot wait for job "${id}": the jobs adapter is closing`);
      for (const waiter of this.#take(id)) waiter.reject(error);
    }
    await this.#events.close();
  }

  async #later(): Promise<void> {
    await this.look().catch((error) => this.#host.onError(error));
    this.#timer = this.#waiters.size > 0 ? setTimeout(() => void this.#later(), LOOK_INTERVAL) : undefined;
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

  async #failed(id: string, reason: string): Promise<void> {
    const job = await this.#host.find(this.#queue, id).catch(() => undefined);
    this.#reject(id, job, reason);
  }

  #reject(id: string, job: BullJob | undefined, reason: string): void {
    const failure = (job === undefined ? undefined : failureOf(job)) ?? { name: "Error", message: reason };
    for (const waiter of this.#take(id)) waiter.reject(fromFailure(failure));
  }

  #take(id: string): Set<Waiter> {
    const waiters = this.#waiters.get(id);
    this.#waiters.delete(id);
    return waiters ?? new Set();
  }
}

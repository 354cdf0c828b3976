/**
 * Runs the jobs of BullMQ's queues: BullMQ claims, locks and records; what an attempt is, all engines share.
 *
 * @module
 */
import { DelayedError, UnrecoverableError as BullUnrecoverableError, WaitingError, Worker } from "bullmq";
import type { Redis } from "ioredis";
import { announceInterruption, type AttemptHost, type Delivery, runAttempt } from "../server/ports/jobs/attempt.ts";
import { AttemptControl } from "../server/ports/jobs/attempt_control.ts";
import { toFailure } from "../server/ports/jobs/failure.ts";
import type { RegisteredJob, Registry } from "../server/ports/jobs/registry.ts";
import {
  concurrencyOf,
  DEFAULT_GRACE_PERIOD,
  DEFAULT_MAX_STALLS,
  type WorkerOptions,
} from "../server/ports/jobs/worker_options.ts";
import { type BullJob, toPlainJson, toPublicId } from "./bullmq_job.ts";

/** What the workers need. */
export interface BullWorkersHost {
  /** The client that all share; each makes one more of it, to wait with. */
  readonly connection: Redis;
  /** What BullMQ puts before its keys. */
  readonly prefix: string;
  /** Milliseconds that a claimed job belongs to its worker without a sign of life. */
  readonly lockTime: number;
  /** The merged jobs. */
  readonly registry: Registry;
  /** The queues to serve. */
  readonly queues: readonly string[];
  /** How workers work. */
  readonly options: WorkerOptions;
  /** What attempts need. */
  readonly attempts: AttemptHost;
  /** Reads a job as it is kept. */
  find(queue: string, id: string): Promise<BullJob | undefined>;
  /** Tells whether another run of the timetable has not finished. */
  isRunning(job: BullJob): Promise<boolean>;
  /** Hears of errors. */
  onError(error: Error): void;
}

/** Milliseconds after which a job that only another version knows is offered again. */
const UNKNOWN_DELAY = 3_000;

/** The workers of one process, one for each queue. */
export class BullWorkers {
  readonly #host: BullWorkersHost;
  readonly #workers: Worker[] = [];
  readonly #running = new Map<string, AttemptControl>();
  /** What the attempt that just failed is to wait. */
  readonly #delays = new Map<string, number>();
  #ending: Promise<void> | undefined = undefined;

  constructor(host: BullWorkersHost) {
    this.#host = host;
    for (const queue of host.queues) this.#workers.push(this.#open(queue));
  }

  /** Cancels a job, by BullMQ's id, that runs here; tells whether it does. */
  cancel(queue: string, id: string): boolean {
    const control = this.#running.get(`${queue}:${id}`);
    control?.cancel();
    return control !== undefined;
  }

  /** Ends: no further job, the grace period for those that run, then their signals. */
  close(): Promise<void> {
    return this.#ending ??= this.#close();
  }

  async #close(): Promise<void> {
    const { clock } = this.#host.attempts;
    const { gracePeriod = DEFAULT_GRACE_PERIOD } = this.#host.options;
    const cancelTimer = clock.schedule(() => {
      for (const control of this.#running.values()) control.shutdown();
    }, gracePeriod);
    // Without Redis a worker never ends; its jobs come back when their locks are over.
    const last = Promise.withResolvers<void>();
    const cancelLast = clock.schedule(() => last.resolve(), gracePeriod + 3_000);
    const closing = Promise.all(this.#workers.map((worker) => worker.close()));
    closing.catch((error) => this.#host.onError(error));
    await Promise.race([closing, last.promise]);
    cancelTimer();
    cancelLast();
  }

  #open(queue: string): Worker {
    const { connection, prefix, lockTime, options } = this.#host;
    const limit = options.queues?.[queue]?.rateLimit;
    // Two parameters: with a third BullMQ makes a signal for each job, beside the one that attempts have.
    const process = (job: BullJob, token: string | undefined) => this.#process(job, token);
    const worker = new Worker(queue, process as never, {
      connection,
      prefix,
      concurrency: concurrencyOf(options, queue),
      lockDuration: lockTime,
      stalledInterval: lockTime,
      maxStalledCount: options.maxStalls ?? DEFAULT_MAX_STALLS,
      ...(limit === undefined ? undefined : { limiter: { max: limit.max, duration: limit.duration } }),
      settings: { backoffStrategy: (_attempts, _type, _error, job) => this.#takeDelay(`${queue}:${job?.id}`) },
    });
    worker.on("error", (error) => this.#host.onError(error));
    // Another worker may have them by now.
    worker.on("lockRenewalFailed", (ids) => {
      for (const id of ids) this.#running.get(`${queue}:${id}`)?.shutdown();
    });
    worker.on("failed", (job, error) => {
      if (job?.deferredFailure) void this.#announceStalled(job as BullJob, error);
    });
    return worker;
  }

  #takeDelay(place: string): number {
    const delay = this.#delays.get(place) ?? 0;
    this.#delays.delete(place);
    return delay;
  }

  async #process(job: BullJob, token: string | undefined): Promise<unknown> {
    const { registry, attempts } = this.#host;
    const registered = registry.jobs.get(job.name);
    const { logger } = attempts.app;
    if (registered === undefined) {
      logger.warn(`No job is called "${job.name}" here; it waits for a worker that knows it`, { id: job.id });
      await job.moveToDelayed(Date.now() + UNKNOWN_DELAY, token);
      throw new DelayedError();
    }
    const control = new AttemptControl();
    const delivery = toDelivery(job, registered, control);
    if (job.data.idempotencyKey !== undefined && job.stalledCounter > (job.data.forgiven ?? 0)) {
      const why = "its worker died, and nobody knows whether it took effect";
      const error = new Error(`Job "${job.name}" was interrupted: ${why}`);
      await announceInterruption(attempts, delivery, error);
      return await this.#fail(job, error, true);
    }
    if (registered.cron?.skipIfRunning && job.repeatJobKey !== undefined && await this.#host.isRunning(job)) {
      logger.info(`Job "${job.name}" is left out: the run before it has not finished`, { id: job.id });
      return null;
    }
    const place = `${job.queueName}:${job.id}`;
    this.#running.set(place, control);
    try {
      const outcome = await runAttempt(attempts, delivery);
      switch (outcome.kind) {
        case "completed":
          return toPlainJson(outcome.result, null);
        case "retry":
          this.#delays.set(place, outcome.delay);
          return await this.#fail(job, outcome.error, false);
        case "failed":
          return await this.#fail(job, outcome.error, true);
        case "released":
          return await this.#release(job, token);
      }
    } finally {
      this.#running.delete(place);
    }
  }

  async #fail(job: BullJob, thrown: unknown, final: boolean): Promise<never> {
    const failure = toFailure(thrown);
    // BullMQ keeps the message; what else there is to an error is kept only when there is.
    if (failure.name !== "Error" || failure.code !== undefined) {
      const { stack: _stack, ...rest } = failure;
      // Not of `job.data`, which the handler may have changed by changing its payload.
      const kept = await this.#host.find(job.queueName, job.id ?? "");
      if (kept !== undefined) await job.updateData({ ...kept.data, failure: rest });
    }
    const error = final ? new BullUnrecoverableError(failure.message) : new Error(failure.message);
    if (failure.stack !== undefined) error.stack = failure.stack;
    throw error;
  }

  async #release(job: BullJob, token: string | undefined): Promise<never> {
    if (job.data.idempotencyKey !== undefined) {
      const message = `Job "${job.name}" was interrupted by a shutdown, and nobody knows whether it took effect`;
      return await this.#fail(job, new Error(message), true);
    }
    await job.moveToWait(token);
    throw new WaitingError();
  }

  async #announceStalled(job: BullJob, error: Error): Promise<void> {
    const registered = this.#host.registry.jobs.get(job.name);
    if (registered === undefined) return;
    const delivery = toDelivery(job, registered, new AttemptControl());
    await announceInterruption(this.#host.attempts, delivery, error);
  }
}

function toDelivery(job: BullJob, registered: RegisteredJob, control: AttemptControl): Delivery {
  return {
    id: toPublicId(job.queueName, job.id),
    job: registered,
    queue: job.queueName,
    envelope: job.data,
    attempt: job.attemptsMade + 1,
    attempts: job.opts.attempts ?? 1,
    control,
    progress: async (value) => await job.updateProgress(toPlainJson(value, 0) as object),
  };
}

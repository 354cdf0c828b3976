/**
 * Runs the jobs of an embedded engine.
 *
 * One *turn* does what time asks for (delayed jobs, timetables, the jobs of dead workers) and claims as many jobs as may
 * run. A turn follows whatever could make one runnable: something enqueued, something finished, a time that came, or, at
 * the next poll, what another process did. Turns asked for in one go are one turn.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import type { QueueHost } from "../queue.ts";
import { announceInterruption, type AttemptHost, type Delivery, type Outcome, runAttempt } from "./attempt.ts";
import { AttemptControl } from "./attempt_control.ts";
import { toFailure } from "./failure.ts";
import { notKept } from "./handle.ts";
import type { Retention } from "./options.ts";
import type { NextCron, RegisteredJob, Registry } from "./registry.ts";
import type { Finish, JobStorage, Keep, StoredJob } from "./storage.ts";
import { reconcile, startDue } from "./timetable.ts";
import { concurrencyOf, DEFAULT_GRACE_PERIOD, DEFAULT_MAX_STALLS, type WorkerOptions } from "./worker_options.ts";

/** How the worker works. */
export interface EmbeddedWorkerOptions extends WorkerOptions {
  /** Tells the time and waits. */
  readonly clock: Clock;
  /** Computes timetables. */
  readonly nextCron: NextCron;
  /** Milliseconds between looks at what other processes did. */
  readonly pollInterval?: number | undefined;
  /** Milliseconds that a claimed job belongs to its worker without a sign of life. */
  readonly lockTime?: number | undefined;
  /** Gives 0 to 1, for jitter. */
  readonly random?: (() => number) | undefined;
}

interface RunningAttempt {
  readonly queue: string;
  readonly control: AttemptControl;
  readonly done: Promise<void>;
}

interface Waiter {
  readonly id: string;
  readonly queue: string;
  resolve(job: StoredJob): void;
  reject(error: unknown): void;
}

interface Watcher {
  readonly id: string;
  readonly queue: string;
  /** What was told last: storages may change a row in place. */
  told: string;
  tell(job: StoredJob | undefined): void;
}

/** Timers hold 31 bits, and a clock that is set anew should be noticed within the hour. */
const LONGEST_SLEEP = 3_600_000;

/** Finished jobs are pruned at most so often: each time costs a look at the whole queue. */
const PRUNE_INTERVAL = 1_000;

/** The worker of one process. */
export class EmbeddedWorker {
  readonly #storage: JobStorage;
  readonly #registry: Registry;
  readonly #host: QueueHost;
  readonly #options: EmbeddedWorkerOptions;
  readonly #attempts: AttemptHost;
  readonly #owner: string = crypto.randomUUID();
  /** The queues served, each with the keys of the jobs known here: what only another version knows, waits for it. */
  readonly #queues = new Map<string, number>();
  readonly #keys: readonly string[];
  readonly #running = new Map<number, RunningAttempt>();
  readonly #counts = new Map<string, number>();
  readonly #waiters = new Map<number, Set<Waiter>>();
  /** Those who watch, by the job's number. */
  readonly #watchers = new Map<number, Set<Watcher>>();
  readonly #toPrune = new Map<string, { queue: string; state: Finish["state"]; keep: Retention }>();
  #prunedAt = -Infinity;
  #dueAt: number | undefined = -Infinity;
  #limitedUntil = Infinity;
  #beatAt = Infinity;
  #asked = false;
  #cancelTimer: () => void = () => {};
  #timerAt = Infinity;
  #stopping = false;

  constructor(storage: JobStorage, registry: Registry, host: QueueHost, options: EmbeddedWorkerOptions) {
    this.#storage = storage;
    this.#registry = registry;
    this.#host = host;
    this.#options = options;
    const { autoStartWorker, clock, random = Math.random } = options;
    const debug = typeof autoStartWorker === "object" && autoStartWorker.debug === true;
    this.#attempts = { app: host, clock, random, debug };
    this.#keys = [...registry.jobs.keys()];
    for (const queue of [...registry.queues, ...Object.keys(options.queues ?? {})]) {
      const concurrency = concurrencyOf(options, queue);
      if (concurrency > 0) this.#queues.set(queue, concurrency);
    }
  }

  /** Begins. */
  start(): void {
    if (this.#isIdle) return;
    reconcile(this.#storage, this.#registry, this.#host, this.#options.nextCron, this.#options.clock.now());
    this.wake();
  }

  /** Asks for a turn. */
  wake(): void {
    if (this.#isIdle) return this.look();
    this.#dueAt = -Infinity;
    this.#ask();
  }

  /** Tells those who wait for a job that it is gone. */
  removed(seq: number): void {
    for (const waiter of this.#take(seq)) waiter.reject(notKept(waiter.id));
    this.#show(seq);
  }

  /** Cancels a job that runs here. */
  cancel(seq: number): void {
    this.#running.get(seq)?.control.cancel();
  }

  /** Gives a job when it has finished. */
  finished(job: StoredJob, signal: AbortSignal): Promise<StoredJob> {
    return new Promise((resolve, reject) => {
      const waiter: Waiter = { id: job.id, queue: job.queue, resolve, reject };
      const waiters = this.#waiters.get(job.seq) ?? new Set();
      this.#waiters.set(job.seq, waiters.add(waiter));
      signal.addEventListener("abort", () => {
        waiters.delete(waiter);
        if (waiters.size === 0 && this.#waiters.get(job.seq) === waiters) this.#waiters.delete(job.seq);
        this.#sleep();
        reject(signal.reason);
      }, { once: true });
      this.#sleep();
    });
  }

  /** Tells how a job stands, and each change, until it ends, is gone, or the signal aborts. */
  watch(id: string, queue: string, signal: AbortSignal, tell: (job: StoredJob | undefined) => void): void {
    if (signal.aborted) return;
    const job = this.#storage.find(id, queue);
    tell(job);
    if (job === undefined || isOver(job) || signal.aborted) return;
    const watcher: Watcher = { id, queue, told: toText(job), tell };
    const watchers = this.#watchers.get(job.seq) ?? new Set();
    this.#watchers.set(job.seq, watchers.add(watcher));
    signal.addEventListener("abort", () => {
      watchers.delete(watcher);
      if (watchers.size === 0 && this.#watchers.get(job.seq) === watchers) this.#watchers.delete(job.seq);
      // What was looked for on his behalf need not be looked for any more.
      this.#sleep();
    }, { once: true });
    this.#sleep();
  }

  /** Tells those who watch a job, where something has changed. */
  #show(seq: number): void {
    const watchers = this.#watchers.get(seq);
    const [first] = watchers ?? [];
    if (watchers === undefined || first === undefined) return;
    const found = this.#storage.find(first.id, first.queue);
    const job = found?.seq === seq ? found : undefined;
    if (job === undefined || isOver(job)) this.#watchers.delete(seq);
    const text = job === undefined ? "" : toText(job);
    for (const watcher of [...watchers]) {
      if (watcher.told === text) continue;
      watcher.told = text;
      watcher.tell(job);
    }
  }

  /** Looks for what those who wait are waiting for. */
  look(): void {
    for (const seq of [...this.#watchers.keys()]) this.#show(seq);
    for (const [seq, waiters] of this.#waiters) {
      const [first] = waiters;
      if (first === undefined) continue;
      const job = this.#storage.find(first.id, first.queue);
      if (job === undefined || job.seq !== seq) this.removed(seq);
      else if (job.state === "completed" || job.state === "failed") {
        for (const waiter of this.#take(seq)) waiter.resolve(job);
      }
    }
  }

  /** Ends: no further job, the grace period for those that run, then their signals. */
  async close(): Promise<void> {
    this.#stopping = true;
    this.#cancelTimer();
    this.#watchers.clear();
    const { clock, gracePeriod = DEFAULT_GRACE_PERIOD } = this.#options;
    // Their locks go on being prolonged: a grace period may be longer than a lock.
    if (this.#running.size > 0) this.#sleep();
    const cancelTimer = clock.schedule(() => {
      for (const { control } of this.#running.values()) control.shutdown();
    }, gracePeriod);
    await Promise.all([...this.#running.values()].map(({ done }) => done));
    cancelTimer();
    this.#cancelTimer();
    for (const seq of [...this.#waiters.keys()]) {
      for (const waiter of this.#take(seq)) {
        waiter.reject(new Error(`Cannot wait for job "${waiter.id}": the jobs adapter is closing`));
      }
    }
  }

  get #isIdle(): boolean {
    return this.#queues.size === 0;
  }

  #ask(): void {
    if (this.#asked || this.#stopping) return;
    this.#asked = true;
    queueMicrotask(() => {
      this.#asked = false;
      if (!this.#stopping) this.#turn();
    });
  }

  #turn(): void {
    try {
      const { clock } = this.#options;
      const now = clock.now();
      if (this.#dueAt !== undefined && this.#dueAt <= now) this.#doDue(now);
      this.#limitedUntil = Infinity;
      for (const [queue, concurrency] of this.#queues) {
        const free = concurrency - (this.#counts.get(queue) ?? 0);
        if (free > 0) this.#claim(queue, free, now);
      }
      this.#prune(now);
    } catch (error) {
      this.#host.logger.error("The jobs' storage failed; it is tried again in a second", { error });
      this.#limitedUntil = this.#options.clock.now() + 1_000;
    }
    this.#sleep();
  }

  /** What time asks for. */
  #doDue(now: number): void {
    const storage = this.#storage;
    this.#beat(now);
    const interrupted = storage.transaction(() => {
      storage.promote(now);
      startDue(storage, this.#options.nextCron, now);
      const failed = storage.stalled(now).filter((job) => !this.#redeliver(job, now));
      this.#dueAt = storage.nextDue();
      return failed;
    });
    for (const job of interrupted) this.#interrupt(job, now);
  }

  /** Lets a dead worker's job wait again, unless it must not be delivered again. */
  #redeliver(job: StoredJob, now: number): boolean {
    const { maxStalls = DEFAULT_MAX_STALLS } = this.#options;
    if (job.guarded || job.stalls >= maxStalls) return false;
    this.#host.logger.warn(`The worker of job "${job.key}" died; the job is delivered again`, { id: job.id });
    const { attemptsMade, stalls, error, seq, owner } = job;
    const postpone = { state: "waiting", runAt: now, attemptsMade, stalls: stalls + 1, error } as const;
    return this.#storage.postpone(seq, owner as string, postpone);
  }

  #interrupt(job: StoredJob, now: number): void {
    const error = new Error(
      job.guarded
        ? `Job "${job.key}" was interrupted: its worker died, and nobody knows whether it took effect`
        : `Job "${job.key}" was interrupted: its workers died ${job.stalls + 1} times`,
    );
    this.#record(job, job.owner as string, { kind: "failed", error }, now);
    const registered = this.#registry.jobs.get(job.key);
    if (registered === undefined) return;
    const control = new AttemptControl();
    const delivery = this.#toDelivery(job, registered, control);
    this.#track(job, control, announceInterruption(this.#attempts, delivery, error));
  }

  #claim(queue: string, free: number, now: number): void {
    const { lockTime = Infinity, queues } = this.#options;
    const storage = this.#storage;
    const limit = queues?.[queue]?.rateLimit;
    const claim = (count: number): StoredJob[] =>
      storage.claim(queue, this.#keys, count, now, now + lockTime, this.#owner);
    if (limit === undefined) {
      for (const job of claim(free)) this.#run(job);
      return;
    }
    const jobs = storage.transaction(() => {
      const window = storage.rate(queue);
      const current = window !== undefined && now < window.start + limit.duration ? window : { start: now, used: 0 };
      const granted = Math.min(free, limit.max - current.used);
      if (granted < free) this.#limitedUntil = Math.min(this.#limitedUntil, current.start + limit.duration);
      if (granted <= 0) return [];
      const claimed = claim(granted);
      if (claimed.length > 0) storage.setRate(queue, current.start, current.used + claimed.length);
      return claimed;
    });
    for (const job of jobs) this.#run(job);
  }

  #run(job: StoredJob): void {
    const registered = this.#registry.jobs.get(job.key) as RegisteredJob;
    const control = new AttemptControl();
    this.#show(job.seq);
    const work = runAttempt(this.#attempts, this.#toDelivery(job, registered, control)).then((outcome) => {
      this.#record(job, this.#owner, this.#afterShutdown(job, outcome), this.#options.clock.now());
    });
    this.#track(job, control, work);
  }

  #toDelivery(job: StoredJob, registered: RegisteredJob, control: AttemptControl): Delivery {
    return {
      id: job.id,
      job: registered,
      queue: job.queue,
      envelope: JSON.parse(job.data),
      attempt: job.attemptsMade + 1,
      attempts: job.attempts,
      control,
      progress: (value) => {
        this.#storage.progress(job.seq, this.#owner, JSON.stringify(value));
        this.#show(job.seq);
      },
    };
  }

  /** An interrupted effect may have taken place; with a key, only a person may have it run again. */
  #afterShutdown(job: StoredJob, outcome: Outcome): Outcome {
    if (outcome.kind !== "released" || !job.guarded) return outcome;
    const message = `Job "${job.key}" was interrupted by a shutdown, and nobody knows whether it took effect`;
    return { kind: "failed", error: new Error(message) };
  }

  #track(job: StoredJob, control: AttemptControl, work: Promise<void>): void {
    const { queue, seq } = job;
    this.#counts.set(queue, (this.#counts.get(queue) ?? 0) + 1);
    const done = work.catch((error) => {
      this.#host.logger.error(`The outcome of job "${job.key}" could not be recorded; it is delivered again`, {
        id: job.id,
        error,
      });
    }).then(() => {
      this.#counts.set(queue, (this.#counts.get(queue) ?? 1) - 1);
      this.#running.delete(seq);
      this.#ask();
    });
    this.#running.set(seq, { queue, control, done });
    const { lockTime } = this.#options;
    if (lockTime !== undefined) this.#beatAt = Math.min(this.#beatAt, this.#options.clock.now() + lockTime / 3);
  }

  #record(job: StoredJob, owner: string, outcome: Outcome, now: number): void {
    const storage = this.#storage;
    const { seq, attemptsMade, stalls } = job;
    if (outcome.kind === "completed" || outcome.kind === "failed") {
      const finish: Finish = {
        state: outcome.kind,
        attemptsMade: attemptsMade + 1,
        finishedAt: now,
        result: outcome.kind === "completed" ? JSON.stringify(outcome.result) : null,
        error: outcome.kind === "failed" ? JSON.stringify(toFailure(outcome.error)) : null,
      };
      const keep: Retention = (JSON.parse(job.keep) as Keep)[outcome.kind];
      const owned = storage.finish(seq, owner, finish);
      if (!owned) return this.#lost(job);
      for (const waiter of this.#take(seq)) waiter.resolve({ ...job, ...finish });
      this.#show(seq);
      if (keep.count === 0) storage.remove(seq);
      else if (keep.age !== undefined || keep.count !== undefined) {
        this.#toPrune.set(`${outcome.kind}:${job.queue}`, { queue: job.queue, state: outcome.kind, keep });
      }
      return;
    }
    const retry = outcome.kind === "retry";
    const delay = retry ? outcome.delay : 0;
    const runAt = now + delay;
    const owned = storage.postpone(seq, owner, {
      state: delay > 0 ? "delayed" : "waiting",
      runAt,
      attemptsMade: attemptsMade + (retry ? 1 : 0),
      stalls,
      error: retry ? JSON.stringify(toFailure(outcome.error)) : job.error,
    });
    if (!owned) return this.#lost(job);
    this.#show(seq);
    if (delay > 0) this.#dueAt = Math.min(this.#dueAt ?? Infinity, runAt);
  }

  #lost(job: StoredJob): void {
    this.#host.logger.warn(`Job "${job.key}" took longer than its lock and was given to another worker`, {
      id: job.id,
    });
  }

  #beat(now: number): void {
    const { lockTime } = this.#options;
    if (lockTime === undefined) return;
    const seqs = [...this.#running.keys()];
    this.#storage.extend(seqs, this.#owner, now + lockTime);
    this.#beatAt = seqs.length > 0 ? now + lockTime / 3 : Infinity;
  }

  #prune(now: number): void {
    if (now < this.#pruneAt) return;
    this.#prunedAt = now;
    for (const { queue, state, keep } of this.#toPrune.values()) this.#storage.prune(queue, state, keep, now);
    this.#storage.pruneKeys(now);
    this.#toPrune.clear();
  }

  /** When there is something to do, as far as this process knows; never for one that does nothing. */
  get #nextAt(): number {
    if (this.#isIdle || this.#stopping) return Infinity;
    return Math.min(this.#dueAt ?? Infinity, this.#limitedUntil, this.#pruneAt);
  }

  get #pruneAt(): number {
    return this.#toPrune.size > 0 ? this.#prunedAt + PRUNE_INTERVAL : Infinity;
  }

  /** Waits for the next time at which there may be something to do. */
  #sleep(): void {
    const { clock, pollInterval } = this.#options;
    const now = clock.now();
    // A process that only enqueues looks for nothing but what it waits for.
    const polls = pollInterval !== undefined && !this.#stopping &&
      (!this.#isIdle || this.#waiters.size + this.#watchers.size > 0);
    const at = Math.min(this.#nextAt, this.#beatAt, polls ? now + pollInterval : Infinity);
    if (at === this.#timerAt && at > now) return;
    this.#cancelTimer();
    this.#timerAt = at;
    if (at === Infinity) return;
    const delay = Math.min(Math.max(at - now, 0), LONGEST_SLEEP);
    const cancel = clock.schedule(() => {
      this.#timerAt = Infinity;
      this.#onTime();
    }, delay);
    this.#cancelTimer = () => {
      this.#timerAt = Infinity;
      cancel();
    };
  }

  #onTime(): void {
    const now = this.#options.clock.now();
    try {
      if (now >= this.#beatAt) this.#beat(now);
      if (this.#storage.changed()) {
        this.#dueAt = -Infinity;
        this.look();
        for (const seq of this.#storage.cancelRequests(this.#owner)) this.cancel(seq);
      } else if (this.#nextAt > now) return this.#sleep();
    } catch (error) {
      this.#host.logger.error("The jobs' storage failed; it is tried again", { error });
    }
    if (this.#isIdle || this.#stopping) this.#sleep();
    else this.#ask();
  }

  #take(seq: number): Set<Waiter> {
    const waiters = this.#waiters.get(seq);
    this.#waiters.delete(seq);
    return waiters ?? new Set();
  }
}

function isOver({ state }: StoredJob): boolean {
  return state === "completed" || state === "failed";
}

/** What there is to tell of a job. */
function toText({ state, attemptsMade, progress }: StoredJob): string {
  return `${state} ${attemptsMade} ${progress}`;
}

/**
 * The engine on BullMQ: enqueuing, results and management.
 *
 * @module
 */
import { type JobType, Queue } from "bullmq";
import type { Redis } from "ioredis";
import { type Clock, systemClock } from "../server/ports/clock.ts";
import type { JobsBackend } from "../server/ports/jobs/adapter.ts";
import type { JobHandle } from "../server/ports/jobs/client.ts";
import { toEnvelope } from "../server/ports/jobs/envelope.ts";
import { createHandle } from "../server/ports/jobs/handle.ts";
import { JobIds } from "../server/ports/jobs/id.ts";
import { raceAbort } from "../server/ports/jobs/race_abort.ts";
import type {
  DrainOptions,
  JobChange,
  JobCounts,
  JobFilter,
  JobSnapshot,
  JobState,
} from "../server/ports/jobs/management.ts";
import type { Registry } from "../server/ports/jobs/registry.ts";
import { concurrencyOf, DEFAULT_IDEMPOTENCY_TTL, type WorkerOptions } from "../server/ports/jobs/worker_options.ts";
import type { EnqueueRequest, JobAddress, QueueHost } from "../server/ports/queue.ts";
import { RedisConnection, type RedisPlace } from "./bullmq_connection.ts";
import {
  type BullData,
  type BullJob,
  fromPublicId,
  toJobOptions,
  toPublicId,
  toSnapshot,
  toState,
  toTemplateOptions,
} from "./bullmq_job.ts";
import { QueueResults } from "./bullmq_results.ts";
import { endOrphans, isCronRun, reconcile, skipRun } from "./bullmq_schedules.ts";
import { BullWorkers } from "./bullmq_worker.ts";

/** How the engine works. */
export interface BullBackendOptions extends WorkerOptions {
  /** Where Redis is. */
  readonly place: RedisPlace;
  /** What BullMQ puts before its keys. */
  readonly prefix: string;
  /** Milliseconds that a call waits for Redis. */
  readonly timeout: number;
  /** Milliseconds that a claimed job belongs to its worker without a sign of life. */
  readonly lockTime: number;
}

interface Running {
  readonly registry: Registry;
  readonly host: QueueHost;
}

/** The states of BullMQ that make up one of ours. */
const TYPES: Readonly<Record<JobState, readonly JobType[]>> = {
  waiting: ["waiting", "prioritized", "waiting-children"],
  delayed: ["delayed"],
  active: ["active"],
  completed: ["completed"],
  failed: ["failed"],
};

const STATES: readonly JobState[] = ["waiting", "delayed", "active", "completed", "failed"];

/** How many jobs are read at once. */
const PAGE = 200;

/** The engine on BullMQ. */
export class BullBackend implements JobsBackend {
  /** BullMQ has the machine's clock. */
  readonly clock: Clock = systemClock;
  readonly #options: BullBackendOptions;
  readonly #redis: RedisConnection;
  readonly #ids = new JobIds();
  readonly #queues = new Map<string, Queue<BullData>>();
  readonly #results = new Map<string, Promise<QueueResults>>();
  #running: Running | undefined = undefined;
  #workers: BullWorkers | undefined = undefined;
  #workerClient: Redis | undefined = undefined;
  #silent = false;
  #closed: Promise<void> | undefined = undefined;

  constructor(options: BullBackendOptions) {
    this.#options = options;
    this.#redis = new RedisConnection(options.place, options.timeout, (error) => this.#onError(error));
  }

  start(registry: Registry, host: QueueHost): void {
    if (this.#running !== undefined) {
      throw new TypeError("Cannot enable jobs: the adapter already serves an application");
    }
    this.#running = { registry, host };
    if (this.#options.autoStartWorker !== false) this.#startWorkers(registry, host);
  }

  /** Workers start when Redis is there: BullMQ's own would wait for it in a way that nothing can end. */
  #startWorkers(registry: Registry, host: QueueHost): void {
    const client = this.#openWaiting();
    const served = this.#names().filter((queue) => concurrencyOf(this.#options, queue) > 0);
    client.once("ready", () => {
      if (this.#closed !== undefined) return;
      this.#beginWork(client, served, registry, host).catch((error) => this.#onError(error));
    });
    // Its failures are told by its "error" events; it goes on trying.
    client.connect().catch(() => {});
  }

  async #beginWork(client: Redis, served: readonly string[], registry: Registry, host: QueueHost): Promise<void> {
    const { autoStartWorker, prefix, lockTime } = this.#options;
    await this.#redis.ready();
    await reconcile(new Map(served.map((name) => [name, this.#queue(name)])), registry, host);
    await endOrphans(this.#redis.commands, prefix, registry, (name) => this.#queue(name));
    if (this.#closed !== undefined) return;
    this.#workers = new BullWorkers({
      connection: client,
      prefix,
      lockTime,
      registry,
      queues: served,
      options: this.#options,
      attempts: {
        app: host,
        clock: this.clock,
        random: Math.random,
        debug: typeof autoStartWorker === "object" && autoStartWorker.debug === true,
      },
      isRunning: (job) => this.#isRunning(job),
      find: (queue, id) => this.#queue(queue).getJob(id),
      onError: (error) => this.#onError(error),
    });
    const listener = this.#redis.open({ maxRetriesPerRequest: null });
    listener.on("message", (_channel: string, message: string) => {
      const [queue, id] = JSON.parse(message) as [string, string];
      this.#workers?.cancel(queue, id);
    });
    await listener.subscribe(this.#cancelChannel);
  }

  enqueue(requests: readonly EnqueueRequest[]): Promise<JobHandle[]> {
    return this.#call(async () => {
      const { host } = this.#started();
      const names = this.#names();
      for (const { job, options } of requests) {
        if (!names.includes(options.queue)) {
          throw new TypeError(`Cannot enqueue job "${job.key}": there is no queue "${options.queue}"`);
        }
      }
      if (requests.length === 1) return [await this.#add(requests[0] as EnqueueRequest, host)];
      return await this.#addAll(requests, host);
    });
  }

  async #add(request: EnqueueRequest, host: QueueHost): Promise<JobHandle> {
    const { job, payload, options } = request;
    const queue = this.#queue(options.queue);
    const data = toEnvelope(payload, options, host);
    if (options.repeat === undefined) {
      const added = await this.#redis.answer(queue.add(job.key, data, this.#toOptions(request)));
      return this.#toHandle(job.key, options.queue, added.id);
    }
    const { every, times } = options.repeat;
    const now = this.clock.now();
    const first = options.at ?? now + options.delay;
    const id = `repeat.${this.#ids.next(now)}`;
    const repeat = {
      every,
      ...(times === undefined ? undefined : { limit: times }),
      ...(first > now ? { startDate: first } : undefined),
    };
    const template = { name: job.key, data, opts: toTemplateOptions(options) };
    const added = await this.#redis.answer(queue.upsertJobScheduler(id, repeat, template));
    return this.#toHandle(job.key, options.queue, added?.id);
  }

  /** Those of one queue in one transaction. */
  async #addAll(requests: readonly EnqueueRequest[], host: QueueHost): Promise<JobHandle[]> {
    const handles: JobHandle[] = [];
    const groups = new Map<string, number[]>();
    for (const [index, { options }] of requests.entries()) {
      if (options.repeat !== undefined) continue;
      const group = groups.get(options.queue);
      if (group === undefined) groups.set(options.queue, [index]);
      else group.push(index);
    }
    for (const [name, indices] of groups) {
      const entries = indices.map((index) => {
        const request = requests[index] as EnqueueRequest;
        const { job, payload, options } = request;
        return { name: job.key, data: toEnvelope(payload, options, host), opts: this.#toOptions(request) };
      });
      const added = await this.#redis.answer(this.#queue(name).addBulk(entries));
      for (const [position, index] of indices.entries()) {
        const key = (requests[index] as EnqueueRequest).job.key;
        handles[index] = this.#toHandle(key, name, added[position]?.id);
      }
    }
    for (const [index, request] of requests.entries()) {
      if (request.options.repeat !== undefined) handles[index] = await this.#add(request, host);
    }
    return handles;
  }

  #toHandle(key: string, queue: string, id: string | undefined): JobHandle {
    return createHandle(this, toPublicId(queue, id), key, queue);
  }

  #toOptions({ job, options }: EnqueueRequest): ReturnType<typeof toJobOptions> {
    const now = this.clock.now();
    const { queue } = fromPublicId(options.jobId ?? "");
    if (queue !== undefined && this.#names().includes(queue)) {
      throw new TypeError(
        `Cannot enqueue job "${job.key}": jobId "${options.jobId}" looks like an id of queue "${queue}"`,
      );
    }
    const { idempotencyTtl = DEFAULT_IDEMPOTENCY_TTL } = this.#options;
    return toJobOptions(job.key, options, idempotencyTtl, now);
  }

  result(id: string, queue: string, signal: AbortSignal): Promise<unknown> {
    return this.#call(async () => {
      const results = await this.#listen(queue);
      return await results.result(toOwnId(id, queue), signal);
    });
  }

  watch({ id, queue }: JobAddress, signal: AbortSignal, tell: (change: JobChange | undefined) => void): Promise<void> {
    return this.#call(async () => {
      if (!this.#names().includes(queue)) return tell(undefined);
      const results = await raceAbort(this.#listen(queue), signal);
      await results.watch(toOwnId(id, queue), signal, tell);
    });
  }

  #listen(queue: string): Promise<QueueResults> {
    const listening = this.#results.get(queue) ?? this.#beginListening(queue);
    this.#results.set(queue, listening);
    // A failed beginning is begun again by the next who wants to know.
    listening.catch(() => this.#results.delete(queue));
    return listening;
  }

  async #beginListening(queue: string): Promise<QueueResults> {
    const { prefix } = this.#options;
    const [last] = await this.#redis.commands.xrevrange(`${prefix}:${queue}:events`, "+", "-", "COUNT", 1);
    const results = new QueueResults(
      {
        connection: this.#openWaiting(),
        prefix,
        find: (name, id) => this.#queue(name).getJob(id),
        onError: (error) => this.#onError(error),
      },
      queue,
      last?.[0] ?? "0-0",
    );
    await results.ready();
    return results;
  }

  get(id: string): Promise<JobSnapshot | undefined> {
    return this.#call(async () => {
      const job = await this.#find(id);
      return job === undefined ? undefined : await this.#toSnapshot(job, toState(await job.getState()));
    });
  }

  search(filter: JobFilter = {}): Promise<JobSnapshot[]> {
    return this.#call(async () => {
      const { state, limit = 100, offset = 0 } = filter;
      const states = state === undefined ? STATES : typeof state === "string" ? [state] : state;
      const found: (readonly [BullJob, JobState])[] = [];
      for (const queue of this.#select("search", filter.queue)) {
        for (const one of states) {
          for (const job of await pages(queue, TYPES[one], filter, offset + limit)) found.push([job, one]);
        }
      }
      found.sort(([a], [b]) => b.timestamp - a.timestamp);
      return await Promise.all(
        found.slice(offset, offset + limit).map(([job, one]) => this.#toSnapshot(job, one)),
      );
    });
  }

  retry(id: string): Promise<boolean> {
    return this.#call(async () => {
      const job = await this.#find(id);
      if (job === undefined || await job.getState() !== "failed") return false;
      const { failure: _failure, ...data } = job.data;
      await job.updateData(job.stalledCounter > 0 ? { ...data, forgiven: job.stalledCounter } : data);
      await job.retry("failed", { resetAttemptsMade: true, resetAttemptsStarted: true });
      return true;
    });
  }

  cancel(id: string, queue?: string): Promise<boolean> {
    return this.#call(async () => {
      const job = queue === undefined ? await this.#find(id) : await this.#queue(queue).getJob(toOwnId(id, queue));
      if (job === undefined) return false;
      const state = toState(await job.getState());
      const repeats = job.repeatJobKey?.startsWith("repeat.") === true;
      const ended = repeats && await this.#queue(job.queueName).removeJobScheduler(job.repeatJobKey as string);
      switch (state) {
        case "completed":
        case "failed":
          return ended;
        case "active":
          if (this.#workers?.cancel(job.queueName, job.id as string) !== true) {
            await this.#redis.commands.publish(this.#cancelChannel, JSON.stringify([job.queueName, job.id]));
          }
          return true;
        default:
          if (isCronRun(job)) {
            const { runAt } = await this.#toSnapshot(job, state);
            await skipRun(this.#queue(job.queueName), job, runAt?.getTime() ?? this.clock.now());
          }
          // With a repetition, or for the next run of a timetable, BullMQ removed the run that waited for its time.
          if (!(ended || isCronRun(job)) || await this.#find(id) !== undefined) await job.remove();
          return true;
      }
    });
  }

  pause(queue?: string): Promise<void> {
    return this.#call(async () => {
      await Promise.all(this.#select("pause", queue).map((one) => one.pause()));
    });
  }

  resume(queue?: string): Promise<void> {
    return this.#call(async () => {
      await Promise.all(this.#select("resume", queue).map((one) => one.resume()));
    });
  }

  counts(queue?: string): Promise<JobCounts> {
    return this.#call(async () => {
      const sums: Record<JobState, number> = { waiting: 0, delayed: 0, active: 0, completed: 0, failed: 0 };
      for (const one of this.#select("count", queue)) {
        const counts = await one.getJobCounts(...STATES.flatMap((state) => TYPES[state]));
        for (const state of STATES) for (const type of TYPES[state]) sums[state] += counts[type] ?? 0;
      }
      return sums;
    });
  }

  drain({ queue, delayed = false }: DrainOptions = {}): Promise<number> {
    return this.#call(async () => {
      let removed = 0;
      for (const one of this.#select("drain", queue)) {
        const types = [...TYPES.waiting, ...(delayed ? TYPES.delayed : [])];
        const before = await one.getJobCountByTypes(...types);
        await one.drain(delayed);
        removed += before - await one.getJobCountByTypes(...types);
        await (await this.#results.get(one.name))?.look();
      }
      return removed;
    });
  }

  close(): Promise<void> {
    return this.#closed ??= this.#close();
  }

  async #close(): Promise<void> {
    await this.#workers?.close();
    this.#silent = true;
    const connected = this.#redis.commands.status === "ready";
    if (connected) {
      const results = await Promise.all(this.#results.values());
      await Promise.all(results.map((one) => one.close()));
      await Promise.all([...this.#queues.values()].map((queue) => queue.close()));
    }
    await this.#redis.close();
  }

  /** A client that keeps what it is to send until Redis is there: for those who wait anyway. */
  #openWaiting(): Redis {
    return this.#workerClient ??= this.#redis.open({ maxRetriesPerRequest: null });
  }

  #queue(name: string): Queue<BullData> {
    let queue = this.#queues.get(name);
    if (queue === undefined) {
      queue = new Queue<BullData>(name, { connection: this.#redis.commands, prefix: this.#options.prefix });
      queue.on("error", (error) => this.#onError(error));
      this.#queues.set(name, queue);
    }
    return queue;
  }

  #names(): string[] {
    return [...new Set([...this.#started().registry.queues, ...Object.keys(this.#options.queues ?? {})])];
  }

  #select(what: string, name: string | undefined): Queue<BullData>[] {
    const names = this.#names();
    if (name === undefined) return names.map((one) => this.#queue(one));
    if (!names.includes(name)) throw new TypeError(`Cannot ${what} jobs: there is no queue "${name}"`);
    return [this.#queue(name)];
  }

  async #find(id: string): Promise<BullJob | undefined> {
    const { queue, id: number } = fromPublicId(id);
    if (queue !== undefined && this.#names().includes(queue)) return await this.#queue(queue).getJob(number);
    const jobs = await Promise.all(this.#names().map((name) => this.#queue(name).getJob(id)));
    return jobs.find((job) => job !== undefined);
  }

  /** A delayed job's time is the score of its place; BullMQ leaves twelve bits for the order within a millisecond. */
  async #toSnapshot(job: BullJob, state: JobState): Promise<JobSnapshot> {
    if (state !== "delayed") return toSnapshot(job, state, undefined);
    const score = await this.#redis.commands.zscore(`${this.#options.prefix}:${job.queueName}:delayed`, job.id ?? "");
    return toSnapshot(job, state, score === null ? undefined : Math.floor(Number(score) / 4096));
  }

  /** Whether a run of the same timetable that began earlier has not ended. */
  async #isRunning(job: BullJob): Promise<boolean> {
    const active = await this.#queue(job.queueName).getActive(0, -1);
    return active.some((other) =>
      other !== undefined && other.id !== job.id && other.repeatJobKey === job.repeatJobKey &&
      (other.processedOn ?? 0) <= (job.processedOn ?? Infinity)
    );
  }

  get #cancelChannel(): string {
    return `${this.#options.prefix}:cancel`;
  }

  #started(): Running {
    if (this.#running !== undefined) return this.#running;
    throw new TypeError("Cannot use the jobs: give merge()'s result to .jobs() and call .create() first");
  }

  async #call<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closed !== undefined) throw new Error("Cannot use the jobs: the adapter is closed");
    const ready = this.#redis.ready();
    if (ready !== undefined) await ready;
    this.#reported = undefined;
    return await work();
  }

  /** A lost connection fails again and again until it is back: it is said once. */
  #reported: string | undefined = undefined;

  #onError(error: Error): void {
    if (this.#silent || error.message === this.#reported) return;
    this.#reported = error.message;
    this.#running?.host.logger.error("Redis failed the jobs", { error });
  }
}

/** BullMQ's id of a job whose queue is known. */
function toOwnId(id: string, queue: string): string {
  const named = fromPublicId(id);
  return named.queue === queue ? named.id : id;
}

/** The jobs of some states that a filter lets through, the latest first. */
async function pages(
  queue: Queue<BullData>,
  types: readonly JobType[],
  { namespace, name }: JobFilter,
  wanted: number,
): Promise<BullJob[]> {
  const found: BullJob[] = [];
  for (const type of types) {
    let count = 0;
    for (let start = 0; count < wanted; start += PAGE) {
      const page = (await queue.getJobs(type, start, start + PAGE - 1, false)).filter((job) => job !== undefined);
      for (const job of page) {
        if (namespace !== undefined && !job.name.startsWith(`${namespace}.`)) continue;
        if (name !== undefined && !job.name.endsWith(`.${name}`)) continue;
        found.push(job);
        count++;
      }
      if (page.length < PAGE) break;
    }
  }
  return found;
}

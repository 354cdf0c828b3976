/**
 * Timetables on BullMQ's job schedulers, and their reconciliation.
 *
 * @module
 */
import type { JobSchedulerJson, Queue } from "bullmq";
import type { Redis } from "ioredis";
import { toEnvelope } from "../server/ports/jobs/envelope.ts";
import type { RegisteredJob, Registry } from "../server/ports/jobs/registry.ts";
import { settleOptions } from "../server/ports/jobs/settle.ts";
import type { QueueHost } from "../server/ports/queue.ts";
import { type BullData, type BullJob, toTemplateOptions } from "./bullmq_job.ts";

/** Before the ids of the schedulers of definitions. */
const CRON = "cron.";

/**
 * Makes the kept schedulers those of the definitions: new ones are added, changed ones start anew, those of definitions
 * that are gone end with the runs that wait for their time. One that is as it was is left alone, so that a run whose time
 * passed while no worker was there is still started. Several workers may do so at once.
 */
export async function reconcile(
  queues: ReadonlyMap<string, Queue<BullData>>,
  registry: Registry,
  host: QueueHost,
): Promise<void> {
  for (const [name, queue] of queues) {
    const kept = new Map<string, JobSchedulerJson<BullData>>();
    for (const scheduler of await queue.getJobSchedulers(0, -1, true)) {
      if (scheduler.key.startsWith(CRON)) kept.set(scheduler.key, scheduler);
    }
    for (const job of registry.jobs.values()) {
      const { cron, key, namespace, options } = job;
      if (cron === undefined || (options.queue ?? namespace) !== name) continue;
      const id = `${CRON}${key}`;
      const template = toTemplate(job, host);
      const before = kept.get(id);
      kept.delete(id);
      if (before !== undefined && isSame(before, cron, template)) continue;
      await queue.upsertJobScheduler(id, { pattern: cron.pattern, tz: cron.timeZone }, template);
    }
    for (const id of kept.keys()) await queue.removeJobScheduler(id);
  }
}

/**
 * Ends the timetables of a namespace that is gone with all its jobs, whose queue no worker serves any more. Others may
 * use the same Redis and prefix; so each queue with timetables is noted together with those that its application had
 * beside it, and a queue is this application's when one of these is.
 */
export async function endOrphans(
  redis: Pick<Redis, "hgetall" | "hset" | "hdel">,
  prefix: string,
  registry: Registry,
  open: (name: string) => Queue<BullData>,
): Promise<void> {
  const key = `${prefix}:cron`;
  const own = new Set(registry.queues);
  for (const [name, beside] of Object.entries(await redis.hgetall(key))) {
    if (own.has(name) || !(JSON.parse(beside) as string[]).some((other) => own.has(other))) continue;
    const queue = open(name);
    for (const scheduler of await queue.getJobSchedulers(0, -1, true)) {
      if (scheduler.key.startsWith(CRON)) await queue.removeJobScheduler(scheduler.key);
    }
    await redis.hdel(key, name);
  }
  for (const { cron, namespace, options } of registry.jobs.values()) {
    if (cron !== undefined) await redis.hset(key, options.queue ?? namespace, JSON.stringify(registry.queues));
  }
}

/** Whether a timetable of a definition makes the job. */
export function isCronRun(job: BullJob): boolean {
  return job.repeatJobKey?.startsWith(CRON) === true;
}

/** Leaves out the run of a timetable that waits for its time; BullMQ keeps it from being removed by itself. */
export async function skipRun(queue: Queue<BullData>, job: BullJob, runAt: number): Promise<void> {
  const id = job.repeatJobKey as string;
  const scheduler = await queue.getJobScheduler(id);
  const { pattern, tz, template } = scheduler ?? {};
  if (pattern === undefined) return;
  const repeat = { pattern, startDate: runAt + 1, ...(tz === undefined ? undefined : { tz }) };
  await queue.upsertJobScheduler(id, repeat, { name: job.name, ...template } as Template);
}

interface Template {
  readonly name: string;
  readonly data: BullData;
  readonly opts: ReturnType<typeof toTemplateOptions>;
}

function toTemplate(job: RegisteredJob, host: QueueHost): Template {
  const options = settleOptions(job, {});
  // Who starts the worker is not who asked for the run: no trace leads from the one to the other.
  const data = toEnvelope({}, options, { logger: host.logger, context: () => host.context() });
  return { name: job.key, data, opts: toTemplateOptions(options) };
}

function isSame(
  kept: JobSchedulerJson<BullData>,
  cron: NonNullable<RegisteredJob["cron"]>,
  template: Template,
): boolean {
  const { pattern, tz, template: { data, opts } = {}, next } = kept;
  return next !== undefined && pattern === cron.pattern && (tz ?? "UTC") === cron.timeZone &&
    sorted(data ?? {}) === sorted(template.data) && sorted(opts ?? {}) === sorted(template.opts);
}

/** Writes a value as JSON that does not depend on the order of its keys, which Redis does not keep. */
function sorted(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item !== "object" || item === null || Array.isArray(item)) return item;
    return Object.fromEntries(Object.entries(item).sort(([a], [b]) => a < b ? -1 : 1));
  });
}

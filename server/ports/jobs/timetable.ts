/**
 * Timetables of an embedded engine: jobs that start by themselves.
 *
 * A timetable's run has the id `<key>@<time>`, and an id is unique: whoever starts a run twice starts it once. A run
 * whose time passed while no worker was there is started when one comes; of several such runs only the last is.
 *
 * @module
 */
import type { QueueHost } from "../queue.ts";
import { toEnvelope } from "./envelope.ts";
import type { RepeatOptions, SettledOptions } from "./options.ts";
import type { NextCron, RegisteredJob, Registry } from "./registry.ts";
import { settleOptions } from "./settle.ts";
import type { JobStorage, Keep, NewJob, StoredSchedule } from "./storage.ts";

/** What a timetable starts, and when. */
interface Plan {
  readonly cron?: { readonly pattern: string; readonly timeZone: string; readonly skipIfRunning: boolean };
  readonly repeat?: RepeatOptions;
  readonly job: Pick<NewJob, "queue" | "key" | "data" | "priority" | "attempts" | "keep">;
}

/** Makes the timetable of a job that repeats from `first` on; none when it runs only once. */
export function toRepetition(
  id: string,
  job: Plan["job"],
  repeat: RepeatOptions,
  first: number,
): StoredSchedule | undefined {
  if (repeat.times === 1) return undefined;
  const plan: Plan = { repeat, job };
  return { id, kind: "repeat", key: job.key, nextAt: first + repeat.every, count: 1, plan: JSON.stringify(plan) };
}

/**
 * Makes the kept timetables those of the definitions: new ones are added, changed ones start anew, those of definitions
 * that are gone end with the runs that wait for their time. Several workers may do so at once.
 */
export function reconcile(
  storage: JobStorage,
  registry: Registry,
  host: QueueHost,
  nextCron: NextCron,
  now: number,
): void {
  storage.transaction(() => {
    const kept = new Map(storage.schedules().filter(({ kind }) => kind === "cron").map((one) => [one.id, one]));
    for (const job of registry.jobs.values()) {
      if (job.cron === undefined) continue;
      const id = `cron.${job.key}`;
      const plan = JSON.stringify(toCronPlan(job, host));
      const before = kept.get(id);
      kept.delete(id);
      if (before?.plan === plan) continue;
      const nextAt = nextCron(job.cron.pattern, job.cron.timeZone, now);
      storage.putSchedule({ id, kind: "cron", key: job.key, nextAt, count: 0, plan });
    }
    for (const id of kept.keys()) storage.removeSchedule(id);
  });
}

/** Starts what is due; call it in a transaction. */
export function startDue(storage: JobStorage, nextCron: NextCron, now: number): void {
  for (const schedule of storage.schedules()) {
    if (schedule.nextAt > now) continue;
    const plan: Plan = JSON.parse(schedule.plan);
    if (!(plan.cron?.skipIfRunning && storage.isRunning(schedule.id))) {
      storage.insert(toRun(schedule, plan, now));
    }
    const count = schedule.count + 1;
    if (plan.repeat?.times !== undefined && count >= plan.repeat.times) storage.removeSchedule(schedule.id);
    else storage.putSchedule({ ...schedule, count, nextAt: nextAfter(schedule, plan, nextCron, now) });
  }
}

/** Puts an enqueued job into the form that is kept. */
export function toNewJob(
  id: string,
  job: RegisteredJob,
  data: string,
  options: SettledOptions,
  now: number,
  schedule: string | null,
): NewJob {
  const runAt = Math.max(now, options.at ?? now + options.delay);
  const keep: Keep = { completed: options.keepCompleted, failed: options.keepFailed };
  return {
    id,
    queue: options.queue,
    key: job.key,
    state: runAt > now ? "delayed" : "waiting",
    data,
    priority: options.priority,
    runAt,
    attempts: options.attempts,
    createdAt: now,
    keep: JSON.stringify(keep),
    guarded: options.idempotencyKey !== undefined,
    schedule,
  };
}

function toCronPlan(job: RegisteredJob, host: QueueHost): Plan {
  const options = settleOptions(job, {});
  // Who starts the worker is not who asked for the run: no trace leads from the one to the other.
  const data = JSON.stringify(toEnvelope({}, options, { logger: host.logger, context: () => host.context() }));
  const { queue, key, priority, attempts, keep } = toNewJob("", job, data, options, 0, null);
  return {
    ...(job.cron === undefined ? undefined : { cron: job.cron }),
    job: { queue, key, data, priority, attempts, keep },
  };
}

function toRun({ id, key, nextAt }: StoredSchedule, { job, repeat }: Plan, now: number): NewJob {
  const name = repeat === undefined ? key : id;
  return {
    ...job,
    id: `${name}@${nextAt}`,
    state: "waiting",
    runAt: nextAt,
    createdAt: now,
    guarded: false,
    schedule: id,
  };
}

function nextAfter({ nextAt }: StoredSchedule, { cron, repeat }: Plan, nextCron: NextCron, now: number): number {
  if (cron !== undefined) return nextCron(cron.pattern, cron.timeZone, Math.max(nextAt, now));
  const { every } = repeat as RepeatOptions;
  return nextAt + every * Math.max(1, Math.ceil((now - nextAt + 1) / every));
}

/**
 * Durable jobs in a file.
 *
 * @module
 */
import type { Clock } from "../server/ports/clock.ts";
import { createEmbeddedAdapter } from "../server/ports/jobs/embedded.ts";
import { checkWorkerOptions, type WorkerOptions } from "../server/ports/jobs/worker_options.ts";
import type { JobsAdapter } from "../server/ports/queue.ts";
import { nextCron } from "./cron.ts";
import { openSqliteJobStorage } from "./sqlite_job_storage.ts";

/** How jobs in SQLite work. */
export interface SqliteJobsOptions extends WorkerOptions {
  /** The database's file, made when it is missing; its folder must exist. All processes of an application name the same one. */
  readonly path: string;
  /**
   * Milliseconds between looks at what other processes enqueued. What this process enqueues starts at once. @default 50
   */
  readonly pollInterval?: number | undefined;
  /**
   * Milliseconds without a sign of life after which a worker counts as dead and its jobs are delivered again. A worker
   * gives three in that time; work that blocks the process for longer is taken for dead. @default 30_000
   */
  readonly lockTime?: number | undefined;
  /**
   * When an enqueued job is safe: `normal` survives the end of the process, `full` that of the machine as well, and each
   * write waits for the disk. @default "normal"
   */
  readonly synchronous?: "normal" | "full" | undefined;
  /** Tells the time and waits. @default the machine's clock */
  readonly clock?: Clock | undefined;
  /** Gives 0 to 1, for the jitter of backoffs. @default Math.random */
  readonly random?: (() => number) | undefined;
}

/**
 * Makes an adapter that keeps jobs in a SQLite file (`node:sqlite`, built in): durable, without a server, for one machine.
 * Several processes may enqueue and work on one file. The timetables of definitions that no longer exist end when a worker
 * starts, so one file belongs to one application.
 *
 * `C` is what the jobs' handlers need of the application's context beyond the store, logger, realtime and plugins;
 * `.jobs()` refuses an application that lacks it.
 *
 * @example
 * ```ts
 * import { Igniter } from "@igniter-js/core";
 * import { createSqliteJobsAdapter } from "@igniter-js/core/drivers/sqlite";
 * import { assertEquals } from "@std/assert";
 * import { z } from "zod";
 *
 * const jobs = createSqliteJobsAdapter({ path: ":memory:" });
 * const igniter = Igniter.context(() => ({})).jobs(jobs.merge({
 *   mail: jobs.router({
 *     namespace: "mail",
 *     jobs: {
 *       welcome: jobs.register({
 *         name: "welcome",
 *         input: z.object({ name: z.string() }),
 *         handler: ({ payload }) => `Hello, ${payload.name}!`,
 *       }),
 *     },
 *   }),
 * })).create();
 *
 * const job = await igniter.jobs.mail.welcome.enqueue({ name: "Ada" });
 * assertEquals(await job.result(), "Hello, Ada!");
 * await jobs.close();
 * ```
 *
 * @throws TypeError for options that cannot be meant.
 */
export function createSqliteJobsAdapter<C = unknown>(options: SqliteJobsOptions): JobsAdapter<C> {
  checkWorkerOptions(options, ["path", "pollInterval", "lockTime", "synchronous", "clock", "random"]);
  const { path, pollInterval = 50, lockTime = 30_000, synchronous = "normal", ...rest } = options;
  if (typeof path !== "string" || path === "") throw new TypeError("Cannot make the jobs adapter: it has no path");
  if (synchronous !== "normal" && synchronous !== "full") {
    throw new TypeError(`Cannot make the jobs adapter: synchronous "${synchronous}" is neither "normal" nor "full"`);
  }
  checkInterval("pollInterval", pollInterval);
  checkInterval("lockTime", lockTime);
  const open = () => openSqliteJobStorage(path, synchronous);
  return createEmbeddedAdapter<C>({ ...rest, pollInterval, lockTime, nextCron, open });
}

function checkInterval(name: string, value: number): void {
  if (value >= 1 && value < Infinity) return;
  throw new TypeError(`Cannot make the jobs adapter: ${name} ${value} is not a number of milliseconds from 1`);
}

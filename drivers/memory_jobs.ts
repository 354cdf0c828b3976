/**
 * Jobs of one process.
 *
 * @module
 */
import type { Clock } from "../server/ports/clock.ts";
import { createEmbeddedAdapter } from "../server/ports/jobs/embedded.ts";
import { checkWorkerOptions, type WorkerOptions } from "../server/ports/jobs/worker_options.ts";
import type { JobsAdapter } from "../server/ports/queue.ts";
import { nextCron } from "./cron.ts";
import { MemoryJobStorage } from "./memory_job_storage.ts";

/** How jobs in memory work. */
export interface MemoryJobsOptions extends Omit<WorkerOptions, "maxStalls"> {
  /** Tells the time and waits. @default the machine's clock */
  readonly clock?: Clock | undefined;
  /** Gives 0 to 1, for the jitter of backoffs. @default Math.random */
  readonly random?: (() => number) | undefined;
}

/**
 * Makes an adapter that keeps jobs in the memory of this process: for tests, development, and work that may be lost with
 * the process. All that the other adapters do, it does; timetables, retries and delays follow `clock`, so a test can move
 * the time.
 *
 * `C` is what the jobs' handlers need of the application's context beyond the store, logger, realtime and plugins;
 * `.jobs()` refuses an application that lacks it.
 *
 * @example
 * ```ts
 * import { Igniter } from "@igniter-js/core";
 * import { createMemoryJobsAdapter } from "@igniter-js/core/drivers/memory";
 * import { assertEquals } from "@std/assert";
 * import { z } from "zod";
 *
 * const jobs = createMemoryJobsAdapter();
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
export function createMemoryJobsAdapter<C = unknown>(options: MemoryJobsOptions = {}): JobsAdapter<C> {
  checkWorkerOptions(options, ["clock", "random"]);
  return createEmbeddedAdapter<C>({ ...options, nextCron, open: () => new MemoryJobStorage() });
}

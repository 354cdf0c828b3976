/**
 * The contract suite of jobs.
 *
 * @module
 */
import { closing, registrar, wait } from "./testing_checks.ts";
import { JobsBench, type JobsMaker } from "./testing_jobs_application.ts";
import { testIdentity } from "./testing_jobs_identity.ts";
import { testManagement } from "./testing_jobs_management.ts";
import { testPeers } from "./testing_jobs_peers.ts";
import { testRuns } from "./testing_jobs_runs.ts";
import { testTimes } from "./testing_jobs_times.ts";
import { testWatching } from "./testing_jobs_watching.ts";

/**
 * What an engine can do. What it says it cannot, it must refuse with a TypeError: nothing may be accepted and ignored.
 */
export interface JobsCapabilities {
  /** Priorities. @default true */
  readonly priority?: boolean | undefined;
  /** Rate limits of queues. @default true */
  readonly rateLimit?: boolean | undefined;
  /** `repeat` at enqueue. @default true */
  readonly repeat?: boolean | undefined;
  /** Timetables. @default true */
  readonly cron?: boolean | undefined;
  /** Several adapters on the same data, and data that outlives its adapter. @default true */
  readonly shared?: boolean | undefined;
}

/** How the suite runs. */
export interface JobsTestOptions {
  /** What the engine cannot do. */
  readonly capabilities?: JobsCapabilities | undefined;
  /** Lets that many milliseconds pass for the engine: by moving its clock, or by waiting. @default waits */
  readonly advance?: ((ms: number) => void | Promise<void>) | undefined;
  /** Registers a test. @default Deno.test */
  readonly test?: ((name: string, fn: () => Promise<void>) => void) | undefined;
  /** Real milliseconds until what does not happen fails its test. @default 10_000 */
  readonly timeout?: number | undefined;
  /** Milliseconds in which what must not happen would have happened. @default 60 */
  readonly quiet?: number | undefined;
}

/** Opens the data of one test: gives what makes adapters on it, and how to end it. */
export interface JobsTestbed {
  /** Makes an adapter on the data. */
  readonly make: JobsMaker;
  /** Called when the test's adapters are closed. */
  readonly end?: (() => void | Promise<void>) | undefined;
}

/** Registers one test. */
export type JobsTest = (sentence: string, body: (bench: JobsBench) => Promise<void>) => void;

/**
 * Registers the contract suite of jobs: one test for each thing that the port says, named `<name>: <what it does>`.
 *
 * Each test calls `open` once, for data that nothing else uses, and closes all adapters that it made on it.
 *
 * @example
 * ```ts ignore
 * import { testJobs } from "@igniter-js/core/drivers/testing";
 * import { createMemoryJobsAdapter } from "@igniter-js/core/drivers/memory";
 *
 * testJobs("memory", () => ({ make: (options) => createMemoryJobsAdapter(options) }), { capabilities: { shared: false } });
 * ```
 *
 * @throws TypeError when there is no `Deno.test` and `options.test` is not given.
 */
export function testJobs(
  name: string,
  open: () => JobsTestbed | Promise<JobsTestbed>,
  options: JobsTestOptions = {},
): void {
  const { timeout = 10_000, quiet = 60 } = options;
  const { priority = true, rateLimit = true, repeat = true, cron = true, shared = true } = options.capabilities ?? {};
  const can = { priority, rateLimit, repeat, cron, shared };
  const register = options.test ?? registrar(name);
  const advance = async (ms: number): Promise<void> => await (options.advance ?? wait)(ms);
  const test: JobsTest = (sentence, body) =>
    register(`${name}: ${sentence}`, async () => {
      const { make, end } = await open();
      const bench = new JobsBench(make, { advance, timeout, quiet });
      try {
        await closing(bench, () => body(bench));
      } finally {
        await end?.();
      }
    });
  testRuns(test);
  testTimes(test, can);
  testIdentity(test);
  testManagement(test);
  testWatching(test, shared);
  if (shared) testPeers(test, can);
}

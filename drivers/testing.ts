/**
 * Contract suites: what every driver must do, as tests that you run on a driver of your own. They need no test framework:
 * each test is a name and a function that rejects when the driver breaks its contract.
 *
 * @example A test file for `deno test`
 * ```ts ignore
 * import { testStore } from "@igniter-js/core/drivers/testing";
 * import { createMemoryStoreAdapter } from "@igniter-js/core/drivers/memory";
 *
 * testStore("my store", () => createMemoryStoreAdapter());
 * ```
 *
 * @module
 */
export { testJobs } from "./testing_jobs.ts";
export type { JobsCapabilities, JobsTestbed, JobsTestOptions } from "./testing_jobs.ts";
export type { JobsMaker } from "./testing_jobs_application.ts";
export { testStore } from "./testing_store.ts";
export type { StoreTestOptions } from "./testing_store.ts";
export type {
  AppendOptions,
  LogEntry,
  LogFollower,
  LogGap,
  Store,
  Subscriber,
  TtlOptions,
} from "../server/ports/store.ts";

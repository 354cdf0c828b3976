/**
 * Drivers that live in the memory of one process: for development, tests, and applications that run as one process.
 * They need no server and no permission, and what they keep ends with the process.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createMemoryStoreAdapter } from "@igniter-js/core/drivers/memory";
 *
 * const store = createMemoryStoreAdapter();
 * assertEquals(await store.increment("visits"), 1);
 * assertEquals(await store.increment("visits"), 2);
 * await store.close();
 * ```
 *
 * @module
 */
export { createMemoryJobsAdapter } from "./memory_jobs.ts";
export type { MemoryJobsOptions } from "./memory_jobs.ts";
export { createMemoryStoreAdapter } from "./memory_store.ts";
export type { MemoryStore, MemoryStoreConnectOptions, MemoryStoreOptions } from "./memory_store.ts";
export type { Clock } from "../server/ports/clock.ts";
export type {
  AppendOptions,
  LogEntry,
  LogFollower,
  LogGap,
  Store,
  Subscriber,
  TtlOptions,
} from "../server/ports/store.ts";

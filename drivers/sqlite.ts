/**
 * Drivers that live in a SQLite file: durable, without a server, shared by the processes of one machine. They use
 * `node:sqlite`, which is part of Deno and of Node, and load it when they are used.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createSqliteStoreAdapter } from "@igniter-js/core/drivers/sqlite";
 *
 * const store = createSqliteStoreAdapter({ path: ":memory:" });
 * assertEquals(await store.increment("visits"), 1);
 * assertEquals(await store.increment("visits"), 2);
 * await store.close();
 * ```
 *
 * @module
 */
export { createSqliteJobsAdapter } from "./sqlite_jobs.ts";
export type { SqliteJobsOptions } from "./sqlite_jobs.ts";
export { createSqliteStoreAdapter } from "./sqlite_store.ts";
export type { SqliteStore, SqliteStoreOptions } from "./sqlite_store.ts";
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

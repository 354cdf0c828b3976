/**
 * Drivers on `node:sqlite`: durable, without a server, for one machine.
 *
 * @module
 */
export { createSqliteJobsAdapter } from "./sqlite_jobs.ts";
export type { SqliteJobsOptions } from "./sqlite_jobs.ts";

/**
 * Jobs on BullMQ and Redis, for several machines. Needs the packages `bullmq` and `ioredis`.
 *
 * @example
 * ```ts ignore
 * import { createBullMQAdapter } from "@igniter-js/core/drivers/bullmq";
 *
 * const jobs = createBullMQAdapter({ url: "redis://localhost:6379", autoStartWorker: { concurrency: 5 } });
 * ```
 *
 * @module
 */
export { createBullMQAdapter } from "./bullmq_jobs.ts";
export type { BullMQOptions } from "./bullmq_jobs.ts";
export type { RedisClientLike, RedisPlace } from "./bullmq_connection.ts";

/**
 * Jobs on BullMQ.
 *
 * @module
 */
import { createJobsAdapter } from "../server/ports/jobs/adapter.ts";
import { checkWorkerOptions, type WorkerOptions } from "../server/ports/jobs/worker_options.ts";
import type { JobsAdapter } from "../server/ports/queue.ts";
import type { Store } from "../server/ports/store.ts";
import { BullBackend } from "./bullmq_backend.ts";
import type { RedisPlace } from "./bullmq_connection.ts";
import { nextCron } from "./cron.ts";

/** How jobs on BullMQ work. */
export interface BullMQOptions extends WorkerOptions, RedisPlace {
  /** A store on Redis: the jobs go to the same server, on connections of their own. Or give `url`, `connection` or `client`. */
  readonly store?: Store | undefined;
  /** What BullMQ puts before its keys: its tools look for "bull" unless told otherwise. @default "bull" */
  readonly prefix?: string | undefined;
  /** Milliseconds that a call waits for Redis before it fails. @default 5_000 */
  readonly timeout?: number | undefined;
  /** Milliseconds without a sign of life after which a worker counts as dead and its jobs are delivered again. @default 30_000 */
  readonly lockTime?: number | undefined;
}

/**
 * Makes an adapter that keeps jobs in Redis, through BullMQ: for several machines. Queues, jobs and schedulers are
 * BullMQ's own, so its dashboards and tools work on them: a queue has the name of its namespace, a job that of its key.
 *
 * Without Redis nothing hangs: calls fail within `timeout`, and workers start as soon as it is there. The timetables of
 * definitions that no longer exist end when a worker of their queue starts, or, when a namespace is gone as a whole, one
 * of another queue of the application; so all processes that run workers merge the same jobs, and give a `concurrency` of
 * 0 to the queues that they do not serve.
 *
 * `C` is what the jobs' handlers need of the application's context beyond the store, logger, realtime and plugins;
 * `.jobs()` refuses an application that lacks it.
 *
 * @example
 * ```ts ignore
 * import { createBullMQAdapter } from "@igniter-js/core/drivers/bullmq";
 * import { createRedisStoreAdapter } from "@igniter-js/core/drivers/redis";
 *
 * const store = createRedisStoreAdapter({ url: "redis://localhost:6379" });
 * const jobs = createBullMQAdapter({ store, autoStartWorker: { concurrency: 2, debug: true } });
 * ```
 *
 * @throws TypeError for options that cannot be meant, and when nothing says where Redis is.
 */
export function createBullMQAdapter<C = unknown>(options: BullMQOptions): JobsAdapter<C> {
  checkWorkerOptions(options, ["store", "client", "url", "connection", "prefix", "timeout", "lockTime"]);
  const { store, client, url, connection, prefix = "bull", timeout = 5_000, lockTime = 30_000, ...rest } = options;
  if (typeof prefix !== "string" || prefix === "") {
    throw new TypeError("Cannot make the jobs adapter: its prefix is empty");
  }
  for (const [name, value] of Object.entries({ timeout, lockTime })) {
    if (!(value >= 1 && value < Infinity)) {
      throw new TypeError(`Cannot make the jobs adapter: ${name} ${value} is not a number of milliseconds from 1`);
    }
  }
  const place = toPlace(store, { client, url, connection });
  return createJobsAdapter<C>(new BullBackend({ ...rest, place, prefix, timeout, lockTime }), nextCron);
}

/** A store that is on Redis says where. */
interface StoreOnRedis {
  readonly "~redis"?: RedisPlace;
}

function toPlace(store: Store | undefined, own: RedisPlace): RedisPlace {
  if (own.client !== undefined && (own.url ?? own.connection) !== undefined) {
    throw new TypeError("Cannot make the jobs adapter: give client, or url and connection");
  }
  // What is said of the jobs themselves wins over what their store says.
  if ((own.client ?? own.url ?? own.connection) !== undefined) return own;
  const place = (store as StoreOnRedis | undefined)?.["~redis"];
  if (place !== undefined) return place;
  throw new TypeError(
    store === undefined
      ? "Cannot make the jobs adapter: nothing says where Redis is; give store, url, connection or client"
      : "Cannot make the jobs adapter: the store is not on Redis; give url, connection or client beside it",
  );
}

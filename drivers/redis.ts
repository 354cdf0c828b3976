/**
 * Drivers on Redis, for any number of processes, with `npm:ioredis`.
 *
 * @example
 * ```ts ignore
 * import { Igniter } from "@igniter-js/core";
 * import { createRedisStoreAdapter } from "@igniter-js/core/drivers/redis";
 *
 * const store = createRedisStoreAdapter({ url: "redis://127.0.0.1:6379", prefix: "shop:" });
 * const igniter = Igniter.context(() => ({})).store(store).create();
 * ```
 *
 * @module
 */
export { createRedisStoreAdapter } from "./redis_store.ts";
export type { RedisStore, RedisStoreOptions } from "./redis_store.ts";
export type { RedisLike, RedisLikeOptions, RedisSource } from "./redis_client.ts";
export type {
  AppendOptions,
  LogEntry,
  LogFollower,
  LogGap,
  Store,
  Subscriber,
  TtlOptions,
} from "../server/ports/store.ts";

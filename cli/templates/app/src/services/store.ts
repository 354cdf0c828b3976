import type { Store } from "@igniter-js/core";
import { createMemoryStoreAdapter } from "@igniter-js/core/drivers/memory";
import { createRedisStoreAdapter } from "@igniter-js/core/drivers/redis";
import process from "node:process";

/**
 * Keeps sessions, users and the log of live events. With REDIS_URL it is in Redis: any number of processes share it, and
 * what happens in one reaches the pages of all. Without, it is in the memory of this process.
 */
export const store: Store = createStore(process.env["REDIS_URL"]);

function createStore(redisUrl: string | undefined): Store {
  return redisUrl ? createRedisStoreAdapter({ url: redisUrl, prefix: "app:" }) : createMemoryStoreAdapter();
}

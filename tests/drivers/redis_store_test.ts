import { testStore } from "../../drivers/testing.ts";
import { createRedisStoreAdapter, type RedisStore } from "../../drivers/redis.ts";
import { redisIsMissing, startRedis, type TestRedis } from "../redis.ts";

const missing = redisIsMissing();
let redis: TestRedis | undefined;
let count = 0;
Deno.test.beforeAll(async () => {
  if (!missing) redis = await startRedis();
});
Deno.test.afterAll(async () => await redis?.[Symbol.asyncDispose]());

const prefixes = new WeakMap<RedisStore, string>();
function open(prefix: string): RedisStore {
  const store = createRedisStoreAdapter({ url: redis?.url, prefix, onError: () => {} });
  prefixes.set(store, prefix);
  return store;
}
testStore("R48 redis store", () => open(`test${++count}:`), {
  peer: (store) => open(prefixes.get(store) ?? ""),
  stranger: (store) => open(`${prefixes.get(store)}b`),
  test: (name, fn) => Deno.test({ name, fn, ignore: missing !== undefined }),
});

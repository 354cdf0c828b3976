import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { Redis } from "ioredis";
import { createRedisStoreAdapter, type RedisStore, type RedisStoreOptions } from "../../drivers/redis.ts";
import { testStore } from "../../drivers/testing.ts";
import { redisIsMissing, startRedis, type TestRedis, testWithRedis } from "../redis.ts";
import { collectEvents } from "./_store.ts";

// The suite has one server, and each of its tests a prefix of its own; or two clients where a URL names a server.
const missing = Deno.env.get("REDIS_URL") ? undefined : redisIsMissing();
const run = crypto.randomUUID().slice(0, 8);
const prefixes = new WeakMap<RedisStore, string>();
let redis: TestRedis | undefined;
let tests = 0;

Deno.test.beforeAll(async () => {
  if (!missing && !Deno.env.get("REDIS_URL")) redis = await startRedis();
});
Deno.test.afterAll(async () => {
  await redis?.[Symbol.asyncDispose]();
  if (Deno.env.get("REDIS_URL")) await removeKeys(Deno.env.get("REDIS_URL") as string);
});

testStore(missing ? `R48 redis store (ignored: ${missing})` : "R48 redis store", () => open(`${run}:${++tests}:`), {
  peer: (store) => open(prefixes.get(store) ?? ""),
  stranger: (store) => open(`${prefixes.get(store)}b`),
  test: (name, fn) => Deno.test({ name, fn, ignore: missing !== undefined }),
});

function open(prefix: string): RedisStore {
  const url = Deno.env.get("REDIS_URL") ?? redis?.url;
  const store = createRedisStoreAdapter({ url, prefix, onError: () => {} });
  prefixes.set(store, prefix);
  return store;
}

testWithRedis("R49 createRedisStoreAdapter() uses nothing in Redis outside its prefix", async (redis) => {
  await using store = createRedisStoreAdapter({ url: redis.url, prefix: "shop:" });
  await store.set("key", 1);
  await store.increment("count");
  await store.append("news", 1, { limit: 10 });
  await store.lastId("empty");
  await store.subscribe("news", () => {});
  await collectEvents(store, "news");
  const names = [...await listNames(redis, "KEYS", "*"), ...await listNames(redis, "PUBSUB", "CHANNELS", "*")];
  assertEquals(names.sort(), [
    "shop:channel:news",
    "shop:log:empty",
    "shop:log:news",
    "shop:log:news",
    "shop:value:count",
    "shop:value:key",
  ]);
});

testWithRedis("createRedisStoreAdapter() takes a URL, options or a client", async (redis) => {
  const client = new Redis(redis.url, { lazyConnect: true });
  const ways: (string | Redis | RedisStoreOptions)[] = [
    redis.url,
    { url: redis.url },
    { connection: { host: "127.0.0.1", port: redis.port } },
    { url: redis.url, connection: { db: 0 } },
    client,
    { client },
  ];
  for (const way of ways) {
    await using store = createRedisStoreAdapter(way);
    assertEquals(await store.increment("count"), ways.indexOf(way) + 1);
  }
  await client.quit();
});

testWithRedis("createRedisStoreAdapter() leaves a client that was passed in as it was", async (redis) => {
  const client = new Redis(redis.url, { keyPrefix: "outer:" });
  await client.ping();
  const before = client.eventNames().map((name) => [name, client.listenerCount(name)]);
  const store = createRedisStoreAdapter({ client, prefix: "shop:" });
  const events = await collectEvents(store, "news");
  const heard = Promise.withResolvers<unknown>();
  await store.subscribe("news", heard.resolve);
  await store.set("key*", { id: 1 });
  await store.append("news", 1, { limit: 10 });
  await store.publish("news", "hello");
  assertEquals(await heard.promise, "hello");
  assertEquals(events.map(({ message }) => message), [1]);
  assertEquals(await store.keys("key*"), ["key*"]);
  assertEquals(await client.get("shop:value:key*"), '{"id":1}');
  assertEquals((await listNames(redis, "KEYS", "*")).sort(), ["outer:shop:log:news", "outer:shop:value:key*"]);
  await store.close();
  assertEquals(client.status, "ready");
  assertEquals(client.eventNames().map((name) => [name, client.listenerCount(name)]), before);

  const late = createRedisStoreAdapter(client);
  await client.quit();
  await assertRejects(() => late.get("key"), Error, "cannot be reached through a client that was closed");
  await late.close();
});

testWithRedis("createRedisStoreAdapter() connects at the first call and closes what it opened", async (redis) => {
  const clients = async () => (await redis.ask("CLIENT", "LIST")).match(/\bid=/g)?.length;
  const unused = createRedisStoreAdapter(redis.url);
  const store = createRedisStoreAdapter(redis.url);
  assertEquals(await clients(), 1);
  await store.get("key");
  assertEquals(await clients(), 2);
  await store.subscribe("news", () => {});
  assertEquals(await clients(), 3);
  await unused.close();
  await store.close();
  assertEquals(await clients(), 1);
});

testWithRedis("createRedisStoreAdapter() answers calls that were made before close()", async (redis) => {
  const store = createRedisStoreAdapter(redis.url);
  await store.set("key", 1);
  const calls = Promise.all([store.get("key"), store.increment("key"), store.get("key")]);
  await store.close();
  assertEquals(await calls, [1, 2, 2]);
});

testWithRedis("createRedisStoreAdapter() says what Redis answered, and never a password", async (redis) => {
  await using wrong = createRedisStoreAdapter(redis.url.replace("//", "//user:secret-1@"));
  const error = await assertRejects(() => wrong.get("key"), Error, 'Cannot get "key": Redis at 127.0.0.1:');
  assertStringIncludes(error.message, "WRONGPASS");
  assert(!Deno.inspect(error, { depth: 9 }).includes("secret-1"));

  await using store = createRedisStoreAdapter({ url: redis.url, prefix: "" });
  await redis.ask("RPUSH", "value:list", "1");
  await assertRejects(() => store.get("list"), Error, 'Cannot get "list": Redis answered "WRONGTYPE');
}, { args: ["--requirepass", "", "--aclfile", ""] });

Deno.test("createRedisStoreAdapter() refuses options that cannot be meant", () => {
  const client = new Redis({ lazyConnect: true });
  const make = (options: unknown) => () => createRedisStoreAdapter(options as RedisStoreOptions);
  assertThrows(make({ client, url: "redis://a" }), TypeError, "there are a client and what to make one of");
  assertThrows(make({ client, connection: {} }), TypeError, "there are a client and what to make one of");
  assertThrows(make({ client: {} }), TypeError, "the client is no client of ioredis");
  assertThrows(make({ client: Object.assign(client, { isCluster: true }) }), TypeError, "a cluster's client");
  assertThrows(make({ url: "" }), TypeError, "the url is no text");
  assertThrows(make(""), TypeError, "the url is no text");
  assertThrows(
    make({ connection: { keyPrefix: "a" } }),
    TypeError,
    "the connection's \"keyPrefix\" is the store's own",
  );
  for (const timeout of [0, -1, NaN, Infinity]) {
    assertThrows(make({ timeout }), RangeError, `a timeout of ${timeout} is not between 1 and 600,000`);
  }
  client.disconnect();
});

/** A server that is not ours keeps nothing of the tests. */
async function removeKeys(url: string): Promise<void> {
  const client = new Redis(url);
  for await (const keys of client.scanStream({ match: `${run}:*`, count: 1000 })) {
    if (keys.length > 0) await client.unlink(keys);
  }
  await client.quit();
}

async function listNames(redis: TestRedis, ...command: string[]): Promise<string[]> {
  const lines = (await redis.ask(...command)).split("\r\n");
  return lines.filter((line) => line !== "" && !/^([*$]\d+|\+OK)$/.test(line));
}

import { assert, assertEquals, assertGreater, assertLess, assertRejects, assertStringIncludes } from "@std/assert";
import { compareLogIds } from "@igniter-js/core";
import { Redis } from "ioredis";
import { createServer } from "node:net";
import { createRedisStoreAdapter } from "../../drivers/redis.ts";
import { testWithRedis } from "../redis.ts";
import { startProxy } from "./_proxy.ts";
import { collectEvents, type StoreEvent, until } from "./_store.ts";

testWithRedis(
  "R49 without Redis a call is refused at once with the reason, and works when Redis is there",
  async (redis) => {
    await redis.kill();
    await using store = createRedisStoreAdapter({ url: redis.url, timeout: 5_000, onError: () => {} });
    const start = performance.now();
    const where = `127.0.0.1:${redis.port} cannot be reached (`;
    await assertRejects(() => store.get("key"), Error, `Cannot get "key": Redis at ${where}`);
    await assertRejects(
      () => store.subscribe("news", () => {}),
      Error,
      `Cannot subscribe to "news": Redis at ${where}`,
    );
    await assertRejects(() => store.follow("news", { entry() {}, gap() {} }), Error, `Redis at ${where}`);
    assertLess(performance.now() - start, 2_000);
    await redis.restart();
    await until(() => store.set("key", 1).then(() => true, () => false));
    const events = await collectEvents(store, "news");
    await store.append("news", 1, { limit: 10 });
    await until(() => events.length === 1);
  },
);

Deno.test("R49 a server that accepts connections and says nothing costs a call no more than the timeout", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const held: Deno.Conn[] = [];
  const accepting = (async () => {
    for await (const connection of listener) held.push(connection);
  })();
  const store = createRedisStoreAdapter({ url: `redis://127.0.0.1:${listener.addr.port}`, timeout: 100 });
  const start = performance.now();
  await assertRejects(() => store.get("key"), Error, "cannot be reached");
  assertLess(performance.now() - start, 1_000);
  await store.close();
  listener.close();
  await accepting;
  for (const connection of held) connection.close();
});

Deno.test("R49 a server that is still loading its data is waited for", async () => {
  const asked: string[] = [];
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", (data) => {
      for (const [, name = ""] of data.toString().matchAll(/\*\d+\r\n\$\d+\r\n(\w+)/g)) {
        asked.push(name.toUpperCase());
        const pings = asked.filter((command) => command === "PING").length;
        if (name.toUpperCase() === "GET") socket.write("$1\r\n7\r\n");
        else socket.write(pings < 3 ? "-LOADING Redis is loading the dataset in memory\r\n" : "+OK\r\n");
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const store = createRedisStoreAdapter(`redis://127.0.0.1:${(server.address() as { port: number }).port}`);
  assertEquals(await store.get("key"), 7);
  assertEquals(asked.filter((command) => command === "PING").length, 3);
  await store.close();
  await new Promise((resolve) => server.close(resolve));
});

testWithRedis("R49 a server that became a replica is left, as its name may lead to another by now", async (redis) => {
  await using store = createRedisStoreAdapter(redis.url);
  await store.set("key", 1);
  const ids = async () => (await redis.ask("CLIENT", "LIST", "TYPE", "normal")).match(/\bid=\d+(?=.*cmd=set)/g);
  const before = await ids();
  await redis.ask("REPLICAOF", "127.0.0.1", "1");
  await assertRejects(() => store.set("key", 2), Error, 'Cannot set "key": Redis answered "READONLY');
  await redis.ask("REPLICAOF", "NO", "ONE");
  await store.set("key", 3);
  const after = await ids();
  assertEquals([before?.length, after?.length], [1, 1]);
  assert(before?.[0] !== after?.[0]);
});

testWithRedis(
  "R49 a server that stops answering costs a call no more than the timeout, and then works again",
  async (redis) => {
    await using store = createRedisStoreAdapter({ url: redis.url, timeout: 150, onError: () => {} });
    const events = await collectEvents(store, "news");
    await store.set("key", 1);
    redis.pause();
    const start = performance.now();
    await assertRejects(() => store.set("key", 2), Error, "did not answer within 150 ms");
    await assertRejects(() => store.get("key"), Error, "cannot be reached");
    assertLess(performance.now() - start, 1_500);
    redis.resume();
    await until(() => store.append("news", 1, { limit: 10 }).then(() => true, () => false));
    await until(() => events.length > 0);
    assertEquals(events.at(-1)?.message, 1);
  },
);

testWithRedis("R49 calls wait for a connection that comes back within the timeout, in their order", async (redis) => {
  await using store = createRedisStoreAdapter({ url: redis.url, timeout: 10_000, onError: () => {} });
  await store.set("key", 1);
  await redis.kill();
  // Until the client has noticed.
  await until(() => store.set("key", 1).then(() => false, () => true).catch(() => true));
  const calls = [store.append("news", "a", { limit: 9 }), store.append("news", "b", { limit: 9 }), store.get("key")];
  await redis.restart();
  const [a, b, value] = await Promise.all(calls) as [string, string, unknown];
  assertEquals(compareLogIds(a, b), -1);
  assertEquals(value, undefined);
});

testWithRedis("R49 a passed-in client that loses its connection keeps calls within the timeout", async (redis) => {
  const client = new Redis(redis.url, { maxRetriesPerRequest: null, retryStrategy: () => 20 });
  client.on("error", () => {});
  await using store = createRedisStoreAdapter({ client, timeout: 200, onError: () => {} });
  const events = await collectEvents(store, "news");
  await redis.kill();
  const start = performance.now();
  await assertRejects(() => store.get("key"), Error, "Redis at 127.0.0.1");
  assertLess(performance.now() - start, 1_000);
  await redis.restart();
  await until(() => store.append("news", 1, { limit: 10 }).then(() => true, () => false));
  await until(() => events.some(({ message }) => message === 1));
  await store.close();
  client.disconnect();
  await until(() => client.status === "end");
});

testWithRedis("R49 subscriptions come back with the connection, and the outage is reported once", async (redis) => {
  const failures: unknown[] = [];
  await using store = createRedisStoreAdapter({ url: redis.url, onError: (error) => failures.push(error) });
  const heard: unknown[] = [];
  for (let id = 0; id < 1_200; id++) await store.subscribe(`channel ${id}`, (message) => heard.push(message));
  await redis.ask("CLIENT", "KILL", "TYPE", "pubsub");
  await until(async () => (await redis.ask("PUBSUB", "NUMSUB", "igniter:channel:channel 1199")).includes(":1"));
  for (let id = 0; id < 1_200; id++) await store.publish(`channel ${id}`, id);
  await until(() => heard.length >= 1_200);
  assertEquals(heard.length, 1_200);
  assertEquals(failures.length, 1);
  assertStringIncludes(String(failures), "Cannot hear Redis: the connection was lost");
});

testWithRedis("R23 a follower whose connection was lost gets what it missed, or is told of a gap", async (redis) => {
  await using proxy = await startProxy(redis.port);
  await using writer = createRedisStoreAdapter(redis.url);
  await using reader = createRedisStoreAdapter({ url: `redis://127.0.0.1:${proxy.port}`, onError: () => {} });
  const kept = await collectEvents(reader, "kept");
  const lost = await collectEvents(reader, "lost");
  await writer.append("kept", 0, { limit: 100 });
  await writer.append("lost", 0, { limit: 100 });
  await until(() => kept.length + lost.length === 2);
  proxy.refusing = true;
  proxy.cut();
  for (let number = 1; number <= 20; number++) {
    await writer.append("kept", number, { limit: 100 });
    await writer.append("lost", number, { limit: 5 });
  }
  proxy.refusing = false;
  await until(() => kept.length === 21 && lost.length === 7);
  assertEquals(kept.map(({ message }) => message), Array.from({ length: 21 }, (_, index) => index));
  assertEquals(lost.map(({ gap, message }) => gap?.replace(/.*-/, "gap ") ?? message), [
    0,
    "gap 16",
    16,
    17,
    18,
    19,
    20,
  ]);
  assertEquals(lost[1]?.gap, lost[2]?.id?.replace("-17", "-16"));
  await writer.append("lost", 21, { limit: 5 });
  await until(() => lost.at(-1)?.message === 21);
});

testWithRedis("R23 a follower on a connection that was cut off silently notices it and catches up", async (redis) => {
  await using proxy = await startProxy(redis.port);
  await using writer = createRedisStoreAdapter(redis.url);
  const url = `redis://127.0.0.1:${proxy.port}`;
  await using reader = createRedisStoreAdapter({ url, timeout: 60, onError: () => {} });
  const events = await collectEvents(reader, "news");
  proxy.swallow();
  await writer.append("news", "missed", { limit: 10 });
  await until(() => events.length === 1);
  assertEquals(events[0]?.message, "missed");
});

testWithRedis("R23 after Redis lost its data no id of before is taken for one of after", async (redis) => {
  await using store = createRedisStoreAdapter({ url: redis.url, onError: () => {} });
  const events = await collectEvents(store, "news");
  const before: string[] = [];
  for (const number of [1, 2, 3]) before.push(await store.append("news", number, { limit: 10 }));
  await until(() => events.length === 3);
  await redis.kill();
  await redis.restart();
  await until(() => events.length === 4);
  const after: string[] = [];
  for (const number of [1, 2, 3, 4]) after.push(await store.append("news", number, { limit: 10 }));
  for (const id of before) {
    assertEquals(await store.entriesAfter("news", id), undefined);
    for (const other of after) assertEquals(compareLogIds(id, other), undefined);
  }
  await until(() => events.length === 8);
  assertEquals(events.map(({ message }) => message), [1, 2, 3, undefined, 1, 2, 3, 4]);
  assertEquals(compareLogIds(events[3]?.gap ?? "", after[0] ?? ""), -1);
});

testWithRedis("R23 a Redis that starts from an older copy of its data gives no id twice", async (redis) => {
  await using store = createRedisStoreAdapter({ url: redis.url, onError: () => {} });
  const events = await collectEvents(store, "news");
  await store.set("key", "saved");
  const saved = await store.append("news", "saved", { limit: 10 });
  await redis.ask("SAVE");
  const forgotten = await store.append("news", "forgotten", { limit: 10 });
  await until(() => events.length === 2);
  await redis.kill();
  await redis.restart();
  await until(() => events.length === 3);
  assertEquals(await store.get("key"), "saved");
  // What came after it is not known any more, though it is there.
  assertEquals(await store.entriesAfter("news", saved), undefined);
  const again = await store.append("news", "another", { limit: 10 });
  assert(again !== forgotten);
  assertEquals(await store.entriesAfter("news", forgotten), undefined);
  assertEquals(await store.entriesAfter("news", saved), undefined);
  await until(() => events.length === 4);
  assert(events[2]?.gap !== undefined);
  assertEquals(events[3], { id: again, message: "another" });
});

testWithRedis(
  "R49 two seconds without Redis under load: every call is answered or refused, and all goes on",
  async (redis) => {
    const options = { url: redis.url, timeout: 1_000, onError: () => {} };
    await using store = createRedisStoreAdapter(options);
    await using other = createRedisStoreAdapter(options);
    const events = await collectEvents(other, "news");
    const outcomes = { answered: 0, refused: 0, slowest: 0 };
    let running = true;
    const load = Array.from({ length: 20 }, async (_, worker) => {
      while (running) {
        const start = performance.now();
        const call = worker % 2 ? store.append("news", worker, { limit: 100_000 }) : store.increment(`count ${worker}`);
        await call.then(() => outcomes.answered++, () => outcomes.refused++);
        outcomes.slowest = Math.max(outcomes.slowest, performance.now() - start);
      }
    });
    await until(() => outcomes.answered > 500);
    await redis.kill();
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    const answered = outcomes.answered;
    await redis.restart();
    await until(() => outcomes.answered > answered + 500);
    running = false;
    await Promise.all(load);
    assertGreater(outcomes.refused, 0);
    assertLess(outcomes.slowest, 2_000);
    const last = await store.lastId("news");
    await until(() => events.at(-1)?.id === last);
    checkRow(events, 1);
  },
);

testWithRedis("R23 connections that are cut at random lose and double nothing in silence", async (redis) => {
  await using proxy = await startProxy(redis.port);
  await using writer = createRedisStoreAdapter({ url: redis.url, onError: () => {} });
  const followers = await Promise.all([1, 2, 3].map(async () => {
    const store = createRedisStoreAdapter({ url: `redis://127.0.0.1:${proxy.port}`, onError: () => {} });
    return { store, events: await collectEvents(store, "news") };
  }));
  let running = true;
  let appended = 0;
  const writing = (async () => {
    while (running) {
      await writer.append("news", ++appended, { limit: 200 });
      if (appended % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
  })();
  for (let round = 0; round < 60; round++) {
    const seen = appended;
    proxy.cut();
    await until(() => appended > seen + 20 && proxy.connections >= 3);
  }
  running = false;
  await writing;
  const last = await writer.lastId("news");
  for (const { store, events } of followers) {
    await until(() => events.at(-1)?.id === last);
    checkRow(events, Infinity);
    await store.close();
  }
});

/** Checks that each entry comes right after the one before or after a gap, and that there are no more gaps than that. */
function checkRow(events: readonly StoreEvent[], mostGaps: number): void {
  let previous: string | undefined;
  let gaps = 0;
  for (const { id, gap } of events) {
    if (gap !== undefined) gaps++;
    else if (previous !== undefined) {
      const n = Number(previous.split("-")[1]);
      assertEquals(id, previous.replace(/-.*/, `-${n + 1}`), "the id after the one before");
    }
    previous = id ?? gap;
  }
  assert(gaps <= mostGaps, `${gaps} gaps`);
}

/**
 * Live updates between two processes, on the stores that join processes: each side has a store of its own.
 *
 * @module
 */
import type { Store } from "@igniter-js/core";
import { createRedisStoreAdapter } from "@igniter-js/core/drivers/redis";
import { createSqliteStoreAdapter } from "@igniter-js/core/drivers/sqlite";
import { assertEquals, assertGreater } from "@std/assert";
import { testWithRedis } from "../../redis.ts";
import { channels, chat, type EventReader, type Frame, until } from "./_events.ts";

/** Two processes in one. */
async function withTwo(make: () => Store, work: (a: Side, b: Side) => Promise<void>): Promise<void> {
  const stores = [make(), make()] as const;
  const [a, b] = [chat({ store: stores[0] }), chat({ store: stores[1] })];
  try {
    await work(a, b);
  } finally {
    await a.router.close();
    await b.router.close();
    for (const store of stores) await store.close();
  }
}

type Side = ReturnType<typeof chat>;

const dataOf = (frames: readonly Frame[]) =>
  frames.filter(({ event }) => event === "message").map(({ data }) => data.data);

/** Both ways, then a client that changes sides. */
async function crossAndResume(a: Side, b: Side): Promise<void> {
  const [here, there] = [await a.connect(channels("chat.feed")), await b.connect(channels("chat.feed"))];
  await here.upTo("ready");
  await there.upTo("ready");
  await a.igniter.realtime.publish("chat.feed", { at: new Date(5) });
  await b.igniter.realtime.publish("chat.feed", 2);
  await a.router.handler(new Request("http://localhost/api/v1/chat", { method: "POST" }));
  await b.igniter.realtime.broadcast("last");
  const [heard, same] = [await readTo(here, "last"), await readTo(there, "last")];
  assertEquals(heard.map(({ event }) => event), ["message", "message", "revalidate", "message"]);
  assertEquals(heard.map(({ id }) => id), same.map(({ id }) => id));
  assertEquals(heard[0]?.data.meta, [["date", "at"]]);
  const id = String(heard[0]?.id);
  const moved = await b.connect(channels("chat.feed"), { "last-event-id": id });
  assertEquals(dataOf(await moved.upTo("ready")), [2, "last"]);
}

async function readTo(events: EventReader, data: unknown): Promise<Frame[]> {
  const frames: Frame[] = [];
  while (frames.at(-1)?.data.data !== data) frames.push(...await events.take(1));
  return frames;
}

Deno.test("R23 two processes on one SQLite file hear each other, and a client may change between them", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await withTwo(() => createSqliteStoreAdapter({ path: `${folder}/store.db` }), crossAndResume);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

testWithRedis(
  "R23 two processes on one Redis hear each other, and a client may change between them",
  async ({ url }) => {
    await withTwo(() => createRedisStoreAdapter({ url }), crossAndResume);
  },
);

testWithRedis(
  "R23 Redis is killed and comes back without its data: the publisher is told, clients get a reset",
  async (redis) => {
    await withTwo(() => createRedisStoreAdapter({ url: redis.url, timeout: 500 }), async (a, b) => {
      const [here, there] = [await a.connect(channels("chat.feed")), await b.connect(channels("chat.feed"))];
      await here.upTo("ready");
      await there.upTo("ready");
      await a.igniter.realtime.publish("chat.feed", "before");
      await readTo(here, "before");
      const [last] = (await readTo(there, "before")).slice(-1);
      await redis.kill();
      const error = await a.igniter.realtime.publish("chat.feed", "lost").catch((error) => error);
      assertEquals(error.code, "ERR_UNAVAILABLE");
      await redis.restart();
      await until(() => b.igniter.realtime.publish("chat.feed", "after").then(() => true, () => false));
      for (const events of [here, there]) {
        const frames = await readTo(events, "after");
        assertGreater(frames.filter(({ event }) => event === "reset").length, 0);
        assertEquals(dataOf(frames).includes("lost"), false);
      }
      const again = await b.connect(channels("chat.feed"), { "last-event-id": String(last?.id) });
      assertEquals((await again.upTo("ready")).map(({ event }) => event), ["open", "reset", "ready"]);
    });
  },
);

testWithRedis("R23 Redis does not answer for a while: nothing is lost, or it is told by a reset", async (redis) => {
  await withTwo(() => createRedisStoreAdapter({ url: redis.url, timeout: 300 }), async (a, b) => {
    const there = await b.connect(channels("chat.feed"));
    await there.upTo("ready");
    const failed = new Set<number>();
    for (let n = 1; n <= 30; n++) {
      if (n === 10) redis.pause();
      if (n === 14) redis.resume();
      await a.igniter.realtime.publish("chat.feed", n).catch(() => failed.add(n));
    }
    assertGreater(failed.size, 0);
    await until(() => a.igniter.realtime.publish("chat.feed", "end").then(() => true, () => false));
    const frames = await readTo(there, "end");
    const heard = dataOf(frames).filter((data): data is number => typeof data === "number");
    // What the publisher was told is published has come; for what it was told is not there is a reset.
    const missing = Array.from({ length: 30 }, (_, index) => index + 1).filter((n) => !heard.includes(n));
    const resets = frames.filter(({ event }) => event === "reset").length;
    assertEquals(missing.every((n) => failed.has(n)) || resets > 0, true, JSON.stringify({ missing, resets }));
    assertGreater(resets, 0);
    assertEquals(new Set(heard).size, heard.length);
  });
});

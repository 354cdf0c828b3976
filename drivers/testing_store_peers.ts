/**
 * What the port says about several stores on the same data, and about the end of one.
 *
 * @module
 */
import type { Store } from "../server/ports/store.ts";
import { compareLogIds } from "../server/ports/log_id.ts";
import { equal, numbers, rejects } from "./testing_checks.ts";
import { listen, type PairTest, trail } from "./testing_store_kit.ts";

/** The end of a store. */
export async function testClosed(store: Store, timeout: number): Promise<void> {
  const news = await listen(store, "news", timeout);
  const followed = await trail(store, "news", timeout);
  const id = await store.lastId("news");
  await store.set("key", 1);
  await store.close();
  const calls: [string, () => Promise<unknown>][] = [
    ["get", () => store.get("key")],
    ["getMany", () => store.getMany(["key"])],
    ["getMany of no keys", () => store.getMany([])],
    ["set", () => store.set("key", 2)],
    ["setIfAbsent", () => store.setIfAbsent("key", 2)],
    ["delete", () => store.delete("key")],
    ["has", () => store.has("key")],
    ["increment", () => store.increment("key")],
    ["expire", () => store.expire("key", 1)],
    ["keys", () => store.keys()],
    ["publish", () => store.publish("news", 1)],
    ["subscribe", () => store.subscribe("news", () => {})],
    ["unsubscribe", () => store.unsubscribe("news")],
    ["append", () => store.append("news", 1, { limit: 10 })],
    ["entriesAfter", () => store.entriesAfter("news", id)],
    ["lastId", () => store.lastId("news")],
    ["follow", () => store.follow("news", followed.follower)],
  ];
  for (const [verb, call] of calls) await rejects(call, Error, `${verb} after close()`);
  await store.close();
  await news.stop();
  await followed.stop();
  await news.heard();
  await followed.heard();
}

/** What stores on the same data share. */
export function testPeers(test: PairTest): void {
  test("peers share values", async ({ store, other }) => {
    await store.set("key", { id: 1 });
    equal(await other.get("key"), { id: 1 }, "the peer's get()");
    equal(await other.keys(), ["key"], "the peer's keys()");
    equal(await other.setIfAbsent("key", 2), false, "the peer's setIfAbsent()");
    equal(await other.delete("key"), true, "the peer's delete()");
    equal(await store.has("key"), false, "has() after the peer's delete()");
  });

  test("setIfAbsent() and increment() are atomic across peers", async ({ store, other }) => {
    const either = (id: number): Store => id % 2 ? store : other;
    const locks = await Promise.all(numbers(50).map((id) => either(id).setIfAbsent("lock", id)));
    equal(locks.filter(Boolean).length, 1, "how many of 50 calls gave true");
    const sums = await Promise.all(numbers(50).map((id) => either(id).increment("count")));
    equal(sums.sort((a, b) => a - b), numbers(50), "the sums in order");
  });

  test("a message reaches the subscribers of every peer, in order", async ({ store, other, timeout }) => {
    const here = await listen(store, "news", timeout);
    const there = await listen(other, "news", timeout);
    for (const number of numbers(20)) await store.publish("news", number);
    await here.heard(...numbers(20));
    await there.heard(...numbers(20));
  });

  test("unsubscribe() ends no subscription of a peer", async ({ store, other, timeout }) => {
    const there = await listen(other, "news", timeout);
    await store.subscribe("news", there.subscriber);
    await store.unsubscribe("news", there.subscriber);
    await store.publish("news", 1);
    await there.heard(1);
    await store.unsubscribe("news");
    await store.publish("news", 2);
    await there.heard(1, 2);
  });

  test("peers share logs and their ids", async ({ store, other }) => {
    const start = await store.lastId("news");
    equal(await other.lastId("news"), start, "the peer's lastId() of an empty log");
    const first = await store.append("news", 1, { limit: 3 });
    const second = await other.append("news", 2, { limit: 3 });
    equal(compareLogIds(first, second), -1, "the order of ids given by peers");
    const entries = [{ id: first, message: 1 }, { id: second, message: 2 }];
    equal(await store.entriesAfter("news", start), entries, "entriesAfter()");
    equal(await other.entriesAfter("news", start), entries, "the peer's entriesAfter()");
    await other.append("news", 3, { limit: 1 });
    equal(await store.entriesAfter("news", first), undefined, "entriesAfter() what the peer dropped");
  });

  test("append() is atomic across peers, and all followers receive one order", async ({ store, other, timeout }) => {
    const start = await store.lastId("news");
    const here = await trail(store, "news", timeout);
    const there = await trail(other, "news", timeout);
    const appended = numbers(50).map((id) => (id % 2 ? store : other).append("news", id, { limit: 100 }));
    const ids = await Promise.all(appended);
    equal(new Set(ids).size, 50, "how many ids 50 calls at once gave");
    const entries = await store.entriesAfter("news", start) ?? [];
    equal(entries.map(({ id }) => id), [...ids].sort((a, b) => compareLogIds(a, b) ?? 0), "the ids of the entries");
    for (const { id, message } of entries) equal(id, ids[Number(message) - 1], `the id of entry ${message}`);
    await here.heard(...entries.map(({ message }) => message));
    await there.heard(...entries.map(({ message }) => message));
    equal(here.ids, entries.map(({ id }) => id), "the ids that a follower received");
    equal(there.ids, here.ids, "the ids that the peer's follower received");
  });

  test("messages and entries of a peer are told from those of others", async ({ store, other, timeout }) => {
    const subscriber = await listen(store, "news", timeout);
    const news = await trail(store, "news", timeout);
    const weather = await trail(store, "weather", timeout);
    await other.publish("news", "message");
    await other.append("weather", "rain", { limit: 10 });
    await other.append("news", "entry", { limit: 10 });
    await subscriber.heard("message");
    await news.heard("entry");
    await weather.heard("rain");
  });

  test("close() leaves peers as they are", async ({ store, other, open, timeout }) => {
    const here = await listen(store, "news", timeout);
    const there = await listen(other, "news", timeout);
    await store.set("key", 1);
    const third = await open();
    const ended = await listen(third, "news", timeout);
    const followed = await trail(other, "news", timeout);
    const left = await trail(third, "news", timeout);
    await third.close();
    await store.publish("news", 1);
    await other.publish("news", 2);
    await store.append("news", 3, { limit: 10 });
    await here.heard(1, 2);
    await there.heard(1, 2);
    await followed.heard(3);
    await ended.heard();
    await left.heard();
    equal(await other.get("key"), 1, "get() after a peer's close()");
  });
}

/** What prefixes keep apart. */
export function testStrangers(test: PairTest): void {
  test("stores with different prefixes do not see each other's keys", async ({ store, other }) => {
    await store.set("mine", 1);
    await store.set("both", 1);
    await other.set("both", 2);
    equal(await other.get("mine"), undefined, "the stranger's get()");
    equal(await other.getMany(["mine", "both"]), [undefined, 2], "the stranger's getMany()");
    equal(await other.keys(), ["both"], "the stranger's keys()");
    equal(await other.has("mine"), false, "the stranger's has()");
    equal(await other.delete("mine"), false, "the stranger's delete()");
    equal(await other.expire("mine", 60), false, "the stranger's expire()");
    equal(await other.setIfAbsent("mine", 3), true, "the stranger's setIfAbsent()");
    equal(await other.increment("both"), 3, "the stranger's increment()");
    equal(await store.getMany(["mine", "both"]), [1, 1], "getMany()");
  });

  test("stores with different prefixes do not hear each other's messages", async ({ store, other, timeout }) => {
    const here = await listen(store, "news", timeout);
    const there = await listen(other, "news", timeout);
    await store.publish("news", "for here");
    await other.publish("news", "for there");
    await here.heard("for here");
    await there.heard("for there");
    await store.publish("news", "again for here");
    await other.publish("news", "again for there");
    await here.heard("for here", "again for here");
    await there.heard("for there", "again for there");
  });

  test("stores with different prefixes have logs of their own", async ({ store, other, timeout }) => {
    const here = await trail(store, "news", timeout);
    const there = await trail(other, "news", timeout);
    const id = await store.append("news", "for here", { limit: 10 });
    await other.append("news", "for there", { limit: 10 });
    await here.heard("for here");
    await there.heard("for there");
    equal(await other.entriesAfter("news", id), undefined, "the stranger's entriesAfter()");
    await store.append("news", "again for here", { limit: 10 });
    await other.append("news", "again for there", { limit: 10 });
    await here.heard("for here", "again for here");
    await there.heard("for there", "again for there");
  });
}

/**
 * What the port says about logs.
 *
 * @module
 */
import { compareLogIds } from "../server/ports/log_id.ts";
import type { LogEntry } from "../server/ports/store.ts";
import { equal, numbers, rejects, roundTrip, show } from "./testing_checks.ts";
import { badTtls, carried, listen, refused, type Test, trail } from "./testing_store_kit.ts";

/** Logs and their windows. */
export function testLogs(test: Test): void {
  test("append() gives ids in order, and entriesAfter() lists what came after one", async ({ store }) => {
    const ids: string[] = [];
    for (const number of numbers(12)) ids.push(await store.append("news", { number }, { limit: 100 }));
    for (const [index, id] of ids.entries()) {
      const next = ids[index + 1];
      if (next !== undefined) equal(compareLogIds(id, next), -1, `the order of the ids ${id} and ${next}`);
      const expected = numbers(12).slice(index + 1).map((number) => ({ id: ids[number - 1], message: { number } }));
      equal(await store.entriesAfter("news", id), expected, `entriesAfter() of entry ${index + 1}`);
    }
    equal(await store.lastId("news"), ids.at(-1), "lastId()");
  });

  test("lastId() of a log without entries stands before its first", async ({ store }) => {
    const start = await store.lastId("news");
    equal(await store.lastId("news"), start, "lastId() again");
    equal(await store.entriesAfter("news", start), [], "entriesAfter() before the first entry");
    const first = await store.append("news", 1, { limit: 10 });
    const second = await store.append("news", 2, { limit: 10 });
    equal(compareLogIds(start, first), -1, "the order of the start and the first entry");
    const entries = [{ id: first, message: 1 }, { id: second, message: 2 }];
    equal(await store.entriesAfter("news", start), entries, "entriesAfter() of the start");
  });

  test("entriesAfter() says when something has left the window", async ({ store }) => {
    const start = await store.lastId("news");
    const ids: string[] = [];
    for (const number of numbers(5)) ids.push(await store.append("news", number, { limit: 3 }));
    const [first = "", second = "", ...kept] = ids;
    equal(await store.entriesAfter("news", start), undefined, "entriesAfter() of the start");
    equal(await store.entriesAfter("news", first), undefined, "entriesAfter() with one entry missing");
    equal(messagesOf(await store.entriesAfter("news", second)), [3, 4, 5], "entriesAfter() of the last one dropped");
    equal(messagesOf(await store.entriesAfter("news", kept[0] ?? "")), [4, 5], "entriesAfter() of the oldest one kept");
    equal(messagesOf(await store.entriesAfter("news", kept[2] ?? "")), [], "entriesAfter() of the last");
  });

  test("the limit of the latest append() holds", async ({ store }) => {
    const start = await store.lastId("news");
    for (const number of numbers(5)) await store.append("news", number, { limit: 5 });
    equal(messagesOf(await store.entriesAfter("news", start)), numbers(5), "entriesAfter() with a limit of 5");
    const last = await store.append("news", 6, { limit: 1 });
    equal(await store.entriesAfter("news", start), undefined, "entriesAfter() of the start with a limit of 1");
    await store.append("news", 7, { limit: 3 });
    await store.append("news", 8, { limit: 3 });
    equal(messagesOf(await store.entriesAfter("news", last)), [7, 8], "entriesAfter() with a limit of 3");
  });

  test("entriesAfter() gives undefined for what is no id of the log", async ({ store }) => {
    const id = await store.append("news", 1, { limit: 10 });
    await store.append("news", 2, { limit: 10 });
    const other = await store.append("weather", 1, { limit: 10 });
    const [epoch] = id.split("-");
    const wrong = [
      "",
      "-",
      "1",
      "abc",
      "0-0",
      other,
      `${epoch}-3`,
      `${epoch}--1`,
      `${epoch}-1.5`,
      `${epoch}-1x`,
      `${id} `,
    ];
    for (const text of [...wrong, `${epoch}-99999999999999999999`, `${epoch}-`, `x${id}`, "\u0000", "*"]) {
      equal(await store.entriesAfter("news", text), undefined, `entriesAfter() of ${show(text)}`);
    }
    equal(await store.entriesAfter("nobody", id), undefined, "entriesAfter() of a log that does not exist");
    equal(messagesOf(await store.entriesAfter("news", id)), [2], "entriesAfter() of an entry");
  });

  test("entries are as JSON gives them back", async ({ store }) => {
    const start = await store.lastId("news");
    for (const message of carried()) await store.append("news", message, { limit: 100 });
    equal(messagesOf(await store.entriesAfter("news", start)), carried().map(roundTrip), "the entries");
  });

  test("append() refuses what JSON cannot carry, a bad limit and a bad ttl, and appends nothing", async ({ store }) => {
    const start = await store.lastId("news");
    for (const [what, message] of refused()) {
      await rejects(() => store.append("news", message, { limit: 10 }), TypeError, `append() of ${what}`);
    }
    for (const limit of [0, -1, 1.5, NaN, Infinity]) {
      await rejects(() => store.append("news", 1, { limit }), RangeError, `append() with a limit of ${limit}`);
    }
    for (const ttl of badTtls) {
      await rejects(() => store.append("news", 1, { limit: 10, ttl }), RangeError, `append() with a ttl of ${ttl}`);
      await rejects(() => store.lastId("news", { ttl }), RangeError, `lastId() with a ttl of ${ttl}`);
      await rejects(
        () => store.follow("news", { entry: () => {}, gap: () => {} }, { ttl }),
        RangeError,
        `follow() with a ttl of ${ttl}`,
      );
    }
    equal(await store.entriesAfter("news", start), [], "entriesAfter() after refused calls");
  });

  test("any string is a log, and logs, channels and keys have names of their own", async ({ store, timeout }) => {
    const logs = ["news", "*", "", "{a}", "}", "a:b", "__proto__", "ação 🦕", "line\nbreak", "%_"];
    const subscriber = await listen(store, "news", timeout);
    const follower = await trail(store, "news", timeout);
    await store.set("news", "value");
    for (const log of logs) await store.append(log, `to ${log}`, { limit: 10 });
    await store.publish("news", "message");
    await store.append("news", "last", { limit: 10 });
    equal(await store.keys(), ["news"], "keys()");
    equal(await store.get("news"), "value", "get()");
    equal(await store.delete("*"), false, "delete() of a log's name");
    for (const log of logs) {
      const [start] = (await store.lastId(log)).split("-");
      const expected = log === "news" ? ["to news", "last"] : [`to ${log}`];
      equal(messagesOf(await store.entriesAfter(log, `${start}-0`)), expected, `the entries of log ${show(log)}`);
    }
    await subscriber.heard("message");
    await follower.heard("to news", "last");
  });

  test("append() is atomic and keeps the order of the calls", async ({ store }) => {
    const start = await store.lastId("news");
    const ids = await Promise.all(numbers(50).map((number) => store.append("news", number, { limit: 100 })));
    equal(new Set(ids).size, 50, "how many ids 50 calls at once gave");
    const entries = numbers(50).map((number) => ({ id: ids[number - 1], message: number }));
    equal(await store.entriesAfter("news", start), entries, "the entries");
  });

  test("nobody shares a reference with a log", async ({ store }) => {
    const start = await store.lastId("news");
    const message = { list: [1] };
    await store.append("news", message, { limit: 10 });
    message.list.push(2);
    const first = await store.entriesAfter("news", start);
    (first?.[0]?.message as typeof message).list.push(3);
    equal(messagesOf(await store.entriesAfter("news", start)), [{ list: [1] }], "the entry");
  });

  test("a log ends after its ttl and begins again with ids of its own", async ({ store, advance }) => {
    const ended = await store.append("short", 1, { limit: 10, ttl: 1 });
    const started = await store.lastId("empty", { ttl: 1 });
    const endless = await store.append("endless", 1, { limit: 10, ttl: 1 });
    await store.append("endless", 2, { limit: 10 });
    const long = await store.append("long", 1, { limit: 10, ttl: 1 });
    await store.append("long", 2, { limit: 10, ttl: 60 });
    equal(await store.entriesAfter("short", ended), [], "entriesAfter() before the ttl is over");
    await advance(1_200);
    equal(await store.entriesAfter("short", ended), undefined, "entriesAfter() after the ttl");
    equal(await store.entriesAfter("empty", started), undefined, "entriesAfter() of an empty log after its ttl");
    equal(messagesOf(await store.entriesAfter("endless", endless)), [2], "entriesAfter() without a ttl");
    equal(messagesOf(await store.entriesAfter("long", long)), [2], "entriesAfter() within the later ttl");
    const again = await store.append("short", 2, { limit: 10 });
    equal(compareLogIds(ended, again), undefined, "the order of ids of two lives of a log");
    equal(await store.entriesAfter("short", ended), undefined, "entriesAfter() of an id of the earlier life");
    equal(await store.lastId("short"), again, "lastId() of the new life");
  });

  test("lastId() and follow() set a ttl only when the log is new", async ({ store, advance }) => {
    const kept = await store.append("kept", 1, { limit: 10 });
    await store.lastId("kept", { ttl: 1 });
    const stop = await store.follow("kept", { entry: () => {}, gap: () => {} }, { ttl: 1 });
    await stop();
    const followed = await store.follow("followed", { entry: () => {}, gap: () => {} }, { ttl: 1 });
    const start = await store.lastId("followed");
    await followed();
    await advance(1_200);
    equal(await store.entriesAfter("kept", kept), [], "entriesAfter() of the log without a ttl");
    equal(await store.entriesAfter("followed", start), undefined, "entriesAfter() of the log that follow() made");
  });
}

/** Followers; that an entry does not arrive is told by a later one that does. */
export function testFollowing(test: Test): void {
  test("a follower receives entries with their ids from now on, in order and each once", async ({ store, timeout }) => {
    await store.append("news", "before", { limit: 10 });
    const early = await trail(store, "news", timeout);
    const ids: string[] = [];
    for (const number of numbers(20)) ids.push(await store.append("news", number, { limit: 100 }));
    const late = await trail(store, "news", timeout);
    ids.push(await store.append("news", "after", { limit: 100 }));
    await early.heard(...numbers(20), "after");
    await late.heard("after");
    equal(early.ids, ids, "the ids a follower received");
    equal(late.ids, ids.slice(20), "the ids a later follower received");
  });

  test("a follower receives what a small window has dropped since", async ({ store, timeout }) => {
    const news = await trail(store, "news", timeout);
    await Promise.all(numbers(30).map((number) => store.append("news", number, { limit: 2 })));
    await news.heard(...numbers(30));
  });

  test("follow() gives back how to stop that follower", async ({ store, timeout }) => {
    const stopped = await trail(store, "news", timeout);
    const kept = await trail(store, "news", timeout);
    const elsewhere = await trail(store, "weather", timeout);
    await store.append("news", 1, { limit: 10 });
    await stopped.heard(1);
    await stopped.stop();
    await stopped.stop();
    await store.append("news", 2, { limit: 10 });
    await store.append("weather", "rain", { limit: 10 });
    await kept.heard(1, 2);
    await elsewhere.heard("rain");
    await kept.stop();
    await store.append("news", "for nobody", { limit: 10 });
    const again = await trail(store, "news", timeout);
    await store.append("news", 3, { limit: 10 });
    await again.heard(3);
    await kept.heard(1, 2);
    await stopped.heard(1);
  });

  test("a follower that throws, rejects or never ends harms no other, nor itself", async ({ store, timeout }) => {
    const failing: unknown[] = [];
    await store.follow("news", { entry: () => new Promise(() => {}), gap: () => {} });
    await store.follow("news", {
      entry: ({ message }) => {
        failing.push(message);
        throw new Error("thrown by a follower of the contract suite, on purpose");
      },
      gap: () => {},
    });
    const rejection = new Error("rejected in the contract suite, on purpose");
    await store.follow("news", { entry: () => Promise.reject(rejection), gap: () => {} });
    const after = await trail(store, "news", timeout);
    await store.append("news", 1, { limit: 10 });
    await store.append("news", 2, { limit: 10 });
    await after.heard(1, 2);
    equal(failing, [1, 2], "what the throwing follower received");
  });

  test("each follower has its own copy of an entry", async ({ store, timeout }) => {
    await store.follow("news", {
      entry: ({ message }) => (message as { list: number[] }).list.push(2),
      gap: () => {},
    });
    const news = await trail(store, "news", timeout);
    await store.append("news", { list: [1] }, { limit: 10 });
    await news.heard({ list: [1] });
  });

  test("a follower is told the name of its log and may use the store", async ({ store, timeout }) => {
    const answers = await trail(store, "answers", timeout);
    await store.follow("questions", {
      entry: async ({ message }, log) => {
        await store.append("answers", `${log}: ${message}`, { limit: 10 });
      },
      gap: () => {},
    });
    await store.append("questions", "why", { limit: 10 });
    await answers.heard("questions: why");
  });

  test("a follower goes on when its log ends and begins again", async ({ store, advance, timeout }) => {
    const news = await trail(store, "news", timeout);
    await store.append("news", 1, { limit: 10, ttl: 1 });
    await news.heard(1);
    await advance(1_200);
    await store.append("news", 2, { limit: 10, ttl: 60 });
    await store.append("news", 3, { limit: 10, ttl: 60 });
    await news.heard(1, 2, 3);
    const [first = "", second = "", third = ""] = news.ids;
    equal(compareLogIds(first, second), undefined, "the order of ids of two lives of a log");
    equal(compareLogIds(second, third), -1, "the order of ids of one life");
  });
}

function messagesOf(entries: readonly LogEntry[] | undefined): unknown[] | undefined {
  return entries?.map(({ message }) => message);
}

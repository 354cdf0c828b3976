import { Igniter, type Store } from "@igniter-js/core";
import { createMemoryStoreAdapter } from "@igniter-js/core/drivers/memory";
import { createFakeClock } from "@igniter-js/core/testing";
import { assertEquals, assertNotEquals } from "@std/assert";
import type { Broker } from "../../../server/realtime/broker.ts";
import { channels, chat, collect, EventReader, type Frame, until } from "./_events.ts";

const dataOf = (frames: readonly Frame[]) =>
  frames.filter(({ event }) => event === "message").map(({ data }) => data.data);
const idsOf = (frames: readonly Frame[]) => frames.filter(({ id }) => id !== undefined).map(({ id }) => String(id));
const numbersOf = (frames: readonly Frame[]) => idsOf(frames).map((id) => Number(id.split("-")[1]));

for (const kind of ["without a store", "with a store"] as const) {
  const make = (options: Parameters<typeof chat>[0] = {}) =>
    chat(kind === "with a store" ? { store: createMemoryStoreAdapter(), ...options } : options);

  Deno.test(`R23 ${kind}: who comes back with the last id hears what was missed, then ready, then what happens`, async () => {
    const { igniter, router, connect } = make();
    const first = await connect(channels("chat.feed"));
    await first.upTo("ready");
    await igniter.realtime.publish("chat.feed", 1);
    const [seen] = await first.take(1);
    await first.cancel();
    await igniter.realtime.publish("chat.feed", 2);
    await igniter.realtime.publish("chat.room", "of another channel");
    await igniter.realtime.revalidate("chat.list");
    await igniter.realtime.publish("chat.feed", 3, { scopes: ["user:ada"] });
    await igniter.realtime.broadcast("all");

    for (
      const [query, headers] of [
        [channels("chat.feed"), { "last-event-id": String(seen?.id) }],
        [`${channels("chat.feed")}&Last-Event-ID=${seen?.id}`, {}],
        // A browser's own client repeats the address as it was: the header is newer.
        [`${channels("chat.feed")}&Last-Event-ID=feed-1`, { "last-event-id": String(seen?.id) }],
      ] as const
    ) {
      const again = await connect(query, headers);
      const frames = await again.upTo("ready");
      assertEquals(frames.map(({ event }) => event), ["open", "message", "revalidate", "message", "ready"]);
      assertEquals(dataOf(frames), [2, "all"]);
      assertEquals(numbersOf(frames), [2, 4, 6, 6]);
      await again.cancel();
    }
    const granted = await connect(channels("chat.feed"), { "x-user": "ada", "last-event-id": String(seen?.id) });
    assertEquals(dataOf(await granted.upTo("ready")), [2, 3, "all"]);
    await igniter.realtime.publish("chat.feed", 4);
    assertEquals((await granted.take(1)).map(({ id, data }) => [id, data.data]), [[
      String(seen?.id).replace(/1$/, "7"),
      4,
    ]]);
    await router.close();
  });

  Deno.test(`R23 ${kind}: the id of ready is enough to come back`, async () => {
    const { igniter, router, connect } = make();
    const first = await connect(channels("chat.feed"));
    const [id] = idsOf(await first.upTo("ready"));
    await first.cancel();
    await igniter.realtime.publish("chat.feed", 1);
    const again = await connect(channels("chat.feed"), { "last-event-id": String(id) });
    assertEquals(dataOf(await again.upTo("ready")), [1]);
    await router.close();
  });

  Deno.test(`R23 ${kind}: an id that left the window, of another log, or malformed gives one reset, and goes on from now`, async () => {
    const { igniter, router, connect } = make({ realtime: { window: 5 } });
    const first = await connect(channels("chat.feed"));
    await igniter.realtime.publish("chat.feed", 0);
    const old = String(idsOf(await first.upTo("ready")).at(-1));
    await first.cancel();
    for (let n = 1; n <= 20; n++) await igniter.realtime.publish("chat.feed", n);
    const bad = [
      old,
      "0123456789abcdef-1",
      old.replace(/-\d+$/, "-9999"),
      "x",
      "-1",
      "a-b",
      "9".repeat(10_000),
      "../../x",
    ];
    for (const id of bad) {
      const again = await connect(channels("chat.feed"), { "last-event-id": id });
      const frames = await again.upTo("ready");
      assertEquals(frames.map(({ event }) => event), ["open", "reset", "ready"], id);
      assertEquals(typeof frames[1]?.data.reason, "string");
      await igniter.realtime.publish("chat.feed", "now");
      assertEquals(dataOf(await again.take(1)), ["now"]);
      await again.cancel();
    }
    // An empty one is none.
    const fresh = await connect(channels("chat.feed"), { "last-event-id": "" });
    assertEquals((await fresh.upTo("ready")).map(({ event }) => event), ["open", "ready"]);
    await router.close();
  });

  Deno.test(`R23 ${kind}: nothing is lost or doubled between what is sent again and what happens`, async () => {
    const { igniter, router, connect } = make({ realtime: { window: 10_000, budget: 10_000_000 } });
    const start = await connect(channels("chat.feed"));
    const [id] = idsOf(await start.upTo("ready"));
    await start.cancel();
    let n = 0;
    let publishing = true;
    const publisher = (async () => {
      while (publishing) {
        await igniter.realtime.publish("chat.feed", ++n);
        if (n % 7 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
      }
    })();
    await until(() => n > 100);
    const readers = await Promise.all(Array.from({ length: 20 }, async (_, index) => {
      const events = await connect(channels("chat.feed"), { "last-event-id": String(id) });
      const frames = await events.upTo("ready");
      frames.push(...await events.take(50 + index));
      await events.cancel();
      return frames;
    }));
    publishing = false;
    await publisher;
    for (const frames of readers) {
      const heard = dataOf(frames);
      assertEquals(heard, heard.map((_, index) => index + 1));
      assertEquals(heard.length > 100, true);
    }
    await router.close();
  });
}

/** Two processes of one application, in one: each has its own connection to the store. */
function twoProcesses(realtime = {}) {
  const store = createMemoryStoreAdapter();
  const [a, b] = [chat({ store, realtime }), chat({ store: store.connect(), realtime })];
  const close = async () => {
    await a.router.close();
    await b.router.close();
  };
  return { a, b, store, close };
}

Deno.test("R23 what one process publishes reaches the clients of another, in order and with the same ids", async () => {
  const { a, b, close } = twoProcesses();
  const [here, there] = [await a.connect(channels("chat.feed")), await b.connect(channels("chat.feed"))];
  await here.upTo("ready");
  await there.upTo("ready");
  await a.igniter.realtime.publish("chat.feed", { at: new Date(1) });
  await b.igniter.realtime.publish("chat.feed", "from b");
  await a.router.handler(new Request("http://localhost/api/v1/chat", { method: "POST" }));
  const [first, second] = [await here.take(3), await there.take(3)];
  assertEquals(first, second);
  assertEquals(numbersOf(first), [1, 2, 3]);
  assertEquals(first[0]?.data, {
    channel: "chat.feed",
    data: { at: "1970-01-01T00:00:00.001Z" },
    meta: [["date", "at"]],
  });
  assertEquals(first[2]?.data, { targets: [{ path: "chat.list" }] });
  await close();
});

Deno.test("R23 a client of one process comes back to another, which was not even following", async () => {
  const { a, b, store, close } = twoProcesses();
  const here = await a.connect(channels("chat.feed"));
  const [id] = idsOf(await here.upTo("ready"));
  await here.cancel();
  for (let n = 1; n <= 5; n++) await a.igniter.realtime.publish("chat.feed", n);
  const there = await b.connect(channels("chat.feed"), { "last-event-id": String(id) });
  assertEquals(dataOf(await there.upTo("ready")), [1, 2, 3, 4, 5]);
  // And from an id in between, which is at hand by now: the store is not asked again.
  const asked = store.entriesAfter;
  store.entriesAfter = () => Promise.reject(new Error("asked again"));
  const middle = String(id).replace(/0$/, "3");
  const third = await b.connect(channels("chat.feed"), { "last-event-id": middle });
  assertEquals(dataOf(await third.upTo("ready")), [4, 5]);
  store.entriesAfter = asked;
  await close();
});

/** A store whose follower hears only when it is told to, as over a slow line. */
function slowStore(store: Store) {
  const waiting: (() => void)[] = [];
  let slow = false;
  const follow: Store["follow"] = (log, follower, options) =>
    store.follow(log, {
      entry: (entry, name) => {
        if (slow) waiting.push(() => follower.entry(entry, name));
        else follower.entry(entry, name);
      },
      gap: (gap, name) => follower.gap(gap, name),
    }, options);
  return {
    store: new Proxy(store, {
      get: (target, name) => {
        if (name === "follow") return follow;
        const value: unknown = Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      },
    }),
    hold: () => void (slow = true),
    release: () => {
      slow = false;
      for (const work of waiting.splice(0)) work();
    },
  };
}

Deno.test("R23 a client that comes from a process which is ahead hears nothing twice", async () => {
  const shared = createMemoryStoreAdapter();
  const line = slowStore(shared.connect());
  const [a, b] = [chat({ store: shared }), chat({ store: line.store })];
  const [here, late] = [await a.connect(channels("chat.feed")), await b.connect(channels("chat.feed"))];
  await here.upTo("ready");
  await late.upTo("ready");
  line.hold();
  for (let n = 1; n <= 3; n++) await a.igniter.realtime.publish("chat.feed", n);
  const seen = idsOf(await here.take(2)).at(-1);
  const there = await b.connect(channels("chat.feed"), { "last-event-id": String(seen) });
  assertEquals(idsOf(await there.upTo("ready")), [String(seen)]);
  line.release();
  await a.igniter.realtime.publish("chat.feed", 4);
  assertEquals(dataOf(await there.take(2)), [3, 4]);
  assertEquals(dataOf(await late.take(4)), [1, 2, 3, 4]);
  await a.router.close();
  await b.router.close();
});

Deno.test("R23 a gap of the store's connection is told to all clients of the process, once, also to streams of their own", async () => {
  const store = createMemoryStoreAdapter();
  let gap: (lastId: string) => void = () => {};
  const follow = store.follow.bind(store);
  store.follow = (log, follower, options) => {
    gap = (lastId) => void follower.gap({ lastId }, log);
    return follow(log, follower, options);
  };
  const { igniter, router, connect } = chat({ store });
  const events = await connect(channels("chat.feed"));
  await igniter.realtime.publish("chat.feed", 1);
  const id = String(idsOf(await events.upTo("ready")).at(-1));
  const own = await router.handler(new Request("http://localhost/api/v1/chat/feed"));
  gap(id.replace(/-\d+$/, "-7"));
  const [reset] = await events.take(1);
  assertEquals([reset?.event, reset?.id], ["reset", id.replace(/-\d+$/, "-7")]);
  const text = await own.text();
  assertEquals([text.includes("event: open"), text.includes('event: error\ndata: {"code":"ERR_UNAVAILABLE"')], [
    true,
    true,
  ]);
  // An id from before the gap is no good any more, unless the store says otherwise.
  await igniter.realtime.publish("chat.feed", 2);
  assertEquals(dataOf(await events.take(1)), [2]);
  await router.close();
});

Deno.test("R23 a client that was being told what it missed, when the process lost its place, gets a reset", async () => {
  const { igniter, router, connect } = chat({ realtime: { window: 3 } });
  const first = await connect(channels("chat.feed"));
  const [id] = idsOf(await first.upTo("ready"));
  await first.cancel();
  for (let n = 1; n <= 3; n++) await igniter.realtime.publish("chat.feed", n);
  const slow = await connect(channels("chat.feed"), { "last-event-id": String(id) });
  // It has not read yet, and the window moves on.
  for (let n = 4; n <= 20; n++) await igniter.realtime.publish("chat.feed", n);
  const frames = await slow.upTo("ready");
  assertEquals(frames.map(({ event }) => event).slice(-2), ["reset", "ready"]);
  assertEquals(numbersOf(frames).at(-1), 20);
  await router.close();
});

Deno.test("R23 events that the store did not take: the publisher is told, and then every client by one reset", async () => {
  const clock = createFakeClock();
  const store = createMemoryStoreAdapter();
  const append = store.append.bind(store);
  const logger = collect();
  const { Broker: BrokerClass } = await import("../../../server/realtime/broker.ts");
  const broker: Broker = new BrokerClass({
    logger,
    clock,
    log: store,
    window: 10,
    ttl: 60,
    granting: true,
    development: false,
  });
  const heard: string[] = [];
  await broker.ready();
  broker.subscribe("x.feed", { scopes: new Set(), receive: ({ type, data }) => void heard.push(`${type} ${data}`) });
  store.append = () => Promise.reject(new Error("the store is down"));
  // Nobody waits for this one: it must end no process.
  void broker.publish("x.feed", 1);
  const failed = await broker.publish("x.feed", 2).catch((error) => error);
  assertEquals([failed.code, failed.cause.message], ["ERR_UNAVAILABLE", "the store is down"]);
  await clock.advance(60_000);
  assertEquals([heard, clock.pending], [[], 1]);
  store.append = append;
  await clock.advance(10_000);
  assertEquals([heard, clock.pending], [["reset Events could not be published"], 0]);
  await broker.publish("x.feed", 3);
  assertEquals(heard.slice(1), ["message 3"]);
  assertEquals(logger.logs.map(({ level, fields }) => [level, fields["lost"]]), [["error", undefined], ["warn", 2]]);

  // With the next event at hand nobody waits for the clock, and the reset comes first.
  store.append = () => Promise.reject(new Error("down again"));
  await broker.publish("x.feed", 4).catch(() => {});
  store.append = append;
  await broker.publish("x.feed", 5);
  assertEquals(heard.slice(2), ["reset Events could not be published", "message 5"]);
  assertEquals(clock.pending, 0);

  // Closing ends the attempts.
  store.append = () => Promise.reject(new Error("down for good"));
  await broker.publish("x.feed", 6).catch(() => {});
  assertEquals(clock.pending, 1);
  await broker.close();
  assertEquals(clock.pending, 0);
});

Deno.test("R23 while the store does not answer a connection is refused for later, and is let in when it does", async () => {
  const store = createMemoryStoreAdapter();
  const follow = store.follow.bind(store);
  store.follow = () => Promise.reject(new Error("the store is down"));
  const { router, request, connect, logger, igniter } = chat({ store });
  for (let attempt = 0; attempt < 3; attempt++) {
    const response = await router.handler(request());
    assertEquals([response.status, response.headers.get("retry-after")], [503, "5"]);
    assertEquals((await response.json()).error.code, "ERR_UNAVAILABLE");
  }
  const own = await router.handler(new Request("http://localhost/api/v1/chat/feed"));
  assertEquals(own.status, 503);
  store.follow = follow;
  const events = await connect(channels("chat.feed"));
  await events.upTo("ready");
  await igniter.realtime.publish("chat.feed", 1);
  assertEquals(dataOf(await events.take(1)), [1]);
  const messages = logger.logs.map(({ message }) => message).filter((message) => message.startsWith("Live events"));
  assertEquals(messages, [
    "Live events cannot be followed: the store fails",
    "Live events cannot be followed", // the masked failure of the stream that had a request of its own
    "Live events are followed again",
  ]);
  await router.close();
});

Deno.test("R23 two applications on one store with prefixes of their own do not hear each other", async () => {
  const store = createMemoryStoreAdapter();
  const [a, b] = [chat({ store }), chat({ store: store.connect({ prefix: "other:" }) })];
  const events = await b.connect(channels("chat.feed"));
  const [id] = idsOf(await events.upTo("ready"));
  await a.igniter.realtime.publish("chat.feed", "a");
  await b.igniter.realtime.publish("chat.feed", "b");
  assertEquals(dataOf(await events.take(1)), ["b"]);
  const other = await a.connect(channels("chat.feed"), { "last-event-id": String(id) });
  assertEquals((await other.upTo("ready")).map(({ event }) => event), ["open", "reset", "ready"]);
  assertNotEquals(idsOf(await events.cancel().then(() => [])).length, 1);
  await a.router.close();
  await b.router.close();
});

Deno.test("R23 an entry that this version cannot read tells everybody to refetch", async () => {
  const store = createMemoryStoreAdapter();
  const { router, connect } = chat({ store });
  const events = await connect();
  await events.upTo("ready");
  for (const message of [{ later: 1 }, "text", null, { channel: "x", data: 1, scopes: "user:1" }]) {
    await store.append("igniter.events", message, { limit: 10 });
    assertEquals((await events.take(1)).map(({ event, data }) => [event, data.reason]), [
      ["reset", "An event could not be read"],
    ]);
  }
  await router.close();
});

Deno.test("R23 another router of the application goes on where the first ended", async () => {
  const igniter = Igniter.context(() => ({})).create();
  const make = () =>
    igniter.router({
      controllers: {
        x: igniter.controller({ path: "/x", actions: { feed: igniter.query({ stream: true, handler: () => null }) } }),
      },
    });
  const first = make();
  const read = async (router: typeof first, id = "") =>
    new EventReader(
      await router.handler(
        new Request("http://localhost/api/v1/_/events?channel=x.feed", { headers: { "last-event-id": id } }),
      ),
    );
  const events = await read(first);
  const [id] = idsOf(await events.upTo("ready"));
  await igniter.realtime.publish("x.feed", 1);
  await events.take(1);
  await first.close();
  assertEquals(await events.rest(), []);
  await igniter.realtime.publish("x.feed", 2);
  const second = make();
  const again = await read(second, String(id));
  assertEquals(dataOf(await again.upTo("ready")), [1, 2]);
  await igniter.realtime.publish("x.feed", 3);
  assertEquals(dataOf(await again.take(1)), [3]);
  await second.close();
});

Deno.test("R23 ids that a stranger makes up cost the store nothing", async () => {
  const store = createMemoryStoreAdapter();
  const { igniter, router, connect } = chat({ store, realtime: { window: 5 } });
  const first = await connect(channels("chat.feed"));
  for (let n = 1; n <= 20; n++) await igniter.realtime.publish("chat.feed", n);
  const id = String(idsOf(await first.upTo("ready")).at(-1));
  let reads = 0;
  const entriesAfter = store.entriesAfter.bind(store);
  store.entriesAfter = (...given) => {
    reads++;
    return entriesAfter(...given);
  };
  for (const forged of ["0123456789abcdef-19", id.replace(/-\d+$/, "-1"), "x", `${id}\u0000`.trim()]) {
    const events = await connect(`${channels("chat.feed")}&Last-Event-ID=${encodeURIComponent(forged)}`);
    assertEquals((await events.upTo("ready"))[1]?.event, "reset", forged);
  }
  assertEquals(reads, 0);
  await router.close();
});

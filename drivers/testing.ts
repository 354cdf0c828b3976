/**
 * Contract suites: what every driver must do, as tests that you run on a driver of your own. They need no test framework:
 * each test is a name and a function that rejects when the driver breaks its contract.
 *
 * @example A test file for `deno test`
 * ```ts ignore
 * import { testStore } from "@igniter-js/core/drivers/testing";
 * import { createMemoryStoreAdapter } from "@igniter-js/core/drivers/memory";
 *
 * testStore("my store", () => createMemoryStoreAdapter());
 * ```
 *
 * @module
 */
import type { Store, Subscriber } from "../server/ports/store.ts";

export type { Store, Subscriber, TtlOptions } from "../server/ports/store.ts";

/** How the suite runs on a store. */
export interface StoreTestOptions<S extends Store = Store> {
  /**
   * Lets that many milliseconds pass for the store: by moving its clock, or by waiting. No test asks for more than two
   * seconds at a time. @default waits
   */
  readonly advance?: ((ms: number) => void | Promise<void>) | undefined;
  /** Registers a test. @default Deno.test */
  readonly test?: ((name: string, fn: () => Promise<void>) => void) | undefined;
  /** Milliseconds a message may take to arrive before a test fails. @default 5000 */
  readonly timeout?: number | undefined;
  /**
   * Opens another store on the same data, as a second process does. Tests of what processes share are registered only
   * when it is given.
   */
  readonly peer?: ((store: S) => Store | Promise<Store>) | undefined;
  /**
   * Opens a store in the same place under another prefix. Tests of what prefixes keep apart are registered only when it
   * is given.
   */
  readonly stranger?: ((store: S) => Store | Promise<Store>) | undefined;
}

/**
 * Registers the contract suite of the {@link Store} port: one test for each thing the port says, named
 * `<name>: <what it does>`.
 *
 * Each test calls `create` once and closes what it gave. A created store must be **empty**: give each a prefix, a
 * database or a file of its own.
 *
 * Beyond the port's words the suite settles what they leave open, so that drivers can be exchanged:
 *
 * - A ttl that is not a finite number greater than 0 is a RangeError, and changes nothing.
 * - `increment` refuses what is not an integer, a numeral in a string included, and leaves it as it was.
 * - A prefix given to `keys` and the name of a channel are taken literally: nothing in them is a pattern.
 * - Messages published one after the other to a channel arrive in that order, at every subscriber.
 * - Each subscriber has its own copy of a message.
 * - The same function subscribed twice to a channel is two subscriptions. `unsubscribe(channel, fn)` ends one of them;
 *   the function that `subscribe` gave ends its own, and does nothing when it is called again or after `close()`.
 * - Ending a subscription that does not exist is no error.
 * - `close()` again does nothing.
 *
 * @example A store whose clock can be moved, with a test runner of your own
 * ```ts
 * import { testStore } from "@igniter-js/core/drivers/testing";
 * import { createMemoryStoreAdapter } from "@igniter-js/core/drivers/memory";
 * import { createFakeClock } from "@igniter-js/core/testing";
 *
 * const tests: (() => Promise<void>)[] = [];
 * const clock = createFakeClock();
 * testStore("memory store", () => createMemoryStoreAdapter({ clock, onError: () => {} }), {
 *   advance: (ms) => clock.advance(ms),
 *   peer: (store) => store.connect(),
 *   stranger: (store) => store.connect({ prefix: "other:" }),
 *   test: (_name, fn) => tests.push(fn),
 * });
 * for (const test of tests) await test();
 * ```
 *
 * @throws TypeError when there is no `Deno.test` and `options.test` is not given.
 */
export function testStore<S extends Store>(
  name: string,
  create: () => S | Promise<S>,
  options: StoreTestOptions<S> = {},
): void {
  const { peer, stranger, timeout = 5000 } = options;
  const register = options.test ?? registrar(name);
  const advance = async (ms: number): Promise<void> => await (options.advance ?? wait)(ms);

  const test = (sentence: string, body: (bench: Bench) => Promise<void>): void =>
    register(`${name}: ${sentence}`, async () => {
      const store = await create();
      await closing(store, () => body({ store, advance, timeout }));
    });
  testValues(test);
  testTtl(test);
  testCounters(test);
  testKeys(test);
  testMessages(test);
  testUnsubscribing(test);

  register(`${name}: close() refuses every later call`, async () => {
    await testClosed(await create(), timeout);
  });
  const withOther = (open: (store: S) => Store | Promise<Store>): PairTest => (sentence, body) =>
    register(`${name}: ${sentence}`, async () => {
      const store = await create();
      await closing(store, async () => {
        const other = await open(store);
        await closing(other, () => body({ store, other, open: async () => await open(store), timeout }));
      });
    });
  if (peer) testPeers(withOther(peer));
  if (stranger) testStrangers(withOther(stranger));
}

/** What a test works with. */
interface Bench {
  readonly store: Store;
  readonly advance: (ms: number) => Promise<void>;
  readonly timeout: number;
}

interface PairBench {
  readonly store: Store;
  readonly other: Store;
  /** Opens one more; the test closes it. */
  readonly open: () => Promise<Store>;
  readonly timeout: number;
}

type Test = (sentence: string, body: (bench: Bench) => Promise<void>) => void;
type PairTest = (sentence: string, body: (bench: PairBench) => Promise<void>) => void;

/** Values that JSON carries; each must come back as `JSON.parse(JSON.stringify(value))` gives it. */
function carried(): unknown[] {
  return [
    0,
    -0,
    1.5,
    -7,
    1e21,
    NaN,
    Infinity,
    false,
    true,
    null,
    "",
    "0",
    "null",
    "ação ✓ 🦕\n\u0000\"'\\",
    [],
    [1, [2, [3]], undefined, () => {}],
    {},
    { nested: { list: [{ id: 1 }, null, false, ""] }, absent: undefined, method: () => {} },
    JSON.parse('{"__proto__":{"polluted":true},"constructor":1}'),
    new Date(0),
    new Map([[1, 2]]),
    { toJSON: () => ["what toJSON gave"] },
  ];
}

/** Values that JSON does not carry. */
function refused(): [string, unknown][] {
  const cycle: Record<string, unknown> = {};
  cycle["self"] = cycle;
  return [
    ["undefined", undefined],
    ["a function", () => {}],
    ["a symbol", Symbol("s")],
    ["a cycle", cycle],
    ["a bigint", 1n],
    ["a bigint inside an object", { id: 1n }],
  ];
}

const badTtls: readonly number[] = [0, -1, NaN, Infinity];

function testValues(test: Test): void {
  test("get() gives what set() kept, undefined when there is nothing", async ({ store }) => {
    equal(await store.get("key"), undefined, "get() of an absent key");
    await store.set("key", { id: 1 });
    equal(await store.get("key"), { id: 1 }, "get() after set()");
    equal(await store.get("KEY"), undefined, "get() of the key in capitals");
  });

  test("set() keeps all that JSON carries, as JSON gives it back", async ({ store }) => {
    for (const value of carried()) {
      await store.set("key", value);
      equal(await store.get("key"), roundTrip(value), `get() after set() of ${show(value)}`);
      equal(await store.getMany(["key"]), [roundTrip(value)], `getMany() after set() of ${show(value)}`);
      equal(await store.has("key"), true, `has() after set() of ${show(value)}`);
    }
  });

  test("set() refuses what JSON cannot carry, and keeps the earlier value", async ({ store }) => {
    await store.set("key", "earlier");
    for (const [what, value] of refused()) {
      await rejects(() => store.set("key", value), TypeError, `set() of ${what}`);
      await rejects(() => store.setIfAbsent("absent", value), TypeError, `setIfAbsent() of ${what}`);
    }
    equal(await store.get("key"), "earlier", "get() after refused calls");
    equal(await store.has("absent"), false, "has() after refused calls");
  });

  test("set() takes the place of an earlier value", async ({ store }) => {
    await store.set("key", { a: 1, b: 2 });
    await store.set("key", { a: 3 });
    equal(await store.get("key"), { a: 3 }, "get() after a second set()");
    equal(await store.keys(), ["key"], "keys() after a second set()");
  });

  test("nobody shares a reference with the store", async ({ store }) => {
    const value = { list: [1] };
    await store.set("key", value);
    value.list.push(2);
    const first = await store.get<typeof value>("key");
    equal(first, { list: [1] }, "get() after the value given to set() was changed");
    first?.list.push(3);
    const [second] = await store.getMany<typeof value>(["key"]);
    equal(second, { list: [1] }, "getMany() after the value from get() was changed");
    second?.list.push(4);
    equal(await store.get("key"), { list: [1] }, "get() after the value from getMany() was changed");
  });

  test("any string is a key", async ({ store }) => {
    const keys = ["", " ", "a:b", "a/b?c=d", "__proto__", "constructor", "ação 🦕", "line\nbreak", "*", "%_", "'\"\\"];
    for (const [index, key] of keys.entries()) await store.set(key, index);
    for (const [index, key] of keys.entries()) equal(await store.get(key), index, `get() of key ${show(key)}`);
    equal((await store.keys()).sort(), keys.sort(), "keys()");
  });

  test("getMany() gives values in the order of the keys", async ({ store }) => {
    await store.set("a", 1);
    await store.set("b", null);
    await store.set("c", "three");
    equal(
      await store.getMany(["c", "absent", "a", "b", "c"]),
      ["three", undefined, 1, null, "three"],
      'getMany() of "c", an absent key, "a", "b", "c"',
    );
    equal(await store.getMany([]), [], "getMany() of no keys");
  });

  test("delete() ends a key and tells whether it existed", async ({ store }) => {
    await store.set("key", null);
    await store.set("other", 1);
    equal(await store.delete("key"), true, "delete() of a key");
    equal(await store.delete("key"), false, "delete() of a deleted key");
    equal(await store.delete("absent"), false, "delete() of an absent key");
    equal(await store.get("key"), undefined, "get() of a deleted key");
    equal(await store.get("other"), 1, "get() of another key");
  });

  test("has() tells whether a key exists", async ({ store }) => {
    equal(await store.has("key"), false, "has() of an absent key");
    await store.set("key", null);
    equal(await store.has("key"), true, "has() of a key whose value is null");
    await store.delete("key");
    equal(await store.has("key"), false, "has() of a deleted key");
  });

  test("setIfAbsent() keeps a value only when the key has none", async ({ store }) => {
    equal(await store.setIfAbsent("key", null), true, "setIfAbsent() of an absent key");
    equal(await store.setIfAbsent("key", "second"), false, "setIfAbsent() of a key whose value is null");
    equal(await store.get("key"), null, "get()");
    await store.delete("key");
    equal(await store.setIfAbsent("key", "third"), true, "setIfAbsent() of a deleted key");
    equal(await store.get("key"), "third", "get()");
  });

  test("setIfAbsent() is atomic: of 50 at once exactly one succeeds", async ({ store }) => {
    const results = await Promise.all(numbers(50).map((id) => store.setIfAbsent("lock", id)));
    equal(results.filter(Boolean).length, 1, "how many of 50 calls gave true");
    equal(await store.get("lock"), results.indexOf(true) + 1, "the value, which is the successful call's");
  });
}

function testTtl(test: Test): void {
  test("set() ends a key after its ttl in seconds", async ({ store, advance }) => {
    await store.set("short", 1, { ttl: 1 });
    await store.set("long", 2, { ttl: 60 });
    await store.set("endless", 3);
    await store.set("undefined", 4, { ttl: undefined });
    const keys = ["short", "long", "endless", "undefined"];
    equal(await store.getMany(keys), [1, 2, 3, 4], "getMany() before the ttl is over");
    await advance(1_200);
    equal(await store.getMany(keys), [undefined, 2, 3, 4], "getMany() after the shortest ttl");
  });

  test("a ttl may be a fraction of a second", async ({ store, advance }) => {
    await store.set("short", 1, { ttl: 0.5 });
    await store.set("long", 1, { ttl: 60.5 });
    equal(await store.has("short"), true, "has() before the ttl is over");
    await advance(700);
    equal(await store.has("short"), false, "has() after half a second");
    equal(await store.has("long"), true, "has() before a minute is over");
  });

  test("an ended key does not exist for any call", async ({ store, advance }) => {
    for (const key of ["get", "has", "delete", "expire", "increment", "setIfAbsent"]) {
      await store.set(key, 41, { ttl: 1 });
    }
    await advance(1_200);
    equal(await store.keys(), [], "keys()");
    equal(await store.getMany(["get", "has"]), [undefined, undefined], "getMany()");
    equal(await store.get("get"), undefined, "get()");
    equal(await store.has("has"), false, "has()");
    equal(await store.delete("delete"), false, "delete()");
    equal(await store.expire("expire", 60), false, "expire()");
    equal(await store.has("expire"), false, "has() after expire()");
    equal(await store.increment("increment"), 1, "increment()");
    equal(await store.setIfAbsent("setIfAbsent", "new"), true, "setIfAbsent()");
    await advance(1_200);
    equal(
      await store.getMany(["increment", "setIfAbsent"]),
      [1, "new"],
      "getMany() of the new values, which have no ttl",
    );
  });

  test("set() in place of an earlier value takes the place of its ttl, too", async ({ store, advance }) => {
    await store.set("cleared", 1, { ttl: 1 });
    await store.set("cleared", 2);
    await store.set("longer", 1, { ttl: 1 });
    await store.set("longer", 2, { ttl: 60 });
    await store.set("shorter", 1, { ttl: 60 });
    await store.set("shorter", 2, { ttl: 1 });
    await store.set("limited", 1);
    await store.set("limited", 2, { ttl: 1 });
    await advance(1_200);
    equal(
      await store.getMany(["cleared", "longer", "shorter", "limited"]),
      [2, 2, undefined, undefined],
      "getMany() after the ttl of the earlier or of the later value",
    );
  });

  test("delete() ends the ttl with the key", async ({ store, advance }) => {
    await store.set("key", 1, { ttl: 1 });
    await store.delete("key");
    equal(await store.setIfAbsent("key", 2), true, "setIfAbsent() of a deleted key");
    await advance(1_200);
    equal(await store.get("key"), 2, "get() after the deleted value's ttl");
  });

  test("setIfAbsent() sets a ttl only when it keeps the value", async ({ store, advance }) => {
    equal(await store.setIfAbsent("lock", 1, { ttl: 1 }), true, "setIfAbsent() of an absent key");
    equal(await store.setIfAbsent("lock", 2, { ttl: 60 }), false, "setIfAbsent() of a kept key");
    await store.set("endless", 1);
    equal(await store.setIfAbsent("endless", 2, { ttl: 1 }), false, "setIfAbsent() of a key without a ttl");
    await advance(1_200);
    equal(await store.getMany(["lock", "endless"]), [undefined, 1], "getMany() after the ttl");
    equal(await store.setIfAbsent("lock", 3), true, "setIfAbsent() of an ended key");
  });

  test("expire() sets the seconds until a key ends and tells whether it exists", async ({ store, advance }) => {
    equal(await store.expire("absent", 1), false, "expire() of an absent key");
    equal(await store.has("absent"), false, "has() after expire() of an absent key");
    await store.set("limited", 1);
    equal(await store.expire("limited", 1), true, "expire() of a key without a ttl");
    await store.set("longer", 2, { ttl: 1 });
    equal(await store.expire("longer", 60), true, "expire() of a key with a shorter ttl");
    await store.set("shorter", 3, { ttl: 60 });
    equal(await store.expire("shorter", 0.5), true, "expire() of a key with a longer ttl");
    const keys = ["limited", "longer", "shorter"];
    equal(await store.getMany(keys), [1, 2, 3], "getMany(): expire() leaves the values");
    await advance(1_200);
    equal(await store.getMany(keys), [undefined, 2, undefined], "getMany() after the ttl");
  });

  test("a ttl that is not greater than 0 is refused and changes nothing", async ({ store }) => {
    await store.set("key", 1);
    for (const ttl of badTtls) {
      await rejects(() => store.set("key", 2, { ttl }), RangeError, `set() with a ttl of ${ttl}`);
      await rejects(() => store.setIfAbsent("new", 2, { ttl }), RangeError, `setIfAbsent() with a ttl of ${ttl}`);
      await rejects(() => store.increment("new", { ttl }), RangeError, `increment() with a ttl of ${ttl}`);
      await rejects(() => store.expire("key", ttl), RangeError, `expire() with ${ttl}`);
    }
    equal(await store.getMany(["key", "new"]), [1, undefined], "getMany() after refused calls");
  });
}

function testCounters(test: Test): void {
  test("increment() adds 1 to a number, absent being 0, and gives the sum", async ({ store }) => {
    equal(await store.increment("count"), 1, "increment() of an absent key");
    equal(await store.increment("count"), 2, "increment() of 1");
    equal(await store.get("count"), 2, "get() after increment()");
    await store.set("count", -1);
    equal(await store.increment("count"), 0, "increment() of -1, kept by set()");
    equal(await store.get("count"), 0, "get() after increment()");
  });

  test("increment() is atomic: 50 at once give 50 sums", async ({ store }) => {
    const sums = await Promise.all(numbers(50).map(() => store.increment("count")));
    equal(sums.sort((a, b) => a - b), numbers(50), "the sums in order");
    equal(await store.get("count"), 50, "get() afterwards");
  });

  test("increment() refuses what is not an integer and leaves it", async ({ store }) => {
    for (const value of [1.5, "5", "", null, true, [1], { count: 1 }]) {
      await store.set("key", value);
      await rejects(() => store.increment("key"), TypeError, `increment() of ${show(value)}`);
      equal(await store.get("key"), value, "get() after a refused increment()");
    }
  });

  test("increment() sets a ttl only when the key is new", async ({ store, advance }) => {
    equal(await store.increment("window", { ttl: 1 }), 1, "increment() of an absent key");
    equal(await store.increment("window", { ttl: 60 }), 2, "increment() of 1");
    equal(await store.increment("window"), 3, "increment() of 2");
    await store.set("endless", 1);
    equal(await store.increment("endless", { ttl: 1 }), 2, "increment() of a key without a ttl");
    await advance(1_200);
    equal(await store.getMany(["window", "endless"]), [undefined, 2], "getMany() after the first ttl");
    equal(await store.increment("window", { ttl: 60 }), 1, "increment() of an ended key");
  });
}

function testKeys(test: Test): void {
  test("keys() lists all keys, or those that start with a prefix", async ({ store }) => {
    equal(await store.keys(), [], "keys() of an empty store");
    for (const key of ["user:1", "user:2", "users", "post:1", "a user:3", "User:4"]) await store.set(key, 1);
    equal((await store.keys()).length, 6, "how many keys()");
    equal((await store.keys("")).length, 6, 'how many keys("")');
    equal((await store.keys("user:")).sort(), ["user:1", "user:2"], 'keys("user:")');
    equal((await store.keys("user")).sort(), ["user:1", "user:2", "users"], 'keys("user")');
    equal(await store.keys("users"), ["users"], 'keys("users")');
    equal(await store.keys("nobody"), [], 'keys("nobody")');
    await store.delete("user:1");
    equal(await store.keys("user:"), ["user:2"], 'keys("user:") after delete()');
  });

  test("keys() takes its prefix literally", async ({ store }) => {
    const prefixes = [
      "*",
      "?",
      "[a]",
      "[",
      "]",
      "a*",
      "a?",
      "\\",
      "\\*",
      "{a}",
      "^",
      "$",
      ".",
      "%",
      "_",
      "'",
      "a[b-d]",
    ];
    const decoys = ["a", "ab", "abc", "b", "aXc", "ac"];
    for (const key of [...decoys, ...prefixes.map((prefix) => `${prefix}!`)]) await store.set(key, 1);
    for (const prefix of prefixes) {
      const all = [...decoys, ...prefixes.map((other) => `${other}!`)];
      const expected = all.filter((key) => key.startsWith(prefix)).sort();
      equal((await store.keys(prefix)).sort(), expected, `keys(${show(prefix)})`);
    }
  });

  test("keys() lists many keys, each once", async ({ store }) => {
    const expected = numbers(1_200).map((id) => `many:${id}`).sort();
    await Promise.all(expected.map((key) => store.set(key, 1)));
    equal((await store.keys("many:")).sort(), expected, 'keys("many:") of 1200 keys');
  });
}

function testMessages(test: Test): void {
  test("a subscriber receives the messages of its channel, with the channel's name", async ({ store, timeout }) => {
    const heard: unknown[][] = [];
    await store.subscribe("news", (...message) => heard.push(message));
    await store.publish("other", "for others");
    await store.publish("news", { id: 1 });
    await store.publish("new", "for others");
    await store.publish("news", { id: 2 });
    await until(() => heard.length >= 2, () => `two messages; heard ${show(heard)}`, timeout);
    equal(heard, [[{ id: 1 }, "news"], [{ id: 2 }, "news"]], "what the subscriber was called with");
  });

  test("a subscriber receives messages from its subscription on", async ({ store, timeout }) => {
    const early = await listen(store, "news", timeout);
    await store.publish("news", "before");
    const late = await listen(store, "news", timeout);
    await store.publish("news", "after");
    await early.heard("before", "after");
    await late.heard("after");
  });

  test("publish() to a channel without subscribers is no error", async ({ store }) => {
    await store.publish("nobody", 1);
  });

  test("any string is a channel, and none is a pattern", async ({ store, timeout }) => {
    const channels = ["*", "n?ws", "n[e]ws", "news*", "", "__proto__", "ação 🦕", "a:b"];
    const listeners: Listener[] = [];
    for (const channel of channels) listeners.push(await listen(store, channel, timeout));
    await store.publish("news", "for nobody");
    for (const channel of channels) await store.publish(channel, `to ${channel}`);
    for (const [index, channel] of channels.entries()) await listeners[index]?.heard(`to ${channel}`);
  });

  test("messages arrive as JSON gives them back", async ({ store, timeout }) => {
    const news = await listen(store, "news", timeout);
    for (const message of carried()) await store.publish("news", message);
    await news.heard(...carried().map(roundTrip));
  });

  test("publish() refuses what JSON cannot carry", async ({ store, timeout }) => {
    const news = await listen(store, "news", timeout);
    for (const [what, message] of refused()) {
      await rejects(() => store.publish("news", message), TypeError, `publish() of ${what}`);
      await rejects(() => store.publish("nobody", message), TypeError, `publish() of ${what} to nobody`);
    }
    await store.publish("news", "good");
    await news.heard("good");
  });

  test("messages arrive in the order of publishing, at every subscriber", async ({ store, timeout }) => {
    const first = await listen(store, "news", timeout);
    const second = await listen(store, "news", timeout);
    for (const number of numbers(50)) await store.publish("news", number);
    await first.heard(...numbers(50));
    await second.heard(...numbers(50));
  });

  test("each subscriber has its own copy of a message", async ({ store, timeout }) => {
    await store.subscribe("news", (message) => (message as { list: number[] }).list.push(2));
    const news = await listen(store, "news", timeout);
    const message = { list: [1] };
    await store.publish("news", message);
    message.list.push(3);
    await news.heard({ list: [1] });
  });

  test("a subscriber that throws or rejects harms no other, nor itself", async ({ store, timeout }) => {
    const failing: unknown[] = [];
    const before = await listen(store, "news", timeout);
    await store.subscribe("news", (message) => {
      failing.push(message);
      throw new Error("thrown by a subscriber of the contract suite, on purpose");
    });
    await store.subscribe("news", () => Promise.reject(new Error("rejected in the contract suite, on purpose")));
    const after = await listen(store, "news", timeout);
    const elsewhere = await listen(store, "weather", timeout);
    await store.publish("news", 1);
    await store.publish("news", 2);
    await store.publish("weather", 3);
    await before.heard(1, 2);
    await after.heard(1, 2);
    await elsewhere.heard(3);
    await until(() => failing.length >= 2, () => `two calls of the one that throws; got ${show(failing)}`, timeout);
    equal(failing, [1, 2], "what the throwing subscriber received");
  });

  test("a subscriber may use the store", async ({ store, timeout }) => {
    const answers = await listen(store, "answers", timeout);
    await store.subscribe("questions", async (message) => {
      await store.set("asked", message);
      await store.publish("answers", `answer to ${message}`);
    });
    await store.publish("questions", "why");
    await answers.heard("answer to why");
    equal(await store.get("asked"), "why", "get() of what the subscriber kept");
  });
}

// That a message does not arrive is told by a later one that does, as a channel's messages keep their order.
function testUnsubscribing(test: Test): void {
  test("subscribe() gives back how to stop that subscription", async ({ store, timeout }) => {
    const stopped = await listen(store, "news", timeout);
    const kept = await listen(store, "news", timeout);
    await store.publish("news", 1);
    await stopped.heard(1);
    await stopped.stop();
    await stopped.stop();
    await store.publish("news", 2);
    await store.publish("news", 3);
    await kept.heard(1, 2, 3);
    await stopped.heard(1);
  });

  test("unsubscribe() with a subscriber ends its subscription to that channel only", async ({ store, timeout }) => {
    const ended = await listen(store, "news", timeout);
    await store.subscribe("weather", ended.subscriber);
    const kept = await listen(store, "news", timeout);
    await store.unsubscribe("news", ended.subscriber);
    await store.publish("news", 1);
    await store.publish("news", 2);
    await kept.heard(1, 2);
    await store.publish("weather", "rain");
    await ended.heard("rain");
    await ended.stop();
  });

  test("unsubscribe() without a subscriber ends all of the channel", async ({ store, timeout }) => {
    const first = await listen(store, "news", timeout);
    const second = await listen(store, "news", timeout);
    const elsewhere = await listen(store, "weather", timeout);
    await store.unsubscribe("news");
    await store.publish("news", "to nobody");
    const again = await listen(store, "news", timeout);
    await store.publish("news", 1);
    await first.stop();
    await store.publish("news", 2);
    await store.publish("weather", "rain");
    await again.heard(1, 2);
    await elsewhere.heard("rain");
    await first.heard();
    await second.heard();
  });

  test("unsubscribe() of what is not subscribed is no error", async ({ store, timeout }) => {
    const news = await listen(store, "news", timeout);
    await store.unsubscribe("nobody");
    await store.unsubscribe("nobody", () => {});
    await store.unsubscribe("news", () => {});
    await store.publish("news", 1);
    await news.heard(1);
  });

  test("the same function subscribed twice is two subscriptions", async ({ store, timeout }) => {
    const twice = await listen(store, "news", timeout);
    const stopSecond = await store.subscribe("news", twice.subscriber);
    const marker = await listen(store, "news", timeout);
    await store.publish("news", 1);
    await twice.heard(1, 1);
    await stopSecond();
    await stopSecond();
    await store.publish("news", 2);
    await twice.heard(1, 1, 2);
    await store.subscribe("news", twice.subscriber);
    await store.unsubscribe("news", twice.subscriber);
    await store.publish("news", 3);
    await marker.heard(1, 2, 3);
    await twice.heard(1, 1, 2, 3);
    await store.unsubscribe("news", twice.subscriber);
    const last = await listen(store, "news", timeout);
    await store.publish("news", 4);
    await last.heard(4);
    await twice.heard(1, 1, 2, 3);
  });
}

async function testClosed(store: Store, timeout: number): Promise<void> {
  const news = await listen(store, "news", timeout);
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
  ];
  for (const [verb, call] of calls) await rejects(call, Error, `${verb} after close()`);
  await store.close();
  await news.stop();
  await news.heard();
}

function testPeers(test: PairTest): void {
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

  test("close() leaves peers as they are", async ({ store, other, open, timeout }) => {
    const here = await listen(store, "news", timeout);
    const there = await listen(other, "news", timeout);
    await store.set("key", 1);
    const third = await open();
    const ended = await listen(third, "news", timeout);
    await third.close();
    await store.publish("news", 1);
    await other.publish("news", 2);
    await here.heard(1, 2);
    await there.heard(1, 2);
    await ended.heard();
    equal(await other.get("key"), 1, "get() after a peer's close()");
  });
}

function testStrangers(test: PairTest): void {
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
}

/** A subscriber that keeps what it receives. */
interface Listener {
  readonly subscriber: Subscriber;
  readonly stop: () => Promise<void>;
  /** Waits until as many messages arrived, then compares all that it received so far. */
  heard(...messages: unknown[]): Promise<void>;
}

async function listen(store: Store, channel: string, timeout: number): Promise<Listener> {
  const messages: unknown[] = [];
  const subscriber: Subscriber = (message) => messages.push(message);
  const stop = await store.subscribe(channel, subscriber);
  return {
    subscriber,
    stop,
    async heard(...expected) {
      const what = (): string => `${expected.length} messages in channel "${channel}", got ${show(messages)}`;
      await until(() => messages.length >= expected.length, what, timeout);
      equal(messages, expected, `what a subscriber of channel "${channel}" received`);
    },
  };
}

/** Runs a test's body and closes its store, whose failure must not hide the body's. */
async function closing(store: Store, body: () => Promise<void>): Promise<void> {
  try {
    await body();
  } catch (error) {
    await store.close().catch(() => {});
    throw error;
  }
  await store.close();
}

function registrar(name: string): (name: string, fn: () => Promise<void>) => void {
  const { Deno } = globalThis as { Deno?: { test?: (name: string, fn: () => Promise<void>) => void } };
  if (!Deno?.test) {
    throw new TypeError(`Cannot register the tests of "${name}": there is no Deno.test and no options.test`);
  }
  return Deno.test;
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function until(condition: () => boolean, what: () => string, timeout: number): Promise<void> {
  const end = performance.now() + timeout;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`Waited ${timeout} ms for ${what()}`);
    await wait(2);
  }
}

async function rejects(
  call: () => Promise<unknown>,
  type: ErrorConstructor | TypeErrorConstructor | RangeErrorConstructor,
  what: string,
): Promise<void> {
  let promise: Promise<unknown>;
  try {
    promise = call();
  } catch (cause) {
    throw new Error(`${what}: expected a promise that rejects, but the call itself threw`, { cause });
  }
  const outcome = await promise.then((value) => ({ value }), (error: unknown) => ({ error }));
  if ("value" in outcome) throw new Error(`${what}: expected a ${type.name}, got the value ${show(outcome.value)}`);
  if (outcome.error instanceof type) return;
  throw new Error(`${what}: expected a ${type.name}, got ${outcome.error}`, { cause: outcome.error });
}

function equal(actual: unknown, expected: unknown, what: string): void {
  if (!isEqual(actual, expected)) throw new Error(`${what}: expected ${show(expected)}, got ${show(actual)}`);
}

/** Compares what JSON can give, and `undefined`; the order of an object's keys does not count. */
function isEqual(a: unknown, b: unknown): boolean {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return Object.is(a, b);
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && isEqual(property(a, key), property(b, key)));
}

function property(object: object, key: string): unknown {
  return Object.getOwnPropertyDescriptor(object, key)?.value;
}

function roundTrip(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

/** Writes a value as JSON, and what JSON would lose by its name. */
function show(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(show).join(", ")}]`;
  if (typeof value === "function") return "a function";
  if (typeof value === "object" && value !== null || typeof value === "string") return JSON.stringify(value);
  return Object.is(value, -0) ? "-0" : String(value);
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

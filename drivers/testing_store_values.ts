/**
 * What the port says about values, their ends, counters and keys.
 *
 * @module
 */
import { equal, numbers, rejects, roundTrip, show } from "./testing_checks.ts";
import { badTtls, carried, refused, type Test } from "./testing_store_kit.ts";

/** Values by key. */
export function testValues(test: Test): void {
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

/** Values with an end. */
export function testTtl(test: Test): void {
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

/** Counters. */
export function testCounters(test: Test): void {
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

/** Lists of keys. */
export function testKeys(test: Test): void {
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

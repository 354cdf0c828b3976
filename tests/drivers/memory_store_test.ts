import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { createMemoryStoreAdapter } from "../../drivers/memory.ts";
import { testStore } from "../../drivers/testing.ts";
import type { Clock } from "../../drivers/memory.ts";
import type { Store } from "../../drivers/testing.ts";
import { createFakeClock } from "../../server/testing/clock.ts";

for (const prefix of [undefined, "app:", "*"]) {
  const clock = createFakeClock();
  const name = prefix === undefined ? "R48 memory store" : `R48 memory store with prefix "${prefix}"`;
  testStore(name, () => createMemoryStoreAdapter({ prefix, clock, onError: () => {} }), {
    advance: (ms) => clock.advance(ms),
    peer: (store) => store.connect(),
    stranger: (store) => store.connect({ prefix: `${prefix ?? ""}b` }),
  });
}

Deno.test("R49 createMemoryStoreAdapter() ends a key exactly when its ttl is over", async () => {
  const clock = createFakeClock({ now: 5_000 });
  const store = createMemoryStoreAdapter({ clock });
  await store.set("one", 1, { ttl: 1 });
  // 1.1 * 1000 is 1100.0000000000002.
  await store.set("fraction", 1, { ttl: 1.1 });
  await store.set("tiny", 1, { ttl: 0.0001 });
  assertEquals(await store.has("tiny"), true);
  await clock.advance(999);
  assertEquals(await store.getMany(["one", "fraction", "tiny"]), [1, 1, undefined]);
  await clock.advance(1);
  assertEquals(await store.getMany(["one", "fraction"]), [undefined, 1]);
  await clock.advance(99);
  assertEquals(await store.has("fraction"), true);
  await clock.advance(1);
  assertEquals(await store.has("fraction"), false);
  assertEquals(clock.pending, 0);
});

Deno.test("createMemoryStoreAdapter() cleans up ended values that nobody asks for, without timers", async () => {
  const clock = movableClock();
  const store = createMemoryStoreAdapter({ clock });
  for (let id = 0; id < 1_000; id++) await store.set(`ended:${id}`, id, { ttl: 1 });
  assertEquals(store.size, 1_000);
  clock.time += 1_000;
  for (let id = 0; id < 502; id++) await store.set("one key", id);
  assertEquals(store.size, 1);
});

Deno.test("createMemoryStoreAdapter() does not grow with the number of ended values", async () => {
  const clock = movableClock();
  const store = createMemoryStoreAdapter({ clock });
  for (let id = 0; id < 500; id++) await store.set(`permanent:${id}`, id);
  let most = 0;
  for (let id = 0; id < 20_000; id++) {
    // A hundred are alive at any time.
    clock.time += 10;
    if (id % 3 === 0) await store.increment(`window:${id}`, { ttl: 1 });
    else if (id % 3 === 1) await store.setIfAbsent(`lock:${id}`, id, { ttl: 1 });
    else await store.set(`value:${id}`, id, { ttl: 1 });
    most = Math.max(most, store.size);
  }
  assert(most <= 500 + 300, `${most} values were kept`);
  assertEquals((await store.keys("permanent:")).length, 500);
});

Deno.test("createMemoryStoreAdapter() keeps what a value is when set() is called", async () => {
  const store = createMemoryStoreAdapter();
  const value = { count: 1 };
  const kept = store.set("key", value);
  value.count = 2;
  await kept;
  assertEquals(await store.get("key"), { count: 1 });
});

Deno.test("createMemoryStoreAdapter() says what it cannot store or publish, and why", async () => {
  const store = createMemoryStoreAdapter();
  const cycle: Record<string, unknown> = {};
  cycle["self"] = cycle;
  const message = 'Cannot store "key": JSON has no text for a value of type ';
  await assertRejects(() => store.set("key", undefined), TypeError, `${message}undefined`);
  await assertRejects(() => store.set("key", () => {}), TypeError, `${message}function`);
  await assertRejects(() => store.set("key", { toJSON: () => undefined }), TypeError, `${message}object`);
  await assertRejects(() => store.setIfAbsent("key", 1n), TypeError, 'Cannot store "key": ');
  const error = await assertRejects(() => store.set("key", cycle), TypeError, 'Cannot store "key": ');
  assert(!error.message.includes("\n"));
  assert(error.cause instanceof TypeError);
  await assertRejects(() => store.publish("news", undefined), TypeError, 'Cannot publish to "news": JSON has no text');
  await assertRejects(
    () => store.set("key", 1, { ttl: -1 }),
    RangeError,
    "Cannot set a ttl of -1: it is not a finite number of seconds greater than 0",
  );
});

Deno.test("createMemoryStoreAdapter() refuses to count beyond the safe integers", async () => {
  const store = createMemoryStoreAdapter();
  await store.set("count", Number.MAX_SAFE_INTEGER);
  assertEquals(await store.increment("count"), 2 ** 53);
  await assertRejects(
    () => store.increment("count"),
    TypeError,
    'Cannot increment "count": its value is not a safe integer',
  );
});

Deno.test("createMemoryStoreAdapter() delivers after publish() returned and before its promise is awaited", async () => {
  const store = createMemoryStoreAdapter();
  const heard: unknown[] = [];
  await store.subscribe("news", (message) => heard.push(message));
  const published = store.publish("news", 1);
  assertEquals(heard, []);
  await published;
  assertEquals(heard, [1]);
});

Deno.test("createMemoryStoreAdapter() keeps the order when nobody awaits and when subscribers publish", async () => {
  const store = createMemoryStoreAdapter();
  const heard: string[] = [];
  await store.subscribe("news", (message) => {
    heard.push(`first ${message}`);
    if (message === 1) void store.publish("news", "from a subscriber");
  });
  await store.subscribe("news", (message) => heard.push(`second ${message}`));
  await Promise.all([store.publish("news", 1), store.publish("news", 2)]);
  assertEquals(heard, [
    "first 1",
    "second 1",
    "first 2",
    "second 2",
    "first from a subscriber",
    "second from a subscriber",
  ]);
});

Deno.test("createMemoryStoreAdapter() delivers nothing to a subscription that ended, not even what was on its way", async () => {
  const store = createMemoryStoreAdapter();
  const heard: unknown[] = [];
  const stop = await store.subscribe("news", (message) => heard.push(message));
  const published = store.publish("news", "on its way");
  await Promise.all([stop(), published]);
  assertEquals(heard, []);

  await store.subscribe("news", () => stopNext());
  const stopNext = await store.subscribe("news", (message) => heard.push(message));
  await store.publish("news", "ended by the one before");
  assertEquals(heard, []);
});

Deno.test("createMemoryStoreAdapter() delivers nothing that was published before the subscription, not even what was on its way", async () => {
  const store = createMemoryStoreAdapter();
  const early: unknown[] = [];
  const late: unknown[] = [];
  await store.subscribe("news", (message) => early.push(message));
  const published = store.publish("news", 1);
  const subscribed = store.subscribe("news", (message) => late.push(message));
  await Promise.all([published, subscribed]);
  await store.publish("news", 2);
  assertEquals([early, late], [[1, 2], [2]]);
});

Deno.test("R49 createMemoryStoreAdapter() reports what subscribers throw and reject with to onError", async () => {
  const reported: [unknown, string][] = [];
  const both = Promise.withResolvers<void>();
  const store = createMemoryStoreAdapter({
    onError: (error, channel) => {
      if (reported.push([error, channel]) === 2) both.resolve();
    },
  });
  const thrown = new Error("thrown");
  const rejected = new Error("rejected");
  await store.subscribe("news", () => {
    throw thrown;
  });
  await store.subscribe("news", () => Promise.reject(rejected));
  await store.publish("news", 1);
  await both.promise;
  assertStrictEquals(reported[0]?.[0], thrown);
  assertStrictEquals(reported[1]?.[0], rejected);
  assertEquals(reported.map(([, channel]) => channel), ["news", "news"]);
});

Deno.test("R49 createMemoryStoreAdapter() logs failures without onError, and when onError itself fails", async () => {
  const logged: unknown[][] = [];
  const error = console.error;
  console.error = (...line: unknown[]) => logged.push(line);
  try {
    const heard: unknown[] = [];
    const store = createMemoryStoreAdapter();
    const careless = store.connect({
      onError: () => {
        throw "onError failed";
      },
    });
    await store.subscribe("news", () => {
      throw "first";
    });
    await careless.subscribe("news", () => {
      throw "second";
    });
    await store.subscribe("news", (message) => heard.push(message));
    await store.publish("news", 1);
    assertEquals(heard, [1]);
  } finally {
    console.error = error;
  }
  const line = 'Cannot deliver a message of "news": its receiver failed';
  assertEquals(logged, [[line, "first"], [line, "second"], [line, "onError failed"]]);
});

Deno.test("createMemoryStoreAdapter() names the refused call after close()", async () => {
  const store = createMemoryStoreAdapter();
  const heard: unknown[] = [];
  await store.subscribe("news", (message) => heard.push(message));
  const published = store.publish("news", "on its way");
  await Promise.all([store.close(), published]);
  assertEquals(heard, []);
  const calls: Record<string, () => Promise<unknown>> = {
    get: () => store.get("key"),
    getMany: () => store.getMany(["key"]),
    set: () => store.set("key", 1),
    setIfAbsent: () => store.setIfAbsent("key", 1),
    delete: () => store.delete("key"),
    has: () => store.has("key"),
    increment: () => store.increment("key"),
    expire: () => store.expire("key", 1),
    keys: () => store.keys(),
    publish: () => store.publish("news", 1),
    subscribe: () => store.subscribe("news", () => {}),
    unsubscribe: () => store.unsubscribe("news"),
    append: () => store.append("news", 1, { limit: 1 }),
    entriesAfter: () => store.entriesAfter("news", ""),
    lastId: () => store.lastId("news"),
    follow: () => store.follow("news", { entry: () => {}, gap: () => {} }),
  };
  for (const [verb, call] of Object.entries(calls)) {
    const error = await assertRejects(call, Error);
    assertEquals(error.message, `Cannot ${verb}: the store is closed`);
  }
  assertThrows(() => store.connect(), Error, "Cannot connect: the store is closed");
});

Deno.test("createMemoryStoreAdapter() shares nothing with another one, whatever their prefixes", async () => {
  const one = createMemoryStoreAdapter({ prefix: "app:" });
  const other = createMemoryStoreAdapter({ prefix: "app:" });
  await one.set("key", 1);
  assertEquals(await other.has("key"), false);
});

Deno.test("MemoryStore.connect() keeps prefixes apart though their keys would read the same", async () => {
  const a = createMemoryStoreAdapter({ prefix: "a" });
  const ab = a.connect({ prefix: "ab" });
  const heard: unknown[] = [];
  await ab.subscribe(":x", (message) => heard.push(message));
  await a.set("b:x", 1);
  await a.publish("b:x", 1);
  assertEquals(await ab.keys(), []);
  assertEquals(await ab.has(":x"), false);
  assertEquals(heard, []);
  assertEquals([a.size, ab.size], [1, 0]);
});

Deno.test("MemoryStore.connect() takes over the clock, and the prefix and onError unless given", async () => {
  const clock = createFakeClock();
  const reported: unknown[] = [];
  const store = createMemoryStoreAdapter({ prefix: "app:", clock, onError: (error) => reported.push(error) });
  const peer = store.connect();
  await peer.set("key", 1, { ttl: 1 });
  assertEquals(await store.get("key"), 1);
  await clock.advance(1_000);
  assertEquals(await peer.has("key"), false);
  await peer.subscribe("news", () => {
    throw "thrown";
  });
  await store.publish("news", 1);
  assertEquals(reported, ["thrown"]);
});

Deno.test("testStore() passes on the memory store through a test function of one's own", async () => {
  assertEquals(await failures(() => ({})), []);
});

Deno.test("testStore() refuses to register its tests where there is nothing to register them with", () => {
  const deno = Object.getOwnPropertyDescriptor(globalThis, "Deno") as PropertyDescriptor;
  let thrown: unknown;
  Reflect.deleteProperty(globalThis, "Deno");
  try {
    testStore("store", () => createMemoryStoreAdapter());
  } catch (error) {
    thrown = error;
  } finally {
    Object.defineProperty(globalThis, "Deno", deno);
  }
  assert(thrown instanceof TypeError);
  assertEquals(thrown.message, 'Cannot register the tests of "store": there is no Deno.test and no options.test');
});

for (const [fault, sentence, sabotage] of faults()) {
  Deno.test(`testStore() finds a store ${fault}`, async () => {
    const failed = await failures(sabotage);
    assert(failed.some((name) => name.includes(sentence)), `failed were: ${failed.join(" | ") || "none"}`);
  });
}

/** What a broken store does in place of the sound one's calls. */
type Sabotage = (sound: Store) => Partial<Store>;

function faults(): [fault: string, sentence: string, Sabotage][] {
  return [
    ["that gives null for nothing", "get() gives what set() kept", (sound) => ({
      get: async <T>(key: string) => (await sound.get<T>(key)) ?? null as T,
    })],
    ["that gives getMany() in an order of its own", "in the order of the keys", (sound) => ({
      getMany: async <T>(keys: readonly string[]) => (await sound.getMany<T>([...keys].sort())),
    })],
    ["that shares references", "nobody shares a reference", (sound) => {
      const shared = new Map<string, unknown>();
      return {
        set: (key, value, options) => {
          shared.set(key, value);
          return sound.set(key, value, options);
        },
        get: <T>(key: string) => Promise.resolve(shared.get(key) as T | undefined),
      };
    }],
    ["that stores undefined", "refuses what JSON cannot carry", (sound) => ({
      set: (key, value, options) => sound.set(key, value === undefined ? null : value, options),
    })],
    ["that takes falsy values for absent", "has() tells", (sound) => ({
      has: async (key) => !!(await sound.get(key)),
    })],
    ["whose delete() always succeeds", "delete() ends a key", (sound) => ({
      delete: async (key) => (await sound.delete(key)) || true,
    })],
    ["whose setIfAbsent() is not atomic", "setIfAbsent() is atomic", (sound) => ({
      setIfAbsent: async (key, value, options) => {
        if (await sound.has(key)) return false;
        await sound.set(key, value, options);
        return true;
      },
    })],
    ["that ignores ttls", "after its ttl in seconds", (sound) => ({ set: (key, value) => sound.set(key, value) })],
    ["that takes ttls for milliseconds", "after its ttl in seconds", (sound) => ({
      set: (key, value, options) => sound.set(key, value, options?.ttl ? { ttl: options.ttl / 1000 } : {}),
    })],
    ["that rounds ttls up to seconds", "a fraction of a second", (sound) => ({
      set: (key, value, options) => sound.set(key, value, options?.ttl ? { ttl: Math.ceil(options.ttl) } : {}),
    })],
    ["whose set() leaves the earlier ttl", "takes the place of its ttl", (sound) => {
      const ttls = new Map<string, number>();
      return {
        set: (key, value, options) => {
          if (options?.ttl) ttls.set(key, options.ttl);
          return sound.set(key, value, { ttl: ttls.get(key) });
        },
      };
    }],
    ["whose setIfAbsent() renews the ttl", "only when it keeps the value", (sound) => ({
      setIfAbsent: async (key, value, options) => {
        const kept = await sound.setIfAbsent(key, value, options);
        if (!kept && options?.ttl) await sound.expire(key, options.ttl);
        return kept;
      },
    })],
    ["whose expire() makes keys", "expire() sets the seconds", (sound) => ({
      expire: async (key, ttl) => {
        await sound.setIfAbsent(key, null);
        return sound.expire(key, ttl);
      },
    })],
    ["that takes a ttl of 0 for none", "not greater than 0 is refused", (sound) => ({
      set: (key, value, options) => sound.set(key, value, options?.ttl ? options : {}),
    })],
    ["whose increment() is not atomic", "increment() is atomic", (sound) => ({
      increment: async (key) => {
        const sum = (await sound.get<number>(key) ?? 0) + 1;
        await sound.set(key, sum);
        return sum;
      },
    })],
    ["whose increment() takes strings for numbers", "increment() refuses", (sound) => ({
      increment: async (key, options) => {
        const value = await sound.get(key);
        if (value === "5") await sound.set(key, 5);
        return sound.increment(key, options);
      },
    })],
    ["whose increment() renews the ttl", "increment() sets a ttl only", (sound) => ({
      increment: async (key, options) => {
        const sum = await sound.increment(key, options);
        if (options?.ttl) await sound.expire(key, options.ttl);
        return sum;
      },
    })],
    ["whose keys() understands globs", "takes its prefix literally", (sound) => ({
      keys: async (prefix = "") => {
        const glob = new RegExp("^" + prefix.replace(/[\\^$.{}]/g, "\\$&").replaceAll("*", ".*").replaceAll("?", "."));
        return (await sound.keys()).filter((key) => glob.test(key));
      },
    })],
    ["whose keys() ignores case", "keys() lists all keys", (sound) => ({
      keys: async (prefix = "") =>
        (await sound.keys()).filter((key) => key.toLowerCase().startsWith(prefix.toLowerCase())),
    })],
    ["whose keys() stops after a page", "keys() lists many keys", (sound) => ({
      keys: async (prefix) => (await sound.keys(prefix)).slice(0, 1_000),
    })],
    ["that drops falsy messages", "messages arrive as JSON gives them back", (sound) => ({
      publish: (channel, message) => message ? sound.publish(channel, message) : Promise.resolve(),
    })],
    ["that publishes out of order", "in the order of publishing", (sound) => {
      let held: (() => Promise<void>) | undefined;
      return {
        publish: async (channel, message) => {
          const late = held;
          held = late ? undefined : () => sound.publish(channel, message);
          if (late) await sound.publish(channel, message).then(late);
        },
      };
    }],
    ["that tells a subscriber another channel's name", "with the channel's name", (sound) => ({
      subscribe: (channel, subscriber) =>
        sound.subscribe(channel, (message, name) => subscriber(message, `prefix:${name}`)),
    })],
    ["whose channels are patterns", "any string is a channel", (sound) => ({
      publish: async (channel, message) => {
        await sound.publish(channel, message);
        if (channel === "news") await sound.publish("*", message);
      },
    })],
    ["whose subscribers share a message", "its own copy of a message", (sound) => {
      const subscribers: ((message: unknown, channel: string) => unknown)[] = [];
      return {
        subscribe: async (channel, subscriber) => {
          subscribers.push(subscriber);
          if (subscribers.length > 1) return () => Promise.resolve();
          return await sound.subscribe(channel, (message) => subscribers.forEach((each) => each(message, channel)));
        },
      };
    }],
    ["that stops at a subscriber that throws", "harms no other", (sound) => {
      const broken = new Set<unknown>();
      return {
        subscribe: (channel, subscriber) =>
          sound.subscribe(channel, (message) => {
            if (broken.has(message)) return;
            try {
              return subscriber(message, channel);
            } catch {
              broken.add(message);
            }
          }),
      };
    }],
    ["that drops a subscriber that throws", "nor itself", (sound) => ({
      subscribe: async (channel, subscriber) => {
        const stop = await sound.subscribe(channel, (message) => {
          try {
            return subscriber(message, channel);
          } catch {
            return stop();
          }
        });
        return stop;
      },
    })],
    ["whose subscriptions cannot be stopped", "how to stop that subscription", (sound) => ({
      subscribe: async (channel, subscriber) => {
        await sound.subscribe(channel, subscriber);
        return () => Promise.resolve();
      },
    })],
    ["where stopping one ends all", "how to stop that subscription", (sound) => ({
      subscribe: async (channel, subscriber) => {
        await sound.subscribe(channel, subscriber);
        return () => sound.unsubscribe(channel);
      },
    })],
    ["whose unsubscribe() ends all", "ends its subscription to that channel only", (sound) => ({
      unsubscribe: (channel) => sound.unsubscribe(channel),
    })],
    ["whose unsubscribe() needs a subscriber", "ends all of the channel", (sound) => ({
      unsubscribe: async (channel, subscriber) => {
        if (subscriber) await sound.unsubscribe(channel, subscriber);
      },
    })],
    ["that takes a function once", "is two subscriptions", (sound) => ({
      subscribe: async (channel, subscriber) => {
        await sound.unsubscribe(channel, subscriber);
        return await sound.subscribe(channel, subscriber);
      },
    })],
    ["that still answers after close()", "close() refuses every later call", () => ({
      getMany: () => Promise.resolve([]),
    })],
    ["whose logs are silent about what they lost", "says when something has left the window", (sound) => ({
      entriesAfter: async (log, id) => (await sound.entriesAfter(log, id)) ?? [],
    })],
    ["whose logs include the entry that is asked after", "lists what came after one", (sound) => ({
      entriesAfter: (log, id) => sound.entriesAfter(log, id.replace(/[0-9]+$/, (n) => `${Math.max(0, Number(n) - 1)}`)),
    })],
    ["whose windows never shrink", "says when something has left the window", (sound) => ({
      append: (log, message, options) => sound.append(log, message, { ...options, limit: options.limit + 1 }),
    })],
    ["whose logs have no end", "a log ends after its ttl", (sound) => ({
      append: (log, message, { limit }) => sound.append(log, message, { limit }),
    })],
    ["whose lastId() ends logs", "set a ttl only when the log is new", (sound) => ({
      lastId: async (log, options) => {
        if (options?.ttl) await sound.append(log, "renewed", { limit: 10, ttl: options.ttl });
        return await sound.lastId(log);
      },
    })],
    ["whose append() takes any limit", "append() refuses", (sound) => ({
      append: (log, message, options) => sound.append(log, message, options.limit > 0 ? options : { limit: 1 }),
    })],
    ["that takes ids of other epochs", "undefined for what is no id of the log", (sound) => ({
      entriesAfter: async (log, id) => {
        const [epoch] = (await sound.lastId(log)).split("-");
        return await sound.entriesAfter(log, id.replace(/^[^-]*/, epoch ?? ""));
      },
    })],
    ["whose logs are channels", "have names of their own", (sound) => ({
      append: async (log, message, options) => {
        const id = await sound.append(log, message, options);
        await sound.publish(log, message);
        return id;
      },
    })],
    ["whose append() does not keep the order", "keeps the order of the calls", (sound) => ({
      append: async (log, message, options) => {
        if (Number(message) % 2) await Promise.resolve();
        return await sound.append(log, message, options);
      },
    })],
    ["whose followers hear the past", "from now on, in order and each once", (sound) => ({
      follow: async (log, follower) => {
        const [epoch] = (await sound.lastId(log)).split("-");
        for (const entry of await sound.entriesAfter(log, `${epoch}-0`) ?? []) follower.entry(entry, log);
        return await sound.follow(log, follower);
      },
    })],
    ["whose followers hear twice", "from now on, in order and each once", (sound) => ({
      follow: (log, follower) =>
        sound.follow(log, {
          gap: follower.gap,
          entry: (entry) => Promise.all([follower.entry(entry, log), follower.entry(entry, log)]),
        }),
    })],
    ["whose followers are told of gaps that are none", "what a small window has dropped", (sound) => ({
      follow: (log, follower) =>
        sound.follow(log, {
          gap: follower.gap,
          entry: (entry) => {
            if (Number(entry.message) % 10 === 0) follower.gap({ lastId: entry.id }, log);
            return follower.entry(entry, log);
          },
        }),
    })],
    ["whose followers wait for one another", "throws, rejects or never ends", (sound) => {
      let turn: Promise<unknown> = Promise.resolve();
      return {
        follow: (log, follower) =>
          sound.follow(log, {
            gap: follower.gap,
            entry: (entry) => {
              turn = turn.then(() => follower.entry(entry, log)).catch(() => {});
            },
          }),
      };
    }],
    ["whose followers cannot be stopped", "how to stop that follower", (sound) => ({
      follow: async (log, follower) => {
        await sound.follow(log, follower);
        return () => Promise.resolve();
      },
    })],
    ["that never delivers", "a subscriber may use the store", () => ({ publish: () => Promise.resolve() })],
  ];
}

/** Runs the suite on a broken store; gives the names of the tests that failed. */
async function failures(sabotage: Sabotage): Promise<string[]> {
  const clock = createFakeClock();
  const tests: [string, () => Promise<void>][] = [];
  const create = (): Store => {
    const sound = createMemoryStoreAdapter({ clock, onError: () => {} });
    const broken = sabotage(sound);
    return new Proxy<Store>(sound, {
      get: (_, name) => Reflect.get(broken, name) ?? Reflect.get(sound, name, sound)?.bind(sound),
    });
  };
  testStore("store", create, {
    advance: (ms) => clock.advance(ms),
    test: (name, fn) => tests.push([name, fn]),
    timeout: 10,
  });
  const failed: string[] = [];
  for (const [name, fn] of tests) {
    try {
      await fn();
    } catch {
      failed.push(name);
    }
  }
  return failed;
}

/** A clock that a loop moves without waiting. */
function movableClock(): Clock & { time: number } {
  return {
    time: 0,
    now() {
      return this.time;
    },
    schedule: () => {
      throw new Error("the store schedules nothing");
    },
  };
}

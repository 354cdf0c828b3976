import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { join } from "node:path";
import { createSqliteStoreAdapter, type SqliteStore, type SqliteStoreOptions } from "../../drivers/sqlite.ts";
import { testStore } from "../../drivers/testing.ts";
import { createFakeClock } from "../../server/testing/clock.ts";
import { collectEvents, until } from "./_store.ts";

for (const prefix of [undefined, "app:", "*"]) {
  const clock = createFakeClock();
  const options = { prefix, clock, pollInterval: 2, onError: () => {} };
  const name = prefix === undefined ? "R48 sqlite store" : `R48 sqlite store with prefix "${prefix}"`;
  const paths = new WeakMap<SqliteStore, string>();
  testStore(name, () => inFolder((path) => track(paths, path, createSqliteStoreAdapter({ ...options, path }))), {
    advance: (ms) => clock.advance(ms),
    peer: (store) => createSqliteStoreAdapter({ ...options, path: paths.get(store) ?? "" }),
    stranger: (store) =>
      createSqliteStoreAdapter({ ...options, path: paths.get(store) ?? "", prefix: `${prefix ?? ""}b` }),
  });
}

const memoryClock = createFakeClock();
testStore(
  "R48 sqlite store in memory",
  () => createSqliteStoreAdapter({ path: ":memory:", clock: memoryClock, onError: () => {} }),
  { advance: (ms) => memoryClock.advance(ms) },
);

Deno.test("R49 createSqliteStoreAdapter() ends a key by the machine's clock", async () => {
  await using store = createSqliteStoreAdapter({ path: ":memory:" });
  await store.set("short", 1, { ttl: 0.02 });
  await store.set("long", 1, { ttl: 60 });
  await until(async () => !(await store.has("short")));
  assertEquals(await store.has("long"), true);
});

Deno.test("R49 createSqliteStoreAdapter() keeps values and logs when the store is closed and opened again", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "store.db");
    const before = createSqliteStoreAdapter({ path });
    await before.set("key", { id: 1 });
    const first = await before.append("news", 1, { limit: 10 });
    await before.close();
    await using after = createSqliteStoreAdapter({ path });
    assertEquals(await after.get("key"), { id: 1 });
    const second = await after.append("news", 2, { limit: 10 });
    assertEquals(await after.entriesAfter("news", first), [{ id: second, message: 2 }]);
  });
});

Deno.test("createSqliteStoreAdapter() takes keys, channels and logs with control characters for what they are", async () => {
  await using store = createSqliteStoreAdapter({ path: ":memory:" });
  const names = ["a\u0000", "a\u0000b", "a\u0001", "a\u00010", "a\u00011", "a", "\u0000"];
  const heard: unknown[] = [];
  for (const name of names) {
    await store.set(name, name);
    await store.subscribe(name, (message, channel) => heard.push([message, channel]));
    await store.publish(name, name);
    await store.append(name, name, { limit: 1 });
  }
  assertEquals((await store.keys()).sort(), [...names].sort());
  assertEquals(await store.keys("a\u0000").then((keys) => keys.sort()), ["a\u0000", "a\u0000b"]);
  assertEquals(await store.getMany(names), names);
  assertEquals(heard, names.map((name) => [name, name]));
});

Deno.test("createSqliteStoreAdapter() opens nothing before it is used, and says why a file cannot be opened", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "missing", "store.db");
    await using store = createSqliteStoreAdapter({ path });
    await assertRejects(() => store.get("key"), Error, `Cannot open the SQLite database "${path}": unable to open`);
    Deno.mkdirSync(join(folder, "missing"));
    await store.set("key", 1);
    assertEquals(await store.get("key"), 1);
  });
});

Deno.test("createSqliteStoreAdapter() says that a runtime has no node:sqlite when it is used", async () => {
  const { process } = globalThis as { process?: unknown };
  const store = createSqliteStoreAdapter({ path: ":memory:" });
  const described = Object.getOwnPropertyDescriptor(globalThis, "process") as PropertyDescriptor;
  Object.defineProperty(globalThis, "process", { value: {}, configurable: true });
  try {
    await assertRejects(() => store.get("key"), Error, "Cannot use SQLite: this runtime has no node:sqlite");
  } finally {
    Object.defineProperty(globalThis, "process", described);
  }
  assertEquals((globalThis as { process?: unknown }).process, process);
  await store.set("key", 1);
  await store.close();
});

Deno.test("createSqliteStoreAdapter() refuses options that cannot be meant", () => {
  const make = (options: unknown) => () => createSqliteStoreAdapter(options as SqliteStoreOptions);
  assertThrows(make({ path: "" }), TypeError, "Cannot create a SQLite store: it has no path");
  assertThrows(make({}), TypeError, "Cannot create a SQLite store: it has no path");
  for (const pollInterval of [0, -1, NaN, 1001]) {
    assertThrows(make({ path: ":memory:", pollInterval }), RangeError, `a pollInterval of ${pollInterval}`);
  }
  assertThrows(make({ path: ":memory:", synchronous: "off" }), TypeError, 'synchronous is "off"');
});

Deno.test("createSqliteStoreAdapter() delivers after publish() returned and before its promise is awaited", async () => {
  await using store = createSqliteStoreAdapter({ path: ":memory:" });
  const heard: unknown[] = [];
  await store.subscribe("news", (message) => heard.push(message));
  const published = store.publish("news", 1);
  assertEquals(heard, []);
  await published;
  assertEquals(heard, [1]);
});

Deno.test("createSqliteStoreAdapter() drops what is over, so that the file does not grow with it", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "store.db");
    const clock = createFakeClock();
    await using store = createSqliteStoreAdapter({ path, clock });
    for (let id = 0; id < 300; id++) {
      await store.set(`value:${id}`, id, { ttl: 1 });
      await store.append(`log:${id}`, id, { limit: 10, ttl: 1 });
    }
    await clock.advance(11_000);
    for (let id = 0; id < 300; id++) {
      await store.set("value", id);
      await store.append("log", id, { limit: 10 });
    }
    const rows = await countRows(path);
    assertEquals(rows, { igniter_values: 1, igniter_logs: 1, igniter_entries: 10, igniter_messages: 300 });
  });
});

Deno.test("R23 a follower in SQLite that was held up gets what it missed, or is told of a gap", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "store.db");
    const clock = { time: 0, now: () => clock.time, schedule: () => () => {} };
    const failures: unknown[] = [];
    const onError = (error: unknown) => failures.push(error);
    await using slow = createSqliteStoreAdapter({ path, clock, pollInterval: 2, onError });
    await using busy = createSqliteStoreAdapter({ path, clock });
    const kept = await collectEvents(slow, "kept");
    const lost = await collectEvents(slow, "lost");
    await slow.subscribe("channel", () => {});
    await busy.append("kept", 1, { limit: 1000 });
    await busy.append("lost", 1, { limit: 1000 });
    await until(() => kept.length + lost.length === 2);

    // Nothing of this gives the event loop a turn, so the other store does not look; the clock drops the messages.
    const numbers = Array.from({ length: 600 }, (_, index) => index + 2);
    const sent: Promise<unknown>[] = numbers.flatMap((number) => {
      if (number === 302) clock.time += 11_000;
      return [busy.append("kept", number, { limit: 1000 }), busy.append("lost", number, { limit: 5 })];
    });
    clock.time += 11_000;
    for (let id = 0; id < 640; id++) sent.push(busy.publish("other", id));
    await Promise.all(sent);
    await until(() => kept.length === 601 && lost.length === 7);

    assertEquals(kept.map(({ message }) => message), [1, ...numbers]);
    const [, gap, ...window] = lost;
    assertEquals(window.map(({ message }) => message), numbers.slice(-5));
    assertEquals(gap?.gap, window[0]?.id?.replace(/[0-9]+$/, "596"));
    assertStringIncludes(String(failures), "Cannot deliver all messages");
    assertEquals(failures.length, 1);
    await busy.append("lost", "after", { limit: 5 });
    await until(() => lost.at(-1)?.message === "after");
    assertEquals(lost.length, 8);
  });
});

Deno.test("R49 stores of several processes on one SQLite file lose and double nothing", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "store.db");
    await using store = createSqliteStoreAdapter({ path, pollInterval: 5 });
    const start = await store.lastId("news");
    const events = await collectEvents(store, "news");
    const messages: unknown[] = [];
    await store.subscribe("done", (message) => messages.push(message));
    const outputs = await Promise.all(["a", "b", "c"].map((name) => startWorker(path, name).output()));
    for (const { success, stderr } of outputs) assertEquals([success, new TextDecoder().decode(stderr)], [true, ""]);
    await until(() => events.length === 600 && messages.length === 3);
    assertEquals(await store.get("count"), 600);
    assertEquals(new Set(events.map(({ message }) => message)).size, 600);
    assertEquals<unknown>(events, await store.entriesAfter("news", start));
    assertEquals(messages.sort(), ["a", "b", "c"]);
  });
});

Deno.test("R49 processes that open one new SQLite file at the same time all get it", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "store.db");
    const outputs = await Promise.all(["a", "b", "c", "d"].map((name) => startWorker(path, name).output()));
    for (const { success, stderr } of outputs) assertEquals([success, new TextDecoder().decode(stderr)], [true, ""]);
    await using store = createSqliteStoreAdapter({ path });
    assertEquals(await store.get("count"), 800);
  });
});

Deno.test("R49 what a SQLite store has answered survives the end of its process, however it ends", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "store.db");
    const worker = startWorker(path, "endless").spawn();
    let said = "";
    for await (const text of worker.stdout.pipeThrough(new TextDecoderStream())) {
      said += text;
      if (said.split("\n").length > 200) break;
    }
    worker.kill("SIGKILL");
    await worker.stderr.cancel();
    await worker.status;
    const acknowledged = Number(said.split("\n").at(-2));
    await using store = createSqliteStoreAdapter({ path });
    const count = await store.get<number>("count") ?? 0;
    assert(acknowledged >= 200 && count >= acknowledged, `${count} of ${acknowledged} were kept`);
    assert(Number((await store.lastId("news")).split("-")[1]) >= acknowledged);
  });
});

/** Runs a process that counts and appends; `endless` prints each number that was answered. */
function startWorker(path: string, name: string): Deno.Command {
  const script = new URL("_sqlite_worker.ts", import.meta.url).href;
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-lock", script, path, name],
    stdout: "piped",
    stderr: "piped",
  });
}

function track(paths: WeakMap<SqliteStore, string>, path: string, store: SqliteStore): SqliteStore {
  paths.set(store, path);
  return store;
}

/** Makes a store in a folder of its own, which its `close()` removes. */
async function inFolder(create: (path: string) => SqliteStore): Promise<SqliteStore> {
  const folder = await Deno.makeTempDir();
  const store = create(join(folder, "store.db"));
  const close = store.close.bind(store);
  let closed: Promise<void> | undefined;
  store.close = () => closed ??= close().then(() => Deno.remove(folder, { recursive: true }));
  return store;
}

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function countRows(path: string): Promise<Record<string, number>> {
  const { DatabaseSync } = await import("node:sqlite");
  using database = new DatabaseSync(path);
  const tables = ["igniter_values", "igniter_logs", "igniter_entries", "igniter_messages"];
  return Object.fromEntries(tables.map((table) => {
    const count = database.prepare(`SELECT count(*) AS count FROM ${table}`).get()?.["count"];
    // What is kept beyond its end is at most what was written in one round of cleaning.
    return [table, Number(count)];
  }));
}

import { assertEquals } from "@std/assert";
import { Heard, NOTHING, settle, setUp } from "./fakes.ts";

Deno.test("R23 a broken connection is made anew with the last id, and what was missed arrives once", async () => {
  const { server, clock, events, subscribe, leftovers } = setUp();
  const heard = await subscribe("chat.feed");
  server.last.message("chat.feed", "one", "1").message("chat.feed", "two", "2");
  await settle();
  heard.take();
  server.eager = false;
  server.last.break();
  await settle();
  assertEquals([heard.take(), events.state], [["reconnecting ERR_NETWORK"], "reconnecting"]);
  await clock.pass(999);
  assertEquals(server.connections.length, 1);
  await clock.pass(1);
  assertEquals([server.connections.length, server.last.lastId], [2, "2"]);
  server.last.send("open", { channel: "chat.feed", data: null }).message("chat.feed", "three", "3");
  await settle();
  assertEquals(heard.take(), [], "nothing counts before the server is ready");
  server.last.send("ready", { connection: "c" }, "3").message("chat.feed", "four", "4");
  await settle();
  assertEquals(heard.take(), ["open", "opened null", "three", "four"]);
  assertEquals(await leftovers(), NOTHING);
});

Deno.test("R23 a connection that broke before it was ready has delivered nothing, and the next asks for all of it", async () => {
  const { server, clock, subscribe, leftovers } = setUp();
  const heard = await subscribe("chat.feed");
  server.last.message("chat.feed", "one", "1");
  server.eager = false;
  await settle();
  server.last.end();
  await clock.pass(1000);
  server.last.message("chat.feed", "two", "2").end();
  await clock.pass(2000);
  assertEquals([server.connections.length, server.last.lastId], [3, "1"]);
  server.last.message("chat.feed", "two", "2").ready("2");
  await settle();
  assertEquals(heard.take().filter((line) => !/^(open|reconn)/.test(line)), ["one", "two"]);
  assertEquals(await leftovers(), NOTHING);
});

Deno.test("R23 reset tells watchers and subscriptions; gap tells how many are missing", async () => {
  const { server, events, subscribe, leftovers } = setUp();
  const heard = await subscribe("chat.feed");
  const watcher = new Heard();
  events.watch(watcher);
  heard.take();
  server.last.send("gap", { channel: "chat.feed", missed: 3 }).send("reset", { reason: "too old" });
  await settle();
  assertEquals([heard.take(), watcher.take()], [["gap 3", "gap undefined"], ["reset: too old"]]);
  assertEquals(await leftovers(), NOTHING);
});

Deno.test("R23 without any id to go on from, a new connection after a break is a reset", async () => {
  const { server, clock, subscribe, leftovers } = setUp();
  server.eager = false;
  const heard = await subscribe("chat.feed");
  server.last.ready();
  await settle();
  const other = await subscribe("chat.other");
  server.last.ready();
  await settle();
  assertEquals(heard.take(), ["open", "opened null", "opened null"], "nothing is missed while one takes over");
  server.last.end();
  await clock.pass(1000);
  assertEquals(server.last.lastId, null);
  server.last.ready();
  await settle();
  assertEquals(heard.take(), ["reconnecting ERR_NETWORK", "gap undefined", "open", "opened null"]);
  assertEquals(other.take().slice(-3), ["gap undefined", "open", "opened null"]);
  assertEquals(await leftovers(), NOTHING);
});

Deno.test("R28 a change opens a second connection, which takes over when it is ready: no event is lost or doubled", async () => {
  const { server, clock, events, subscribe, leftovers } = setUp();
  const feed = await subscribe("chat.feed");
  const [old] = server.connections;
  old?.message("chat.feed", "one", "1");
  await settle();
  server.eager = false;
  const other = await subscribe("chat.other");
  assertEquals([server.last.channels, server.last.lastId], [["chat.feed", "chat.other"], "1"]);
  // The first is ahead of the second, which has an event in between that the first was not asked for.
  old?.message("chat.feed", "two", "2").message("chat.feed", "four", "4");
  await settle();
  server.last.message("chat.feed", "two", "2").message("chat.other", "three", "3").ready("3");
  await settle();
  assertEquals([old?.closed, events.state, server.open.length], [true, "open", 1]);
  server.last.end();
  await settle();
  assertEquals(feed.take().filter((line) => !/^open/.test(line)), ["one", "two", "four", "reconnecting ERR_NETWORK"]);
  assertEquals(other.take().filter((line) => !/^open/.test(line)), ["three", "reconnecting ERR_NETWORK"]);
  server.eager = true;
  await clock.pass(1000);
  assertEquals(server.last.lastId, "3", "it goes on from what the second connection has seen");
  server.last.message("chat.feed", "four", "4").message("chat.other", "five", "5");
  await settle();
  assertEquals(feed.take(), ["open", "opened null"]);
  assertEquals(other.take(), ["open", "opened null", "five"]);
  assertEquals(await leftovers(), NOTHING);
});

Deno.test("R28 changes while a connection is being opened wait for it, and are one more change", async () => {
  const { server, clock, subscribe, leftovers } = setUp();
  server.eager = false;
  await subscribe("a.a");
  await subscribe("a.b");
  const gone = await subscribe("a.c");
  gone.stop();
  await subscribe("a.d");
  await clock.pass(1000);
  assertEquals(server.connections.length, 1);
  server.last.ready("0");
  await settle();
  assertEquals([server.connections.length, server.last.channels], [2, ["a.a", "a.b", "a.d"]]);
  server.last.ready("0");
  await clock.pass(1000);
  assertEquals([server.connections.length, server.open.length, await leftovers()], [2, 1, NOTHING]);
});

Deno.test("a second connection that fails leaves the first as it was, and is tried again", async () => {
  const { server, clock, events, subscribe, leftovers } = setUp();
  const feed = await subscribe("chat.feed");
  server.answers.push(new TypeError("no route"), new Response(null, { status: 502 }));
  const other = await subscribe("chat.other");
  const [old] = server.connections;
  old?.message("chat.feed", "one", "1");
  await clock.pass(1000);
  assertEquals([events.state, server.open.length, server.requests.length], ["open", 1, 3]);
  await clock.pass(2000);
  assertEquals([server.requests.length, server.last.lastId, old?.closed], [4, "1", true]);
  assertEquals(feed.take(), ["open", "opened null", "one", "opened null"]);
  assertEquals(other.take(), ["open", "opened null"]);
  assertEquals(await leftovers(), NOTHING);
});

Deno.test("what was to be added is refused alone when the server refuses the connection with it", async () => {
  const { server, clock, events, subscribe, leftovers } = setUp();
  const feed = await subscribe("chat.feed");
  const error = { code: "ERR_BAD_REQUEST", message: "too many channels", data: null };
  server.answers.push(Response.json({ data: null, error }, { status: 400 }));
  const other = await subscribe("chat.other");
  await clock.pass(40_000);
  assertEquals(other.take(), ["error ERR_BAD_REQUEST"]);
  assertEquals([feed.take(), events.state, server.open.length], [["open", "opened null"], "open", 1]);
  assertEquals([server.requests.length, await leftovers()], [2, NOTHING]);
});

Deno.test("R28 attempts follow each other at doubled, jittered and capped delays, without end", async () => {
  const { server, platform, clock, subscribe, leftovers } = setUp();
  const heard = await subscribe("chat.feed");
  const delays: number[] = [];
  for (let attempt = 0; attempt < 12; attempt++) server.answers.push(new TypeError("down"));
  server.last.end();
  for (let attempt = 0; attempt < 12; attempt++) {
    // The first six without jitter, the others with as much as there is.
    platform.chance = attempt < 6 ? 0 : 1;
    delays.push(await clock.next());
  }
  assertEquals(delays, [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 15_000, 15_000, 15_000, 15_000, 15_000]);
  platform.chance = 0;
  await clock.next();
  assertEquals([server.open.length, heard.take().slice(-2)], [1, ["open", "opened null"]]);
  server.last.end();
  await clock.pass(1000);
  assertEquals([server.open.length, await leftovers()], [1, NOTHING], "a success begins the delays anew");
});

Deno.test("R25 the server's retry, and Retry-After of a busy one, are the least delay", async () => {
  const { server, platform, clock, subscribe, leftovers } = setUp();
  await subscribe("chat.feed");
  server.last.write("retry: 5000\n\n");
  await settle();
  server.answers.push(new Response(null, { status: 503, headers: { "retry-after": "40" } }));
  server.answers.push(new Response(null, { status: 429, headers: { "retry-after": "60" } }));
  server.last.end();
  await clock.pass(4999);
  assertEquals(server.requests.length, 1);
  await clock.pass(1);
  assertEquals(server.requests.length, 2);
  await clock.pass(39_999);
  assertEquals(server.requests.length, 2);
  platform.chance = 1;
  await clock.pass(1);
  assertEquals(server.requests.length, 3);
  await clock.pass(74_999);
  assertEquals(server.requests.length, 3, "jitter makes it later, never earlier");
  await clock.pass(1);
  assertEquals([server.requests.length, server.open.length, await leftovers()], [4, 1, NOTHING]);
});

Deno.test("configure({ maxReconnectAttempts }) gives up after so many; who subscribes then tries again", async () => {
  const { server, clock, events, subscribe, leftovers } = setUp();
  events.configure({ maxReconnectAttempts: 2, reconnectDelay: 10 });
  const heard = await subscribe("chat.feed");
  heard.take();
  server.answers.push(new TypeError("down"), new TypeError("down"));
  server.last.end();
  await clock.pass(100_000);
  const states = ["reconnecting ERR_NETWORK", "reconnecting ERR_NETWORK", "error ERR_NETWORK"];
  assertEquals([heard.take(), events.state, server.requests.length], [states, "error", 3]);
  const other = await subscribe("chat.feed");
  assertEquals(heard.take(), ["connecting", "open", "opened null"]);
  assertEquals(other.take().slice(-2), ["open", "opened null"]);
  assertEquals(await leftovers(), NOTHING);
});

Deno.test("configure({ autoReconnect: false }) leaves a broken connection broken", async () => {
  const { server, clock, events, subscribe, leftovers } = setUp();
  events.configure({ autoReconnect: false });
  const heard = await subscribe("chat.feed");
  server.last.end();
  await clock.pass(100_000);
  assertEquals([heard.take().at(-1), events.state, server.requests.length], ["error ERR_NETWORK", "error", 1]);
  heard.stop();
  await clock.pass(1000);
  assertEquals([events.state, server.requests.length, await leftovers()], ["closed", 1, NOTHING]);
});

Deno.test("a connection that is silent for three heartbeats is taken for dead; any byte shows life", async () => {
  const { server, clock, events, subscribe, leftovers } = setUp();
  const heard = await subscribe("chat.feed");
  for (let beat = 0; beat < 4; beat++) {
    await clock.pass(40_000);
    server.last.write(":\n\n");
  }
  await clock.pass(44_999);
  assertEquals([events.state, server.requests.length], ["open", 1]);
  await clock.pass(1);
  assertEquals([events.state, heard.take().at(-1), server.open.length], [
    "reconnecting",
    "reconnecting ERR_TIMEOUT",
    0,
  ]);
  await clock.pass(1000);
  assertEquals([events.state, server.open.length, await leftovers()], ["open", 1, NOTHING]);
});

Deno.test("an answer that does not begin within 20 seconds is not waited for", async () => {
  const never = { fetch: () => new Promise<Response>(() => {}) };
  const { clock, events, subscribe, leftovers } = setUp(never);
  const heard = await subscribe("chat.feed");
  await clock.pass(19_999);
  assertEquals([heard.take(), events.state], [[], "connecting"]);
  await clock.pass(1);
  assertEquals([heard.take(), events.state], [["reconnecting ERR_TIMEOUT"], "reconnecting"]);
  assertEquals(await leftovers(), NOTHING);
});

Deno.test("R28 headers and interceptors are asked at each connect", async () => {
  let count = 0;
  const seen: string[] = [];
  const { server, clock, subscribe, leftovers } = setUp({
    headers: async () => ({ authorization: await Promise.resolve(`Bearer ${++count}`) }),
    credentials: "include",
    onRequest: ({ key, url, init }) => {
      seen.push(`${key} ${new URL(url).pathname} ${init.credentials}`);
      init.headers.set("x-extra", "1");
    },
    onResponse: ({ key, response }) => void seen.push(`${key} ${response.status}`),
  });
  await subscribe("chat.feed");
  server.last.end();
  await clock.pass(1000);
  assertEquals(server.requests.map((headers) => headers.get("authorization")), ["Bearer 1", "Bearer 2"]);
  assertEquals(server.requests.map((headers) => headers.get("x-extra")), ["1", "1"]);
  const once = ["_/events /api/v1/_/events include", "_/events 200"];
  assertEquals([seen, await leftovers()], [[...once, ...once], NOTHING]);
});

Deno.test("headers that cannot be made are a failure that may pass", async () => {
  let broken = true;
  const { server, clock, subscribe, leftovers } = setUp({
    headers: () => {
      if (broken) throw new Error("the token service is away");
      return {};
    },
  });
  const failures: unknown[] = [];
  const heard = await subscribe("chat.feed");
  heard.onState = (state, failure) => void failures.push(state, failure?.message);
  await clock.pass(1000);
  assertEquals(failures, ["reconnecting", "The connection failed: the token service is away"]);
  broken = false;
  await clock.pass(2000);
  assertEquals([server.open.length, await leftovers()], [1, NOTHING]);
});

Deno.test("401 asks onUnauthorized and tries once more; refused again, subscriptions fail", async () => {
  let refreshed = 0;
  const { server, clock, events, subscribe, leftovers } = setUp({
    headers: () => ({ authorization: `${refreshed}` }),
    onUnauthorized: () => Promise.resolve(refreshed++),
  });
  const refusal = () =>
    Response.json({ data: null, error: { code: "ERR_UNAUTHORIZED", message: "who?", data: null } }, { status: 401 });
  server.answers.push(refusal());
  const heard = await subscribe("chat.feed");
  assertEquals(heard.take(), ["open", "opened null"]);
  assertEquals(server.requests.map((headers) => headers.get("authorization")), ["0", "1"]);
  server.answers.push(refusal(), refusal());
  server.last.end();
  await clock.pass(100_000);
  assertEquals([refreshed, server.requests.length], [2, 4]);
  assertEquals([heard.take(), events.state], [["reconnecting ERR_NETWORK", "error ERR_UNAUTHORIZED"], "error"]);
  events.reconnect();
  await settle();
  assertEquals([events.state, heard.take()], ["open", ["connecting", "open", "opened null"]]);
  assertEquals(await leftovers(), NOTHING);
});

Deno.test("what a server refuses for good, and what is no event stream, is not asked again", async () => {
  const answers: readonly [Response, string][] = [
    [
      Response.json({ data: null, error: { code: "ERR_FORBIDDEN", message: "", data: null } }, { status: 403 }),
      "ERR_FORBIDDEN",
    ],
    [new Response("not found", { status: 404 }), "ERR_BAD_RESPONSE"],
    [new Response("<html>", { headers: { "content-type": "text/html" } }), "ERR_BAD_RESPONSE"],
    [new Response(null, { status: 204 }), "ERR_BAD_RESPONSE"],
  ];
  for (const [answer, code] of answers) {
    const { server, clock, events, subscribe, leftovers } = setUp();
    server.answers.push(answer);
    const heard = await subscribe("chat.feed");
    await clock.pass(100_000);
    assertEquals([heard.take(), events.state, server.requests.length], [[`error ${code}`], "error", 1]);
    assertEquals(await leftovers(), NOTHING);
  }
});

Deno.test("a stream is gone on with by its session and the number of its last message", async () => {
  const { server, clock, subscribe, leftovers } = setUp();
  server.eager = false;
  const message = (n: number) => ({ channel: "ai.answer?q=x", data: `m${n}`, n });
  const heard = await subscribe("ai.answer", { query: { q: "x" } });
  server.last.send("open", { channel: "ai.answer?q=x", data: null, session: "s1" }).send(
    "ready",
    { connection: "c" },
    "0",
  )
    .send("message", message(1)).send("message", message(2));
  await settle();
  server.last.end();
  await clock.pass(1000);
  assertEquals(server.last.channels, ["ai.answer?q=x#s1.2"]);
  server.last.send("open", { channel: "ai.answer?q=x", data: null, session: "s1", resumed: true })
    .send("message", message(2)).send("message", message(3)).send("ready", { connection: "c" }, "0");
  await settle();
  assertEquals(heard.take().filter((line) => !/^(open|reconn)/.test(line)), ["m1", "m2", "m3"]);
  server.last.end();
  await clock.pass(1000);
  server.last.send("open", { channel: "ai.answer?q=x", data: null, session: "s2" }).send(
    "ready",
    { connection: "c" },
    "0",
  )
    .send("message", message(1));
  await settle();
  assertEquals(heard.take(), ["reconnecting ERR_NETWORK", "gap undefined", "open", "opened null", "m1"]);
  const late = await subscribe("ai.answer", { query: { q: "x" } });
  assertEquals(late.take(), ["open", "opened null", "gap 1"]);
  server.last.send("end", { channel: "ai.answer?q=x" });
  await settle();
  assertEquals([heard.take(), late.take()], [["closed"], ["closed"]]);
  await subscribe("ai.answer", { query: { q: "x" } });
  assertEquals([server.last.channels, await leftovers()], [["ai.answer?q=x"], NOTHING]);
});

Deno.test("R26 the first connection says since when what is shown was fetched; later ones have an id", async () => {
  const { server, clock, events } = setUp();
  const heard = new Heard();
  events.watch({ onRevalidate: heard.onRevalidate, onReset: heard.onReset, since: () => 1234.5 });
  events.watch({ onRevalidate: () => {}, onReset: () => {}, since: () => 40 });
  events.watch({ onRevalidate: () => {}, onReset: () => {} });
  await clock.pass(0);
  assertEquals([server.last.url.searchParams.get("since"), server.last.lastId], ["1235", null]);
  server.last.message("chat.feed", "one", "1");
  await settle();
  server.last.break();
  await clock.pass(1000);
  assertEquals([server.last.url.searchParams.get("since"), server.last.lastId], [null, "1"]);
  events.close();
});

Deno.test("R26 what a connection says of since counts the time that its scopes and a refused attempt took", async () => {
  let age = 1000;
  const { server, clock, events } = setUp({ onUnauthorized: () => Promise.resolve(void (age += 3000)) });
  events.configure({ scopes: () => Promise.resolve((age += 500, [])) });
  server.answers.push(Response.json({ data: null, error: null }, { status: 401 }));
  events.watch({ onRevalidate: () => {}, onReset: () => {}, since: () => age });
  await clock.pass(0);
  assertEquals([server.requests.length, server.last.url.searchParams.get("since")], [2, "4500"]);
  events.close();
});

Deno.test("R26 without anybody who shows something fetched, nothing is said of it", async () => {
  const { server, subscribe } = setUp();
  await subscribe("chat.feed");
  assertEquals(server.last.url.searchParams.get("since"), null);
});

import { assertEquals, assertThrows } from "@std/assert";
import { Heard, NOTHING, settle, setUp } from "./fakes.ts";

Deno.test("R28 subscribe() opens one connection for all subscriptions and watchers of a tick", async () => {
  const { server, clock, events, leftovers } = setUp();
  const heard = [new Heard(), new Heard(), new Heard()] as const;
  events.subscribe("chat.feed", { params: { room: "7" } }, heard[0]);
  events.subscribe("chat.feed", { params: { room: "a b" }, query: { q: "x" } }, heard[1]);
  events.watch(heard[2]);
  await clock.pass(0);
  assertEquals(server.connections.length, 1);
  assertEquals(`${server.last.url.origin}${server.last.url.pathname}`, "http://api.test/api/v1/_/events");
  assertEquals(server.last.channels, ["chat.feed?%7Eroom=7", "chat.feed?q=x&%7Eroom=a+b"]);
  assertEquals(new Headers(server.last.init.headers).get("accept"), "text/event-stream");
  assertEquals(events.state, "open");
  server.last.message("chat.feed", "for both", "1").message("chat.feed?%7Eroom=7", "for one").message(
    "*",
    "for nobody",
  );
  server.last.send("revalidate", { targets: [{ path: "users.list" }] }, "2").send("reset", { reason: "why" });
  await settle();
  assertEquals(heard[0].take(), ["open", "opened null", "for both", "for one", "gap undefined"]);
  assertEquals(heard[1].take(), ["open", "opened null", "for both", "gap undefined"]);
  assertEquals(heard[2].take(), ["revalidate users.list", "reset: why"]);
  assertEquals(await leftovers(), NOTHING);
});

Deno.test("R28 a second subscriber of an open channel hears at once what the first heard, and no request is made", async () => {
  const { server, subscribe, leftovers } = setUp();
  const first = await subscribe("chat.feed");
  const second = await subscribe("chat.feed");
  assertEquals(second.take(), first.take());
  assertEquals(server.connections.length, 1);
  first.stop();
  server.last.message("chat.feed", "hello", "1");
  await settle();
  assertEquals([first.take(), second.take()], [[], ["hello"]]);
  assertEquals(await leftovers(), NOTHING);
});

Deno.test("the connection ends a moment after the last has stopped, and who comes back meanwhile finds it open", async () => {
  const { server, platform, clock, events, subscribe } = setUp();
  const first = await subscribe("chat.feed");
  first.stop();
  await clock.pass(100);
  const second = await subscribe("chat.feed");
  assertEquals(second.take(), ["open", "opened null"]);
  await clock.pass(1000);
  assertEquals([server.connections.length, server.open.length], [1, 1]);
  second.stop();
  await clock.pass(1000);
  assertEquals([events.state, server.open.length, clock.size, platform.listeners], ["closed", 0, 0, 0]);
  const third = await subscribe("chat.feed");
  assertEquals([server.connections.length, server.last.lastId], [2, null], "what came before is not asked for");
  third.stop(true);
  assertEquals([events.state, server.open.length, clock.size, platform.listeners], ["closed", 0, 0, 0]);
});

Deno.test("stopping before anything was sent sends nothing", async () => {
  const { server, clock, events } = setUp();
  events.subscribe("chat.feed", undefined, new Heard())();
  events.watch(new Heard())();
  await clock.pass(1000);
  assertEquals([server.requests.length, clock.size], [0, 0]);
});

Deno.test("subscribe() refuses an input whose parts cannot travel, and tells what cannot be written", () => {
  const { events } = setUp();
  const because = "its headers cannot travel on the connection that all share";
  assertThrows(() => events.subscribe("a.b", { headers: { "x-a": "1" } }, {}), TypeError, because);
  assertThrows(() => events.subscribe("a.b", { body: 1 }, {}), TypeError, "Cannot subscribe to a.b: its body");
});

Deno.test("R37 messages, openings and inputs of revalidations arrive with their rich values", async () => {
  const { server, events, subscribe, leftovers } = setUp();
  server.eager = false;
  const heard = await subscribe("chat.feed");
  const watcher = new Heard();
  events.watch(watcher);
  server.last.send("open", { channel: "chat.feed", data: { at: "1970-01-01T00:00:00.000Z" }, meta: [["date", "at"]] })
    .send("ready", { connection: "c" }, "0")
    .send("message", { channel: "chat.feed", data: "12", meta: [["bigint"]], type: "count" }, "1")
    .send("revalidate", {
      targets: [{ path: "a.b", input: { query: { at: "1970-01-01T00:00:00.000Z" } } }],
      meta: [["date", 0, "input", "query", "at"]],
    }, "2");
  await settle();
  assertEquals(heard.take(), ["open", 'opened {"at":"1970-01-01T00:00:00.000Z"}', "count: 12n"]);
  assertEquals(watcher.take(), ["revalidate a.b { query: { at: 1970-01-01T00:00:00.000Z } }"]);
  assertEquals(await leftovers(), NOTHING);
});

Deno.test("R27 payloads 0, false, the empty string and null arrive as such", async () => {
  const { server, events, clock, leftovers } = setUp();
  const heard: unknown[] = [];
  events.subscribe("a.b", undefined, { onMessage: (data) => heard.push(data) });
  await clock.pass(0);
  for (const data of [0, false, "", null]) server.last.message("a.b", data);
  await settle();
  assertEquals(heard, [0, false, "", null]);
  assertEquals(await leftovers(), NOTHING);
});

Deno.test("a frame that cannot be restored is told as a reset, and the connection goes on", async () => {
  const { server, events, subscribe, leftovers } = setUp();
  const heard = await subscribe("a.b");
  const watcher = new Heard();
  events.watch(watcher);
  heard.take();
  server.last.send("message", { channel: "a.b", data: "x", meta: [["date"]] }, "1").message("a.b", "y", "2");
  await settle();
  assertEquals(heard.take(), ["gap undefined", "y"]);
  assertEquals(watcher.take().map((line) => line.slice(0, 30)), ["reset: A frame cannot be read:"]);
  assertEquals([server.connections.length, await leftovers()], [1, NOTHING]);
});

Deno.test("R22 a refused subscription is over, the others go on; who subscribes anew asks anew", async () => {
  const { server, clock, events, subscribe, leftovers } = setUp();
  server.eager = false;
  const good = await subscribe("chat.feed");
  server.last.ready("0");
  const bad = await subscribe("chat.secret");
  const error = { code: "ERR_FORBIDDEN", message: "no", data: null };
  server.last.send("error", { channel: "chat.secret", error }).send("open", { channel: "chat.feed", data: null })
    .send("ready", { connection: "c" }, "1");
  await clock.pass(1000);
  assertEquals(bad.take(), ["error ERR_FORBIDDEN"]);
  assertEquals(good.take(), ["open", "opened null", "opened null"]);
  assertEquals([server.connections.length, server.open.length, events.state], [2, 1, "open"]);
  const again = await subscribe("chat.secret");
  assertEquals(server.last.channels, ["chat.feed", "chat.secret"]);
  server.last.ready("1");
  await settle();
  assertEquals([again.take(), bad.take()], [["open", "opened null"], []]);
  assertEquals(await leftovers(), NOTHING);
});

Deno.test("a source that came to its end closes its subscription; when it was the last, the connection ends", async () => {
  const { server, platform, clock, events, subscribe } = setUp();
  const heard = await subscribe("ai.answer");
  server.last.send("end", { channel: "ai.answer" });
  await clock.pass(1000);
  assertEquals(heard.take(), ["open", "opened null", "closed"]);
  assertEquals([events.state, server.open.length, server.connections.length], ["closed", 0, 1]);
  heard.stop();
  await clock.pass(1000);
  assertEquals([clock.size, platform.listeners], [0, 0]);
});

Deno.test("close() ends everything until reconnect(), which asks for what was refused and missed, too", async () => {
  let token = "one";
  const { server, events, clock, subscribe, leftovers } = setUp({ headers: () => ({ authorization: token }) });
  const states: string[] = [];
  const stop = events.onState((state) => states.push(state));
  const heard = await subscribe("chat.feed");
  const refused = await subscribe("chat.secret");
  server.last.send("error", { channel: "chat.secret", error: { code: "ERR_FORBIDDEN", message: "", data: null } });
  server.last.message("chat.feed", "hello", "7");
  await settle();
  events.close();
  assertEquals([events.state, server.open.length, heard.lines.at(-1)], ["closed", 0, "closed"]);
  const late = await subscribe("chat.other");
  await clock.pass(60_000);
  assertEquals([late.take(), server.open.length], [["closed"], 0]);
  heard.take();
  refused.take();
  token = "two";
  events.reconnect();
  await settle();
  assertEquals([server.open.length, server.last.lastId, server.requests.at(-1)?.get("authorization")], [1, "7", "two"]);
  assertEquals(server.last.channels, ["chat.feed", "chat.other", "chat.secret"]);
  for (const each of [heard, refused, late]) assertEquals(each.take(), ["connecting", "open", "opened null"]);
  token = "three";
  events.reconnect();
  await settle();
  assertEquals([server.open.length, server.requests.at(-1)?.get("authorization")], [1, "three"]);
  assertEquals(heard.take(), ["reconnecting", "open", "opened null"]);
  assertEquals(states, ["connecting", "open", "closed", "connecting", "open", "reconnecting", "open"]);
  stop();
  assertEquals(await leftovers(), NOTHING);
});

Deno.test('subscribe("*") hears broadcasts, which are not asked for', async () => {
  const { server, subscribe, leftovers } = setUp();
  const heard = await subscribe("*");
  assertEquals([server.last.channels, server.connections.length], [[], 1]);
  server.last.message("*", "to all", "1").message("chat.feed", "to others", "2");
  await settle();
  assertEquals(heard.take(), ["open", "opened null", "to all"]);
  assertEquals((await subscribe("*")).take(), ["open", "opened null"]);
  assertEquals(await leftovers(), NOTHING);
});

Deno.test("R21 configure({ scopes }) asks for them at each connect", async () => {
  const { server, events, clock, subscribe, leftovers } = setUp();
  let scopes = ["user:1", "team:2"];
  events.configure({ scopes: () => Promise.resolve(scopes) });
  await subscribe("chat.feed");
  assertEquals(server.last.url.searchParams.getAll("scope"), ["user:1", "team:2"]);
  scopes = [];
  server.last.end();
  await clock.pass(1000);
  assertEquals([server.connections.length, server.last.url.searchParams.getAll("scope")], [2, []]);
  assertEquals(await leftovers(), NOTHING);
});

Deno.test("an observer that throws harms no other, and its error is reported", async () => {
  const { server, events, clock, subscribe, leftovers } = setUp();
  const reported: unknown[] = [];
  const report = (event: ErrorEvent) => {
    event.preventDefault();
    reported.push(event.error);
  };
  addEventListener("error", report);
  const mistake = new Error("a page's mistake");
  events.subscribe("chat.feed", undefined, {
    onMessage() {
      throw mistake;
    },
  });
  const heard = await subscribe("chat.feed");
  heard.take();
  server.last.message("chat.feed", "hello", "1");
  await settle();
  await clock.pass(0);
  removeEventListener("error", report);
  assertEquals([heard.take(), reported, server.open.length], [["hello"], [mistake], 1]);
  assertEquals(await leftovers(), NOTHING);
});

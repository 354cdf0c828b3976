import { assertEquals } from "@std/assert";
import { FakePlatform, NOTHING, settle, setUp } from "./fakes.ts";

Deno.test("a page that is hidden for 30 seconds rests, and on return catches up from the last id", async () => {
  const { server, platform, clock, events, subscribe, leftovers } = setUp();
  const heard = await subscribe("chat.feed");
  server.last.message("chat.feed", "one", "1");
  platform.show("hidden");
  await clock.pass(29_999);
  assertEquals(server.open.length, 1);
  platform.show("visible");
  server.last.write(":\n\n");
  await clock.pass(5000);
  platform.show("hidden");
  await clock.pass(30_000);
  assertEquals([server.open.length, events.state, heard.take().at(-1)], [0, "reconnecting", "reconnecting"]);
  await clock.pass(1_000_000);
  assertEquals([server.requests.length, clock.size], [1, 0], "a page at rest has no timers");
  platform.show("visible");
  await settle();
  assertEquals([server.open.length, server.last.lastId, events.state], [1, "1", "open"]);
  assertEquals(heard.take(), ["open", "opened null"]);
  assertEquals(await leftovers(), NOTHING);
});

Deno.test("a page that is opened in the background rests after 30 seconds, too", async () => {
  const platform = new FakePlatform();
  platform.document.visibilityState = "hidden";
  const { server, clock, subscribe, leftovers } = setUp({}, platform);
  await subscribe("chat.feed");
  assertEquals(server.open.length, 1);
  await clock.pass(20_000);
  server.last.write(":\n\n");
  await clock.pass(10_000);
  assertEquals([server.open.length, clock.size, await leftovers()], [0, 0, NOTHING]);
});

Deno.test("a page at rest that nobody wants anything of any more is closed", async () => {
  const { platform, clock, events, subscribe } = setUp();
  const heard = await subscribe("chat.feed");
  platform.show("hidden");
  await clock.pass(30_000);
  heard.stop();
  await clock.pass(1000);
  assertEquals([events.state, clock.size, platform.listeners], ["closed", 0, 0]);
});

Deno.test("a page that is left closes at once, and restored from the browser's cache it opens again", async () => {
  const { server, platform, events, subscribe, leftovers } = setUp();
  await subscribe("chat.feed");
  server.last.message("chat.feed", "one", "1");
  await settle();
  platform.dispatchEvent(new Event("pagehide"));
  assertEquals([server.open.length, events.state], [0, "reconnecting"]);
  platform.dispatchEvent(new Event("pageshow"));
  await settle();
  assertEquals([server.open.length, server.last.lastId, await leftovers()], [1, "1", NOTHING]);
});

Deno.test("online tries at once what would be tried later, and replaces what may be dead", async () => {
  const { server, platform, clock, events, subscribe, leftovers } = setUp();
  const heard = await subscribe("chat.feed");
  for (let attempt = 0; attempt < 5; attempt++) server.answers.push(new TypeError("offline"));
  server.last.end();
  await clock.pass(15_000);
  assertEquals([server.requests.length, events.state], [5, "reconnecting"]);
  server.answers.length = 0;
  platform.dispatchEvent(new Event("online"));
  await settle();
  assertEquals([server.requests.length, events.state], [6, "open"]);
  heard.take();
  platform.dispatchEvent(new Event("online"));
  await settle();
  assertEquals([server.requests.length, server.open.length, heard.take()], [7, 1, ["opened null"]]);
  assertEquals(await leftovers(), NOTHING);
});

Deno.test("where there is no page, as in React Native, it works without one", async () => {
  const { clock, setTimeout, clearTimeout, Math } = new FakePlatform();
  const bare = { clock, setTimeout, clearTimeout, Math, listeners: 0 } as unknown as FakePlatform;
  const { server, subscribe, leftovers } = setUp({}, bare);
  const heard = await subscribe("chat.feed");
  assertEquals([heard.take(), server.open.length, await leftovers()], [["open", "opened null"], 1, NOTHING]);
});

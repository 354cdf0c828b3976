import { assertEquals } from "@std/assert";
import type { ClientOptions } from "../../../client/options.ts";
import { Browser, type Tab } from "./browser.ts";
import { FakeServer, Heard, NOTHING, settle, type Setup, setUp as setUpTab, until } from "./fakes.ts";

interface OpenTab extends Setup {
  readonly tab: Tab;
}

/** A browser whose tabs show one client. */
function setUp(options: ClientOptions = { shareTabs: "user 1" }) {
  const browser = new Browser();
  const server = new FakeServer();
  const tabs: OpenTab[] = [];
  return {
    browser,
    server,
    /** Opens a tab; `own` are its client's options. */
    open(own: ClientOptions = options): OpenTab {
      const tab = browser.tab();
      const opened = { ...setUpTab(own, tab.platform, server), tab };
      tabs.push(opened);
      return opened;
    },
    /** Lets time pass in all tabs that live. */
    async pass(milliseconds: number): Promise<void> {
      await settle();
      await Promise.all(tabs.filter(({ tab }) => !tab.deaf).map(({ clock }) => clock.pass(milliseconds)));
      await settle();
    },
    async leftovers(): Promise<unknown> {
      for (const tab of tabs) assertEquals(await tab.leftovers(), { ...NOTHING, open: server.open.length });
      await settle();
      return {
        open: server.open.length,
        locks: browser.locks,
        channels: tabs.flatMap(({ tab }) => [...tab.channels]).length,
      };
    },
  };
}

const LEFT = { open: 0, locks: 0, channels: 0 };

/** Subscribes in a tab and waits for its opening. */
async function listen(
  { subscribe }: OpenTab,
  key: string,
): Promise<Heard & { readonly stop: (now?: boolean) => void }> {
  const heard = await subscribe(key);
  await until(() => heard.lines.some((line) => line.startsWith("opened")));
  heard.take();
  return heard;
}

Deno.test("shareTabs: tabs of one identity share one connection, and each hears what it wants", async () => {
  const { server, open, leftovers } = setUp();
  const [one, two] = [open(), open()];
  const feed = await listen(one, "chat.feed");
  const other = await listen(two, "chat.other");
  const both = await listen(two, "chat.feed");
  const watcher = new Heard();
  two.events.watch(watcher);
  assertEquals([server.open.length, server.last.channels], [1, ["chat.feed", "chat.other"]]);
  assertEquals([one.events.state, two.events.state], ["open", "open"]);
  server.last.message("chat.feed", "to both", "1").message("chat.other", "to one", "2")
    .send("revalidate", { targets: [{ path: "users.list" }] }, "3");
  await until(() => watcher.lines.length > 0);
  const messages = [feed, both, other].map((heard) => heard.take().filter((line) => line.startsWith("to")));
  assertEquals(messages, [["to both"], ["to both"], ["to one"]]);
  assertEquals(watcher.take(), ["revalidate users.list"]);
  other.stop();
  await two.clock.pass(1000);
  await until(() => server.last.channels.length === 1 && server.open.length === 1);
  assertEquals(await leftovers(), LEFT);
});

Deno.test("shareTabs: rich values reach every tab", async () => {
  const { server, open, leftovers } = setUp();
  const [one, two] = [open(), open()];
  const heard = [await listen(one, "a.b"), await listen(two, "a.b")];
  server.last.send("message", { channel: "a.b", data: "1970-01-01T00:00:00.000Z", meta: [["date"]] }, "1");
  await until(() => heard.every(({ lines }) => lines.length === 1));
  assertEquals(heard.map((each) => each.take()), [["1970-01-01T00:00:00.000Z"], ["1970-01-01T00:00:00.000Z"]]);
  assertEquals(await leftovers(), LEFT);
});

Deno.test("shareTabs: when the leader ends, another goes on from the last id; nothing is lost or doubled", async () => {
  const { browser, server, open, leftovers } = setUp();
  const [one, two, three] = [open(), open(), open()];
  await listen(one, "chat.feed");
  const feed = await listen(two, "chat.feed");
  const other = await listen(three, "chat.other");
  server.last.message("chat.feed", "one", "1").message("chat.other", "two", "2");
  await until(() => other.lines.length === 1);
  one.tab.crash();
  // The dead tab's connection is the browser's to end.
  server.last.closed = true;
  const { length } = server.connections;
  server.eager = false;
  await until(() => server.connections.length > length);
  assertEquals([server.last.lastId, server.last.channels.toSorted()], ["2", ["chat.feed", "chat.other"]]);
  server.last.message("chat.feed", "three", "3").ready("3").message("chat.other", "four", "4");
  await until(() => other.lines.includes("four"));
  const messages = (heard: Heard) => heard.take().filter((line) => !/^(open|reconn|conn)/.test(line));
  assertEquals([messages(feed), messages(other)], [["one", "three"], ["two", "four"]]);
  two.events.close();
  three.events.close();
  await settle();
  assertEquals([server.open.length, browser.locks], [0, 0]);
  void leftovers;
});

Deno.test("shareTabs: what the leader had said before its end is dropped when it comes again", async () => {
  const { server, open } = setUp();
  const [one, two, three] = [open(), open(), open()];
  await listen(one, "chat.feed");
  const [second, third] = [await listen(two, "chat.feed"), await listen(three, "chat.feed")];
  // The leader's last words reach the third tab, but not the one that takes over.
  two.tab.deaf = true;
  server.last.message("chat.feed", "one", "1");
  await until(() => third.lines.includes("one"));
  two.tab.deaf = false;
  const { length } = server.connections;
  one.tab.crash();
  server.last.closed = true;
  server.eager = false;
  await until(() => server.connections.length > length);
  assertEquals(server.last.lastId, "0");
  server.last.message("chat.feed", "one", "1").ready("1").message("chat.feed", "two", "2");
  await until(() => third.lines.includes("two") && second.lines.includes("two"));
  const messages = (heard: Heard) => heard.take().filter((line) => !/^(open|reconn|conn)/.test(line));
  assertEquals([messages(second), messages(third)], [["one", "two"], ["one", "two"]]);
  two.events.close();
  three.events.close();
  await settle();
});

Deno.test("shareTabs: a tab that was not told everything is told that, by a reset", async () => {
  const { server, open, leftovers } = setUp();
  const [one, two] = [open(), open()];
  const first = await listen(one, "chat.feed");
  const heard = await listen(two, "chat.feed");
  two.tab.deaf = true;
  server.last.message("chat.feed", "one", "1");
  await until(() => first.lines.length === 1);
  await settle();
  two.tab.deaf = false;
  server.last.message("chat.feed", "two", "2").message("chat.feed", "three", "3");
  await until(() => heard.lines.includes("three"));
  assertEquals([first.take(), heard.take()], [["one", "two", "three"], ["gap undefined", "two", "three"]]);
  assertEquals(await leftovers(), LEFT);
});

Deno.test("shareTabs: a tab at rest that comes back to a group that went on is told to refetch", async () => {
  const { server, open, pass, leftovers } = setUp();
  const [one, two] = [open(), open()];
  const first = await listen(one, "chat.feed");
  const heard = await listen(two, "chat.feed");
  two.platform.show("hidden");
  server.last.write(":\n\n");
  await pass(30_000);
  server.last.message("chat.feed", "one", "1");
  await until(() => first.lines.length === 1);
  two.platform.show("visible");
  await until(() => heard.lines.includes("gap undefined") && two.events.state === "open");
  server.last.message("chat.feed", "two", "2");
  await until(() => heard.lines.includes("two"));
  assertEquals(heard.take().filter((line) => /gap|one|two/.test(line)), ["gap undefined", "two"]);
  assertEquals([server.connections.length, await leftovers()], [1, LEFT]);
});

Deno.test("shareTabs: a leader that is hidden lets a visible tab lead", async () => {
  const { server, open, leftovers } = setUp();
  const [one, two] = [open(), open()];
  const heard = [await listen(one, "chat.feed"), await listen(two, "chat.feed")];
  server.last.message("chat.feed", "one", "1");
  await until(() => heard.every(({ lines }) => lines.includes("one")));
  one.platform.show("hidden");
  await until(() => server.connections.length === 2);
  assertEquals([server.open.length, server.last.lastId], [1, "1"]);
  await until(() => one.events.state === "open" && two.events.state === "open");
  server.last.message("chat.feed", "two", "2");
  await until(() => heard.every(({ lines }) => lines.includes("two")));
  assertEquals(await leftovers(), LEFT);
});

Deno.test("shareTabs: a leader that says nothing, because the browser has frozen it, loses its lock", async () => {
  const { server, open, leftovers } = setUp();
  const one = open();
  await listen(one, "chat.feed");
  one.tab.deaf = true;
  const two = open();
  const heard = await two.subscribe("chat.feed");
  await two.clock.pass(4999);
  assertEquals(server.connections.length, 1);
  await two.clock.pass(10);
  await until(() => heard.lines.includes("opened null"));
  await settle();
  assertEquals([server.connections.length, server.open.length], [2, 1], "and ends its connection when it hears of it");
  one.tab.deaf = false;
  assertEquals(await leftovers(), LEFT);
});

Deno.test("shareTabs: refusals, ends and generators are told to the tabs that they concern", async () => {
  const { server, open, leftovers } = setUp();
  const [one, two] = [open(), open()];
  server.eager = false;
  const first = await one.subscribe("ai.answer");
  await until(() => server.connections.length === 1);
  server.last.send("open", { channel: "ai.answer", data: "hi", session: "s" }).send("ready", { connection: "c" }, "0")
    .send("message", { channel: "ai.answer", data: "m1", n: 1 });
  await until(() => first.lines.includes("m1"));
  const late = await two.subscribe("ai.answer");
  await until(() => late.lines.length === 3);
  assertEquals(late.take(), ["open", 'opened "hi"', "gap 1"]);
  assertEquals(server.connections.length, 1);
  const secret = await two.subscribe("chat.secret");
  await until(() => server.connections.length === 2);
  assertEquals(server.last.channels, ["ai.answer#s.1", "chat.secret"]);
  const error = { code: "ERR_FORBIDDEN", message: "", data: null };
  server.last.send("open", { channel: "ai.answer", data: "hi", session: "s", resumed: true })
    .send("error", { channel: "chat.secret", error }).send("ready", { connection: "c" }, "0")
    .send("message", { channel: "ai.answer", data: "m2", n: 2 }).send("end", { channel: "ai.answer" });
  await until(() => secret.lines.length > 0 && late.lines.includes("closed") && first.lines.includes("closed"));
  assertEquals([late.take(), secret.take()], [['opened "hi"', "m2", "closed"], ["error ERR_FORBIDDEN"]]);
  assertEquals(server.connections.length, 2);
  assertEquals(await leftovers(), LEFT);
});

Deno.test("shareTabs: other identities, addresses and scopes never share", async () => {
  let user: string | undefined = "3";
  const { server, open, leftovers } = setUp();
  const shareTabs = () => user;
  await listen(open(), "a.b");
  await listen(open({ shareTabs: "user 2" }), "a.b");
  await listen(open({ shareTabs: "user 1", basePath: "/other" }), "a.b");
  const scoped = open();
  scoped.events.configure({ scopes: () => ["user:1"] });
  await listen(scoped, "a.b");
  assertEquals(server.open.length, 4);
  const [one, two] = [open({ shareTabs }), open({ shareTabs })];
  await listen(one, "a.b");
  const heard = await listen(two, "a.b");
  assertEquals(server.open.length, 5);
  user = "4";
  two.events.reconnect();
  await until(() => server.open.length === 6);
  user = undefined;
  one.events.reconnect();
  two.events.reconnect();
  await until(() => server.connections.length === 8 && server.open.length === 6);
  await until(() => heard.lines.includes("opened null"));
  assertEquals(await leftovers(), LEFT);
});

Deno.test("shareTabs: without locks or channels each tab has a connection of its own", async () => {
  const { server, subscribe, leftovers } = setUpTab({ shareTabs: "user 1" });
  const heard = await subscribe("a.b");
  assertEquals([heard.take(), server.open.length, await leftovers()], [["open", "opened null"], 1, NOTHING]);
});

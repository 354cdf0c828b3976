import { Igniter } from "@igniter-js/core";
import { createIgniterClient, IgniterError } from "@igniter-js/core/client/core";
import { type Equal, expectType } from "@igniter-js/core/testing";
import { assertEquals, assertRejects } from "@std/assert";
import { z } from "zod";
import { FakeServer, until } from "./fakes.ts";

const igniter = Igniter.create();
const router = igniter.router({
  controllers: {
    chat: igniter.controller({
      path: "/chat",
      actions: {
        feed: igniter.query({
          path: "/:room",
          stream: true,
          events: z.object({ text: z.string() }),
          handler: ({ params }) => params.room,
        }),
        count: igniter.query({
          path: "/count",
          stream: true,
          query: z.object({ to: z.number() }),
          handler: async function* ({ query }) {
            for (let n = 1; n <= query.to; n++) yield await Promise.resolve(n);
          },
        }),
      },
    }),
  },
});

function setUp() {
  const server = new FakeServer();
  const api = createIgniterClient<typeof router>({ baseURL: "http://api.test", fetch: server.fetch });
  return { server, api };
}

const FEED = "chat.feed?%7Eroom=7";
const seven = { params: { room: "7" } };

Deno.test("stream() gives the messages until their source ends, and leaves nothing behind", async () => {
  const { server, api } = setUp();
  const texts: string[] = [];
  const messages = api.chat.feed.stream(seven);
  expectType<Equal<typeof messages, AsyncIterable<{ text: string }>>>();
  const reading = (async () => {
    for await (const { text } of messages) texts.push(text);
  })();
  await until(() => server.connections.length);
  assertEquals(server.last.channels, [FEED]);
  for (const text of ["one", "two"]) server.last.message(FEED, { text });
  await until(() => texts.length === 2);
  server.last.message(FEED, { text: "three" }).send("end", { channel: FEED });
  await reading;
  assertEquals([texts, server.open.length], [["one", "two", "three"], 0]);
});

Deno.test("stream() ends with break and with its signal, even while it waits", async () => {
  const { server, api } = setUp();
  const reading = (async () => {
    for await (const { text } of api.chat.feed.stream(seven)) return text;
  })();
  await until(() => server.connections.length === 1);
  server.last.message(FEED, { text: "one" });
  assertEquals(await reading, "one");
  await until(() => server.open.length === 0);

  const controller = new AbortController();
  const waiting = api.chat.feed.stream(seven, { signal: controller.signal })[Symbol.asyncIterator]();
  const both = [waiting.next(), waiting.next()];
  await until(() => server.connections.length === 2);
  controller.abort();
  for (const next of both) assertEquals((await next).done, true);

  const left = api.chat.feed.stream(seven)[Symbol.asyncIterator]();
  const next = left.next();
  await until(() => server.connections.length === 3);
  await left.return?.();
  assertEquals([(await next).done, (await left.next()).done], [true, true]);
  assertEquals(
    (await api.chat.feed.stream(seven, { signal: AbortSignal.abort() })[Symbol.asyncIterator]().next()).done,
    true,
  );
  await until(() => server.open.length === 0);
  assertEquals(server.connections.length, 3);
});

Deno.test("R22 stream() throws the failure of a refused subscription, after the messages before it", async () => {
  const { server, api } = setUp();
  const messages = api.chat.feed.stream(seven)[Symbol.asyncIterator]();
  const first = messages.next();
  await until(() => server.connections.length);
  server.last.message(FEED, { text: "one" })
    .send("error", { channel: FEED, error: { code: "ERR_FORBIDDEN", message: "not yours", data: { why: 1 } } });
  assertEquals(await first, { done: false, value: { text: "one" } });
  const error = await assertRejects(() => messages.next(), IgniterError, "not yours");
  assertEquals([error.code, error.data], ["ERR_FORBIDDEN", { why: 1 }]);
  assertEquals((await messages.next()).done, true);
});

Deno.test("R23 stream() fails when messages were lost, unless onGap hears of it", async () => {
  const { server, api } = setUp();
  const strict = api.chat.feed.stream(seven)[Symbol.asyncIterator]();
  const missed: unknown[] = [];
  const lax = api.chat.feed.stream(seven, { onGap: (count) => missed.push(count) })[Symbol.asyncIterator]();
  const reads = [strict.next(), lax.next()];
  reads[0]?.catch(() => {});
  await until(() => server.connections.length);
  server.last.send("gap", { channel: "chat.feed", missed: 2 }).message("chat.feed", { text: "later" });
  const error = await assertRejects(() => reads[0] as Promise<unknown>, IgniterError);
  assertEquals([error.code, error.data], ["ERR_NETWORK", { missed: 2 }]);
  assertEquals([await reads[1], missed], [{ done: false, value: { text: "later" } }, [2]]);
  await lax.return?.();
});

Deno.test("R24 a reader that does not read keeps a thousand messages, and is told of the others", async () => {
  const { server, api } = setUp();
  let missed = 0;
  const messages = api.chat.feed.stream(seven, { onGap: (count) => missed += count as number })[Symbol.asyncIterator]();
  const first = messages.next();
  await until(() => server.connections.length);
  for (let n = 0; n < 1011; n++) server.last.message(FEED, { text: String(n) });
  await first;
  await until(() => missed > 0);
  let read = 1;
  server.last.send("end", { channel: FEED });
  for (; !(await messages.next()).done;) read++;
  assertEquals([read + missed, missed <= 11], [1011, true]);
});

Deno.test("stream() with the router stays in process", async () => {
  const api = createIgniterClient<typeof router>({ router: () => router });
  const counts: number[] = [];
  for await (const count of api.chat.count.stream({ query: { to: 3 } })) counts.push(count);
  assertEquals(counts, [1, 2, 3]);
  const controller = new AbortController();
  const feed = api.chat.feed.stream(seven, { signal: controller.signal })[Symbol.asyncIterator]();
  const next = feed.next();
  let heard = false;
  next.then(() => heard = true);
  await until(() => (router.publish("chat.feed", { text: "hello" }), heard));
  assertEquals((await next).value, { text: "hello" });
  controller.abort();
  assertEquals((await feed.next()).done, true);
});

Deno.test("stream() is refused an input that cannot travel", async () => {
  const { api } = setUp();
  const input = { ...seven, headers: { "x-a": "1" } };
  await assertRejects(
    () => api.chat.feed.stream(input)[Symbol.asyncIterator]().next(),
    TypeError,
    "Cannot subscribe to",
  );
});

import { createFakeClock } from "@igniter-js/core/testing";
import { assertEquals, assertGreater, assertLess } from "@std/assert";
import { LiveEvent } from "../../../server/realtime/event.ts";
import { Heartbeat } from "../../../server/realtime/heartbeat.ts";
import { Outflow } from "../../../server/realtime/outflow.ts";
import { channels, chat, EventReader, type Frame } from "./_events.ts";

const KILOBYTE = "x".repeat(1000);

Deno.test("R24 a client that stalls loses messages beyond its budget, is told how many of which channel, and goes on", async () => {
  const { igniter, router, connect } = chat({ realtime: { budget: 20_000 } });
  const [slow, quick] = [await connect(channels("chat.feed", "chat.typed")), await connect(channels("chat.feed"))];
  await slow.upTo("ready");
  await quick.upTo("ready");
  for (let n = 1; n <= 100; n++) {
    await igniter.realtime.publish("chat.feed", { n, text: KILOBYTE });
    if (n % 10 === 0) await igniter.realtime.publish("chat.typed", { text: KILOBYTE });
    assertEquals((await quick.next())?.data.data.n, n);
  }
  // What is read makes room; the gap is told before anything that came later.
  const frames: Frame[] = [];
  while (frames.at(-1)?.event !== "gap") frames.push(...await slow.take(1));
  frames.push(...await slow.take(1));
  const gaps = Object.fromEntries(
    frames.filter(({ event }) => event === "gap").map(({ data }) => [data.channel, data]),
  );
  const messages = frames.filter(({ event }) => event === "message");
  const count = (channel: string) => messages.filter(({ data }) => data.channel === channel).length;
  assertGreater(messages.length, 10);
  assertLess(messages.length, 25);
  assertEquals(gaps["chat.feed"].missed, 100 - count("chat.feed"));
  assertEquals(gaps["chat.typed"].missed, 10 - count("chat.typed"));
  // Those that came are the first ones, none out of line.
  const heard = messages.filter(({ data }) => data.channel === "chat.feed").map(({ data }) => data.data.n);
  assertEquals(heard, heard.map((_, index) => index + 1));

  await igniter.realtime.publish("chat.feed", "later");
  assertEquals((await slow.next())?.data.data, "later");
  assertEquals((await quick.next())?.data.data, "later");
  await router.close();
});

Deno.test("R24 R23 a gap is told before what came after it, so the last id never stands behind something that was missed", async () => {
  const { igniter, router, connect } = chat({ realtime: { budget: 4000 } });
  const slow = await connect(channels("chat.feed", "chat.typed"));
  await slow.upTo("ready");
  for (let n = 1; n <= 20; n++) await igniter.realtime.publish("chat.feed", { n, text: KILOBYTE });
  const frames = await slow.take(2); // makes room for one of another channel
  await igniter.realtime.publish("chat.typed", { text: "after the drop" });
  while (frames.at(-1)?.data.channel !== "chat.typed") frames.push(...await slow.take(1));
  const events = frames.map(({ event, data }) => `${event} ${data.channel}`);
  const gap = events.indexOf("gap chat.feed");
  assertGreater(gap, 0);
  assertEquals(events.slice(gap), ["gap chat.feed", "message chat.typed"]);
  // The ids before it are without a hole.
  const numbers = frames.slice(0, gap).map(({ id }) => Number(id?.split("-")[1]));
  assertEquals(numbers, numbers.map((_, index) => index + 1));
  await router.close();
});

Deno.test("R24 revalidations of a slow client coalesce: each target once, in one frame", async () => {
  const { igniter, router, connect } = chat();
  const slow = await connect(channels("chat.feed"));
  await slow.upTo("ready");
  await igniter.realtime.publish("chat.feed", 1); // fills the stream's own place
  await igniter.realtime.publish("chat.feed", 2);
  for (let n = 0; n < 1000; n++) {
    await igniter.realtime.revalidate("chat.list");
    await igniter.realtime.revalidate({ path: "chat.room", input: { since: new Date(n % 3) } });
  }
  await igniter.realtime.publish("chat.feed", 3);
  await igniter.realtime.revalidate("chat.list"); // waits already
  await igniter.realtime.revalidate("chat.typed");
  const [first, second, gathered, third, last] = await slow.take(5);
  assertEquals([first?.data.data, second?.data.data, third?.data.data], [1, 2, 3]);
  assertEquals(last?.data, { targets: [{ path: "chat.typed" }] });
  assertEquals([second, gathered, third, last].map((frame) => Number(frame?.id?.split("-")[1])), [2, 2002, 2003, 2005]);
  assertEquals(gathered?.data.targets.length, 4);
  assertEquals(gathered?.data.meta, [["date", 1, "input", "since"], ["date", 2, "input", "since"], [
    "date",
    3,
    "input",
    "since",
  ]]);

  await router.close();
});

Deno.test("R24 R23 a revalidation that comes while a gap is to be told has no id: the client may not name it as the last", async () => {
  const { igniter, router, connect } = chat({ realtime: { budget: 2000 } });
  const slow = await connect(channels("chat.feed"));
  await slow.upTo("ready");
  for (let n = 1; n <= 5; n++) await igniter.realtime.publish("chat.feed", { n, text: KILOBYTE });
  await igniter.realtime.revalidate("chat.list");
  const frames = await slow.upTo("gap");
  assertEquals(frames.map(({ event, id }) => [event, id?.split("-")[1]]), [
    ["message", "1"],
    ["message", "2"],
    ["revalidate", undefined],
    ["gap", undefined],
  ]);
  // So who comes back is sent again what was dropped.
  const again = await connect(channels("chat.feed"), { "last-event-id": String(frames[1]?.id) });
  const events = (await again.upTo("ready")).map(({ event, data }) => data.data?.n ?? event);
  assertEquals(events, ["open", 3, 4, 5, "revalidate", "ready"]);
  await router.close();
});

Deno.test("R24 more targets than can be remembered become one reset", async () => {
  const { igniter, router, connect } = chat();
  const slow = await connect();
  await slow.upTo("ready");
  for (let n = 0; n < 5000; n++) await igniter.realtime.revalidate({ path: "chat.room", input: { n } });
  const frames = await slow.take(2);
  assertEquals(frames.map(({ event }) => event), ["revalidate", "reset"]);
  await igniter.realtime.revalidate("chat.list");
  assertEquals((await slow.next())?.data.targets, [{ path: "chat.list" }]);
  await router.close();
});

Deno.test("R24 a message larger than the budget still reaches a client that reads", async () => {
  const { igniter, router, connect } = chat({ realtime: { budget: 1000 } });
  const events = await connect(channels("chat.feed"));
  await events.upTo("ready");
  await igniter.realtime.publish("chat.feed", "first");
  await igniter.realtime.publish("chat.feed", "y".repeat(50_000));
  await igniter.realtime.publish("chat.feed", "dropped");
  const frames = await events.take(3);
  assertEquals(frames.map(({ event, data }) => data.missed ?? `${event} ${data.data.length}`), [
    "message 5",
    "message 50000",
    1,
  ]);
  await router.close();
});

Deno.test("R24 what waits for a stalled client stays within its budget, whatever is sent", () => {
  const outflow = new Outflow({ budget: 100_000, onEnd: () => {} });
  const bytes = new Uint8Array(1000);
  let most = 0;
  for (let n = 0; n < 10_000; n++) {
    outflow.message(bytes, `channel ${n % 50}`);
    const targets = [{ path: `some.key.${n % 300}`, input: "z".repeat(500) }];
    if (n % 3 === 0) outflow.revalidate(new LiveEvent(`a-${n}`, { targets }));
    most = Math.max(most, outflow.waiting);
  }
  assertLess(most, 130_000);
  outflow.end();
  assertEquals(outflow.waiting, 0);
});

Deno.test("R24 events are written once for all: every client has the same bytes", async () => {
  const { igniter, router, request } = chat();
  const readers = await Promise.all(Array.from({ length: 3 }, async () => {
    const response = await router.handler(request(channels("chat.feed")));
    return response.body!.getReader();
  }));
  for (const reader of readers) {
    for (let text = ""; !text.includes("event: ready");) text = new TextDecoder().decode((await reader.read()).value);
  }
  await igniter.realtime.publish("chat.feed", KILOBYTE);
  const chunks = await Promise.all(readers.map(async (reader) => (await reader.read()).value));
  assertEquals(chunks.every((chunk) => chunk === chunks[0] && chunk !== undefined), true);
  await router.close();
});

Deno.test("R25 one timer keeps all connections alive, at least every 15 seconds, while there are some", async () => {
  const clock = createFakeClock();
  const heartbeat = new Heartbeat(clock);
  const outflows = Array.from({ length: 100 }, () => new Outflow({ budget: 1000, onEnd: () => {} }));
  assertEquals(clock.pending, 0);
  const members = outflows.map((outflow) => ({ beat: () => outflow.beat() }));
  for (const member of members) heartbeat.add(member);
  assertEquals([clock.pending, heartbeat.size], [1, 100]);
  const readers = outflows.map(({ stream }) => stream.getReader());
  for (let round = 0; round < 3; round++) {
    await clock.advance(15_000);
    for (const reader of readers) assertEquals(new TextDecoder().decode((await reader.read()).value), ":\n\n");
    assertEquals(clock.pending, 1);
  }
  // One that does not read is not sent more and more of them.
  for (let round = 0; round < 10; round++) await clock.advance(15_000);
  assertEquals(outflows.map(({ waiting }) => waiting).every((bytes) => bytes === 0), true);
  for (const member of members) heartbeat.delete(member);
  assertEquals([clock.pending, heartbeat.size], [0, 0]);
  for (const outflow of outflows) outflow.end();
});

Deno.test("R24 a slow client's generator waits for it, and drops nothing", async () => {
  const { igniter } = chat();
  let made = 0;
  const count = igniter.query({
    stream: true,
    handler: async function* () {
      while (made < 200) yield await Promise.resolve({ n: ++made, text: KILOBYTE });
    },
  });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { count } }) } });
  const events = new EventReader(await router.handler(new Request("http://localhost/api/v1/_/events?channel=x.count")));
  const early = await events.upTo("ready");
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
  assertLess(made, 10);
  const frames = [...early, ...await events.upTo("end")];
  const numbers = frames.filter(({ event }) => event === "message").map(({ data }) => data.n);
  assertEquals(numbers, Array.from({ length: 200 }, (_, index) => index + 1));
  await router.close();
});

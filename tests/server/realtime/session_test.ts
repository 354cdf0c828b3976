import type { OnDisconnect } from "@igniter-js/core";
import { createFakeClock, createTestApp } from "@igniter-js/core/testing";
import { assertEquals, assertNotEquals } from "@std/assert";
import { z } from "zod";
import { Session, Sessions } from "../../../server/realtime/session.ts";
import { channels, EventReader, type Frame, until } from "./_events.ts";

/** An application with a generator that counts as far as it is let. */
function counting(onDisconnect?: OnDisconnect) {
  const { igniter, logs } = createTestApp();
  /** How far it may count. */
  let limit = 0;
  let wake = () => {};
  const log = { started: 0, made: 0, ended: 0, aborted: 0 };
  const member = igniter.procedure({
    handler: (_, { request, response }) => {
      if (request.headers.has("x-out")) return response.unauthorized();
    },
  });
  const count = igniter.query({
    stream: true,
    use: [member],
    query: z.object({ from: z.number().default(1) }),
    ...(onDisconnect === undefined ? {} : { onDisconnect }),
    handler: async function* ({ query, request }) {
      log.started++;
      request.signal.addEventListener("abort", () => {
        log.aborted++;
        wake();
      });
      try {
        for (let n = query.from; n < query.from + 5; n++) {
          while (n >= query.from + limit && !request.signal.aborted) {
            await new Promise<void>((resolve) => wake = resolve);
          }
          if (request.signal.aborted) return;
          log.made++;
          yield n;
        }
      } finally {
        log.ended++;
      }
    },
  });
  const fails = igniter.query({
    path: "/fails",
    stream: true,
    events: z.object({ n: z.number() }),
    handler: async function* () {
      yield { n: 1, more: "stripped" };
      yield await Promise.resolve({ n: "two" as never });
    },
  });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { count, fails } }) } });
  const connect = async (names: readonly string[], headers: HeadersInit = {}) =>
    new EventReader(
      await router.handler(new Request(`http://localhost/api/v1/_/events${channels(...names)}`, { headers })),
    );
  const allow = (count: number) => {
    limit = count;
    wake();
  };
  return { router, connect, allow, log, logs };
}

/** Reads up to so many messages of a generator. */
async function messages(events: EventReader, count: number): Promise<Frame[]> {
  const frames: Frame[] = [];
  while (frames.length < count) {
    const frame = await events.next();
    if (frame === undefined) throw new Error("Cannot read on: the events ended");
    if (frame.event === "message" || frame.event === "end") frames.push(frame);
  }
  return frames;
}

const openOf = (frames: readonly Frame[]) => frames.find(({ event }) => event === "open")?.data;

Deno.test("a generator's messages are numbered and named by the subscription, and its end is told", async () => {
  const { router, connect, allow, log } = counting();
  allow(5);
  const events = await connect(["x.count?from=10"]);
  const frames = await events.upTo("ready");
  while (frames.at(-1)?.event !== "end") frames.push(...await events.take(1));
  const { session, ...open } = openOf(frames);
  assertEquals([typeof session, open], ["string", { channel: "x.count?from=10", data: null }]);
  const said = frames.filter(({ event }) => event === "message" || event === "end");
  assertEquals(said.map(({ event, id, data }) => [event, id, data.channel, data.n, data.data]), [
    ...[1, 2, 3, 4, 5].map((n) => ["message", undefined, "x.count?from=10", n, n + 9]),
    ["end", undefined, "x.count?from=10", undefined, undefined],
  ]);
  assertEquals([log.started, log.ended], [1, 1]);
  await router.close();
});

Deno.test("R10 D16 a generator that fails, or yields what is no event, ends its channel with a masked error", async () => {
  const { router, connect, logs } = counting();
  const events = await connect(["x.fails"]);
  const frames = await events.upTo("error");
  assertEquals(frames.find(({ event }) => event === "message")?.data.data, { n: 1 });
  const { channel, error } = frames.at(-1)?.data ?? {};
  assertEquals([channel, error.code, error.message], ["x.fails", "ERR_INTERNAL", "Internal error"]);
  assertEquals([logs.length, logs[0]?.fields["id"]], [1, error.id]);
  await router.close();
});

Deno.test('onDisconnect "stop": the generator ends with its connection, even while it waits', async () => {
  for (const policy of [undefined, "stop"] as const) {
    const { router, connect, allow, log } = counting(policy);
    allow(2);
    const events = await connect(["x.count"]);
    const { session } = openOf(await events.upTo("ready"));
    await until(() => log.made >= 2);
    await events.cancel();
    await until(() => log.ended === 1);
    assertEquals(log, { started: 1, made: 2, ended: 1, aborted: 1 });
    // Asked to go on, it begins afresh, and says so.
    const again = await connect([`x.count#${session}.2`]);
    const open = openOf(await again.upTo("ready"));
    assertEquals([open.channel, open.resumed, open.session === session], ["x.count", undefined, false]);
    await router.close();
    await until(() => log.ended === 2);
  }
});

Deno.test("a new connection takes a generator over from the old one: nothing lost, nothing doubled, whatever the policy", async () => {
  const { router, connect, allow, log } = counting();
  allow(2);
  const old = await connect(["x.count"]);
  const { session } = openOf(await old.upTo("ready"));
  await until(() => log.made >= 2);
  const next = await connect([`x.count#${session}.1`, "x.fails"]);
  const frames = await next.upTo("ready");
  assertEquals(openOf(frames.filter(({ data }) => data.channel === "x.count")), {
    channel: "x.count",
    data: null,
    session,
    resumed: true,
  });
  allow(5);
  // The old one closes after the change; the generator is not its any more.
  await old.cancel();
  const own = frames.filter(({ event, data }) => event === "message" && data.channel === "x.count");
  while (own.at(-1)?.event !== "end") {
    own.push(...(await next.take(1)).filter(({ event, data }) => event !== "error" && data.channel === "x.count"));
  }
  assertEquals(own.map(({ data }) => data.n), [2, 3, 4, 5, undefined]);
  assertEquals([log.started, log.aborted], [1, 1]);
  await router.close();
});

Deno.test('onDisconnect "grace": paused while nobody is there, resumed by its client, ended when the time is over', async () => {
  const clock = createFakeClock();
  const sent: string[] = [];
  let pulled = 0;
  let returned = 0;
  let gone = 0;
  const source: AsyncIterator<unknown> = {
    next: () => Promise.resolve(pulled < 50 ? { done: false, value: ++pulled } : { done: true, value: undefined }),
    return: () => {
      returned++;
      return Promise.resolve({ done: true, value: undefined });
    },
  };
  const receiver = (room: () => Promise<void> | undefined) => ({
    control: (bytes: Uint8Array) => void sent.push(new TextDecoder().decode(bytes)),
    room,
  });
  let open = 3;
  const first = receiver(() => open-- > 0 ? undefined : new Promise<void>(() => {}));
  const sessions = new Sessions();
  const session = sessions.create({
    channel: "x.count",
    identity: "ada",
    source,
    onDisconnect: { grace: 1000 },
    clock,
    memory: 10_000,
    toFailure: (error) => {
      throw error;
    },
    onGone: () => void gone++,
  }, first);
  session.start();
  await until(() => sent.length === 3);
  sessions.leave(session, first);
  await clock.advance(999);
  assertEquals([pulled, gone, session.detached], [3, 0, true]);
  // Only its own client may go on, with its own subscription, from what is still known.
  assertEquals(sessions.find(session.id, "x.count", "eve", 1), undefined);
  assertEquals(sessions.find(session.id, "x.other", "ada", 1), undefined);
  assertEquals(sessions.find(session.id, "x.count", "ada", 4), undefined);
  assertEquals(sessions.find("no", "x.count", "ada", 1), undefined);
  assertEquals(sessions.find(session.id, "x.count", "ada", 1), session);
  open = 2;
  const second = receiver(() => open-- > 0 ? undefined : new Promise<void>(() => {}));
  session.attach(second, 1);
  await until(() => sent.length === 3 + 2 + 2);
  assertEquals(sent.slice(3).map((frame) => JSON.parse(frame.split("data: ")[1] ?? "").n), [2, 3, 4, 5]);
  assertEquals(clock.pending, 0);
  sessions.leave(session, second);
  await clock.advance(1000);
  assertEquals([gone, returned, sessions.size, clock.pending], [1, 1, 0, 0]);
  assertEquals(pulled, 5);
});

Deno.test('onDisconnect "continue": the generator comes to its end without a client, who may still fetch the rest', async () => {
  const { router, connect, allow, log } = counting("continue");
  allow(2);
  const events = await connect(["x.count"]);
  const { session } = openOf(await events.upTo("ready"));
  await until(() => log.made >= 2);
  await events.cancel();
  allow(5);
  await until(() => log.ended === 1);
  assertEquals(log, { started: 1, made: 5, ended: 1, aborted: 0 });
  const again = await connect([`x.count#${session}.2`]);
  const open = await again.next();
  assertEquals([open?.data.resumed, open?.data.session], [true, session]);
  assertEquals((await messages(again, 4)).map(({ event, data }) => data.n ?? event), [3, 4, 5, "end"]);
  // It was fetched, so it is gone.
  const fresh = await connect([`x.count#${session}.5`]);
  assertNotEquals(openOf(await fresh.upTo("ready")).session, session);
  await router.close();
});

Deno.test("R22 who resumes a generator runs the action's procedures and validation again", async () => {
  const { router, connect, allow, log } = counting("continue");
  allow(1);
  const events = await connect(["x.count"]);
  const { session } = openOf(await events.upTo("ready"));
  const stranger = await connect([`x.count#${session}.0`], { "x-out": "1" });
  const [error] = await stranger.upTo("ready");
  assertEquals([error?.event, error?.data.error.code], ["error", "ERR_UNAUTHORIZED"]);
  // Under another name it is another subscription.
  const other = await connect([`x.count?from=1#${session}.0`]);
  assertEquals(openOf(await other.upTo("ready")).resumed, undefined);
  assertEquals(log.started, 2);
  await router.close();
});

Deno.test("a session's number, name or form that cannot be meant begins afresh", async () => {
  const { router, connect } = counting();
  for (const text of ["#", "#x", "#x.y", "#.1", "#x.-1", `#${"a".repeat(65)}.1`, "#x.1.2", "#x.9999999999999999"]) {
    const events = await connect([`x.count${text}`]);
    assertEquals(openOf(await events.upTo("ready")).channel, "x.count", text);
    await events.cancel();
  }
  await router.close();
});

Deno.test("what a generator sent is remembered within bounds", async () => {
  let gone = false;
  let n = 0;
  const session = new Session({
    channel: "x",
    identity: undefined,
    source: { next: () => Promise.resolve(n < 2000 ? { done: false, value: ++n } : { done: true, value: undefined }) },
    onDisconnect: "stop",
    clock: createFakeClock(),
    memory: 2000,
    toFailure: () => ({ code: "x", message: "x", data: undefined }),
    onGone: () => void (gone = true),
  }, { control: () => {}, room: () => n < 1500 ? undefined : new Promise(() => {}) });
  session.start();
  await until(() => n === 1500);
  assertEquals([session.holds(1500), session.holds(1490), session.holds(1400), session.holds(0)], [
    true,
    true,
    false,
    false,
  ]);
  session.end();
  assertEquals([gone, session.holds(1500)], [true, false]);
});

Deno.test("a direct request for a generator ends with an end event; one that the router closes does not", async () => {
  const { router, allow } = counting();
  allow(5);
  const get = () => router.handler(new Request("http://localhost/api/v1/x"));
  const text = await (await get()).text();
  assertEquals(text.split("\n\n").slice(-3), ["data: 5", "event: end\ndata: null", ""]);
  allow(1);
  const open = (await get()).text();
  await router.close();
  assertEquals((await open).includes("event: end"), false);
});

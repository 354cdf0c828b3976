import { Igniter, IgniterError } from "@igniter-js/core";
import { createTestApp, type Equal, expectType, type LogEntry, send } from "@igniter-js/core/testing";
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { z } from "zod";
import type { Broker } from "../../server/realtime/broker.ts";
import { type LiveEvent, REVALIDATE_CHANNEL } from "../../server/realtime/event.ts";

/** One server-sent event. */
interface Frame {
  readonly event: string;
  readonly data: unknown;
}

/** Reads the events of a response one by one. */
class Events {
  readonly #reader: ReadableStreamDefaultReader<string>;
  #text = "";

  constructor(response: Response) {
    if (response.body === null) throw new TypeError("Cannot read events: there is no body");
    this.#reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** The next event; `undefined` at the end. */
  async next(): Promise<Frame | undefined> {
    for (;;) {
      const end = this.#text.indexOf("\n\n");
      if (end >= 0) {
        const lines = this.#text.slice(0, end).split("\n");
        this.#text = this.#text.slice(end + 2);
        return toFrame(lines);
      }
      const { done, value } = await this.#reader.read();
      if (done) return undefined;
      this.#text += value;
    }
  }

  async take(count: number): Promise<(Frame | undefined)[]> {
    const frames: (Frame | undefined)[] = [];
    while (frames.length < count) frames.push(await this.next());
    return frames;
  }

  cancel(): Promise<void> {
    return this.#reader.cancel();
  }
}

function toFrame(lines: readonly string[]): Frame {
  const field = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
  return { event: field("event") ?? "message", data: JSON.parse(field("data") ?? "null") };
}

/** Waits, turn by turn of the event loop, until a condition holds. */
async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 1000; turn++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  throw new Error("Cannot wait any longer: the condition does not come true");
}

/** A logger that keeps what it is given. */
function collect() {
  const logs: LogEntry[] = [];
  const at = (level: LogEntry["level"]) => (message: string, fields = {}) => void logs.push({ level, message, fields });
  return { logs, debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** An application whose connections are granted `user:<x-user>`, with a stream to hear what is published. */
function chat() {
  const logger = collect();
  const igniter = Igniter
    .context((request) => ({ user: request.headers.get("x-user") ?? "nobody" }))
    .logger(logger)
    .realtime({ scopes: ({ request, context }) => request.headers.has("x-user") ? [`user:${context.user}`] : [] })
    .create();
  let cleanups = 0;
  const router = igniter.router({
    controllers: {
      chat: igniter.controller({
        path: "/chat",
        actions: {
          room: igniter.query({ path: "/room", stream: true, handler: ({ context }) => ({ hello: context.user }) }),
          count: igniter.query({
            path: "/count",
            stream: true,
            handler: async function* ({ request }) {
              try {
                for (let n = 1;; n++) {
                  yield await Promise.resolve(n);
                  if (n === 3) {
                    await new Promise((resolve) => request.signal.addEventListener("abort", resolve));
                  }
                }
              } finally {
                cleanups++;
              }
            },
          }),
        },
      }),
    },
  });
  const open = async (user?: string, path = "/chat/room", init: RequestInit = {}) => {
    const headers = new Headers(init.headers);
    if (user !== undefined) headers.set("x-user", user);
    const response = await router.handler(new Request(`http://localhost/api/v1${path}`, { ...init, headers }));
    return { response, events: new Events(response) };
  };
  return { igniter, router, logger, open, cleanups: () => cleanups };
}

Deno.test("R20 a stream action over HTTP sends its opening first, then what is published, in order", async () => {
  const { igniter, router, open } = chat();
  const { response, events } = await open("ada");
  const { status, headers } = response;
  assertEquals([status, headers.get("content-type"), headers.get("x-accel-buffering")], [
    200,
    "text/event-stream",
    "no",
  ]);
  assertEquals(headers.get("cache-control"), "no-cache, no-transform");
  // Published before anything is read: the connection listens from when its answer was made.
  await igniter.realtime.publish("chat.room", { n: 1 });
  await igniter.realtime.publish("chat.other", { n: 0 });
  await igniter.realtime.to("chat.room").publish({ n: 2 }, { type: "typing" });
  await router.publish("chat.room", { n: 3 });
  assertEquals(await events.take(4), [
    { event: "open", data: { hello: "ada" } },
    { event: "message", data: { n: 1 } },
    { event: "typing", data: { n: 2 } },
    { event: "message", data: { n: 3 } },
  ]);
  await events.cancel();
  await router.close();
});

Deno.test("a stream answers over its RPC address as well", async () => {
  const { igniter, router, open } = chat();
  const { events } = await open("eve", "/_/rpc/chat.room");
  await igniter.realtime.publish("chat.room", "hi");
  assertEquals(await events.take(2), [{ event: "open", data: { hello: "eve" } }, { event: "message", data: "hi" }]);
  await events.cancel();
  await router.close();
});

Deno.test("R27 payloads 0, false, '', null and nothing arrive as such, over HTTP and in process", async () => {
  const { igniter, router, open } = chat();
  const { events } = await open("ada");
  const values = [0, false, "", null, [], {}, "a\nb\r\ndata: x\n\n", { "é": "\u2028" }];
  for (const value of [...values, undefined]) await igniter.realtime.publish("chat.room", value);
  await events.next();
  assertEquals((await events.take(9)).map((frame) => frame?.data), [...values, null]);
  await events.cancel();

  const heard: unknown[] = [];
  const listening = listen(router.caller.chat.room.stream(), heard);
  await until(() => igniter.realtime.publish("chat.room", "?").then(() => heard.length > 0));
  for (const value of values) await igniter.realtime.publish("chat.room", value);
  const said = () => heard.filter((message) => message !== "?");
  await until(() => said().length === values.length);
  assertEquals(said(), values);
  await router.close();
  await listening;
});

/** Collects the messages of a stream until it ends. */
async function listen(stream: AsyncIterable<unknown>, heard: unknown[]): Promise<void> {
  for await (const message of stream) heard.push(message);
}

Deno.test("R27 a frozen payload arrives, rich values included, and is not touched", async () => {
  const { igniter, router } = chat();
  const heard: unknown[] = [];
  const listening = listen(router.caller.chat.room.stream(), heard);
  const payload = Object.freeze({ list: Object.freeze([1]), at: new Date(0) });
  await until(() => igniter.realtime.publish("chat.room", payload).then(() => heard.length > 0));
  assertEquals(heard[0], { list: [1], at: new Date(0) });
  assertEquals([Object.isFrozen(payload.list), payload.at.getTime()], [true, 0]);
  await router.close();
  await listening;
});

Deno.test("R27 a type with a line break is refused where it is published, and harms no subscriber", async () => {
  const { igniter, router, open } = chat();
  const { events } = await open("ada");
  for (const type of ["a\nb", "a\rb", "a\0b", "x\n\ndata: forged"]) {
    assertThrows(() => igniter.realtime.publish("chat.room", 1, { type }), TypeError, "has a line break");
    assertThrows(() => igniter.realtime.to("chat.room").publish(1, { type }), TypeError, "has a line break");
    assertThrows(() => igniter.realtime.broadcast(1, { type }), TypeError, "has a line break");
  }
  await igniter.realtime.publish("chat.room", "fine");
  assertEquals((await events.take(2))[1], { event: "message", data: "fine" });
  await events.cancel();
  await router.close();
});

Deno.test("R21 a scoped event reaches only connections that the server granted one of its scopes", async () => {
  const { igniter, router, open } = chat();
  const ada = await open("ada");
  const eve = await open("eve");
  const forger = await open(undefined, "/chat/room?scopes=user:ada&scope=user:ada", {
    headers: { "x-scopes": "user:ada" },
  });
  await igniter.realtime.publish("chat.room", "for ada", { scopes: ["user:ada"] });
  await igniter.realtime.publish("chat.room", "for both", { scopes: ["user:ada", "user:eve"] });
  await igniter.realtime.publish("chat.room", "for none", { scopes: [] });
  await igniter.realtime.publish("chat.room", "for all");
  const dataOf = async ({ events }: typeof ada, count: number) =>
    (await events.take(count)).slice(1).map((frame) => frame?.data);
  assertEquals(await dataOf(ada, 4), ["for ada", "for both", "for all"]);
  assertEquals(await dataOf(eve, 3), ["for both", "for all"]);
  assertEquals(await dataOf(forger, 2), ["for all"]);
  for (const { events } of [ada, eve, forger]) await events.cancel();
  await router.close();
});

Deno.test("R21 a scopes resolver that throws, rejects or gives no array refuses the stream", async () => {
  const resolvers: readonly (() => never)[] = [
    () => {
      throw new Error("secret");
    },
    () => Promise.reject(new Error("secret")) as never,
    () => "user:1" as never,
  ];
  for (const scopes of resolvers) {
    const logger = collect();
    const igniter = Igniter.context(() => ({})).logger(logger).realtime({ scopes }).create();
    const feed = igniter.query({ stream: true, handler: () => null });
    const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { feed } }) } });
    const { status, error } = await send(router, "GET /x");
    assertEquals([status, error?.code, error?.message], [500, "ERR_INTERNAL", "Internal error"]);
    assertEquals(logger.logs.length, 1);
    await assertRejects(() => Array.fromAsync(router.caller.x.feed.stream()), IgniterError);
    await router.close();
  }
});

Deno.test("R21 without a scopes resolver nobody hears scoped events, and one warning says so", async () => {
  const logger = collect();
  const igniter = Igniter.context(() => ({})).logger(logger).create();
  const feed = igniter.query({ stream: true, handler: () => null });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { feed } }) } });
  const events = new Events(await router.handler(new Request("http://localhost/api/v1/x")));
  await igniter.realtime.publish("x.feed", "open to all");
  assertEquals(logger.logs, []);
  await igniter.realtime.publish("x.feed", "secret", { scopes: ["admin"] });
  await igniter.realtime.publish("x.feed", "secret", { scopes: ["admin"] });
  await igniter.realtime.publish("x.feed", "open to all");
  assertEquals((await events.take(3)).map((frame) => frame?.data), [null, "open to all", "open to all"]);
  assertEquals(logger.logs.map(({ level, message }) => [level, message]), [
    ["warn", "Nobody receives scoped events: .realtime({ scopes }) is not configured"],
  ]);
  await events.cancel();
  await router.close();
});

/** An application, and ears for its revalidations: until clients connect they travel within the broker only. */
function live() {
  const logger = collect();
  const igniter = Igniter.context((request) => ({ user: request.headers.get("x-user") ?? "nobody" }))
    .logger(logger)
    .realtime({ scopes: ({ context }) => [`user:${context.user}`] })
    .create();
  /** What a connection that was granted `scopes` is told. */
  const hear = (...scopes: string[]): unknown[] => {
    const heard: unknown[] = [];
    const receive = ({ type, data }: LiveEvent): void => void heard.push(type === "revalidate" ? data : type);
    (igniter.realtime as Broker).subscribe(REVALIDATE_CHANNEL, { scopes: new Set(scopes), receive });
    return heard;
  };
  return { igniter, logger, hear };
}

Deno.test("R26 revalidate is published after success, once per call, with its targets", async () => {
  const { igniter, hear } = live();
  const sent = hear();
  const save = igniter.mutation({
    handler: ({ response }) =>
      response.revalidate("posts.list").created({ id: 1 }).revalidate(["posts.list", "posts"])
        .revalidate({ path: "posts.save", input: { params: { id: 1 } } }),
  });
  const list = igniter.query({ handler: () => [] });
  const router = igniter.router({
    controllers: { posts: igniter.controller({ path: "/posts", actions: { save, list } }) },
  });
  const expected = [
    [{ path: "posts.list" }],
    [{ path: "posts.list" }, { path: "posts" }],
    [{ path: "posts.save", input: { params: { id: 1 } } }],
  ];
  assertEquals((await send(router, "POST /posts")).status, 201);
  assertEquals(sent, expected);
  await router.caller.posts.save.mutate();
  assertEquals(sent, [...expected, ...expected]);
  await router.close();
});

Deno.test("R26 a failed reply revalidates nothing, however it failed", async (t) => {
  const { igniter, hear } = live();
  const sent = hear();
  const key = "posts.list";
  const undo = igniter.procedure({
    handler: async (_, { next }) => {
      const reply = await next();
      return reply.status(409);
    },
  });
  const cycle: Record<string, unknown> = {};
  cycle["cycle"] = cycle;
  const touch = igniter.procedure({ handler: async (_, { next }) => (await next()).revalidate(key) });
  const router = igniter.router({
    controllers: {
      posts: igniter.controller({
        path: "/posts",
        actions: {
          error: igniter.query({ path: "/error", handler: ({ response }) => response.revalidate(key).notFound() }),
          later: igniter.query({ path: "/later", handler: ({ response }) => response.conflict().revalidate(key) }),
          status: igniter.query({
            path: "/status",
            handler: ({ response }) => response.success(1).revalidate(key).status(500),
          }),
          undone: igniter.query({
            path: "/undone",
            use: [undo],
            handler: ({ response }) => response.success(1).revalidate(key),
          }),
          raw: igniter.query({ path: "/raw", use: [touch], handler: () => new Response("no", { status: 500 }) }),
          network: igniter.query({ path: "/network", use: [touch], handler: () => Response.error() }),
          output: igniter.query({
            path: "/output",
            output: z.object({ n: z.number() }),
            handler: ({ response }) => response.success({ n: "x" as never }).revalidate(key),
          }),
          thrown: igniter.query({
            path: "/thrown",
            handler: ({ response }) => {
              response.success(1).revalidate(key);
              throw new Error("no");
            },
          }),
          cycle: igniter.query({ path: "/cycle", handler: ({ response }) => response.success(cycle).revalidate(key) }),
        },
      }),
    },
  });
  for (const name of ["error", "later", "status", "undone", "raw", "network", "output", "thrown", "cycle"]) {
    await t.step(name, async () => {
      assertEquals((await send(router, `GET /posts/${name}`)).status >= 400, true);
      assertEquals(sent, []);
    });
  }
  await t.step("in process", async () => {
    await router.caller.posts.error.query();
    await router.caller.posts.undone.query();
    await router.caller.posts.raw.query();
    assertEquals(sent, []);
  });
  await router.close();
});

Deno.test("R26 D15 a revalidation's scopes function gets the sender's context, typed", async () => {
  const { igniter, hear } = live();
  const [ada, eve, nobody] = [hear("user:ada"), hear("user:eve"), hear()];
  const auth = igniter.procedure({ handler: (_, { context }) => ({ me: { id: context.user } }) });
  const save = igniter.mutation({
    use: [auth],
    handler: ({ response }) =>
      response.success(1).revalidate(["posts.save"], (context) => {
        expectType<Equal<typeof context.me, { id: string }>>();
        return [`user:${context.me.id}`, `room:${context.user}`];
      }),
  });
  const router = igniter.router({ controllers: { posts: igniter.controller({ path: "/posts", actions: { save } }) } });
  await send(router, "POST /posts", { headers: { "x-user": "ada" } });
  await router.caller.with({ headers: { "x-user": "eve" } }).posts.save.mutate();
  const told = [{ path: "posts.save" }];
  assertEquals([ada, eve, nobody], [[told], [told], []]);
  await router.close();
});

Deno.test("R21 a scopes function that throws tells nobody, is logged, and leaves the answer as it was", async () => {
  const { igniter, hear, logger } = live();
  const sent = hear("user:ada");
  const failure = new Error("no user");
  const save = igniter.mutation({
    handler: ({ response }) =>
      response.success("saved").revalidate("posts.save", () => {
        throw failure;
      }).revalidate("posts.save", () => []).revalidate("posts.save", (() => undefined) as never),
  });
  const router = igniter.router({ controllers: { posts: igniter.controller({ path: "/posts", actions: { save } }) } });
  assertEquals((await send(router, "POST /posts")).data, "saved");
  // No scopes is an empty audience, never everybody.
  assertEquals(sent, []);
  assertEquals(logger.logs.map(({ level, message, fields }) => [level, message, fields["error"]]), [
    ["error", "A scopes function failed: nobody was told to refetch", failure],
  ]);
  await router.close();
});

Deno.test("R26 D15 an unknown key is reported when it is first used, and not again", async () => {
  const { igniter, logger } = live();
  const list = igniter.query({ handler: ({ response }) => response.success([]).revalidate("posts.lst") });
  const byId = igniter.query({ path: "/:id", handler: ({ params }) => params.id });
  const router = igniter.router({
    controllers: { posts: igniter.controller({ path: "/posts", actions: { list, byId } }) },
  });
  await send(router, "GET /posts");
  await send(router, "GET /posts");
  await igniter.realtime.revalidate(["posts.list", "posts", "posts.*", "post", "posts.by"]);
  await router.revalidate("posts.byId", { params: { id: "1" } });
  await router.revalidate("posts.*");
  // @ts-expect-error the typed form knows its keys
  await router.revalidate("posts.lst");
  const warned = logger.logs.map((
    { level, message, fields },
  ) => [level, message.includes("Nothing is named"), fields["key"]]);
  assertEquals(warned, [["warn", true, "posts.lst"], ["warn", true, "post"], ["warn", true, "posts.by"]]);
  await router.close();
});

Deno.test("D15 router.publish() takes what the stream's events schema does", async () => {
  const { igniter } = createTestApp();
  const feed = igniter.query({ stream: true, events: z.object({ n: z.number() }), handler: () => null });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { feed } }) } });
  const heard: { n: number }[] = [];
  const listening = listen(router.caller.x.feed.stream(), heard);
  await until(() => router.publish("x.feed", { n: 1 }).then(() => heard.length > 0));
  assertEquals(heard[0], { n: 1 });
  // @ts-expect-error no such stream
  await router.publish("x.fed", { n: 1 });
  await router.close();
  await listening;
});

Deno.test("R20 a client that goes away leaves no listener, no log entry, and ends a generator's cleanup", async () => {
  const { igniter, router, open, logger, cleanups } = chat();
  const count = (): number => (igniter.realtime as Broker).count();
  for (let round = 0; round < 100; round++) {
    const { events } = await open("ada");
    await events.next();
    assertEquals(count(), 1);
    // In the middle of waiting for a message, which is where clients usually go.
    const pending = events.next();
    await events.cancel();
    assertEquals(await pending, undefined);
    assertEquals(count(), 0);
  }
  for (let round = 0; round < 10; round++) {
    const { events } = await open("ada", "/chat/count");
    assertEquals((await events.take(2)).map((frame) => frame?.data), [1, 2]);
    await events.cancel();
  }
  await until(() => cleanups() === 10);
  assertEquals(logger.logs, []);
  await router.close();
});

Deno.test("R20 a stream that was opened and never read, refused after all, or only asked for by HEAD leaves none", async () => {
  const logger = collect();
  const igniter = Igniter.context(() => ({})).logger(logger).create();
  const count = (): number => (igniter.realtime as Broker).count();
  const never = igniter.procedure({
    handler: async (_, { next, response }) => {
      await next();
      return response.forbidden();
    },
  });
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  const feed = igniter.query({ path: "/feed", stream: true, handler: () => "hi" });
  const refused = igniter.query({ path: "/refused", stream: true, use: [never], handler: () => "hi" });
  const bad = igniter.query({ path: "/bad", stream: true, handler: () => cycle });
  const late = igniter.query({
    path: "/late",
    stream: true,
    timeout: 1,
    handler: ({ request: { signal } }) =>
      new Promise((resolve) => signal.addEventListener("abort", () => resolve("too late"))),
  });
  const router = igniter.router({
    controllers: { x: igniter.controller({ path: "/x", actions: { feed, refused, bad, late } }) },
  });
  const get = (path: string, method = "GET") =>
    router.handler(new Request(`http://localhost/api/v1/x${path}`, { method }));

  await (await get("/feed")).body?.cancel();
  assertEquals(count(), 0);
  assertEquals((await get("/refused")).status, 403);
  assertEquals(count(), 0);
  assertEquals((await get("/feed", "HEAD")).status, 200);
  assertEquals(count(), 0);
  assertEquals((await get("/late")).status, 504);
  await until(() => count() === 0);
  await assertRejects(() => Array.fromAsync(router.caller.x.refused.stream()), IgniterError);
  assertEquals(count(), 0);
  // A message that cannot be written ends the stream with an error frame; it must not go on for nobody.
  const events = new Events(await get("/bad"));
  assertEquals((await events.next())?.event, "error");
  assertEquals(await events.next(), undefined);
  assertEquals(count(), 0);
  await router.close();
});

Deno.test("R13 a stream ends when its request is aborted, over HTTP and in process", async () => {
  const { igniter, router, open } = chat();
  const count = (): number => (igniter.realtime as Broker).count();
  const abort = new AbortController();
  const { events } = await open("ada", "/chat/room", { signal: abort.signal });
  await events.next();
  const heard: unknown[] = [];
  const inProcess = listen(router.caller.chat.room.stream({}, { signal: abort.signal }), heard);
  const generated: unknown[] = [];
  const generator = listen(router.caller.chat.count.stream({}, { signal: abort.signal }), generated);
  await until(() => count() === 2 && generated.length === 3);
  abort.abort();
  assertEquals(await events.next(), undefined);
  await Promise.all([inProcess, generator]);
  assertEquals(count(), 0);
  await router.close();
});

Deno.test("R20 router.close() ends open streams: channels, generators, and those in process", async () => {
  const { igniter, router, open, logger, cleanups } = chat();
  const count = (): number => (igniter.realtime as Broker).count();
  const room = await open("ada");
  // Waits for something that never comes; close() must not wait with it.
  const counter = await open("ada", "/chat/count");
  const inProcess = listen(router.caller.chat.room.stream(), []);
  await room.events.next();
  assertEquals((await counter.events.take(3)).map((frame) => frame?.data), [1, 2, 3]);
  await until(() => count() === 2);
  const pending = [room.events.next(), counter.events.next()];
  await router.close();
  assertEquals(await Promise.all(pending), [undefined, undefined]);
  await inProcess;
  assertEquals([count(), cleanups(), logger.logs], [0, 0, []]);
});

Deno.test("R10 a generator that fails midway sends one masked error frame, and the log has the reason", async () => {
  const { igniter, logs } = createTestApp();
  const feed = igniter.query({
    stream: true,
    handler: async function* () {
      yield await Promise.resolve(1);
      throw new Error("secret");
    },
  });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { feed } }) } });
  const events = new Events(await router.handler(new Request("http://localhost/api/v1/x")));
  const [first, second, end] = await events.take(3);
  assertEquals(first, { event: "message", data: 1 });
  const { code, message, id } = second?.data as { code: string; message: string; id: string };
  assertEquals([second?.event, code, message], ["error", "ERR_INTERNAL", "Internal error"]);
  assertEquals(end, undefined);
  assertEquals([logs[0]?.fields["id"], (logs[0]?.fields["error"] as Error).message], [id, "secret"]);
  await router.close();
});

Deno.test("R24 a reader who stops reading cannot make the server remember without bound", async () => {
  const { igniter, router, open, logger } = chat();
  const slow = await open("slow");
  const quick = await open("quick");
  await slow.events.next();
  await quick.events.next();
  for (let n = 0; n < 3000; n++) {
    await igniter.realtime.publish("chat.room", n);
    assertEquals((await quick.events.next())?.data, n);
  }
  const last: (Frame | undefined)[] = [];
  for (let frame = await slow.events.next(); frame !== undefined; frame = await slow.events.next()) last.push(frame);
  // Nothing is lost in silence: what comes last says that there is more than was kept.
  assertEquals(last.at(-1)?.event, "error");
  assertEquals(logger.logs.length, 1);
  await quick.events.cancel();
  await router.close();
});

/**
 * Regressions: each test is one finding of the review of the engine, with its story in a line.
 *
 * @module
 */
import { createIgniterPlugin, Igniter, type Logger, type Span, type Telemetry } from "@igniter-js/core";
import { createFakeClock, createTestApp, type Equal, expectType, type LogEntry, send } from "@igniter-js/core/testing";
import { createMemoryJobsAdapter } from "@igniter-js/core/drivers/memory";
import { assert, assertEquals, assertMatch, assertNotEquals, assertRejects, assertThrows } from "@std/assert";
import { z } from "zod";
import { createRecordingTelemetry } from "../readme/telemetry.ts";

/** A logger that keeps what it is given. */
function collect(): Logger & { readonly logs: LogEntry[] } {
  const logs: LogEntry[] = [];
  const at = (level: LogEntry["level"]) => (message: string, fields = {}) => void logs.push({ level, message, fields });
  return { logs, debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** One turn of the event loop: what had nothing left to wait for has happened. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** What a foreign library gives for a promise. */
function toThenable<T>(value: T): never {
  return { then: (resolve: (value: T) => void) => resolve(value) } as never;
}

/** An object of more fields than its type says. */
function row(): { a: number } {
  return Object.assign({ a: 1 }, { secret: "hash" });
}

/** What the log says of the request that failed. */
function loggedError(logs: readonly LogEntry[]): string {
  return String(logs.findLast(({ message }) => message === "Request failed")?.fields["error"]);
}

/** Jobs with one task, `main.work`, on a fake clock. */
function createJobs() {
  const clock = createFakeClock();
  const adapter = createMemoryJobsAdapter({ clock, autoStartWorker: { concurrency: 1, debug: false } });
  const work = adapter.register({ name: "work", input: z.object({ n: z.number() }), handler: () => {} });
  return { adapter, work, jobs: adapter.merge({ main: adapter.router({ namespace: "main", jobs: { work } }) }) };
}

// --- output

Deno.test("D8 output holds response.json() too: what it does not name never leaves", async () => {
  const { igniter } = createTestApp();
  const output = z.object({ a: z.number() });
  const get = igniter.query({ output, handler: ({ response }) => response.json(row()) });
  const wrong = igniter.query({ path: "/wrong", output, handler: ({ response }) => response.json({ b: 1 } as never) });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { get, wrong } }) } });

  const response = await router.handler(new Request("http://localhost/api/v1/x"));
  assertEquals([response.status, await response.text()], [200, '{"a":1}']);
  assertEquals(await router.caller.x.get.query(), { data: { a: 1 }, error: null });
  const { status, error } = await send(router, "GET /x/wrong");
  assertEquals([status, error?.code], [500, "ERR_INTERNAL"]);
});

Deno.test("D8 output on a stream is refused where it is defined: nothing would hold its messages to it", () => {
  const { igniter } = createTestApp();
  const definition = { output: z.object({ a: z.number() }), stream: true, handler: () => null };
  assertThrows(() => igniter.query(definition as never), TypeError, "output");
});

Deno.test("D8 a generator does not get past output: its answer is a masked 500", async () => {
  const { igniter, logs } = createTestApp();
  async function* leak() {
    yield await Promise.resolve(row());
  }
  const output = z.object({ a: z.number() });
  const get = igniter.query({ output, handler: leak as never });
  const reply = igniter.query({
    path: "/reply",
    output,
    handler: (({ response }: { response: { stream(source: unknown): unknown } }) => response.stream(leak())) as never,
  });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { get, reply } }) } });
  for (const target of ["GET /x", "GET /x/reply"]) {
    const { status, error } = await send(router, target);
    assertEquals([status, error?.code, error?.message], [500, "ERR_INTERNAL", "Internal error"], target);
    assertMatch(loggedError(logs), /x\.(get|reply)/);
  }
  assertEquals((await router.caller.x.get.query()).error?.code, "ERR_INTERNAL");
});

// --- inputs

Deno.test("R2 a query sent whole never costs much more than its bytes, however deep or long its keys", async () => {
  const { igniter } = createTestApp();
  let seen = "";
  const look = igniter.procedure({ handler: (_, { request }) => void (seen = JSON.stringify(request.query)) });
  const get = igniter.query({ use: [look], handler: () => 1 });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { get } }) } });
  const deep = "[1,".repeat(2250) + "1" + "]".repeat(2250);
  const key = "k".repeat(4500);
  const evil = [
    `{"a":${deep}}`,
    `{"a":${"[".repeat(4500)}1${"]".repeat(4500)}}`,
    `{"${key}":[${Array(2200).fill("1")}]}`,
    `{"${key}":{${Array.from({ length: 500 }, (_, i) => `"${i}a":[1,{}]`)}}}`,
    `{"a":${`{"${"k".repeat(95)}":`.repeat(90)}1${"}".repeat(90)}}`,
  ];
  for (const json of evil) {
    seen = "";
    const query = new URLSearchParams({ "~q": `{"json":${json}}` });
    const { status, error } = await send(router, `GET /x?${query}`);
    if (status !== 200) assertEquals([status, error?.code], [400, "ERR_BAD_REQUEST"]);
    const what = `${json.length} bytes of ${json.slice(0, 20)} became ${seen.length}`;
    assert(seen.length < 4 * json.length, what);
  }
  // What a client sends does arrive.
  const given = { q: "x", tag: ["a", 1], filter: { name: "Ada", tags: ["a", "b"] } };
  const query = new URLSearchParams({ "~q": JSON.stringify({ json: given }) });
  assertEquals((await send(router, `GET /x?${query}`)).status, 200);
  assertEquals(JSON.parse(seen), { q: "x", tag: ["a", "1"], filter: '{"name":"Ada","tags":["a","b"]}' });
});

Deno.test("rawBody: true holds in process: request.rawBody are the bytes of what was given", async () => {
  const { igniter } = createTestApp();
  const hook = igniter.mutation({
    rawBody: true,
    handler: ({ request }) => ({ raw: [...request.rawBody ?? []], body: request.body }),
  });
  const { caller } = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { hook } }) } });
  const text = '{"name": "Zoé" }';
  const bytes = new TextEncoder().encode(text);
  const given = new Uint8Array([0, ...bytes, 0]).subarray(1, -1);
  const json = caller.with({ headers: { "content-type": "application/json" } });
  for (const body of [text, bytes, given]) {
    assertEquals((await caller.x.hook.mutate.orThrow({ body })).raw, [...bytes]);
    assertEquals(await json.x.hook.mutate.orThrow({ body }), { raw: [...bytes], body: { name: "Zoé" } });
  }
  assertEquals((await caller.x.hook.mutate.orThrow({ body: text })).body, text);
});

// --- thenables, contexts, procedures

Deno.test("anybody's promise is awaited: of a handler, of a procedure, of a context factory", async () => {
  const igniter = Igniter.context((): { base: string } => toThenable({ base: "context" })).logger(collect()).create();
  const add = igniter.procedure({ handler: (): { added: string } => toThenable({ added: "procedure" }) });
  const guard = igniter.procedure({ handler: (_, { response }) => toThenable(response.forbidden()) });
  const get = igniter.query({
    use: [add],
    handler: ({ context }): string[] => toThenable([context.base, context.added, "handler"]),
  });
  const guarded = igniter.query({ path: "/guarded", use: [guard], handler: () => "open" });
  const failing = igniter.query({
    path: "/failing",
    handler: () => ({ then: (_: unknown, reject: (error: Error) => void) => reject(new Error("no")) }) as never,
  });
  const controller = igniter.controller({ path: "/x", actions: { get, guarded, failing } });
  const router = igniter.router({ controllers: { x: controller } });
  assertEquals((await send(router, "GET /x")).data, ["context", "procedure", "handler"]);
  assertEquals((await router.caller.x.get.query()).data, ["context", "procedure", "handler"]);
  assertEquals((await send(router, "GET /x/guarded")).status, 403);
  assertEquals((await send(router, "GET /x/failing")).error?.code, "ERR_INTERNAL");
});

Deno.test("without a context factory all that a handler receives can be destructured", async () => {
  const logger = collect();
  const plain = Igniter.logger(logger).create();
  const get = plain.query({
    handler: ({ request, response, context, query, params, body, headers, realtime, plugins }) => {
      const { response: again, realtime: live } = context;
      assertEquals([typeof request.url, typeof realtime.publish, typeof headers], ["string", "function", "object"]);
      assertEquals([again === response, live === realtime], [true, true]);
      return response.success({ query, params, body: body ?? null, plugins });
    },
  });
  const step = plain.procedure({
    handler: (_, { request, response, context, realtime, plugins, next }) => {
      void [request, response, context, realtime, next];
      assertEquals(plugins, {});
    },
  });
  const stepped = plain.query({ path: "/stepped", use: [step], handler: () => "passed" });
  const router = plain.router({ controllers: { x: plain.controller({ path: "/x", actions: { get, stepped } }) } });
  assertEquals((await send(router, "GET /x?a=1")).data, { query: { a: "1" }, params: {}, body: null, plugins: {} });
  assertEquals((await send(router, "GET /x/stepped")).data, "passed");

  // Its type named, its factory forgotten: only reading what nobody gave is the mistake.
  const named = Igniter.context<{ database: string }>().logger(logger).create();
  const ok = named.query({ handler: ({ plugins, context }) => [plugins, typeof context.response] });
  const wrong = named.query({ path: "/wrong", handler: ({ context }) => context.database });
  const second = named.router({ controllers: { x: named.controller({ path: "/x", actions: { ok, wrong } }) } });
  assertEquals((await send(second, "GET /x")).data, [{}, "object"]);
  assertEquals((await send(second, "GET /x/wrong")).status, 500);
  assertMatch(loggedError(logger.logs), /no context factory was given/);
});

Deno.test("D3 what is the framework's in a context cannot be taken by a procedure, by next() or by the factory", async () => {
  const { igniter, logs } = createTestApp();
  for (const name of ["response", "realtime", "$plugins"]) {
    const added = { [name]: "mine" } as { mine: string };
    const steps = {
      returned: igniter.procedure({ name: "taker", handler: () => added }),
      promised: igniter.procedure({ name: "taker", handler: () => Promise.resolve(added) }),
      given: igniter.procedure({ name: "taker", handler: (_, { next }) => next(added) }),
    };
    for (const [how, step] of Object.entries(steps)) {
      const get = igniter.query({ use: [step], handler: () => "reached" });
      const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { get } }) } });
      const { status, error } = await send(router, "GET /x");
      assertEquals([status, error?.message], [500, "Internal error"], `${name} ${how}`);
      assert(loggedError(logs).startsWith("TypeError: Cannot "), loggedError(logs));
      assert(loggedError(logs).includes(`"${name}"`), loggedError(logs));
    }
  }

  const logger = collect();
  const factory = Igniter.context(() => ({ response: "mine" }) as {}).logger(logger).create();
  const get = factory.query({ handler: () => "reached" });
  const router = factory.router({ controllers: { x: factory.controller({ path: "/x", actions: { get } }) } });
  assertEquals((await send(router, "GET /x")).status, 500);
  assertMatch(loggedError(logger.logs), /Cannot make the context: .*"response"/);
});

Deno.test("D3 a procedure may replace the logger: a child of it for the request is what everybody wants", async () => {
  const logger = collect();
  const igniter = Igniter.context(() => ({})).logger(logger).create();
  const child = collect();
  const trace = igniter.procedure({ handler: () => ({ logger: child }) });
  const get = igniter.query({ use: [trace], handler: ({ context }) => context.logger.info("from the handler") });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { get } }) } });
  assertEquals((await send(router, "GET /x")).status, 200);
  assertEquals([child.logs.length, logger.logs.length], [1, 0]);
});

// --- life

Deno.test("R1 close() lets afterRequest of a synchronous handler end before the plugins are destroyed", async () => {
  const heard: string[] = [];
  const gate = Promise.withResolvers<void>();
  const plugin = createIgniterPlugin({
    name: "audit",
    hooks: {
      afterRequest: async () => {
        await gate.promise;
        heard.push("after");
      },
      destroy: () => void heard.push("destroy"),
    },
  });
  const igniter = Igniter.context(() => ({})).plugin(plugin).create();
  const get = igniter.query({ handler: () => "sync" });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { get } }) } });
  await router.ready();
  const answer = send(router, "GET /x");
  const closed = router.close();
  await turn();
  assertEquals(heard, []);
  gate.resolve();
  await closed;
  assertEquals(heard, ["after", "destroy"]);
  assertEquals((await answer).data, "sync");
});

Deno.test("R1 close() waits for calls in process", async () => {
  const heard: string[] = [];
  const gate = Promise.withResolvers<void>();
  const started = Promise.withResolvers<void>();
  const plugin = createIgniterPlugin({ name: "db", hooks: { destroy: () => void heard.push("destroy") } });
  const igniter = Igniter.context(() => ({})).plugin(plugin).create();
  const get = igniter.query({
    handler: async () => {
      started.resolve();
      await gate.promise;
      heard.push("handler");
      return "done";
    },
  });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { get } }) } });
  const call = router.caller.x.get.query();
  await started.promise;
  const closed = router.close();
  await turn();
  assertEquals(heard, []);
  gate.resolve();
  await closed;
  assertEquals(heard, ["handler", "destroy"]);
  assertEquals((await call).data, "done");
});

Deno.test("R1 what two routers share ends with the last of them", async () => {
  const heard: string[] = [];
  const { jobs } = createJobs();
  const engine = jobs["~engine"];
  Object.assign(engine, { close: () => Promise.resolve(void heard.push("jobs")) });
  const plugin = createIgniterPlugin({
    name: "db",
    build: () => "connected",
    hooks: { destroy: () => void heard.push("plugin") },
  });
  const telemetry = createRecordingTelemetry();
  const igniter = Igniter.context(() => ({})).plugin(plugin).jobs(jobs).telemetry(telemetry).create();
  const get = igniter.query({ handler: ({ plugins }) => plugins.db });
  const controllers = { x: igniter.controller({ path: "/x", actions: { get } }) };
  const [first, second] = [igniter.router({ controllers }), igniter.router({ controllers, basePath: "/v2" })];
  await Promise.all([first.ready(), second.ready()]);

  await first.close();
  assertEquals([heard, telemetry.closed], [[], false]);
  assertEquals((await send(first, "GET /x")).status, 503);
  assertEquals((await send(second, "GET /x")).data, "connected");
  await first.close();
  assertEquals([heard, telemetry.closed], [[], false]);
  await second.close();
  assertEquals([heard, telemetry.closed], [["plugin", "jobs"], true]);
});

Deno.test("R1 a router that could not be made keeps nothing open", async () => {
  const heard: string[] = [];
  const plugin = createIgniterPlugin({ name: "db", hooks: { destroy: () => void heard.push("destroy") } });
  const igniter = Igniter.context(() => ({})).plugin(plugin).create();
  assertThrows(() => igniter.router({ basePath: "/:tenant", controllers: {} }), TypeError);
  assertThrows(() => igniter.router({ controllers: { x: { actions: { get: 1 } } as never } }), TypeError);
  const router = igniter.router({ controllers: {} });
  await router.ready();
  await router.close();
  assertEquals(heard, ["destroy"]);
});

Deno.test("R1 close() does not wait for a call in process whose caller gave up", async () => {
  const { igniter } = createTestApp();
  const started = Promise.withResolvers<void>();
  const get = igniter.query({
    handler: () => {
      started.resolve();
      return new Promise<never>(() => {});
    },
  });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { get } }) } });
  const caller = new AbortController();
  void router.caller.x.get.query({}, { signal: caller.signal });
  await started.promise;
  const closed = router.close();
  caller.abort();
  await closed;
});

// --- definitions

Deno.test("a timeout that timers cannot count is refused: 2 ** 31 ms would fire at once", () => {
  const { igniter } = createTestApp();
  const handler = () => 1;
  const longest = 2_147_483_647;
  igniter.query({ timeout: longest, handler });
  Igniter.config({ timeout: longest });
  assertThrows(() => igniter.query({ timeout: longest + 1, handler }), TypeError, "timeout");
  assertThrows(() => igniter.mutation({ timeout: longest + 1, handler }), TypeError, "timeout");
  assertThrows(() => Igniter.config({ timeout: longest + 1 }), TypeError, "timeout");
});

Deno.test("D14 jobs named as methods of their namespace are refused at definition", () => {
  for (const name of ["schedule", "enqueue", "bulk"]) {
    const { adapter, work } = createJobs();
    assertThrows(() => adapter.router({ namespace: "main", jobs: { [name]: work } }), TypeError, `"${name}"`);
  }
});

Deno.test("R40 a bad input of a job is the code's mistake that enqueues it, not the client's", async () => {
  const logger = collect();
  const igniter = Igniter.context(() => ({})).logger(logger).jobs(createJobs().jobs).create();
  const post = igniter.mutation({
    handler: async ({ context }) => String(await context.jobs.main.work.enqueue({ n: "1" as never })),
  });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { post } }) } });
  const { status, error } = await send(router, "POST /x");
  assertEquals([status, error?.code, error?.message, error?.data], [500, "ERR_INTERNAL", "Internal error", undefined]);
  assert(loggedError(logger.logs).startsWith("TypeError: Cannot enqueue job "), loggedError(logger.logs));
  await assertRejects(() => igniter.jobs.main.work.enqueue({ n: "1" as never }), TypeError, "work");
});

// --- answers

Deno.test("D1 a procedure's Vary stands beside the framework's own", async () => {
  const { igniter } = createTestApp();
  const cors = igniter.procedure({ handler: (_, { response }) => response.headers.set("vary", "Origin") });
  const get = igniter.query({ use: [cors], handler: () => ({ at: new Date(0) }) });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { get } }) } });
  for (const headers of [{}, { "x-igniter-codec": "1" }]) {
    const vary = (await send(router, "GET /x", { headers })).headers.get("vary") ?? "";
    assertEquals(vary.toLowerCase().split(/, */).sort(), ["origin", "x-igniter-codec"]);
  }
});

Deno.test("D1 a procedure's Cache-Control wins over a stream's default", async () => {
  const { igniter } = createTestApp();
  const cache = igniter.procedure({
    handler: (_, { response }) => response.headers.set("cache-control", "private, no-store"),
  });
  async function* count() {
    yield await Promise.resolve(1);
  }
  const feed = igniter.query({ use: [cache], handler: count });
  const plain = igniter.query({ path: "/plain", handler: count });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { feed, plain } }) } });
  const cacheControl = async (path: string) => {
    const response = await router.handler(new Request(`http://localhost/api/v1${path}`));
    await response.body?.cancel();
    return response.headers.get("cache-control");
  };
  assertEquals(await cacheControl("/x"), "private, no-store");
  assertEquals(await cacheControl("/x/plain"), "no-cache, no-transform");
});

Deno.test("D1 one cookie leaves once: a Response's own Set-Cookie wins over a procedure's", async () => {
  const { igniter } = createTestApp();
  const track = igniter.procedure({
    handler: (_, { request }) => {
      request.cookies.set("s", "procedure", { path: "/" });
      request.cookies.set("other", "procedure", { path: "/" });
      request.cookies.set("narrow", "procedure", { path: "/narrow" });
    },
  });
  const get = igniter.query({
    use: [track],
    handler: () =>
      new Response("raw", { headers: [["set-cookie", "s=answer; Path=/"], ["set-cookie", "narrow=answer; Path=/"]] }),
  });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { get } }) } });
  const { headers } = await send(router, "GET /x");
  const pairs = headers.getSetCookie().map((cookie) => cookie.split(";")[0]).sort();
  assertEquals(pairs, ["narrow=answer", "narrow=procedure", "other=procedure", "s=answer"]);
});

Deno.test("redirect() percent-encodes what a header cannot carry, and nothing twice", async () => {
  const { igniter } = createTestApp();
  const get = igniter.query({ handler: ({ response, query }) => response.redirect(String(query["to"])) });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { get } }) } });
  const targets: Record<string, string> = {
    "/日本?x=é": "/%E6%97%A5%E6%9C%AC?x=%C3%A9",
    "/a%20b?c=%25#d": "/a%20b?c=%25#d",
    "https://example.com/é": "https://example.com/%C3%A9",
    "../up": "../up",
  };
  for (const [to, location] of Object.entries(targets)) {
    const { status, headers } = await send(router, `GET /x?${new URLSearchParams({ to })}`);
    assertEquals([status, headers.get("location")], [302, location]);
  }
});

Deno.test("a redirecting Response is no data and no error to a caller in process", async () => {
  const { igniter } = createTestApp();
  const location = "https://example.com/";
  const get = igniter.query({ handler: () => new Response(null, { status: 302, headers: { location } }) });
  const made = igniter.query({ path: "/made", handler: () => Response.redirect(location, 307) });
  const { caller } = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { get, made } }) } });
  assertEquals(await caller.x.get.query(), { data: null, error: null });
  assertEquals(await caller.x.made.query(), { data: null, error: null });
});

Deno.test("what cannot become text is thrown, and answered 500 all the same", async () => {
  for (const development of [true, false]) {
    const igniter = Igniter.context(() => ({})).config({ development }).logger(collect()).create();
    const things = [Object.create(null), { toString: () => ({}) }, Symbol("s"), null, undefined];
    const get = igniter.query({ path: "/async/:n", handler: ({ params }) => Promise.reject(things[Number(params.n)]) });
    const now = igniter.query({
      path: "/sync/:n",
      handler: ({ params }): string => {
        throw things[Number(params.n)];
      },
    });
    const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { get, now } }) } });
    for (const n of things.keys()) {
      for (const how of ["async", "sync"]) {
        const { status, error } = await send(router, `GET /x/${how}/${n}`);
        assertEquals([status, error?.code, typeof error?.message], [500, "ERR_INTERNAL", "string"], `${how} ${n}`);
      }
      assertEquals((await router.caller.x.get.query({ params: { n: String(n) } })).error?.code, "ERR_INTERNAL");
    }
  }
});

Deno.test("telemetry that fails costs no answer, and the log says so", async () => {
  const fail = (): never => {
    throw new Error("the collector is gone");
  };
  const quiet: Span = { setName() {}, setAttributes() {}, recordError() {} };
  const withSpan = (span: Partial<Span>): Telemetry["span"] => (_name, _options, work) => work({ ...quiet, ...span });
  const spans: Record<string, Telemetry["span"]> = {
    span: fail,
    setName: withSpan({ setName: fail }),
    setAttributes: withSpan({ setAttributes: fail }),
    recordError: withSpan({ recordError: fail }),
    "span, with a promise": () => Promise.reject(new Error("the collector is gone")) as never,
    "span, after its work": (_name, _options, work) => {
      work(quiet);
      return fail();
    },
  };
  for (const [what, span] of Object.entries(spans)) {
    const logger = collect();
    let runs = 0;
    const igniter = Igniter.context(() => ({})).logger(logger).telemetry({ span, inject() {} }).create();
    const get = igniter.query({ handler: () => ++runs });
    const bad = igniter.query({ path: "/bad", handler: ({ response }) => response.status(503).success(1) });
    const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { get, bad } }) } });
    const { status, data } = await send(router, "GET /x");
    assertEquals([status, data, runs], [200, 1, 1], what);
    assertEquals((await send(router, "GET /x/bad")).status, 503, what);
    assertEquals([await router.caller.x.get.query(), runs], [{ data: 2, error: null }, 2], what);
    assertEquals((await send(router, "GET /nowhere")).status, 404, what);
    const told = logger.logs.filter(({ fields }) => String(fields["error"]).includes("the collector is gone"));
    assertNotEquals(told.length, 0, what);
  }
});

Deno.test("telemetry that starts the work late has it run once all the same", async () => {
  const quiet: Span = { setName() {}, setAttributes() {}, recordError() {} };
  const span = ((_name, _options, work) => Promise.resolve().then(() => work(quiet)) as never) as Telemetry["span"];
  const igniter = Igniter.context(() => ({})).telemetry({ span, inject() {} }).create();
  let runs = 0;
  const post = igniter.mutation({ handler: () => ++runs });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { post } }) } });
  assertEquals((await send(router, "POST /x")).data, 1);
  assertEquals((await router.caller.x.post.mutate()).data, 2);
  await turn();
  assertEquals(runs, 2);
});

// --- addresses

Deno.test("RPC keys and base paths may be written in any alphabet: on the wire they are percent-encoded", async () => {
  const { igniter } = createTestApp();
  const get = igniter.query({ path: "/é/:id?", handler: ({ params }) => params.id ?? "none" });
  const controllers = { größe: igniter.controller({ path: "/größe", actions: { get } }) };
  for (const basePath of ["/api/v1", "/日本"]) {
    const router = igniter.router({ basePath, controllers });
    assertEquals((await send(router, "GET /_/rpc/gr%C3%B6%C3%9Fe.get")).data, "none");
    assertEquals((await send(router, "GET /_/rpc/größe.get?~id=ü")).data, "ü");
    assertEquals((await send(router, "GET /gr%C3%B6%C3%9Fe/%C3%A9")).data, "none");
    assertEquals((await send(router, "GET /größe/é/%C3%BC")).data, "ü");
    assertEquals((await router.caller.größe.get.query({ params: { id: "ü" } })).data, "ü");
    assertEquals((await send(router, "GET /_/rpc/%")).error?.code !== undefined, true);
  }
});

Deno.test("static segments match as they were sent, so a proxy's rule for /admin sees every way to it", async () => {
  const { igniter } = createTestApp();
  const at = <const P extends string>(path: P) => igniter.query({ path, handler: ({ request }) => request.path });
  const byName = igniter.query({ path: "/people/:name", handler: ({ params }) => params.name });
  const rest = igniter.query({ path: "/rest/*", handler: ({ params }) => params["*"] });
  const actions = { admin: at("/admin"), users: at("/admin/:id"), coffee: at("/café"), byName, rest };
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/", actions }) } });
  const status = async (path: string) => (await send(router, `GET ${path}`)).status;
  assertEquals([await status("/admin"), await status("/admin/7")], [200, 200]);
  for (const path of ["/%61dmin", "/admi%6E", "/admi%6e", "/%61dmin/7", "/%61dmin/"]) {
    assertEquals(await status(path), 404);
  }
  assertEquals([await status("/caf%C3%A9"), await status("/café")], [200, 200]);
  assertEquals((await send(router, "GET /people/%61da%2Fb")).data, "ada/b");
  assertEquals((await send(router, "GET /rest/%61/b%20c")).data, "a/b c");
});

Deno.test("unknown keys of revalidations are told of once each, and of no more than 1,000: they may be made of input", async () => {
  const { igniter, logs } = createTestApp();
  const get = igniter.query({ handler: () => 1 });
  igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { get } }) } });
  for (let i = 0; i < 2000; i++) await igniter.realtime.revalidate(`unknown.${i}`);
  const warnings = logs.filter(({ level }) => level === "warn").length;
  assert(warnings >= 1 && warnings <= 1000, `${warnings} warnings`);
});

// --- types

type CodeOf<C extends (...args: never[]) => Promise<{ error: { code: string } | null }>> = NonNullable<
  Awaited<ReturnType<C>>["error"]
>["code"];

Deno.test("R70 the error union names what the framework itself answers", async () => {
  const { igniter } = createTestApp();
  const get = igniter.query({ handler: () => 1 });
  const post = igniter.mutation({ path: "/post", handler: () => 1 });
  const { caller } = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { get, post } }) } });
  type Always = "ERR_BAD_REQUEST" | "ERR_INTERNAL" | "ERR_UNAVAILABLE" | "ERR_TIMEOUT";
  type Body = "ERR_BODY_PARSE" | "ERR_BODY_TOO_LARGE" | "ERR_UNSUPPORTED_MEDIA_TYPE";
  expectType<Equal<CodeOf<typeof caller.x.get.query>, Always>>();
  expectType<Equal<CodeOf<typeof caller.x.post.mutate>, Always | Body>>();
  const { error } = await caller.x.get.query({ headers: { "x-name": "line\nbreak" } } as never);
  assertEquals(error?.code === "ERR_BAD_REQUEST", true);
});

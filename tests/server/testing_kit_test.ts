import { Igniter } from "@igniter-js/core";
import * as kit from "@igniter-js/core/testing";
import {
  createFakeClock,
  createTestApp,
  type Equal,
  expectType,
  type FakeClock,
  type FakeClockOptions,
  type LogEntry,
  send,
  type SendOptions,
  type Sent,
  type TestApp,
  testCaller,
  type TestCallerOptions,
  type TestFeatures,
  type TestSetup,
} from "@igniter-js/core/testing";
import {
  assert,
  assertEquals,
  assertNotStrictEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { z } from "zod";

Deno.test("the kit has these names and no others", () => {
  assertEquals(Object.keys(kit).sort(), ["createFakeClock", "createTestApp", "expectType", "send", "testCaller"]);
});

Deno.test("createTestApp() gives each request a copy of the context", async () => {
  const context = { list: [1] };
  const { igniter } = createTestApp(context);
  const seen: unknown[] = [];
  const get = igniter.query({
    handler: ({ context }) => {
      expectType<Equal<typeof context.list, number[]>>();
      seen.push(context);
      return context.list;
    },
  });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { get } }) } });
  assertEquals((await send(router, "GET /x")).data, [1]);
  assertEquals((await router.caller.x.get.query()).data, [1]);
  assertNotStrictEquals(seen[0], seen[1]);
  assertEquals(Object.keys(context), ["list"]);
  await router.close();
});

Deno.test("createTestApp() needs no context, and says so when it is given an instance", async () => {
  class Services {
    readonly db = 1;
  }
  for (const [app, status] of [[createTestApp(), 200], [createTestApp(new Services()), 500]] as const) {
    const get = app.igniter.query({ handler: () => "fine" });
    const router = app.igniter.router({ controllers: { x: app.igniter.controller({ path: "/x", actions: { get } }) } });
    assertEquals((await send(router, "GET /x")).status, status);
    const said = app.logs.map(({ fields }) => (fields["error"] as Error).message.includes("no plain object"));
    assertEquals(said, status === 200 ? [] : [true]);
    await router.close();
  }
});

Deno.test("createTestApp() collects what the framework and handlers log, fields of children included", async () => {
  const { igniter, logs } = createTestApp();
  const get = igniter.query({
    handler: ({ context: { logger } }) => {
      logger.debug("one");
      const child = logger.child?.({ job: 1 });
      child?.info("two", { n: 2 });
      child?.child?.({ step: 3 }).warn("three", { job: 4 });
      igniter.logger.error("four");
      throw new Error("secret");
    },
  });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { get } }) } });
  await send(router, "GET /x");
  const entries: readonly LogEntry[] = logs;
  assertEquals(entries.slice(0, 4), [
    { level: "debug", message: "one", fields: {} },
    { level: "info", message: "two", fields: { job: 1, n: 2 } },
    { level: "warn", message: "three", fields: { job: 4, step: 3 } },
    { level: "error", message: "four", fields: {} },
  ]);
  assertEquals([logs[4]?.level, logs[4]?.message, logs.length], ["error", "Request failed", 5]);
  await router.close();
});

Deno.test("createTestApp()'s store lives on its clock, in handlers as well", async () => {
  const { igniter, store, clock } = createTestApp();
  const save = igniter.mutation({ handler: ({ context }) => context.store.set("key", "value", { ttl: 60 }) });
  const load = igniter.query({ handler: ({ context }) => context.store.get("key") });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { save, load } }) } });
  assertStrictEquals(igniter.store, store);
  await send(router, "POST /x");
  assertEquals((await send(router, "GET /x")).data, "value");
  await clock.advance(60_000);
  assertEquals((await send(router, "GET /x")).data, null);
  await router.close();
});

Deno.test("two applications under test share nothing", async () => {
  const [one, two] = [createTestApp(), createTestApp()];
  await one.store.set("key", 1);
  one.igniter.logger.info("one");
  await one.clock.advance(1000);
  assertEquals([await two.store.get("key"), two.logs, two.clock.now()], [undefined, [], 0]);
});

/** A router that tells what reached it. */
function echo(basePath: string) {
  const { igniter } = createTestApp();
  const tell = igniter.mutation({
    path: "/tell",
    handler: async ({ body, request }) => ({
      type: request.headers.get("content-type"),
      tag: request.headers.get("x-tag"),
      body: body instanceof Blob ? await body.text() : body === undefined ? "nothing" : body,
    }),
  });
  const list = igniter.query({
    path: "/list",
    query: z.object({ page: z.number() }),
    handler: ({ query, response }) => response.setHeader("x-page", String(query.page)).success(query.page),
  });
  const raw = igniter.query({ path: "/raw", handler: () => new Response("no tea", { status: 418 }) });
  const text = igniter.query({ path: "/text", handler: ({ response }) => response.text("tea") });
  const none = igniter.query({ path: "/none", handler: ({ response }) => response.noContent() });
  return igniter.router({
    basePath,
    controllers: { x: igniter.controller({ path: "/x", actions: { tell, list, raw, text, none } }) },
  });
}

Deno.test("send() goes below the base path, wherever that is, and reads the envelope", async () => {
  for (const basePath of ["/", "/api/v1", "/deep/er/"]) {
    const router = echo(basePath);
    const sent: Sent = await send(router, "GET /x/list?page=2");
    const { status, headers, data, error } = sent;
    assertEquals([status, headers.get("x-page"), data, error], [200, "2", 2, null]);
    const refused = await send(router, "GET /x/list?page=two");
    assertEquals([refused.status, refused.data, refused.error?.code], [400, null, "ERR_VALIDATION"]);
    assertEquals((await send(router, "GET /nowhere")).status, 404);
    await router.close();
  }
});

Deno.test("send() sends forms, bytes and text as they are, and everything else as JSON", async () => {
  const router = echo("/");
  const form = new FormData();
  form.set("a", "1");
  const stream = new Blob(["streamed"]).stream();
  const cases: readonly (readonly [SendOptions["body"], unknown, string | null])[] = [
    [{ a: [1] }, { a: [1] }, "application/json"],
    [0, 0, "application/json"],
    [false, false, "application/json"],
    [null, null, "application/json"],
    ["text", "text", "text/plain;charset=UTF-8"],
    [new URLSearchParams({ a: "1" }), { a: "1" }, "application/x-www-form-urlencoded;charset=UTF-8"],
    [new Blob(["blob"], { type: "image/png" }), "blob", "image/png"],
    [new TextEncoder().encode("bytes"), "bytes", null],
    [stream, "streamed", null],
    [undefined, "nothing", null],
  ];
  for (const [body, arrived, type] of cases) {
    const { data } = await send(router, "POST /x/tell", { body, headers: { "x-tag": "t" } });
    assertEquals(data, { type, tag: "t", body: arrived });
  }
  const multipart = (await send(router, "POST /x/tell", { body: form })).data as { type: string; body: unknown };
  assert(multipart.type.startsWith("multipart/form-data; boundary="));
  assertEquals(multipart.body, { a: "1" });
  const own = await send(router, "POST /x/tell", { body: { a: 1 }, headers: { "content-type": "application/x+json" } });
  assertEquals(own.data, { type: "application/x+json", tag: null, body: { a: 1 } });
  await router.close();
});

Deno.test("send() reads answers without an envelope, and none at all", async () => {
  const router = echo("/");
  assertEquals((await send(router, "GET /x/text")).data, "tea");
  const raw = await send(router, "GET /x/raw");
  assertEquals([raw.status, raw.error?.code], [418, "ERR_BAD_RESPONSE"]);
  const none = await send(router, "GET /x/none");
  assertEquals([none.status, none.data, none.error], [204, null, null]);
  const head = await send(router, "HEAD /x/list?page=3");
  assertEquals([head.status, head.headers.get("x-page"), head.data], [200, "3", null]);
  const options = await send(router, "OPTIONS /x/list");
  assertEquals([options.status, options.headers.get("allow")], [204, "GET, HEAD, OPTIONS"]);
  await router.close();
});

Deno.test("send() refuses a target that is not of the form 'GET /path'", async () => {
  const router = echo("/");
  for (const target of ["/x", "GET", "GET x", "get /x", "GET  /x", ""]) {
    const error = await assertRejects(() => send(router, target), TypeError);
    assertEquals(error.message, `Cannot send "${target}": it is not of the form "GET /path"`);
  }
  await router.close();
});

/** A router whose context counts how often it is made. */
function guarded() {
  const made = { count: 0 };
  const igniter = Igniter.context((): { db: { name: string } } => {
    made.count++;
    return { db: { name: "production" } };
  }).create();
  const auth = igniter.procedure({
    handler: (_, { request, response }) => {
      const user = request.headers.get("x-user");
      return user === null ? response.unauthorized() : { user };
    },
  });
  const who = igniter.query({
    use: [auth],
    query: z.object({ n: z.number() }),
    handler: ({ context, query }) => {
      Object.assign(context, { leaked: true });
      return [context.db.name, context.user, query.n];
    },
  });
  const feed = igniter.query({
    path: "/feed",
    stream: true,
    handler: async function* ({ context }) {
      yield await Promise.resolve(context.db.name);
    },
  });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { who, feed } }) } });
  return { router, made };
}

Deno.test("testCaller() gives the context in place of the factory's, and keeps procedures and validation", async () => {
  const { router, made } = guarded();
  const context = Object.freeze({ db: { name: "test" } });
  const options: TestCallerOptions<{ db: { name: string } }> = { context, headers: { "x-user": "ada" } };
  const caller = testCaller(router, options);
  const { data } = await caller.x.who.query({ query: { n: 1 } });
  expectType<Equal<typeof data, (string | number)[] | null>>();
  assertEquals(data, ["test", "ada", 1]);
  assertEquals((await caller.x.who.query({ query: { n: "one" as never } })).error?.code, "ERR_VALIDATION");
  assertEquals(
    (await testCaller(router, { context }).x.who.query({ query: { n: 1 } })).error?.code,
    "ERR_UNAUTHORIZED",
  );
  assertEquals(await Array.fromAsync(caller.x.feed.stream()), ["test"]);
  assertEquals(
    (await caller.with({ headers: { "x-user": "eve" } }).x.who.query.orThrow({ query: { n: 2 } }))[1],
    "eve",
  );
  assertEquals(made.count, 0);
  await router.close();
});

Deno.test("testCaller() leaves the router's own caller and requests as they were", async () => {
  const { router, made } = guarded();
  testCaller(router, { context: { db: { name: "test" } } });
  const own = router.caller.with({ request: new Request("http://x", { headers: { "x-user": "ada" } }) });
  assertEquals(await own.x.who.query.orThrow({ query: { n: 1 } }), ["production", "ada", 1]);
  assertEquals((await send(router, "GET /x?n=1", { headers: { "x-user": "ada" } })).data, ["production", "ada", 1]);
  assertEquals(made.count, 2);
  await router.close();
});

Deno.test("testCaller() refuses another context's type, and what is no router", async () => {
  const { router } = guarded();
  // @ts-expect-error the context has a db with a name
  testCaller(router, { context: { db: { title: "test" } } });
  assertThrows(() => testCaller({} as never, { context: {} }), TypeError, "the value is no router");
  await router.close();
});

Deno.test("createFakeClock() stands still until it is moved", async () => {
  const options: FakeClockOptions = { now: 5 };
  const clock: FakeClock = createFakeClock(options);
  const at: number[] = [];
  clock.schedule(() => at.push(clock.now()), 10);
  const cancel = clock.schedule(() => at.push(-1), 10);
  cancel();
  await clock.advance(9);
  assertEquals([at, clock.pending], [[], 1]);
  await clock.advance(1);
  assertEquals([at, clock.pending, clock.now()], [[15], 0, 15]);
});

Deno.test("Equal tells any, unknown, never, optional and readonly members apart", () => {
  expectType<Equal<{ a: 1 }, { a: 1 }>>();
  expectType<Equal<1 | 2, 2 | 1>>();
  // deno-lint-ignore no-explicit-any -- what Equal must not take for anything else
  type Any = any;
  // @ts-expect-error any is not unknown
  expectType<Equal<Any, unknown>>();
  // @ts-expect-error any is not a string
  expectType<Equal<Any, string>>();
  // @ts-expect-error never is not a string
  expectType<Equal<never, string>>();
  // @ts-expect-error one of them may be left out
  expectType<Equal<{ a: 1 }, { a?: 1 }>>();
  // @ts-expect-error one of them is read-only
  expectType<Equal<{ a: 1 }, { readonly a: 1 }>>();
  // @ts-expect-error a type that is not known to be true proves nothing
  expectType<boolean>();
  assertEquals(expectType<true>(), undefined);
});

Deno.test("the types of an application under test can be written by hand", async () => {
  const use = async ({ igniter, logs, store, clock }: TestApp<{ name: string }>): Promise<number> => {
    const features: TestFeatures = igniter;
    features.logger.info("hello");
    await store.set("a", 1);
    const hello = igniter.query({ handler: ({ context }) => context.name });
    const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { hello } }) } });
    assertEquals(await router.caller.x.hello.query.orThrow(), "Ada");
    await router.close();
    return logs.length + clock.now();
  };
  expectType<Equal<TestSetup<{ name: string }>["context"], { name: string }>>();
  assertEquals(await use(createTestApp({ name: "Ada" })), 1);
});

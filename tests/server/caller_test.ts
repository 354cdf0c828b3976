import { createIgniterPlugin, Igniter, IgniterError } from "@igniter-js/core";
import { createTestApp, type Equal, expectType, send } from "@igniter-js/core/testing";
import { assert, assertEquals, assertMatch, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { z } from "zod";

/** What a call, a request or an RPC request came to; ids of errors differ by nature. */
interface Came {
  readonly data: unknown;
  readonly error:
    | { readonly code: string; readonly message: string; readonly data?: unknown; readonly id?: string }
    | null;
}

function withoutId({ data, error }: Came): unknown {
  if (error === null) return { data, error };
  const { id: _, ...rest } = error;
  return { data, error: rest };
}

/** A form's fields have no prototype in the handler; over HTTP nobody could tell. */
function toPlain(body: unknown): unknown {
  if (body === undefined) return "nothing";
  return typeof body === "object" && Object.getPrototypeOf(body) !== Object.prototype ? { ...body } : body;
}

/** One router with an action of each kind. */
function shop() {
  const { igniter, logs } = createTestApp({ owner: "Ada" });
  const stop = igniter.procedure({
    handler: ({ code }: { code: "no" | "maybe" }, { request, response }) => {
      if (request.query["stop"] === code) return response.forbidden(`Stopped by ${code}`, { code });
      return { passed: code };
    },
  });
  const list = z.object({
    page: z.number().int().default(1),
    tag: z.array(z.string()).optional(),
    open: z.boolean().optional(),
    stop: z.string().optional(),
  });
  const router = igniter.router({
    controllers: {
      items: igniter.controller({
        path: "/items",
        actions: {
          list: igniter.query({
            use: [stop({ code: "no" })],
            query: list,
            handler: ({ query, context }) => ({ ...query, owner: context.owner, passed: context.passed }),
          }),
          byId: igniter.query({ path: "/by/:id", handler: ({ params, request }) => [params.id, request.params.id] }),
          byNumber: igniter.query({
            path: "/number/:n",
            params: z.object({ n: z.number() }),
            handler: ({ params }) => params.n,
          }),
          loose: igniter.query({ path: "/loose", handler: ({ query }) => ({ ...query }) }),
          add: igniter.mutation({
            path: "/add",
            body: z.object({ name: z.string().min(2), count: z.number().default(1) }).strict(),
            handler: ({ body, response }) => response.created(body),
          }),
          any: igniter.mutation({ path: "/any", method: "PUT", handler: ({ body }) => ({ body: toPlain(body) }) }),
          upload: igniter.mutation({
            path: "/upload",
            method: "PATCH",
            body: z.object({
              title: z.string(),
              tags: z.array(z.string()),
              size: z.number(),
              file: z.instanceof(File),
            }),
            handler: async ({ body: { file, ...body } }) => ({ ...body, name: file.name, text: await file.text() }),
          }),
          declared: igniter.query({
            path: "/declared",
            errors: { ERR_SOLD_OUT: { status: 410, message: "Sold out", data: z.object({ left: z.number() }) } },
            handler: (): string => {
              throw new IgniterError("ERR_SOLD_OUT", { data: { left: 0, secret: 1 } });
            },
          }),
          throws: igniter.query({
            path: "/throws",
            handler: (): string => {
              throw new Error("secret");
            },
          }),
          fails: igniter.query({
            path: "/fails",
            handler: ({ response }) => response.conflict("Taken", { by: "Eve" }),
          }),
          misfit: igniter.query({
            path: "/misfit",
            output: z.object({ n: z.number() }),
            handler: () => ({ n: "one" as never }),
          }),
          stripped: igniter.query({
            path: "/stripped",
            output: z.object({ n: z.number() }),
            handler: () => ({ n: 1, password: "hunter2" }),
          }),
          slow: igniter.query({
            path: "/slow",
            timeout: 1,
            handler: ({ request: { signal } }) =>
              new Promise<string>((resolve) => signal.addEventListener("abort", () => resolve("too late"))),
          }),
          nothing: igniter.query({ path: "/nothing", handler: () => {} }),
          noContent: igniter.mutation({
            path: "/none",
            method: "DELETE",
            handler: ({ response }) => response.noContent(),
          }),
          moved: igniter.mutation({ path: "/moved", handler: ({ response }) => response.status(403).success("odd") }),
          json: igniter.query({ path: "/json", handler: ({ response }) => response.json({ bare: true }) }),
          text: igniter.query({ path: "/text", handler: ({ response }) => response.text("plain") }),
          html: igniter.query({ path: "/html", handler: ({ response }) => response.html("<p>hi</p>") }),
          raw: igniter.query({ path: "/raw", handler: () => Response.json({ data: { raw: 1 }, error: null }) }),
          rawText: igniter.query({ path: "/raw-text", handler: () => new Response("tea") }),
          rawError: igniter.query({ path: "/raw-error", handler: () => new Response("no tea", { status: 418 }) }),
          thrownReply: igniter.query({
            path: "/thrown-reply",
            handler: ({ response }): string => {
              throw response.notFound("Gone");
            },
          }),
        },
      }),
    },
  });
  return { router, logs };
}

Deno.test("R14 HTTP, RPC and the caller give equal { data, error } for the same input", async (t) => {
  const { router } = shop();
  const caller = router.caller as unknown as Record<
    string,
    Record<string, Record<"query" | "mutate", (input: object) => Promise<Came>>>
  >;
  interface Case {
    readonly http: string;
    readonly rpc: string;
    readonly input?: { readonly query?: object; readonly params?: object; readonly body?: unknown };
    readonly code?: string;
  }
  const form = () => {
    const data = new FormData();
    data.append("title", "é & b");
    data.append("tags", "a");
    data.append("size", "3");
    data.append("file", new File(["abc"], "a.txt", { type: "text/plain" }));
    return data;
  };
  const cases: readonly Case[] = [
    { http: "GET /items", rpc: "items.list" },
    {
      http: "GET /items?page=2&tag=a&open=false",
      rpc: "items.list?page=2&tag=a&open=false",
      input: { query: { page: 2, tag: ["a"], open: false } },
    },
    { http: "GET /items?page=x", rpc: "items.list?page=x", input: { query: { page: "x" } }, code: "ERR_VALIDATION" },
    {
      http: "GET /items?page=1.5",
      rpc: "items.list?page=1.5",
      input: { query: { page: 1.5 } },
      code: "ERR_VALIDATION",
    },
    {
      http: "GET /items?stop=no&page=x",
      rpc: "items.list?stop=no&page=x",
      input: { query: { stop: "no", page: "x" } },
      code: "ERR_FORBIDDEN",
    },
    { http: "GET /items/by/a%2Fb%3Fc", rpc: "items.byId?~id=a%2Fb%3Fc", input: { params: { id: "a/b?c" } } },
    { http: "GET /items/number/7", rpc: "items.byNumber?~n=7", input: { params: { n: 7 } } },
    {
      http: "GET /items/number/seven",
      rpc: "items.byNumber?~n=seven",
      input: { params: { n: "seven" } },
      code: "ERR_VALIDATION",
    },
    { http: "GET /items/loose?a=1&b=x&b=y", rpc: "items.loose?a=1&b=x&b=y", input: { query: { a: 1, b: ["x", "y"] } } },
    { http: "POST /items/add", rpc: "items.add", input: { body: { name: "Tea" } } },
    { http: "POST /items/add", rpc: "items.add", input: { body: { name: "T", more: 1 } }, code: "ERR_VALIDATION" },
    { http: "POST /items/add", rpc: "items.add", input: { body: "a word" }, code: "ERR_VALIDATION" },
    { http: "POST /items/add", rpc: "items.add", code: "ERR_VALIDATION" },
    { http: "PUT /items/any", rpc: "items.any", input: { body: { a: [0, false, "", null] } } },
    { http: "PUT /items/any", rpc: "items.any", input: { body: 0 } },
    { http: "PUT /items/any", rpc: "items.any" },
    { http: "PUT /items/any", rpc: "items.any", input: { body: new URLSearchParams("a=1&b=x&b=y") } },
    { http: "PATCH /items/upload", rpc: "items.upload", input: { body: form() } },
    { http: "PATCH /items/upload", rpc: "items.upload", input: { body: new FormData() }, code: "ERR_VALIDATION" },
    { http: "GET /items/declared", rpc: "items.declared", code: "ERR_SOLD_OUT" },
    { http: "GET /items/throws", rpc: "items.throws", code: "ERR_INTERNAL" },
    { http: "GET /items/fails", rpc: "items.fails", code: "ERR_CONFLICT" },
    { http: "GET /items/misfit", rpc: "items.misfit", code: "ERR_INTERNAL" },
    { http: "GET /items/stripped", rpc: "items.stripped" },
    { http: "GET /items/slow", rpc: "items.slow", code: "ERR_TIMEOUT" },
    { http: "GET /items/nothing", rpc: "items.nothing" },
    { http: "DELETE /items/none", rpc: "items.noContent" },
    { http: "POST /items/moved", rpc: "items.moved" },
    { http: "GET /items/json", rpc: "items.json" },
    { http: "GET /items/text", rpc: "items.text" },
    { http: "GET /items/html", rpc: "items.html" },
    { http: "GET /items/raw", rpc: "items.raw" },
    { http: "GET /items/raw-text", rpc: "items.rawText" },
    { http: "GET /items/raw-error", rpc: "items.rawError", code: "ERR_BAD_RESPONSE" },
    { http: "GET /items/thrown-reply", rpc: "items.thrownReply", code: "ERR_NOT_FOUND" },
  ];
  for (const { http, rpc, input = {}, code } of cases) {
    const [, action = ""] = (rpc.split("?")[0] ?? "").split(".");
    const given = input.body === undefined ? "" : ` ${input.body?.constructor.name} ${JSON.stringify(input.body)}`;
    await t.step(`${http}${given}`, async () => {
      const kind = http.startsWith("GET") ? "query" : "mutate";
      // A string is JSON here, as the caller's value is; `send` would send it as text.
      const json = typeof input.body === "string";
      const sent = {
        ...(input.body === undefined ? {} : { body: json ? JSON.stringify(input.body) : input.body }),
        ...(json ? { headers: { "content-type": "application/json" } } : {}),
      };
      const called = await caller["items"]?.[action]?.[kind](input) as Came;
      const viaHttp = await send(router, http, sent);
      const viaRpc = await send(router, `${kind === "query" ? "GET" : "POST"} /_/rpc/${rpc}`, sent);
      assertEquals(called.error?.code, code);
      assertEquals(withoutId(called), withoutId(viaHttp as Came));
      assertEquals(withoutId(called), withoutId(viaRpc as Came));
    });
  }
  await router.close();
});

Deno.test("R10 the caller masks unknown errors as HTTP does, under the id that is in the log", async () => {
  const { router, logs } = shop();
  const { error } = await router.caller.items.throws.query();
  assertEquals(error?.message, "Internal error");
  assertEquals(logs[0]?.fields["id"], error?.id);
  assertEquals((logs[0]?.fields["error"] as Error).message, "secret");
  await router.close();
});

Deno.test("R10 a declared error whose own schema fails is a masked 500, over HTTP and in process", async () => {
  const { igniter, logs } = createTestApp();
  const data = z.object({}).transform((): object => {
    throw new Error("secret");
  });
  const get = igniter.query({
    errors: { ERR_ODD: { data } },
    handler: () => Promise.reject(new IgniterError("ERR_ODD", { data: {} })),
  });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { get } }) } });
  const { status, error } = await send(router, "GET /x");
  assertEquals([status, error?.code, error?.message], [500, "ERR_INTERNAL", "Internal error"]);
  assertEquals((await router.caller.x.get.query()).error?.code, "ERR_INTERNAL");
  assertEquals(logs.map(({ message }) => message), ["Request failed", "Request failed"]);
  await router.close();
});

Deno.test("orThrow() gives the data, or throws an IgniterError with the failure's code, status and data", async () => {
  const { router } = shop();
  assertEquals(await router.caller.items.byNumber.query.orThrow({ params: { n: 7 } }), 7);
  const cases: readonly (readonly [() => Promise<unknown>, string, number, unknown])[] = [
    [() => router.caller.items.fails.query.orThrow(), "ERR_CONFLICT", 409, { by: "Eve" }],
    [() => router.caller.items.declared.query.orThrow(), "ERR_SOLD_OUT", 410, { left: 0 }],
    [() => router.caller.items.throws.query.orThrow(), "ERR_INTERNAL", 500, undefined],
    [() => router.caller.items.slow.query.orThrow(), "ERR_TIMEOUT", 504, undefined],
    [() => router.caller.items.rawError.query.orThrow(), "ERR_BAD_RESPONSE", 418, undefined],
  ];
  for (const [call, code, status, data] of cases) {
    const error = await assertRejects(call, IgniterError);
    assertEquals([error.code, error.status, error.data], [code, status, data]);
  }
  await router.close();
});

Deno.test("an action that passes a caller's error on answers with it", async () => {
  const { router } = shop();
  const { igniter } = createTestApp();
  const proxy = igniter.query({ handler: () => router.caller.items.fails.query.orThrow() });
  const outer = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { proxy } }) } });
  const { status, error } = await send(outer, "GET /x");
  assertEquals([status, error?.code, error?.data], [409, "ERR_CONFLICT", { by: "Eve" }]);
  await Promise.all([router.close(), outer.close()]);
});

Deno.test("R70 a call's data and errors have the action's types, and its input is checked", async () => {
  const { router } = shop();
  const { caller } = router;
  const added = await caller.items.add.mutate({ body: { name: "Tea" } });
  expectType<Equal<typeof added.data, { name: string; count: number } | null>>();
  const listed = await caller.items.list.query();
  const { error } = listed;
  if (error?.code === "ERR_FORBIDDEN") expectType<Equal<typeof error.data, { code: "no" | "maybe" }>>();
  // @ts-expect-error a word is no page
  assertEquals((await caller.items.list.query({ query: { page: "two" } })).error?.code, "ERR_VALIDATION");
  // @ts-expect-error a mutation is not queried
  assertEquals(caller.items.add.query, undefined);
  // @ts-expect-error no such action
  assertEquals(caller.items.nope, undefined);
  await router.close();
});

Deno.test("R14 a parameter's value stays in that one parameter", async () => {
  const { router } = shop();
  for (const id of ["../boom?x", "a/b", "%2e%2e", "?stop=1#x", "..", ".", " ", "é", "a\\b", "{}", "__proto__"]) {
    assertEquals((await router.caller.items.byId.query({ params: { id } })).data, [id, id]);
  }
  await router.close();
});

Deno.test("R14 a path parameter that is missing or empty is refused before anything runs", async () => {
  let ran = false;
  const { igniter } = createTestApp();
  const mark = igniter.procedure({ handler: () => void (ran = true) });
  const get = igniter.query({ path: "/:id/:part?", use: [mark], handler: ({ params }) => [params.id, params.part] });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { get } }) } });
  for (const params of [{ id: "" }, { id: undefined as never }, { id: null as never }, {} as never]) {
    const { error } = await router.caller.x.get.query({ params });
    assertEquals([error?.code, error?.message], ["ERR_BAD_REQUEST", 'The path parameter "id" is missing']);
  }
  assertEquals(ran, false);
  assertEquals((await router.caller.x.get.query({ params: { id: "1" } })).data, ["1", undefined]);
  assertEquals((await router.caller.x.get.query({ params: { id: "1", part: "2" } })).data, ["1", "2"]);
  await router.close();
});

Deno.test("a value that HTTP could not carry is refused, not thrown", async () => {
  const { igniter } = createTestApp();
  const get = igniter.query({ path: "/:id", handler: ({ params }) => params.id });
  const headed = igniter.query({ headers: z.object({ "x-a": z.string() }), handler: ({ headers }) => headers["x-a"] });
  const router = igniter.router({
    controllers: { x: igniter.controller({ path: "/x", actions: { get, headed } }) },
  });
  const half = await router.caller.x.get.query({ params: { id: "\ud800" } });
  assertEquals(half.error?.code, "ERR_BAD_REQUEST");
  const broken = await router.caller.x.headed.query({ headers: { "x-a": "a\r\nx-admin: 1" } });
  assertEquals(broken.error?.code, "ERR_BAD_REQUEST");
  const cycle: Record<string, unknown> = {};
  cycle["cycle"] = cycle;
  assertEquals(
    (await router.caller.x.get.query({ params: { id: "1" }, query: cycle } as never)).error?.code,
    "ERR_BAD_REQUEST",
  );
  await router.close();
});

Deno.test("R14 __proto__ in an input pollutes nothing", async () => {
  const { router } = shop();
  const body = JSON.parse('{"__proto__":{"admin":true}}');
  const { data } = await router.caller.items.any.mutate({ body } as never);
  await router.caller.items.loose.query({ query: JSON.parse('{"__proto__":"x"}') } as never);
  assertEquals(({} as Record<string, unknown>)["admin"], undefined);
  const echoed = (data as { body: Record<string, unknown> }).body;
  assertEquals(echoed["admin"], undefined);
  await router.close();
});

/** A router that tells what it sees of a request. */
function mirror() {
  const { igniter } = createTestApp();
  const look = igniter.query({
    handler: ({ request }) => ({
      source: request.headers.get("x-igniter-source"),
      user: request.headers.get("x-user"),
      other: request.headers.get("x-other"),
      session: request.cookies.get("session"),
      type: request.headers.get("content-type"),
      host: request.headers.get("host"),
      method: request.method,
      path: request.path,
    }),
  });
  return igniter.router({ controllers: { mirror: igniter.controller({ path: "/mirror", actions: { look } }) } });
}

Deno.test("D2 a call's request says x-igniter-source: caller, whatever it was given", async () => {
  const router = mirror();
  const { data } = await router.caller.mirror.look.query();
  assertEquals([data?.source, data?.method, data?.path], ["caller", "GET", "/api/v1/mirror"]);
  const forged = router.caller.with({ headers: { "x-igniter-source": "job" } });
  assertEquals((await forged.mirror.look.query()).data?.source, "caller");
  await router.close();
});

Deno.test("with({ request }) passes headers and cookies on, but not what describes that request's body", async () => {
  const router = mirror();
  const request = new Request("https://example.com/other?x=1", {
    method: "POST",
    body: "{}",
    headers: { "x-user": "7", cookie: "session=a%20b", "content-type": "application/json", host: "example.com" },
  });
  const { data } = await router.caller.with({ request }).mirror.look.query();
  assertEquals([data?.user, data?.session, data?.type, data?.host], ["7", "a b", null, null]);
  assertEquals((await router.caller.mirror.look.query()).data?.user, null);
  await router.close();
});

Deno.test("with() adds to what an earlier with() said, and changes no other caller", async () => {
  const router = mirror();
  const request = new Request("http://x/", { headers: { "x-user": "7", "x-other": "a" } });
  const one = router.caller.with({ request });
  const two = one.with({ headers: { "x-other": "b" } });
  const three = two.with({ headers: [["x-user", "8"]] });
  const seen = async (caller: typeof one) => {
    const { data } = await caller.mirror.look.query();
    return [data?.user, data?.other];
  };
  assertEquals(await seen(three), ["8", "b"]);
  assertEquals(await seen(two), ["7", "b"]);
  assertEquals(await seen(one), ["7", "a"]);
  assertEquals(await seen(router.caller), [null, null]);
  assertThrows(() => router.caller.with({ headers: { "x-user": "a\nb" } }), TypeError);
  await router.close();
});

Deno.test("a call's own headers win over the caller's, and those left undefined are not sent", async () => {
  const { igniter } = createTestApp();
  const get = igniter.query({
    headers: z.object({ "x-n": z.number(), "x-tag": z.string().optional() }),
    handler: ({ headers, request }) => [headers["x-n"], request.headers.get("x-tag")],
  });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { get } }) } });
  const caller = router.caller.with({ headers: { "x-n": "1" } });
  const headers = { "x-n": 2, "x-tag": undefined as never };
  assertEquals((await caller.x.get.query({ headers })).data, [2, null]);
  assertEquals((await router.caller.x.get.query({ headers: {} as never })).error?.code, "ERR_VALIDATION");
  await router.close();
});

Deno.test("R13 a call's signal, and the forwarded request's, abort the handler", async () => {
  const { igniter } = createTestApp();
  const started = { resolve: () => {} };
  const wait = igniter.query({
    handler: ({ request: { signal } }) => {
      started.resolve();
      return new Promise<string>((resolve) => signal.addEventListener("abort", () => resolve(`${signal.reason}`)));
    },
  });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { wait } }) } });
  const outer = new AbortController();
  const request = new Request("http://x/", { signal: outer.signal });
  const aborting: readonly ((own: AbortController) => void)[] = [(own) => own.abort("own"), () => outer.abort("outer")];
  for (const abort of aborting) {
    const own = new AbortController();
    const running = new Promise<void>((resolve) => started.resolve = resolve);
    const answer = router.caller.with({ request }).x.wait.query({}, { signal: own.signal });
    await running;
    abort(own);
    assertMatch(String((await answer).data), /own|outer/);
  }
  await router.close();
});

Deno.test("R7 noContent() through the caller is { data: null, error: null }", async () => {
  const { router } = shop();
  assertEquals(await router.caller.items.noContent.mutate(), { data: null, error: null });
  assertEquals(await router.caller.items.noContent.mutate.orThrow(), null);
  await router.close();
});

Deno.test("R37 rich values reach the handler and come back as they are, not as copies", async () => {
  class Money {
    readonly cents = 5n;
  }
  const seen: unknown[] = [];
  const { igniter } = createTestApp();
  const echo = igniter.mutation({
    handler: ({ body }) => {
      seen.push(body);
      return body;
    },
  });
  const checked = igniter.mutation({
    path: "/checked",
    body: z.object({ at: z.date(), n: z.bigint(), tags: z.set(z.string()), bytes: z.instanceof(Uint8Array) }),
    handler: ({ body }) => body,
  });
  const failing = igniter.query({
    path: "/failing",
    handler: ({ response }) => response.conflict("Taken", { since: new Date(5), ids: new Set([1n]) }),
  });
  const router = igniter.router({
    controllers: { x: igniter.controller({ path: "/x", actions: { echo, checked, failing } }) },
  });
  const body = { at: new Date(5), map: new Map([[1, new Set([2n])]]), money: new Money(), none: undefined, nan: NaN };
  const { data } = await router.caller.x.echo.mutate({ body } as never);
  assertStrictEquals(seen[0], body);
  assertStrictEquals(data, body);
  const rich = { at: new Date(5), n: 1n, tags: new Set(["a"]), bytes: new Uint8Array([1]) };
  const valid = await router.caller.x.checked.mutate({ body: rich });
  assertEquals(valid.data, rich);
  assertStrictEquals(valid.data?.bytes, rich.bytes);
  const failed = await router.caller.x.failing.query();
  assertEquals(failed.error?.data, { since: new Date(5), ids: new Set([1n]) });
  await router.close();
});

Deno.test("R37 a given query is validated as given, its rich values included", async () => {
  const { igniter } = createTestApp();
  const get = igniter.query({
    query: z.object({ since: z.date(), page: z.number().optional(), word: z.string().optional() }),
    handler: ({ query }) => query,
  });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { get } }) } });
  const since = new Date(5);
  assertEquals((await router.caller.x.get.query({ query: { since, page: 2, word: "7" } })).data, {
    since,
    page: 2,
    word: "7",
  });
  // What was given has its types already; it is not coerced into others.
  const { error } = await router.caller.x.get.query({ query: { since: "1970-01-01", page: "2" } as never });
  assertEquals(error?.code, "ERR_VALIDATION");
  await router.close();
});

Deno.test("D6 procedures see the given query and parameters as the raw strings of a URL", async () => {
  const { igniter } = createTestApp();
  const seen: unknown[] = [];
  const look = igniter.procedure({
    handler: (_, { request: { query, params, body, url } }) => {
      seen.push({ ...query }, { ...params }, body, new URL(url).pathname + new URL(url).search);
    },
  });
  const get = igniter.mutation({
    path: "/:n",
    use: [look],
    params: z.object({ n: z.number() }),
    query: z.object({ page: z.number(), tags: z.array(z.number()), at: z.date() }),
    body: z.object({ a: z.number() }),
    handler: ({ params, query, body }) => ({ params, query, body }),
  });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { get } }) } });
  const input = { params: { n: 7 }, query: { page: 2, tags: [1, 2], at: new Date(0) }, body: { a: 1 } };
  assertEquals((await router.caller.x.get.mutate(input)).data, input);
  const at = "1970-01-01T00:00:00.000Z";
  assertEquals(seen, [
    { page: "2", tags: ["1", "2"], at },
    { n: "7" },
    undefined,
    `/api/v1/x/7?page=2&tags=1&tags=2&at=${encodeURIComponent(at)}`,
  ]);
  await router.close();
});

Deno.test("R9 what procedures add to the head and set as cookies is harmless in process", async () => {
  const { igniter } = createTestApp();
  const head = igniter.procedure({
    handler: (_, { request, response }) => {
      response.headers.set("x-a", "1");
      request.cookies.set("seen", "1");
    },
  });
  const get = igniter.query({ use: [head], handler: ({ response }) => response.setCookie("a", "b").success(1) });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { get } }) } });
  assertEquals(await router.caller.x.get.query(), { data: 1, error: null });
  await router.close();
});

Deno.test("a raw Response is read for the caller: an envelope, JSON, text, bytes, nothing", async () => {
  const { igniter } = createTestApp();
  const answers: Record<string, () => Response> = {
    envelope: () => Response.json({ data: null, error: { code: "ERR_TEA", message: "No tea" } }, { status: 418 }),
    json: () => Response.json([1, 2]),
    text: () => new Response("tea"),
    bytes: () => new Response(new Uint8Array([1, 2])),
    none: () => new Response(null, { status: 204 }),
  };
  const get = igniter.query({
    path: "/:what",
    handler: ({ params }): Response => (answers[params.what] as () => Response)(),
  });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { get } }) } });
  const call = async (what: string) => (await router.caller.x.get.query({ params: { what } })) as Came;
  assertEquals(await call("envelope"), { data: null, error: { code: "ERR_TEA", message: "No tea" } });
  assertEquals((await call("json")).data, [1, 2]);
  assertEquals((await call("text")).data, "tea");
  assertEquals((await call("none")).data, null);
  const { data } = await call("bytes");
  assert(data instanceof Blob);
  assertEquals(await data.bytes(), new Uint8Array([1, 2]));
  await router.close();
});

Deno.test("a file is a Blob to the caller, however it was given", async () => {
  const { igniter } = createTestApp();
  const contents: Record<string, () => Blob | Uint8Array | ReadableStream<Uint8Array>> = {
    blob: () => new Blob(["abc"]),
    bytes: () => new TextEncoder().encode("abc"),
    stream: () => new Blob(["abc"]).stream(),
  };
  const get = igniter.query({
    path: "/:how",
    handler: ({ params, response }) => response.file(contents[params.how]?.() ?? new Blob(), { type: "text/csv" }),
  });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { get } }) } });
  for (const how of Object.keys(contents)) {
    const { data } = await router.caller.x.get.query({ params: { how } });
    assert(data instanceof Blob, how);
    assertEquals(await data.text(), "abc");
  }
  await router.close();
});

Deno.test("FormData and File bodies arrive as over HTTP: strings coerced, files as they are", async () => {
  const { router } = shop();
  const form = new FormData();
  form.append("title", "a");
  form.append("tags", "x");
  form.append("tags", "y");
  form.append("size", "3");
  form.append("file", new File(["abc"], "é.txt"));
  const { data } = await router.caller.items.upload.mutate({ body: form as never });
  assertEquals(data, { title: "a", tags: ["x", "y"], size: 3, name: "é.txt", text: "abc" });
  await router.close();
});

Deno.test("a generator's messages come through caller.stream(), and leaving the loop ends it", async () => {
  const { igniter } = createTestApp();
  let ended = 0;
  const count = igniter.query({
    stream: true,
    query: z.object({ from: z.number() }),
    handler: async function* ({ query }) {
      try {
        for (let n = query.from;; n++) yield await Promise.resolve({ n });
      } finally {
        ended++;
      }
    },
  });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { count } }) } });
  const seen: number[] = [];
  for await (const message of router.caller.x.count.stream({ query: { from: 5 } })) {
    expectType<Equal<typeof message, { n: number }>>();
    seen.push(message.n);
    if (seen.length === 3) break;
  }
  assertEquals([seen, ended], [[5, 6, 7], 1]);
  await router.close();
});

Deno.test("a generator's failure reaches the loop of caller.stream() as itself", async () => {
  const { igniter } = createTestApp();
  const failure = new RangeError("worn out");
  const get = igniter.query({
    stream: true,
    handler: async function* () {
      yield await Promise.resolve(1);
      throw failure;
    },
  });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { get } }) } });
  const seen: unknown[] = [];
  const error = await assertRejects(async () => {
    for await (const message of router.caller.x.get.stream()) seen.push(message);
  });
  assertStrictEquals(error, failure);
  assertEquals(seen, [1]);
  await router.close();
});

Deno.test("R22 a refused stream throws the refusal, its code and status with it", async () => {
  const { igniter } = createTestApp();
  const deny = igniter.procedure({ handler: (_, { response }) => response.unauthorized("Sign in", { to: "/login" }) });
  const feed = igniter.query({ stream: true, use: [deny], handler: () => ({ hello: true }) });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { feed } }) } });
  const error = await assertRejects(() => Array.fromAsync(router.caller.x.feed.stream()), IgniterError);
  assertEquals([error.code, error.status, error.data], ["ERR_UNAUTHORIZED", 401, { to: "/login" }]);
  await router.close();
});

Deno.test("R1 the caller waits for plugins that are still starting", async () => {
  const gate = Promise.withResolvers<string>();
  const plugin = createIgniterPlugin({ name: "slow", build: () => gate.promise });
  const igniter = Igniter.context(() => ({})).plugin(plugin).create();
  const get = igniter.query({ handler: ({ plugins }) => plugins.slow });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { get } }) } });
  const answer = router.caller.x.get.query();
  gate.resolve("built");
  assertEquals((await answer).data, "built");
  await router.close();
});

Deno.test("D14 a controller may not be called what the caller's own method is", () => {
  const { igniter } = createTestApp();
  const get = igniter.query({ handler: () => 1 });
  const controller = igniter.controller({ path: "/x", actions: { get } });
  assertThrows(() => igniter.router({ controllers: { with: controller } }), TypeError, '"with"');
});

Deno.test("a caller may be awaited and inspected", async () => {
  const { router } = shop();
  assertStrictEquals(await router.caller, router.caller);
  assertEquals(JSON.stringify(router.caller.items), JSON.stringify(router.caller.items));
  assert(Deno.inspect(router.caller).includes("items"));
  await router.close();
});

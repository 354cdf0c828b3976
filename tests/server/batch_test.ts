/** Batches: several calls in one request, which run and fail as if each had come alone. */

import { type Config, createIgniterPlugin, Igniter, IgniterError, type Telemetry } from "@igniter-js/core";
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { z } from "zod";
import { readEnvelope } from "../../server/contract/result.ts";
import { until } from "./_hosts.ts";

const ADDRESS = "http://localhost/api/v1/_/batch";

/** A shop, what was noted of it, and a function that sends a batch. */
function createShop(config: Config = {}) {
  const notes: string[] = [];
  const spans: { name: string }[] = [];
  const telemetry: Telemetry = {
    span: (name, _options, work) => {
      const span = { name };
      spans.push(span);
      return work({ setName: (later) => void (span.name = later), setAttributes() {}, recordError() {} });
    },
    inject() {},
  };
  const audit = createIgniterPlugin({
    name: "audit",
    hooks: {
      afterRequest: (_context, request, response) => {
        notes.push(`${request.method} ${new URL(request.url).pathname} ${response.status}`);
        response.headers.set("x-audited", "yes");
      },
    },
  });
  const igniter = Igniter.context((request) => ({ user: request.headers.get("authorization") })).config(config)
    .telemetry(telemetry).plugin(audit).create();
  const auth = igniter.procedure({
    handler: (_options, { context, response }) => {
      if (context.user === null) return response.unauthorized("Who are you?");
    },
  });
  const json = (text: string, status = 200) =>
    new Response(text, { status, headers: { "content-type": "application/json" } });
  const items = igniter.controller({
    path: "/items",
    actions: {
      byId: igniter.query({
        path: "/:id",
        query: z.object({ page: z.number().default(1) }),
        handler: ({ params, query }) => ({ id: params.id, page: query.page }),
      }),
      me: igniter.query({ path: "/me", use: [auth], handler: ({ context }) => context.user }),
      add: igniter.mutation({
        body: z.object({ name: z.string(), at: z.date().optional() }),
        handler: ({ body, response }) => response.created(body).setCookie("last", body.name).setHeader("x-own", "1"),
      }),
      remove: igniter.mutation({ path: "/:id", method: "DELETE", handler: ({ params }) => `removed ${params.id}` }),
      upload: igniter.mutation({
        path: "/upload",
        bodyLimit: 10,
        rawBody: true,
        handler: ({ request }) => request.rawBody?.length,
      }),
      cookies: igniter.query({
        path: "/cookies",
        handler: ({ request }) => {
          request.cookies.set("seen", "1");
          return request.cookies.get("session");
        },
      }),
      rich: igniter.query({ path: "/rich", handler: () => ({ at: new Date(0), n: 5n }) }),
      slow: igniter.query({
        path: "/slow",
        handler: ({ request }) =>
          new Promise<string>((resolve) => {
            request.signal.addEventListener("abort", () => resolve("aborted"));
            notes.push("slow runs");
          }),
      }),
      limited: igniter.query({
        path: "/limited",
        timeout: 1,
        handler: ({ request }) =>
          new Promise<string>((resolve) => request.signal.addEventListener("abort", () => resolve("late"))),
      }),
      throws: igniter.query({
        path: "/throws",
        handler: () => {
          throw new Error("secret");
        },
      }),
      conflict: igniter.query({
        path: "/conflict",
        handler: () => {
          throw new IgniterError("ERR_CONFLICT", { message: "Taken", data: { name: "ada" } });
        },
      }),
      nothing: igniter.mutation({ path: "/nothing", handler: ({ response }) => response.noContent() }),
      elsewhere: igniter.query({ path: "/elsewhere", handler: ({ response }) => response.redirect("/x") }),
      raw: igniter.query({ path: "/raw", handler: () => json('{"mine":1.50}', 202) }),
      liar: igniter.query({ path: "/liar", handler: () => json('1},{"status":200,"body":2') }),
      page: igniter.query({
        path: "/page",
        handler: () => new Response("<p>", { headers: { "content-type": "text/html" } }),
      }),
      counting: igniter.query({
        path: "/counting",
        handler: async function* () {
          try {
            yield await Promise.resolve(1);
          } finally {
            notes.push("counting ended");
          }
        },
      }),
      live: igniter.query({
        path: "/live",
        stream: true,
        handler: ({ response }) => {
          notes.push("live ran");
          return response.success("open");
        },
      }),
      seen: igniter.query({
        path: "/seen",
        handler: ({ request }) => [...request.headers].map(([name, value]) => `${name}: ${value}`),
      }),
    },
  });
  const router = igniter.router({ controllers: { items } });
  const send = (calls: unknown, init: RequestInit = {}): Promise<Response> =>
    Promise.resolve(router.handler(
      new Request(ADDRESS, {
        method: "POST",
        ...init,
        headers: { "content-type": "application/json", ...init.headers as Record<string, string> },
        body: typeof calls === "string" ? calls : JSON.stringify(calls),
      }),
    ));
  return { router, send, notes, spans };
}

type Answers = readonly {
  readonly status: number;
  readonly body: { readonly data: unknown; readonly error: { readonly code: string; readonly message: string } | null };
}[];

async function answersOf(response: Response | Promise<Response>): Promise<Answers> {
  const given = await response;
  assertEquals([given.status, given.headers.get("content-type")], [200, "application/json"]);
  return await given.json();
}

const get = (key: string, query?: string) => ({ key, method: "GET", ...(query === undefined ? {} : { query }) });
const post = (key: string, body?: unknown, more: object = {}) => ({
  key,
  method: "POST",
  ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  ...more,
});

Deno.test("R36 a batch answers each of its calls as their RPC addresses do, in order", async () => {
  const { router, send } = createShop();
  const calls = [
    get("items.byId", "~id=a%2Fb&page=3"),
    post("items.add", { name: "ada" }),
    get("items.byId", "~id=7&page=x"),
    post("items.remove", undefined, { query: "~id=9" }),
    get("items.conflict"),
    get("items.me"),
    get("items.byId"),
    post("items.byId", {}),
    get("items.add"),
  ];
  const answers = await answersOf(send(calls));
  assertEquals(answers.map(({ status }) => status), [200, 201, 400, 200, 409, 401, 400, 405, 405]);
  for (const [index, { key, method, query, body }] of (calls as readonly Record<string, string>[]).entries()) {
    const single = await router.handler(
      new Request(`http://localhost/api/v1/_/rpc/${key}?${query ?? ""}`, {
        method: method!,
        headers: { "content-type": "application/json" },
        ...(body === undefined ? {} : { body }),
      }),
    );
    assertEquals(answers[index], { status: single.status, body: await single.json() }, key);
  }
  assertEquals(answers[0]?.body.data, { id: "a/b", page: 3 });
});

Deno.test("R36 a batch of none answers an empty list", async () => {
  assertEquals(await answersOf(createShop().send([])), []);
});

Deno.test("R10 a call that throws is masked and leaves the others alone", async () => {
  const answers = await answersOf(createShop({ logLevel: "silent" }).send([get("items.throws"), get("items.raw")]));
  assertEquals(answers.map(({ status }) => status), [500, 202]);
  assertEquals(answers[0]?.body.error?.message, "Internal error");
  assertEquals(answers[1]?.body as unknown, { mine: 1.5 });
});

Deno.test("R37 a batch gives rich values to who asks for them", async () => {
  const { send } = createShop();
  const at = { json: { name: "ada", at: "1970-01-01T00:00:00.000Z" }, meta: [["date", "at"]] };
  const calls = [get("items.rich"), post("items.add", at, { type: "application/vnd.igniter+json" })];
  const rich = await answersOf(send(calls, { headers: { "x-igniter-codec": "1" } }));
  assertEquals(await readEnvelope(rich[0]?.body), { data: { at: new Date(0), n: 5n }, error: null });
  assertEquals(await readEnvelope(rich[1]?.body), { data: { name: "ada", at: new Date(0) }, error: null });
  const plain = await answersOf(send(calls));
  assertEquals(plain[0]?.body, { data: { at: "1970-01-01T00:00:00.000Z", n: "5" }, error: null });
});

Deno.test("a batch's calls share its headers, and none of those that were about the batch itself", async () => {
  const headers = {
    "authorization": "Ada",
    "cookie": "session=s1",
    "x-tenant": "t1",
    "accept-encoding": "gzip",
    "if-none-match": '"x"',
    "range": "bytes=0-1",
  };
  const answers = await answersOf(
    createShop().send([get("items.me"), get("items.cookies"), get("items.seen")], { headers }),
  );
  assertEquals(answers.map(({ body }) => body.data), [
    "Ada",
    "s1",
    ["authorization: Ada", "cookie: session=s1", "x-tenant: t1"],
  ]);
});

Deno.test("R9 cookies that a batch's calls set are set by its answer, and no other header of theirs leaves", async () => {
  const response = await createShop().send([post("items.add", { name: "ada" }), get("items.cookies"), get("items.me")]);
  assertEquals(response.headers.getSetCookie().map((text) => text.split(";")[0]), ["last=ada", "seen=1"]);
  assertEquals(response.headers.get("x-own"), null);
  await response.body?.cancel();
});

Deno.test("a batch's calls have the hooks and the spans of single calls, and so has the batch", async () => {
  const { send, notes, spans } = createShop();
  const response = await send([get("items.byId", "~id=1"), get("items.me")]);
  assertEquals(notes.toSorted(), [
    "GET /api/v1/_/rpc/items.byId 200",
    "GET /api/v1/_/rpc/items.me 401",
    "POST /api/v1/_/batch 200",
  ]);
  assertEquals(spans.map(({ name }) => name).toSorted(), ["GET /api/v1/items/:id", "GET /api/v1/items/me", "POST"]);
  assertEquals(response.headers.get("x-audited"), "yes");
  await response.body?.cancel();
});

Deno.test("a call without content is null, and nobody follows a redirect", async () => {
  const answers = await answersOf(createShop().send([post("items.nothing"), get("items.elsewhere")]));
  assertEquals(answers as unknown, [{ status: 204, body: null }, { status: 302, body: null }]);
});

Deno.test("streams, and answers that are not JSON, are refused call by call", async () => {
  const { send, notes } = createShop();
  const calls = ["items.live", "items.counting", "items.page", "items.liar", "items.byId"].map((key) =>
    get(key, "~id=1")
  );
  const answers = await answersOf(send(calls));
  assertEquals(answers.map(({ status }) => status), [400, 400, 400, 400, 200]);
  assertEquals(answers[0]?.body.error?.message, "A stream cannot be part of a batch");
  for (const { body } of answers.slice(1, 4)) assertStringIncludes(body.error?.message ?? "", "not JSON");
  assertEquals(notes.filter((note) => note.startsWith("live")), []);
});

Deno.test("a batch cannot hold a batch, nor reach what is no action", async () => {
  const { send } = createShop();
  const keys = [
    "_/batch",
    "../batch",
    "..",
    ".",
    "",
    "items",
    "items.*",
    "items.nope",
    "__proto__",
    "\ud800",
    "toString",
  ];
  const answers = await answersOf(createShop().send(keys.map((key) => post(key, []))));
  for (const { status, body } of answers) assertEquals([status, body.error?.code], [404, "ERR_NOT_FOUND"]);
  assertEquals(await answersOf(send([get("items.byId", "~id=1#&page=2")])), [
    { status: 200, body: { data: { id: "1#", page: 2 }, error: null } },
  ]);
});

const MALFORMED: Record<string, unknown> = {
  "null": null,
  "a number": 1,
  "a list": [get("items.byId")],
  "a text": "items.byId",
  "nothing in it": {},
  "no method": { key: "items.byId" },
  "another method": { key: "items.remove", method: "DELETE" },
  "a method in lower case": { key: "items.byId", method: "get" },
  "a key that is no text": { key: ["items.byId"], method: "GET" },
  "a query that is no text": { key: "items.byId", method: "GET", query: { "~id": "1" } },
  "a null query": { key: "items.byId", method: "GET", query: null },
  "a body that is no text": { key: "items.add", method: "POST", body: { name: "x" } },
  "a GET with a body": { key: "items.byId", method: "GET", body: "" },
  "headers": { key: "items.me", method: "GET", headers: { authorization: "root" } },
  "a type that is no header": { key: "items.add", method: "POST", body: "{}", type: "text/plain\r\nx-evil: 1" },
  "a type beyond ASCII": { key: "items.add", method: "POST", body: "{}", type: "é" },
};
for (const [name, call] of Object.entries(MALFORMED)) {
  Deno.test(`a call is refused, and only it, that is or has ${name}`, async () => {
    const answers = await answersOf(createShop().send([call, get("items.byId", "~id=1")]));
    assertEquals(answers.map(({ status }) => status), [400, 200]);
    assertEquals(answers[0]?.body.error?.code, "ERR_BAD_REQUEST");
    assertStringIncludes(answers[0]?.body.error?.message ?? "", "The call cannot be read");
  });
}

Deno.test("R14 a batch pollutes nothing", async () => {
  const { send } = createShop();
  const calls = '[{"__proto__":{"key":"items.me","method":"GET","polluted":1}},{"key":"items.me","method":"GET",' +
    '"constructor":{"prototype":{"polluted":1}}},{"key":"items.add","method":"POST","body":"{\\"name\\":\\"x\\",' +
    '\\"__proto__\\":{\\"polluted\\":1}}"}]';
  const answers = await answersOf(send(calls));
  assertEquals(answers.map(({ status }) => status), [400, 400, 201]);
  assertEquals(({} as Record<string, unknown>)["polluted"], undefined);
});

Deno.test("R5 a batch that cannot be read is refused as a whole, before anything runs", async () => {
  const { send, notes } = createShop({ bodyLimit: 500 });
  const cases: readonly (readonly [calls: unknown, code: string, status: number])[] = [
    ["", "ERR_BODY_PARSE", 400],
    ["[", "ERR_BODY_PARSE", 400],
    ["{}", "ERR_BAD_REQUEST", 400],
    ['"x"', "ERR_BAD_REQUEST", 400],
    ["null", "ERR_BAD_REQUEST", 400],
    [Array(21).fill(0), "ERR_BAD_REQUEST", 400],
    [[post("items.add", { name: "x".repeat(500) })], "ERR_BODY_TOO_LARGE", 413],
  ];
  for (const [calls, code, status] of cases) {
    const response = await send(calls);
    const { data, error } = await response.json();
    assertEquals([response.status, data, error.code], [status, null, code]);
  }
  assertEquals(notes.filter((note) => note.includes("rpc")), []);
});

Deno.test("R5 an action's own bodyLimit holds in a batch", async () => {
  const calls = ["1234567890", "12345678901"].map((body) => ({ key: "items.upload", method: "POST", body }));
  const answers = await answersOf(createShop().send(calls));
  assertEquals(answers.map(({ status, body }) => [status, body.data ?? body.error?.code]), [
    [200, 10],
    [413, "ERR_BODY_TOO_LARGE"],
  ]);
});

Deno.test("another site cannot send a batch as a simple request", async () => {
  const { send, notes } = createShop();
  for (
    const type of ["text/plain", "multipart/form-data", "application/x-www-form-urlencoded", "application/jsonp", ""]
  ) {
    const response = await send([post("items.add", { name: "x" })], { headers: { "content-type": type } });
    assertEquals([response.status, (await response.json()).error.code], [415, "ERR_UNSUPPORTED_MEDIA_TYPE"]);
  }
  assertEquals(notes.filter((note) => note.includes("rpc")), []);
  const headers = { "content-type": "Application/JSON; charset=utf-8", "sec-fetch-site": "cross-site" };
  const answers = await answersOf(send([post("items.remove", undefined, { query: "~id=1" })], { headers }));
  assertEquals(answers[0]?.status, 200, "the browser has asked first");
});

Deno.test("D10 batchLimit bounds a batch, and 0 turns batches off", async () => {
  const call = get("items.byId", "~id=1");
  assertEquals((await createShop({ batchLimit: 1 }).send([call, call])).status, 400);
  assertEquals((await answersOf(createShop({ batchLimit: 1 }).send([call]))).length, 1);
  assertEquals((await answersOf(createShop({ batchLimit: 30 }).send(Array(30).fill(call)))).length, 30);
  const off = await createShop({ batchLimit: 0 }).send([call]);
  assertEquals([off.status, (await off.json()).error.code], [404, "ERR_NOT_FOUND"]);
  for (const batchLimit of [-1, NaN, Infinity]) {
    assertThrows(() => Igniter.config({ batchLimit }), TypeError, `batchLimit ${batchLimit}`);
  }
});

Deno.test("R4 a batch is posted: other methods answer 405 with Allow, OPTIONS says so", async () => {
  const { router } = createShop();
  for (const [method, status] of [["GET", 405], ["PUT", 405], ["HEAD", 405], ["OPTIONS", 204]] as const) {
    const response = await router.handler(new Request(ADDRESS, { method }));
    assertEquals([response.status, response.headers.get("allow")], [status, "POST, OPTIONS"]);
    await response.body?.cancel();
  }
});

Deno.test("R13 a client that goes away ends its batch's calls", async () => {
  const { send, notes } = createShop();
  const away = new AbortController();
  const answering = answersOf(send([get("items.slow"), get("items.byId", "~id=1")], { signal: away.signal }));
  await until(() => notes.includes("slow runs"));
  away.abort();
  assertEquals((await answering).map(({ body }) => body.data), ["aborted", { id: "1", page: 1 }]);
});

Deno.test("R13 each of a batch's calls has its own time", async () => {
  const answers = await answersOf(createShop().send([get("items.limited"), get("items.byId", "~id=1")]));
  assertEquals(answers.map(({ status }) => status), [504, 200]);
});

Deno.test("close() waits for a batch, and a later one is refused", async () => {
  const { router, send, notes } = createShop();
  const away = new AbortController();
  const answering = send([get("items.slow")], { signal: away.signal });
  await until(() => notes.includes("slow runs"));
  let closed = false;
  const closing = router.close().then(() => closed = true);
  const late = await send([get("items.byId", "~id=1")]);
  assertEquals([late.status, closed], [503, false]);
  await late.body?.cancel();
  away.abort();
  assertEquals((await answersOf(answering)).map(({ body }) => body.data), ["aborted"]);
  await closing;
});

/** Numbers in [0, 1) that are the same in each run (mulberry32). */
function createRandom(seed: number): () => number {
  return () => {
    seed = seed + 0x6d2b79f5 | 0;
    let t = Math.imul(seed ^ seed >>> 15, 1 | seed);
    t = t + Math.imul(t ^ t >>> 7, 61 | t) ^ t;
    return ((t ^ t >>> 14) >>> 0) / 4294967296;
  };
}

Deno.test("a batch of anything answers as many envelopes as it has calls, and never 500 (1,000 batches)", async () => {
  const { router, send } = createShop({ bodyLimit: 100_000 });
  const random = createRandom(36);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
  const odd = (): unknown =>
    pick<unknown>(["", "x", 0, -1, null, true, [], {}, [[]], "\u0000", "é", "..", "GET", "%zz"]);
  const value = (good: readonly unknown[]): unknown => random() < 0.8 ? pick(good) : odd();
  const call = (): unknown => {
    if (random() < 0.1) return odd();
    const fields: Record<string, unknown> = {
      key: value(["items.byId", "items.add", "items.me", "items.rich", "items.raw", "items.upload"]),
      method: value(["GET", "POST"]),
    };
    if (random() < 0.6) {
      fields["query"] = value(["~id=1", "page=2&~id=x", "~id=1&~id=2", "~q={}", "&&&", "?#", "a[b]=c"]);
    }
    if (random() < 0.3) {
      fields["body"] = value(['{"name":"x"}', "{", "[]", "\ud800", '{"json":{},"meta":[["date","a"]]}']);
    }
    if (random() < 0.2) {
      fields["type"] = value(["application/json", "text/plain", "application/vnd.igniter+json", "multipart/form-data"]);
    }
    if (random() < 0.05) fields[String(odd())] = odd();
    return fields;
  };
  let good = 0;
  for (let round = 0; round < 1000; round++) {
    const calls = Array.from({ length: Math.floor(random() * 6) }, call);
    const text = JSON.stringify(calls);
    const answers = await answersOf(send(text));
    assertEquals(answers.length, calls.length, text);
    for (const { status, body } of answers) {
      assert(status >= 200 && status < 500, `${status} ${text}`);
      if (status < 300) good++;
      else assert((await readEnvelope(body))?.error, text);
    }
  }
  assert(good > 150, `${good} calls succeeded`);
  await router.close();
});

/** R2, R5, R6, R14 with D6 and D7: what reaches a handler, on each host. */

import { Igniter } from "@igniter-js/core";
import { assert, assertEquals } from "@std/assert";
import { z } from "zod";
import { createApp } from "./_app.ts";
import { dataOf, eachHost, read, refusal, type Send } from "./_hosts.ts";

// --- R2, D7

/** The addresses of `inputs.typed`. */
const TYPED = ["/inputs/typed", "/_/rpc/inputs.typed"];

async function typed(send: Send, address: string, search: string): Promise<Record<string, unknown>> {
  return (await (await send(`GET ${address}?${search}`)).json()).query;
}

async function issuePaths(send: Send, target: string): Promise<unknown> {
  const { status, data, error } = await read(send(target));
  assertEquals([status, data, error.code], [400, null, "ERR_VALIDATION"], target);
  return error.data.issues.map(({ path }: { readonly path: unknown }) => path);
}

eachHost("R2 a query is coerced as its schema asks, over REST and RPC", async (send) => {
  const coerced: Readonly<Record<string, unknown>> = {
    "": { page: 1 },
    "page=2": { page: 2 },
    "page=-2.5e1": { page: -25 },
    "flag=false": { page: 1, flag: false },
    "flag=true": { page: 1, flag: true },
    "tag=a&tag=b": { page: 1, tag: ["a", "b"] },
    "tag=a": { page: 1, tag: ["a"] },
    "ids=1&ids=2": { page: 1, ids: [1, 2] },
    "ids=1": { page: 1, ids: [1] },
    "text=2": { page: 1, text: "2" },
    "text=": { page: 1, text: "" },
    "text=a+b%20c": { page: 1, text: "a b c" },
    "either=2": { page: 1, either: "2" },
    "when=2020-01-02": { page: 1, when: "date 2020-01-02T00:00:00.000Z" },
    "big=123456789012345678901": { page: 1, big: "bigint 123456789012345678901" },
    "filter[name]=x&filter[min]=2": { page: 1, filter: { name: "x", min: 2 } },
    "unknown=1": { page: 1 },
  };
  for (const address of TYPED) {
    for (const [search, query] of Object.entries(coerced)) {
      assertEquals(await typed(send, address, search), query, `${address}?${search}`);
    }
  }
});

eachHost("R2 a query that its schema refuses answers 400 ERR_VALIDATION with the path", async (send) => {
  const refused: Readonly<Record<string, unknown>> = {
    "page=abc": [["page"]],
    "page=0x10": [["page"]],
    "flag=yes": [["flag"]],
    "flag=1": [["flag"]],
    "ids=1&ids=x": [["ids", 1]],
    "page=1&page=2": [["page"]],
    "when=tomorrow": [["when"]],
    "filter[min]=x": [["filter", "min"]],
    "page=x&flag=x": [["page"], ["flag"]],
  };
  for (const address of TYPED) {
    for (const [search, paths] of Object.entries(refused)) {
      assertEquals(await issuePaths(send, `GET ${address}?${search}`), paths, search);
    }
  }
});

eachHost("R2 D7 the empty string is no number, boolean or date, even with a default", async (send) => {
  for (const address of TYPED) {
    for (const name of ["n", "page", "flag", "when", "big"]) {
      assertEquals(await issuePaths(send, `GET ${address}?${name}=`), [[name]], name);
      assertEquals(await issuePaths(send, `GET ${address}?${name}`), [[name]], name);
    }
    assertEquals(await issuePaths(send, `GET ${address}?ids=`), [["ids", 0]]);
  }
});

eachHost("R2 query and request.query are the schema's output", async (send) => {
  assertEquals((await (await send("GET /inputs/typed?page=2")).json()).same, true);
  const expected = { query: { csv: ["a", "b"] }, params: { id: 7 } };
  assertEquals(await dataOf(send("GET /inputs/transformed/7?csv=a,b")), expected);
  assertEquals(await dataOf(send("GET /_/rpc/inputs.transformed?~id=7&csv=a,b")), expected);
});

eachHost("R2 any Standard Schema validates; one that exposes JSON Schema coerces", async (send) => {
  for (const address of ["/inputs/portable", "/_/rpc/inputs.portable"]) {
    assertEquals(await dataOf(send(`GET ${address}?n=2`)), { n: 2 });
    assertEquals(await issuePaths(send, `GET ${address}?n=x`), [["n"]]);
  }
  assertEquals(await issuePaths(send, "GET /inputs/bare?n=2"), [["n"]]);
});

eachHost("R2 headers are coerced and validated by their schema, and strings without one", async (send) => {
  assertEquals(await dataOf(send("GET /inputs/headers", { headers: { "X-Count": "3", "x-flag": "true" } })), {
    "x-count": 3,
    "x-flag": true,
  });
  assertEquals(await issuePaths(send, "GET /inputs/headers"), [["x-count"]]);
  const data = await dataOf(send("GET /inputs/raw?page=2&tag=a&tag=b", { headers: { "x-who": "Ada" } }));
  assertEquals(data, {
    query: { page: "2", tag: ["a", "b"] },
    cookies: {},
    who: "Ada",
    header: "Ada",
    method: "GET",
    path: "/api/v1/inputs/raw",
  });
});

eachHost("R2 the issues of params, query and headers are told together, before the body is read", async (send) => {
  const { error } = await read(send("PUT /inputs/everything/x?page=y", { body: "{", headers: { "x-count": "z" } }));
  assertEquals(error.data.issues.map(({ path }: { readonly path: unknown }) => path), [["id"], ["page"], ["x-count"]]);
});

Deno.test("R2 a schema that validates asynchronously is awaited", async () => {
  const igniter = Igniter.context(() => ({})).create();
  const later = z.object({ n: z.number().refine(async (n) => await Promise.resolve(n > 1), "too small") });
  const it = igniter.mutation({ query: later, body: later, handler: ({ query, body }) => query.n + body.n });
  const { handler } = igniter.router({ controllers: { a: igniter.controller({ path: "/a", actions: { it } }) } });
  const post = (n: string, body: object) =>
    handler(
      new Request(`http://localhost/api/v1/a?n=${n}`, {
        method: "POST",
        body: JSON.stringify(body),
        headers: { "content-type": "application/json" },
      }),
    );
  assertEquals(await dataOf(post("2", { n: 3 })), 5);
  assertEquals((await read(post("1", { n: 3 }))).error.data.issues, [{ path: ["n"], message: "too small" }]);
  assertEquals((await read(post("2", { n: 1 }))).error.data.issues, [{ path: ["n"], message: "too small" }]);
});

// --- R5: JSON

eachHost("R5 malformed JSON answers 400 ERR_BODY_PARSE, and the handler does not run", async (send, app) => {
  const headers = { "content-type": "application/json" };
  for (const body of ["{", "{'a':1}", "undefined", "NaN", '{"name":"Ada"}}', "\u0001"]) {
    for (const address of ["/inputs/user", "/_/rpc/inputs.user"]) {
      assertEquals(await refusal(send(`POST ${address}`, { body, headers })), [400, "ERR_BODY_PARSE"], body);
    }
  }
  assertEquals(app.ran, []);
});

eachHost("R5 a body is read as JSON whatever JSON type it says", async (send) => {
  const types = [
    "application/json",
    "application/json; charset=utf-8",
    'application/json;charset="UTF-8"',
    "APPLICATION/JSON",
    "application/ld+json",
    "application/problem+json; charset=utf-8",
    "application/vnd.api+json",
  ];
  for (const type of types) {
    const sent = send("POST /inputs/user", { body: '{"name":"Ada é"}', headers: { "content-type": type } });
    assertEquals(await dataOf(sent), { body: { name: "Ada é" }, same: true }, type);
  }
});

eachHost("R5 a body that its schema refuses answers 400 ERR_VALIDATION, and JSON is not coerced", async (send, app) => {
  const issues = async (json: unknown) => {
    const { status, error } = await read(send("POST /inputs/user", { json }));
    assertEquals([status, error.code], [400, "ERR_VALIDATION"]);
    return error.data.issues.map(({ path }: { readonly path: unknown }) => path);
  };
  assertEquals(await issues({ name: "A" }), [["name"]]);
  assertEquals(await issues({ name: "Ada", age: "7" }), [["age"]]);
  assertEquals(await issues([]), [[]]);
  assertEquals(await issues(null), [[]]);
  assertEquals(app.ran, []);
});

eachHost("R5 no body is undefined, to the schema and to the handler", async (send) => {
  assertEquals(await dataOf(send("POST /inputs/any")), { is: "undefined" });
  const empty = { body: "", headers: { "content-type": "application/json" } };
  assertEquals(await dataOf(send("POST /inputs/any", empty)), { is: "undefined" });
  assertEquals(await refusal(send("POST /inputs/user")), [400, "ERR_VALIDATION"]);
  assertEquals(await refusal(send("POST /inputs/user", empty)), [400, "ERR_VALIDATION"]);
});

eachHost("R5 falsy JSON bodies arrive as they are", async (send) => {
  for (const json of [0, false, "", null, []]) {
    assertEquals(await dataOf(send("POST /inputs/any", { json })), { body: json, is: typeof json });
  }
});

// --- R5: media types

eachHost(
  "R5 a content type that a body schema cannot take answers 415, and the handler does not run",
  async (send, app) => {
    const types: Readonly<Record<string, readonly string[]>> = {
      "/inputs/user": [
        "text/plain",
        "application/octet-stream",
        "application/xml",
        "application/jsonp",
        "text/json+x",
        "application/json; charset=iso-8859-1",
        "nonsense",
      ],
      "/inputs/text": ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"],
    };
    for (const [path, list] of Object.entries(types)) {
      for (const type of list) {
        const sent = send(`POST ${path}`, { body: '{"name":"Ada"}', headers: { "content-type": type } });
        assertEquals(await refusal(sent), [415, "ERR_UNSUPPORTED_MEDIA_TYPE"], `${path} ${type}`);
      }
    }
    const untyped = new TextEncoder().encode('{"name":"Ada"}');
    assertEquals(await refusal(send("POST /inputs/user", { body: untyped })), [415, "ERR_UNSUPPORTED_MEDIA_TYPE"]);
    assertEquals(app.ran, []);
  },
);

eachHost("R5 text reaches a schema that takes text; without a schema bytes are a File", async (send) => {
  assertEquals(await dataOf(send("POST /inputs/text", { body: "é text" })), "é text");
  assertEquals(await dataOf(send("POST /inputs/text", { json: "as JSON" })), "as JSON");
  assertEquals(await refusal(send("POST /inputs/text", { body: "x" })), [400, "ERR_VALIDATION"]);
  assertEquals(await dataOf(send("POST /inputs/any", { body: "text" })), { body: "text", is: "string" });
  const image = { body: new Uint8Array([1, 2, 3]), headers: { "content-type": "image/png" } };
  assertEquals(await dataOf(send("POST /inputs/any", image)), { body: { file: "image/png", size: 3 }, is: "object" });
});

// --- R5: limits

const OVER = [413, "ERR_BODY_TOO_LARGE"] as const;

eachHost("R5 a body over 1 MiB answers 413, one of just that is read", async (send) => {
  const text = (length: number) => ({ body: "x".repeat(length), headers: { "content-type": "text/plain" } });
  assertEquals((await dataOf(send("POST /inputs/any", text(1_048_576)))).body.length, 1_048_576);
  assertEquals(await refusal(send("POST /inputs/any", text(1_048_577))), OVER);
});

eachHost("R5 D10 bodyLimit of .config() holds for every action, an action's own before it", async (send) => {
  const text = (length: number) => ({ body: "x".repeat(length) });
  assertEquals((await send("POST /inputs/any", text(100))).status, 200);
  assertEquals(await refusal(send("POST /inputs/any", text(101))), OVER);
  assertEquals((await send("POST /inputs/small", text(16))).status, 200);
  assertEquals(await refusal(send("POST /inputs/small", text(17))), OVER);
  assertEquals(await dataOf(send("POST /inputs/upload", { body: form({ title: "x".repeat(1000) }) })), {
    title: "x".repeat(1000),
    cover: null,
    pages: [],
  });
}, { bodyLimit: 100 });

eachHost("R5 the limit counts bytes, of every kind of body", async (send) => {
  const headers = { "content-type": "application/json" };
  assertEquals((await send("POST /inputs/small", { body: `"${"é".repeat(7)}"`, headers })).status, 200);
  assertEquals(await refusal(send("POST /inputs/small", { body: `"${"é".repeat(8)}"`, headers })), OVER);
  assertEquals(await refusal(send("POST /inputs/small", { body: new URLSearchParams({ a: "x".repeat(20) }) })), OVER);
  assertEquals(await refusal(send("POST /inputs/small", { body: form({ a: "b" }) })), OVER);
  assertEquals(await refusal(send("POST /inputs/small", { body: new Uint8Array(17) })), OVER);
  assertEquals(await refusal(send("POST /inputs/webhook", { body: new Uint8Array(65) })), OVER);
});

/** A body without a length, of chunks; counts how many are asked for. */
function chunked(size: number, chunks: number): { readonly init: RequestInit; readonly pulled: () => number } {
  let pulled = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (pulled++ < chunks) controller.enqueue(new Uint8Array(size).fill(120));
      else controller.close();
    },
  }, { highWaterMark: 0 });
  const init: RequestInit & { readonly duplex: "half" } = {
    body,
    headers: { "content-type": "text/plain" },
    duplex: "half",
  };
  return { init, pulled: () => pulled };
}

eachHost("R5 a chunked body is counted as it comes: over the limit it answers 413", async (send) => {
  const within = chunked(4, 4);
  assertEquals(await dataOf(send("POST /inputs/small", within.init)), "x".repeat(16));
  assertEquals(await refusal(send("POST /inputs/small", chunked(1, 17).init)), OVER);
  assertEquals(await refusal(send("POST /inputs/small", chunked(65_536, 10).init)), OVER);
});

eachHost("R5 an upload that is refused is not read to its end", async (send) => {
  // A gigabyte: whoever read on to its end would not answer within the test's life.
  const over = chunked(65_536, 16_384);
  assertEquals(await refusal(send("POST /inputs/small", over.init)), OVER);
  assert(over.pulled() < 1_000, `${over.pulled()} chunks were read`);
  const unwanted = chunked(65_536, 16_384);
  assertEquals(await refusal(send("POST /inputs/guarded/1", unwanted.init)), [401, "ERR_UNAUTHORIZED"]);
  assert(unwanted.pulled() < 1_000, `${unwanted.pulled()} chunks were read`);
});

Deno.test("R5 of a body over the limit nothing more is read: no chunk after it, none at all with a Content-Length", async () => {
  const { router } = createApp();
  const send = (path: string, { init }: ReturnType<typeof chunked>, headers: HeadersInit = {}) =>
    router.handler(
      new Request(`http://localhost/api/v1/inputs/${path}`, { method: "POST", ...init, headers }),
    );
  for (const type of ["application/json", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]) {
    const body = chunked(10, 1000);
    assertEquals(await refusal(send("small", body, { "content-type": type })), OVER, type);
    assertEquals(body.pulled(), 2, type);
    const declared = chunked(10, 1000);
    const headers = { "content-type": type, "content-length": "10000" };
    assertEquals(await refusal(send("small", declared, headers)), OVER, type);
    assertEquals(declared.pulled(), 0, type);
  }
  await router.close();
});

// --- R5: forms

function form(fields: Readonly<Record<string, string | Blob | readonly (string | Blob)[]>>): FormData {
  const data = new FormData();
  for (const [name, values] of Object.entries(fields)) {
    for (const value of Array.isArray(values) ? values : [values]) data.append(name, value);
  }
  return data;
}

eachHost("R5 form fields that repeat are all there for an array schema, and text is coerced", async (send) => {
  const fields: readonly (readonly [fields: Record<string, string | string[]>, expected: unknown])[] = [
    [{ name: "Ada", tags: ["a", "b"], age: "7" }, { name: "Ada", tags: ["a", "b"], age: 7 }],
    [{ name: "Ada", tags: "a" }, { name: "Ada", tags: ["a"] }],
    [{ name: "7" }, { name: "7", tags: [] }],
    [{ "name": "é&=+ ", "address[city]": "Z" }, { name: "é&=+ ", tags: [], address: { city: "Z" } }],
  ];
  for (const [values, expected] of fields) {
    const multipart = form(values);
    const encoded = new URLSearchParams([...multipart].map(([name, value]) => [name, String(value)]));
    assertEquals(await dataOf(send("POST /inputs/form", { body: multipart })), expected);
    assertEquals(await dataOf(send("POST /inputs/form", { body: encoded })), expected);
  }
  const twice = { body: new URLSearchParams([["name", "a"], ["name", "b"]]) };
  assertEquals(await refusal(send("POST /inputs/form", twice)), [400, "ERR_VALIDATION"]);
  assertEquals(await refusal(send("POST /inputs/form", { body: form({ name: "Ada", age: "" }) })), [
    400,
    "ERR_VALIDATION",
  ]);
});

eachHost("R5 uploads arrive as File, one or several, with name, type and content", async (send) => {
  const png = new File(["cover"], "cöver.png", { type: "image/png" });
  const pages = [new File(["one"], "1.txt", { type: "text/plain" }), new File(["two"], "2.txt")];
  const all = await dataOf(send("POST /inputs/upload", { body: form({ title: "T", cover: png, pages }) }));
  assertEquals(all.title, "T");
  assertEquals(all.cover, { name: "cöver.png", type: "image/png", text: "cover" });
  assertEquals(all.pages.map(({ name, text }: { name: string; text: string }) => [name, text]), [
    ["1.txt", "one"],
    ["2.txt", "two"],
  ]);
  const one = await dataOf(send("POST /_/rpc/inputs.upload", { body: form({ title: "T", pages: pages[0] as File }) }));
  assertEquals(one.pages, [{ name: "1.txt", type: "text/plain", text: "one" }]);
});

eachHost("R5 an upload is held to its schema's size and type, and to the action's limit", async (send) => {
  const cover = (size: number, type = "image/png") => ({
    body: form({ title: "T", cover: new File([new Uint8Array(size)], "c", { type }) }),
  });
  assertEquals((await send("POST /inputs/upload", cover(1024))).status, 200);
  const large = await read(send("POST /inputs/upload", cover(1025)));
  assertEquals([large.status, large.error.code, large.error.data.issues[0].path], [400, "ERR_VALIDATION", ["cover"]]);
  assertEquals(await refusal(send("POST /inputs/upload", cover(1, "text/html"))), [400, "ERR_VALIDATION"]);
  assertEquals(await refusal(send("POST /inputs/upload", cover(5000))), OVER);
});

eachHost("R5 a malformed form answers 400 ERR_BODY_PARSE", async (send) => {
  for (const type of ["multipart/form-data", "multipart/form-data; boundary=x"]) {
    const sent = send("POST /inputs/form", { body: "nonsense", headers: { "content-type": type } });
    assertEquals(await refusal(sent), [400, "ERR_BODY_PARSE"], type);
  }
});

eachHost("R5 rawBody: true gives the exact bytes beside the parsed body", async (send) => {
  const exact = '{ "a" : 1,\r\n "é":"\\u00e9" }\n';
  const bytes = [...new TextEncoder().encode(exact)];
  const json = { body: exact, headers: { "content-type": "application/json" } };
  assertEquals(await dataOf(send("POST /inputs/webhook", json)), { raw: bytes, body: { a: 1, "é": "é" } });
  const binary = { body: new Uint8Array([255, 0, 13, 10]), headers: { "content-type": "text/plain" } };
  assertEquals((await dataOf(send("POST /inputs/webhook", binary))).raw, [255, 0, 13, 10]);
  assertEquals(await dataOf(send("POST /inputs/webhook")), { raw: [] });
  const broken = { body: "{", headers: { "content-type": "application/json" } };
  assertEquals(await refusal(send("POST /inputs/webhook", broken)), [400, "ERR_BODY_PARSE"]);
});

// --- R6, D6

eachHost("R6 a procedure that refuses comes before every validation, over REST and RPC", async (send, app) => {
  const bad = { body: "{", headers: { "content-type": "application/json" } };
  for (const target of ["/inputs/guarded/x?page=y", "/_/rpc/inputs.guarded?~id=x&page=y"]) {
    assertEquals(await refusal(send(`POST ${target}`, bad)), [401, "ERR_UNAUTHORIZED"], target);
  }
  assertEquals(app.ran, ["refuse", "refuse"]);
});

eachHost("R6 a procedure that refuses answers before the body has come", async (send) => {
  const answered = Promise.withResolvers<void>();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      await answered.promise;
      controller.close();
    },
  }, { highWaterMark: 0 });
  const init: RequestInit & { readonly duplex: "half" } = { body, duplex: "half" };
  assertEquals(await refusal(send("POST /inputs/guarded/1", init)), [401, "ERR_UNAUTHORIZED"]);
  answered.resolve();
});

Deno.test("R6 a procedure that refuses leaves the body untouched", async () => {
  const { router } = createApp();
  const body = chunked(10, 10);
  const request = new Request("http://localhost/api/v1/inputs/guarded/1", { method: "POST", ...body.init });
  assertEquals(await refusal(router.handler(request)), [401, "ERR_UNAUTHORIZED"]);
  assertEquals([body.pulled(), request.bodyUsed], [0, false]);
  await router.close();
});

eachHost("R6 D6 a procedure sees raw strings and no body; the handler sees what was validated", async (send) => {
  for (const target of ["/inputs/peeked/7?page=2", "/_/rpc/inputs.peeked?~id=7&page=2"]) {
    assertEquals(await dataOf(send(`POST ${target}`, { json: { name: "Ada" } })), {
      peeked: { query: { page: "2" }, params: { id: "7" }, used: false },
      params: { id: 7 },
      query: { page: 2 },
      body: { name: "Ada" },
    }, target);
  }
});

eachHost("R6 a body that a procedure has read is the application's mistake, not the client's", async (send) => {
  assertEquals(await refusal(send("POST /inputs/drained", { json: { name: "Ada" } })), [500, "ERR_INTERNAL"]);
});

// --- R14

eachHost("R14 __proto__ in body, query, form or cookies pollutes nothing", async (send) => {
  const json =
    '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"items":{"__proto__":{"polluted":1}}}';
  const headers = { "content-type": "application/json" };
  const { status, data } = await read(send("POST /inputs/loose", { body: json, headers }));
  assertEquals([status, data.polluted, data.body.polluted, data.body.items.polluted], [
    200,
    null,
    undefined,
    undefined,
  ]);

  const search =
    "__proto__=1&__proto__[polluted]=1&constructor[prototype][polluted]=1&filter[__proto__][polluted]=1&page=3";
  for (const address of TYPED) assertEquals(await typed(send, address, search), { page: 3, filter: {} }, address);
  const raw = await send(`GET /inputs/raw?${search}`, {
    headers: { cookie: "__proto__=polluted; a=1; constructor=x" },
  });
  const text = await raw.text();
  assertEquals(JSON.parse(text).data.cookies["a"], "1");
  assert(text.includes('"cookies":{"__proto__":"polluted","a":"1","constructor":"x"}'), text);

  const fields = [["name", "Ada"], ["__proto__", "x"], ["__proto__[polluted]", "1"], [
    "address[__proto__][polluted]",
    "1",
  ], [
    "address[city]",
    "Z",
  ]];
  assertEquals(await dataOf(send("POST /inputs/form", { body: new URLSearchParams(fields) })), {
    name: "Ada",
    tags: [],
    address: { city: "Z" },
  });
  assertEquals(await dataOf(send("GET /_/rpc/paths.one?~__proto__=polluted&~id=7")), "7");
  assertEquals(({} as Record<string, unknown>)["polluted"], undefined);
});

Deno.test("R14 the caller puts a parameter into its one place, whatever is in it", async () => {
  const { router } = createApp();
  for (const id of ["../boom?x", "..", ".", "a/b", "a b#c", "%2F", "é", "//evil.example", "\\..\\x"]) {
    assertEquals(await router.caller.paths.one.query({ params: { id } }), { data: id, error: null });
    const { data } = await router.caller.paths.pair.query({ params: { a: id, b: "fixed" } });
    assertEquals(data, [id, "fixed"]);
  }
  assertEquals((await router.caller.paths.rest.query({ params: { "*": "a/../b?c" } })).data, "a/../b?c");
  await router.close();
});

Deno.test("R14 the caller's inputs pollute nothing", async () => {
  const { router } = createApp();
  const body = JSON.parse('{"__proto__":{"polluted":1},"items":{"__proto__":{"polluted":1}}}');
  const { data } = await router.caller.inputs.loose.mutate({ body });
  assertEquals(data?.polluted, null);
  const query = JSON.parse('{"__proto__":{"polluted":1},"page":2}');
  assertEquals((await router.caller.inputs.typed.query({ query })).error, null);
  assertEquals(({} as Record<string, unknown>)["polluted"], undefined);
  await router.close();
});

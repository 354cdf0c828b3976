/** R7, R8, R9 with D1 and D8: what leaves, on each host. */

import { Igniter, type Responder } from "@igniter-js/core";
import { assert, assertEquals, assertObjectMatch, assertStringIncludes } from "@std/assert";
import { createApp, REPLIES, SECRETS } from "./_app.ts";
import { dataOf, eachHost, read, refusal, type Send } from "./_hosts.ts";

/** Status, media type and text of a reply. */
async function whole(pending: Response | Promise<Response>): Promise<readonly [number, string | null, string]> {
  const response = await pending;
  return [response.status, response.headers.get("content-type"), await response.text()];
}

const JSON_TYPE = "application/json";

// --- R7: helpers

eachHost("R7 each helper has its status and body", async (send) => {
  const expected: Readonly<Record<string, readonly [number, string | null, string]>> = {
    "success": [200, JSON_TYPE, '{"data":{"ok":true},"error":null}'],
    "success-empty": [200, JSON_TYPE, '{"data":null,"error":null}'],
    "created": [201, JSON_TYPE, '{"data":{"id":1},"error":null}'],
    "accepted": [202, JSON_TYPE, '{"data":"later","error":null}'],
    "no-content": [204, null, ""],
    "json": [200, JSON_TYPE, '{"bare":true}'],
    "html": [200, "text/html; charset=utf-8", "<p>é</p>"],
    "text": [200, "text/plain; charset=utf-8", "plain é"],
    "badRequest": [400, JSON_TYPE, '{"data":null,"error":{"code":"ERR_BAD_REQUEST","message":"no","data":{"why":1}}}'],
    "unauthorized": [401, JSON_TYPE, '{"data":null,"error":{"code":"ERR_UNAUTHORIZED","message":"Unauthorized"}}'],
    "forbidden": [403, JSON_TYPE, '{"data":null,"error":{"code":"ERR_FORBIDDEN","message":"Forbidden"}}'],
    "notFound": [404, JSON_TYPE, '{"data":null,"error":{"code":"ERR_NOT_FOUND","message":"Not found"}}'],
    "conflict": [409, JSON_TYPE, '{"data":null,"error":{"code":"ERR_CONFLICT","message":"Conflict"}}'],
    "unprocessable": [422, JSON_TYPE, '{"data":null,"error":{"code":"ERR_UNPROCESSABLE","message":"Unprocessable"}}'],
    "tooManyRequests": [
      429,
      JSON_TYPE,
      '{"data":null,"error":{"code":"ERR_RATE_LIMITED","message":"Too many requests"}}',
    ],
    "error": [
      418,
      JSON_TYPE,
      '{"data":null,"error":{"code":"ERR_TEAPOT","message":"I am one","data":{"cups":2}}}',
    ],
    "error-igniter": [409, JSON_TYPE, '{"data":null,"error":{"code":"ERR_CONFLICT","message":"taken"}}'],
    "status-error": [403, JSON_TYPE, '{"data":null,"error":{"code":"ERR_OWN","message":"ERR_OWN"}}'],
    "status-igniter": [
      403,
      JSON_TYPE,
      '{"data":null,"error":{"code":"ERR_CONFLICT","message":"ERR_CONFLICT","data":{"at":1}}}',
    ],
    "error-status": [403, JSON_TYPE, '{"data":null,"error":{"code":"ERR_OWN","message":"ERR_OWN"}}'],
    "draft": [202, JSON_TYPE, '{"data":null,"error":null}'],
  };
  for (const [name, answer] of Object.entries(expected)) {
    assertEquals(await whole(send(`GET /replies/${name}`)), answer, name);
    assertEquals(await whole(send(`GET /_/rpc/replies.get?~name=${name}`)), answer, `${name} over RPC`);
    assertEquals(await whole(send(`POST /replies/${name}`, { json: { name } })), answer, `${name} of a mutation`);
  }
});

eachHost("R7 redirect() answers 302 with Location, or the redirect status given", async (send) => {
  const there = await send("GET /replies/redirect");
  assertEquals([there.status, there.headers.get("location"), await there.text()], [302, "/x", ""]);
  const away = await send("GET /replies/redirect-308");
  assertEquals([away.status, away.headers.get("location")], [308, "https://example.com/y"]);
});

eachHost("R7 file() sends a file, as a download when it has a name", async (send) => {
  const named = await send("GET /replies/file");
  assertEquals(await whole(named), [200, "text/csv", "a,b"]);
  assertEquals(
    named.headers.get("content-disposition"),
    "attachment; filename=\"na_ve _x_.csv\"; filename*=UTF-8''na%C3%AFve%20%22x%22.csv",
  );
  assertEquals(named.headers.get("x-content-type-options"), "nosniff");
  const bytes = await send("GET /replies/file-bytes");
  assertEquals([bytes.headers.get("content-disposition"), ...await whole(bytes)], ["inline", 200, "image/png", "raw"]);
  assertEquals(await whole(send("GET /replies/file-stream")), [200, "application/octet-stream", "onetwo"]);
});

const EVENTS = "text/event-stream";

eachHost("R7 stream() sends bytes as they are and values as events; a generator streams by itself", async (send) => {
  assertEquals(await whole(send("GET /replies/stream-bytes")), [200, "text/csv", "onetwo"]);
  const end = "event: end\ndata: null\n\n";
  const three = 'data: {"n":1}\n\ndata: {"n":2}\n\ndata: {"n":3}\n\n' + end;
  const events = await send("GET /replies/stream-events");
  assertEquals(await whole(events), [200, EVENTS, three]);
  assertEquals(events.headers.get("x-accel-buffering"), "no");
  assertEquals(await whole(send("GET /replies/generator")), [200, EVENTS, 'data: {"n":1}\n\ndata: {"n":2}\n\n' + end]);
});

eachHost("R7 R10 a generator that fails ends its events with a masked error, which is logged", async (send, app) => {
  const [status, , text] = await whole(send("GET /replies/generator-fails"));
  const [first, second] = text.split("\n\n");
  assertEquals([status, first], [200, 'data: "before"']);
  const [event, data] = (second as string).split("\n");
  assertEquals(event, "event: error");
  const { code, id } = JSON.parse((data as string).slice("data: ".length));
  assertEquals([code, text.includes("secret")], ["ERR_INTERNAL", false]);
  assertEquals(app.logged.map(({ level, fields }) => [level, fields["id"]]), [["error", id]]);
});

eachHost("R7 a stream action opens with its reply, then sends what is published", async (send, app) => {
  const response = await send("GET /replies/live/stream");
  assertEquals(response.headers.get("content-type"), EVENTS);
  const decoder = new TextDecoderStream() as unknown as TransformStream<Uint8Array, string>;
  const reader = (response.body as ReadableStream<Uint8Array>).pipeThrough(decoder).getReader();
  assertEquals((await reader.read()).value, 'event: open\ndata: "open"\n\n');
  await app.router.publish("replies.live", { hello: 1 });
  assertEquals((await reader.read()).value, 'data: {"hello":1}\n\n');
  await reader.cancel();
});

eachHost("R7 a plain value is enveloped", async (send) => {
  const values: Readonly<Record<string, unknown>> = {
    "object": { plain: true },
    "string": "text",
    "zero": 0,
    "false": false,
    "null": null,
    "undefined": null,
    "array": [1, 2],
    "promise": "later",
  };
  for (const [name, data] of Object.entries(values)) {
    assertEquals(await read(send(`GET /replies/${name}`)), { status: 200, data, error: null }, name);
  }
});

eachHost("R7 a Response keeps its status, headers and body", async (send) => {
  const own = await send("GET /replies/response");
  assertEquals(await whole(own), [203, "text/x-own", "untouched"]);
  assertEquals([own.headers.get("x-own"), own.headers.getSetCookie()], ["1", ["own=1"]]);
  const away = await send("GET /replies/response-immutable");
  assertEquals([away.status, away.headers.get("location")], [303, "https://example.com/z"]);
  assertEquals((await send("GET /replies/response-null")).status, 204);
});

eachHost("R7 replies chain in any order", async (send) => {
  for (const name of ["chain-before", "chain-after", "chain-mixed"]) {
    const response = await send(`GET /replies/${name}`);
    assertEquals(response.headers.get("x-a"), "1", name);
    assertEquals(response.headers.getSetCookie(), ["c=1; Path=/"], name);
    assertEquals(await read(response), { status: 202, data: "chained", error: null }, name);
  }
});

Deno.test("R7 every order of the chain gives one reply", async () => {
  const links: readonly ((reply: Responder<unknown>) => unknown)[] = [
    (reply) => reply.status(202),
    (reply) => reply.setHeader("x-a", "1"),
    (reply) => reply.setCookie("c", "1"),
    (reply) => reply.deleteCookie("d"),
    (reply) => reply.revalidate("it.get"),
    (reply) => reply.after(() => {}),
    (reply) => reply.success === undefined ? reply : reply.success("data"),
  ];
  const igniter = Igniter.context(() => ({})).logger(silent()).create();
  let order: readonly number[] = [];
  const get = igniter.query({
    handler: ({ response }) =>
      order.reduce<unknown>(
        (reply, index) => (links[index] as (typeof links)[number])(reply as typeof response),
        response,
      ),
  });
  const { handler, close } = igniter.router({
    controllers: { it: igniter.controller({ path: "/it", actions: { get } }) },
  });
  const indexes = links.map((_, index) => index);
  for (let shift = 0; shift < links.length; shift++) {
    for (const direction of [indexes, indexes.toReversed()]) {
      order = [...direction.slice(shift), ...direction.slice(0, shift)];
      const response = await handler(new Request("http://localhost/api/v1/it"));
      const cookies = response.headers.getSetCookie().map((text) => text.slice(0, 2)).sort();
      assertEquals([response.headers.get("x-a"), cookies], ["1", ["c=", "d="]], String(order));
      assertEquals(await read(response), { status: 202, data: "data", error: null }, String(order));
    }
  }
  await close();
});

function silent() {
  return { debug() {}, info() {}, warn() {}, error() {} };
}

eachHost("R7 two helpers from one response are independent values", async (send) => {
  const two = await send("GET /replies/two-independent");
  assertEquals([...two.headers.keys()].filter((name) => name.startsWith("x-")), ["x-second"]);
  assertEquals(two.headers.getSetCookie(), []);
  assertEquals(await read(two), { status: 200, data: "second", error: null });
  const begun = await send("GET /replies/two-begun");
  assertEquals([...begun.headers.keys()].filter((name) => name.startsWith("x-")), ["x-begun"]);
  assertEquals(await read(begun), { status: 200, data: "second", error: null });
});

eachHost("R7 an error never answers with a status that says it went well", async (send, app) => {
  for (const name of ["status-good-error", "error-good-status"]) {
    assertEquals(await refusal(send(`GET /replies/${name}`)), [500, "ERR_INTERNAL"], name);
  }
  assertEquals(app.logged.map(({ fields }) => fields["error"] instanceof RangeError), [true, true]);
});

Deno.test("R7 the caller gives data and errors of every kind of reply", async () => {
  const { router } = createApp();
  const call = async (name: string): Promise<{ readonly data: unknown; readonly error: unknown }> =>
    await router.caller.replies.get.query({ params: { name } });
  assertEquals(await call("success"), { data: { ok: true }, error: null });
  assertEquals(await call("success-empty"), { data: null, error: null });
  assertEquals(await call("no-content"), { data: null, error: null });
  assertEquals(await call("redirect"), { data: null, error: null });
  assertEquals(await call("undefined"), { data: null, error: null });
  assertEquals(await call("json"), { data: { bare: true }, error: null });
  assertEquals(await call("html"), { data: "<p>é</p>", error: null });
  assertEquals(await ((await call("file")).data as Blob).text(), "a,b");
  assertEquals(await call("response"), { data: "untouched", error: null });
  assertObjectMatch((await call("status-error")).error as object, { code: "ERR_OWN", message: "ERR_OWN" });
  assertEquals((await call("error")).error, { code: "ERR_TEAPOT", message: "I am one", data: { cups: 2 } });
  const { error } = await call("throws");
  assertObjectMatch(error as object, { code: "ERR_INTERNAL", message: "Internal error" });
  await router.close();
});

eachHost("R7 a client that leaves ends the stream's source", async (send, app) => {
  const response = await send("GET /replies/live/stream");
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  await reader.read();
  await reader.cancel();
  // The channel has no reader left: what is published goes nowhere and nothing waits for it.
  await app.router.publish("replies.live", 1);
  assertEquals(app.logged.filter(({ level }) => level === "error"), []);
});

// --- R8

eachHost("R8 a value that stands in two places is written in both", async (send) => {
  const deep = { list: [1] };
  assertEquals(await dataOf(send("GET /replies/shared")), { a: { deep }, b: { deep }, list: [deep, deep] });
});

eachHost("R8 a cycle answers a masked 500 that is logged under its id", async (send, app) => {
  const response = await send("GET /replies/cycle");
  const text = await response.clone().text();
  const { status, data, error } = await read(response);
  assertEquals([status, data, error.code, error.message], [500, null, "ERR_INTERNAL", "Internal error"]);
  assert(!text.includes("secret"), text);
  const [entry, ...others] = app.logged;
  assertEquals([entry?.level, entry?.fields["id"], others], ["error", error.id, []]);
  assertStringIncludes(String((entry?.fields["error"] as Error).cause), "cycl");
});

eachHost("R8 R10 a value that cannot be written answers a masked 500", async (send, app) => {
  const { status, error } = await read(send("GET /replies/unwritable"));
  assertEquals([status, error.code, error.message], [500, "ERR_INTERNAL", "Internal error"]);
  assertEquals(app.logged[0]?.fields["id"], error.id);
});

// --- R9, D1

/** What every answer of an action has when the request asks for marks. */
function marks({ headers }: Response): readonly unknown[] {
  const cookies = headers.getSetCookie();
  return [
    headers.get("x-mark"),
    headers.get("x-list")?.replace(/^own, /, ""),
    cookies.filter((text) => text.startsWith("mark=")),
    cookies.filter((text) => text.startsWith("gone=")).length,
  ];
}

eachHost("R9 D1 what procedures add to the head is in the answer once, whatever answers", async (send) => {
  const headers = { "x-mark": "yes" };
  const expected = ["yes", "one, two", ["mark=yes%20%C3%A9%3B; Path=/"], 1];
  const targets = [
    // A name has to be on the reply itself to be kept from it; these have none.
    ...Object.keys(REPLIES).map((name) => `GET /replies/${name}`),
    "GET /_/rpc/replies.get?~name=success",
    "HEAD /replies/success",
    "HEAD /replies/stream-events",
    "GET /paths/number/x",
    "POST /inputs/user",
    "POST /inputs/guarded/1",
    "GET /flow/order",
    "GET /flow/throws",
    "GET /flow/throws-igniter",
    "GET /flow/next-error",
    "GET /flow/response",
    "GET /flow/rescued",
    "GET /time/expires",
    "GET /replies/output/misfit",
    "GET /replies/output/reply",
    "GET /replies/declared/quota",
    "GET /probe/who",
    "GET /probe/refuse",
  ];
  for (const target of targets) {
    const response = await send(target, { headers });
    assertEquals(marks(response), expected, target);
    if (response.body?.locked === false) await response.body.cancel();
  }
});

eachHost("R9 nothing of one request's head reaches another, nor an answer without an action", async (send) => {
  const headers = { "x-mark": "yes" };
  await send("GET /paths", { headers });
  for (const target of ["GET /paths", "GET /replies/success", "GET /replies/throws"]) {
    assertEquals(marks(await send(target)), [null, undefined, [], 0], target);
  }
  for (const target of ["GET /nowhere", "DELETE /paths", "OPTIONS /paths"]) {
    assertEquals(marks(await send(target, { headers })), [null, undefined, [], 0], target);
  }
});

eachHost(
  "R9 D1 what a reply sets itself wins over what a procedure has set, and keeps its own cookies",
  async (send) => {
    const response = await send("GET /replies/response", { headers: { "x-mark": "yes" } });
    assertEquals(response.headers.getSetCookie().map((text) => text.split("=")[0]).sort(), ["gone", "mark", "own"]);
    assertEquals(response.headers.get("x-list"), "own, one, two");
  },
);

Deno.test("R9 a reply's cookie or header is there once, though a procedure has set it too", async () => {
  const igniter = Igniter.context(() => ({})).create();
  const head = igniter.procedure({
    handler: (_options: {}, { request, response }) => {
      request.cookies.set("both", "procedure");
      request.cookies.set("both", "procedure", { path: "/other" });
      response.headers.set("x-both", "procedure");
    },
  });
  const own = igniter.query({
    use: [head],
    handler: ({ response }) => response.success().setCookie("both", "reply").setHeader("x-both", "reply"),
  });
  const { handler } = igniter.router({ controllers: { it: igniter.controller({ path: "/it", actions: { own } }) } });
  const { headers } = await handler(new Request("http://localhost/api/v1/it"));
  assertEquals(headers.get("x-both"), "reply");
  assertEquals(headers.getSetCookie().sort(), ["both=procedure; Path=/other", "both=reply; Path=/"]);
});

eachHost("R9 setCookie twice gives two headers; twice the same cookie, the later", async (send) => {
  const two = await send("GET /replies/two-cookies");
  assertEquals(two.headers.getSetCookie(), ["one=1; Path=/", "two=2; Path=/"]);
  assertEquals((await send("GET /replies/same-cookie")).headers.getSetCookie(), ["one=2; Path=/"]);
});

/** The `Cookie` header that a browser would send back. */
function back(response: Response): string {
  return response.headers.getSetCookie().map((text) => text.split(";")[0]).join("; ");
}

const VALUES = ["a;b=c é", "", "a.b.c", '"quoted"', "%20", "a,b", "a\r\nb: c", "\\ \t\u0000", "🦕", "x=y&z"];

eachHost("R9 cookie values come back as they were set", async (send) => {
  for (const value of VALUES) {
    const set = await send("POST /cookies/write", { json: { name: "it", value } });
    assertEquals(set.headers.getSetCookie().length, 1);
    assertStringIncludes(set.headers.getSetCookie()[0] as string, "HttpOnly");
    assertEquals(await dataOf(set.clone()), value);
    const all = await dataOf(send("GET /cookies/read", { headers: { cookie: `other=1; ${back(set)}; last=2` } }));
    assertEquals(all, { other: "1", it: value, last: "2" });
  }
});

eachHost("R9 a cookie that a browser would misread is refused: nothing is set", async (send, app) => {
  const refused = [
    "cookie-injects",
    "cookie-name",
    "cookie-control",
    "cookie-host",
    "cookie-host-path",
    "cookie-secure",
    "header-injects",
  ];
  for (const name of refused) {
    const response = await send(`GET /replies/${name}`);
    assertEquals([response.headers.getSetCookie(), response.headers.get("x-evil")], [[], null], name);
    assertEquals(await refusal(response), [500, "ERR_INTERNAL"], name);
  }
  assertEquals(app.logged.length, refused.length);
  const good = await send("GET /replies/cookie-host-good");
  assertEquals(good.headers.getSetCookie(), ["__Host-a=b; Secure; Path=/"]);
});

eachHost("R9 cookies.delete() and deleteCookie() end the cookie of the same path and domain", async (send) => {
  const removed = await send("POST /cookies/remove", { headers: { cookie: "session=1" } });
  const ended = await send("GET /replies/cookie-ends");
  for (const [response, name] of [[removed, "session"], [ended, "ended"]] as const) {
    const [text = "", ...others] = response.headers.getSetCookie();
    const [pair, ...attributes] = text.split("; ");
    assertEquals([pair, others], [`${name}=`, []]);
    assert(attributes.includes("Domain=example.com"), text);
    assert(attributes.includes("Path=/app"), text);
    assert(attributes.includes("Expires=Thu, 01 Jan 1970 00:00:00 GMT"), text);
  }
  assertEquals(await dataOf(removed), null);
});

async function signed(send: Send, name: string, value: string): Promise<string> {
  return back(await send("POST /cookies/sign", { json: { name, value } }));
}

async function verified(send: Send, name: string, cookie: string): Promise<string | null> {
  return await dataOf(send(`GET /cookies/verify/${name}`, { headers: { cookie } }));
}

eachHost("R9 a signed cookie comes back as it was signed, whatever its value", async (send) => {
  for (const value of VALUES) assertEquals(await verified(send, "it", await signed(send, "it", value)), value);
});

eachHost("R9 a signed cookie is bound to its name and rejects tampering", async (send) => {
  const cookie = await signed(send, "role", "user.1");
  assertEquals(await verified(send, "other", cookie.replace("role=", "other=")), null);
  assertEquals(await verified(send, "role", cookie.replace("user", "root")), null);
  assertEquals(await verified(send, "role", cookie.slice(0, -1) + (cookie.endsWith("A") ? "B" : "A")), null);
  assertEquals(await verified(send, "role", "role=user.1"), null);
  assertEquals(await verified(send, "role", "role=user.1."), null);
  assertEquals(await verified(send, "role", ""), null);
});

Deno.test("R9 secrets rotate: the first signs, each of the list verifies", async () => {
  const withSecrets = (cookieSecrets: readonly string[]) => {
    const igniter = Igniter.context(() => ({})).config({ cookieSecrets }).create();
    const set = igniter.mutation({
      path: "/set",
      handler: async ({ request }) => await request.cookies.setSigned("it", "value"),
    });
    const get = igniter.query({
      path: "/get",
      handler: async ({ request }) => await request.cookies.getSigned("it") ?? null,
    });
    return igniter.router({ controllers: { c: igniter.controller({ path: "/c", actions: { set, get } }) } }).handler;
  };
  const [now, old] = SECRETS;
  const sign = async (secrets: readonly string[]) =>
    back(await withSecrets(secrets)(new Request("http://localhost/api/v1/c/set", { method: "POST" })));
  const verify = async (secrets: readonly string[], cookie: string) =>
    await dataOf(withSecrets(secrets)(new Request("http://localhost/api/v1/c/get", { headers: { cookie } })));
  const before = await sign([old]);
  assertEquals(await verify([now, old], before), "value");
  assertEquals(await verify([now], before), null);
  const after = await sign([now, old]);
  assertEquals(await verify([now], after), "value");
  assertEquals(await verify([old], after), null);
});

// --- D8

eachHost("D8 output strips unknown keys, of plain values and replies, and keeps the reply's head", async (send) => {
  const data = { id: 1, nested: { kept: "yes" } };
  assertEquals(await read(send("GET /replies/output/plain")), { status: 200, data, error: null });
  const reply = await send("GET /replies/output/reply");
  assertEquals(reply.headers.get("x-own"), "1");
  assertEquals(await read(reply), { status: 201, data, error: null });
  assertEquals(await dataOf(send("GET /replies/output/transform/date")), { at: 1970 });
});

eachHost("D8 data that does not fit output answers a masked 500 and is logged", async (send, app) => {
  const response = await send("GET /replies/output/misfit");
  assert(!(await response.clone().text()).includes("secret"));
  const { status, data, error } = await read(response);
  assertEquals([status, data, error.code], [500, null, "ERR_INTERNAL"]);
  const [entry] = app.logged;
  assertEquals([entry?.level, entry?.fields["id"]], ["error", error.id]);
  assertStringIncludes((entry?.fields["error"] as Error).message, "replies.output");
});

Deno.test("D8 the caller gets the output schema's output as well", async () => {
  const { router } = createApp();
  const { data } = await router.caller.replies.output.query({ params: { how: "plain" } });
  assertEquals(data, { id: 1, nested: { kept: "yes" } });
  assertEquals((await router.caller.replies.output.query({ params: { how: "misfit" } })).error?.code, "ERR_INTERNAL");
  await router.close();
});

/**
 * The core client at its edges: what a review of it found.
 *
 * @module
 */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Igniter } from "@igniter-js/core";
import { type ClientOptions, createIgniterClient } from "@igniter-js/core/client/core";
import { createTestApp } from "@igniter-js/core/testing";
import { z } from "zod";
import { connect, failure, success } from "./app.ts";

async function addressOf(options: ClientOptions): Promise<string> {
  let address = "";
  const { api } = connect({ ...options, fetch: (url) => (address = url, success(1)) });
  await api.echo.agent.query();
  return address;
}

Deno.test("D17 a base URL without an origin is a path of this origin, not of the page's folder", async () => {
  assertEquals(await addressOf({ baseURL: "" }), "/api/v1/_/rpc/echo.agent");
  assertEquals(await addressOf({ baseURL: "/" }), "/api/v1/_/rpc/echo.agent");
  assertEquals(await addressOf({ baseURL: "/proxy" }), "/proxy/api/v1/_/rpc/echo.agent");
});

Deno.test("R36 a timeout longer than timers can wait, Infinity too, does not end the call at once", async () => {
  for (const timeout of [Infinity, 30 * 86_400_000]) {
    const fetch = async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return success(1);
    };
    assertEquals((await connect({ timeout, fetch }).api.echo.agent.query()).error, null);
  }
});

Deno.test("R36 a body that can be read once is not sent again, and the server's failure is told", async () => {
  const { api } = connect({
    retryDelay: () => 1,
    fetch: async (url, init) => {
      await new Request(url, init).text();
      return failure("ERR_BUSY", { status: 503 });
    },
  });
  const { error } = await api.echo.body.mutate({ body: new Blob(["abc"]).stream() } as never, { retry: 2 });
  assertEquals<string | undefined>(error?.code, "ERR_BUSY");
});

Deno.test("R34 a content type among the client's headers spoils no form and is on no GET", async () => {
  const { api, requests } = connect({ headers: { "content-type": "application/json" } });
  await api.echo.agent.query();
  const body = { title: "t", count: 1, files: [new File(["one"], "a.txt")] };
  assertEquals((await api.echo.upload.mutate({ body })).error, null);
  assertEquals(requests[0]?.headers.get("content-type"), null);
});

Deno.test("R36 headers of one list that have the same name are all sent", async () => {
  const { api, requests } = connect({ headers: [["x-tag", "a"], ["x-tag", "b"]] });
  await api.echo.agent.query();
  assertEquals(requests[0]?.headers.get("x-tag"), "a, b");
});

Deno.test("R36 an onResponse that reads the answer itself is told so, and nothing is repeated", async () => {
  let count = 0;
  const { api } = connect({
    retryDelay: () => 1,
    fetch: () => (count++, success(1)),
    onResponse: async ({ response }) => void await response.json(),
  });
  await assertRejects(() => api.echo.agent.query(), TypeError, "onResponse has read it");
  assertEquals(count, 1);
});

Deno.test("R33 a stranger's text is ERR_BAD_RESPONSE and not an action's data", async () => {
  for (const answer of [new Response("OK"), new Response(new Uint8Array(3)), new Response(null)]) {
    const { error } = await connect({ retry: 0, fetch: () => answer }).api.users.byId.query({ params: { id: "1" } });
    assertEquals(error?.code, "ERR_BAD_RESPONSE");
  }
});

Deno.test("R33 R36 a batch's answer that is none of ours is ERR_BAD_RESPONSE and does not reject", async () => {
  const { api } = connect({ batch: true, retry: 0, fetch: () => Response.json([null, null]) });
  const [one] = await Promise.allSettled([api.echo.agent.query(), api.echo.agent.query()]);
  assertEquals(one.status === "fulfilled" && one.value.error?.code, "ERR_BAD_RESPONSE");
});

Deno.test("R36 calls that the server takes one by one are not too large as a batch", async () => {
  const igniter = Igniter.create();
  const post = igniter.mutation({ body: z.object({ t: z.string() }), handler: ({ body }) => body.t.length });
  const router = igniter.router({ controllers: { a: igniter.controller({ path: "/a", actions: { post } }) } });
  const fetch = (url: string, init: RequestInit) => router.handler(new Request(url, init));
  const api = createIgniterClient<typeof router>({ batch: true, fetch });
  const made = await Promise.all([0, 1, 2].map(() => api.a.post.mutate({ body: { t: "x".repeat(500_000) } })));
  assertEquals(made.map(({ error }) => error?.code), [undefined, undefined, undefined]);
});

Deno.test("R34 a date in a path is ISO over REST as it is over RPC", async () => {
  let address = "";
  const { api } = connect({
    router: () => ({ routes: { "echo.param": ["GET", "/echo/param/:id"] } }),
    fetch: (url) => (address = url, success(1)),
  });
  await api.echo.param.query({ params: { id: new Date(0) } } as never);
  assert(address.endsWith("/1970-01-01T00%3A00%3A00.000Z"), address);
});

Deno.test("a parameter that is missing is ERR_BAD_REQUEST over REST as it is over RPC", async () => {
  const { api } = connect({
    router: () => ({ routes: { "echo.param": ["GET", "/echo/param/:id"] } }),
    fetch: () => success(1),
  });
  const made = await api.echo.param.query({ params: { id: "" } }).catch((error: Error) => error.message);
  assertEquals(typeof made === "string" ? made : made.error?.code, "ERR_BAD_REQUEST");
});

Deno.test("R34 R eact Native's FormData, whose class has no tag, leaves as it is", async () => {
  const own = globalThis.FormData;
  class FormData {
    readonly _parts: unknown[] = [];
    append(...part: unknown[]): void {
      this._parts.push(part);
    }
  }
  Object.assign(globalThis, { FormData });
  try {
    let body: unknown;
    const { api } = connect({ fetch: (_, init) => (body = init.body, success(1)) });
    const form = new FormData();
    form.append("a", "b");
    await api.echo.body.mutate({ body: form } as never);
    assertEquals(body, form);
  } finally {
    Object.assign(globalThis, { FormData: own });
  }
});

Deno.test("no expression of the client's needs Unicode properties, which Hermes refused until 2024", async () => {
  for (const file of ["client/request.ts", "server/contract/query_string.ts"]) {
    assert(!(await Deno.readTextFile(new URL(`../../${file}`, import.meta.url))).includes("\\p{"), file);
  }
});

Deno.test("a name that a client cannot call is refused by the server", () => {
  const igniter = Igniter.create();
  const toJSON = igniter.query({ path: "/x", handler: () => 1 });
  const actions = { toJSON };
  assertThrows(() => igniter.router({ controllers: { a: igniter.controller({ path: "/a", actions }) } }), TypeError);
});

Deno.test("a call that timed out leaves no listener on the signal it was given", async () => {
  const { signal } = new AbortController();
  let listeners = 0;
  const count = (method: "addEventListener" | "removeEventListener", by: number) => {
    const own = signal[method].bind(signal);
    Object.assign(signal, { [method]: (type: string, listener: () => void) => (listeners += by, own(type, listener)) });
  };
  count("addEventListener", 1);
  count("removeEventListener", -1);
  const { api } = connect({ timeout: 5, fetch: () => new Promise(() => {}) });
  await api.echo.agent.query(undefined, { signal });
  await new Promise((resolve) => setTimeout(resolve));
  assertEquals(listeners, 0);
});

Deno.test("D17 a base URL that is no address is refused, and not taken for a server that is away", async () => {
  for (const baseURL of ["127.0.0.1:1", "localhost:3000", "api.test"]) {
    await assertRejects(() => connect({ baseURL }).api.echo.agent.query(), TypeError, "Cannot use baseURL");
  }
  assertEquals(await addressOf({ baseURL: "//cdn.test/" }), "//cdn.test/api/v1/_/rpc/echo.agent");
  assertEquals(
    await addressOf({ baseURL: "capacitor://localhost", basePath: "/" }),
    "capacitor://localhost/_/rpc/echo.agent",
  );
});

Deno.test("R36 a call of a batch that is to wait waits as long as it is told", async () => {
  const igniter = Igniter.create();
  let left = 1;
  const busy = igniter.query({
    handler: ({ response }) =>
      left-- > 0 ? response.tooManyRequests("Later").setHeader("retry-after", "0.01") : response.success("done"),
  });
  const router = igniter.router({ controllers: { a: igniter.controller({ path: "/a", actions: { busy } }) } });
  let delays = 0;
  const api = createIgniterClient<typeof router>({
    batch: true,
    retryDelay: () => (delays++, 0),
    fetch: (url, init) => router.handler(new Request(url, init)),
  });
  const made = await Promise.all([api.a.busy.query(), api.a.busy.query()]);
  assertEquals(made.map(({ data }) => data), ["done", "done"]);
  assertEquals(delays, 0);
});

Deno.test("what a handler's own client could not reach is a masked failure, what it was answered passes on", async () => {
  const { igniter } = createTestApp();
  const away = connect({ fetch: () => Promise.reject(new TypeError("refused")), retry: 0 }).api;
  const { api } = connect();
  const router = igniter.router({
    controllers: {
      a: igniter.controller({
        path: "/a",
        actions: {
          away: igniter.query({ path: "/away", handler: () => away.echo.agent.query.orThrow() }),
          missing: igniter.query({
            path: "/missing",
            handler: () => api.users.byId.query.orThrow({ params: { id: "nobody" } }),
          }),
        },
      }),
    },
  });
  const codes = await Promise.all([router.caller.a.away.query(), router.caller.a.missing.query()]);
  assertEquals(codes.map(({ error }) => error?.code as string), ["ERR_INTERNAL", "ERR_NOT_FOUND"]);
});

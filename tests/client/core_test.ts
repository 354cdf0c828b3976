import { Igniter, IgniterError as ServerError, serve, toClientSchema } from "@igniter-js/core";
import { createIgniterClient, IgniterError } from "@igniter-js/core/client/core";
import { type Equal, expectType } from "@igniter-js/core/testing";
import { assert, assertEquals, assertInstanceOf, assertRejects, assertStrictEquals } from "@std/assert";
import { answers, type AppRouter, connect, failure, router, success } from "./app.ts";

Deno.test("R37 query() gives the server's values as themselves", async () => {
  const { data, error } = await connect().api.users.byId.query({ params: { id: "7" } });
  assertEquals(error, null);
  assertEquals(data, { id: "7", since: new Date(0), points: 7n, roles: new Set(["admin"]) });
  expectType<Equal<typeof data, { id: string; since: Date; points: bigint; roles: Set<string> } | null>>();
});

Deno.test("R33 an error's code tells the type of its data", async () => {
  const { data, error } = await connect().api.users.byId.query({ params: { id: "nobody" } });
  assertEquals(data, null);
  assert(error?.code === "ERR_NOT_FOUND");
  expectType<Equal<typeof error.data, { id: string; asked: Date }>>();
  assertEquals(error.data, { id: "nobody", asked: new Date(0) });
  assertEquals(error.message, "No such user");
});

Deno.test("R33 what a schema refuses is ERR_VALIDATION with its issues", async () => {
  const { error } = await connect().api.users.create.mutate({ body: { name: "A" } });
  assert(error?.code === "ERR_VALIDATION");
  assertEquals(error.data.issues.map(({ path }) => path), [["name"]]);
});

Deno.test("orThrow() gives the data alone, and throws an IgniterError", async () => {
  const { api } = connect();
  assertEquals(await api.users.create.mutate.orThrow({ body: { name: "Ada" } }), "Ada");
  const error = await assertRejects(() => api.users.byId.query.orThrow({ params: { id: "nobody" } }), IgniterError);
  assertEquals([error.code, error.status, error.message], ["ERR_NOT_FOUND", 404, "No such user"]);
  assertEquals(error.data, { id: "nobody", asked: new Date(0) });
});

Deno.test("R7 no content is null, without an error", async () => {
  assertEquals(await connect().api.users.none.query(), { data: null, error: null });
});

Deno.test("a client is not a promise, prints, and gives the same functions each time", async () => {
  const { api } = connect();
  assertStrictEquals(await (api as unknown), api);
  assertStrictEquals(await (api.users as unknown), api.users);
  assertEquals(JSON.stringify({ api }), `{"api":{}}`);
  assertStrictEquals(api.users.byId.query, api.users.byId.query);
  assertEquals(typeof Deno.inspect(api), "string");
});

Deno.test("D12 queries go to the key's RPC address over GET, mutations over POST", async () => {
  const { api, requests } = connect({ baseURL: "https://api.test/", basePath: "api/v1/" });
  await api.echo.param.query({ params: { id: "a/b ö" } });
  await api.echo.method.mutate({ params: { id: "7" } });
  assertEquals(requests.map(({ method, url }) => `${method} ${decodeURIComponent(url)}`), [
    "GET https://api.test/api/v1/_/rpc/echo.param?~id=a/b+ö",
    "POST https://api.test/api/v1/_/rpc/echo.method?~id=7",
  ]);
});

Deno.test("R14 a path parameter is that one parameter, whatever it holds", async () => {
  const { api } = connect();
  for (const id of ["a/b c", "../boom?x", "é%2F", "."]) {
    assertEquals((await api.echo.param.query({ params: { id } })).data, id);
  }
});

Deno.test("R34 queries arrive as they were given", async () => {
  const { api, requests } = connect();
  const query = {
    page: 2,
    tags: ["a b", "c&d"],
    since: new Date(86_400_000),
    filter: { name: "x=y", sizes: [1, 2] },
    exact: 12345678901234567890n,
  };
  assertEquals((await api.echo.query.query({ query })).data, query);
  assertEquals((await api.echo.query.query({ query: { tags: ["one"], page: undefined } })).data, { tags: ["one"] });
  assertEquals((await api.echo.query.query({ query: { tags: [] } })).data, { tags: [] });
  assertEquals((await api.echo.query.query()).data, {});
  assertEquals(requests.filter(({ headers }) => headers.has("content-type")), []);
  assert(requests[1]?.url.endsWith("?tags=one"));
});

Deno.test("R34 bodies arrive intact, the falsy ones too", async () => {
  const { api } = connect();
  for (const body of [0, false, "", null, "text", [1], { a: { b: null } }]) {
    assertEquals((await api.echo.body.mutate({ body })).data, { body });
  }
  assertEquals((await api.echo.body.mutate()).data, { body: undefined });
});

Deno.test("R37 rich values arrive as themselves in bodies and queries", async () => {
  const { api } = connect();
  const body = {
    date: new Date(5),
    big: 2n ** 70n,
    map: new Map([[{ a: 1 }, new Set([NaN, Infinity, -0])]]),
    url: new URL("https://x.test/?a=b"),
    bytes: new Uint8Array([1, 2, 255]),
    nothing: undefined,
  };
  assertEquals((await api.echo.body.mutate({ body })).data, { body });
  assertEquals((await api.echo.query.query({ query: { filter: { name: "", sizes: [] } } })).data, {
    filter: { name: "", sizes: [] },
  });
});

Deno.test("R34 forms, blobs and parameters leave as what they are", async () => {
  const { api, requests } = connect();
  const form = new FormData();
  form.set("title", "t");
  form.set("size", "3");
  assertEquals((await api.echo.typed.mutate({ body: form as never })).data, { title: "t", size: 3 });
  const typeOf = () => requests.at(-1)?.headers.get("content-type")?.split(";")[0];
  assertEquals(typeOf(), "multipart/form-data");
  assertEquals((await api.echo.body.mutate({ body: new URLSearchParams("a=1&a=2") })).data, {
    body: { a: ["1", "2"] },
  });
  assertEquals(typeOf(), "application/x-www-form-urlencoded");
  await api.echo.body.mutate({ body: new Blob(["x"], { type: "image/png" }) });
  assertEquals(typeOf(), "image/png");
  await api.echo.body.mutate({ body: new Blob(["x"]) });
  assertEquals(typeOf(), "application/octet-stream");
});

Deno.test("R34 files in an object make it a form", async () => {
  const { api } = connect();
  const files = [new File(["one"], "1.txt"), new File(["two"], "2.txt")];
  const { data, error } = await api.echo.upload.mutate({ body: { title: "=&", count: 2, files } });
  assertEquals(error, null);
  assertEquals(data, { title: "=&", count: 2, texts: ["one", "two"] });
  await assertRejects(
    () => api.echo.body.mutate({ body: { file: files[0], nothing: null } }),
    TypeError,
    "Cannot send files",
  );
});

Deno.test("R33 what happens on the way has the shape of any failure", async () => {
  const page = (status: number) => new Response("<p>", { status, headers: { "content-type": "text/html" } });
  const json = (text: string) => new Response(text, { headers: { "content-type": "application/json" } });
  const codeOf = async (answer: Response | Error) => {
    const { api } = connect({ fetch: answers(answer).fetch, retry: 0 });
    const { data, error } = await api.users.byId.query({ params: { id: "7" } });
    assertEquals(data, null);
    assertEquals(typeof error?.message, "string");
    return error?.code;
  };
  assertEquals(await codeOf(new TypeError("connection refused")), "ERR_NETWORK");
  assertEquals(await codeOf(page(502)), "ERR_BAD_RESPONSE");
  assertEquals(await codeOf(page(404)), "ERR_BAD_RESPONSE");
  // A single-page application's answer to everything it does not know.
  assertEquals(await codeOf(page(200)), "ERR_BAD_RESPONSE");
  assertEquals(await codeOf(json("{")), "ERR_BAD_RESPONSE");
  const broken = new ReadableStream({ pull: (controller) => controller.error(new Error("cut")) });
  assertEquals(await codeOf(new Response(broken, { headers: { "content-type": "application/json" } })), "ERR_NETWORK");
});

Deno.test("R33 a page that an action answers is its data", async () => {
  assertEquals((await connect().api.users.page.query()).data, "<p>ada</p>");
});

Deno.test("R33 a connection that is refused is ERR_NETWORK", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  const api = createIgniterClient<AppRouter>({ baseURL: `http://127.0.0.1:${port}`, retry: 0 });
  assertEquals((await api.users.byId.query({ params: { id: "7" } })).error?.code, "ERR_NETWORK");
});

Deno.test("R36 a call that takes too long is ERR_TIMEOUT, also where fetch ignores signals", async () => {
  const never = () => new Promise<Response>(() => {});
  const { api } = connect({ fetch: never, timeout: 5 });
  assertEquals((await api.users.byId.query({ params: { id: "7" } })).error?.code, "ERR_TIMEOUT");
  const ended = Promise.withResolvers<void>();
  const other = connect({
    fetch: (_, { signal }) => {
      signal?.addEventListener("abort", () => ended.resolve());
      return never();
    },
  });
  const { error } = await other.api.users.byId.query({ params: { id: "7" } }, { timeout: 5 });
  assertEquals(error?.code, "ERR_TIMEOUT");
  await ended.promise;
});

Deno.test("R36 a call that was aborted before it began sends nothing", async () => {
  const { api, requests } = connect();
  const { error } = await api.users.byId.query({ params: { id: "7" } }, { signal: AbortSignal.abort() });
  assertEquals([error?.code, requests.length], ["ERR_ABORTED", 0]);
  const controller = new AbortController();
  const call = api.users.byId.query({ params: { id: "7" } }, { signal: controller.signal });
  controller.abort();
  assertEquals([(await call).error?.code, requests.length], ["ERR_ABORTED", 0]);
});

Deno.test("R36 abort() reaches the handler's request.signal", async () => {
  const started = Promise.withResolvers<void>();
  const aborted = Promise.withResolvers<void>();
  const igniter = Igniter.create();
  const app = igniter.router({
    controllers: {
      slow: igniter.controller({
        path: "/slow",
        actions: {
          wait: igniter.query({
            handler: async ({ request }) => {
              request.signal.addEventListener("abort", () => aborted.resolve());
              started.resolve();
              await aborted.promise;
            },
          }),
        },
      }),
    },
  });
  const server = serve(app, { port: 0, hostname: "127.0.0.1", onListen: () => {} });
  const api = createIgniterClient<typeof app>({ baseURL: server.url });
  const controller = new AbortController();
  const call = api.slow.wait.query(undefined, { signal: controller.signal });
  await started.promise;
  controller.abort();
  assertEquals((await call).error?.code, "ERR_ABORTED");
  await aborted.promise;
  await server.shutdown();
});

Deno.test("R36 headers are put together: the client's, the call's, the input's", async () => {
  let made = 0;
  const { api } = connect({ headers: () => ({ "x-a": "client", "x-b": "client", "x-count": String(++made) }) });
  const { data } = await api.echo.headers.query(undefined, {
    headers: async () => await Promise.resolve(new Headers({ "x-b": "call" })),
  });
  assertEquals([data?.["x-a"], data?.["x-b"], data?.["x-count"]], ["client", "call", "1"]);
  const { data: tenant } = await api.echo.tenant.query({ headers: { "x-tenant": "acme" } });
  assertEquals([tenant, made], ["acme", 2]);
  const left = connect({ headers: { authorization: undefined, "x-c": "1" } });
  const { data: seen } = await left.api.echo.headers.query(undefined, { headers: [["x-d", "2"]] });
  assertEquals([seen?.["authorization"], seen?.["x-c"], seen?.["x-d"]], [undefined, "1", "2"]);
});

Deno.test("R36 a query is repeated while it fails in a way that may pass", async () => {
  const delays: number[] = [];
  const retryDelay = (attempt: number) => (delays.push(attempt), 0);
  const once = async (fetch: ReturnType<typeof answers>, retry?: number) => {
    const { api } = connect({ fetch: fetch.fetch, retryDelay, ...(retry === undefined ? {} : { retry }) });
    const { error } = await api.users.byId.query({ params: { id: "7" } });
    return [fetch.count, error?.code];
  };
  const away = failure("ERR_UNAVAILABLE", { status: 503 });
  assertEquals(await once(answers(new TypeError("refused"), away, success(1))), [3, undefined]);
  assertEquals(delays, [0, 1]);
  assertEquals(await once(answers(away)), [3, "ERR_UNAVAILABLE"]);
  assertEquals(await once(answers(away), 0), [1, "ERR_UNAVAILABLE"]);
  assertEquals(await once(answers(failure("ERR_INTERNAL", { status: 500 }))), [1, "ERR_INTERNAL"]);
  assertEquals(await once(answers(failure("ERR_NOT_FOUND", { status: 404 }))), [1, "ERR_NOT_FOUND"]);
});

Deno.test("R36 Retry-After says when, and one that asks for too much patience ends it", async () => {
  let delays = 0;
  const retryDelay = () => (delays++, 0);
  const limited = (after: string) => failure("ERR_RATE_LIMITED", { status: 429, headers: { "retry-after": after } });
  const call = async (after: string) => {
    const { fetch } = answers(limited(after), success(1));
    const { data } = await connect({ fetch, retryDelay }).api.users.byId.query({ params: { id: "7" } });
    return data as unknown;
  };
  assertEquals([await call("0.01"), delays], [1, 0]);
  assertEquals([await call("3600"), delays], [null, 0]);
  assertEquals([await call("Thu, 01 Jan 1970 00:00:00 GMT"), delays], [1, 1]);
  assertEquals([await call("soon"), delays], [1, 2]);
});

Deno.test("R36 a mutation is repeated only when its call says so", async () => {
  const away = failure("ERR_UNAVAILABLE", { status: 503 });
  const server = answers(away);
  const { api } = connect({ fetch: server.fetch, retry: 5, retryDelay: () => 0 });
  await api.users.create.mutate({ body: { name: "Ada" } });
  assertEquals(server.count, 1);
  await api.users.create.mutate({ body: { name: "Ada" } }, { retry: 1 });
  assertEquals(server.count, 3);
});

Deno.test("R36 an abort ends the wait for a repetition", async () => {
  const controller = new AbortController();
  const server = answers(new TypeError("refused"));
  const { api } = connect({ fetch: server.fetch, retryDelay: () => (controller.abort(), 60_000) });
  const { error } = await api.users.byId.query({ params: { id: "7" } }, { signal: controller.signal });
  assertEquals(error?.code, "ERR_ABORTED");
  // A repetition would begin in the microtasks after the wait.
  await new Promise((resolve) => setTimeout(resolve));
  assertEquals(server.count, 1, "nothing is sent after the abort");
});

Deno.test("R36 onRequest may change the request, onResponse the answer", async () => {
  const seen: string[] = [];
  const { api, requests } = connect({
    credentials: "include",
    onRequest: (call) => {
      seen.push(call.key);
      call.init.headers.set("x-trace", "7");
      call.url += "&page=3";
    },
    onResponse: ({ response }) => new Response(response.body, { status: 200, headers: response.headers }),
  });
  const { data } = await api.echo.query.query({ query: { tags: ["a"] } });
  assertEquals(data, { tags: ["a"], page: 3 });
  assertEquals([seen, requests[0]?.headers.get("x-trace"), requests[0]?.credentials], [
    ["echo.query"],
    "7",
    "include",
  ]);
});

Deno.test("R36 onResponse may sign in again and send the request once more", async () => {
  let token = "old";
  const { api, requests } = connect({
    headers: () => ({ "x-agent": token }),
    onResponse: async ({ response, again }) => {
      if (token === "new") return;
      token = "new";
      await response.body?.cancel();
      return await again();
    },
  });
  assertEquals((await api.echo.agent.query()).data, "new");
  assertEquals(requests.length, 2);
});

Deno.test("R36 onError hears of failures, the call's after the client's", async () => {
  const heard: string[] = [];
  const { api } = connect({ onError: ({ key, error }) => heard.push(`client ${key} ${error.code}`) });
  await api.users.byId.query({ params: { id: "nobody" } }, {
    onError: ({ error }) => heard.push(`call ${error.code}`),
  });
  await api.users.byId.query({ params: { id: "7" } });
  assertEquals(heard, ["client users.byId ERR_NOT_FOUND", "call ERR_NOT_FOUND"]);
});

Deno.test("what the application's own functions throw, a call rejects with", async () => {
  const boom = () => {
    throw new RangeError("boom");
  };
  for (const options of [{ headers: boom }, { onRequest: boom }, { onResponse: boom }, { router: boom }]) {
    await assertRejects(() => connect(options).api.echo.agent.query(), RangeError, "boom");
  }
});

Deno.test("D20 with the router itself calls stay in process, with the headers given", async () => {
  let loads = 0;
  const api = createIgniterClient<AppRouter>({
    router: async () => (loads++, await Promise.resolve(router)),
    headers: () => ({ "x-agent": "server" }),
    fetch: () => {
      throw new Error("it went over the network");
    },
  });
  assertEquals(loads, 0);
  assertEquals((await api.echo.agent.query()).data, "server");
  assertEquals((await api.echo.agent.query(undefined, { headers: { "x-agent": "call" } })).data, "call");
  assertEquals((await api.echo.tenant.query({ headers: { "x-tenant": "acme" } })).data, "acme");
  const { error } = await api.users.byId.query({ params: { id: "nobody" } });
  assertEquals(error?.code, "ERR_NOT_FOUND");
  assertEquals(await api.users.create.mutate.orThrow({ body: { name: "Ada" } }), "Ada");
  assertEquals(loads, 1);
});

Deno.test("a router that could not be loaded is asked for again", async () => {
  let tries = 0;
  const api = createIgniterClient<AppRouter>({
    router: () => {
      if (tries++ === 0) throw new Error("not yet");
      return router;
    },
  });
  await assertRejects(() => api.echo.agent.query(), Error, "not yet");
  assertEquals((await api.echo.agent.query()).error, null);
  const wrong = createIgniterClient<AppRouter>({ router: () => ({}) });
  await assertRejects(() => wrong.echo.agent.query(), TypeError, "neither a router nor a schema");
});

Deno.test("a client's IgniterError has the answer's status, and is an IgniterError on the server too", async () => {
  const { api } = connect();
  const error = await assertRejects(() => api.users.byId.query.orThrow({ params: { id: "nobody" } }), IgniterError);
  assertEquals([error.name, error.status], ["IgniterError", 404]);
  assertInstanceOf(error, ServerError);
  class Own extends ServerError {}
  assertEquals([error instanceof Own, new Own("ERR_CONFLICT") instanceof Own], [false, true]);
  const away = connect({ fetch: answers(new TypeError("refused")).fetch, retry: 0 });
  const failure = await assertRejects(() => away.api.echo.agent.query.orThrow(), IgniterError);
  assertEquals([failure.code, failure.status], ["ERR_NETWORK", 0]);
});

Deno.test("bare JSON is the data", async () => {
  const { fetch } = answers(Response.json({ data: 1 }));
  assertEquals((await connect({ fetch }).api.echo.agent.query()).data, { data: 1 } as never);
});

Deno.test("a schema of the router sends calls to the REST paths", async () => {
  const { api, requests } = connect({ router: () => toClientSchema(router), batch: true });
  assertEquals((await api.echo.param.query({ params: { id: "a/b" } })).data, "a/b");
  assertEquals((await api.echo.method.mutate({ params: { id: "7" } })).data, "DELETE 7");
  assertEquals((await api.echo.query.query({ query: { page: 2, since: new Date(5) } })).data, {
    page: 2,
    since: new Date(5),
  });
  assertEquals((await api.echo.query.query({ query: { tags: [] } })).data, { tags: [] });
  assertEquals((await api.users.create.mutate({ body: { name: "Ada" } })).data, "Ada");
  assertEquals(requests.map(({ method, url }) => `${method} ${new URL(url).pathname}`), [
    "GET /api/v1/echo/param/a%2Fb",
    "DELETE /api/v1/echo/method/7",
    "GET /api/v1/echo",
    "GET /api/v1/echo",
    "POST /api/v1/users",
  ]);
});

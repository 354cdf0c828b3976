import { Igniter } from "@igniter-js/core";
import { type ClientOptions, createIgniterClient } from "@igniter-js/core/client/core";
import { assertEquals, assertRejects } from "@std/assert";
import { answers, connect } from "./app.ts";

function paths(requests: readonly Request[]): string[] {
  return requests.map(({ method, url }) => `${method} ${new URL(url).pathname}`);
}

Deno.test("R36 batch: true sends the calls of one tick as one request, whose parts fail independently", async () => {
  const { api, requests } = connect({ batch: true });
  const [found, missing, created, refused, rich, none] = await Promise.all([
    api.users.byId.query({ params: { id: "7" } }),
    api.users.byId.query({ params: { id: "nobody" } }),
    api.users.create.mutate({ body: { name: "Ada" } }),
    api.users.create.mutate({ body: { name: "A" } }),
    api.echo.body.mutate({ body: { at: new Date(5), n: 7n } }),
    api.users.none.query(),
  ]);
  assertEquals(paths(requests), ["POST /api/v1/_/batch"]);
  assertEquals(found.data, { id: "7", since: new Date(0), points: 7n, roles: new Set(["admin"]) });
  assertEquals(missing.error?.code === "ERR_NOT_FOUND" && missing.error.data, { id: "nobody", asked: new Date(0) });
  assertEquals([created.data, refused.error?.code], ["Ada", "ERR_VALIDATION"]);
  assertEquals(rich.data, { body: { at: new Date(5), n: 7n } });
  assertEquals(none, { data: null, error: null });
});

Deno.test("R36 a call without company travels by itself, and so does one with options of its own", async () => {
  const { api, requests } = connect({ batch: true });
  await api.users.create.mutate({ body: { name: "Ada" } });
  await Promise.all([
    api.echo.agent.query(undefined, { headers: { "x-agent": "call" } }),
    api.echo.tenant.query({ headers: { "x-tenant": "acme" } }),
    api.echo.upload.mutate({ body: { title: "", count: 0, files: [new File(["x"], "x")] } }),
  ]);
  assertEquals(paths(requests).filter((path) => path.endsWith("/_/batch")), []);
});

Deno.test("R36 batch: 2 sends no more than two calls together", async () => {
  const { api, requests } = connect({ batch: 2 });
  const results = await Promise.all(["1", "2", "3"].map((id) => api.echo.param.query({ params: { id } })));
  assertEquals(results.map(({ data }) => data), ["1", "2", "3"]);
  assertEquals(paths(requests), ["POST /api/v1/_/batch", "GET /api/v1/_/rpc/echo.param"]);
});

Deno.test("R36 a batch has the client's headers", async () => {
  const { api } = connect({ batch: true, headers: () => ({ "x-agent": "me" }) });
  const results = await Promise.all([api.echo.agent.query(), api.echo.agent.query()]);
  assertEquals(results.map(({ data }) => data), ["me", "me"]);
});

Deno.test("R36 an aborted call of a batch harms no other; when all are, the request is", async () => {
  const { api } = connect({ batch: true });
  const controller = new AbortController();
  const calls = [
    api.echo.param.query({ params: { id: "1" } }, { signal: controller.signal }),
    api.echo.param.query({ params: { id: "2" } }),
    api.echo.param.query({ params: { id: "3" } }),
  ];
  await Promise.resolve();
  controller.abort();
  assertEquals((await Promise.all(calls)).map(({ data, error }) => error?.code ?? data), ["ERR_ABORTED", "2", "3"]);

  const sent = Promise.withResolvers<AbortSignal>();
  const waiting = connect({
    batch: true,
    fetch: (_, { signal }) => {
      sent.resolve(signal as AbortSignal);
      return new Promise(() => {});
    },
  });
  const page = new AbortController();
  const both = [1, 2].map(() => waiting.api.echo.agent.query(undefined, { signal: page.signal }));
  const signal = await sent.promise;
  page.abort();
  await Promise.all(both);
  assertEquals(signal.aborted, true);
});

Deno.test("R36 what becomes of the batch becomes of its calls: refused, unreachable, answered by a stranger", async () => {
  const codes = async (options: ClientOptions) => {
    const { api } = connect({ batch: true, retry: 0, ...options });
    const results = await Promise.all([api.echo.agent.query(), api.echo.agent.query()]);
    return results.map(({ error }) => error?.code);
  };
  const page = new Response("<p>", { headers: { "content-type": "text/html" } });
  assertEquals(await codes(answers(new TypeError("refused"))), ["ERR_NETWORK", "ERR_NETWORK"]);
  assertEquals(await codes(answers(page)), ["ERR_BAD_RESPONSE", "ERR_BAD_RESPONSE"]);
  assertEquals(await codes(answers(Response.json({ oops: 1 }, { status: 502 }))), [
    "ERR_BAD_RESPONSE",
    "ERR_BAD_RESPONSE",
  ]);
});

Deno.test("R36 a server with batchLimit: 0 takes no batches, and each call says so", async () => {
  const igniter = Igniter.config({ batchLimit: 0 }).create();
  const one = igniter.query({ handler: () => 1 });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { one } }) } });
  const api = createIgniterClient<typeof router>({
    batch: true,
    fetch: (url, init) => router.handler(new Request(url, init)),
  });
  const results = await Promise.all([api.x.one.query(), api.x.one.query()]);
  assertEquals(results.map(({ error }) => error?.code as string), ["ERR_NOT_FOUND", "ERR_NOT_FOUND"]);
});

Deno.test("batch refuses what is no number of calls", async () => {
  for (const batch of [-1, 1.5]) {
    await assertRejects(() => connect({ batch }).api.echo.agent.query(), TypeError, "Cannot batch");
  }
});

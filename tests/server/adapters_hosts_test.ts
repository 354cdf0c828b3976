/** Hosts that speak `Request` and `Response`: Next.js, Fresh, Hono, h3. */

import { assertEquals, assertStrictEquals } from "@std/assert";
import { H3 } from "npm:h3@^2";
import { Hono } from "npm:hono@^4";
import { freshAdapter, nextRouteHandlerAdapter } from "../../server/adapters/mod.ts";
import type { WebRouter } from "../../server/adapters/mod.ts";

/** Answers with method, path and body, and keeps what it was called with. */
function echo(basePath?: string): WebRouter & { readonly calls: unknown[][] } {
  const calls: unknown[][] = [];
  async function handler(...args: [Request]): Promise<Response> {
    calls.push(args);
    const [request] = args;
    return new Response(`${request.method} ${new URL(request.url).pathname} ${await request.text()}`.trim());
  }
  return { handler, calls, ...(basePath === undefined ? {} : { basePath }) };
}

Deno.test("nextRouteHandlerAdapter() answers each method, and keeps Next's params from the router", async () => {
  const router = echo();
  const handlers = nextRouteHandlerAdapter(router);
  assertEquals(Object.keys(handlers).sort(), ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]);
  for (const [method, handle] of Object.entries(handlers)) {
    const request = new Request("http://localhost/api/users", { method });
    // As Next calls it.
    const call = handle as (request: Request, context: unknown) => Promise<Response>;
    const answer = await call(request, { params: Promise.resolve({ all: ["users"] }) });
    assertEquals(await answer.text(), `${method} /api/users`);
    assertEquals(router.calls.at(-1)?.length, 1);
    assertStrictEquals(router.calls.at(-1)?.[0], request);
  }
});

Deno.test("freshAdapter() answers below basePath and leaves the rest to the next middleware", async () => {
  const visit = async (router: WebRouter, path: string): Promise<string> => {
    const url = new URL(path, "http://localhost");
    const next = (): Promise<Response> => Promise.resolve(new Response("page"));
    return await (await freshAdapter(router)({ req: new Request(url), url, next })).text();
  };
  for (const basePath of ["/api/v1", "/api/v1/", "api/v1"]) {
    assertEquals(await visit(echo(basePath), "/api/v1"), "GET /api/v1");
    assertEquals(await visit(echo(basePath), "/api/v1/users"), "GET /api/v1/users");
    assertEquals(await visit(echo(basePath), "/api/v10"), "page");
    assertEquals(await visit(echo(basePath), "/about"), "page");
  }
  for (const basePath of [undefined, "", "/"]) assertEquals(await visit(echo(basePath), "/about"), "GET /about");
});

Deno.test("Hono's app.mount takes router.handler as it is", async () => {
  const app = new Hono();
  app.get("/about", (context) => context.text("page"));
  app.mount("/", echo().handler);
  assertEquals(await (await app.request("/about")).text(), "page");
  const answer = await app.request("/api/users", { method: "POST", body: "hello" });
  assertEquals(await answer.text(), "POST /api/users hello");
});

Deno.test("h3's app.mount takes router.handler as it is", async () => {
  const app = new H3();
  app.get("/about", () => "page");
  app.mount("/", { fetch: echo().handler });
  assertEquals(await (await app.request("/about")).text(), "page");
  const answer = await app.request("/api/users", { method: "POST", body: "hello" });
  assertEquals(await answer.text(), "POST /api/users hello");
});

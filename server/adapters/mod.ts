/**
 * The router on other hosts: Next.js, Express, `node:http` and Fresh. Hosts that take a `(request) => Response` need no
 * adapter: `export default AppRouter` for `deno serve`, `app.mount("/", AppRouter.handler)` for Hono, `AppRouter.fetch`
 * elsewhere. On Deno, `serve` of `@igniter-js/core` also ends in order and refuses a malformed `Host`.
 *
 * @example
 * ```ts
 * import { nodeAdapter } from "@igniter-js/core/adapters";
 * import { createServer } from "node:http";
 * import { assertEquals } from "@std/assert";
 *
 * const AppRouter = { handler: (request: Request) => Promise.resolve(Response.json({ url: request.url })) };
 * const server = createServer(nodeAdapter(AppRouter));
 * await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
 *
 * const { port } = server.address() as { port: number };
 * const answer = await fetch(`http://127.0.0.1:${port}/users?page=2`);
 * assertEquals(await answer.json(), { url: `http://127.0.0.1:${port}/users?page=2` });
 *
 * await new Promise((resolve) => server.close(resolve));
 * ```
 *
 * @module
 */

export { freshAdapter } from "./fresh.ts";
export type { FreshContext } from "./fresh.ts";
export { nextRouteHandlerAdapter } from "./next.ts";
export type { NextRouteHandlers } from "./next.ts";
export { expressAdapter, nodeAdapter } from "./node.ts";
export type {
  ExpressHandler,
  NodeAdapterOptions,
  NodeHandler,
  NodeHeaders,
  NodeRequest,
  NodeResponse,
} from "./node.ts";
export type { WebRouter } from "./web_router.ts";

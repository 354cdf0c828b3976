/**
 * The router as Fresh 2 middleware.
 *
 * @module
 */

import { ownsPath } from "./web_router.ts";
import type { WebRouter } from "./web_router.ts";

/** What the adapter reads of Fresh's context. */
export interface FreshContext {
  /** The request. */
  readonly req: Request;
  /** Its parsed address. */
  readonly url: URL;
  /** Calls the next middleware. */
  next(): Promise<Response>;
}

/**
 * Makes Fresh middleware: for `app.use`, `app.all` and `define.handlers`. A path outside the router's `basePath` goes to
 * the next middleware.
 *
 * @example
 * ```ts
 * import { freshAdapter } from "@igniter-js/core/adapters";
 * import { assertEquals } from "@std/assert";
 *
 * const AppRouter = { basePath: "/api", handler: () => Promise.resolve(new Response("router")) };
 * const middleware = freshAdapter(AppRouter);
 * const visit = (path: string) => {
 *   const url = new URL(path, "http://localhost");
 *   return middleware({ req: new Request(url), url, next: () => Promise.resolve(new Response("page")) });
 * };
 *
 * assertEquals(await (await visit("/api/users")).text(), "router");
 * assertEquals(await (await visit("/about")).text(), "page");
 * ```
 */
export function freshAdapter(router: WebRouter): (context: FreshContext) => Promise<Response> {
  const owns = ownsPath(router);
  return async (context) => await (owns(context.url.pathname) ? router.handler(context.req) : context.next());
}

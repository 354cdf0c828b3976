/**
 * The router as a Next.js route handler.
 *
 * @module
 */

import type { WebRouter } from "./web_router.ts";

/** The exports of a Next.js `route.ts`. */
export interface NextRouteHandlers {
  /** Answers GET. */
  readonly GET: (request: Request) => Promise<Response>;
  /** Answers POST. */
  readonly POST: (request: Request) => Promise<Response>;
  /** Answers PUT. */
  readonly PUT: (request: Request) => Promise<Response>;
  /** Answers DELETE. */
  readonly DELETE: (request: Request) => Promise<Response>;
  /** Answers PATCH. */
  readonly PATCH: (request: Request) => Promise<Response>;
  /** Answers HEAD. */
  readonly HEAD: (request: Request) => Promise<Response>;
  /** Answers OPTIONS. */
  readonly OPTIONS: (request: Request) => Promise<Response>;
}

/**
 * Makes the exports of a catch-all route of the App Router, such as `app/api/v1/[[...all]]/route.ts`. Export
 * `dynamic = "force-dynamic"` beside them, else Next may answer a GET from its build.
 *
 * @example
 * ```ts
 * import { nextRouteHandlerAdapter } from "@igniter-js/core/adapters";
 * import { assertEquals } from "@std/assert";
 *
 * const AppRouter = { handler: (request: Request) => Promise.resolve(new Response(request.method)) };
 * const { GET, POST } = nextRouteHandlerAdapter(AppRouter);
 *
 * assertEquals(await (await GET(new Request("http://localhost/api"))).text(), "GET");
 * assertEquals(await (await POST(new Request("http://localhost/api", { method: "POST" }))).text(), "POST");
 * ```
 */
export function nextRouteHandlerAdapter(router: WebRouter): NextRouteHandlers {
  // Next calls with the route's params as a second argument; the router has its own and must not see them.
  const answer = async (request: Request): Promise<Response> => await router.handler(request);
  return { GET: answer, POST: answer, PUT: answer, DELETE: answer, PATCH: answer, HEAD: answer, OPTIONS: answer };
}

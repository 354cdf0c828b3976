/**
 * The testing kit: an application in one line, requests in one line, a caller with a context of your own, a clock you
 * move, and assertions on types.
 *
 * @example
 * ```ts
 * import { createTestApp, send } from "@igniter-js/core/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const { igniter } = createTestApp({ greeting: "Hello" });
 * const hello = igniter.query({ path: "/:name", handler: ({ context, params }) => `${context.greeting}, ${params.name}!` });
 * const router = igniter.router({ controllers: { hello: igniter.controller({ path: "/hello", actions: { hello } }) } });
 *
 * const { status, data } = await send(router, "GET /hello/Ada");
 * assertEquals([status, data], [200, "Hello, Ada!"]);
 * await router.close();
 * ```
 *
 * @module
 */
export { createFakeClock } from "./clock.ts";
export type { FakeClock, FakeClockOptions } from "./clock.ts";
export { createTestApp, send, testCaller } from "./app.ts";
export type { LogEntry, SendOptions, Sent, TestApp, TestCallerOptions, TestFeatures, TestSetup } from "./app.ts";
export { expectType } from "./types.ts";
export type { Equal } from "./types.ts";

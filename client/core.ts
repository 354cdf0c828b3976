/**
 * The typed client, without any UI library: an API's actions as functions that give `{ data, error }`.
 *
 * It knows nothing of the server but the router's type, so a page carries no server code.
 *
 * @example
 * ```ts
 * import { Igniter } from "@igniter-js/core";
 * import { createIgniterClient } from "@igniter-js/core/client/core";
 * import { assertEquals } from "@std/assert";
 *
 * const igniter = Igniter.create();
 * const AppRouter = igniter.router({
 *   controllers: {
 *     greetings: igniter.controller({
 *       path: "/greetings",
 *       actions: { hello: igniter.query({ path: "/:name", handler: ({ params }) => `Hello, ${params.name}` }) },
 *     }),
 *   },
 * });
 *
 * // In a browser: createIgniterClient<typeof AppRouter>({ baseURL: "https://api.example.com" })
 * const api = createIgniterClient<typeof AppRouter>({ fetch: (url, init) => AppRouter.handler(new Request(url, init)) });
 * const { data, error } = await api.greetings.hello.query({ params: { name: "Ada" } });
 * assertEquals([data, error], ["Hello, Ada", null]);
 * ```
 *
 * @module
 */
import type { AnyRouter } from "../server/contract/action.ts";
import { createEngine } from "./engine.ts";
import { coreMethod } from "./methods.ts";
import type { ClientOptions } from "./options.ts";
import { createProxy } from "./proxy.ts";
import type { CoreClient } from "./types.ts";

export { FailureError as IgniterError } from "../server/contract/failure_error.ts";
export type { ClientOptions };
export type { StreamCallOptions } from "./messages.ts";
export type {
  ClientCallOptions,
  FailedCall,
  Fetch,
  HeadersLike,
  HeadersOption,
  IncomingAnswer,
  OutgoingCall,
  RequestOptions,
} from "./options.ts";
export type {
  ClientArgs,
  ClientCall,
  ClientErrors,
  ClientMutation,
  ClientQuery,
  ClientStream,
  CoreAction,
  CoreClient,
  StreamArgs,
  TransportFailure,
} from "./types.ts";

/** Makes a client of a router's type. Nothing is sent, and `router` is not called, before the first call. */
export function createIgniterClient<R extends AnyRouter>(options: ClientOptions = {}): CoreClient<R["~controllers"]> {
  const engine = createEngine(options);
  // The type says what the router has; the proxy gives a method for every name.
  return createProxy((key, method) => coreMethod(engine, key, method)) as CoreClient<R["~controllers"]>;
}

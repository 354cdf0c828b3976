/**
 * The typed client for React: the calls of `./client/core`, and hooks over TanStack Query.
 *
 * One file of an application serves both: server components call `await api.users.list.query()`, client components
 * `api.users.list.useQuery()`.
 *
 * @example
 * ```tsx
 * import { Igniter } from "@igniter-js/core";
 * import { createIgniterClient, IgniterProvider } from "@igniter-js/core/client";
 * import { assertEquals } from "@std/assert";
 * import { renderToString } from "react-dom/server";
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
 * const api = createIgniterClient<typeof AppRouter>({ baseURL: "http://localhost:3000" });
 *
 * function Greeting() {
 *   const hello = api.greetings.hello.useQuery({ params: { name: "Ada" } });
 *   if (hello.isLoading) return <p>Loading...</p>;
 *   if (hello.isError) return <p>{hello.error.message}</p>;
 *   return <p>{hello.data}</p>;
 * }
 *
 * assertEquals(renderToString(<IgniterProvider><Greeting /></IgniterProvider>), "<p>Loading...</p>");
 * ```
 *
 * @module
 */
import type { AnyRouter } from "../server/contract/action.ts";
import { createEngine } from "./engine.ts";
import type { ReactClientOptions } from "./react_options.ts";
import { createProxy } from "./proxy.ts";
import { reactMethod } from "./react_methods.ts";
import type { IgniterClient } from "./react_types.ts";

export type {
  ActionData,
  ActionErrors,
  ActionShape,
  AnyRouter,
  CallOptions,
  InputOf,
  MessageOf,
} from "../server/contract/action.ts";
export type { Failure, IgniterErrorOptions } from "../server/contract/error.ts";
export type { JobTicket, TicketTypes } from "../server/contract/job.ts";
export type { KeyInput, KeyOf } from "../server/contract/keys.ts";
export type { Result } from "../server/contract/reply.ts";
export type { IgniterQueryClient, KeyData, OptimisticCache, QueryClientHook, QueryKeyOf } from "./cache_types.ts";
export type {
  ClientCallOptions,
  ClientOptions,
  FailedCall,
  Fetch,
  HeadersLike,
  HeadersOption,
  IncomingAnswer,
  OutgoingCall,
  RequestOptions,
} from "./options.ts";
export type {
  JobCancelled,
  JobCompleted,
  JobFailed,
  JobHook,
  JobHookOptions,
  JobHookResult,
  JobHooks,
  JobIdle,
  JobMethods,
  JobRunning,
  TicketOf,
} from "./job_types.ts";
export type { IgniterProviderProps, RealtimeProps } from "./provider.ts";
export type {
  CachedQuery,
  Callbacks,
  FetchSettings,
  FieldOf,
  HookArgs,
  InfiniteHookOptions,
  InitialParams,
  MutationCallbacks,
  MutationHookOptions,
  MutationSettings,
  Only,
  PageParam,
  PlainMutationOptions,
  PlainQueryOptions,
  QueryHookOptions,
  ReactClientOptions,
  RealtimeHookOptions,
  RevalidatedTarget,
  StreamHookOptions,
  SuspenseOptions,
} from "./react_options.ts";
export type {
  Busy,
  Failed,
  FetchMethods,
  FetchState,
  Idle,
  InfiniteHookResult,
  InfiniteMethods,
  Loading,
  MutationHookResult,
  MutationMethods,
  QueryHookResult,
  QueryMethods,
  RealtimeHookResult,
  RefetchOptions,
  StreamHookResult,
  Succeeded,
  SuspenseHookResult,
  Unsent,
} from "./react_results.ts";
export type {
  ActionInfiniteOptions,
  ActionMutationOptions,
  ActionQueryOptions,
  IgniterClient,
  MutateArgs,
  MutationHooks,
  Optional,
  OurCallbacks,
  QueryHooks,
  ReactAction,
  StreamHooks,
  WithDefaults,
} from "./react_types.ts";
export type { StreamState } from "./stream.ts";
export type {
  ClientArgs,
  ClientCall,
  ClientErrors,
  ClientMutation,
  ClientQuery,
  ClientStream,
  CoreAction,
  TransportFailure,
} from "./types.ts";
export { deserializeData, serializeData } from "./dehydrate.ts";
export { IgniterProvider } from "./provider.ts";
export { useIgniterQueryClient } from "./query_client.ts";
export { FailureError as IgniterError } from "../server/contract/failure_error.ts";

/** Makes a client of a router's type. Nothing is sent, and `router` is not called, before the first call. */
export function createIgniterClient<R extends AnyRouter>(
  options: ReactClientOptions = {},
): IgniterClient<R["~controllers"]> {
  const engine = createEngine(options);
  // The type says what the router has; the proxy gives a method for every name.
  return createProxy((key, method) =>
    reactMethod({ engine, key, keyPrefix: options.keyPrefix }, method)
  ) as IgniterClient<R["~controllers"]>;
}

/**
 * An action as plain TanStack Query options: for its own hooks, for `prefetchQuery`, for a server that renders. No React.
 *
 * @module
 */
import type { ClientEngine } from "./engine.ts";
import { orThrow } from "./methods.ts";
import { type CacheKey, INFINITE, inputOf, type KeySource, queryKey } from "./query_key.ts";
import type { CallInput } from "./request.ts";

/** An action of a client. */
export interface Target extends KeySource {
  /** What calls it. */
  readonly engine: ClientEngine;
}

/** What a user says of a query: the parts of its input, ours, and TanStack's options by name. */
export interface FetchOptions extends CallInput {
  /** Lies under the query and params. */
  readonly initialParams?: { readonly query?: object; readonly params?: object } | undefined;
  /** The input of a page of an infinite query. */
  readonly input?: (pageParam: unknown) => CallInput;
  /** The first page of an infinite query. */
  readonly initialPageParam?: unknown;
  /** TanStack's. */
  readonly [option: string]: unknown;
}

/** What every query has. */
export interface ActionOptions {
  readonly queryKey: CacheKey;
  readonly queryFn: (context: { readonly signal: AbortSignal; readonly pageParam?: unknown }) => Promise<unknown>;
  readonly [option: string]: unknown;
}

/** The options of a query. */
export function queryOptions(target: Target, options: FetchOptions = {}): ActionOptions {
  const input = withInitial(options);
  return {
    ...options,
    queryKey: queryKey(target, input),
    // What starts a call waits a microtask first: StrictMode's simulated unmount has aborted it by then.
    queryFn: ({ signal }) => orThrow(target.engine.call(target.key, "query", input, { signal })),
  };
}

/** The options of an infinite query. */
export function infiniteOptions(target: Target, options: FetchOptions): ActionOptions {
  const { input = () => ({}), initialPageParam } = options;
  return {
    ...options,
    queryKey: [...queryKey(target, input(initialPageParam)), INFINITE],
    queryFn: ({ signal, pageParam }) => orThrow(target.engine.call(target.key, "query", input(pageParam), { signal })),
  };
}

/** The options of a mutation. */
export function mutationOptions(target: Target, options?: object): object {
  return {
    ...options,
    mutationKey: queryKey(target),
    mutationFn: (input?: CallInput) => orThrow(target.engine.call(target.key, "mutation", input)),
  };
}

/** The parts of a query's input, `initialParams` under them. */
export function withInitial(options: FetchOptions): CallInput {
  const { query, params, initialParams } = options;
  return {
    ...inputOf(options),
    ...(initialParams && {
      query: { ...initialParams.query, ...query },
      params: { ...initialParams.params, ...params },
    }),
  };
}

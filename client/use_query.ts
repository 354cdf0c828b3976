"use client";
/**
 * The hooks of queries: one body, over three of TanStack's. It is untyped: `react_types.ts` says what it takes and gives.
 *
 * @module
 */
import {
  type DefaultedQueryObserverOptions,
  type QueryClient,
  type QueryKey,
  type RefetchOptions,
  useInfiniteQuery as useInfinite,
  useQuery as useFetch,
  type UseQueryOptions,
  type UseQueryResult,
  useSuspenseQuery as useSuspense,
} from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { type Callbacks, done, failed, useClient, useLatest, useLoading } from "./hook_parts.ts";
import { inputOf } from "./query_key.ts";
import {
  type ActionOptions,
  type FetchOptions,
  infiniteOptions,
  queryOptions,
  type Target,
  withInitial,
} from "./query_options.ts";
import type { CallInput } from "./request.ts";

/** What a query hook is told. */
type QueryGiven = FetchOptions & Callbacks & { readonly select?: (data: unknown) => unknown };

type Fetched = UseQueryResult<unknown, unknown>;

/** What was executed, and the hash of the component's own key, in whose place it is shown. */
type Executed = readonly [instead: string, input: CallInput];

/** What the last committed render held. */
type Latest = [
  given: QueryGiven,
  result: Fetched,
  options: UseQueryOptions,
  hash: string,
  instead: string,
  toOptions: (given: QueryGiven) => DefaultedOptions,
  client: QueryClient,
  executed: Executed | undefined,
];

/** What is heard of the cache; there is an action when a query has changed. */
interface CacheEvent {
  readonly query: { readonly queryHash: string };
  readonly action?: {
    readonly type: string;
    readonly manual?: boolean;
    readonly data?: unknown;
    readonly error?: unknown;
  };
}

/** Ours are untyped, and so is what TanStack makes of them. */
type DefaultedOptions = DefaultedQueryObserverOptions<unknown, Error, unknown, unknown, QueryKey>;

/** `useQuery` of an action. */
export function useQuery(target: Target, options?: QueryGiven): object {
  return useAny(useFetch, queryOptions, target, options);
}

/** `useSuspenseQuery` of an action. */
export function useSuspenseQuery(target: Target, options?: QueryGiven): object {
  return useAny(useSuspense as typeof useFetch, queryOptions, target, options);
}

/** `useInfiniteQuery` of an action. */
export function useInfiniteQuery(target: Target, options: QueryGiven): object {
  return useAny(useInfinite as unknown as typeof useFetch, infiniteOptions, target, options);
}

function useAny(
  useHook: (options: UseQueryOptions) => Fetched,
  makeOptions: (target: Target, options: QueryGiven) => ActionOptions,
  target: Target,
  given: QueryGiven = {},
): object {
  const client = useClient(target.key);
  const toOptions = (given: QueryGiven): DefaultedOptions =>
    client.defaultQueryOptions(makeOptions(target, given) as object as DefaultedOptions);
  const instead = toOptions(given).queryHash;
  const [first] = useState(instead);
  const [last, setExecuted] = useState<Executed>();
  // When the component's own input changes, what was executed in its place is over.
  const executed = last?.[0] === instead ? last : undefined;
  if (last !== executed) setExecuted(undefined);
  const shown = { ...given, ...executed?.[1] };
  const options = toOptions(shown);
  const { queryHash } = options;
  // The client repeats what may pass by itself.
  options.retry ??= false;
  // Data for the input that came first is not that of the next: a function can tell, a value cannot.
  if (queryHash !== first && typeof options.initialData !== "function") delete options.initialData;
  const now: Latest = [given, undefined as never, options, queryHash, instead, toOptions, client, executed];
  const latest = useLatest(now);
  // The answer can be there before the component shows what was executed: that is no reason to ask again.
  if (executed && latest.current[7] !== executed) options.staleTime = Infinity;
  const result = now[1] = useHook(options);

  const selected = (data: unknown) => {
    const [{ select }] = latest.current;
    return done(select ? select(data) : data);
  };
  const [methods] = useState(() => ({
    async refetch(how?: RefetchOptions) {
      const { data, error, isSuccess } = await latest.current[1].refetch(how);
      return isSuccess ? done(data) : failed(error);
    },
    invalidate() {
      const [, , { queryKey }, , , , client] = latest.current;
      return client.invalidateQueries({ queryKey, exact: true });
    },
    execute(given: object = {}) {
      const [own, , , , instead, toOptions, client] = latest.current;
      const input = inputOf(given);
      const options = toOptions({ ...own, ...input });
      options.staleTime = 0;
      delete options.initialData;
      // From now on the callbacks are about this one.
      latest.current[3] = options.queryHash;
      setExecuted([instead, input]);
      return client.fetchQuery(options as never).then(selected, failed);
    },
  }));

  const listens = given.onRequest ?? given.onSuccess ?? given.onError ?? given.onSettled;
  useEffect(() =>
    listens && client.getQueryCache().subscribe(({ query, action }: CacheEvent) => {
      if (query.queryHash !== latest.current[3] || !/^(error|success)$/.test(action?.type!) || action?.manual) return;
      // Later, so that what a callback throws is nobody's but its author's.
      queueMicrotask(() => {
        const [{ onSuccess, onError, onSettled, onRequest }] = latest.current;
        const outcome = action?.error ? failed(action.error) : selected(action?.data);
        const { data, error } = outcome;
        error ? onError?.(error) : onSuccess?.(data);
        onSettled?.(error ? undefined : data, error);
        onRequest?.(outcome);
      });
    }), [client, !listens]);

  const status = () => {
    const { status } = result;
    return status !== "pending" ? status : result.isEnabled || result.fetchStatus !== "idle" ? "loading" : "idle";
  };
  const isLoading = () => status() === "loading";
  useLoading(given, isLoading);

  // Getters, for TanStack renders again only for what was read.
  const view = {
    ...methods,
    variables: withInitial(shown),
    get status() {
      return status();
    },
    get isLoading() {
      return isLoading();
    },
    get loading() {
      return isLoading();
    },
  };
  for (const name of Object.keys(result) as (keyof Fetched)[]) {
    if (!(name in view)) Object.defineProperty(view, name, { enumerable: true, get: () => result[name] });
  }
  return view;
}

"use client";
/**
 * The hooks of queries: one body, over three of TanStack's. It is untyped: `react_types.ts` says what it takes and gives.
 *
 * @module
 */
import {
  type FetchQueryOptions,
  hashKey,
  type QueryClient,
  type QueryKey,
  useInfiniteQuery as useInfinite,
  useQuery as useFetch,
  type UseQueryOptions,
  type UseQueryResult,
  useSuspenseQuery as useSuspense,
} from "@tanstack/react-query";
import { useEffect, useInsertionEffect, useRef, useState } from "react";
import { type Callbacks, done, failed, useClient, useLoading } from "./hook_parts.ts";
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

/** What was executed, and the component's own key, in whose place it is shown. */
interface Executed {
  readonly at: number;
  readonly input: CallInput;
  readonly instead: string;
}

/** What the last committed render held. */
interface Latest {
  readonly client: QueryClient;
  readonly executed: Executed | undefined;
  readonly given: QueryGiven;
  readonly instead: string;
  readonly queryKey: QueryKey;
  readonly queryHash: string;
  readonly result: Fetched;
  readonly target: Target;
}

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
  toOptions: (target: Target, options: QueryGiven) => ActionOptions,
  target: Target,
  given: QueryGiven = {},
): object {
  const client = useClient(target.key);
  const [last, setExecuted] = useState<Executed>();
  const instead = hashKey(toOptions(target, given).queryKey);
  const [first] = useState(instead);
  // The component's own input has changed: what was executed in its place is over.
  const executed = last?.instead === instead ? last : undefined;
  if (last !== executed) setExecuted(undefined);
  const shown = { ...given, ...executed?.input };
  const options = client.defaultQueryOptions(toOptions(target, shown) as object as UseQueryOptions);
  const { queryKey, queryHash, initialData, staleTime = 0 } = options;
  // The client repeats what may pass by itself.
  options.retry ??= false;
  // Data for the input that came first is not that of the next: a function can tell, a value cannot.
  if (typeof initialData !== "function" && hashKey(queryKey) !== first) delete options.initialData;
  const latest = useRef<Latest>(undefined as never);
  // The answer can be there before the component shows what was executed: that is no reason to ask again.
  if (executed && latest.current.executed !== executed && typeof staleTime === "number") {
    options.staleTime = Math.max(staleTime, Date.now() - executed.at + 1);
  }
  const result = useHook(options);

  const now: Latest = { client, executed, given, instead, queryKey, queryHash, result, target };
  latest.current ??= now;
  useInsertionEffect(() => {
    latest.current = now;
  });
  const selected = (data: unknown) => {
    const { select } = latest.current.given;
    return select ? select(data) : data;
  };
  const [methods] = useState(() => {
    const fetching = (name: "refetch" | "fetchNextPage" | "fetchPreviousPage") => async (how?: object) => {
      const { data, error, isSuccess } = await (latest.current.result as unknown as {
        [method: string]: (how?: object) => Promise<Fetched>;
      })[name]!(how);
      return isSuccess ? done(data) : failed(error);
    };
    return {
      refetch: fetching("refetch"),
      fetchNextPage: fetching("fetchNextPage"),
      fetchPreviousPage: fetching("fetchPreviousPage"),
      invalidate: () => latest.current.client.invalidateQueries({ queryKey: latest.current.queryKey, exact: true }),
      execute(given: object = {}) {
        const { client, given: { initialData: _, ...rest }, instead, target } = latest.current;
        const input = inputOf(given);
        const options = client.defaultQueryOptions(
          toOptions(target, { ...rest, ...input }) as object as UseQueryOptions,
        );
        options.staleTime = 0;
        // From now on the callbacks are about this one.
        latest.current = { ...latest.current, queryHash: options.queryHash };
        setExecuted({ at: Date.now(), input, instead });
        return client.fetchQuery(options as FetchQueryOptions).then((data) => done(selected(data)), failed);
      },
    };
  });

  const listens = given.onRequest ?? given.onSuccess ?? given.onError ?? given.onSettled;
  useEffect(() =>
    listens && client.getQueryCache().subscribe((event) => {
      if (event.type !== "updated" || event.query.queryHash !== latest.current.queryHash) return;
      const { action } = event;
      if (action.type !== "error" && (action.type !== "success" || action.manual)) return;
      // Later, so that what a callback throws is nobody's but its author's.
      queueMicrotask(() => {
        const { onSuccess, onError, onSettled, onRequest } = latest.current.given;
        if (action.type === "error") {
          onError?.(action.error);
          onSettled?.(undefined, action.error);
          onRequest?.(failed(action.error));
        } else {
          const data = selected(action.data);
          onSuccess?.(data);
          onSettled?.(data, null);
          onRequest?.(done(data));
        }
      });
    }), [client, !listens]);
  useLoading(given, () => statusOf(result) === "loading", latest);

  const view = {
    ...methods,
    variables: withInitial(shown),
    get status() {
      return statusOf(result);
    },
    get isLoading() {
      return statusOf(result) === "loading";
    },
    get loading() {
      return statusOf(result) === "loading";
    },
  };
  // Through getters: TanStack renders again only for what was read.
  for (const name of Object.keys(result) as (keyof Fetched)[]) {
    if (!(name in view)) Object.defineProperty(view, name, { enumerable: true, get: () => result[name] });
  }
  return view;
}

function statusOf(result: Fetched): string {
  return result.status !== "pending"
    ? result.status
    : result.isEnabled || result.fetchStatus !== "idle"
    ? "loading"
    : "idle";
}

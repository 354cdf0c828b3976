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
import * as React from "react";
import { isTold, loadTell, useClient, useLatest, useLoading } from "./hook_parts.ts";
import { done, failed } from "./outcome.ts";
import { once } from "./limits.ts";
import { RealtimeContext } from "./provider.ts";
import {
  type ActionOptions,
  type FetchOptions,
  infiniteOptions,
  queryOptions,
  type Target,
  withInitial,
} from "./query_options.ts";
import type { CallInput } from "./request.ts";
import type { QueryCallbacks } from "./tell_callbacks.ts";

/** What a query hook is told. */
type QueryGiven = FetchOptions & QueryCallbacks;

/** What fetches; the last two only in an infinite query's result. */
const FETCHES = ["refetch", "fetchNextPage", "fetchPreviousPage"] as const;

type Fetched =
  & UseQueryResult<unknown, unknown>
  & { readonly [F in typeof FETCHES[number]]: (how?: RefetchOptions) => Promise<UseQueryResult<unknown, unknown>> };

/** What was executed, and the hash of the component's own key, in whose place it is shown. */
export interface Executed {
  readonly instead: string;
  readonly input: CallInput;
}

/** What the last committed render held. */
export interface Latest {
  readonly given: QueryGiven;
  result?: Fetched;
  /** Of what is shown; once something is executed, of that. */
  options: DefaultedOptions;
  readonly toOptions: (given: QueryGiven) => DefaultedOptions;
  readonly client: QueryClient;
  readonly executed: Executed | undefined;
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
  useHook: (options: UseQueryOptions) => UseQueryResult,
  makeOptions: (target: Target, options: QueryGiven) => ActionOptions,
  target: Target,
  given: QueryGiven = {},
): object {
  const client = useClient(target.key);
  const toOptions = (given: QueryGiven): DefaultedOptions =>
    client.defaultQueryOptions(makeOptions(target, given) as object as DefaultedOptions);
  const instead = toOptions(given).queryHash;
  const [first] = React.useState(instead);
  const [last, setExecuted] = React.useState<Executed>();
  // When the component's own input changes, what was executed in its place is over.
  const executed = last?.instead === instead ? last : undefined;
  if (last !== executed) setExecuted(undefined);
  const shown = { ...given, ...executed?.input };
  const options = toOptions(shown);
  // The client repeats what may pass by itself.
  options.retry ??= false;
  // Data for the input that came first is not that of the next: a function can tell, a value cannot.
  if (options.queryHash !== first && typeof options.initialData !== "function") delete options.initialData;
  const now: Latest = { given, options, toOptions, client, executed };
  const latest = useLatest(now);
  // The answer can be there before the component shows what was executed: that is no reason to ask again.
  if (executed && latest.current.executed !== executed) options.staleTime = Infinity;
  const result = now.result = useHook(options) as Fetched;

  const [methods] = React.useState(() => ({
    ...Object.fromEntries(
      FETCHES.filter((name) => name in result).map((name) => [name, async (how?: RefetchOptions) => {
        const { data, error, isSuccess } = await latest.current.result![name](how);
        return isSuccess ? done(data) : failed(error);
      }]),
    ),
    invalidate() {
      const { client, options: { queryKey } } = latest.current;
      return client.invalidateQueries({ queryKey, exact: true });
    },
    // Few components ask by hand.
    execute: (input?: object) =>
      import("./execute.ts").then(({ execute }) => execute(latest, setExecuted, input)).catch(failed),
  }));

  const { enableRealtime, keepLive } = React.useContext(RealtimeContext);
  const { engine, keyPrefix } = target;
  React.useEffect(
    () => enableRealtime === false ? undefined : keepLive?.(engine, keyPrefix),
    [enableRealtime, keepLive, engine],
  );

  const told = isTold(given);
  React.useEffect(() => {
    if (!told) return;
    // One promise for all events keeps their order. It is nobody's to catch, so a failure is heard of; the next event
    // loads again.
    const load = once(loadTell);
    load();
    return client.getQueryCache().subscribe((event) => {
      const { given, options } = latest.current;
      if (event.query.queryHash === options.queryHash) load().then(({ tellCallbacks }) => tellCallbacks(given, event));
    });
  }, [client, told]);

  // Getters, for TanStack renders again only for what was read.
  const view = {
    ...methods,
    variables: withInitial(shown),
    get status(): string {
      const { status } = result;
      return status !== "pending" ? status : result.isEnabled || result.fetchStatus !== "idle" ? "loading" : "idle";
    },
    get isLoading(): boolean {
      return this.status === "loading";
    },
    get loading(): boolean {
      return this.isLoading;
    },
  };
  for (const name of Object.keys(result) as (keyof Fetched)[]) {
    if (!(name in view)) Object.defineProperty(view, name, { enumerable: true, get: () => result[name] });
  }
  useLoading(given, () => view.isLoading);
  return view;
}

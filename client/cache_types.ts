/**
 * The cache by action keys, as types.
 *
 * @module
 */
import type { QueryClient } from "@tanstack/react-query";
import type { Action, ActionData, Controller } from "../server/contract/action.ts";
import type { KeyInput } from "../server/contract/keys.ts";
import type { Only } from "./react_options.ts";

/** The data of the action a key names. */
export type KeyData<C, K extends string> = K extends `${infer G}.${infer N}`
  ? G extends keyof C
    ? C[G] extends Controller<string, infer A>
      ? N extends keyof A ? A[N] extends Action<infer S> ? ActionData<S> : never : never
    : never
  : never
  : never;

/** The keys of a router's queries: `users.list`. */
export type QueryKeyOf<C> = {
  [K in keyof C & string]: C[K] extends { readonly actions: infer A } ? {
      [N in keyof A & string]: A[N] extends Action<infer S> ? "query" extends S["kind"] ? `${K}.${N}` : never : never;
    }[keyof A & string]
    : never;
}[keyof C & string];

/** What can be read and written by key. */
export interface OptimisticCache<C> {
  /** Gives the data of a query; without an input, of the query without one. */
  get<K extends QueryKeyOf<C>>(key: K, input?: KeyInput<C, K>): KeyData<C, K> | undefined;
  /** Sets the data of a query; `undefined` for the query without an input. */
  set<K extends QueryKeyOf<C>>(key: K, input: KeyInput<C, K> | undefined, data: KeyData<C, K>): void;
  /** Changes the data of a query where there is some; without an input, of all queries of that key but infinite ones. */
  update<K extends QueryKeyOf<C>, R extends KeyData<C, K>>(
    key: K,
    change: (data: KeyData<C, K>) => R & Only<R, KeyData<C, K>>,
    input?: KeyInput<C, K>,
  ): void;
}

/** The cache by a router's keys `K`. With an input a method means exactly that query, its infinite form included. */
export interface IgniterQueryClient<C, K extends string> extends OptimisticCache<C> {
  /** TanStack's own. */
  readonly queryClient: QueryClient;
  /** Marks data as old, and fetches it again where it is shown. */
  invalidate<N extends K>(key: N, input?: KeyInput<C, N>): Promise<void>;
  /** Aborts fetches that are on their way. */
  cancel<N extends K>(key: N, input?: KeyInput<C, N>): Promise<void>;
  /** Drops data. What is shown is not fetched again by that: see `invalidate`. */
  remove<N extends K>(key: N, input?: KeyInput<C, N>): Promise<void>;
}

/** The cache, and the hook that gives it. */
export interface QueryClientHook<C, K extends string> extends IgniterQueryClient<C, K> {
  /** Gives the cache, in a component. */
  (): IgniterQueryClient<C, K>;
}

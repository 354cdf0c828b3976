/**
 * A client's actions with their hooks, computed where one is touched.
 *
 * @module
 */
import type {
  DataTag,
  InfiniteData,
  QueryFunction,
  QueryKey,
  UseInfiniteQueryOptions,
  UseMutationOptions,
  UseQueryOptions,
} from "@tanstack/react-query";
import type { Action, ActionData, ActionShape, Controller, InputOf, MessageOf } from "../server/contract/action.ts";
import type { In } from "../server/contract/schema.ts";
import type { JobHooks } from "./job_types.ts";
import type {
  HookArgs,
  InfiniteHookOptions,
  MutationHookOptions,
  MutationSettings,
  PlainMutationOptions,
  PlainQueryOptions,
  QueryHookOptions,
  RealtimeHookOptions,
  StreamHookOptions,
  SuspenseOptions,
} from "./react_options.ts";
import type {
  InfiniteHookResult,
  MutationHookResult,
  QueryHookResult,
  RealtimeHookResult,
  StreamHookResult,
  SuspenseHookResult,
} from "./react_results.ts";
import type { ClientErrors, CoreAction } from "./types.ts";

/** TanStack's options of a query. */
export type ActionQueryOptions<D, E, T> = UseQueryOptions<D, E, T, QueryKey> & {
  /** Its key, which knows the data's type. */
  readonly queryKey: DataTag<QueryKey, D, E>;
  /** Fetches it. */
  readonly queryFn: QueryFunction<D, QueryKey>;
};

/** TanStack's options of an infinite query. */
export type ActionInfiniteOptions<D, E, P, T> = UseInfiniteQueryOptions<D, E, T, QueryKey, P> & {
  /** Its key, which knows the data's type. */
  readonly queryKey: DataTag<QueryKey, InfiniteData<D, P>, E>;
  /** Fetches a page. */
  readonly queryFn: QueryFunction<D, QueryKey, P>;
};

/** TanStack's options of a mutation. */
export type ActionMutationOptions<D, E, I> = UseMutationOptions<D, E, {} extends I ? I | void : I> & {
  /** Its key. */
  readonly mutationKey: QueryKey;
};

/** Hooks and options of a query. */
export interface QueryHooks<D, E, I> {
  /** Shows data: fetches it, keeps it, and renders again when it changes. */
  useQuery(...args: HookArgs<I, PlainQueryOptions<D, E, I>>): QueryHookResult<D, E, I, never>;
  /** The same; idle is possible where `enabled` is given, and the data is what `select` makes of it. */
  useQuery<T = D, const En extends boolean | undefined = never>(
    ...args: HookArgs<I, QueryHookOptions<D, E, I, T, En>>
  ): QueryHookResult<T, E, I, En>;
  /** As `useQuery`, with data at all times: waiting is the nearest `Suspense`'s, failing the nearest error boundary's. */
  useSuspenseQuery<T = D>(...args: HookArgs<I, SuspenseOptions<D, E, I, T>>): SuspenseHookResult<T, E, I>;
  /** Shows page after page. */
  useInfiniteQuery<P, T = InfiniteData<D, P>, const En extends boolean | undefined = never>(
    options: InfiniteHookOptions<D, E, I, P, T, En>,
  ): InfiniteHookResult<T, E, En>;
  /** Hears when the server says that data of this query is old, without fetching it; shows where the connection stands. */
  useRealtime(options?: RealtimeHookOptions): RealtimeHookResult;
  /** The same for one input: what is said of others is not heard. */
  useRealtime(options: I & RealtimeHookOptions): RealtimeHookResult;
  /** Gives options for TanStack's own hooks and `prefetchQuery`. */
  queryOptions<T = D>(
    ...args: HookArgs<I, Omit<QueryHookOptions<D, E, I, T, boolean>, OurCallbacks>>
  ): ActionQueryOptions<D, E, T>;
  /** Gives options for TanStack's own `useInfiniteQuery` and `prefetchInfiniteQuery`. */
  infiniteOptions<P, T = InfiniteData<D, P>>(
    options: Omit<InfiniteHookOptions<D, E, I, P, T, boolean>, OurCallbacks>,
  ): ActionInfiniteOptions<D, E, P, T>;
  /** Gives the key in the cache. */
  queryKey(...args: {} extends I ? [input?: I] : [input: I]): DataTag<QueryKey, D, E>;
}

/** Callbacks that TanStack's queries do not have. */
export type OurCallbacks = "onLoading" | "onRequest" | "onSuccess" | "onError" | "onSettled";

/** Hooks and options of a mutation. `B` is its body, `C` are the router's controllers. */
export interface MutationHooks<D, E, I, B, C> {
  /** Sends what a user does, and shows what became of it. */
  useMutation<X = undefined>(
    options?: PlainMutationOptions<D, E, I, X>,
  ): MutationHookResult<D, E, I, {} extends I ? [input?: I] : [input: I]>;
  /** The same with defaults of the body or optimistic changes. */
  useMutation<X = undefined, const V extends Partial<B> = {}>(
    options: MutationHookOptions<D, E, I, B, C, V, X>,
  ): MutationHookResult<D, E, I, MutateArgs<I, V>>;
  /** Gives options for TanStack's own `useMutation`. */
  mutationOptions(options?: MutationSettings<E>): ActionMutationOptions<D, E, I>;
}

/** A mutation's arguments: fields of the body with a default may be left out. */
export type MutateArgs<I, V> = keyof V extends never ? {} extends I ? [input?: I] : [input: I]
  : WithDefaults<I, V> extends infer J ? {} extends J ? [input?: J] : [input: J]
  : never;

/** An input whose body has defaults. */
export type WithDefaults<I, V> =
  & Omit<I, "body">
  & (I extends { readonly body?: infer B }
    ? {} extends Omit<B, keyof V> ? { readonly body?: Optional<B, keyof V> } : { readonly body: Optional<B, keyof V> }
    : {});

/** An object, some of whose fields may be left out. */
export type Optional<B, K extends PropertyKey> = Omit<B, K> & Partial<Pick<B, K & keyof B>>;

/** The hook of a stream. */
export interface StreamHooks<M, E, I> {
  /** Subscribes while the component is shown. */
  useStream(...args: HookArgs<I, StreamHookOptions<M, E>>): StreamHookResult<M, E>;
}

/** One action. A plugin's route can be called either way. */
export type ReactAction<S extends ActionShape, PP extends string, C> =
  & CoreAction<S, PP>
  & (S["stream"] extends true ? StreamHooks<MessageOf<S>, ClientErrors<S>, InputOf<S, PP>>
    :
      & ("query" extends S["kind"] ? QueryHooks<ActionData<S>, ClientErrors<S>, InputOf<S, PP>> : unknown)
      & ("mutation" extends S["kind"] ?
          & MutationHooks<ActionData<S>, ClientErrors<S>, InputOf<S, PP>, In<S["body"]>, C>
          & JobHooks<ActionData<S>, ClientErrors<S>, InputOf<S, PP>>
        : unknown));

/** The actions of a router, with their hooks. */
export type IgniterClient<C> = {
  readonly [K in keyof C]: C[K] extends Controller<infer PP, infer A> ? {
      readonly [N in keyof A]: A[N] extends Action<infer S> ? ReactAction<S, PP, C> : never;
    }
    : never;
};

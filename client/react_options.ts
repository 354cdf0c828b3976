/**
 * What hooks are told, beside an input.
 *
 * @module
 */
import type { InfiniteData } from "@tanstack/react-query";
import type { Result } from "../server/contract/reply.ts";
import type { FetchState } from "./react_results.ts";
import type { OptimisticCache } from "./cache_types.ts";
import type { ClientOptions } from "./options.ts";

/** What a React client is made with. */
export interface ReactClientOptions extends ClientOptions {
  /**
   * Stands before the keys of its queries in the cache: `["billing", "users", "list"]`. Clients of two
   * APIs whose keys are the same need it where they share a QueryClient, and so does `useIgniterQueryClient`.
   *
   * @default none
   */
  readonly keyPrefix?: string | undefined;
}

/** One object: the parts of an action's input and the hook's options; left out when the input may be. */
export type HookArgs<I, O> = {} extends I ? [options?: I & O] : [options: I & O];

/** The fields of an object; of one of which nothing is known, any. */
export type FieldOf<B> = unknown extends B ? PropertyKey : B extends unknown ? keyof B : never;

/** Refuses the fields that `T`, where it is inferred, has and `B` has not. */
export type Only<T, B> = { readonly [K in Exclude<keyof T, FieldOf<B>>]: never };

/** A query in the cache: the parts of TanStack's that options may ask. */
export interface CachedQuery<D, E> {
  /** Its key. */
  readonly queryKey: readonly unknown[];
  /** Where it stands. */
  readonly state: {
    /** The data, before `select`. */
    readonly data: D | undefined;
    /** Why the last fetch has failed. */
    readonly error: E | null;
    /** Whether there is data, or neither data nor an error yet. */
    readonly status: "pending" | "error" | "success";
    /** What the network does. */
    readonly fetchStatus: "fetching" | "paused" | "idle";
    /** When the data came, in milliseconds since 1970. */
    readonly dataUpdatedAt: number;
    /** When the last error came, in milliseconds since 1970. */
    readonly errorUpdatedAt: number;
    /** How many times the running fetch has failed. */
    readonly fetchFailureCount: number;
    /** Whether the data was marked as old. */
    readonly isInvalidated: boolean;
  };
}

/** Settings of every query. Where one is left out, the QueryClient's `defaultOptions` hold. */
export interface FetchSettings<D, E> {
  /** Milliseconds for which data is fresh and not fetched again; `"static"` is never stale. @default 0 */
  readonly staleTime?: number | "static" | ((query: CachedQuery<D, E>) => number | "static");
  /** Milliseconds for which data that no component shows is kept. @default 300_000, Infinity on a server */
  readonly gcTime?: number;
  /** Fetches again every so many milliseconds. @default false */
  readonly refetchInterval?: number | false | ((query: CachedQuery<D, E>) => number | false | undefined);
  /** Whether the interval goes on while the window is hidden. @default false */
  readonly refetchIntervalInBackground?: boolean;
  /** Whether stale data is fetched again when the window gets the focus; `"always"` fresh data too. @default true */
  readonly refetchOnWindowFocus?: boolean | "always";
  /** Whether stale data is fetched again when a component mounts; `"always"` fresh data too. @default true */
  readonly refetchOnMount?: boolean | "always";
  /** Whether stale data is fetched again when the network is back; `"always"` fresh data too. @default true */
  readonly refetchOnReconnect?: boolean | "always";
  /**
   * How often TanStack repeats a failed fetch, or whether. The client has repeated by then what may pass by itself (its
   * own `retry`).
   *
   * @default the QueryClient's, else false
   */
  readonly retry?: boolean | number | ((failureCount: number, error: E) => boolean);
  /** Milliseconds before TanStack's repetition. @default 1000 doubling up to 30,000 */
  readonly retryDelay?: number | ((failureCount: number, error: E) => number);
  /** Whether a failed query is fetched again when a component mounts. @default true */
  readonly retryOnMount?: boolean;
  /** Whether fetches wait for the network. @default "online" */
  readonly networkMode?: "online" | "always" | "offlineFirst";
  /** Anything to be kept with the query in the cache. */
  readonly meta?: Record<string, unknown>;
  /** Whether equal parts of new data keep their identity. @default true */
  readonly structuralSharing?: boolean | ((before: unknown, after: unknown) => unknown);
  /** What the component renders again for. @default what it has read of the result */
  readonly notifyOnChangeProps?: (keyof FetchState | "data" | "error" | "status")[] | "all";
  /** When `initialData` was fetched, in milliseconds since 1970. @default now */
  readonly initialDataUpdatedAt?: number | (() => number | undefined);
  /** Whether the component is subscribed to the cache. @default true */
  readonly subscribed?: boolean;
}

/** What is heard of calls. Each fetch of what the component shows is told once, whoever has started it. */
export interface Callbacks<D, E> {
  /** Loading began or ended. */
  readonly onLoading?: (isLoading: boolean) => void;
  /** A fetch came to its end. */
  readonly onRequest?: (response: Result<D, E>) => void;
  /** A fetch succeeded. */
  readonly onSuccess?: (data: D) => void;
  /** A fetch failed. */
  readonly onError?: (error: E) => void;
  /** A fetch came to its end. */
  readonly onSettled?: (data: D | undefined, error: E | null) => void;
}

/** Default parts of an input. */
export type InitialParams<I> = { readonly [K in keyof I & ("query" | "params")]?: Partial<I[K]> };

/** Options of `useSuspenseQuery`. `T` is what `select` makes of the data. */
export interface SuspenseOptions<D, E, I, T> extends FetchSettings<D, E>, Callbacks<T, E> {
  /** Defaults of the query and the params; the call's own lie over them. */
  readonly initialParams?: InitialParams<I>;
  /**
   * Data until there is some, as if it had been fetched: with `staleTime` 0 it is fetched again at once. A value holds
   * for the input that the component showed first; a function is asked for each.
   */
  readonly initialData?: D | (() => D | undefined);
  /** Makes what the component gets from the data. */
  readonly select?: (data: D) => T;
}

/**
 * Options of a `useQuery` that fetches by itself and gives the data as it is: nearly all of them. With a signature of
 * its own, without anything to infer, it costs the compiler less than half.
 */
export interface PlainQueryOptions<D, E, I> extends SuspenseOptions<D, E, I, D> {
  /** Not here: the other signature has it. */
  readonly enabled?: never;
  /** Not here: the other signature has it. */
  readonly select?: never;
  /** Shown while there is no data, and never kept; a function gets what was shown before (`keepPreviousData`). */
  readonly placeholderData?: D | ((before: D | undefined) => D | undefined);
  /** Whether a failure is thrown to the nearest error boundary. @default false */
  readonly throwOnError?: boolean | ((error: E) => boolean);
}

/** Options of `useQuery`. */
export interface QueryHookOptions<D, E, I, T, En> extends SuspenseOptions<D, E, I, T> {
  /** Whether it fetches by itself; `refetch` and `execute` always do. @default true */
  readonly enabled?: En;
  /** Shown while there is no data, and never kept; a function gets what was shown before (`keepPreviousData`). */
  readonly placeholderData?: D | ((before: D | undefined) => D | undefined);
  /** Whether a failure is thrown to the nearest error boundary. @default false */
  readonly throwOnError?: boolean | ((error: E) => boolean);
}

/** Which page comes next to others; `undefined` or `null` for none. */
export type PageParam<D, P> = (
  page: D,
  pages: D[],
  pageParam: P,
  pageParams: P[],
) => P | undefined | null;

/** Options of `useInfiniteQuery`. */
export interface InfiniteHookOptions<D, E, I, P, T, En> extends FetchSettings<InfiniteData<D, P>, E>, Callbacks<T, E> {
  /** The input of a page. */
  readonly input: (
    pageParam: P,
  ) => I & { readonly [K in Exclude<"query" | "params" | "body" | "headers", keyof I>]?: never };
  /** The first page. */
  readonly initialPageParam: P;
  /** The page after the last one. */
  readonly getNextPageParam: PageParam<D, P>;
  /** The page before the first one. */
  readonly getPreviousPageParam?: PageParam<D, P>;
  /** How many pages are kept; the others are dropped at the far end. @default all */
  readonly maxPages?: number;
  /** Whether it fetches by itself. @default true */
  readonly enabled?: En;
  /** Pages until there are some. */
  readonly initialData?: InfiniteData<D, P> | (() => InfiniteData<D, P> | undefined);
  /** Shown while there are no pages, and never kept. */
  readonly placeholderData?:
    | InfiniteData<D, P>
    | ((before: InfiniteData<D, P> | undefined) => InfiniteData<D, P> | undefined);
  /** Makes what the component gets from the pages. */
  readonly select?: (data: InfiniteData<D, P>) => T;
  /** Whether a failure is thrown to the nearest error boundary. @default false */
  readonly throwOnError?: boolean | ((error: E) => boolean);
}

/** Settings of a mutation. */
export interface MutationSettings<E> {
  /** Milliseconds for which a mutation that no component shows is kept. @default 300_000 */
  readonly gcTime?: number;
  /** How often a failed mutation is sent again, or whether. @default 0 */
  readonly retry?: boolean | number | ((failureCount: number, error: E) => boolean);
  /** Milliseconds before it is sent again. @default 1000 doubling up to 30,000 */
  readonly retryDelay?: number | ((failureCount: number, error: E) => number);
  /** Whether it waits for the network. @default "online" */
  readonly networkMode?: "online" | "always" | "offlineFirst";
  /** Mutations of one scope run one after another. */
  readonly scope?: {
    /** Its name. */
    readonly id: string;
  };
  /** Anything to be kept with the mutation. */
  readonly meta?: Record<string, unknown>;
  /** Whether a failure is thrown to the nearest error boundary. @default false */
  readonly throwOnError?: boolean | ((error: E) => boolean);
}

/** Callbacks of a mutation. `X` is what `onMutate` gives. */
export interface MutationCallbacks<D, E, I, X> extends MutationSettings<E> {
  /** Loading began or ended. */
  readonly onLoading?: (isLoading: boolean) => void;
  /** It came to its end. */
  readonly onRequest?: (response: Result<D, E>) => void;
  /** It is about to be sent. What it gives, the other callbacks get last. */
  readonly onMutate?: (input: I) => X | Promise<X>;
  /** It succeeded. */
  readonly onSuccess?: (data: D, input: I, made: Awaited<X>) => unknown;
  /** It failed; `made` is absent when `onMutate` itself has. */
  readonly onError?: (error: E, input: I, made: Awaited<X> | undefined) => unknown;
  /** It came to its end. */
  readonly onSettled?: (data: D | undefined, error: E | null, input: I, made: Awaited<X> | undefined) => unknown;
}

/** Options of a `useMutation` without defaults and optimistic changes. */
export interface PlainMutationOptions<D, E, I, X> extends MutationCallbacks<D, E, I, X> {
  /** Not here: the other signature has it. */
  readonly defaultValues?: never;
  /** Not here: the other signature has it. */
  readonly optimistic?: never;
}

/** Options of `useMutation`. `B` is the body, `C` are the router's controllers, `V` the default fields of the body. */
export interface MutationHookOptions<D, E, I, B, C, V, X> extends MutationCallbacks<D, E, I, X> {
  /** Fields of the body that a call leaves out. */
  readonly defaultValues?: V & Only<V, B>;
  /**
   * Changes the cache as the mutation will have: shown at once, taken back when it fails, fetched from the server when
   * all that changed the same are settled. What `update` does is done again when an earlier change is taken back.
   */
  readonly optimistic?: (cache: OptimisticCache<C>, input: I) => void;
}

/** Options of `useStream`. */
export interface StreamHookOptions<M, E> {
  /** Whether it subscribes. @default true */
  readonly enabled?: boolean;
  /** A message came; its type is "message" unless the publisher said otherwise. */
  readonly onMessage?: (message: M, type: string) => void;
  /** It was granted, first or again; what the handler answered. */
  readonly onOpen?: (data: unknown) => void;
  /** Its state changed. */
  readonly onState?: (state: "connecting" | "open" | "reconnecting" | "closed" | "error") => void;
  /** It was refused, failed, or was given up. */
  readonly onError?: (error: E) => void;
  /** Messages were lost: how many, where that is known. */
  readonly onGap?: (missed: number | undefined) => void;
}

/** What the server says is old. */
export interface RevalidatedTarget {
  /** Its key: `users.list`; `users` or `users.*` for all of a controller, and `*` for all when events were missed. */
  readonly path: string;
  /** The input whose data it is; absent when it is of all. */
  readonly input?: unknown;
}

/** Options of `useRealtime`. */
export interface RealtimeHookOptions {
  /** Whether it connects. @default true */
  readonly enabled?: boolean;
  /** Data of this query is old. */
  readonly onRevalidate?: (target: RevalidatedTarget) => void;
}

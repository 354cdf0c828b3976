/**
 * What hooks give.
 *
 * @module
 */
import type { Result } from "../server/contract/reply.ts";
import type { StreamState } from "./stream.ts";

/** What TanStack tells of every query. */
export interface FetchState {
  /** Whether a request is on its way, in the background too. */
  readonly isFetching: boolean;
  /** Whether there is neither data nor an error yet. */
  readonly isPending: boolean;
  /** Whether a request is on its way while there is data. */
  readonly isRefetching: boolean;
  /** Whether fetching waits for the network. */
  readonly isPaused: boolean;
  /** Whether it was ever fetched. */
  readonly isFetched: boolean;
  /** Whether it was fetched since the component has mounted. */
  readonly isFetchedAfterMount: boolean;
  /** Whether the data is old, or invalidated. */
  readonly isStale: boolean;
  /** Whether the data is `placeholderData`. */
  readonly isPlaceholderData: boolean;
  /** Whether the first fetch failed. */
  readonly isLoadingError: boolean;
  /** Whether a later fetch failed: the data of before is still there. */
  readonly isRefetchError: boolean;
  /** Whether it fetches by itself. */
  readonly isEnabled: boolean;
  /** What the network does. */
  readonly fetchStatus: "fetching" | "paused" | "idle";
  /** When the data came, in milliseconds since 1970. */
  readonly dataUpdatedAt: number;
  /** When the last error came, in milliseconds since 1970. */
  readonly errorUpdatedAt: number;
  /** How many errors there were. */
  readonly errorUpdateCount: number;
  /** How many times the running fetch has failed. */
  readonly failureCount: number;
}

/** How something is fetched again. */
export interface RefetchOptions {
  /** Whether a fetch that is on its way is aborted first, and not waited for. @default true */
  readonly cancelRefetch?: boolean;
}

/** What every query can do. */
export interface FetchMethods<D, E> extends FetchState {
  /** Why the running fetch has failed the last time. */
  readonly failureReason: E | null;
  /** Fetches what is shown; never rejects. */
  refetch(options?: RefetchOptions): Promise<Result<D, E>>;
  /** Marks the data as old, and fetches it again where it is shown. */
  invalidate(): Promise<void>;
}

/** What a query can do. */
export interface QueryMethods<D, E, I> extends FetchMethods<D, E> {
  /** The input that is shown, `initialParams` included. */
  readonly variables: I;
  /**
   * Fetches now; never rejects. What is given takes the place of the hook's own parts, and is shown until the component
   * itself gives another input.
   */
  execute(input?: Partial<I>): Promise<Result<D, E>>;
}

/** Nothing yet: a fetch is on its way, or waits for the network. */
export interface Loading {
  /** Where it stands. */
  readonly status: "loading";
  /** Whether it loads for the first time. */
  readonly isLoading: true;
  /** The same. */
  readonly loading: true;
  /** Whether there is data. */
  readonly isSuccess: false;
  /** Whether the last fetch failed. */
  readonly isError: false;
  /** None yet. */
  readonly data: undefined;
  /** None. */
  readonly error: null;
}

/** Nothing yet, and nothing is fetched: `enabled` is false. */
export interface Idle {
  /** Where it stands. */
  readonly status: "idle";
  /** Whether it loads for the first time. */
  readonly isLoading: false;
  /** The same. */
  readonly loading: false;
  /** Whether there is data. */
  readonly isSuccess: false;
  /** Whether the last fetch failed. */
  readonly isError: false;
  /** None yet. */
  readonly data: undefined;
  /** None. */
  readonly error: null;
}

/** The last fetch failed. `D` is what is left of earlier ones. */
export interface Failed<D, E> {
  /** Where it stands. */
  readonly status: "error";
  /** Whether it loads for the first time. */
  readonly isLoading: false;
  /** The same. */
  readonly loading: false;
  /** Whether the last fetch succeeded. */
  readonly isSuccess: false;
  /** Whether the last fetch failed. */
  readonly isError: true;
  /** The data of before. */
  readonly data: D;
  /** What failed; `code` narrows `data`. */
  readonly error: E;
}

/** There is data. */
export interface Succeeded<D> {
  /** Where it stands. */
  readonly status: "success";
  /** Whether it loads for the first time. */
  readonly isLoading: false;
  /** The same. */
  readonly loading: false;
  /** Whether there is data. */
  readonly isSuccess: true;
  /** Whether the last fetch failed. */
  readonly isError: false;
  /** The data. */
  readonly data: D;
  /** None. */
  readonly error: null;
}

/** `useQuery`'s result; idle only where the call passes `enabled`. */
export type QueryHookResult<D, E, I, En> =
  & QueryMethods<D, E, I>
  & (Loading | Failed<D | undefined, E> | Succeeded<D> | ([En] extends [never] ? never : Idle));

/** `useSuspenseQuery`'s result: there always is data. */
export type SuspenseHookResult<D, E, I> = QueryMethods<D, E, I> & (Failed<D, E> | Succeeded<D>);

/** What an infinite query can do. */
export interface InfiniteMethods<D, E> extends FetchMethods<D, E> {
  /** Fetches the next page; never rejects. */
  fetchNextPage(options?: RefetchOptions): Promise<Result<D, E>>;
  /** Fetches the page before; never rejects. */
  fetchPreviousPage(options?: RefetchOptions): Promise<Result<D, E>>;
  /** Whether there is a next page. */
  readonly hasNextPage: boolean;
  /** Whether there is a page before. */
  readonly hasPreviousPage: boolean;
  /** Whether the next page is on its way. */
  readonly isFetchingNextPage: boolean;
  /** Whether the page before is on its way. */
  readonly isFetchingPreviousPage: boolean;
  /** Whether the next page failed. */
  readonly isFetchNextPageError: boolean;
  /** Whether the page before failed. */
  readonly isFetchPreviousPageError: boolean;
}

/** `useInfiniteQuery`'s result; idle only where the call passes `enabled`. */
export type InfiniteHookResult<D, E, En> =
  & InfiniteMethods<D, E>
  & (Loading | Failed<D | undefined, E> | Succeeded<D> | ([En] extends [never] ? never : Idle));

/** What a mutation can do. `A` are the arguments of a call. */
export interface MutationMethods<D, E, I, A extends readonly unknown[]> {
  /** Sends it; never rejects. */
  mutate(...args: A): Promise<Result<D, E>>;
  /** Sends it. @throws IgniterError when it fails. */
  mutateAsync(...args: A): Promise<D>;
  /** Sends the last input again; never rejects for a failure. @throws TypeError when nothing was sent yet. */
  retry(): Promise<Result<D, E>>;
  /** Forgets the last one: idle again. */
  reset(): void;
  /** The last input, `defaultValues` included. */
  readonly variables: I | undefined;
  /** Whether it waits for the network. */
  readonly isPaused: boolean;
  /** When it was sent, in milliseconds since 1970. */
  readonly submittedAt: number;
  /** How many times the running one has failed. */
  readonly failureCount: number;
  /** Why it has failed the last time. */
  readonly failureReason: E | null;
}

/** A mutation that is not idle. */
export interface Busy {
  /** Whether nothing was sent yet. */
  readonly isIdle: false;
}

/** A mutation of which nothing was sent yet. */
export interface Unsent {
  /** Whether nothing was sent yet. */
  readonly isIdle: true;
}

/** `useMutation`'s result. */
export type MutationHookResult<D, E, I, A extends readonly unknown[]> =
  & MutationMethods<D, E, I, A>
  & ((Idle & Unsent) | (Busy & (Loading | Failed<undefined, E> | Succeeded<D>)));

/** `useStream`'s result. */
export interface StreamHookResult<M, E> {
  /** The last message. */
  readonly data: M | undefined;
  /** Where the subscription stands. */
  readonly state: StreamState;
  /** Why it failed, or is reconnecting. */
  readonly error: E | null;
  /** Whether it is open. */
  readonly isConnected: boolean;
  /** Subscribes anew, after `disconnect` too. */
  reconnect(): void;
  /** Ends the subscription until `reconnect`. */
  disconnect(): void;
}

/** `useRealtime`'s result. */
export interface RealtimeHookResult {
  /** Where the page's event connection stands. */
  readonly state: StreamState;
  /** Whether it is open. */
  readonly isConnected: boolean;
  /** When this query's data was said to be old the last time, in milliseconds since 1970. */
  readonly lastRevalidatedAt?: number;
  /** Ends the page's connection and makes it anew, at once, with headers made anew. */
  reconnect(): void;
}

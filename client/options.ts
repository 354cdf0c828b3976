/**
 * What a client is told: once for all its calls, and once more for a single one.
 *
 * @module
 */
import type { CallOptions } from "../server/contract/action.ts";
import type { Failure } from "../server/contract/error.ts";

/** Headers as they may be written; one that is `undefined` is left out. */
export type HeadersLike = HeadersInit | { readonly [name: string]: string | undefined };

/** Headers, or what makes them; asked anew for every request, repeated ones included. */
export type HeadersOption = HeadersLike | (() => HeadersLike | undefined | Promise<HeadersLike | undefined>);

/** The part of `fetch` that a client uses. */
export type Fetch = (url: string, init: RequestInit) => Response | Promise<Response>;

/** A request on its way. */
export interface OutgoingCall {
  /** The action: `users.list`; `_/events` for the event connection. */
  readonly key: string;
  /** The address; it may be replaced. */
  url: string;
  /** What `fetch` gets beside it; its parts may be replaced, and `headers` changed in place. */
  readonly init: RequestInit & {
    /** The headers. */
    readonly headers: Headers;
  };
}

/** An answer on its way. */
export interface IncomingAnswer extends OutgoingCall {
  /** The answer. */
  readonly response: Response;
  /** Sends the request once more, its headers made anew. */
  readonly again: () => Promise<Response>;
}

/** A failure of a call. */
export interface FailedCall {
  /** The action: `users.list`. */
  readonly key: string;
  /** What failed. */
  readonly error: Failure;
}

/** What may be said of all calls and of one; what is said of the one wins. */
export interface RequestOptions {
  /** Headers of every request: a call's are added to the client's and win over them. */
  readonly headers?: HeadersOption | undefined;
  /** Used in place of the platform's `fetch`. */
  readonly fetch?: Fetch | undefined;
  /** Milliseconds until a call fails with `ERR_TIMEOUT`, its repetitions included; 0 for never. @default 0 */
  readonly timeout?: number | undefined;
  /**
   * How often a query is repeated that failed in a way that may pass (no connection; 408, 429, 502, 503, 504), with
   * exponential backoff and jitter, or when `Retry-After` says. Mutations are repeated only by a call's own `retry`.
   *
   * @default 2
   */
  readonly retry?: number | undefined;
  /** Milliseconds before repetition number `attempt`, from 0. @default 300 doubling up to 30,000, less up to a half at random */
  readonly retryDelay?: ((attempt: number) => number) | undefined;
  /** Whether cookies go to another origin (Fetch standard). @default the platform's: "same-origin" */
  readonly credentials?: RequestCredentials | undefined;
  /** Sees each request before it leaves, the repeated ones too. What it throws, the call rejects with. */
  readonly onRequest?: ((call: OutgoingCall) => void | Promise<void>) | undefined;
  /** Sees each answer; a `Response` that it gives takes its place. What it throws, the call rejects with. */
  readonly onResponse?: ((answer: IncomingAnswer) => Response | void | Promise<Response | void>) | undefined;
  /** Hears of each call that failed. */
  readonly onError?: ((failed: FailedCall) => void) | undefined;
}

/** What may be said of one call beside its input. */
export interface ClientCallOptions extends CallOptions, RequestOptions {}

/** What a client is made with. */
export interface ClientOptions extends RequestOptions {
  /** The origin of the API. @default the page's own in a browser, else "http://localhost:3000" */
  readonly baseURL?: string | undefined;
  /** The path of all routes. @default "/api/v1" */
  readonly basePath?: string | undefined;
  /**
   * Sends the calls that are made in one tick as one request, whose parts fail independently: up to 20, or the number
   * given, which must not be more than the server's `batchLimit`. Uploads, calls by REST paths and calls with options of
   * their own travel alone.
   *
   * @default false
   */
  readonly batch?: boolean | number | undefined;
  /**
   * Called when the event connection is answered 401; after it the connection is tried once more, its headers made
   * anew. Refused again, its subscriptions fail, until somebody subscribes or reconnects.
   */
  readonly onUnauthorized?: (() => unknown) | undefined;
  /**
   * Lets the tabs of a browser that have the same identity share one event connection, where the platform can (Web
   * Locks, BroadcastChannel). It is the identity for which the connection is authenticated: the signed-in user's id, or a
   * constant where there are no users; a function is asked whenever a tab connects, and `undefined` shares with nobody.
   * What one tab hears all of them hear, so it must differ wherever headers or cookies make a difference, and the
   * connection's `reconnect()` must be called when it changes. Tabs with other addresses or scopes never share.
   *
   * @default undefined
   */
  readonly shareTabs?: string | (() => string | undefined) | undefined;
  /**
   * What the calls are made with, asked at the first one: the router itself, on a server, calls in process, with
   * `headers` (so give it the incoming request's); the schema that `igniter generate schema` writes uses the REST
   * paths. Without it, or where it gives `undefined` (as for a browser), calls go to the RPC addresses, which need no
   * more than the router's type.
   */
  readonly router?: (() => unknown) | undefined;
}

/**
 * Subscriptions, as what shows them sees them.
 *
 * ```text
 * connecting ──► open ──► closed          the source came to its end, or it was stopped
 *     │  ▲        │  └──► error           refused, failed, or given up after the last attempt
 *     │  └── reconnecting                 the connection broke; what was missed comes, or onReset
 *     └──► error
 * ```
 *
 * @module
 */
import type { Failure } from "../server/contract/error.ts";

/** Where a subscription stands. */
export type StreamState = "connecting" | "open" | "reconnecting" | "closed" | "error";

/** Who hears of a subscription. */
export interface StreamObserver {
  /** Its state changed; `failure` with "error", and with "reconnecting" where one is known. */
  readonly onState?: ((state: StreamState, failure?: Failure) => void) | undefined;
  /** It was granted, first or again; the data of the opening reply. */
  readonly onOpen?: ((data: unknown) => void) | undefined;
  /** A message; `type` is "message" unless the publisher said otherwise. */
  readonly onMessage?: ((data: unknown, type: string) => void) | undefined;
  /** Messages were lost: `missed` is how many, where that is known. */
  readonly onGap?: ((missed: number | undefined) => void) | undefined;
}

/** Who hears of queries whose data is old. */
export interface RevalidationObserver {
  /** These are old. */
  readonly onRevalidate: (targets: readonly { readonly path: string; readonly input?: unknown }[]) => void;
  /** Anything may be old. */
  readonly onReset: (reason: string) => void;
  /** How long ago what it shows began to be fetched, in milliseconds: what is older is said anew. */
  readonly since?: (() => number) | undefined;
}

/** How a connection behaves. */
export interface ConnectionOptions {
  /** Whether a broken connection is made anew. @default true */
  readonly autoReconnect?: boolean | undefined;
  /** Attempts in a row after which it is given up. @default Infinity */
  readonly maxReconnectAttempts?: number | undefined;
  /** Milliseconds before the first attempt; they double up to 30,000, less up to a half at random. @default 1000 */
  readonly reconnectDelay?: number | undefined;
  /** Whether what happens is written to the console. @default false */
  readonly debug?: boolean | undefined;
  /** The scopes to ask for, of those that the server grants; all of them when absent. */
  readonly scopes?: (() => readonly string[] | Promise<readonly string[]>) | undefined;
}

/** A client's event connection: one for all of its subscriptions, open while there is one. */
export interface EventConnection {
  /**
   * Subscribes to a stream action, or with `"*"` to broadcasts; gives back how to stop. Stopped, it stays open for a
   * moment, so that who comes back finds it open; `now` does without.
   *
   * @throws TypeError for an input with headers or a body.
   */
  subscribe(key: string, input: object | undefined, observer: StreamObserver): (now?: boolean) => void;
  /** Hears of revalidations; gives back how to stop. */
  watch(observer: RevalidationObserver): () => void;
  /** Hears of the connection's own state; gives back how to stop. */
  onState(listener: (state: StreamState) => void): () => void;
  /** The connection's state; "closed" while nobody is subscribed. */
  readonly state: StreamState;
  /** Changes how it behaves from now on. */
  configure(options: ConnectionOptions): void;
  /** Ends it and makes it anew, with headers made anew: after a sign-in or sign-out. */
  reconnect(): void;
  /** Ends it; subscriptions are "closed" until {@link EventConnection.reconnect}. */
  close(): void;
}

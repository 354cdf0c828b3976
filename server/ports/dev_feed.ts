/**
 * What an application tells the dashboard of `igniter dev`: one event per request, per step of a job and per opening
 * and closing of an event connection. It exists in development only.
 *
 * @module
 */

/** A request that was answered. */
export interface DevRequestEvent {
  readonly kind: "request";
  /** Counts from 1 in each process. */
  readonly id: number;
  /** When it arrived, in milliseconds since the epoch. */
  readonly at: number;
  readonly method: string;
  /** Path and query string, as the client sent them. */
  readonly path: string;
  /** The action that answered; absent where none did. */
  readonly key?: string;
  /** The HTTP status. */
  readonly status: number;
  /** From its arrival to its answer; a stream's answer is its beginning. */
  readonly ms: number;
  /** What the action was given, as far as it was read; secrets are replaced. */
  readonly input?: { readonly query?: unknown; readonly params?: unknown; readonly body?: unknown };
  /** What the client was told, with the stack of what was thrown. */
  readonly error?: { readonly code: string; readonly message: string; readonly stack?: string };
}

/** A step in a job's life. */
export interface DevJobEvent {
  readonly kind: "job";
  /** The job's id. */
  readonly id: string;
  /** In milliseconds since the epoch. */
  readonly at: number;
  readonly queue: string;
  /** `namespace.job`, as it is enqueued. */
  readonly name: string;
  /** `retrying`: an attempt failed and another will follow; `failed`: none will. */
  readonly state: "enqueued" | "active" | "progress" | "completed" | "failed" | "retrying";
  /** Counts from 1. */
  readonly attempt?: number;
  /** How long the attempt took. */
  readonly ms?: number;
  readonly progress?: unknown;
  readonly error?: { readonly message: string; readonly stack?: string };
}

/** The opening or closing of a client's event connection. */
export interface DevConnectionEvent {
  readonly kind: "connection";
  /** Counts from 1 in each process; the closing bears the id of its opening. */
  readonly id: number;
  /** In milliseconds since the epoch. */
  readonly at: number;
  readonly state: "open" | "closed";
  /** What it listens to. */
  readonly topics: readonly string[];
  /** Whom the application knows it as; absent where it has no such notion. */
  readonly identity?: string;
  /** How long it was open; on closing only. */
  readonly ms?: number;
}

/** What an application tells. */
export type DevEvent = DevRequestEvent | DevJobEvent | DevConnectionEvent;

/** Takes events; must not throw. */
export type DevFeed = (event: DevEvent) => void;

/** Where `igniter dev` puts its listener in the application's process: `globalThis[Symbol.for(DEV_FEED)]`. */
export const DEV_FEED = "igniter.dev.feed";

/**
 * What an application tells the dashboard of `igniter dev`: one event per request, per step of a job and per opening
 * and closing of an event connection. It exists in development only.
 *
 * @module
 */

/** A request that was answered. */
export interface DevRequestEvent {
  readonly kind: "request";
  /** Its own among all requests and connections of a session. */
  readonly id: number;
  /** When it arrived, in milliseconds since the epoch. */
  readonly at: number;
  readonly method: string;
  /** Path and query string, as the client sent them; secrets are replaced. */
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
  readonly error?: {
    readonly code: string;
    readonly message: string;
    /** An error's own data, such as what a schema refuses. */
    readonly data?: unknown;
    readonly stack?: string;
  };
}

/** A step in a job's life, as `igniter dev` shows it. */
export interface DevJobEvent {
  /** Tells it from other events. */
  readonly kind: "job";
  /** The job's id. */
  readonly id: string;
  /** In milliseconds since the epoch. */
  readonly at: number;
  /** The job's queue. */
  readonly queue: string;
  /** The job's key, `namespace.name`. */
  readonly name: string;
  /** `retrying`: an attempt failed and another will follow; `failed`: none will. */
  readonly state: "enqueued" | "active" | "progress" | "completed" | "failed" | "retrying";
  /** Which attempt, from 1. */
  readonly attempt?: number;
  /** How many milliseconds the attempt took, once it is over. */
  readonly ms?: number;
  /** What the handler told of its progress. */
  readonly progress?: unknown;
  /** What made the attempt fail. */
  readonly error?: {
    /** The error's message. */
    readonly message: string;
    /** Where it was thrown. */
    readonly stack?: string;
  };
}

/** The opening or closing of a client's event connection. */
export interface DevConnectionEvent {
  readonly kind: "connection";
  /** Its own among all requests and connections of a session; the closing bears the id of its opening. */
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

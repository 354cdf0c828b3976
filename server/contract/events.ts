/**
 * The event connection: `GET {basePath}/_/events` as server-sent events (WHATWG HTML, section 9.2), one for everything
 * that a page wants to hear.
 *
 * **Asking.** `channel=…`, repeated, names each subscription: a stream action's key, and behind a `?` its input as its
 * RPC address would have it (`channel=chat.feed%3F~room%3D7`). That very text, up to a `#`, is the subscription's name in
 * the frames that concern it alone. `scope=…`, repeated, narrows what the server granted; it can never widen it. `Last-Event-ID`,
 * as header or query field of that name, asks for what was missed. Without one, `since=<milliseconds>` says how long ago
 * the client began to fetch what it shows: revalidations from then on are sent, or one of `*` where they
 * are not known. Revalidations and broadcasts come unasked.
 *
 * **Answer.** Every frame's data is JSON. First `open` or `error` for each subscription, then what was missed is sent
 * again, or one {@link ResetFrame} when it cannot be told any more; then `ready`; then what happens. What a generator
 * yields comes as it comes, from its `open` on. Frames of the log have an `id`: ordered, and the same in every
 * process of the application. A client that has seen an id has seen all before it that were meant for it; a
 * revalidation may come without one while a gap is to be told.
 *
 * | event | data | meaning |
 * | --- | --- | --- |
 * | `ready` | {@link ReadyFrame} | from here on nothing is missed |
 * | `open` | {@link OpenFrame} | a subscription was granted; the opening reply's data |
 * | `error` | {@link ErrorFrame} | a subscription was refused, or its source failed: it is over, the connection is not |
 * | `end` | {@link EndFrame} | a subscription's source came to its end |
 * | `message` | {@link MessageFrame} | a message of a channel |
 * | `revalidate` | {@link RevalidateFrame} | queries whose data is old |
 * | `gap` | {@link GapFrame} | messages of a channel were dropped, because the client reads too slowly |
 * | `reset` | {@link ResetFrame} | anything may have been missed: refetch what is on screen |
 *
 * Comments (`:`) keep the connection alive, at least every 15 seconds.
 *
 * @module
 */
import type { Failure } from "./error.ts";
import type { Meta } from "./wire.ts";

/** A value with what restores it. */
export interface EventValue {
  /** The value as JSON carries it. */
  readonly data: unknown;
  /** What restores rich values; paths start at `data`'s inside. */
  readonly meta?: Meta;
}

/** From here on nothing is missed. The frame's id, if it has one, is the log's last. */
export interface ReadyFrame {
  /** The connection's id, for logs. */
  readonly connection: string;
}

/** A subscription was granted. */
export interface OpenFrame extends EventValue {
  /** The subscription, as it was asked for. */
  readonly channel: string;
  /**
   * Names a generator that can be resumed while it lives: ask for `channel=…#<session>.<n>` with the `n` of the last
   * message seen (0 before the first). The `#` and what follows are not part of the subscription's name.
   */
  readonly session?: string;
  /** The generator was asked to be resumed and goes on where it was: nothing is missed. */
  readonly resumed?: boolean;
}

/** A subscription is over. */
export interface ErrorFrame {
  /** The subscription, as it was asked for. */
  readonly channel: string;
  /** Why. */
  readonly error: Failure;
}

/** A subscription's source came to its end. */
export interface EndFrame {
  /** The subscription, as it was asked for. */
  readonly channel: string;
}

/** A message. */
export interface MessageFrame extends EventValue {
  /**
   * What was published to a channel names the channel (`chat.feed`) and is for all of its subscriptions, whatever their
   * input; what a generator yielded names the one subscription as it was asked for; a broadcast names {@link BROADCAST}.
   */
  readonly channel: string;
  /** The event's own type; absent for "message". */
  readonly type?: string;
  /** The number of a generator's message, from 1. */
  readonly n?: number;
}

/** Queries whose data is old. */
export interface RevalidateFrame {
  /** Which; all inputs where there is none. */
  readonly targets: readonly {
    /** A key, or the beginning of keys: `users.list`, `users`, `users.*`. */
    readonly path: string;
    /** The input of the one query. */
    readonly input?: unknown;
  }[];
  /** What restores rich values in the inputs; paths start inside of `targets`. */
  readonly meta?: Meta;
}

/** Messages were dropped. */
export interface GapFrame {
  /** The channel or subscription, as its messages name it. */
  readonly channel: string;
  /** How many. */
  readonly missed: number;
}

/** Anything may have been missed. */
export interface ResetFrame {
  /** Why, for people. */
  readonly reason: string;
}

/** Where the event connection is, below the base path. */
export const EVENTS_SEGMENT = "_/events";

/** The channel of broadcasts. */
export const BROADCAST = "*";

/** The frames by event. */
export interface EventFrames {
  /** See {@link ReadyFrame}. */
  readonly ready: ReadyFrame;
  /** See {@link OpenFrame}. */
  readonly open: OpenFrame;
  /** See {@link ErrorFrame}. */
  readonly error: ErrorFrame;
  /** See {@link EndFrame}. */
  readonly end: EndFrame;
  /** See {@link MessageFrame}. */
  readonly message: MessageFrame;
  /** See {@link RevalidateFrame}. */
  readonly revalidate: RevalidateFrame;
  /** See {@link GapFrame}. */
  readonly gap: GapFrame;
  /** See {@link ResetFrame}. */
  readonly reset: ResetFrame;
}

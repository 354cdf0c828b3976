/**
 * The wire: values that JSON cannot carry travel as plain JSON with a `meta` part beside it that restores them, and
 * the names and addresses under which that is negotiated.
 *
 * `meta` is a list of `[type, ...path]`. A parent is listed before what it holds, and the list is applied from its
 * end: so a path always walks plain arrays and objects (a Map is still its array of entries, a Set its array of
 * items), and nothing is followed or written that is not an own property of parsed JSON.
 *
 * @module
 */
import type { Failure } from "./error.ts";

/** The request header by which our client says that it restores rich values; replies then carry `meta` when needed. */
export const CODEC_HEADER = "x-igniter-codec";

/** The value of {@link CODEC_HEADER}. */
export const CODEC_VERSION = "1";

/** The media type of a request body `{ json, meta }`. */
export const RICH_MEDIA_TYPE = "application/vnd.igniter+json";

/** Below the base path: where actions answer under their keys. */
export const RPC_SEGMENT = "_/rpc";

/** Below the base path: where events are streamed. */
export const EVENTS_SEGMENT = "_/events";

/** Before the name of a path parameter that travels as a query field: `~id=7`. */
export const PARAM_PREFIX = "~";

/** The query field that holds a whole query object as JSON `{ json, meta }` when it cannot travel flat. */
export const RICH_QUERY = "~q";

/** What restores one value: its type and the path to it, from the root of the JSON. */
export type MetaEntry = readonly [type: string, ...path: (string | number)[]];

/** What restores the rich values of a JSON, parents before their children. */
export type Meta = readonly MetaEntry[];

/** A value as JSON carries it. */
export interface Encoded {
  /** Plain JSON: what a reader without the codec sees. */
  readonly json: unknown;
  /** What restores the value; absent when `json` says it all. */
  readonly meta?: Meta;
}

/** How to encode. */
export interface EncodeOptions {
  /** Hears of each class instance without `toJSON`, which arrives as a plain object of its own enumerable fields. */
  readonly onInstance?: ((constructorName: string) => void) | undefined;
}

/** An answer: data or an error, never both. */
export interface Envelope {
  /** The data; null when it failed. */
  readonly data: unknown;
  /** What failed; null when it succeeded. */
  readonly error: Failure | null;
}

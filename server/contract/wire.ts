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

/** Beyond this depth {@link needsEncoding} leaves the question, and the search for cycles, to the encoder. */
const SCAN_DEPTH = 100;

/** Parsing a bigint costs more than linear time in some engines, so what strangers send is bounded. */
const BIGINT = /^-?\d{1,10000}$/;

/**
 * Tells whether `JSON.stringify(value)` alone is not right for the receiver. For a plain one (`rich` false) that is so
 * of what JSON throws on or loses: bigint, Map, Set, binary. For a rich one of all that {@link decode} can restore.
 * It may answer true without need (very deep values, a `toJSON`), never false in need, with one exception: for a plain
 * receiver it does not look into what a `toJSON` returns.
 */
export function needsEncoding(value: unknown, rich: boolean): boolean {
  return scan(value, rich, 0);
}

function scan(value: unknown, rich: boolean, depth: number): boolean {
  switch (typeof value) {
    case "object":
      break;
    case "number":
      return rich && !isOrdinary(value);
    case "undefined":
      return rich;
    default:
      return typeof value === "bigint";
  }
  if (value === null) return false;
  if (depth > SCAN_DEPTH) return true;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      const item: unknown = value[index];
      if (typeof item !== "string" && scan(item, rich, depth + 1)) return true;
    }
    return false;
  }
  if (!isPlain(value)) {
    if (isBinary(value) || value instanceof Map || value instanceof Set) return true;
    if (typeof (value as Fields).toJSON === "function") return rich;
  }
  // `for in` over a plain object is served from the engine's cache; inherited fields can only lead to a needless true.
  for (const key in value) {
    const item = (value as Fields)[key];
    // The common leaves are settled here: a call for each costs a third of the time.
    if (typeof item === "string" || typeof item === "boolean" || item === null) continue;
    if (typeof item === "number" && (!rich || isOrdinary(item))) continue;
    if (typeof item === "function" ? key === "toJSON" && rich : scan(item, rich, depth + 1)) return true;
  }
  return false;
}

/**
 * Turns a value into JSON and the `meta` that restores it. In `json`: Date → ISO string (invalid → null), bigint →
 * decimal string, Map → entries, Set → items, URL → its href, NaN and ±Infinity → null, -0 → 0, binary → base64,
 * `undefined` → null (left out of objects). Everything else is as in `JSON.stringify`. `json` shares nothing with
 * `value`; a value referred to twice is copied twice. Views other than `Uint8Array` arrive as one, over the same bytes.
 *
 * @throws TypeError when the value holds itself; the message names the path.
 * @throws RangeError when the value is nested deeper than the engine's stack.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const { json, meta } = encode({ at: new Date(0) });
 * assertEquals(json, { at: "1970-01-01T00:00:00.000Z" });
 * assertEquals(meta, [["date", "at"]]);
 * ```
 */
export function encode(value: unknown, options: EncodeOptions = {}): Encoded {
  const meta: MetaEntry[] = [];
  const levels: Level[] = [];
  const text = JSON.stringify(value, function (this: Fields, name: string, value: unknown): unknown {
    levels.length = levels.findIndex(([written]) => written === this) + 1;
    const given = this[name];
    const key = Array.isArray(this) ? +name : name;
    const path = () => [...levels.map((level) => level[2]), key].slice(1);
    // What a `toJSON` made of a Date or a URL says less than they do.
    if (kindOf(given)) value = given;
    const kind = kindOf(value);
    if (kind) meta.push([kind, ...path()]);
    if (value instanceof Date) return isNaN(+value) ? null : value.toISOString();
    if (kind === "url" || kind === "bigint") return String(value);
    if (kind === "bytes" || kind === "buffer") return toBase64(value as ArrayBuffer);
    if (!isObject(value)) return value;
    if (levels.some((level) => level.includes(given as object))) {
      throw new TypeError(`Cannot encode a cyclic value: "${path().join(".")}"`);
    }
    if (!kind && !Array.isArray(value) && !isPlain(value)) options.onInstance?.(String(value.constructor?.name));
    const written = kind ? [...value as Iterable<unknown>] : value;
    levels.push([written, given, key]);
    return written;
  });
  const json = JSON.parse(text ?? "null");
  return meta.length ? { json, meta } : { json };
}

/** One step from the root to what is being written: the object that is written for what was given, and its key. */
type Level = readonly [written: object, given: unknown, key: string | number];

/**
 * Restores in place what {@link encode} made, from freshly parsed JSON, and returns the root. `meta` may come from a
 * stranger: it can only turn a value that is there into what its type allows, and costs time in proportion to its size.
 *
 * @throws TypeError when `meta` is malformed or does not fit `json`; `json` may then be restored in part.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(decode({ at: "1970-01-01T00:00:00.000Z" }, [["date", "at"]]), { at: new Date(0) });
 * ```
 */
export function decode(json: unknown, meta: unknown = []): unknown {
  const holder: Fields = { json };
  try {
    // Only a list has `reduceRight`: what else a stranger sends ends in the `catch`, as what does not fit does.
    (meta as Meta).reduceRight((_, [type, ...path]) => {
      let parent: object = holder;
      let key: PropertyKey = "json";
      let value = holder.json;
      for (const next of path) {
        parent = value as object;
        key = next;
        const list = Array.isArray(parent);
        const own = Object.hasOwn(parent, key);
        if (
          typeof key !== (list ? "number" : "string") ||
          // What an earlier entry restored (a Date, a Map) is no longer JSON and holds nothing to follow. What is
          // no object has nothing to write to either: defining a property throws.
          kindOf(parent) ||
          // `undefined` is left out of objects, so its key is the one that may be new.
          !own && (list || type !== "undefined")
        ) throw new TypeError();
        // Inherited names (`constructor`) are no values: an absent key reads as undefined, which leads nowhere.
        value = own ? (parent as Fields)[key] : undefined;
      }
      value = restore(type, value);
      // Never through a setter: `__proto__` is a key like any other.
      Object.defineProperty(parent, key, { value, writable: true, enumerable: true, configurable: true });
      return null;
    }, null);
    return holder.json;
  } catch (cause) {
    throw new TypeError("Cannot decode a value: its meta does not fit it", { cause });
  }
}

function restore(type: string, json: unknown): unknown {
  if (isText(json)) {
    if (type === "date" && !isNaN(Date.parse(json))) return new Date(json);
    if (type === "url") return new URL(json);
    if (type === "bytes") return fromBase64(json);
    if (type === "buffer") return fromBase64(json).buffer;
    if (type === "bigint" && BIGINT.test(json)) return BigInt(json);
  } else if (Array.isArray(json)) {
    if (type === "set") return new Set(json);
    if (type === "map" && json.every((entry) => Array.isArray(entry) && entry.length === 2)) return new Map(json);
  } else if (json === 0) {
    if (type === "-0") return -0;
  } else if (json === null || json === undefined) {
    if (type === "undefined") return undefined;
    if (type === "date") return new Date(NaN);
    if (/^(NaN|-?Infinity)$/.test(type)) return Number(type);
  }
  throw new TypeError();
}

function isText(json: unknown): json is string {
  return typeof json === "string";
}

/**
 * Reads an answer, as text or as parsed JSON (which is restored in place). Answers undefined for anything that
 * `stringifyEnvelope` does not write: text that is not JSON, other keys, an error without code and message, a
 * malformed `meta`.
 */
export function parseEnvelope(answer: unknown): Envelope | undefined {
  try {
    const { meta, ...rest } = (typeof answer === "string" ? JSON.parse(answer) : answer) as Fields;
    if (Object.keys(rest).sort().join() !== "data,error") return undefined;
    const { data, error } = decode(rest, meta) as { readonly data: unknown; readonly error: Failure | null };
    if (error === null || data === null && isText(error.code) && isText(error.message)) return { data, error };
  } catch {
    // Not JSON, or nothing that has fields.
  }
}

export function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** An object as it is while it is walked. */
export interface Fields {
  [key: string]: unknown;
}

/** Neither NaN, nor infinite, nor -0. */
export function isOrdinary(value: number): boolean {
  return value - value === 0 && (value !== 0 || 1 / value > 0);
}

/** An object literal's prototype is the end of its chain; so it is in other realms, whose `Object` is not ours. */
export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

export function isBinary(value: unknown): value is ArrayBuffer | ArrayBufferView {
  return value instanceof ArrayBuffer || ArrayBuffer.isView(value);
}

/** The type of a value that JSON does not carry as itself. */
function kindOf(value: unknown): string | undefined {
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : isFinite(value) ? undefined : String(value);
  if (typeof value === "bigint" || value === undefined) return typeof value;
  if (value instanceof Date) return "date";
  if (value instanceof URL) return "url";
  if (value instanceof Map) return "map";
  if (value instanceof Set) return "set";
  if (isBinary(value)) return ArrayBuffer.isView(value) ? "bytes" : "buffer";
}

/** The built-in conversions are some hundred times faster, but Node 24 and older browsers have none. */
export function toBase64(value: ArrayBuffer | ArrayBufferView): string {
  const { buffer = value, byteOffset, byteLength } = value as Partial<ArrayBufferView>;
  const bytes = new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
  return (bytes as { toBase64?(): string }).toBase64?.() ??
    btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return (Uint8Array as { fromBase64?(text: string): Uint8Array<ArrayBuffer> }).fromBase64?.(text) ??
    Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}

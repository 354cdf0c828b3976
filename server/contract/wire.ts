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
  const json = toPlain(value, meta, options.onInstance) ?? null;
  return meta.length > 0 ? { json, meta } : { json };
}

/** Without `meta` nothing is noted. Answers undefined for what JSON leaves out. */
function toPlain(
  root: unknown,
  meta: MetaEntry[] | undefined,
  onInstance: ((constructorName: string) => void) | undefined,
): unknown {
  const path: (string | number)[] = [];
  const ancestors = new Set<object>();

  const note = (type: string) => meta?.push([type, ...path]);

  const at = (key: string | number, value: unknown): unknown => {
    if (typeof value === "string") return value;
    path.push(key);
    const json = visit(value);
    path.pop();
    return json;
  };

  const visit = (value: unknown): unknown => {
    switch (typeof value) {
      case "string":
      case "boolean":
        return value;
      case "number":
        if (isOrdinary(value)) return value;
        note(value === 0 ? "-0" : String(value));
        return value === 0 ? 0 : null;
      case "bigint":
        note("bigint");
        return String(value);
      case "undefined":
        note("undefined");
        return undefined;
      case "object":
        return value && visitObject(value);
    }
  };

  /** `bare`: the value came out of a `toJSON`; as in JSON, one it has itself is not called. */
  const visitObject = (value: object, bare?: boolean): unknown => {
    let items: unknown = value;
    const plain = isPlain(value);
    if (!plain && !Array.isArray(value)) {
      if (value instanceof Date) {
        note("date");
        return Number.isNaN(value.getTime()) ? null : value.toISOString();
      }
      if (value instanceof URL) {
        note("url");
        return value.href;
      }
      if (isBinary(value)) {
        const view = ArrayBuffer.isView(value);
        note(view ? "bytes" : "buffer");
        return toBase64(
          view ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : new Uint8Array(value),
        );
      }
      if (value instanceof Map || value instanceof Set) {
        note(value instanceof Map ? "map" : "set");
        items = [...value];
      }
    }
    if (ancestors.has(value)) {
      throw new TypeError(`Cannot encode a cyclic value: "${path.join(".")}" is one of its own ancestors`);
    }
    ancestors.add(value);
    let json: unknown;
    if (items === value && !bare && typeof (value as Fields).toJSON === "function") {
      const result = (value as { toJSON(key: string): unknown }).toJSON(String(path.at(-1) ?? ""));
      if (result === value) ancestors.delete(value);
      json = typeof result === "object" && result !== null ? visitObject(result, true) : visit(result);
    } else if (Array.isArray(items)) {
      const list: unknown[] = [];
      for (let index = 0; index < items.length; index++) list.push(at(index, items[index]) ?? null);
      json = list;
    } else {
      if (!plain) onInstance?.(String(value.constructor?.name));
      const fields: Fields = {};
      for (const key of Object.keys(value)) {
        const field = at(key, (value as Fields)[key]);
        if (field !== undefined) put(fields, key, field);
      }
      json = fields;
    }
    ancestors.delete(value);
    return json;
  };

  return visit(root);
}

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
export function decode(json: unknown, meta: unknown): unknown {
  if (meta === undefined) return json;
  if (!Array.isArray(meta)) throw new TypeError("Cannot decode a value: its meta is not a list");
  const holder: Fields = { json };
  for (let index = meta.length - 1; index >= 0; index--) {
    const entry: unknown = meta[index];
    try {
      if (!Array.isArray(entry)) throw new TypeError("it is not a list");
      apply(holder, entry);
    } catch (cause) {
      throw new TypeError(`Cannot decode a value: meta[${index}] does not fit it`, { cause });
    }
  }
  return holder.json;
}

function apply(holder: Fields, entry: readonly unknown[]): void {
  const type = entry[0];
  let parent: unknown = holder;
  let key: PropertyKey = "json";
  for (let index = 1; index < entry.length; index++) {
    parent = (parent as Fields)[key as string];
    key = entry[index] as PropertyKey;
    const list = Array.isArray(parent);
    // What an earlier entry restored (a Date, a Uint8Array) is no longer JSON and holds nothing to follow.
    if (
      typeof parent !== "object" || parent === null || typeof key !== (list ? "number" : "string") ||
      !(list || isPlain(parent)) ||
      // `undefined` is left out of objects, so its key is the one that may be new.
      !(Object.hasOwn(parent, key) || type === "undefined" && !list && index === entry.length - 1)
    ) throw new TypeError("its path leads nowhere");
  }
  // Inherited names (`constructor`) are no values: an absent key reads as undefined.
  const json = Object.hasOwn(parent as object, key) ? (parent as Fields)[key as string] : undefined;
  put(parent as Fields, key as string, restore(type, json));
}

function restore(type: unknown, json: unknown): unknown {
  const text = typeof json === "string";
  switch (type) {
    case "date": {
      const date = new Date(text ? json : NaN);
      if (text ? !Number.isNaN(date.getTime()) : json === null) return date;
      break;
    }
    case "bigint":
      if (text && BIGINT.test(json)) return BigInt(json);
      break;
    case "url":
      if (text) return new URL(json);
      break;
    case "bytes":
      if (text) return fromBase64(json);
      break;
    case "buffer":
      if (text) return fromBase64(json).buffer;
      break;
    case "map":
      if (Array.isArray(json) && json.every((item) => Array.isArray(item) && item.length === 2)) return new Map(json);
      break;
    case "set":
      if (Array.isArray(json)) return new Set(json);
      break;
    case "undefined":
      if (json === null || json === undefined) return undefined;
      break;
    case "-0":
      if (json === 0) return -0;
      break;
    case "NaN":
    case "Infinity":
    case "-Infinity":
      if (json === null) return Number(type);
  }
  throw new TypeError("its type is unknown or not that of the value");
}

/**
 * Writes the envelope of a value for which {@link needsEncoding} is false. In one go: putting texts together leaves the
 * engine a rope to flatten, which costs a small answer as much as all the rest of its writing.
 */
export function stringifyPlain(value: unknown, failed: boolean): string {
  const json = typeof value === "function" || typeof value === "symbol" || value === undefined ? null : value;
  return JSON.stringify(failed ? { data: null, error: json } : { data: json, error: null });
}

/**
 * Writes an answer: always both keys, and `meta` (its paths start with `data` or `error`) only for a rich receiver and
 * when needed. `undefined` is null; with an error the data is null.
 *
 * @param onInstance Hears of class instances as in {@link EncodeOptions}; it costs the fast path, so give it in
 * development only.
 * @throws TypeError when a value holds itself.
 * @throws RangeError when a value is nested deeper than the engine's stack.
 */
export function stringifyEnvelope(
  data: unknown,
  error: unknown,
  rich: boolean,
  onInstance?: (constructorName: string) => void,
): string {
  const failed = error !== null && error !== undefined;
  const value = failed ? error : data === undefined ? null : data;
  if (onInstance === undefined && !scan(value, rich, 0)) {
    try {
      return stringifyPlain(value, failed);
    } catch (cause) {
      // A bigint or a cycle in what a `toJSON` returned: the encoder carries the one and names the other.
      if (!(cause instanceof TypeError)) throw cause;
    }
  }
  const meta: MetaEntry[] = [];
  const envelope = failed ? { data: null, error: value } : { data: value, error: null };
  const { data: good = null, error: bad = null } = toPlain(envelope, rich ? meta : undefined, onInstance) as Fields;
  return JSON.stringify(meta.length > 0 ? { data: good, error: bad, meta } : { data: good, error: bad });
}

/**
 * Reads an answer, as text or as parsed JSON (which is restored in place). Answers undefined for anything that
 * {@link stringifyEnvelope} does not write: text that is not JSON, other keys, an error without code and message, a
 * malformed `meta`.
 */
export function parseEnvelope(answer: unknown): Envelope | undefined {
  try {
    const envelope: unknown = typeof answer === "string" ? JSON.parse(answer) : answer;
    if (typeof envelope !== "object" || envelope === null) return undefined;
    const { meta, ...rest } = envelope as Fields;
    if (Object.keys(rest).sort().join() !== "data,error") return undefined;
    const { data, error } = decode(rest, meta) as Fields;
    return error === null || data === null && isFailure(error) ? { data, error } : undefined;
  } catch {
    return undefined;
  }
}

function isFailure(error: unknown): error is Failure {
  const { code, message } = (error ?? {}) as Fields;
  return typeof code === "string" && typeof message === "string";
}

interface Fields {
  [key: string]: unknown;
}

/** Neither NaN, nor infinite, nor -0. */
function isOrdinary(value: number): boolean {
  return value - value === 0 && (value !== 0 || 1 / value > 0);
}

/** An object literal's prototype is the end of its chain; so it is in other realms, whose `Object` is not ours. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function isBinary(value: object): value is ArrayBuffer | ArrayBufferView {
  return value instanceof ArrayBuffer || ArrayBuffer.isView(value);
}

/** Never through a setter: `__proto__` is a key like any other. */
function put(fields: Fields, key: string, value: unknown): void {
  if (key !== "__proto__") fields[key] = value;
  else Object.defineProperty(fields, key, { value, writable: true, enumerable: true, configurable: true });
}

/** The built-in conversions are some hundred times faster, but Node 24 and older browsers have none. */
function toBase64(bytes: Uint8Array): string {
  const native = bytes as { toBase64?(): string };
  if (native.toBase64) return native.toBase64();
  let binary = "";
  for (let start = 0; start < bytes.length; start += 4096) {
    binary += String.fromCharCode(...bytes.subarray(start, start + 4096));
  }
  return btoa(binary);
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const native = Uint8Array as { fromBase64?(text: string): Uint8Array<ArrayBuffer> };
  if (native.fromBase64) return native.fromBase64(text);
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}

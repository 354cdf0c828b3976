/**
 * From values to JSON and what restores them.
 *
 * @module
 */
import { kindOf } from "./rich_kind.ts";
import { type Fields, isObject, isPlain } from "./values.ts";
import type { Encoded, EncodeOptions, MetaEntry } from "./wire.ts";

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

/** The built-in conversions are some hundred times faster, but Node 24 and older browsers have none. */
export function toBase64(value: ArrayBuffer | ArrayBufferView): string {
  const { buffer = value, byteOffset, byteLength } = value as Partial<ArrayBufferView>;
  const bytes = new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
  return (bytes as { toBase64?(): string }).toBase64?.() ??
    btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

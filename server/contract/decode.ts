/**
 * From JSON and what restores it to values.
 *
 * @module
 */
import { kindOf } from "./rich_kind.ts";
import type { Fields } from "./values.ts";
import type { Meta } from "./wire.ts";

/** Parsing a bigint costs more than linear time in some engines, so what strangers send is bounded. */
const BIGINT = /^-?\d{1,10000}$/;

/**
 * Restores in place what `encode` made, from freshly parsed JSON, and returns the root. `meta` may come from a
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
  if (typeof json === "string") {
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

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return (Uint8Array as { fromBase64?(text: string): Uint8Array<ArrayBuffer> }).fromBase64?.(text) ??
    Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}

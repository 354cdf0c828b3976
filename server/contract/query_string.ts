/**
 * Writes query strings: `application/x-www-form-urlencoded` as the URL standard has it, with brackets for nesting.
 * Reading them is the server's (`parse_query.ts`).
 *
 * | value | travels as |
 * | --- | --- |
 * | `{ q: "a b", page: 2 }` | `q=a+b&page=2` |
 * | `{ tag: ["a", "b"] }` | `tag=a&tag=b` |
 * | `{ filter: { name: "x", tags: ["a", "b"] } }` | `filter[name]=x&filter[tags]=a&filter[tags]=b` |
 * | `{ items: [{ name: "x" }] }` | `items[0][name]=x` |
 *
 * A list of one at the top level is `tag=a`, what everybody writes by hand, and only a schema tells it from a string
 * (it is coerced). Below the top level it is `filter[tags][]=a`, so nothing depends on how deep a schema is read.
 *
 * @module
 */
import { encode } from "./encode.ts";
import { isObject } from "./values.ts";

/** Brackets that one name may have. */
export const MAX_DEPTH = 16;

/** Items that a list may have whose indexes stand in brackets. */
export const MAX_ITEMS = 1000;

/**
 * Writes a query string, without `?`. `undefined` is skipped; null, and `undefined` in a list, is the empty string;
 * lists are repeated, or indexed when they hold an object or a list; nested objects stand in brackets; everything else
 * is as in JSON (a Date its ISO string, a bigint its digits). What this loses, {@link isFlat} tells beforehand.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(stringifyQuery({ page: 2, tag: ["a", "b"], q: undefined }), "page=2&tag=a&tag=b");
 * ```
 */
export function stringifyQuery(query: object): string {
  const params = new URLSearchParams();
  write(params, "", encode(query).json, 0);
  return params.toString();
}

/**
 * Tells whether {@link stringifyQuery} writes what `nestQuery` and a schema's coercion can read back; else the
 * client sends the query as `RICH_QUERY`. It is false for what has no form in a query string: null (it would be
 * `""`), lists and objects that are empty or hold nothing but `undefined`, `undefined` in a list, NaN, ±Infinity, -0,
 * an invalid Date, lone surrogates; for what no coercion finds again: URL, Map, Set, binary; for what brackets would
 * read as something else: brackets in names, empty names, objects with the keys 0 to n-1, more than
 * 1,000 items or fields, more than 16 levels; and for names that start with `~`, which belong to the protocol.
 */
export function isFlat(query: object): boolean {
  try {
    const { json, meta = [] } = encode(query);
    return meta.every(([type]) => /^(date|bigint|undefined)$/.test(type)) && write(new URLSearchParams(), "", json, 0);
  } catch {
    // A cycle. Who sends the query in its other form is told of it.
    return false;
  }
}

/** Writes a value of JSON and tells whether it comes back. `depth` is the number of keys in the name. */
function write(params: URLSearchParams, name: string, value: unknown, depth: number): boolean {
  if (!isObject(value)) {
    params.append(name, (value ?? "") as string);
    return value !== null && !/[\ud800-\udfff]/u.test(`${name}=${value}`);
  }
  const list = Array.isArray(value);
  const entries = Object.entries(value);
  const { length } = entries;
  const bracketed = !list || value.some(isObject);
  // An object with the keys 0 to n-1 would come back as a list.
  let flat = depth === 0 ||
    length > 0 && length <= MAX_ITEMS && depth <= MAX_DEPTH &&
      list === entries.every(([key], index) => +key === index);
  for (const [key, item] of entries) {
    const inner = depth === 0 ? key : bracketed ? `${name}[${key}]` : depth > 1 && length === 1 ? `${name}[]` : name;
    flat = write(params, inner, item, depth + 1) && flat && /^(?!~)[^[\]]+$/.test(key);
  }
  return flat;
}

/**
 * Query strings: `application/x-www-form-urlencoded` as the URL standard parses it, with brackets for nesting.
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
import { createRecord } from "./record.ts";
import { PARAM_PREFIX } from "./wire.ts";

/** A parsed query string: each field's value, or its values where it is repeated. It has no prototype. */
export interface RawQueryObject {
  /** One field. */
  [name: string]: string | string[];
}

/** A query with its brackets expanded. It has no prototype. */
export interface NestedQuery {
  /** One field. */
  [name: string]: QueryValue;
}

/** What a nested query holds. */
export type QueryValue = string | QueryValue[] | NestedQuery;

/** Brackets that one key may have. */
const MAX_DEPTH = 16;

/** Items that an indexed list may have; with more, or with gaps, it stays an object. */
const MAX_ITEMS = 1000;

/**
 * Parses a query string, given without its `?`, as `URLSearchParams` does: `+` is a space, malformed escapes stay as
 * they are, invalid UTF-8 becomes U+FFFD. Never throws.
 */
export function parseQuery(search: string): RawQueryObject {
  try {
    return parseWellFormed(search);
  } catch {
    // One malformed escape hands all of it to the slow parser: catching it field by field lets a stranger make us
    // throw a hundred thousand times. The "&" keeps a leading "?" from being dropped.
    const query: RawQueryObject = createRecord();
    for (const [name, value] of new URLSearchParams("&" + search)) add(query, name, value);
    return query;
  }
}

/** @throws URIError at a malformed escape or invalid UTF-8. */
function parseWellFormed(search: string): RawQueryObject {
  const query: RawQueryObject = createRecord();
  let equals = -1;
  for (let start = 0; start < search.length;) {
    let end = search.indexOf("&", start);
    if (end < 0) end = search.length;
    if (end > start) {
      // Searched for again only once it is passed: fields without "=" must not cost a scan of the rest each.
      if (equals < start) equals = search.indexOf("=", start);
      if (equals < 0) equals = search.length;
      const split = Math.min(equals, end);
      add(query, decodeText(search.slice(start, split)), decodeText(search.slice(split + 1, end)));
    }
    start = end + 1;
  }
  return query;
}

function add(query: RawQueryObject, name: string, value: string): void {
  const before = query[name];
  if (before === undefined) query[name] = value;
  else if (typeof before === "string") query[name] = [before, value];
  else before.push(value);
}

function decodeText(text: string): string {
  const spaced = text.includes("+") ? text.replaceAll("+", " ") : text;
  return spaced.includes("%") ? decodeURIComponent(spaced) : spaced;
}

/**
 * Expands bracket keys: `filter[name]=x` becomes an object, `items[0][name]=x` a list (indexes 0 to n-1, 1,000 items
 * at most, else it stays an object), `tags[]=a` a list even of one. A key that is malformed (`a[`, `a[b]c`), deeper
 * than 16 brackets, or that contradicts another (`a=1&a[b]=2`: the one without brackets wins, else the earlier) stays
 * literal. Never throws. Answers `raw` itself when no key has a bracket.
 */
export function nestQuery(raw: RawQueryObject): NestedQuery {
  const names = Object.keys(raw);
  if (!names.some((name) => name.includes("["))) return raw;
  const query: NestedQuery = Object.create(null);
  const nested: [name: string, keys: readonly string[]][] = [];
  for (const name of names) {
    const keys = toKeys(name);
    if (keys === undefined) query[name] = raw[name]!;
    else nested.push([name, keys]);
  }
  for (const [name, keys] of nested) {
    if (!insert(query, keys, raw[name]!)) query[name] = raw[name]!;
  }
  for (const name of Object.keys(query)) query[name] = withLists(query[name]!);
  return query;
}

/** `a[b][c]` → a, b, c; a last `[]` gives an empty key. Undefined when it is not such a name. */
function toKeys(name: string): readonly string[] | undefined {
  const open = name.indexOf("[");
  if (open < 1 || !name.endsWith("]")) return undefined;
  const keys = name.slice(open + 1, -1).split("][", MAX_DEPTH + 1);
  const last = keys.length - 1;
  if (last === MAX_DEPTH || keys.some((key, index) => hasBracket(key) || key === "" && index < last)) return undefined;
  const head = name.slice(0, open);
  return hasBracket(head) ? undefined : [head, ...keys];
}

/** Answers false, and changes nothing, when something else stands in the way. */
function insert(root: NestedQuery, keys: readonly string[], value: string | string[]): boolean {
  const list = keys.at(-1) === "";
  const last = keys.length - (list ? 2 : 1);
  let node = root;
  for (let index = 0; index < last; index++) {
    const child: QueryValue = node[keys[index]!] ??= Object.create(null) as NestedQuery;
    if (typeof child === "string" || Array.isArray(child)) return false;
    node = child;
  }
  const key = keys[last]!;
  if (node[key] !== undefined) return false;
  node[key] = list && typeof value === "string" ? [value] : value;
  return true;
}

function withLists(value: QueryValue): QueryValue {
  if (typeof value === "string" || Array.isArray(value)) return value;
  const keys = Object.keys(value);
  for (const key of keys) value[key] = withLists(value[key]!);
  return isIndexed(keys) ? Object.values(value) : value;
}

/** Integer keys come first and in order, so 0 to n-1 are exactly these. */
function isIndexed(keys: readonly string[]): boolean {
  return keys.length <= MAX_ITEMS && keys.every((key, index) => key === String(index));
}

/**
 * Writes a query string, without `?`. `undefined` is skipped, in lists too; null is the empty string; lists are
 * repeated, or indexed when they hold an object or a list; nested objects stand in brackets; Date, URL and others
 * with a `toJSON` are what that returns (ISO, href); everything else is `String(value)`. What this loses,
 * {@link isFlat} tells beforehand.
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
  for (const [name, value] of Object.entries(query)) append(params, name, toJSON(value), false);
  return params.toString();
}

function append(params: URLSearchParams, name: string, value: unknown, nested: boolean): void {
  if (!isObject(value)) {
    if (!isAbsent(value)) params.append(name, value === null ? "" : String(value));
  } else if (Array.isArray(value)) {
    const items = value.map(toJSON);
    const indexed = items.some(isObject);
    const repeated = nested && items.length === 1 ? name + "[]" : name;
    items.forEach((item, index) => append(params, indexed ? `${name}[${index}]` : repeated, item, true));
  } else {
    for (const [key, item] of Object.entries(value)) append(params, `${name}[${key}]`, toJSON(item), true);
  }
}

/**
 * Tells whether {@link stringifyQuery} writes what {@link nestQuery} and a schema's coercion can read back; else the
 * client sends the query as `RICH_QUERY`. It is false for what has no form in a query string: null (it would be
 * `""`), lists and objects that are empty or hold nothing but `undefined`, `undefined` in a list, NaN, ±Infinity, -0,
 * an invalid Date, lone surrogates; for what no coercion finds again: URL, Map, Set, binary; for what brackets would
 * read as something else: brackets in names, empty names, objects with the keys 0 to n-1, more than
 * 1,000 items, more than 16 levels; and for names that start with `~`, which belong to the protocol.
 */
export function isFlat(query: object): boolean {
  return Object.entries(query).every(([name, value]) =>
    isAbsent(value) || !name.startsWith(PARAM_PREFIX) && isFlatKey(name) && isFlatValue(value, 0)
  );
}

/** `depth` is the number of brackets that lead to the value. A cycle ends at the limit. */
function isFlatValue(given: unknown, depth: number): boolean {
  if (given instanceof URL || given instanceof Map || given instanceof Set || isBinary(given)) return false;
  const value = toJSON(given);
  switch (typeof value) {
    case "string":
      return isWellFormed(value);
    case "number":
      return Number.isFinite(value) && !Object.is(value, -0);
    case "object":
      break;
    default:
      return !isAbsent(value);
  }
  if (value === null || depth === MAX_DEPTH) return false;
  if (Array.isArray(value)) {
    // Spread, so that the holes of a sparse list are looked at.
    return value.length > 0 && value.length <= MAX_ITEMS && [...value].every((item) => isFlatValue(item, depth + 1));
  }
  const fields = Object.entries(value).filter(([, item]) => !isAbsent(item));
  return !isIndexed(fields.map(([key]) => key)) &&
    fields.every(([key, item]) => isFlatKey(key) && isFlatValue(item, depth + 1));
}

function isFlatKey(key: string): boolean {
  return key !== "" && !hasBracket(key) && isWellFormed(key);
}

function hasBracket(text: string): boolean {
  return text.includes("[") || text.includes("]");
}

function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}

/** What JSON leaves out of objects. */
function isAbsent(value: unknown): boolean {
  return value === undefined || typeof value === "function" || typeof value === "symbol";
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function isBinary(value: unknown): boolean {
  return value instanceof ArrayBuffer || ArrayBuffer.isView(value);
}

function toJSON(value: unknown): unknown {
  const { toJSON } = (value ?? {}) as { readonly toJSON?: unknown };
  return isObject(value) && typeof toJSON === "function" ? toJSON.call(value) : value;
}

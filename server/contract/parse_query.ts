/**
 * Reads query strings, as `query_string.ts` writes them and as people do by hand.
 *
 * @module
 */
import { MAX_DEPTH, MAX_ITEMS } from "./query_string.ts";
import { createRecord } from "./record.ts";

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

function hasBracket(text: string): boolean {
  return text.includes("[") || text.includes("]");
}

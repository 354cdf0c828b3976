/**
 * Keys of queries in the cache: `["users", "list", { query: { page: 1 } }]`, as TanStack's devtools show them.
 *
 * @module
 */
import { isExact, kindOf } from "./exact.ts";
import type { CallInput } from "./request.ts";

/** A key in the cache. */
export type CacheKey = readonly unknown[];

/** What a key begins with. */
export interface KeySource {
  /** The action's: `users.list`. */
  readonly key: string;
  /** What the client puts before it. */
  readonly keyPrefix?: string | undefined;
}

/** Which entries of the cache are meant: all below a key, or exactly one. */
export interface CacheFilter {
  /** The key, or what it starts with. */
  readonly queryKey: CacheKey;
  /** Whether nothing may follow. */
  readonly exact?: boolean;
}

/** The last part of an infinite query's key: its data has another shape than that of the query with the same input. */
export const INFINITE = "infinite";

/** Takes the parts of an input out of an object that holds other things too. */
export function inputOf({ query, params, body, headers }: CallInput): CallInput {
  return Object.fromEntries(
    Object.entries({ query, params, body, headers }).filter(([, value]) => value !== undefined),
  );
}

/** `["users", "list"]` of `users.list`, `["users"]` of `users` and `users.*`; before it the client's prefix. */
export function pathOf(key: string, keyPrefix?: string): string[] {
  const path = key.split(".").filter((name) => name !== "*");
  return keyPrefix ? [keyPrefix, ...path] : path;
}

/**
 * The key of a query. It holds what tells the input from others, and no more: an absent part, an empty one and one
 * whose fields are `undefined` send the same request. What JSON cannot tell apart stands there under its type's name:
 * `{ "~Date": "1970-01-01T00:00:00.000Z" }` is not that text.
 */
export function queryKey({ key, keyPrefix }: KeySource, given: CallInput = {}): CacheKey {
  const input = JSON.parse(JSON.stringify(inputOf(given), keepType));
  for (const part in input) if (isEmpty(input[part])) delete input[part];
  const path = pathOf(key, keyPrefix);
  return isEmpty(input) ? path : [...path, input];
}

/** A replacer for `JSON.stringify` that names the types of what JSON loses. */
function keepType(this: { readonly [name: string]: unknown }, name: string, json: unknown): unknown {
  const value = this[name];
  if (isExact(value)) return json;
  // Left out of an object, `undefined` says nothing; in a list it stands for itself.
  if (value === undefined && !Array.isArray(this)) return json;
  const { byteLength, byteOffset, buffer = value, [Symbol.iterator]: items } = Object(value);
  const list = byteLength >= 0 ? new Uint8Array(buffer, byteOffset, byteLength) : items && value as Iterable<unknown>;
  return { [`~${kindOf(value)}`]: list ? [...list] : String(json) };
}

function isEmpty(value: unknown): boolean {
  return JSON.stringify(value) === "{}";
}

/** The entries that a key, or a key and an input, means; with an input exactly its, the infinite one included. */
export function filtersOf(key: string, input: object | undefined, keyPrefix?: string): CacheFilter[] {
  if (!input) return [{ queryKey: pathOf(key, keyPrefix) }];
  const exact = queryKey({ key, keyPrefix }, input);
  return [exact, [...exact, INFINITE]].map((queryKey) => ({ queryKey, exact: true }));
}

/**
 * Keys of queries in the cache: `["users", "list", { query: { page: 1 } }]`, as TanStack's devtools show them.
 *
 * @module
 */
import { encode } from "../server/contract/wire.ts";
import type { CallInput } from "./request.ts";

/** A key in the cache. */
export type CacheKey = readonly unknown[];

/** Which entries of the cache are meant: all below a key, or exactly one. */
export interface CacheFilter {
  /** The key, or what it starts with. */
  readonly queryKey: CacheKey;
  /** Whether nothing may follow. */
  readonly exact?: boolean;
}

/** The last part of an infinite query's key: its data has another shape than that of the query with the same input. */
export const INFINITE = "infinite";

const PARTS = ["query", "params", "body", "headers"] as const;

/** Takes the parts of an input out of an object that holds other things too. */
export function inputOf(given: object): CallInput {
  const input: Record<string, unknown> = {};
  for (const part of PARTS) {
    const value = (given as Record<string, unknown>)[part];
    if (value !== undefined) input[part] = value;
  }
  return input;
}

/** `["users", "list"]` of `users.list`, `["users"]` of `users` and `users.*`. */
export function pathOf(key: string): string[] {
  return key.split(".").filter((name) => name !== "*");
}

/**
 * The key of a query. It holds what tells the input from others, and no more: an absent part, an empty one and one
 * whose fields are `undefined` send the same request. What JSON cannot tell apart (a Date from its text, a bigint, a
 * Map) stands there in the wire's form, `{ json, meta }`.
 */
export function queryKey(key: string, given: object = {}): CacheKey {
  const { json, meta = [] } = encode(inputOf(given));
  const input = json as Record<string, unknown>;
  for (const part of PARTS) {
    const value = input[part];
    if (part !== "body" && value !== null && typeof value === "object" && !Object.keys(value).length) {
      delete input[part];
    }
  }
  // Left out of an object, `undefined` says nothing; in a list it stands for itself.
  const rich = meta.filter((entry) => entry[0] !== "undefined" || typeof entry.at(-1) === "number");
  const path: unknown[] = pathOf(key);
  return rich.length ? [...path, { json, meta: rich }] : Object.keys(input).length ? [...path, input] : path;
}

/** The entries that a key, or a key and an input, means; with an input exactly its, the infinite one included. */
export function filtersOf(key: string, input: object | undefined): CacheFilter[] {
  if (!input) return [{ queryKey: pathOf(key) }];
  const exact = queryKey(key, input);
  return [exact, [...exact, INFINITE]].map((queryKey) => ({ queryKey, exact: true }));
}

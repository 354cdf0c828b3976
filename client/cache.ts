/**
 * The cache by action keys, over TanStack's QueryClient.
 *
 * @module
 */
import type { QueryClient } from "@tanstack/react-query";
import { type CacheKey, filtersOf, INFINITE, queryKey } from "./query_key.ts";

/** Makes an entry's data of its data. */
export type Change = (data: unknown) => unknown;

/** Makes the cache; `client` is asked at each use. */
export function createCache(
  client: () => QueryClient,
  keyPrefix?: string,
  write: (queryKey: CacheKey, change: Change) => void = (...change) => void client().setQueryData(...change),
): object {
  const each =
    (method: "invalidateQueries" | "cancelQueries" | "removeQueries") => async (key: string, input?: object) => {
      await Promise.all(filtersOf(key, input, keyPrefix).map((filter) => client()[method](filter)));
    };
  return {
    get queryClient() {
      return client();
    },
    invalidate: each("invalidateQueries"),
    cancel: each("cancelQueries"),
    remove: each("removeQueries"),
    get: (key: string, input?: object) => client().getQueryData(queryKey({ key, keyPrefix }, input)),
    set: (key: string, input: object | undefined, data: unknown) =>
      write(queryKey({ key, keyPrefix }, input), () => data),
    update(key: string, change: Change, input?: object) {
      const [filter] = filtersOf(key, input, keyPrefix);
      for (const [queryKey, data] of client().getQueriesData(filter!)) {
        if (data !== undefined && queryKey.at(-1) !== INFINITE) {
          write(queryKey, (data) => data === undefined ? data : change(data));
        }
      }
    },
  };
}

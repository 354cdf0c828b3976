/**
 * The cache by action keys, over TanStack's QueryClient.
 *
 * @module
 */
import type { QueryClient } from "@tanstack/react-query";
import { type CacheKey, filtersOf, INFINITE, queryKey } from "./query_key.ts";

/** Hears of each entry before it is written; what it gives goes to `setQueryData`. */
export type BeforeWrite = (queryKey: CacheKey) => { readonly updatedAt: number } | undefined;

/** Makes the cache; `client` is asked at each use. */
export function createCache(client: () => QueryClient, before?: BeforeWrite): object {
  const each =
    (method: "invalidateQueries" | "cancelQueries" | "removeQueries") => async (key: string, input?: object) => {
      await Promise.all(filtersOf(key, input).map((filter) => client()[method](filter)));
    };
  const write = (queryKey: CacheKey, data: unknown) => {
    client().setQueryData(queryKey, data, before?.(queryKey));
  };
  return {
    get queryClient() {
      return client();
    },
    invalidate: each("invalidateQueries"),
    cancel: each("cancelQueries"),
    remove: each("removeQueries"),
    get: (key: string, input?: object) => client().getQueryData(queryKey({ key }, input)),
    set: (key: string, input: object | undefined, data: unknown) => write(queryKey({ key }, input), data),
    update(key: string, change: (data: unknown) => unknown, input?: object) {
      const [filter] = filtersOf(key, input);
      for (const [queryKey, data] of client().getQueriesData(filter!)) {
        if (data !== undefined && queryKey.at(-1) !== INFINITE) write(queryKey, change(data));
      }
    },
  };
}

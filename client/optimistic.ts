/**
 * Optimistic changes of the cache: what a mutation will have done, shown before it has.
 *
 * @module
 */
import type { Query, QueryClient, QueryState } from "@tanstack/react-query";
import { createCache } from "./cache.ts";

/** A change that can be taken back. */
export interface Change {
  /** Puts the entries it wrote back as they were. */
  undo(): void;
  /** Fetches what it wrote from the server. */
  settle(): void;
}

/**
 * Runs `write` on the cache. Fetches of what it writes are cancelled first: their answers are older than the change.
 *
 * An optimistic entry keeps the time of the server's last answer. So a later answer shows, and `undo` leaves the entry
 * alone that has one: it knows better than the past does.
 */
export function change(client: QueryClient, write: (cache: object) => void): Change {
  const touched = new Map<Query, QueryState>();
  const undo = () => {
    for (const [query, before] of touched) {
      const { dataUpdatedAt, fetchStatus } = query.state;
      if (dataUpdatedAt === before.dataUpdatedAt) query.setState({ ...before, fetchStatus });
    }
  };
  const cache = createCache(() => client, (queryKey) => {
    client.cancelQueries({ queryKey, exact: true });
    const query = client.getQueryCache().build(client, client.defaultQueryOptions({ queryKey }));
    if (!touched.has(query)) touched.set(query, query.state);
    return { updatedAt: query.state.dataUpdatedAt };
  });
  try {
    write(cache);
  } catch (error) {
    undo();
    throw error;
  }
  return {
    undo,
    settle() {
      for (const { queryKey } of touched.keys()) client.invalidateQueries({ queryKey, exact: true });
    },
  };
}

/**
 * Optimistic changes of the cache: what a mutation will have done, shown before it has.
 *
 * @module
 */
import type { Query, QueryClient, QueryState } from "@tanstack/react-query";
import { createCache } from "./cache.ts";

/**
 * Sends a mutation after `write` has changed the cache: back as it was when it fails, and fetched when it is settled.
 * Fetches of what is written are cancelled first: their answers are older than the change.
 *
 * An optimistic entry keeps the time of the server's last answer. So a later answer shows, and an entry that has one is
 * not put back: it knows better than the past does.
 */
export async function optimistically<T>(
  client: QueryClient,
  write: (cache: object) => void,
  send: () => Promise<T>,
): Promise<T> {
  const touched = new Map<Query, QueryState>();
  const cache = createCache(() => client, (queryKey) => {
    client.cancelQueries({ queryKey, exact: true });
    const query = client.getQueryCache().build(client, client.defaultQueryOptions({ queryKey }));
    if (!touched.has(query)) touched.set(query, query.state);
    return { updatedAt: query.state.dataUpdatedAt };
  });
  try {
    write(cache);
    return await send();
  } catch (error) {
    for (const [query, before] of touched) {
      const { dataUpdatedAt, fetchStatus } = query.state;
      if (dataUpdatedAt === before.dataUpdatedAt) query.setState({ ...before, fetchStatus });
    }
    throw error;
  } finally {
    for (const { queryKey } of touched.keys()) client.invalidateQueries({ queryKey, exact: true });
  }
}

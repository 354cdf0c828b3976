/**
 * Optimistic changes of the cache: what a mutation will have done, shown before it has.
 *
 * An entry that is changed remembers what it was before, and all changes since: when a mutation fails, the entry is
 * what it was with the changes of the others. It is fetched when the last of them is settled, for an answer in between
 * would lack what is still on its way.
 *
 * An optimistic entry keeps the time of the server's last answer. So a later answer shows, and an entry that has one is
 * not put back: it knows better than the past does.
 *
 * @module
 */
import { type Query, type QueryClient, type QueryState, skipToken } from "@tanstack/react-query";
import { type Change, createCache } from "./cache.ts";

/** Where a query keeps its changes: on itself, so that they live as long as it does, whoever makes them. */
const CHANGES: unique symbol = Symbol.for("igniter.changes");

interface ChangedQuery extends Query {
  [CHANGES]?: Changes;
}

interface Changes {
  /** What it was before. */
  readonly base: QueryState;
  /** Mutations on their way. */
  readonly calls: Set<object>;
  /** In order; also of mutations that have succeeded since. */
  writes: readonly Write[];
  /** The query's `dataUpdateCount` after the last of them. */
  count: number;
}

interface Write {
  readonly call: object;
  readonly change: Change;
}

/**
 * Sends a mutation after `write` has changed the cache: taken back when it fails, and fetched when it is settled.
 * Fetches of what is written are cancelled first: their answers are older than the change.
 */
export async function optimistically<T, I>(
  client: QueryClient,
  keyPrefix: string | undefined,
  write: (cache: object, input: I) => void,
  send: (input: I) => Promise<T>,
  input: I,
): Promise<T> {
  const call = {};
  const touched = new Set<ChangedQuery>();
  const cache = createCache(() => client, keyPrefix, (queryKey, change) => {
    const query: ChangedQuery = client.getQueryCache().build(client, client.defaultQueryOptions({ queryKey }));
    query.cancel({ revert: true });
    const changes = changesOf(query) ?? { base: query.state, calls: new Set(), writes: [], count: 0 };
    query[CHANGES] = changes;
    touched.add(query);
    changes.calls.add(call);
    apply(query, changes, { call, change });
  });
  let succeeded = false;
  try {
    write(cache, input);
    const data = await send(input);
    succeeded = true;
    return data;
  } finally {
    for (const query of touched) {
      if (!succeeded) takeBack(query, call);
      settle(client, query, call, succeeded);
    }
  }
}

/** The changes that an entry shows; none when the server, or anybody else, has written since. */
function changesOf(query: ChangedQuery): Changes | undefined {
  const { [CHANGES]: changes, state } = query;
  const isShown = changes?.count === state.dataUpdateCount && changes.base.dataUpdatedAt === state.dataUpdatedAt;
  return isShown ? changes : undefined;
}

function apply(query: Query, changes: Changes, write: Write): void {
  const data = write.change(query.state.data);
  // As TanStack's own: `undefined` changes nothing.
  if (data !== undefined) query.setData(data, { updatedAt: changes.base.dataUpdatedAt, manual: true });
  changes.count = query.state.dataUpdateCount;
  changes.writes = [...changes.writes, write];
}

function takeBack(query: ChangedQuery, call: object): void {
  const changes = changesOf(query);
  if (!changes?.calls.has(call)) return;
  const others = changes.writes.filter((write) => write.call !== call);
  // A fetch that began meanwhile, once cancelled, would bring back what was shown then.
  query.cancel({ revert: true });
  query.setState({ ...changes.base, fetchStatus: "idle" });
  changes.writes = [];
  changes.count = query.state.dataUpdateCount;
  for (const write of others) {
    try {
      apply(query, changes, write);
    } catch (error) {
      // It counted on what is no more; what the others have done is shown none the less.
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}

function settle(client: QueryClient, query: ChangedQuery, call: object, succeeded: boolean): void {
  const { [CHANGES]: changes, queryKey, options } = query;
  changes?.calls.delete(call);
  if (changes?.calls.size) return;
  delete query[CHANGES];
  client.invalidateQueries({ queryKey, exact: true });
  // TanStack leaves alone what is not enabled; shown it is, and what is shown there was never the server's.
  const isWritten = succeeded || !!changes?.writes.length;
  const isLeft = query.getObserversCount() > 0 && query.state.fetchStatus === "idle" && options.queryFn !== skipToken;
  // What failed is the query's to show.
  if (isWritten && isLeft) query.fetch().catch(() => {});
}

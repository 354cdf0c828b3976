/**
 * Live queries: what the server says is old is fetched again where it is shown. Loaded with the first query below a
 * provider whose live updates are on.
 *
 * A target is fetched at most once per burst, and not again before its fetch is done: an event that comes in between
 * asks for one more.
 *
 * @module
 */
import type { Query, QueryClient } from "@tanstack/react-query";
import { configureBy } from "./connection_settings.ts";
import type { ClientEngine } from "./engine.ts";
import type { RealtimeProps } from "./provider.ts";
import { filtersOf } from "./query_key.ts";

/** Milliseconds in which events are one burst. */
const BURST = 10;
/** Milliseconds that an answer was on its way at most, and clocks go wrong: what is said twice costs one more fetch. */
const MARGIN = 3000;

/** Who watches, by engine: one watcher for all of a provider's queries of one client. */
export type Watchers = Map<ClientEngine, Watcher>;

/** One watcher. */
export interface Watcher {
  /** How many queries want it. */
  count: number;
  /** Ends it. */
  readonly stop: () => void;
}

/** Keeps a client's queries live, which are fetched from `begin` on, while somebody wants it; gives back how to want it no more. */
export function keepLive(
  watchers: Watchers,
  engine: ClientEngine,
  keyPrefix: string | undefined,
  client: () => QueryClient,
  settings: () => RealtimeProps<never>,
  begin: number,
): () => void {
  const watcher = watchers.get(engine) ?? { count: 0, stop: watch(engine, keyPrefix, client, settings, begin) };
  watchers.set(engine, watcher);
  watcher.count++;
  return () => {
    if (--watcher.count > 0) return;
    watchers.delete(engine);
    watcher.stop();
  };
}

function watch(
  engine: ClientEngine,
  keyPrefix: string | undefined,
  client: () => QueryClient,
  settings: () => RealtimeProps<never>,
  begin: number,
): () => void {
  let live = true;
  let stop: (() => void) | undefined;
  /** Targets that wait, or are being fetched; `true`: once more. */
  const busy = new Map<string, boolean>();
  const timers = new Set<ReturnType<typeof setTimeout>>();

  const refetch = (path: string, input?: object) => {
    const filters = filtersOf(path, input, keyPrefix);
    const target = JSON.stringify(filters);
    if (busy.has(target)) return void busy.set(target, true);
    busy.set(target, false);
    const timer = setTimeout(async () => {
      timers.delete(timer);
      do {
        // An answer on its way that is the first of its query is waited for, not fetched anew: it may be older than this.
        busy.set(target, filters.some((filter) => client().getQueryCache().findAll(filter).some(isFirstOnItsWay)));
        // What failed is the query's to show.
        if (live) await Promise.allSettled(filters.map((filter) => client().invalidateQueries(filter)));
      } while (live && busy.get(target));
      busy.delete(target);
    }, BURST);
    timers.add(timer);
  };

  engine.events().then((connection) => {
    if (!live) return;
    configureBy(connection, settings);
    stop = connection.watch({
      onRevalidate: (targets) => targets.forEach(({ path, input }) => refetch(path, input as object | undefined)),
      onReset: () => refetch("*"),
      since: () =>
        Date.now() - Math.min(begin, ...client().getQueryCache().findAll({ type: "active" }).map(shownSince)) + MARGIN,
    });
  }).catch((error) => {
    // The page is shown as it was fetched; that it is not live must be heard of.
    console.warn("Live updates are off: the connection could not be loaded", error);
  });
  return () => {
    live = false;
    timers.forEach(clearTimeout);
    stop?.();
  };
}

/** Whether a query waits for its very first answer, so that TanStack lets what is asked for now wait for it too. */
function isFirstOnItsWay(query: Query): boolean {
  return query.isActive() && query.state.data === undefined && query.state.fetchStatus === "fetching";
}

/** When the answer came that a query shows; it is being fetched where there is none. */
function shownSince({ state }: Query): number {
  return state.dataUpdatedAt || Infinity;
}

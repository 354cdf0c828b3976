"use client";
/**
 * `IgniterProvider`: the cache and the settings of live updates, for the components below it.
 *
 * @module
 */
import { environmentManager, QueryClient, QueryClientContext } from "@tanstack/react-query";
import * as React from "react";
import type { ClientEngine } from "./engine.ts";
import { useLatest } from "./hook_parts.ts";
import type { Watchers } from "./live_queries.ts";

/** What live updates are told. */
export interface RealtimeProps<C = unknown> {
  /** Whether streams and live queries connect. @default true */
  readonly enableRealtime?: boolean | undefined;
  /** Whether a broken connection is made anew. @default true */
  readonly autoReconnect?: boolean | undefined;
  /** Attempts in a row after which it is given up. @default Infinity */
  readonly maxReconnectAttempts?: number | undefined;
  /** Milliseconds before the first attempt; they double up to 30,000. @default 1000 */
  readonly reconnectDelay?: number | undefined;
  /** Whether what the connection does is written to the console. @default false */
  readonly debug?: boolean | undefined;
  /** Gives what `getScopes` decides upon. */
  readonly getContext?: (() => C | Promise<C>) | undefined;
  /** Gives the scopes to ask for: of those that the server grants, never more. */
  readonly getScopes?: ((context: NoInfer<C>) => readonly string[]) | undefined;
}

/** The properties of {@link IgniterProvider}. */
export interface IgniterProviderProps<C = unknown> extends RealtimeProps<C> {
  /** The components that may use the hooks. */
  readonly children?: React.ReactNode;
  /** The cache. @default that of a QueryClientProvider above, else one of the page's own; on a server, of this render's */
  readonly queryClient?: QueryClient | undefined;
}

/** What a provider gives the hooks; the same in each of its renders, or all that use it would render with it. */
export interface Realtime {
  /** Whether streams and live queries connect. @default true */
  readonly enableRealtime?: boolean | undefined;
  /** What the provider says now. */
  readonly settings: () => RealtimeProps<never>;
  /** Keeps the queries of a client live while a component shows one; gives back how to stop. */
  readonly keepLive?: (engine: ClientEngine, keyPrefix: string | undefined) => () => void;
}

/** By its name, so that two copies of this module share it. */
const OWN: unique symbol = Symbol.for("igniter.queryClient");

/** Who keeps a QueryClient that nobody has given. */
interface Owner {
  [OWN]?: QueryClient;
}

/** What the provider above says of live updates. */
export const RealtimeContext: React.Context<Realtime> = React.createContext<Realtime>({
  settings: () => ({}),
});

/** Gives the components below it a cache, and says how live updates behave. */
export function IgniterProvider<C = undefined>(props: IgniterProviderProps<C>): React.ReactNode {
  const above = React.useContext(QueryClientContext);
  const [render] = React.useState<Owner>({});
  // What suspends with no Suspense below the provider drops the provider's state, at each attempt: a cache that was kept
  // there would be empty at each, and the server asked for ever. A page has one reader, so it may have one cache.
  const owner: Owner = environmentManager.isServer() ? render : globalThis as Owner;
  const client = props.queryClient ?? above ?? (owner[OWN] ??= new QueryClient());
  // What TanStack's own provider does, whose code a page then need not carry.
  React.useEffect(() => {
    client.mount();
    return () => client.unmount();
  }, [client]);
  const latest = useLatest({ client, settings: props as RealtimeProps<never> });
  const { enableRealtime } = props;
  const realtime = React.useMemo<Realtime>(() => {
    const settings = () => latest.current.settings;
    const watchers: Watchers = new Map();
    const keepLive = (engine: ClientEngine, keyPrefix: string | undefined) => {
      const begin = Date.now();
      let live = true;
      let stop: (() => void) | undefined;
      // Nobody's to catch: that a page is not live must be heard of.
      import("./live_queries.ts").then(({ keepLive }) => {
        if (live) {
          stop = keepLive(watchers, engine, keyPrefix, () => latest.current.client, settings, begin);
        }
      });
      return () => {
        live = false;
        stop?.();
      };
    };
    return { enableRealtime, settings, keepLive };
  }, [enableRealtime]);
  return React.createElement(
    QueryClientContext.Provider,
    { value: client },
    React.createElement(RealtimeContext.Provider, { value: realtime }, props.children),
  );
}

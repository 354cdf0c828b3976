"use client";
/**
 * `IgniterProvider`: the cache and the settings of live updates, for the components below it.
 *
 * @module
 */
import { QueryClient, QueryClientContext } from "@tanstack/react-query";
import * as React from "react";

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
  /** The cache. @default that of a QueryClientProvider above, else one of its own */
  readonly queryClient?: QueryClient | undefined;
}

/** The settings of live updates, for the hooks. */
export const RealtimeContext: React.Context<RealtimeProps<never>> = React.createContext<RealtimeProps<never>>({});

/** Gives the components below it a cache, and says how live updates behave. */
export function IgniterProvider<C = undefined>(props: IgniterProviderProps<C>): React.ReactNode {
  const above = React.useContext(QueryClientContext);
  const [own] = React.useState(() => new QueryClient());
  const client = props.queryClient ?? above ?? own;
  // What TanStack's own provider does, whose code a page then need not carry.
  React.useEffect(() => {
    client.mount();
    return () => client.unmount();
  }, [client]);
  return React.createElement(
    QueryClientContext.Provider,
    { value: client },
    React.createElement(RealtimeContext.Provider, { value: props as RealtimeProps<never> }, props.children),
  );
}

"use client";
/**
 * What the hooks share.
 *
 * @module
 */
import { type QueryClient, QueryClientContext } from "@tanstack/react-query";
import * as React from "react";
import type { Callbacks } from "./outcome.ts";

/** The QueryClient above. @throws Error when there is none. */
export function useClient(key: string): QueryClient {
  return React.useContext(QueryClientContext) ?? missing(key);
}

/** What `make` makes of the QueryClient above, the same in each render; `undefined` where there is none. */
export function useCache(make: (client: () => QueryClient) => object): object | undefined {
  const client = React.useContext(QueryClientContext);
  return React.useMemo(() => client && make(() => client), [client]);
}

/** Refuses a hook that has no provider. */
export function missing(hook: string): never {
  throw new Error(`Cannot use ${hook}: it has no <IgniterProvider> above it`);
}

/** A reference to what the last committed render held, before any other effect runs. */
export function useLatest<T>(value: T): React.RefObject<T> {
  const ref = React.useRef(value);
  React.useInsertionEffect(() => {
    ref.current = value;
  });
  return ref;
}

/** Says when loading begins and ends. */
export function useLoading({ onLoading }: Callbacks, isLoading: () => boolean): void {
  const loading = !!onLoading && isLoading();
  const said = React.useRef(false);
  React.useEffect(() => {
    if (said.current !== loading) queueMicrotask(() => onLoading?.(loading));
    said.current = loading;
  });
}

/** Whether somebody wants to hear how calls end. */
export function isTold({ onRequest, onSuccess, onError, onSettled }: Callbacks): boolean {
  return !!(onRequest ?? onSuccess ?? onError ?? onSettled);
}

/** Loads what tells him. */
export function loadTell(): Promise<typeof import("./tell_callbacks.ts")> {
  return import("./tell_callbacks.ts");
}

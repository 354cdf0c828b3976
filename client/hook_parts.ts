"use client";
/**
 * What the hooks share.
 *
 * @module
 */
import { CancelledError, type QueryClient, QueryClientContext } from "@tanstack/react-query";
import { type RefObject, useContext, useEffect, useInsertionEffect, useMemo, useRef } from "react";
import type { Failure } from "../server/contract/error.ts";
import { toError } from "./methods.ts";

/** What is heard of calls. */
export interface Callbacks {
  readonly onLoading?: (loading: boolean) => void;
  readonly onRequest?: (result: Outcome) => void;
  readonly onSuccess?: (data: unknown, ...rest: unknown[]) => unknown;
  readonly onError?: (error: unknown, ...rest: unknown[]) => unknown;
  readonly onSettled?: (data: unknown, error: unknown, ...rest: unknown[]) => unknown;
}

/** How a call ended. */
export interface Outcome {
  readonly data: unknown;
  readonly error: unknown;
}

const ABORTED: Failure = { code: "ERR_ABORTED", message: "The call was aborted", data: undefined };

/** The QueryClient above. @throws Error when there is none. */
export function useClient(key: string): QueryClient {
  const client = useContext(QueryClientContext);
  if (!client) throw new Error(`Cannot use ${key}: there is no <IgniterProvider> above this component`);
  return client;
}

/** What `make` makes of the QueryClient above, the same in each render; `undefined` where there is none. */
export function useCache(make: (client: () => QueryClient) => object): object | undefined {
  const client = useContext(QueryClientContext);
  return useMemo(() => client && make(() => client), [client]);
}

/** A reference to what the last committed render held, before any other effect runs. */
export function useLatest<T>(value: T): RefObject<T> {
  const ref = useRef(value);
  useInsertionEffect(() => {
    ref.current = value;
  });
  return ref;
}

/** Says when loading begins and ends. */
export function useLoading(
  given: Callbacks,
  isLoading: () => boolean,
  latest: RefObject<{ readonly given: Callbacks }>,
): void {
  const loading = !!given.onLoading && isLoading();
  const said = useRef(false);
  useEffect(() => {
    if (said.current !== loading) latest.current.given.onLoading?.(said.current = loading);
  }, [loading]);
}

/** A result that succeeded. */
export function done(data: unknown): Outcome {
  return { data, error: null };
}

/** A result that failed. */
export function failed(error: unknown): Outcome {
  // TanStack ends a cancelled fetch with an error of its own, or with none.
  const cancelled = !error || error instanceof CancelledError;
  return { data: null, error: cancelled ? toError(ABORTED) : error };
}

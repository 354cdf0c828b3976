/**
 * How a fetch ended, for the callbacks of a query hook. Loaded by the first hook that has some.
 *
 * @module
 */
import type { QueryCacheNotifyEvent } from "@tanstack/react-query";
import { type Callbacks, done, failed } from "./hook_parts.ts";

/** What a query hook is told of its callbacks. */
export interface QueryCallbacks extends Callbacks {
  /** Gives what they hear of the data. */
  readonly select?: (data: unknown) => unknown;
}

/** Tells the callbacks of an event of the cache; of data that was written by hand they hear nothing. */
export function tellCallbacks(given: QueryCallbacks, event: QueryCacheNotifyEvent): void {
  if (event.type !== "updated") return;
  const { action } = event;
  if (action.type !== "error" && (action.type !== "success" || action.manual)) return;
  const { select, onSuccess, onError, onSettled, onRequest } = given;
  // On its own, so that what a callback throws is nobody's but its author's.
  queueMicrotask(() => {
    const outcome = action.type === "error" ? failed(action.error) : done(select ? select(action.data) : action.data);
    const { data, error } = outcome;
    error ? onError?.(error) : onSuccess?.(data);
    onSettled?.(error ? undefined : data, error);
    onRequest?.(outcome);
  });
}

/**
 * How a call ended, for the callbacks of a hook. Loaded by the first hook that has some.
 *
 * @module
 */
import type { QueryCacheNotifyEvent } from "@tanstack/react-query";
import { type Callbacks, done, failed, type Outcome } from "./outcome.ts";

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
  tell(given, action.type === "error" ? failed(action.error) : selected(given, action.data));
}

/** Says how a call ended. Each callback runs on its own: what it throws is its author's, and neither ours nor the others'. */
export function tell(
  { onSuccess, onError, onSettled, onRequest }: Callbacks,
  outcome: Outcome,
  ...rest: readonly unknown[]
): void {
  const { data, error } = outcome;
  queueMicrotask(() => error ? onError?.(error, ...rest) : onSuccess?.(data, ...rest));
  queueMicrotask(() => onSettled?.(error ? undefined : data, error, ...rest));
  queueMicrotask(() => onRequest?.(outcome));
}

/** What the component shows: where `select` throws, that failure. */
function selected({ select }: QueryCallbacks, data: unknown): Outcome {
  try {
    return done(select ? select(data) : data);
  } catch (error) {
    return failed(error);
  }
}

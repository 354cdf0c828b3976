/**
 * How a call ended, as hooks give it.
 *
 * @module
 */
import { CancelledError } from "@tanstack/react-query";
import { FailureError } from "../server/contract/failure_error.ts";

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

/** A result that succeeded. */
export function done(data: unknown): Outcome {
  return { data, error: null };
}

/** A result that failed. */
export function failed(error: unknown): Outcome {
  // TanStack ends a cancelled fetch with an error of its own, or with none.
  if (error && !(error instanceof CancelledError)) return { data: null, error };
  return { data: null, error: new FailureError("ERR_ABORTED", { message: "The call was aborted" }) };
}

/**
 * How long a failed job waits.
 *
 * @module
 */
import type { BackoffInput, BackoffOptions, JobOptions } from "./options.ts";
import { toBackoff } from "./settle.ts";

/** The milliseconds before the attempt that follows a failed one. `random` gives 0 to 1. @throws what a custom backoff throws. */
export function backoffDelay(
  backoff: BackoffOptions | JobOptions["backoff"],
  input: BackoffInput,
  random: () => number,
): number {
  if (typeof backoff === "function") {
    const delay = backoff(input);
    if (typeof delay === "number" && delay >= 0 && delay < Infinity) return Math.ceil(delay);
    throw new TypeError(`Cannot retry: the backoff gave ${String(delay)}, which is no number of milliseconds`);
  }
  const options = toBackoff("retry", backoff);
  if (options === undefined) return 0;
  const { type, delay, jitter = 0, max = Infinity } = options;
  // 2 to the power of 50 milliseconds is 35,000 years: beyond it the number would only lose its meaning.
  const grown = type === "fixed" ? delay : delay * 2 ** Math.min(input.attempt - 1, 50);
  const bounded = Math.min(grown, max);
  return Math.ceil(bounded * (1 - jitter * random()));
}

/**
 * Ends of calls: aborted, out of time; and the failures that a client makes itself.
 *
 * @module
 */
import type { Failure } from "../server/contract/error.ts";
import type { Result } from "../server/contract/reply.ts";
import { failed } from "../server/contract/result.ts";

/** A failure of the client's own making, told from what the application's own functions throw. */
export class Refused extends Error {
  readonly result: Result<never, Failure>;
  /** Whether it may be over the next time. */
  readonly passing: boolean;

  constructor(code: string, message: string, passing = false) {
    super(message);
    this.result = failed(code, message);
    this.passing = passing;
  }
}

/** Says of a request, or of a part of the client's own code that a page loads later, that it did not arrive. */
export function unreachable(cause: unknown): never {
  throw new Refused("ERR_NETWORK", `Cannot reach the server: ${(cause as Error).message}`.slice(0, 300), true);
}

/** Makes it when it is first asked for; where that failed, again the next time. */
export function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () =>
    made ??= make().catch((error) => {
      made = undefined;
      throw error;
    });
}

/** Milliseconds beyond which platforms' timers fire at once. */
const MAX_TIMER = 2 ** 31 - 1;

/**
 * Runs a call until it is done, its caller aborts it, or `timeout` milliseconds are over (0: never); whatever it does
 * after that is nobody's concern. It begins one microtask later: whoever aborts before (as React's StrictMode does)
 * has sent nothing.
 */
export function limited<T>(
  outer: AbortSignal | undefined,
  timeout: number | undefined,
  run: (signal: AbortSignal) => Promise<Result<T, Failure>>,
): Promise<Result<T, Failure>> {
  return new Promise((resolve, reject) => {
    const inner = new AbortController();
    const leave = () => {
      clearTimeout(timer);
      outer?.removeEventListener("abort", abort);
    };
    const end = (code: string, message: string) => {
      leave();
      resolve(failed(code, message));
      inner.abort(outer?.reason);
    };
    const abort = () => end("ERR_ABORTED", "The call was aborted");
    const expire = () => end("ERR_TIMEOUT", `No answer within ${timeout} ms`);
    const timer = timeout && timeout <= MAX_TIMER ? setTimeout(expire, timeout) : undefined;
    outer?.addEventListener("abort", abort);
    if (outer?.aborted) abort();
    Promise.resolve()
      .then(() => inner.signal.aborted ? undefined : run(inner.signal).then(resolve))
      .catch(reject)
      .finally(leave);
  });
}

/** Waits within a call, by the signal that {@link limited} gave it: aborted, there is nothing to go on with. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const timer = setTimeout(resolve, Math.min(ms, MAX_TIMER));
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject();
    });
  });
}

/**
 * A subscription as an iteration.
 *
 * @module
 */
import type { CallOptions } from "../server/contract/action.ts";
import type { Failure } from "../server/contract/error.ts";
import type { CallInput } from "./request.ts";
import type { Routed } from "./routed.ts";
import type { EventConnection } from "./stream.ts";

/** What may be said of a stream beside its input. */
export interface StreamCallOptions extends CallOptions {
  /**
   * Hears that messages were lost, and how many where that is known; the iteration goes on. Without it the iteration
   * fails with `ERR_NETWORK`: nothing is lost in silence. In process nothing is lost: a reader that is too slow fails.
   */
  readonly onGap?: ((missed: number | undefined) => void) | undefined;
}

/** Messages that may wait for a slow reader; those beyond are lost, which is told as any loss. */
const MAX_WAITING = 1000;

/**
 * Opens a stream in process or over the event connection. `toError` is given, so that a page which never opens one
 * can be bundled in one piece.
 */
export async function open(
  { open }: Routed,
  events: () => Promise<EventConnection>,
  key: string,
  toError: (failure: Failure) => Error,
  input: CallInput = {},
  options: StreamCallOptions = {},
): Promise<AsyncIterator<unknown>> {
  return open
    ? (await open(key, input, options))[Symbol.asyncIterator]()
    : iterate(await events(), key, toError, input, options);
}

/** Subscribes and gives the messages. Ends with the source, the connection or the signal, at once even while it waits. */
function iterate(
  events: EventConnection,
  key: string,
  toError: (failure: Failure) => Error,
  input: CallInput,
  { signal, onGap }: StreamCallOptions,
): AsyncIterator<unknown, undefined> {
  const waiting: unknown[] = [];
  let ended = false;
  let error: Error | undefined;
  const readers: (() => void)[] = [];

  const wake = () => readers.splice(0).forEach((go) => go());
  const end = (failure?: Failure) => {
    if (ended) return;
    ended = true;
    error = failure && toError(failure);
    signal?.removeEventListener("abort", abort);
    stop(true);
    wake();
  };
  const abort = () => {
    waiting.length = 0;
    end();
  };
  const lose = (missed?: number) => {
    if (onGap) onGap(missed);
    else end({ code: "ERR_NETWORK", message: `Messages of ${key} were lost`, data: { missed } });
  };

  const stop = events.subscribe(key, input, {
    onGap: lose,
    onMessage(data) {
      if (waiting.length >= MAX_WAITING) return lose(1);
      waiting.push(data);
      wake();
    },
    onState(state, failure) {
      if (state === "error" || state === "closed") end(failure);
    },
  });
  signal?.addEventListener("abort", abort);
  if (signal?.aborted) abort();

  return {
    async next() {
      while (!waiting.length && !ended) await new Promise<void>((resolve) => readers.push(resolve));
      if (waiting.length) return { done: false, value: waiting.shift() };
      const thrown = error;
      error = undefined;
      if (thrown) throw thrown;
      return { done: true, value: undefined };
    },
    return() {
      abort();
      return Promise.resolve({ done: true, value: undefined });
    },
  };
}

/**
 * One call, from key and input to `{ data, error }`: in process or over HTTP, repeated, limited in time.
 *
 * A call never rejects for what the server or the network does; it rejects for what the application's own functions
 * (`headers`, `onRequest`, `onResponse`, `router`) throw.
 *
 * @module
 */
import type { Failure } from "../server/contract/error.ts";
import type { Result } from "../server/contract/reply.ts";
import { kindOf } from "./exact.ts";
import { limited, once, Refused, sleep, unreachable } from "./limits.ts";
import type { StreamCallOptions } from "./messages.ts";
import type { ClientCallOptions, ClientOptions } from "./options.ts";
import type { CallInput } from "./request.ts";
import type { Routed } from "./routed.ts";
import type { EventConnection } from "./stream.ts";
import { type Attempt, exchange, transport } from "./transport.ts";

/** Reads or writes. */
export type CallKind = "query" | "mutation";

/** What a client's faces call. */
export interface ClientEngine {
  /** Calls an action. */
  call(
    key: string,
    kind: CallKind,
    input?: CallInput,
    options?: ClientCallOptions,
  ): Promise<Result<unknown, Failure>>;
  /** Opens a stream: in process, or over the event connection. */
  stream(
    key: string,
    toError: (failure: Failure) => Error,
    input?: CallInput,
    options?: StreamCallOptions,
  ): Promise<AsyncIterator<unknown>>;
  /** The event connection; its code is loaded when somebody first wants it, so other pages do not carry it. */
  events(): Promise<EventConnection>;
}

const RETRIES = 2;
/** A server that asks for more patience than this many milliseconds is not asked again. */
const MAX_WAIT = 60_000;

/** Makes what a client's faces call. */
export function createEngine(client: ClientOptions): ClientEngine {
  const send = transport(client);
  const events = once<EventConnection>(() => import("./events.ts").then(({ createEvents }) => createEvents(client)));
  const routed = once<Routed>(async () =>
    client.router ?? client.batch ? (await import("./routed.ts").catch(unreachable)).loadRouted(client, exchange) : {}
  );

  return {
    events,
    stream: async (...call) => (await import("./messages.ts")).open(await routed(), events, ...call),
    async call(key, kind, input = {}, options = {}) {
      const { signal, timeout = client.timeout } = options;
      const result = await limited(signal, timeout, (signal) => repeat(key, kind, input, options, signal));
      const { error } = result;
      if (error) {
        for (const { onError } of [client, options]) onError?.({ key, error });
      }
      return result;
    },
  };

  async function repeat(
    key: string,
    kind: CallKind,
    input: CallInput,
    options: ClientCallOptions,
    signal: AbortSignal,
  ): Promise<Result<unknown, Failure>> {
    const attemptOnce = async (): Promise<Attempt> => {
      const way = await routed();
      return way.call
        ? { result: await way.call(key, kind, input, options, signal) }
        : await send(key, kind, input, options, signal, way);
    };
    // A stream can be read once.
    const retries = kindOf(input.body) === "ReadableStream"
      ? 0
      : options.retry ?? (kind === "query" ? client.retry ?? RETRIES : 0);
    const delay = options.retryDelay ?? client.retryDelay ?? backoff;
    for (let attempt = 0;; attempt++) {
      const { result, passing, wait = 0 } = await attemptOnce().catch(toAttempt);
      if (!passing || attempt >= retries || wait > MAX_WAIT || signal.aborted) return result;
      await sleep(wait || delay(attempt), signal);
    }
  }
}

/** @throws what is the application's own. */
function toAttempt(error: unknown): Attempt {
  if (error instanceof Refused) return error;
  throw error;
}

/** Jitter keeps many clients of a server that was away from coming back at once. */
function backoff(attempt: number): number {
  return Math.min(30_000, 300 * 2 ** attempt) * (1 - Math.random() / 2);
}

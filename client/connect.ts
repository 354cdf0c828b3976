/**
 * One attempt to open the event stream.
 *
 * @module
 */
import type { Failure } from "../server/contract/error.ts";
import { EVENTS_SEGMENT } from "../server/contract/wire.ts";
import { failed, readResult } from "../server/contract/result.ts";
import type { ClientOptions } from "./options.ts";
import { exchange, retryAfter } from "./transport.ts";

/** Why there is no stream. */
export interface Refusal {
  /** What failed. */
  readonly failure: Failure;
  /** Whether asking again is of no use. */
  readonly final?: boolean;
  /** Milliseconds that the server asks to wait. */
  readonly wait?: number;
}

/** A failure that no server has told. */
export function toFailure(code: string, message: string): Failure {
  return failed(code, message).error as Failure;
}

/** Asks for the stream; gives its bytes, or why there are none. */
export async function connect(
  client: ClientOptions,
  search: () => URLSearchParams,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array> | Refusal> {
  const send = () => {
    const init: RequestInit = { signal, cache: "no-store" };
    return exchange(client, {}, EVENTS_SEGMENT, `/${EVENTS_SEGMENT}?${search()}`, init, {
      accept: "text/event-stream",
    });
  };

  let response = await send();
  if (response.status === 401 && client.onUnauthorized) {
    await response.body?.cancel();
    await client.onUnauthorized();
    response = await send();
  }
  const { ok, status, headers, body } = response;
  if (ok && body && headers.get("content-type")?.startsWith("text/event-stream")) return body;
  if (ok) await body?.cancel();
  const error = ok ? undefined : (await readResult(response)).error;
  return {
    failure: error ??
      toFailure("ERR_BAD_RESPONSE", "The answer is no event stream: is baseURL right, and can `fetch` stream?"),
    final: status < 500 && status !== 408 && status !== 429,
    wait: retryAfter(headers),
  };
}

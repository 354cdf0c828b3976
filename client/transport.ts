/**
 * One request over HTTP and its answer.
 *
 * @module
 */
import type { Failure } from "../server/contract/error.ts";
import type { Result } from "../server/contract/reply.ts";
import { readResult } from "../server/contract/result.ts";
import { CODEC_HEADER, CODEC_VERSION, RPC_SEGMENT } from "../server/contract/wire.ts";
import { headersOf } from "./headers.ts";
import { unreachable } from "./limits.ts";
import type { ClientCallOptions, ClientOptions, Fetch, OutgoingCall, RequestOptions } from "./options.ts";
import { type CallInput, toBody, toSearch } from "./request.ts";
import type { Routed } from "./routed.ts";

/** One request and its answer. */
export interface Attempt {
  /** What it came to. */
  readonly result: Result<unknown, Failure>;
  /** Whether it failed in a way that may pass. */
  readonly passing?: boolean;
  /** Milliseconds that the server asks to wait. */
  readonly wait?: number;
}

/** Sends one request. */
export type Send = (
  key: string,
  kind: "query" | "mutation",
  input: CallInput,
  options: ClientCallOptions,
  signal: AbortSignal,
  routed: Pick<Routed, "address" | "deliver">,
) => Promise<Attempt>;

/** Failures of servers and proxies that are over soon, as a rule. */
const PASSING: readonly number[] = [408, 429, 502, 503, 504];

/** Makes what sends a client's requests. What it sends may be {@link Refused}. */
export function transport(client: ClientOptions): Send {
  return async (key, kind, input, options, signal, { address, deliver }) => {
    const [method, path] = await address?.(key, input) ??
      // Under its key an action answers without anything being known of it but its type (D12).
      [
        kind === "query" ? "GET" : "POST",
        `/${RPC_SEGMENT}/${key}${await toSearch(input.query, input.params)}`,
      ] as const;
    const [body, type] = await toBody(input.body);
    // A stream can be sent only with `duplex`, which nothing else minds.
    const init = { method, signal, ...(body !== undefined && { body, duplex: "half" }) };
    // Without a body, or with one whose type `fetch` knows, a type among the application's headers would be wrong.
    const own = { [CODEC_HEADER]: CODEC_VERSION, "content-type": type ?? null };
    const alone = () => exchange(client, options, key, path, init, input.headers, own);
    const call = { key, method, path, body, type, signal, headers: input.headers, options };
    return await read(await (deliver ? deliver(call, alone) : alone()));
  };
}

/** Sends a request and gives its answer, past the interceptors; each time it is sent its headers are made anew. */
export async function exchange(
  client: ClientOptions,
  options: RequestOptions,
  key: string,
  path: string,
  init: RequestInit,
  ...own: (object | undefined)[]
): Promise<Response> {
  const credentials = options.credentials ?? client.credentials;
  const send: Fetch = options.fetch ?? client.fetch ?? fetch;
  const transmit = async () => {
    const headers = await headersOf(client.headers, options.headers, ...own);
    const call: OutgoingCall = {
      key,
      url: baseOf(client) + path,
      init: { ...init, headers, ...(credentials && { credentials }) },
    };
    for (const { onRequest } of [client, options]) await onRequest?.(call);
    try {
      // Called as a bare function: a browser's `fetch` refuses any other `this`.
      return { ...call, response: await send(call.url, call.init) };
    } catch (cause) {
      unreachable(cause);
    }
  };

  const answer = await transmit();
  // Few programs look at answers, so few carry what lets them.
  return client.onResponse ?? options.onResponse
    ? await (await import("./show_answer.ts").catch(unreachable)).showAnswer([client, options], answer, transmit)
    : answer.response;
}

async function read(response: Response): Promise<Attempt> {
  const { status, headers } = response;
  try {
    // A page where data was asked for is somebody else's: a proxy's, or a single-page application's for unknown paths.
    const result = await readResult(response, headers.has(CODEC_HEADER));
    // Beside the failure's own fields: an error that is thrown of it has the status.
    if (result.error) Object.defineProperty(result.error, "status", { value: status });
    return { result, passing: PASSING.includes(status), wait: retryAfter(headers) };
  } catch (cause) {
    unreachable(cause);
  }
}

/** The milliseconds to wait that an answer asks for. RFC 9110, 10.2.3: seconds, or a date. */
export function retryAfter(headers: Headers): number {
  const after = headers.get("retry-after") ?? "";
  return Math.max(0, Number(after) * 1000 || Date.parse(after) - Date.now() || 0);
}

/** The address below which everything is. @throws TypeError for a base that is neither an address nor a path. */
export function baseOf(
  { baseURL = globalThis.location?.origin ?? "http://localhost:3000", basePath = "/api/v1" }: ClientOptions,
): string {
  if (!/^([a-z][\w+.-]*:\/\/|\/|$)/i.test(baseURL)) {
    throw new TypeError(`Cannot use baseURL "${baseURL}": it is neither an address nor a path`);
  }
  return `${baseURL.replace(/\/+$/, "")}/${basePath.replace(/^\/+/, "")}`.replace(/\/+$/, "");
}

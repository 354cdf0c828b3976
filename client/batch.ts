/**
 * Calls of one tick as one request. Loaded only by clients that batch.
 *
 * @module
 */
import { BATCH_SEGMENT, type BatchAnswer, type BatchCall } from "../server/contract/batch.ts";
import { CODEC_HEADER, CODEC_VERSION } from "../server/contract/wire.ts";
import type { ClientOptions, RequestOptions } from "./options.ts";

/** Sends a request over HTTP. */
export type Exchange = (
  client: ClientOptions,
  options: RequestOptions,
  key: string,
  path: string,
  init: RequestInit,
  ...headers: (object | undefined)[]
) => Promise<Response>;

/** A call that may travel with others. */
export interface BatchableCall {
  /** The action's key. */
  readonly key: string;
  /** Its RPC address, with the query. */
  readonly path: string;
  /** The body. */
  readonly body: BodyInit | undefined;
  /** Its media type. */
  readonly type: string | undefined;
  /** Whether it was given up. */
  readonly signal: AbortSignal;
  /** Headers of the call itself. */
  readonly headers: object | undefined;
  /** What the call itself says of how it is sent. */
  readonly options: RequestOptions;
  /** GET or POST. */
  readonly method: string;
}

/** Sends a call with others of its tick; `alone` sends it when there are none. */
export type Batcher = (call: BatchableCall, alone: () => Promise<Response>) => Promise<Response>;

interface Part {
  readonly call: BatchCall;
  readonly signal: AbortSignal;
  readonly alone: () => Promise<Response>;
  readonly resolve: (response: Response | Promise<Response>) => void;
  readonly reject: (reason: unknown) => void;
}

/** Characters of bodies that travel together: escaped once more, they are still well below a server's 1 MiB. */
const MAX_SIZE = 400_000;

/** Makes what puts a client's calls together. */
export function createBatcher(client: ClientOptions, exchange: Exchange): Batcher {
  const limit = client.batch === true ? 20 : client.batch as number;
  if (!(Number.isInteger(limit) && limit > 0)) {
    throw new TypeError(`Cannot batch ${limit} calls: it is neither true nor a number of calls`);
  }
  let waiting: Part[] = [];
  /** Characters of the waiting bodies. */
  let size = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  return (call, alone) => {
    const { key, method, path, body, type, signal } = call;
    if (isSpecial(call)) return alone();
    const [, query = ""] = path.split("?");
    const part = {
      key,
      method: method as "GET" | "POST",
      query,
      ...(body !== undefined && { body: body as string, type: type as string }),
    };
    const length = typeof body === "string" ? body.length : 0;
    if (size + length > MAX_SIZE) flush();
    if (length > MAX_SIZE) return alone();
    size += length;
    return new Promise((resolve, reject) => {
      if (waiting.length === 0) timer = setTimeout(flush);
      waiting.push({ call: part, signal, alone, resolve, reject });
      if (waiting.length === limit) flush();
    });
  };

  function flush(): void {
    clearTimeout(timer);
    const parts = waiting.filter(({ signal }) => !signal.aborted);
    waiting = [];
    size = 0;
    const [first] = parts;
    if (first && parts.length === 1) first.resolve(first.alone());
    else if (first) sendAll(parts).catch((error) => parts.forEach(({ reject }) => reject(error)));
  }

  async function sendAll(parts: readonly Part[]): Promise<void> {
    const all = new AbortController();
    let left = parts.length;
    const leave = () => {
      if (--left === 0) all.abort();
    };
    for (const { signal } of parts) signal.addEventListener("abort", leave);
    try {
      const keys = parts.map(({ call }) => call.key).join();
      const body = JSON.stringify(parts.map(({ call }) => call));
      const headers = { [CODEC_HEADER]: CODEC_VERSION, "content-type": "application/json" };
      const init = { method: "POST", body, signal: all.signal };
      const response = await exchange(client, {}, keys, "/" + BATCH_SEGMENT, init, headers);
      const answers: unknown = response.ok ? await response.clone().json().catch(() => undefined) : undefined;
      if (Array.isArray(answers) && answers.length === parts.length && answers.every(isAnswer)) {
        parts.forEach(({ resolve }, index) => resolve(toResponse(answers[index] as BatchAnswer)));
      } else {
        // The batch itself was refused, or somebody else has answered: that is what became of each call.
        const { status, ok } = response;
        // JSON that is no batch's answer is no action's data either.
        const headers = ok ? { "content-type": "text/plain" } : response.headers;
        const text = await response.text();
        parts.forEach(({ resolve }) => resolve(new Response(text, { status, headers })));
      }
    } finally {
      for (const { signal } of parts) signal.removeEventListener("abort", leave);
    }
  }
}

/** Tells a call that a batch has no place for: an upload, or one with something of its own to say. */
function isSpecial({ body, headers, options }: BatchableCall): boolean {
  return body !== undefined && typeof body !== "string" ||
    (headers ?? options.headers ?? options.fetch ?? options.credentials ?? options.onRequest ?? options.onResponse) !==
      undefined;
}

function isAnswer(answer: unknown): answer is BatchAnswer {
  const { status } = (answer ?? {}) as Partial<BatchAnswer>;
  return typeof status === "number" && status >= 200 && status <= 599;
}

function toResponse({ status, body, retryAfter }: BatchAnswer): Response {
  const headers = { "content-type": "application/json", ...(retryAfter && { "retry-after": retryAfter }) };
  const empty = body === null && (status === 204 || status === 205 || status < 400 && status >= 300);
  return empty ? new Response(null, { status }) : new Response(JSON.stringify(body), { status, headers });
}

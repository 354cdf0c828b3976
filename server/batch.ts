/**
 * Answers batches: each call runs as a request of its own through the router's handler, so procedures, hooks, limits and
 * telemetry are those of single calls. `contract/batch.ts` says what travels.
 *
 * @module
 */
import { readBytes } from "./body.ts";
import type { BatchCall } from "./contract/batch.ts";
import { stringifyEnvelope } from "./contract/envelope.ts";
import { IgniterError } from "./contract/error.ts";
import type { MaybePromise } from "./plain.ts";
import { errorReply, type ReplyValue, toReply } from "./reply.ts";

/** What the router gives. */
export interface BatchHost {
  /** Bytes that all of a batch may have. */
  readonly bodyLimit: number;
  /** Calls that a batch may have. */
  readonly batchLimit: number;
  /** What the RPC addresses begin with. */
  readonly rpc: string;
  /** What is known of an action; undefined when there is none under the key. */
  find(key: string): { readonly stream: boolean } | undefined;
  /** Answers one request; never rejects. */
  handle(request: Request): MaybePromise<Response>;
}

/** A call's answer, written. */
interface Answered {
  readonly status: number;
  /** JSON. */
  readonly text: string;
  readonly cookies: readonly string[];
  readonly retryAfter: string | null;
}

/** Reads a batch and answers it. A batch that cannot be read is refused as a whole, and none of its calls runs. */
export async function answerBatch(request: Request, host: BatchHost): Promise<ReplyValue> {
  // A page of another site can send this media type only when the browser has asked first (Fetch, "simple requests").
  if (!/^application\/json *(;|$)/i.test(request.headers.get("content-type") ?? "")) {
    return refused("ERR_UNSUPPORTED_MEDIA_TYPE", "A batch has the content type application/json");
  }
  const bytes = await readBytes(request, host.bodyLimit);
  if (bytes === undefined) {
    return refused("ERR_BODY_TOO_LARGE", `The body is larger than ${host.bodyLimit} bytes`);
  }
  let calls: unknown;
  try {
    calls = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return refused("ERR_BODY_PARSE", "The body is not valid JSON");
  }
  if (!Array.isArray(calls)) return refused("ERR_BAD_REQUEST", "A batch is a list of calls");
  if (calls.length > host.batchLimit) {
    return refused("ERR_BAD_REQUEST", `A batch has at most ${host.batchLimit} calls, and this one has ${calls.length}`);
  }
  const shared = sharedHeaders(request.headers);
  const answers = await Promise.all(calls.map((call: unknown) => answerCall(call, request, shared, host)));
  const headers = new Headers({ "content-type": "application/json" });
  for (const cookie of answers.flatMap(({ cookies }) => cookies)) headers.append("set-cookie", cookie);
  const texts = answers.map(({ status, text, retryAfter }) =>
    `{"status":${status},"body":${text}${retryAfter === null ? "" : `,"retryAfter":${JSON.stringify(retryAfter)}`}}`
  );
  return toReply(new Response(`[${texts.join()}]`, { headers }));
}

function refused(code: string, message: string): ReplyValue {
  return errorReply(new IgniterError(code, { message }));
}

/** Of the batch's own body and caching; and what would make an answer something else than the whole, plain JSON. */
const NOT_SHARED =
  /^(content-.*|transfer-encoding|accept-encoding|expect|range|if-(range|match|none-match|modified-since|unmodified-since))$/;

/** What all calls get of the batch's headers. */
function sharedHeaders(given: Headers): Headers {
  const headers = new Headers(given);
  for (const name of [...headers.keys()]) {
    if (NOT_SHARED.test(name)) headers.delete(name);
  }
  return headers;
}

async function answerCall(call: unknown, batch: Request, shared: Headers, host: BatchHost): Promise<Answered> {
  const wrong = defectOf(call);
  if (wrong !== undefined) return failed("ERR_BAD_REQUEST", `The call cannot be read: ${wrong}`);
  const action = host.find((call as BatchCall).key);
  // Not left to the router: a key such as ".." would be another path.
  if (action === undefined) return failed("ERR_NOT_FOUND", "No such route");
  if (action.stream) return failed("ERR_BAD_REQUEST", "A stream cannot be part of a batch");
  return await toAnswered(await host.handle(toRequest(call as BatchCall, batch, shared, host.rpc)));
}

const FIELDS = { key: true, method: true, query: false, body: false, type: false };

/** What is wrong with a call, if anything. */
function defectOf(call: unknown): string | undefined {
  if (typeof call !== "object" || call === null || Array.isArray(call)) return "it is not an object";
  for (const name of Object.keys(call)) {
    if (!Object.hasOwn(FIELDS, name)) return `it may not have a field "${name.slice(0, 40)}"`;
  }
  for (const [name, needed] of Object.entries(FIELDS)) {
    const value = Object.hasOwn(call, name) ? (call as Record<string, unknown>)[name] : undefined;
    if (typeof value !== "string" && (needed || value !== undefined)) return `its field "${name}" is not a text`;
  }
  const { method, body, type = "" } = call as BatchCall;
  if (method !== "GET" && method !== "POST") return 'its method is neither "GET" nor "POST"';
  if (method === "GET" && body !== undefined) return "it is a GET and has a body";
  if (!/^[\x20-\x7e]*$/.test(type)) return "its type is not a media type";
  return undefined;
}

function toRequest(
  { key, method, query = "", body, type }: BatchCall,
  batch: Request,
  shared: Headers,
  rpc: string,
): Request {
  const url = new URL(batch.url);
  url.pathname = rpc + encodeURIComponent(key);
  url.search = query;
  const headers = new Headers(shared);
  const { signal } = batch;
  if (method === "GET") return new Request(url, { headers, signal });
  const bytes = new TextEncoder().encode(body);
  headers.set("content-type", type ?? "application/json");
  headers.set("content-length", String(bytes.length));
  return new Request(url, { method, headers, signal, body: bytes });
}

/** Writes a call's answer. The text is JSON already, and stays as it is. */
async function toAnswered(response: Response): Promise<Answered> {
  const { status, headers } = response;
  const cookies = headers.getSetCookie();
  // No content, and redirects: nobody follows them here.
  const empty = status === 204 || status === 205 || status >= 300 && status < 400;
  const json = /^application\/([^;]+\+)?json/i.test(headers.get("content-type") ?? "");
  if (empty || !json) {
    response.body?.cancel().catch(() => {});
    return empty ? { status, text: "null", cookies, retryAfter: null } : { ...notJson(), cookies };
  }
  try {
    const text = await response.text();
    JSON.parse(text); // Somebody's own `Response` may claim to be JSON, and would spoil the whole list.
    return { status, text, cookies, retryAfter: headers.get("retry-after") };
  } catch {
    return { ...notJson(), cookies };
  }
}

function notJson(): Answered {
  return failed("ERR_BAD_REQUEST", "The action answers something that is not JSON: it cannot be part of a batch");
}

function failed(code: string, message: string): Answered {
  const { status } = new IgniterError(code);
  return { status, text: stringifyEnvelope(null, { code, message }, false), cookies: [], retryAfter: null };
}

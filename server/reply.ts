/**
 * Replies: immutable answers, and the only way from one to a `Response`.
 *
 * @module
 */
import { stringifyEnvelope, stringifyPlain } from "./contract/envelope.ts";
import { type IgniterError, isErrorStatus, statusOf } from "./contract/error.ts";
import type { CookieOptions, CookiePlace, Reply, RevalidateTarget } from "./contract/reply.ts";
import { needsEncoding } from "./contract/needs_encoding.ts";
import { toAccepted } from "./jobs/accepted.ts";
import { CODEC_HEADER, CODEC_VERSION } from "./contract/wire.ts";
import { cookieKey, serializeCookie, serializeDeletion } from "./cookies.ts";
import { type Answerer, Outgoing } from "./outgoing.ts";
import { type StreamPayload, toByteStream } from "./realtime/stream.ts";
import type { Draft, ErrorInit, FileOptions, Responder, ResponseHeaders, StreamOptions } from "./responder.ts";

/** What a reply adds beside its payload; lists are never mutated. */
export interface Head {
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly cookies: readonly (readonly [key: string, text: string])[];
  readonly revalidations: readonly Revalidation[];
  readonly afters: readonly (() => unknown)[];
}

/** One call of `.revalidate()`. */
export interface Revalidation {
  readonly target: RevalidateTarget;
  readonly scopes: ((context: never) => readonly string[]) | undefined;
}

/** An error as a reply carries it. */
export interface ReplyError {
  readonly code: string;
  readonly message: string;
  readonly data?: unknown;
  readonly id?: string;
}

/** How a payload leaves: in the envelope, as bare JSON, as a body, as somebody's own `Response`, or not at all. */
export type ReplyKind = "data" | "error" | "json" | "body" | "stream" | "response" | "empty";

/** A body with its headers. */
export interface BodyPayload {
  readonly body: BodyInit;
  /** What a call in process gets as data. */
  readonly data: unknown;
}

const NO_HEAD: Head = { headers: [], cookies: [], revalidations: [], afters: [] };
const NULL_BODY = new Set([101, 204, 205, 304]);

/** An immutable answer. */
export class ReplyValue implements Reply<never, never, never> {
  /** Types only; the class itself tells replies from other values. */
  declare readonly "~reply": never;
  readonly kind: ReplyKind;
  readonly code: number;
  readonly payload: unknown;
  readonly head: Head | undefined;

  constructor(kind: ReplyKind, code: number, payload: unknown, head: Head | undefined) {
    this.kind = kind;
    this.code = code;
    this.payload = payload;
    this.head = head;
  }

  /** Whether it says that something failed. */
  get failed(): boolean {
    return this.code >= 400 || this.code === 0;
  }

  revalidate(target: RevalidateTarget, scopes?: (context: never) => readonly string[]): this {
    return this.#add("revalidations", { target, scopes });
  }

  status(code: number): this {
    if (!Number.isInteger(code) || code < 200 || code > 599) {
      throw new RangeError(`Cannot reply with status ${code}: it is not 200 to 599`);
    }
    if (this.kind === "error" && !isErrorStatus(code)) {
      throw new RangeError(`Cannot reply with status ${code}: an error has 400 to 599`);
    }
    return this.copy(code, this.head);
  }

  setHeader(name: string, value: string): this {
    new Headers([[name, value]]); // throws here on a name or value that HTTP cannot carry
    const lower = name.toLowerCase();
    const head = this.head ?? NO_HEAD;
    return this.copy(undefined, {
      ...head,
      headers: [...head.headers.filter(([other]) => other !== lower), [lower, value]],
    });
  }

  setCookie(name: string, value: string, options?: CookieOptions): this {
    return this.#addCookie(cookieKey(name, options), serializeCookie(name, value, options));
  }

  deleteCookie(name: string, options?: CookiePlace): this {
    return this.#addCookie(cookieKey(name, options), serializeDeletion(name, options));
  }

  after(work: () => unknown): this {
    if (typeof work !== "function") throw new TypeError("Cannot run work after a reply: it is not a function");
    return this.#add("afters", work);
  }

  #add<K extends "revalidations" | "afters">(list: K, item: Head[K][number]): this {
    const head = this.head ?? NO_HEAD;
    return this.copy(undefined, { ...head, [list]: [...head[list], item] });
  }

  #addCookie(key: string, text: string): this {
    const head = this.head ?? NO_HEAD;
    return this.copy(undefined, {
      ...head,
      cookies: [...head.cookies.filter(([other]) => other !== key), [key, text]],
    });
  }

  /** A copy of the same class, with another status where one is given. */
  protected copy(code: number | undefined, head: Head | undefined): this {
    return new ReplyValue(this.kind, code ?? this.code, this.payload, head) as this;
  }
}

/** A reply that is only begun: its helpers give replies with the same head. */
export class DraftValue extends ReplyValue implements Draft<never> {
  /** Given by `.status()`; it wins over the helper's own. */
  readonly explicit: number | undefined;

  constructor(explicit: number | undefined, head: Head | undefined) {
    super("data", explicit ?? 200, null, head);
    this.explicit = explicit;
  }

  protected override copy(code: number | undefined, head: Head | undefined): this {
    return new DraftValue(code ?? this.explicit, head) as this;
  }

  success(data?: unknown): never {
    return this.#make("data", 200, data === undefined ? null : data);
  }

  created(data?: unknown): never {
    return this.#make("data", 201, data === undefined ? null : data);
  }

  accepted(data?: unknown): never {
    return this.#make("data", 202, data === undefined ? null : toAccepted(data));
  }

  noContent(): never {
    return this.#make("empty", 204, null);
  }

  json(data: unknown): never {
    return this.#make("json", 200, data);
  }

  html(html: string): never {
    return this.#body(html, html, [["content-type", "text/html; charset=utf-8"]]);
  }

  text(text: string): never {
    return this.#body(text, text, [["content-type", "text/plain; charset=utf-8"]]);
  }

  file(content: Blob | Uint8Array | ReadableStream<Uint8Array>, options: FileOptions = {}): never {
    const type = options.type ??
      (content instanceof Blob && content.type !== "" ? content.type : "application/octet-stream");
    const headers: [string, string][] = [["content-type", type], ["x-content-type-options", "nosniff"]];
    if (content instanceof Blob) headers.push(["content-length", String(content.size)]);
    if (options.name !== undefined || options.inline === true) {
      headers.push(["content-disposition", disposition(options.inline === true, options.name)]);
    }
    const data = content instanceof Uint8Array ? new Blob([content as BlobPart], { type }) : content;
    return this.#body(content as BodyInit, data, headers);
  }

  stream(source: ReadableStream<unknown> | AsyncIterable<unknown>, options: StreamOptions = {}): never {
    return this.#make("stream", 200, { source, type: options.type });
  }

  redirect(location: string | URL, status: 301 | 302 | 303 | 307 | 308 = 302): never {
    if (![301, 302, 303, 307, 308].includes(status)) {
      throw new RangeError(`Cannot redirect with status ${status}: it is not 301, 302, 303, 307 or 308`);
    }
    const reply = this.#make("empty", status, null) as ReplyValue;
    return reply.setHeader("location", toLocation(location)) as never;
  }

  badRequest(message?: string, data?: unknown): never {
    return this.#fail("ERR_BAD_REQUEST", message ?? "Bad request", data);
  }

  unauthorized(message?: string, data?: unknown): never {
    return this.#fail("ERR_UNAUTHORIZED", message ?? "Unauthorized", data);
  }

  forbidden(message?: string, data?: unknown): never {
    return this.#fail("ERR_FORBIDDEN", message ?? "Forbidden", data);
  }

  notFound(message?: string, data?: unknown): never {
    return this.#fail("ERR_NOT_FOUND", message ?? "Not found", data);
  }

  conflict(message?: string, data?: unknown): never {
    return this.#fail("ERR_CONFLICT", message ?? "Conflict", data);
  }

  unprocessable(message?: string, data?: unknown): never {
    return this.#fail("ERR_UNPROCESSABLE", message ?? "Unprocessable", data);
  }

  tooManyRequests(message?: string, data?: unknown): never {
    return this.#fail("ERR_RATE_LIMITED", message ?? "Too many requests", data);
  }

  error(error: ErrorInit<string, unknown>): never {
    return this.#fail(error.code, error.message ?? error.code, error.data, error.status);
  }

  #fail(code: string, message: string, data: unknown, own: number = statusOf(code)): never {
    const status = this.explicit ?? own;
    if (!isErrorStatus(status)) {
      throw new RangeError(`Cannot reply with error "${code}": ${status} is not an error status (400 to 599)`);
    }
    return new ReplyValue("error", status, toReplyError(code, message, data), this.head) as never;
  }

  #body(body: BodyInit, data: unknown, headers: readonly (readonly [string, string])[]): never {
    const head = this.head ?? NO_HEAD;
    const own = new Set(head.headers.map(([name]) => name));
    const all = [...head.headers, ...headers.filter(([name]) => !own.has(name))];
    return new ReplyValue("body", this.explicit ?? 200, { body, data } satisfies BodyPayload, {
      ...head,
      headers: all,
    }) as never;
  }

  /** The public types say precisely what each helper gives; the engine has one class for all. */
  #make(kind: ReplyKind, code: number, payload: unknown): never {
    return new ReplyValue(kind, this.explicit ?? code, payload, this.head) as never;
  }
}

/** `response`, one per request. */
export class ResponderValue extends DraftValue implements Responder<never> {
  readonly #answerer: Pick<Answerer, "outgoing">;

  constructor(answerer: Pick<Answerer, "outgoing">) {
    super(undefined, undefined);
    this.#answerer = answerer;
  }

  get headers(): ResponseHeaders {
    return this.#answerer.outgoing;
  }
}

/** An error's wire form; `data` only when there is some. */
export function toReplyError(code: string, message: string | undefined, data: unknown): ReplyError {
  return data === undefined ? { code, message: message ?? code } : { code, message: message ?? code, data };
}

/** The reply of a failure. */
export function errorReply(error: IgniterError): ReplyValue {
  return new ReplyValue("error", error.status, toReplyError(error.code, error.message, error.data), undefined);
}

/**
 * A handler's result as a reply: a Reply stays, a `Response` and an async generator are wrapped, a value succeeds.
 *
 * @throws what it is given, when that is an error: one that is returned by mistake must not be a success.
 */
export function toReply(result: unknown): ReplyValue {
  if (result instanceof ReplyValue) return result;
  if (result instanceof Error) throw result;
  if (result instanceof Response) return new ReplyValue("response", result.status, result, undefined);
  if (isAsyncIterable(result)) return new ReplyValue("stream", 200, { source: result, type: undefined }, undefined);
  return new ReplyValue("data", 200, result === undefined ? null : result, undefined);
}

/** Tells an async iterable; `ReadableStream` is one too. */
export function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}

const JSON_HEADERS = { "content-type": "application/json" };
const JSON_OK: ResponseInit = { headers: JSON_HEADERS };

/** What a response is made for: the exchange, as far as it matters here. */
export interface Answering {
  readonly raw: Request;
  /** What procedures added, if anything. */
  readonly added: Outgoing | undefined;
  /** What the client is told when a stream fails on the way. */
  toFailure(error: unknown): unknown;
  /** Aborts when the router closes. */
  readonly closing: AbortSignal;
  /** In development: hears of class instances, which travel as their fields (D22). */
  readonly onInstance: ((name: string) => void) | undefined;
}

/**
 * Makes the `Response` of a reply. Request headers are read only when the value holds something that JSON alone would
 * lose: on most hosts reading them costs more than writing the whole answer.
 *
 * @throws TypeError when the payload cannot be written (a cycle).
 */
export function toResponse(reply: ReplyValue, answering: Answering): Response {
  const { kind, head } = reply;
  const { added } = answering;
  const plain = kind === "data" && head === undefined && added === undefined &&
    (reply.code === 200 || !NULL_BODY.has(reply.code));
  if (plain && answering.onInstance === undefined && !needsEncoding(reply.payload, true)) {
    const body = stringifyPlain(reply.payload, reply.kind === "error");
    return new Response(body, reply.code === 200 ? JSON_OK : { status: reply.code, headers: JSON_HEADERS });
  }
  const headers = new Headers(kind === "response" ? (reply.payload as Response).headers : undefined);
  for (const [name, value] of head?.headers ?? []) headers.set(name, value);
  const json = kind === "data" || kind === "error" || kind === "json";
  if (json && !headers.has("content-type")) headers.set("content-type", "application/json");
  // What procedures added comes before the framework's own additions, which leave a header alone that is there.
  (added ?? new Outgoing()).mergeInto(headers, head?.cookies);
  // Our client must be able to tell what an action answers from what a proxy does.
  if (!json && answering.raw.headers.has(CODEC_HEADER)) {
    headers.set(CODEC_HEADER, CODEC_VERSION);
  }
  const body = toBody(reply, answering, headers);
  if (kind !== "response") {
    return new Response(NULL_BODY.has(reply.code) ? null : body, { status: reply.code, headers });
  }
  const { status, statusText } = reply.payload as Response;
  // A status set on top of a Response wins; `Response.error()` has status 0, which no constructor takes.
  const code = reply.code === 0 ? 500 : reply.code;
  return new Response(NULL_BODY.has(code) ? null : body, {
    status: code,
    headers,
    ...(code === status ? { statusText } : {}),
  });
}

/**
 * The `Response` that hooks see of a call in process. Nothing was serialised, so its body is written only when a hook
 * reads it; a stream and somebody's own `Response` are the caller's, and have none here.
 */
export function toHookResponse(reply: ReplyValue, answering: Answering): Response {
  const { added } = answering;
  const { kind, code, head } = reply;
  const headers = new Headers(kind === "response" ? (reply.payload as Response).headers : undefined);
  for (const [name, value] of head?.headers ?? []) headers.set(name, value);
  const json = kind === "data" || kind === "error" || kind === "json";
  if (json && !headers.has("content-type")) headers.set("content-type", "application/json");
  (added ?? new Outgoing()).mergeInto(headers, head?.cookies);
  const given = kind === "body" ? (reply.payload as BodyPayload).body : null;
  const body = json
    ? whenRead(() => kind === "json" ? toPlainJson(reply.payload) : toEnvelope(reply, answering, headers))
    : given;
  return new Response(NULL_BODY.has(code) || given instanceof ReadableStream ? null : body, {
    status: code === 0 ? 500 : code,
    headers,
  });
}

/** A body that is written when it is read, if ever. */
function whenRead(text: () => string): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    pull(controller): void {
      controller.enqueue(new TextEncoder().encode(text()));
      controller.close();
    },
  }, { highWaterMark: 0 });
}

function toBody(reply: ReplyValue, answering: Answering, headers: Headers): BodyInit | null {
  const { closing } = answering;
  switch (reply.kind) {
    case "data":
    case "error":
      return toEnvelope(reply, answering, headers);
    case "json":
      return toPlainJson(reply.payload);
    case "body":
      return (reply.payload as BodyPayload).body;
    case "response":
      return (reply.payload as Response).body;
    case "stream":
      return toByteStream(reply.payload as StreamPayload, headers, (error) => answering.toFailure(error), closing);
    case "empty":
      return null;
  }
}

/**
 * Writes the envelope. The request's headers matter only to a payload that JSON alone would lose something of; a cache
 * is told that such an answer depends on them.
 */
function toEnvelope(reply: ReplyValue, { raw: request, onInstance }: Answering, headers: Headers): string {
  const { kind, payload } = reply;
  if (onInstance === undefined && !needsEncoding(payload, true)) {
    return stringifyPlain(reply.payload, reply.kind === "error");
  }
  if (needsEncoding(payload, true)) headers.append("vary", CODEC_HEADER);
  const rich = request.headers.get(CODEC_HEADER) !== null;
  return kind === "error"
    ? stringifyEnvelope(null, payload, rich, onInstance)
    : stringifyEnvelope(payload, null, rich, onInstance);
}

/** Bare JSON, with the same forms for rich values as in the envelope. */
function toPlainJson(value: unknown): string {
  const envelope = stringifyEnvelope(value, null, false);
  return envelope.slice(PREFIX.length, -SUFFIX.length);
}

const PREFIX = '{"data":';
const SUFFIX = ',"error":null}';

/** A header is ASCII: other characters are percent-encoded as UTF-8 (RFC 3987, 3.1). */
function toLocation(location: string | URL): string {
  return String(location).toWellFormed().replace(/[\u0080-\uffff]+/g, encodeURIComponent);
}

/** `Content-Disposition` (RFC 6266, names by RFC 8187). */
function disposition(inline: boolean, name: string | undefined): string {
  const kind = inline ? "inline" : "attachment";
  if (name === undefined) return kind;
  const ascii = name.replace(/[^\x20-\x7e]|["\\%]/g, "_");
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (char) => "%" + char.charCodeAt(0).toString(16).toUpperCase(),
  );
  return `${kind}; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}

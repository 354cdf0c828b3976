/**
 * `response`: what handlers start their replies with.
 *
 * @module
 */
import type { Failure } from "./contract/error.ts";
import type { JobTicket } from "./contract/job.ts";
import type { CookieOptions, CookiePlace, Reply, RevalidateTarget } from "./contract/reply.ts";
import type { JobHandle } from "./ports/jobs/client.ts";

/**
 * Starts replies. Replies are independent values: two from one `response` do not know of each other. `C` is the context
 * that scopes functions receive, `I` the input of the action's `output` schema, which data must fit.
 */
export interface Responder<C = unknown, I = unknown> extends ReplyStarters<C, I> {
  /** Headers of the request's answer, whichever reply it will be: for procedures that go on. */
  readonly headers: ResponseHeaders;
  /** Starts a reply with a status. @throws RangeError when it is not 200 to 599. */
  status(code: number): Draft<C, I>;
  /** Starts a reply with a header. */
  setHeader(name: string, value: string): Draft<C, I>;
  /** Starts a reply with a `Set-Cookie`. */
  setCookie(name: string, value: string, options?: CookieOptions): Draft<C, I>;
  /** Starts a reply that ends a cookie. */
  deleteCookie(name: string, options?: CookiePlace): Draft<C, I>;
  /** Starts a reply that refreshes queries once it has succeeded. */
  revalidate(target: RevalidateTarget, scopes?: (context: C) => readonly string[]): Draft<C, I>;
  /** Starts a reply with work to run after it succeeded. */
  after(work: () => unknown): Draft<C, I>;
}

/** Headers for whatever answers. They are merged once; what the reply itself sets wins over `set`. */
export interface ResponseHeaders {
  /** Sets a header, in place of one of that name. */
  set(name: string, value: string): void;
  /** Adds a value to a header. */
  append(name: string, value: string): void;
}

/** The helpers that make a reply. */
export interface ReplyStarters<C, I = unknown> {
  /** 200 with data. */
  success<T extends I>(data: T): Reply<T, never, C>;
  /** 200 with `data: null`. */
  success(): Reply<null, never, C>;
  /** 201 with data. */
  created<T extends I>(data: T): Reply<T, never, C>;
  /** 201 with `data: null`. */
  created(): Reply<null, never, C>;
  /** 202 with data; a job's handle becomes its ticket, with which the client watches the job. */
  accepted<T extends I>(data: T): Reply<Accepted<T>, never, C>;
  /** 202 with `data: null`. */
  accepted(): Reply<null, never, C>;
  /** 204. */
  noContent(): Reply<null, never, C>;
  /** 200 with data as the whole JSON body, without the envelope. */
  json<T extends I>(data: T): Reply<T, never, C>;
  /** 200 `text/html`. */
  html(html: string): Reply<string, never, C>;
  /** 200 `text/plain`. */
  text(text: string): Reply<string, never, C>;
  /** 200 with a file as the body; a `name` makes it a download (RFC 6266). */
  file(content: Blob | Uint8Array | ReadableStream<Uint8Array>, options?: FileOptions): Reply<Blob, never, C>;
  /** 200 with a stream: a `ReadableStream` of bytes as it is, an async iterable as server-sent events. */
  stream<T>(
    source: ReadableStream<T> | AsyncIterable<T>,
    options?: StreamOptions,
  ): Reply<AsyncIterable<T>, never, C>;
  /** 302 to an address; another redirect status with `status`. */
  redirect(location: string | URL, status?: 301 | 302 | 303 | 307 | 308): Reply<null, never, C>;
  /** 400. */
  badRequest<D = undefined>(message?: string, data?: D): Reply<never, Failure<"ERR_BAD_REQUEST", D>, C>;
  /** 401. */
  unauthorized<D = undefined>(message?: string, data?: D): Reply<never, Failure<"ERR_UNAUTHORIZED", D>, C>;
  /** 403. */
  forbidden<D = undefined>(message?: string, data?: D): Reply<never, Failure<"ERR_FORBIDDEN", D>, C>;
  /** 404. */
  notFound<D = undefined>(message?: string, data?: D): Reply<never, Failure<"ERR_NOT_FOUND", D>, C>;
  /** 409. */
  conflict<D = undefined>(message?: string, data?: D): Reply<never, Failure<"ERR_CONFLICT", D>, C>;
  /** 422. */
  unprocessable<D = undefined>(message?: string, data?: D): Reply<never, Failure<"ERR_UNPROCESSABLE", D>, C>;
  /** 429. */
  tooManyRequests<D = undefined>(message?: string, data?: D): Reply<never, Failure<"ERR_RATE_LIMITED", D>, C>;
  /** Any failure. @throws RangeError when the status is not 400 to 599. */
  error<const Code extends string, D = undefined>(error: ErrorInit<Code, D>): Reply<never, Failure<Code, D>, C>;
}

/** What `accepted` answers with. */
export type Accepted<T> = T extends JobHandle<infer R, infer P> ? JobTicket<R, P> : T;

/** A reply begun by its head; any helper may follow. Returned as it is, it answers `data: null`. */
export interface Draft<C, I = unknown> extends ReplyStarters<C, I>, Reply<null, never, C> {
  /** Sets the status. */
  status(code: number): Draft<C, I>;
  /** Sets a header. */
  setHeader(name: string, value: string): Draft<C, I>;
  /** Adds a `Set-Cookie`. */
  setCookie(name: string, value: string, options?: CookieOptions): Draft<C, I>;
  /** Adds a `Set-Cookie` that ends the cookie. */
  deleteCookie(name: string, options?: CookiePlace): Draft<C, I>;
  /** Refreshes queries after success. */
  revalidate(target: RevalidateTarget, scopes?: (context: C) => readonly string[]): Draft<C, I>;
  /** Runs work after success. */
  after(work: () => unknown): Draft<C, I>;
}

/** What `response.error` takes; an `IgniterError` fits as well. */
export interface ErrorInit<Code extends string, D> {
  /** The code, `ERR_…` by convention. */
  readonly code: Code;
  /** The HTTP status. @default the code's, 400 for a code of your own */
  readonly status?: number;
  /** For people. @default the code */
  readonly message?: string;
  /** What belongs to the code; it reaches the client. */
  readonly data?: D;
}

/** How a file is sent. */
export interface FileOptions {
  /** The name to save it under. */
  readonly name?: string;
  /** Its media type. @default the Blob's, else `application/octet-stream` */
  readonly type?: string;
  /** Show it in place rather than save it. @default false */
  readonly inline?: boolean;
}

/** How a stream is sent. */
export interface StreamOptions {
  /** Its media type. @default `application/octet-stream` for a `ReadableStream`, else `text/event-stream` */
  readonly type?: string;
}

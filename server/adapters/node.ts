/**
 * The router on `node:http`, `node:http2` and Express. Nothing of Node is imported: its requests and responses are
 * taken by shape, so that hosts without Node can load this file too.
 *
 * A request is read only as fast as the handler reads its body, a response is produced only as fast as the client takes
 * it, and a client that goes away aborts `request.signal` and cancels the response's stream.
 *
 * @module
 */

import { isHost } from "./host.ts";
import { discardUnread, isLong } from "./unread_upload.ts";
import { ownsPath } from "./web_router.ts";
import type { WebRouter } from "./web_router.ts";

/** What may be set for a Node host. */
export interface NodeAdapterOptions {
  /**
   * Takes scheme and host of `request.url` from `X-Forwarded-Proto` and `X-Forwarded-Host`. Only behind a proxy that
   * overwrites them: anybody else can write what he likes there.
   * @default false
   */
  readonly trustProxy?: boolean;
  /**
   * Hears of failures that have no other way out: a handler that rejects (under Express it goes to `next` instead), a
   * response stream that fails.
   * @default console.error
   */
  readonly onError?: (error: unknown) => void;
}

/** Headers as Node has them: names in lower case, several values as an array. */
export interface NodeHeaders {
  /** The value, or values, of a header. */
  readonly [name: string]: string | readonly string[] | undefined;
}

/** What the adapter uses of Node's `IncomingMessage` or `Http2ServerRequest`. */
export interface NodeRequest {
  /** The method. */
  readonly method?: string | undefined;
  /** The request target; Express cuts it below a mount. */
  readonly url?: string | undefined;
  /** The whole request target, as Express keeps it. */
  readonly originalUrl?: string | undefined;
  /** The headers. */
  readonly headers: NodeHeaders;
  /** 1, or 2 for HTTP/2. */
  readonly httpVersionMajor: number;
  /** The connection; `encrypted` on TLS. */
  readonly socket: unknown;
  /** What a body parser has put there. */
  readonly body?: unknown;
  /** The bytes of the body, where somebody has kept them. */
  readonly rawBody?: unknown;
  /** Whether somebody has read from the body. */
  readonly readableDidRead: boolean;
  /** Whether the body has been read to its end. */
  readonly readableEnded: boolean;
  /** Whether the body has come to its end, read or not. */
  readonly complete: boolean;
  /** Whether the stream is over, read to its end or broken. */
  readonly destroyed: boolean;
  /** The HTTP/2 stream. */
  readonly stream?: unknown;
  /** Listens. */
  on(event: string, listener: (value: unknown) => void): unknown;
  /** Stops the flow of the body. */
  pause(): unknown;
  /** Starts the flow of the body. */
  resume(): unknown;
}

/** What the adapter uses of Node's `ServerResponse` or `Http2ServerResponse`. */
export interface NodeResponse {
  /** Whether the head is out. */
  readonly headersSent: boolean;
  /** Whether the connection is over; not on HTTP/2. */
  readonly destroyed?: boolean;
  /** The value of a header set before. */
  getHeader(name: string): number | string | readonly string[] | undefined;
  /** Takes back a header set before. */
  removeHeader(name: string): void;
  /** Sets the head. */
  writeHead(status: number, headers?: { [name: string]: string | string[] }): unknown;
  /** Sets the head, with a reason. */
  writeHead(status: number, reason: string, headers?: { [name: string]: string | string[] }): unknown;
  /** Sends the head now. */
  flushHeaders(): void;
  /** Sends a part of the body; false asks to wait for `drain`. */
  write(chunk: Uint8Array): boolean;
  /** Ends the body. */
  end(): unknown;
  /** Ends the body with its last part. */
  end(chunk: Uint8Array | string): unknown;
  /** Listens. */
  on(event: string, listener: () => void): unknown;
  /** Cuts the connection; not on HTTP/2. */
  destroy?(): unknown;
}

/** What `createServer` of `node:http`, `node:https` and `node:http2` takes. It never rejects. */
export type NodeHandler = (request: NodeRequest, response: NodeResponse) => Promise<void>;

/** What Express's `app.use` takes. */
export type ExpressHandler = (request: NodeRequest, response: NodeResponse, next: (error?: unknown) => void) => void;

/**
 * Makes a handler for Node's servers. The promise resolves when the whole response has been handed over, or the client
 * has gone.
 *
 * @example
 * ```ts
 * import { nodeAdapter } from "@igniter-js/core/adapters";
 * import { createServer } from "node:http";
 * import { assertEquals } from "@std/assert";
 *
 * const AppRouter = { handler: (request: Request) => Promise.resolve(new Response(request.method)) };
 * const server = createServer(nodeAdapter(AppRouter));
 * await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
 *
 * const { port } = server.address() as { port: number };
 * assertEquals(await (await fetch(`http://127.0.0.1:${port}/`)).text(), "GET");
 *
 * await new Promise((resolve) => server.close(resolve));
 * ```
 */
export function nodeAdapter(router: WebRouter, options: NodeAdapterOptions = {}): NodeHandler {
  const onError = options.onError ?? printError;
  return (request, response) => {
    const fail = (error: unknown): void => {
      onError(error);
      refuse(response, 500, "ERR_INTERNAL", "Internal server error");
    };
    return answer(router, request, response, { trustProxy: options.trustProxy === true, onError, fail });
  };
}

/**
 * Makes a handler for Express 4 and 5. A path outside the router's `basePath` goes to the next handler; below a mount
 * (`app.use("/x", …)`) the router sees the whole path, `/x` included, so its `basePath` has to name it. A handler that
 * rejects goes to Express's error handler.
 *
 * Mount it before body parsers. Behind one, the exact bytes are taken from `request.rawBody` or from what `express.raw()`
 * and a UTF-8 `express.text()` leave; what `express.json()` has parsed is not serialised again (a webhook's signature
 * would not hold over it) but is an error that says what to do.
 *
 * @example
 * ```ts
 * import { expressAdapter } from "@igniter-js/core/adapters";
 * import express from "npm:express@^5";
 * import { assertEquals } from "@std/assert";
 *
 * const AppRouter = { basePath: "/api", handler: () => Promise.resolve(new Response("router")) };
 * const app = express();
 * app.use(expressAdapter(AppRouter));
 * app.use(express.json());
 * const server = app.listen(0, "127.0.0.1");
 * await new Promise((resolve) => server.once("listening", resolve));
 *
 * const { port } = server.address() as { port: number };
 * assertEquals(await (await fetch(`http://127.0.0.1:${port}/api/users`)).text(), "router");
 * const page = await fetch(`http://127.0.0.1:${port}/about`);
 * assertEquals([page.status, page.headers.get("x-powered-by")], [404, "Express"]);
 *
 * await page.body?.cancel();
 * await new Promise((resolve) => server.close(resolve));
 * ```
 */
export function expressAdapter(router: WebRouter, options: NodeAdapterOptions = {}): ExpressHandler {
  const owns = ownsPath(router);
  const onError = options.onError ?? printError;
  return (request, response, next) => {
    const target = targetOf(request);
    if (target && !owns(pathOf(target.path))) return next();
    void answer(router, request, response, { trustProxy: options.trustProxy === true, onError, fail: next });
  };
}

interface Settings {
  readonly trustProxy: boolean;
  readonly onError: (error: unknown) => void;
  /** Answers for a request that has no response. */
  readonly fail: (error: unknown) => void;
}

/** Methods that a `Request` cannot have, by the fetch standard. */
const UNSUPPORTED: RegExp = /^(?:CONNECT|TRACE|TRACK)$/i;
const SUPPORTED = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
const UNREADABLE = "The request's target or a header is not valid";

/** One exchange, from its first to its last byte. */
interface Exchange {
  readonly req: NodeRequest;
  readonly res: NodeResponse;
  readonly method: string;
  /** Aborts when the client goes away. */
  readonly gone: AbortController;
  /** Whether the response is out of our hands, so that `close` means its end and not the client's. */
  handedOver: boolean;
  /** Lets go of the response's stream. */
  leave: (() => void) | undefined;
  /** Lets go of the upload's stream. */
  release: (() => void) | undefined;
}

async function answer(router: WebRouter, req: NodeRequest, res: NodeResponse, settings: Settings): Promise<void> {
  // A middleware before us may have waited while the client left; then `close` has come and gone as well.
  if (res.destroyed) return;
  const method = req.method ?? "GET";
  if (UNSUPPORTED.test(method)) {
    return refuse(res, 405, "ERR_METHOD_NOT_ALLOWED", `Method ${method} is not allowed`, { allow: SUPPORTED });
  }
  const exchange: Exchange = {
    req,
    res,
    method,
    gone: new AbortController(),
    handedOver: false,
    leave: undefined,
    release: undefined,
  };
  res.on("close", () => close(exchange));

  let request: Request | undefined;
  try {
    request = toRequest(exchange, settings.trustProxy);
  } catch (error) {
    handOver(exchange);
    return settings.fail(error);
  }
  if (request === undefined) {
    handOver(exchange);
    return refuse(res, 400, "ERR_BAD_REQUEST", UNREADABLE);
  }

  try {
    await send(exchange, await router.handler(request));
  } catch (error) {
    // What fails because the client has gone is no news.
    if (exchange.gone.signal.aborted) return;
    handOver(exchange);
    if (!res.headersSent) return settings.fail(error);
    settings.onError(error);
    breakOff(exchange);
  }
}

/** Hears that the exchange is over: the response is sent, or the client has gone. It comes once. */
function close(exchange: Exchange): void {
  if (exchange.handedOver) return;
  exchange.handedOver = true;
  exchange.gone.abort(new DOMException("The client closed the connection", "AbortError"));
  exchange.leave?.();
}

/** Says that nothing is left to do but to end the response. */
function handOver(exchange: Exchange): void {
  const { req, res, release } = exchange;
  exchange.handedOver = true;
  if (release === undefined || req.readableEnded) return;
  release();
  // On HTTP/2 a stream is not followed by another one.
  if (!req.destroyed && req.httpVersionMajor < 2) discardUnread(req, res);
}

/** Whether so much of an upload is unread that the connection should end with the response. */
function isOverlong({ req, release }: Exchange): boolean {
  return release !== undefined && req.httpVersionMajor < 2 && isLong(req);
}

/** Asks that again once Node has looked at what came together with the head, which is often the whole upload. */
async function isOverlongStill(exchange: Exchange): Promise<boolean> {
  await new Promise((resolve) => setTimeout(resolve));
  return isOverlong(exchange);
}

/** Ends a response that cannot be completed so that the client does not take it for complete. */
function breakOff({ req, res }: Exchange): void {
  if (req.httpVersionMajor < 2) res.destroy?.();
  else (req.stream as { close(code: number): void }).close(HTTP2_INTERNAL_ERROR);
}

const HTTP2_INTERNAL_ERROR = 2;

// The request.

function toRequest(exchange: Exchange, trustProxy: boolean): Request | undefined {
  const { req, method, gone } = exchange;
  const address = addressOf(req, trustProxy);
  if (address === undefined) return undefined;
  const body = hasBody(req, method) ? bodyOf(exchange) : null;
  try {
    const headers = new Headers();
    for (const name in req.headers) {
      // HTTP/2 carries method and address as headers whose names no Headers would take.
      if (name.charCodeAt(0) === COLON) continue;
      const value = req.headers[name];
      if (typeof value === "string") headers.set(name, value);
      else if (value !== undefined) { for (const item of value) headers.append(name, item); }
    }
    if (body instanceof Uint8Array) {
      // A body parser has undone the encoding.
      headers.delete("content-encoding");
      headers.set("content-length", String(body.byteLength));
    }
    // "half": the response comes after the upload begins. Node demands it of streams; TypeScript's library lacks it.
    const init: RequestInit & { duplex: "half" } = { method, headers, body, signal: gone.signal, duplex: "half" };
    return new Request(address, init);
  } catch {
    // What is left is an address or a header that the fetch standard refuses.
    return undefined;
  }
}

const COLON = 58;
const ABSOLUTE: RegExp = /^https?:\/\/([^/?#]*)(.*)$/is;

function addressOf(req: NodeRequest, trustProxy: boolean): string | undefined {
  const target = targetOf(req);
  if (target === undefined || ALTERED.test(pathOf(target.path))) return undefined;
  const { headers } = req;
  let host = target.host ?? first(headers[":authority"] ?? headers["host"]);
  let secure = (req.socket as { readonly encrypted?: boolean } | null)?.encrypted === true;
  if (trustProxy) {
    host = first(headers["x-forwarded-host"]) || host;
    const scheme = first(headers["x-forwarded-proto"]);
    if (scheme) secure = scheme === "https";
  }
  // HTTP/1.0 knows no Host, and 1.1 allows an empty one.
  host ||= "localhost";
  if (!isHost(host)) return undefined;
  return `${secure ? "https" : "http"}://${host}${target.path}`;
}

/**
 * What a `Request` would change in a path: it resolves dot segments, takes `\` for `/` and drops line breaks. Whoever
 * guards a path before us, Express or a proxy, has seen it as it was sent, so the router must not see another one.
 */
const ALTERED: RegExp = /[\\\t\n\r]|\/(?:\.|%2e){1,2}(?:\/|$)/i;

/** The path, and the host where the target names it, as it does to a proxy (RFC 9112, 3.2). */
function targetOf(req: NodeRequest): { readonly path: string; readonly host?: string } | undefined {
  const target = req.originalUrl ?? req.url ?? "/";
  if (target.charCodeAt(0) === SLASH) return { path: target };
  if (target === "*") return { path: "/" };
  const [, host, rest] = ABSOLUTE.exec(target) ?? [];
  if (host === undefined || rest === undefined) return undefined;
  return { host, path: rest.charCodeAt(0) === SLASH ? rest : `/${rest}` };
}

const SLASH = 47;

function pathOf(path: string): string {
  const end = path.search(/[?#]/);
  return end < 0 ? path : path.slice(0, end);
}

function first(value: string | readonly string[] | undefined): string | undefined {
  const text = typeof value === "string" ? value : value?.[0];
  return text?.includes(",") ? text.slice(0, text.indexOf(",")).trim() : text;
}

function hasBody(req: NodeRequest, method: string): boolean {
  // A `Request` cannot have one on these.
  if (method === "GET" || method === "HEAD") return false;
  if (req.httpVersionMajor >= 2) return !(req.stream as { readonly endAfterHeaders?: boolean }).endAfterHeaders;
  const length = req.headers["content-length"];
  return (length !== undefined && length !== "0") || req.headers["transfer-encoding"] !== undefined;
}

function bodyOf(exchange: Exchange): ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer> {
  const { req } = exchange;
  if (!req.readableDidRead) return streamOf(exchange);
  const kept = req.rawBody ?? req.body;
  if (kept instanceof Uint8Array) return kept as Uint8Array<ArrayBuffer>;
  if (typeof kept === "string" && isUtf8(req)) return new TextEncoder().encode(kept);
  throw new TypeError(
    "Cannot read the request's body: a body parser has consumed it; use the router before express.json(), or keep " +
      "the bytes with express.json({ verify: (request, _response, bytes) => { request.rawBody = bytes; } })",
  );
}

function isUtf8(req: NodeRequest): boolean {
  const charset = /charset="?([^;"\s]+)/i.exec(first(req.headers["content-type"]) ?? "")?.[1];
  return charset === undefined || /^utf-?8$/i.test(charset);
}

/**
 * The upload as a stream. Nothing is read until somebody asks, and then chunk by chunk: each pull lets the flow run until
 * the next chunk is there, so that a handler that reads slowly slows the client down.
 */
function streamOf(exchange: Exchange): ReadableStream<Uint8Array> {
  const { req } = exchange;
  let listening = false;
  let over = false;

  function listen(controller: ReadableStreamDefaultController<Uint8Array>, fail: (error?: unknown) => void): void {
    listening = true;
    req.on("data", (chunk) => {
      if (over) return;
      req.pause();
      // Text comes when somebody has called setEncoding().
      controller.enqueue(typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk as Uint8Array);
    });
    req.on("end", () => {
      if (over) return;
      over = true;
      controller.close();
    });
    req.on("error", fail);
    // It follows every end; only one that came too early is left to report.
    req.on("close", () => fail());
    if (req.destroyed) fail();
  }

  let fail: (error?: unknown) => void;
  return new ReadableStream<Uint8Array>({
    start(controller): void {
      fail = (error) => {
        if (over) return;
        over = true;
        controller.error(error ?? new DOMException("The upload ended early", "AbortError"));
      };
      exchange.release = fail;
    },
    pull(controller): void {
      if (!listening) listen(controller, fail);
      if (!over) req.resume();
    },
    cancel(): void {
      over = true;
      // Held back until the response is sent: see discard().
      req.pause();
    },
  }, { highWaterMark: 0 });
}

// The response.

async function send(exchange: Exchange, response: Response): Promise<void> {
  const { req, res, method, gone } = exchange;
  const { status, body } = response;
  if (body === null || method === "HEAD" || status === 204 || status === 205 || status === 304) {
    body?.cancel().catch(() => {});
    const closes = isOverlong(exchange) && await isOverlongStill(exchange);
    if (gone.signal.aborted) return;
    writeHead(req, res, response, lengthWithout(response, method), closes);
    handOver(exchange);
    res.end();
    return;
  }

  const reader = body.getReader();
  // The one who cancels does not wait for it, and has nobody to tell if it fails.
  const cancel = (reason: unknown): void => void reader.cancel(reason).catch(() => {});
  if (gone.signal.aborted) return cancel(gone.signal.reason);
  let wake: (() => void) | undefined;
  exchange.leave = () => {
    cancel(gone.signal.reason);
    wake?.();
  };

  try {
    // Most bodies are one chunk that is there at once. Looking one read ahead tells, and then the length is known and
    // head and body leave together.
    const opening = reader.read();
    const early = await soon(opening);
    let ahead: Promise<Chunk> | undefined;
    if (early !== undefined) {
      const whole = early.done ? EMPTY : bytes(early.value);
      ahead = early.done ? opening : reader.read();
      const last = await soon(ahead);
      if (last?.done) {
        const closes = isOverlong(exchange) && await isOverlongStill(exchange);
        if (gone.signal.aborted) return;
        writeHead(req, res, response, whole.byteLength, closes);
        handOver(exchange);
        res.end(whole);
        return;
      }
    }
    if (gone.signal.aborted) return;
    const declared = declaredLength(response);
    writeHead(req, res, response, declared, false);
    // The client shall know that an event stream is open before its first event.
    if (early === undefined) res.flushHeaders();

    res.on("drain", () => wake?.());
    let chunk: Chunk = await opening;
    let sent = 0;
    while (!chunk.done) {
      if (gone.signal.aborted) return;
      const part = bytes(chunk.value);
      sent += part.byteLength;
      // What goes beyond the length would be read as the next response.
      if (declared !== undefined && sent > declared) throw wrongLength(declared, "more");
      if (!res.write(part)) await new Promise<void>((resolve) => wake = resolve);
      chunk = await (ahead ?? reader.read());
      ahead = undefined;
    }
    if (gone.signal.aborted) return;
    if (declared !== undefined && sent < declared) throw wrongLength(declared, "less");
    handOver(exchange);
    res.end();
  } catch (error) {
    cancel(error);
    throw error;
  }
}

/** Turns of the microtask queue in which the body of a `Response` made of text, bytes or JSON shows itself. */
const TURNS = 8;

/** Gives what a read gives, if it does so without waiting for anything outside. */
async function soon(read: Promise<Chunk>): Promise<Chunk | undefined> {
  let result: Chunk | undefined;
  let failed = false;
  read.then((chunk) => result = chunk, () => failed = true);
  for (let turn = 0; turn < TURNS && result === undefined && !failed; turn++) await undefined;
  return failed ? await read : result;
}

const EMPTY: Uint8Array = new Uint8Array(0);

type Chunk = ReadableStreamReadResult<Uint8Array>;

function bytes(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  throw new TypeError(`Cannot send the response: its stream gave ${typeof chunk}, not bytes`);
}

/** The length that a response gives itself, unless what it gives is none. */
function declaredLength({ headers }: Response): number | undefined {
  const length = headers.get("content-length");
  return length !== null && /^\d{1,15}$/.test(length) ? Number(length) : undefined;
}

/** The length to write where no body follows: HEAD and 304 tell the one of GET, 204 must not (RFC 9110, 8.6). */
function lengthWithout(response: Response, method: string): number | undefined {
  if (response.status === 204) return undefined;
  return method === "HEAD" || response.status === 304 ? declaredLength(response) : 0;
}

function wrongLength(declared: number, found: "more" | "less"): TypeError {
  return new TypeError(
    `Cannot send the response: its stream gave ${found} than its content-length of ${declared} bytes`,
  );
}

function writeHead(
  req: NodeRequest,
  res: NodeResponse,
  response: Response,
  length: number | undefined,
  closes: boolean,
): void {
  const { status, statusText, headers } = response;
  const http2 = req.httpVersionMajor >= 2;
  const head: { [name: string]: string | string[] } = Object.create(null);
  for (const [name, value] of headers) {
    if (!FRAMING.has(name) && !(http2 && CONNECTION.test(name))) head[name] = value;
  }
  if (length !== undefined) head["content-length"] = String(length);
  else if (res.getHeader("content-length") !== undefined) res.removeHeader("content-length");
  if (closes) head["connection"] = "close";
  if (head["set-cookie"] !== undefined) head["set-cookie"] = headers.getSetCookie();
  // What a middleware has set is replaced by what the response says, except these two, which add up.
  const cookies = res.getHeader("set-cookie");
  if (cookies !== undefined && head["set-cookie"] !== undefined) {
    head["set-cookie"] = list(cookies).concat(head["set-cookie"]);
  }
  const vary = res.getHeader("vary");
  if (vary !== undefined && head["vary"] !== undefined) head["vary"] = [...list(vary), head["vary"]].join(", ");
  // HTTP/2 has no reason phrase.
  if (statusText === "" || http2) res.writeHead(status, head);
  else res.writeHead(status, statusText, head);
}

/**
 * Headers that say where the body ends. They are written by who knows: a response passed on from `fetch()` has those of
 * its upstream, which are of another body once it is unpacked.
 */
const FRAMING: ReadonlySet<string> = new Set(["content-length", "transfer-encoding", "trailer"]);

/** Headers of the connection, which HTTP/2 forbids (RFC 9113, 8.2.2). */
const CONNECTION: RegExp = /^(?:connection|keep-alive|proxy-connection|transfer-encoding|upgrade)$/;

function list(value: number | string | readonly string[]): string[] {
  return typeof value === "object" ? [...value] : [String(value)];
}

function refuse(res: NodeResponse, status: number, code: string, message: string, headers?: { allow: string }): void {
  if (res.headersSent) return;
  res.writeHead(status, { "content-type": "application/json", ...headers });
  res.end(JSON.stringify({ data: null, error: { code, message } }));
}

function printError(error: unknown): void {
  console.error(error);
}

/**
 * The router on Deno: `serve()`, with a shutdown that lets running requests finish.
 *
 * A shutdown goes through three steps. Refuse: new requests are answered 503 and the router closes, which ends its live
 * streams. Wait: running requests finish. End: the port is released. `Deno.serve` can either wait for its connections
 * (`shutdown()`) or cut them (its `signal`), and once told to wait it cannot be told to cut. So waiting is done here, by
 * counting responses until they are sent, and Deno is told only at the end which of the two it shall be.
 *
 * @module
 */

import { createHostCheck } from "./host.ts";
import type { WebRouter } from "./web_router.ts";

/** How to serve. */
export interface ServeOptions {
  /** The port; 0 takes any free one. @default 8000 */
  readonly port?: number;
  /** The address to listen on: every interface, as containers need it, unless you say `127.0.0.1`. @default "0.0.0.0" */
  readonly hostname?: string;
  /** Shuts the server down when it aborts. */
  readonly signal?: AbortSignal;
  /** Called once the server listens. @default a line on the console */
  readonly onListen?: (address: ServeAddress) => void;
  /** Milliseconds that a shutdown waits for running requests before it cuts them. @default 10_000 */
  readonly gracePeriod?: number;
  /**
   * Signals of the operating system that shut the server down; a second one ends the process at once. `false` for none.
   * @default ["SIGINT", "SIGTERM"] (only "SIGINT" on Windows)
   */
  readonly signals?: readonly `SIG${string}`[] | false;
}

/** Where a server listens. */
export interface ServeAddress {
  /** The address to open, such as `http://localhost:8000`. */
  readonly url: string;
  /** The port. */
  readonly port: number;
  /** The address of the interface, `0.0.0.0` for every one. */
  readonly hostname: string;
}

/** A running server. */
export interface RunningServer extends ServeAddress {
  /** Resolves when the server has ended, whatever ended it. Never rejects. */
  readonly finished: Promise<void>;
  /**
   * Ends the server: refuses new requests, closes the router, waits for running requests up to the grace period, cuts
   * the rest and gives `close()` one more second. Calling it again gives the same promise.
   *
   * @throws what the router's `close()` throws, after the server has ended.
   */
  shutdown(): Promise<void>;
  /** Calls {@link RunningServer.shutdown}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Serves a router on Deno and gives back how to end it. SIGINT and SIGTERM end it gracefully.
 *
 * @throws TypeError when this is not Deno.
 * @throws RangeError when the grace period is not 0 or more.
 * @throws Error when the port is in use.
 *
 * @example
 * ```ts
 * import { serve } from "@igniter-js/core";
 * import { assertEquals } from "@std/assert";
 *
 * const AppRouter = { handler: () => Promise.resolve(new Response("Hello")) };
 * await using server = serve(AppRouter, { port: 0, hostname: "127.0.0.1" });
 *
 * assertEquals(await (await fetch(server.url)).text(), "Hello");
 * ```
 */
export function serve(router: WebRouter, options: ServeOptions = {}): RunningServer {
  const deno = (globalThis as { readonly Deno?: DenoHost }).Deno;
  if (typeof deno?.serve !== "function") {
    throw new TypeError("Cannot serve: this is not Deno; use nodeAdapter or expressAdapter");
  }
  const { port = 8000, hostname = "0.0.0.0", gracePeriod = 10_000, onListen = announce, signal } = options;
  if (!(gracePeriod >= 0)) throw new RangeError(`Cannot serve: the grace period ${gracePeriod} is not 0 or more`);
  signal?.throwIfAborted();

  const running = new Running();
  const hasHost = createHostCheck();
  const cut = new AbortController();
  const finished = Promise.withResolvers<void>();
  let stopped: Promise<void> | undefined;
  const shutdown = (): Promise<void> => stopped ??= stop().finally(finished.resolve);
  // Nobody waits for a shutdown that a signal began, so what goes wrong in it is said here.
  const onSignal = (): void => void shutdown().catch((error) => console.error(error));

  const names = options.signals ?? (deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"]);
  const forget = watch(deno, names || [], signal, onSignal);
  let server: DenoServer;
  let address: ServeAddress;
  try {
    server = listen(deno, { port, hostname, signal: cut.signal }, (request, info) => {
      if (running.stopping) return refuse();
      if (!hasHost(request)) return refuseHost();
      running.add(info.completed);
      return router.handler(request);
    });
    address = toAddress(server.addr);
    onListen(address);
  } catch (error) {
    forget();
    cut.abort();
    throw error;
  }
  return { ...address, finished: finished.promise, shutdown, [Symbol.asyncDispose]: shutdown };

  async function stop(): Promise<void> {
    // The system's default holds again, so a second signal ends the process.
    forget();
    const deadline = startTimer(gracePeriod);
    const idle = running.stop();
    const closing = settle(closeRouter(router));
    const closed = await Promise.race([Promise.all([closing, idle]).then(() => closing), deadline.passed]);
    if (closed === undefined) {
      cut.abort();
      await server.finished;
    } else {
      // Nothing runs any more, but a connection that has sent half a request keeps Deno waiting.
      await Promise.race([server.shutdown(), deadline.passed.then(() => server.unref())]);
    }
    deadline.cancel();
    // The router's close() may have waited for requests that the cut has just ended.
    const last = startTimer(AFTER_CUT);
    const outcome = closed ?? await Promise.race([closing, last.passed]);
    last.cancel();
    if (outcome === undefined) {
      const times = `within ${gracePeriod} ms, nor ${AFTER_CUT} ms after the cut`;
      throw new Error(`Cannot shut down in order: the router's close() has not ended ${times}`);
    }
    if (outcome.failed) throw outcome.error;
  }
}

/** Milliseconds that a router has to close once its requests are cut. */
const AFTER_CUT = 1_000;

/** Listens to signals of both kinds, and gives how to stop it. */
function watch(
  deno: DenoHost,
  names: readonly string[],
  signal: AbortSignal | undefined,
  onSignal: () => void,
): () => void {
  const forget = (): void => {
    signal?.removeEventListener("abort", onSignal);
    for (const name of names) deno.removeSignalListener(name, onSignal);
  };
  try {
    for (const name of names) deno.addSignalListener(name, onSignal);
  } catch (error) {
    forget();
    throw error;
  }
  signal?.addEventListener("abort", onSignal, { once: true });
  return forget;
}

/** Counts requests until their responses are sent. */
class Running {
  stopping = false;
  #count = 0;
  readonly #idle = Promise.withResolvers<void>();
  readonly #done = (): void => {
    if (--this.#count === 0 && this.stopping) this.#idle.resolve();
  };

  add(completed: Promise<void>): void {
    this.#count++;
    completed.then(this.#done, this.#done);
  }

  /** Resolves when none is left. */
  stop(): Promise<void> {
    this.stopping = true;
    if (this.#count === 0) this.#idle.resolve();
    return this.#idle.promise;
  }
}

function listen(deno: DenoHost, options: ListenOptions, handler: DenoHandler): DenoServer {
  try {
    // Deno would print a line of its own.
    return deno.serve({ ...options, onListen: () => {}, onError: masked }, handler);
  } catch (error) {
    if ((error as Error).name !== "AddrInUse") throw error;
    const message = `Cannot listen on ${bracketed(options.hostname)}:${options.port}: the port is in use`;
    throw new Error(message, { cause: error });
  }
}

function toAddress({ hostname, port }: DenoAddress): ServeAddress {
  // "Every interface" is nothing that a browser can open.
  const host = hostname === "0.0.0.0" || hostname === "::" ? "localhost" : bracketed(hostname);
  return { url: `http://${host}:${port}`, port, hostname };
}

function bracketed(hostname: string): string {
  return hostname.includes(":") ? `[${hostname}]` : hostname;
}

function announce({ url }: ServeAddress): void {
  console.log(`Listening on ${url}`);
}

function refuse(): Response {
  const error = { code: "ERR_UNAVAILABLE", message: "The server is shutting down" };
  return Response.json({ data: null, error }, { status: 503, headers: { connection: "close" } });
}

function refuseHost(): Response {
  const error = { code: "ERR_BAD_REQUEST", message: "The Host header is not valid" };
  return Response.json({ data: null, error }, { status: 400 });
}

/** The router's handler never rejects; another one may, and what it says stays on the server. */
function masked(error: unknown): Response {
  console.error(error);
  const failure = { code: "ERR_INTERNAL", message: "Internal server error" };
  return Response.json({ data: null, error: failure }, { status: 500 });
}

async function closeRouter(router: WebRouter): Promise<void> {
  await router.close?.();
}

type Outcome = { readonly failed: false } | { readonly failed: true; readonly error: unknown };

function settle(work: Promise<void>): Promise<Outcome> {
  return work.then(() => ({ failed: false }), (error) => ({ failed: true, error }));
}

function startTimer(delay: number): { readonly passed: Promise<undefined>; readonly cancel: () => void } {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  // Timers cannot wait for longer; an infinite grace period then means 24 days.
  const timer = setTimeout(() => resolve(undefined), Math.min(delay, 2 ** 31 - 1));
  return { passed: promise, cancel: () => clearTimeout(timer) };
}

// What is used of Deno, by shape: its own types would reach the declarations that Node users load.
interface DenoHost {
  serve(options: DenoServeOptions, handler: DenoHandler): DenoServer;
  addSignalListener(name: string, listener: () => void): void;
  removeSignalListener(name: string, listener: () => void): void;
  readonly build: { readonly os: string };
}

interface ListenOptions {
  readonly port: number;
  readonly hostname: string;
  readonly signal: AbortSignal;
}

interface DenoServeOptions extends ListenOptions {
  readonly onListen: () => void;
  readonly onError: (error: unknown) => Response;
}

type DenoHandler = (request: Request, info: { readonly completed: Promise<void> }) => Response | Promise<Response>;

interface DenoAddress {
  readonly hostname: string;
  readonly port: number;
}

interface DenoServer {
  readonly addr: DenoAddress;
  readonly finished: Promise<void>;
  shutdown(): Promise<void>;
  unref(): void;
}

/**
 * One connection to Redis whose calls are answered, or refused with the reason, within a bounded time.
 *
 * A call waits until the connection is ready, in the order of the calls, and is then sent; nothing is left to the
 * client's own queue. States of a call:
 *
 * ```text
 *  waiting ──ready──> sent ──answer──> settled
 *     │                └── connection lost: settled, or waiting again when the call only reads
 *     └── time is over, or the first attempt to connect failed: settled
 * ```
 *
 * A connection that the driver owns is opened anew when it is lost, and given up when it does not answer in time: a new
 * one may find a server that does. One that was passed to it is its owner's to look after.
 *
 * @module
 */
import { closedError } from "../server/ports/store_rules.ts";
import { nameOf, type RedisLike } from "./redis_client.ts";

/** How a connection is made and watched. */
export interface LinkOptions {
  /** Gives the client, which connects when it is told to. */
  readonly open: () => Promise<RedisLike>;
  /** Whether the client belongs to the driver. */
  readonly owned: boolean;
  /** Milliseconds in which a call is answered or refused. */
  readonly timeout: number;
  /** Called with the client once, before it connects. */
  readonly opened?: (client: RedisLike) => void;
  /** Called whenever the connection is ready, after the calls that waited were sent. */
  readonly ready?: () => void;
  /** Called whenever a connection that was ready is lost, with the last error. */
  readonly lost?: (error: Error | undefined) => void;
}

/** What is sent. */
export interface Request<R> {
  /** What it is for, in the words of an error message: `get "key"`. */
  readonly action: string;
  /** Sends it. */
  readonly send: (client: RedisLike) => Promise<R>;
  /** Whether it may be sent a second time when its connection was lost. */
  readonly again?: boolean;
}

interface Call {
  readonly request: Request<unknown>;
  /** When its time is over. */
  readonly until: number;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

const UNREACHABLE = "cannot be reached";
const CLOSED_CLIENT = "cannot be reached through a client that was closed";

/** A connection to Redis. */
export class Link {
  readonly #options: LinkOptions;
  /** Those that are not settled, in the order of their ends, as all have the same time. */
  readonly #calls: Set<Call> = new Set();
  /** Those of them that are not sent, in the order in which they will be. */
  readonly #waiting: Set<Call> = new Set();
  /** Looks after the ends of all calls: a timer for each would cost more than the rest of a call. */
  #limit: ReturnType<typeof setTimeout> | undefined = undefined;
  readonly #listeners: [event: string, listener: (...args: unknown[]) => void][] = [];
  /** The client of the connection there is, or that is being made; each client of the driver's own serves for one. */
  #client: RedisLike | undefined = undefined;
  /** The server, for messages. */
  #name = "";
  /** Whether a client was asked for; from then on there is one, or there will be. */
  #begun = false;
  #ready = false;
  #everReady = false;
  #lastError: Error | undefined = undefined;
  /** Counts the connections, so that what one says is not taken for another's. */
  #attempt = 0;
  /** Attempts since the connection was ready. */
  #failures = 0;
  #handshake: ReturnType<typeof setTimeout> | undefined = undefined;
  #retry: ReturnType<typeof setTimeout> | undefined = undefined;
  #closed: Promise<void> | undefined = undefined;
  /** Ends the wait of `close()` for the calls that were sent. */
  #drained: (() => void) | undefined = undefined;

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  /** Whether calls are sent at once. */
  get ready(): boolean {
    // Events come a little later than what they tell.
    return this.#ready && this.#client?.status === "ready";
  }

  /** Sends a request when the connection is ready; rejects within the timeout. */
  request<R>(request: Request<R>): Promise<R> {
    if (this.#closed) return Promise.reject(closedError(request.action));
    return new Promise<unknown>((resolve, reject) => {
      const call: Call = { request, until: performance.now() + this.#options.timeout, resolve, reject };
      this.#calls.add(call);
      this.#limit ??= setTimeout(() => this.#expire(), this.#options.timeout);
      if (this.ready && this.#client) this.#dispatch(this.#client, call);
      else this.#queue(call);
    }) as Promise<R>;
  }

  /** Gives up the connection for another, if it is the driver's. */
  renew(): void {
    const client = this.#client;
    if (!this.#options.owned || !client || client.status === "wait" || client.status === "end") return;
    this.#stop();
    client.disconnect();
  }

  /** Refuses what was not sent, waits for the answers to what was, and ends the connection if the driver owns it. */
  close(): Promise<void> {
    return this.#closed ??= this.#close();
  }

  async #close(): Promise<void> {
    for (const call of this.#waiting) this.#reject(call, closedError(call.request.action));
    if (this.#calls.size > 0) await new Promise<void>((resolve) => this.#drained = resolve);
    clearTimeout(this.#limit);
    this.#clearTimers();
    const client = this.#client;
    if (!client) return;
    if (!this.#options.owned) {
      for (const [event, listener] of this.#listeners) client.off(event, listener);
    } else if (client.status !== "end") {
      const ended = new Promise<void>((resolve) => client.on("end", () => resolve()));
      client.disconnect();
      await ended;
    }
  }

  #queue(call: Call): void {
    const client = this.#client;
    if (!this.#options.owned && client?.status === "end") {
      this.#reject(call, this.#refusal(call, CLOSED_CLIENT, undefined));
      return;
    }
    this.#waiting.add(call);
    if (!this.#begun) void this.#open();
    else if (client?.status === "wait") this.#connect(client);
  }

  async #open(): Promise<void> {
    this.#begun = true;
    try {
      const client = await this.#options.open();
      if (this.#closed) return;
      this.#client = client;
      this.#name = ` at ${nameOf(client)}`;
      this.#listen(client);
      this.#options.opened?.(client);
      if (client.status === "wait") this.#connect(client);
      else if (client.status === "ready") this.#start();
      else if (client.status === "end") this.#end();
    } catch (error) {
      this.#begun = false;
      this.#fail("has no client", error);
    }
  }

  #listen(client: RedisLike): void {
    const on = (event: string, work: (error: unknown) => void): void => {
      // What a client says after its end is not about the connection there is. It is heard all the same, as a client
      // prints an error that nobody hears.
      const listener = (error: unknown): void => {
        if (client === this.#client) work(error);
      };
      this.#listeners.push([event, listener]);
      client.on(event, listener);
    };
    this.#listeners.length = 0;
    on("connect", () => this.#watch());
    on("ready", () => this.#options.owned ? this.#greet() : this.#start());
    on("error", (error) => this.#lastError = withoutCommand(error));
    on("close", () => this.#stop());
    on("end", () => this.#end());
  }

  #connect(client: RedisLike): void {
    // What goes wrong is told by the events.
    client.connect().catch(() => {});
  }

  /** A server that accepts connections and never answers would hold up the handshake for ever. */
  #watch(): void {
    if (!this.#options.owned || this.#closed) return;
    clearTimeout(this.#handshake);
    this.#handshake = setTimeout(() => {
      this.#lastError = new Error(`no answer within ${this.#options.timeout} ms`);
      this.renew();
    }, this.#options.timeout);
  }

  /** Calls begin when the server answers; one that has just started may still be loading its data. */
  #greet(): void {
    const client = this.#client;
    if (!client || this.#closed) return;
    const attempt = this.#attempt;
    client.call("PING").then(() => {
      if (attempt === this.#attempt) this.#start();
    }, (error: unknown) => {
      if (attempt !== this.#attempt || this.#closed) return;
      // When it is the connection that ended, what ended it may have been told before.
      if (isReply(error)) this.#lastError = withoutCommand(error);
      if (!isReply(error) || !(error as Error).message.startsWith("LOADING")) return this.renew();
      this.#watch();
      this.#retry = setTimeout(() => this.#greet(), 50);
    });
  }

  #start(): void {
    this.#clearTimers();
    const client = this.#client;
    if (!client || this.#closed || client.status !== "ready") return;
    this.#ready = true;
    this.#everReady = true;
    this.#failures = 0;
    this.#lastError = undefined;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const call of waiting) this.#dispatch(client, call);
    this.#options.ready?.();
  }

  #stop(): void {
    this.#attempt++;
    this.#clearTimers();
    const wasReady = this.#ready;
    this.#ready = false;
    if (this.#closed) return;
    if (wasReady) this.#options.lost?.(this.#lastError);
    // At the start there is nothing to hope for: the address may be wrong, and who waits should learn of it at once.
    if (!this.#everReady) this.#fail(UNREACHABLE, this.#lastError);
  }

  #end(): void {
    this.#stop();
    if (this.#closed) return;
    if (!this.#options.owned) {
      this.#fail(CLOSED_CLIENT, undefined);
      return;
    }
    this.#client = undefined;
    const delay = Math.min(25 * 2 ** this.#failures++, 1000) * (0.75 + Math.random() / 4);
    this.#retry = setTimeout(() => void this.#open(), delay);
  }

  #clearTimers(): void {
    clearTimeout(this.#handshake);
    clearTimeout(this.#retry);
  }

  #dispatch(client: RedisLike, call: Call): void {
    let answer: Promise<unknown>;
    try {
      answer = call.request.send(client);
    } catch (error) {
      answer = Promise.reject(error);
    }
    answer.then((result) => {
      call.resolve(result);
      this.#settled(call);
    }, (error: unknown) => {
      // Its time may have been over before.
      if (this.#calls.has(call)) this.#refused(call, error);
    });
  }

  #refused(call: Call, error: unknown): void {
    const { action, again } = call.request;
    if (isReply(error)) this.#reject(call, new Error(`Cannot ${action}: Redis answered "${messageOf(error)}"`));
    else if (again && !this.#closed) this.#queue(call);
    else this.#reject(call, this.#refusal(call, "was lost before it answered", error));
  }

  #expire(): void {
    const now = performance.now();
    let silent = false;
    for (const call of this.#calls) {
      if (call.until > now) {
        this.#limit = setTimeout(() => this.#expire(), call.until - now);
        break;
      }
      const sent = !this.#waiting.has(call);
      const reason = sent ? `did not answer within ${this.#options.timeout} ms` : UNREACHABLE;
      this.#reject(call, this.#refusal(call, reason, sent ? undefined : this.#lastError));
      silent ||= sent;
    }
    if (this.#calls.size === 0) this.#limit = undefined;
    if (silent) this.renew();
  }

  #reject(call: Call, error: Error): void {
    call.reject(error);
    this.#settled(call);
  }

  #settled(call: Call): void {
    this.#waiting.delete(call);
    if (this.#calls.delete(call) && this.#calls.size === 0) this.#drained?.();
  }

  #fail(reason: string, error: unknown): void {
    for (const call of this.#waiting) this.#reject(call, this.#refusal(call, reason, error));
  }

  #refusal({ request: { action } }: Call, reason: string, cause: unknown): Error {
    const why = cause === undefined ? "" : ` (${messageOf(cause)})`;
    return new Error(`Cannot ${action}: Redis${this.#name} ${reason}${why}`, cause === undefined ? {} : { cause });
  }
}

/** What the server said; everything else is the connection's. */
function isReply(error: unknown): boolean {
  return error instanceof Error && error.name === "ReplyError";
}

/** An answer of the server carries the command that it refused: a password, or a value that does not belong in a log. */
function withoutCommand(error: unknown): Error {
  return error instanceof Error && !isReply(error) ? error : new Error(messageOf(error));
}

/** Several addresses of one name fail with an error that has no message of its own. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message || String((error as { code?: unknown }).code ?? error.name);
}

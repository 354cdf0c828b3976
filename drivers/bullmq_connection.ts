/**
 * Redis for the jobs: one client for commands, one for workers, and an end to all waiting.
 *
 * BullMQ itself waits without limit while Redis is away. So every call asks {@link RedisConnection.ready} first, which
 * fails within `timeout`; and the client for commands refuses what it cannot send instead of keeping it for later, when
 * its caller would long have been told that it failed.
 *
 * @module
 */
import { Redis, type RedisOptions } from "ioredis";
import { Patience } from "./bullmq_patience.ts";

/** The part of an ioredis client that is used of one's own. It is copied, not used: its options are what counts. */
export interface RedisClientLike {
  /** Makes another client of the same server. */
  duplicate(options?: object): unknown;
}

/** Where Redis is. */
export interface RedisPlace {
  /** A client of ioredis. */
  readonly client?: RedisClientLike | undefined;
  /** `redis://user:password@host:port/db`, `rediss://` for TLS, or the path of a Unix socket. */
  readonly url?: string | undefined;
  /** Options of ioredis: `host`, `port`, `password`, `tls`, `sentinels`, … */
  readonly connection?: object | undefined;
}

/** The connection to Redis. */
export class RedisConnection {
  readonly #place: RedisPlace;
  readonly #timeout: number;
  readonly #onError: (error: Error) => void;
  readonly #clients: Redis[] = [];
  #commands: Redis | undefined = undefined;
  #last: Error | undefined = undefined;
  #connecting: Promise<void> | undefined = undefined;
  #closed = false;
  readonly #patience: Patience;

  constructor(place: RedisPlace, timeout: number, onError: (error: Error) => void) {
    this.#place = place;
    this.#timeout = timeout;
    this.#onError = onError;
    this.#patience = new Patience(timeout, () => {
      return new Error(`Cannot reach Redis at ${nameOf(this.commands)}: no answer within ${timeout} ms`);
    });
  }

  /** The client for commands, which need not be connected. */
  get commands(): Redis {
    return this.#commands ??= this.open({
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
    });
  }

  /** Opens a client that lives as long as this. */
  open(options: RedisOptions): Redis {
    const all: RedisOptions = {
      connectTimeout: this.#timeout,
      retryStrategy: (times) => this.#closed ? null : Math.min(times * 50, 1_000),
      lazyConnect: true,
      disconnectTimeout: DISCONNECT_TIMEOUT,
      // BullMQ has a prefix of its own.
      keyPrefix: "",
      ...options,
    };
    const { client, url, connection } = this.#place;
    const opened = client !== undefined
      ? client.duplicate(all) as Redis
      : url !== undefined
      ? new Redis(url, { ...connection, ...all })
      : new Redis({ ...connection, ...all });
    opened.on("error", (error: Error) => {
      this.#last = error;
      this.#onError(error);
    });
    this.#clients.push(opened);
    return opened;
  }

  /** Waits until commands can be sent. @throws Error when Redis cannot be reached in time. */
  ready(): Promise<void> | void {
    if (this.#closed) throw new Error("Cannot use the jobs: the adapter is closed");
    const client = this.commands;
    if (client.status === "ready") return undefined;
    // One waiting for all: each would listen to the client.
    return this.#connecting ??= this.#connect(client).finally(() => this.#connecting = undefined);
  }

  async #connect(client: Redis): Promise<void> {
    const first = client.status === "wait";
    let onReady: () => void = () => {};
    let onError: (error: Error) => void = () => {};
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        onReady = resolve;
        // The first refusal is the answer; later, while it is away for a moment, the time is waited for.
        onError = (error) => first && reject(error);
        client.on("ready", onReady).on("error", onError);
        timer = setTimeout(() => reject(new Error(`no answer within ${this.#timeout} ms`)), this.#timeout);
        if (first) client.connect().catch(reject);
      });
    } catch (error) {
      const cause = this.#last ?? error as Error;
      throw new Error(
        `Cannot reach Redis at ${nameOf(client)}: ${cause.message || (cause as { code?: string }).code}`,
        {
          cause,
        },
      );
    } finally {
      clearTimeout(timer);
      client.off("ready", onReady).off("error", onError);
    }
    this.#last = undefined;
  }

  /** Lets an answer take no longer than the time limit. @throws Error when it does. */
  answer<T>(work: Promise<T>): Promise<T> {
    return this.#patience.wait(work);
  }

  /** Ends all clients. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#clients.map(end));
  }
}

/** Milliseconds for a server that does not close its side. */
const DISCONNECT_TIMEOUT = 100;

/** Ends a client, and waits until it has let go of its socket and its timers. */
async function end(client: Redis): Promise<void> {
  const { status } = client;
  if (status === "wait" || status === "end") return;
  await new Promise<void>((resolve) => {
    client.once("end", () => resolve());
    client.disconnect();
  });
  // A client that is ended while it asks whether the server is ready ends itself once more, with a timer of its own.
  if (status === "connect") await new Promise((resolve) => setTimeout(resolve, DISCONNECT_TIMEOUT + 20));
}

/** Names a server, without its password. */
function nameOf({ options: { path, host, port } }: Redis): string {
  return path ?? `${host ?? "localhost"}:${port ?? 6379}`;
}

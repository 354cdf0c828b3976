/**
 * What the driver needs of a Redis client, and how it makes one.
 *
 * @module
 */

/** The part of an ioredis client that the driver uses. A `Redis` of ioredis 5 or 6 is one. */
export interface RedisLike {
  /** `wait`, `connecting`, `connect`, `ready`, `reconnecting`, `close` or `end`. */
  readonly status: string;
  /** What the client was made with. */
  readonly options: RedisLikeOptions;
  /** Sends a command. */
  call(command: string, ...args: (string | number)[]): Promise<unknown>;
  /** Hears channels. */
  subscribe(...channels: string[]): Promise<unknown>;
  /** Hears channels no more. */
  unsubscribe(...channels: string[]): Promise<unknown>;
  /** Connects a client that waits for it. */
  connect(): Promise<unknown>;
  /** Ends the connection. */
  disconnect(): void;
  /** Makes another client of the same server. */
  duplicate(options?: Record<string, unknown>): RedisLike;
  /** Listens to an event. */
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  /** Stops listening to an event. */
  off(event: string, listener: (...args: unknown[]) => void): unknown;
}

/** What the driver reads of a client's options. */
export interface RedisLikeOptions {
  /** The server's host. */
  readonly host?: string | undefined;
  /** The server's port. */
  readonly port?: number | undefined;
  /** The server's Unix socket. */
  readonly path?: string | undefined;
  /** What the client puts before each key, but neither before channels nor patterns. */
  readonly keyPrefix?: unknown;
}

/** Where Redis is. */
export interface RedisSource {
  /** A client of the application's own. */
  readonly client?: RedisLike | undefined;
  /** `redis://user:password@host:port/db`, `rediss://` for TLS, or the path of a Unix socket. */
  readonly url?: string | undefined;
  /** Options of ioredis: `host`, `port`, `password`, `tls`, `sentinels`, … */
  readonly connection?: Readonly<Record<string, unknown>> | undefined;
}

/** Options of ioredis on which the driver's promises rest. */
const OWN: ReadonlySet<string> = new Set([
  "autoResendUnfulfilledCommands",
  "autoResubscribe",
  "commandTimeout",
  "connectTimeout",
  "disconnectTimeout",
  "enableOfflineQueue",
  "enableReadyCheck",
  "keyPrefix",
  "lazyConnect",
  "maxRetriesPerRequest",
  "reconnectOnError",
  "retryStrategy",
  "stringNumbers",
]);

/** Tells whether a value is a client. */
export function isRedisLike(value: unknown): value is RedisLike {
  const { call, duplicate, on } = Object(value) as Partial<RedisLike>;
  return typeof call === "function" && typeof duplicate === "function" && typeof on === "function";
}

/** Checks where Redis is said to be. @throws TypeError */
export function checkSource({ client, url, connection }: RedisSource): void {
  const refuse = (reason: string): never => {
    throw new TypeError(`Cannot create a Redis store: ${reason}`);
  };
  if (client !== undefined) {
    if (url !== undefined || connection !== undefined) refuse("there are a client and what to make one of");
    if (!isRedisLike(client)) refuse("the client is no client of ioredis");
    // Its keys() would list those of one server, and its duplicate() takes other arguments.
    if ((client as { isCluster?: unknown }).isCluster === true) refuse("a cluster's client is not supported");
  }
  if (url !== undefined && (typeof url !== "string" || url === "")) refuse("the url is no text");
  for (const name of Object.keys(connection ?? {})) {
    if (OWN.has(name)) refuse(`the connection's "${name}" is the store's own; see timeout and prefix`);
  }
}

/** Makes a client that does not connect yet. ioredis is loaded here, so that who passes a client need not have it. */
export async function createClient({ url, connection }: RedisSource, timeout: number): Promise<RedisLike> {
  const { Redis } = await import("ioredis");
  const options = { ...connection, ...ownOptions(timeout) };
  return url === undefined ? new Redis(options) : new Redis(url, options);
}

/**
 * The options of connections that the driver owns. It opens them anew itself, so that it knows at every moment what the
 * client does. A command that was sent on a connection which broke is refused, as nobody knows whether Redis did it; none
 * waits inside the client, where it might be sent long after its caller gave up.
 */
export function ownOptions(timeout: number): Record<string, unknown> {
  return {
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    connectTimeout: timeout,
    // For a server that does not close its side.
    disconnectTimeout: 200,
    enableOfflineQueue: true,
    // The driver's own comes in its place: the client's leaves a timer behind when the connection ends during it.
    enableReadyCheck: false,
    lazyConnect: true,
    maxRetriesPerRequest: null,
    // A server that became a replica refuses to write; its name may lead to the new primary by now.
    reconnectOnError: (error: Error) => error.message.startsWith("READONLY"),
    retryStrategy: null,
  };
}

/** Names a client's server, without its password. */
export function nameOf({ options: { path, host, port } }: RedisLike): string {
  return path ?? `${host ?? "localhost"}:${port ?? 6379}`;
}

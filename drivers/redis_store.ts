/**
 * The store in Redis.
 *
 * @module
 */
import { createEpoch, type LogId, parseLogId, toLogId } from "../server/ports/log_id.ts";
import type { AppendOptions, LogEntry, LogFollower, Store, Subscriber, TtlOptions } from "../server/ports/store.ts";
import { deliverMessage, logDeliveryFailure } from "../server/ports/store_delivery.ts";
import { checkLimit, closedError, countError, encodeJson, toLifetime } from "../server/ports/store_rules.ts";
import {
  checkSource,
  createClient,
  isRedisLike,
  ownOptions,
  type RedisLike,
  type RedisSource,
} from "./redis_client.ts";
import { Feed, type Rest } from "./redis_feed.ts";
import { Link } from "./redis_link.ts";
import { AFTER, APPEND, INCREMENT, LAST, REST } from "./redis_scripts.ts";
import { Subscriber as Ear } from "./redis_subscriber.ts";

/** How a Redis store works. */
export interface RedisStoreOptions extends RedisSource {
  /**
   * What all names in Redis begin with: `<prefix>value:<key>`, `<prefix>log:<log>`, `<prefix>channel:<channel>`. What is
   * under one prefix does not exist under another. @default "igniter:"
   */
  readonly prefix?: string | undefined;
  /** Milliseconds in which a call is answered, or refused with the reason: 1 to 600,000. @default 3000 */
  readonly timeout?: number | undefined;
  /**
   * Receives what a subscriber or follower throws or rejects with, and its channel or log; and what goes wrong with the
   * connection on which messages are heard, without a name. @default logs with `console.error`
   */
  readonly onError?: ((error: unknown, name: string | undefined) => void) | undefined;
}

/** A store in Redis. */
export interface RedisStore extends Store {
  /** Closes the store: `await using store = createRedisStoreAdapter(…)`. */
  [Symbol.asyncDispose](): Promise<void>;
  /** Where Redis is, for other drivers that are given the store. */
  readonly "~redis": RedisSource;
}

/**
 * Makes a store in Redis 5 or later, or a server that speaks its protocol, for any number of processes. It needs
 * `npm:ioredis` and permission to reach the server. Redis is given as a URL, a client of ioredis, or options; without any
 * it is `redis://127.0.0.1:6379`.
 *
 * - The first call connects. A call is answered or refused within `timeout`, whatever happens to Redis: while there is no
 *   connection it waits for one, in the order of the calls, but at the very start a refused connection refuses the calls at
 *   once. A connection that is lost, or does not answer in time, is opened again.
 * - A write that was on its way when the connection was lost is refused, and may have happened; reads are sent again.
 * - Messages are heard on a second connection. A message to a channel that is sent while that is lost is not heard;
 *   `onError` is told. Followers of a log get what they missed from the window, or are told of a gap. So are they after
 *   Redis itself was restarted, as it may have started from an older copy of its data.
 * - Logs use the command `INFO` in a script, which the user of the connection must be allowed to.
 * - A client that is passed in is used for commands as it is, and is not closed; its own options decide what becomes of
 *   calls on their way when its connection is lost. Messages are heard through a duplicate of it.
 * - `keys()` walks over all keys of the server's database.
 *
 * @example
 * ```ts ignore
 * import { createRedisStoreAdapter } from "@igniter-js/core/drivers/redis";
 *
 * const store = createRedisStoreAdapter("redis://127.0.0.1:6379");
 * await store.set("cart:7", { items: 2 }, { ttl: 3600 });
 * await store.get("cart:7"); // { items: 2 }
 * await store.close();
 * ```
 *
 * @example A client of one's own, and a prefix
 * ```ts ignore
 * import { Redis } from "ioredis";
 * import { createRedisStoreAdapter } from "@igniter-js/core/drivers/redis";
 *
 * const redis = new Redis(6379, "redis.internal");
 * const store = createRedisStoreAdapter({ client: redis, prefix: "shop:" });
 * ```
 *
 * @throws TypeError and RangeError for options that cannot be meant.
 */
export function createRedisStoreAdapter(options: string | RedisLike | RedisStoreOptions = {}): RedisStore {
  return new ServerStore(toOptions(options));
}

function toOptions(options: string | RedisLike | RedisStoreOptions): Settings {
  if (typeof options === "string") return toOptions({ url: options });
  if (isRedisLike(options)) return toOptions({ client: options });
  checkSource(options);
  const { client, url, connection, prefix = "igniter:", timeout = 3000, onError = logFailure } = options;
  if (!(timeout >= 1 && timeout <= 600_000)) {
    throw new RangeError(`Cannot create a Redis store: a timeout of ${timeout} is not between 1 and 600,000`);
  }
  return { source: { client, url, connection }, prefix, timeout, onError };
}

interface Settings {
  readonly source: RedisSource;
  readonly prefix: string;
  readonly timeout: number;
  readonly onError: (error: unknown, name: string | undefined) => void;
}

interface Subscription {
  readonly subscriber: Subscriber;
  stop: () => void;
}

/** Beyond what a date can be there is no difference, and Redis has no number for it. */
const MAX_LIFETIME = 8.64e15;

class ServerStore implements RedisStore {
  readonly #settings: Settings;
  readonly #link: Link;
  readonly #ear: Ear;
  readonly #subscriptions: Map<string, Set<Subscription>> = new Map();
  readonly #feeds: Map<string, Feed> = new Map();
  /** What a client of the application's own puts before keys, and the driver must put before everything else. */
  #outerPrefix = "";
  #closed: Promise<void> | undefined = undefined;

  constructor(settings: Settings) {
    const { source, timeout, onError } = settings;
    this.#settings = settings;
    const { client } = source;
    this.#outerPrefix = String(client?.options.keyPrefix ?? "");
    this.#link = new Link({
      open: () => client ? Promise.resolve(client) : createClient(source, timeout),
      owned: client === undefined,
      timeout,
    });
    this.#ear = new Ear({
      open: () => client ? Promise.resolve(client.duplicate(ownOptions(timeout))) : createClient(source, timeout),
      timeout,
      report: (error) => onError(error, undefined),
    });
  }

  get "~redis"(): RedisSource {
    return this.#settings.source;
  }

  get<T = unknown>(key: string): Promise<T | undefined> {
    return this.#call("get", async () => decode<T>(await this.#read(`get "${key}"`, "GET", this.#key(key))));
  }

  getMany<T = unknown>(keys: readonly string[]): Promise<(T | undefined)[]> {
    return this.#call("getMany", async () => {
      if (keys.length === 0) return [];
      const names = keys.map((key) => this.#key(key));
      const texts = await this.#read(`get ${keys.length} keys`, "MGET", ...names) as unknown[];
      return texts.map((text) => decode<T>(text));
    });
  }

  set(key: string, value: unknown, options?: TtlOptions): Promise<void> {
    return this.#call("set", async () => {
      const text = encodeJson(value, `store "${key}"`);
      await this.#write(`set "${key}"`, "SET", this.#key(key), text, ...ttlOf(options?.ttl));
    });
  }

  setIfAbsent(key: string, value: unknown, options?: TtlOptions): Promise<boolean> {
    return this.#call("setIfAbsent", async () => {
      const text = encodeJson(value, `store "${key}"`);
      const ttl = ttlOf(options?.ttl);
      return await this.#write(`set "${key}"`, "SET", this.#key(key), text, ...ttl, "NX") === "OK";
    });
  }

  delete(key: string): Promise<boolean> {
    return this.#call("delete", async () => isOne(await this.#write(`delete "${key}"`, "DEL", this.#key(key))));
  }

  has(key: string): Promise<boolean> {
    return this.#call("has", async () => isOne(await this.#read(`look for "${key}"`, "EXISTS", this.#key(key))));
  }

  increment(key: string, options?: TtlOptions): Promise<number> {
    return this.#call("increment", async () => {
      const lifetime = lifetimeOf(options?.ttl);
      const sum = await this.#write(`increment "${key}"`, "EVAL", INCREMENT, 1, this.#key(key), lifetime);
      if (sum === null) throw countError(key);
      return Number(sum);
    });
  }

  expire(key: string, ttl: number): Promise<boolean> {
    return this.#call("expire", async () => {
      return isOne(await this.#write(`expire "${key}"`, "PEXPIRE", this.#key(key), lifetimeOf(ttl)));
    });
  }

  keys(prefix = ""): Promise<string[]> {
    return this.#call("keys", async () => {
      const start = this.#outerPrefix + this.#key("");
      const pattern = `${(start + prefix).replace(/[\\*?[\]]/g, "\\$&")}*`;
      // A walk may come by a key twice.
      const keys = new Set<string>();
      let cursor = "0";
      do {
        const page = await this.#read("list keys", "SCAN", cursor, "MATCH", pattern, "COUNT", 1000) as [
          string,
          string[],
        ];
        for (const name of page[1]) keys.add(name.slice(start.length));
        cursor = String(page[0]);
      } while (cursor !== "0");
      return [...keys];
    });
  }

  publish(channel: string, message: unknown): Promise<void> {
    return this.#call("publish", async () => {
      const text = encodeJson(message, `publish to "${channel}"`);
      await this.#write(`publish to "${channel}"`, "PUBLISH", this.#channel(channel), text);
    });
  }

  subscribe(channel: string, subscriber: Subscriber): Promise<() => Promise<void>> {
    return this.#call("subscribe", async () => {
      const stop = await this.#ear.listen(this.#channel(channel), `subscribe to "${channel}"`, {
        receive: (text) => deliverMessage(subscriber, channel, text, this.#settings.onError),
      });
      const subscription: Subscription = { subscriber, stop };
      const subscriptions = this.#subscriptions.get(channel);
      if (subscriptions) subscriptions.add(subscription);
      else this.#subscriptions.set(channel, new Set([subscription]));
      return () => {
        this.#end(channel, subscription);
        return Promise.resolve();
      };
    });
  }

  unsubscribe(channel: string, subscriber?: Subscriber): Promise<void> {
    return this.#call("unsubscribe", () => {
      for (const subscription of this.#subscriptions.get(channel) ?? []) {
        if (subscriber && subscription.subscriber !== subscriber) continue;
        this.#end(channel, subscription);
        if (subscriber) break;
      }
      return Promise.resolve();
    });
  }

  append(log: string, message: unknown, options: AppendOptions): Promise<string> {
    return this.#call("append", async () => {
      const action = `append to "${log}"`;
      const text = encodeJson(message, action);
      const args = [text, checkLimit(options.limit), lifetimeOf(options.ttl), createEpoch()];
      const channel = this.#outerPrefix + this.#log(log);
      return await this.#write(action, "EVAL", APPEND, 1, this.#log(log), ...args, channel) as string;
    });
  }

  entriesAfter(log: string, id: string): Promise<readonly LogEntry[] | undefined> {
    return this.#call("entriesAfter", async () => {
      const after = parseLogId(id);
      if (!after) return undefined;
      const { epoch, n } = after;
      const texts = await this.#read(`read "${log}"`, "EVAL", AFTER, 1, this.#log(log), epoch, n) as string[] | null;
      return texts?.map((text, index) => ({ id: toLogId({ epoch, n: n + index + 1 }), message: JSON.parse(text) }));
    });
  }

  lastId(log: string, options?: TtlOptions): Promise<string> {
    return this.#call("lastId", async () => toLogId(await this.#last(log, lifetimeOf(options?.ttl))));
  }

  follow(log: string, follower: LogFollower, options?: TtlOptions): Promise<() => Promise<void>> {
    return this.#call("follow", async () => {
      const feed = this.#feed(log, lifetimeOf(options?.ttl));
      const leave = (): void => {
        if (!feed.empty) return;
        feed.end();
        if (this.#feeds.get(log) === feed) this.#feeds.delete(log);
      };
      try {
        const stop = await feed.follow(follower);
        return () => {
          stop();
          leave();
          return Promise.resolve();
        };
      } catch (error) {
        leave();
        throw error;
      }
    });
  }

  close(): Promise<void> {
    return this.#closed ??= this.#close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    this.#subscriptions.clear();
    for (const feed of this.#feeds.values()) feed.end();
    this.#feeds.clear();
    await Promise.all([this.#ear.close(), this.#link.close()]);
  }

  #feed(log: string, lifetime: number | ""): Feed {
    const known = this.#feeds.get(log);
    if (known) return known;
    const feed = new Feed(log, {
      listen: (listener) => this.#ear.listen(this.#outerPrefix + this.#log(log), `follow "${log}"`, listener),
      last: () => this.#last(log, lifetime),
      rest: (after) => this.#rest(log, after, lifetime),
    }, this.#settings.onError);
    this.#feeds.set(log, feed);
    return feed;
  }

  async #last(log: string, lifetime: number | ""): Promise<LogId> {
    const args = [createEpoch(), lifetime];
    const [epoch, n] = await this.#read(`read "${log}"`, "EVAL", LAST, 1, this.#log(log), ...args) as [string, string];
    return { epoch, n: Number(n) };
  }

  async #rest(log: string, after: LogId, lifetime: number | ""): Promise<Rest> {
    const args = [after.epoch, after.n, createEpoch(), lifetime];
    const answer = await this.#read(`read "${log}"`, "EVAL", REST, 1, this.#log(log), ...args);
    const [epoch, count, exact, ...texts] = answer as [string, string, string, ...string[]];
    const last = { epoch, n: Number(count) };
    const before = last.n - texts.length;
    return {
      exact: exact === "1",
      last,
      entries: texts.map((text, index) => ({ epoch, n: before + index + 1, text })),
    };
  }

  #end(channel: string, subscription: Subscription): void {
    subscription.stop();
    const subscriptions = this.#subscriptions.get(channel);
    if (subscriptions?.delete(subscription) && subscriptions.size === 0) this.#subscriptions.delete(channel);
  }

  /** Refuses what comes after `close()`, and a bad argument like everything else: by the promise. */
  #call<R>(verb: string, work: () => Promise<R>): Promise<R> {
    return this.#closed ? Promise.reject(closedError(verb)) : work();
  }

  /** Sends what changes nothing, again if need be. */
  #read(action: string, command: string, ...args: (string | number)[]): Promise<unknown> {
    return this.#link.request({ action, send: (client) => client.call(command, ...args), again: true });
  }

  #write(action: string, command: string, ...args: (string | number)[]): Promise<unknown> {
    return this.#link.request({ action, send: (client) => client.call(command, ...args) });
  }

  #key(key: string): string {
    return `${this.#settings.prefix}value:${key}`;
  }

  #log(log: string): string {
    return `${this.#settings.prefix}log:${log}`;
  }

  #channel(channel: string): string {
    return `${this.#outerPrefix}${this.#settings.prefix}channel:${channel}`;
  }
}

function decode<T>(text: unknown): T | undefined {
  return typeof text === "string" ? JSON.parse(text) : undefined;
}

function isOne(answer: unknown): boolean {
  return Number(answer) === 1;
}

function lifetimeOf(ttl: number | undefined): number | "" {
  const lifetime = toLifetime(ttl);
  return lifetime === Infinity && ttl === undefined ? "" : Math.min(lifetime, MAX_LIFETIME);
}

function ttlOf(ttl: number | undefined): (string | number)[] {
  const lifetime = lifetimeOf(ttl);
  return lifetime === "" ? [] : ["PX", lifetime];
}

function logFailure(error: unknown, name: string | undefined): void {
  if (name === undefined) console.error("Cannot hear all messages of a Redis store", error);
  else logDeliveryFailure(error, name);
}

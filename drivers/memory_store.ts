/**
 * The store of one process.
 *
 * A *memory* is what stores share that were connected to each other: a clock and one *space* per prefix. A space has the
 * values, the logs, the subscriptions and the order of messages. Spaces are told apart by name instead of by prefixed
 * keys, because "a" + "b:x" and "ab" + ":x" are one key.
 *
 * @module
 */
import type { Clock } from "../server/ports/clock.ts";
import { systemClock } from "../server/ports/clock.ts";
import type { AppendOptions, LogEntry, LogFollower, Store, Subscriber, TtlOptions } from "../server/ports/store.ts";
import { logDeliveryFailure, type ReportFailure } from "../server/ports/store_delivery.ts";
import { checkLimit, closedError, countError, encodeJson, toLifetime } from "../server/ports/store_rules.ts";
import { Channels, type Subscription } from "./memory_channels.ts";
import { Expiring, type Kept } from "./memory_expiring.ts";
import { type Following, Logs } from "./memory_logs.ts";
import { Outbox } from "../server/ports/store_outbox.ts";

/** How a store connects to a memory. */
export interface MemoryStoreConnectOptions {
  /** Names the part of the memory that the store sees: neither its keys nor its channels exist under another prefix. @default "" */
  readonly prefix?: string | undefined;
  /** Receives what a subscriber or follower throws or rejects with, and its channel or log. @default logs with `console.error` */
  readonly onError?: ((error: unknown, name: string) => void) | undefined;
}

/** How a memory store works. */
export interface MemoryStoreOptions extends MemoryStoreConnectOptions {
  /** Tells when a ttl is over. @default the machine's clock */
  readonly clock?: Clock | undefined;
}

/** A store that lives in the memory of one process. */
export interface MemoryStore extends Store {
  /** How many values the store keeps; one whose ttl is over counts until it is cleaned up. */
  readonly size: number;
  /**
   * Opens another store on the same memory, as a second process opens one on the same server: it shares the values and
   * hears the messages of stores with its prefix, and has its own subscriptions and its own `close()`. Its options are
   * those of this store unless given.
   *
   * @throws Error when the store is closed.
   */
  connect(options?: MemoryStoreConnectOptions): MemoryStore;
}

/**
 * Makes a store that keeps everything in the memory of this process: for development, tests and applications that run
 * as one process. Nothing is written to disk, and two stores share nothing unless one was made by the other's `connect()`.
 *
 * - Values are kept as JSON text, so nobody shares a reference with the store or with another reader.
 * - A ttl counts in whole milliseconds, at least one, and ends exactly when the clock says so. Values nobody asks for
 *   again are cleaned up a few at a time by later writes; there are no timers, so the store neither keeps a process
 *   alive nor needs to be closed to end one.
 * - A message is delivered after `publish()` or `append()` returned, never inside it; all messages of a prefix arrive
 *   in the order in which they were published, also those that a subscriber publishes. A follower never has a gap. Subscribers are called one after the other in
 *   the order in which they subscribed, and are not awaited. Each has a copy of its own.
 * - A function that is subscribed twice to a channel is two subscriptions and is called twice; `unsubscribe()` with that
 *   function ends the older of the two. The function that `subscribe()` gives back ends its own subscription; calling it
 *   again, or after `close()`, does nothing.
 *
 * @example A value with an end, and a message
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createMemoryStoreAdapter } from "@igniter-js/core/drivers/memory";
 *
 * const store = createMemoryStoreAdapter({ prefix: "shop:" });
 * await store.set("cart:7", { items: 2 }, { ttl: 3600 });
 * assertEquals(await store.get("cart:7"), { items: 2 });
 *
 * const heard: unknown[] = [];
 * const stop = await store.subscribe("orders", (message) => heard.push(message));
 * await store.publish("orders", { id: 1 });
 * assertEquals(heard, [{ id: 1 }]);
 *
 * await stop();
 * await store.close();
 * ```
 */
export function createMemoryStoreAdapter(options: MemoryStoreOptions = {}): MemoryStore {
  const memory: Memory = { clock: options.clock ?? systemClock, spaces: new Map() };
  return new Connection(memory, options.prefix ?? "", options.onError ?? logDeliveryFailure);
}

interface Memory {
  readonly clock: Clock;
  readonly spaces: Map<string, Space>;
}

interface Space {
  /** JSON texts by key. */
  readonly values: Expiring<string>;
  readonly channels: Channels;
  readonly logs: Logs;
}

function spaceOf({ spaces, clock }: Memory, prefix: string): Space {
  const known = spaces.get(prefix);
  if (known) return known;
  const outbox = new Outbox();
  const space = { values: new Expiring<string>(clock), channels: new Channels(outbox), logs: new Logs(clock, outbox) };
  spaces.set(prefix, space);
  return space;
}

class Connection implements MemoryStore {
  readonly #memory: Memory;
  readonly #prefix: string;
  readonly #report: ReportFailure;
  readonly #values: Expiring<string>;
  readonly #channels: Channels;
  readonly #logs: Logs;
  /** This connection's own, in the order in which they began. */
  readonly #subscriptions: Set<Subscription> = new Set();
  readonly #followings: Set<Following> = new Set();
  #closed = false;

  constructor(memory: Memory, prefix: string, report: ReportFailure) {
    this.#memory = memory;
    this.#prefix = prefix;
    this.#report = report;
    ({ values: this.#values, channels: this.#channels, logs: this.#logs } = spaceOf(memory, prefix));
  }

  get size(): number {
    return this.#values.size;
  }

  connect(options: MemoryStoreConnectOptions = {}): MemoryStore {
    if (this.#closed) throw closedError("connect");
    return new Connection(this.#memory, options.prefix ?? this.#prefix, options.onError ?? this.#report);
  }

  get<T = unknown>(key: string): Promise<T | undefined> {
    return this.#call("get", () => decode<T>(this.#values.read(key)));
  }

  getMany<T = unknown>(keys: readonly string[]): Promise<(T | undefined)[]> {
    return this.#call("getMany", () => keys.map((key) => decode<T>(this.#values.read(key))));
  }

  set(key: string, value: unknown, options?: TtlOptions): Promise<void> {
    return this.#call("set", () => {
      const text = encodeJson(value, `store "${key}"`);
      this.#values.write(key, text, toLifetime(options?.ttl));
    });
  }

  setIfAbsent(key: string, value: unknown, options?: TtlOptions): Promise<boolean> {
    return this.#call("setIfAbsent", () => {
      const text = encodeJson(value, `store "${key}"`);
      const lifetime = toLifetime(options?.ttl);
      if (this.#values.read(key)) return false;
      this.#values.write(key, text, lifetime);
      return true;
    });
  }

  delete(key: string): Promise<boolean> {
    return this.#call("delete", () => this.#values.delete(key));
  }

  has(key: string): Promise<boolean> {
    return this.#call("has", () => this.#values.read(key) !== undefined);
  }

  increment(key: string, options?: TtlOptions): Promise<number> {
    return this.#call("increment", () => {
      const lifetime = toLifetime(options?.ttl);
      const entry = this.#values.read(key);
      if (!entry) {
        this.#values.write(key, "1", lifetime);
        return 1;
      }
      const value: unknown = JSON.parse(entry.value);
      // Beyond the safe integers adding 1 no longer changes the number, and a counter would stand still in silence.
      if (!Number.isSafeInteger(value)) throw countError(key);
      const sum = value as number + 1;
      entry.value = String(sum);
      return sum;
    });
  }

  expire(key: string, ttl: number): Promise<boolean> {
    return this.#call("expire", () => this.#values.expire(key, toLifetime(ttl)));
  }

  keys(prefix = ""): Promise<string[]> {
    return this.#call("keys", () => this.#values.keys(prefix));
  }

  publish(channel: string, message: unknown): Promise<void> {
    return this.#call("publish", () => this.#channels.publish(channel, encodeJson(message, `publish to "${channel}"`)));
  }

  subscribe(channel: string, subscriber: Subscriber): Promise<() => Promise<void>> {
    return this.#call("subscribe", () => {
      const subscription = this.#channels.subscribe(channel, subscriber, this.#report);
      this.#subscriptions.add(subscription);
      return () => {
        this.#end(subscription);
        return Promise.resolve();
      };
    });
  }

  unsubscribe(channel: string, subscriber?: Subscriber): Promise<void> {
    return this.#call("unsubscribe", () => {
      for (const subscription of this.#subscriptions) {
        if (subscription.channel !== channel) continue;
        if (subscriber && subscription.subscriber !== subscriber) continue;
        this.#end(subscription);
        if (subscriber) return;
      }
    });
  }

  append(log: string, message: unknown, options: AppendOptions): Promise<string> {
    return this.#call("append", () => {
      const text = encodeJson(message, `append to "${log}"`);
      return this.#logs.append(log, text, checkLimit(options.limit), toLifetime(options.ttl));
    });
  }

  entriesAfter(log: string, id: string): Promise<readonly LogEntry[] | undefined> {
    return this.#call("entriesAfter", () => this.#logs.entriesAfter(log, id));
  }

  lastId(log: string, options?: TtlOptions): Promise<string> {
    return this.#call("lastId", () => this.#logs.lastId(log, toLifetime(options?.ttl)));
  }

  follow(log: string, follower: LogFollower, options?: TtlOptions): Promise<() => Promise<void>> {
    return this.#call("follow", () => {
      const following = this.#logs.follow(log, follower, toLifetime(options?.ttl), this.#report);
      this.#followings.add(following);
      return () => {
        this.#leave(following);
        return Promise.resolve();
      };
    });
  }

  close(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    return this.#call("close", () => {
      this.#closed = true;
      for (const subscription of this.#subscriptions) this.#end(subscription);
      for (const following of this.#followings) this.#leave(following);
    });
  }

  #end(subscription: Subscription): void {
    this.#subscriptions.delete(subscription);
    this.#channels.end(subscription);
  }

  #leave(following: Following): void {
    this.#followings.delete(following);
    this.#logs.leave(following);
  }

  /** Runs one call to its end before another begins, which makes each atomic. */
  #call<R>(verb: string, work: () => R): Promise<R> {
    if (this.#closed) return Promise.reject(closedError(verb));
    try {
      return Promise.resolve(work());
    } catch (error) {
      return Promise.reject(error);
    }
  }
}

function decode<T>(entry: Kept<string> | undefined): T | undefined {
  return entry && JSON.parse(entry.value);
}

/**
 * The store of one process.
 *
 * A *memory* is what stores share that were connected to each other: a clock and one *space* per prefix. A space has the
 * values, the subscriptions and the order of messages. Spaces are told apart by name instead of by prefixed keys, because
 * "a" + "b:x" and "ab" + ":x" are one key.
 *
 * @module
 */
import type { Clock } from "../server/ports/clock.ts";
import { systemClock } from "../server/ports/clock.ts";
import type { Store, Subscriber, TtlOptions } from "../server/ports/store.ts";

/** How a store connects to a memory. */
export interface MemoryStoreConnectOptions {
  /** Names the part of the memory that the store sees: neither its keys nor its channels exist under another prefix. @default "" */
  readonly prefix?: string | undefined;
  /** Receives what a subscriber throws or rejects with, and the channel. @default logs with `console.error` */
  readonly onError?: ((error: unknown, channel: string) => void) | undefined;
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
 * - A message is delivered after `publish()` returned, never inside it; all messages of a prefix arrive in the order in
 *   which they were published, also those that a subscriber publishes. Subscribers are called one after the other in
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
  return new Connection(memory, options.prefix ?? "", options.onError ?? logError);
}

/** Receives what a subscriber throws. */
type Report = (error: unknown, channel: string) => void;

interface Memory {
  readonly clock: Clock;
  readonly spaces: Map<string, Space>;
}

interface Space {
  readonly values: Values;
  readonly channels: Channels;
}

function spaceOf({ spaces, clock }: Memory, prefix: string): Space {
  let space = spaces.get(prefix);
  if (!space) spaces.set(prefix, space = { values: new Values(clock), channels: new Channels() });
  return space;
}

class Connection implements MemoryStore {
  readonly #memory: Memory;
  readonly #prefix: string;
  readonly #report: Report;
  readonly #values: Values;
  readonly #channels: Channels;
  /** This connection's own, in the order in which they began. */
  readonly #subscriptions: Set<Subscription> = new Set();
  #closed = false;

  constructor(memory: Memory, prefix: string, report: Report) {
    this.#memory = memory;
    this.#prefix = prefix;
    this.#report = report;
    ({ values: this.#values, channels: this.#channels } = spaceOf(memory, prefix));
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
      const text = encode(value, `store "${key}"`);
      this.#values.write(key, text, toMilliseconds(options?.ttl));
    });
  }

  setIfAbsent(key: string, value: unknown, options?: TtlOptions): Promise<boolean> {
    return this.#call("setIfAbsent", () => {
      const text = encode(value, `store "${key}"`);
      const lifetime = toMilliseconds(options?.ttl);
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
      const lifetime = toMilliseconds(options?.ttl);
      const entry = this.#values.read(key);
      if (!entry) {
        this.#values.write(key, "1", lifetime);
        return 1;
      }
      const value: unknown = JSON.parse(entry.text);
      // Beyond the safe integers adding 1 no longer changes the number, and a counter would stand still in silence.
      if (!Number.isSafeInteger(value)) {
        throw new TypeError(`Cannot increment "${key}": its value is not a safe integer`);
      }
      const sum = value as number + 1;
      entry.text = String(sum);
      return sum;
    });
  }

  expire(key: string, ttl: number): Promise<boolean> {
    return this.#call("expire", () => this.#values.expire(key, toMilliseconds(ttl)));
  }

  keys(prefix = ""): Promise<string[]> {
    return this.#call("keys", () => this.#values.keys(prefix));
  }

  publish(channel: string, message: unknown): Promise<void> {
    return this.#call("publish", () => this.#channels.publish(channel, encode(message, `publish to "${channel}"`)));
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

  close(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    return this.#call("close", () => {
      this.#closed = true;
      for (const subscription of this.#subscriptions) this.#end(subscription);
    });
  }

  #end(subscription: Subscription): void {
    this.#subscriptions.delete(subscription);
    this.#channels.end(subscription);
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

interface Entry {
  text: string;
  /** `Infinity` for one that does not end. */
  endsAt: number;
}

/**
 * Values with an end. An entry whose time is over does not exist for any reader, and the first that comes upon it drops
 * it. Those that nobody asks for are found by a hand that goes round the entries with an end, two steps for each write.
 * As a write adds one entry at most, the hand gains on the writers: what is over but still there never exceeds what was
 * written during one round. No timer is needed, and no single write pays for all.
 */
class Values {
  readonly #clock: Clock;
  readonly #entries: Map<string, Entry> = new Map();
  /** Those of the entries that have an end. */
  readonly #ending: Map<string, Entry> = new Map();
  #hand: MapIterator<[string, Entry]> = this.#ending.entries();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#entries.size;
  }

  read(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    if (!entry || entry.endsAt === Infinity || entry.endsAt > this.#clock.now()) return entry;
    this.#drop(key);
    return undefined;
  }

  write(key: string, text: string, lifetime: number): void {
    this.#sweep();
    const entry: Entry = { text, endsAt: Infinity };
    this.#entries.set(key, entry);
    if (lifetime === Infinity) this.#ending.delete(key);
    else this.#endAfter(key, entry, lifetime);
  }

  expire(key: string, lifetime: number): boolean {
    const entry = this.read(key);
    if (!entry) return false;
    this.#endAfter(key, entry, lifetime);
    return true;
  }

  delete(key: string): boolean {
    if (!this.read(key)) return false;
    this.#drop(key);
    return true;
  }

  keys(prefix: string): string[] {
    const keys: string[] = [];
    for (const key of this.#entries.keys()) {
      if (key.startsWith(prefix) && this.read(key)) keys.push(key);
    }
    return keys;
  }

  #endAfter(key: string, entry: Entry, lifetime: number): void {
    entry.endsAt = this.#clock.now() + lifetime;
    this.#ending.set(key, entry);
  }

  #drop(key: string): void {
    this.#entries.delete(key);
    this.#ending.delete(key);
  }

  #sweep(): void {
    if (this.#ending.size === 0) return;
    const now = this.#clock.now();
    for (let step = 0; step < 2; step++) {
      const next = this.#hand.next();
      if (next.done) {
        this.#hand = this.#ending.entries();
        return;
      }
      const [key, entry] = next.value;
      if (entry.endsAt <= now) this.#drop(key);
    }
  }
}

interface Subscription {
  readonly channel: string;
  readonly subscriber: Subscriber;
  readonly report: Report;
  /** How many messages had been published when it began: those are not for it, though some may still wait. */
  readonly since: number;
}

interface Message {
  readonly channel: string;
  readonly text: string;
  /** Counts from 1. */
  readonly number: number;
}

/**
 * Subscriptions and the messages on their way. Publishing puts a message into one queue, which a microtask empties: the
 * queue is what keeps the order when a subscriber publishes, and the microtask what keeps subscribers out of the call
 * stack of the publisher.
 */
class Channels {
  /** Sets keep the order of subscribing, and one may be changed while it is walked. */
  readonly #subscriptions: Map<string, Set<Subscription>> = new Map();
  #queue: Message[] = [];
  #delivering = false;
  #published = 0;

  subscribe(channel: string, subscriber: Subscriber, report: Report): Subscription {
    const subscription: Subscription = { channel, subscriber, report, since: this.#published };
    const subscriptions = this.#subscriptions.get(channel);
    if (subscriptions) subscriptions.add(subscription);
    else this.#subscriptions.set(channel, new Set([subscription]));
    return subscription;
  }

  end(subscription: Subscription): void {
    const subscriptions = this.#subscriptions.get(subscription.channel);
    if (subscriptions?.delete(subscription) && subscriptions.size === 0) {
      this.#subscriptions.delete(subscription.channel);
    }
  }

  publish(channel: string, text: string): void {
    if (!this.#subscriptions.has(channel)) return;
    this.#queue.push({ channel, text, number: ++this.#published });
    if (this.#delivering) return;
    this.#delivering = true;
    queueMicrotask(() => this.#deliver());
  }

  #deliver(): void {
    while (this.#queue.length > 0) {
      const messages = this.#queue;
      this.#queue = [];
      for (const message of messages) {
        for (const subscription of this.#subscriptions.get(message.channel) ?? []) {
          if (subscription.since < message.number) deliver(message, subscription);
        }
      }
    }
    this.#delivering = false;
  }
}

/** Never throws: the next subscriber has a right to the message as well. */
function deliver({ text, channel }: Message, { subscriber, report }: Subscription): void {
  const fail = (error: unknown): void => {
    try {
      report(error, channel);
    } catch (reportError) {
      logError(error, channel);
      logError(reportError, channel);
    }
  };
  try {
    const result = subscriber(JSON.parse(text), channel);
    if (isThenable(result)) result.then(undefined, fail);
  } catch (error) {
    fail(error);
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === "function";
}

function logError(error: unknown, channel: string): void {
  console.error(`Cannot deliver a message of channel "${channel}": a subscriber failed`, error);
}

function closedError(verb: string): Error {
  return new Error(`Cannot ${verb}: the store is closed`);
}

function encode(value: unknown, action: string): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    // An engine may draw a cycle below its first line.
    const reason = cause instanceof Error ? cause.message.split("\n", 1)[0] : String(cause);
    throw new TypeError(`Cannot ${action}: ${reason}`, { cause });
  }
  if (text === undefined) {
    throw new TypeError(`Cannot ${action}: JSON has no text for a value of type ${typeof value}`);
  }
  return text;
}

function decode<T>(entry: Entry | undefined): T | undefined {
  return entry && JSON.parse(entry.text);
}

function toMilliseconds(ttl: number | undefined): number {
  if (ttl === undefined) return Infinity;
  // Whole milliseconds, as 1.1 * 1000 is a little more than 1100; at least one, as 0 would be no life at all.
  if (Number.isFinite(ttl) && ttl > 0) return Math.max(1, Math.round(ttl * 1000));
  throw new RangeError(`Cannot set a ttl of ${ttl}: it is not a finite number of seconds greater than 0`);
}

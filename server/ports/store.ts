/**
 * The store port: values by key, and messages by channel.
 *
 * Words. A *key* and a *channel* are strings without their driver's prefix. A *value* or *message* is anything JSON can
 * carry; it comes back as `JSON.parse(JSON.stringify(value))` would give it, from every driver. A *ttl* is in
 * **seconds** (it may be a fraction); after it the key does not exist.
 *
 * @module
 */

/** When a value ends. */
export interface TtlOptions {
  /** Seconds until the key ends; finite and greater than 0. @default never */
  readonly ttl?: number | undefined;
}

/** Receives a channel's messages. What it throws is logged and harms no other subscriber. */
export type Subscriber = (message: unknown, channel: string) => unknown;

/** Keeps values and carries messages between processes. */
export interface Store {
  /** Gives a value, `undefined` when there is none. */
  get<T = unknown>(key: string): Promise<T | undefined>;
  /** Gives several values, in the order of the keys. */
  getMany<T = unknown>(keys: readonly string[]): Promise<(T | undefined)[]>;
  /** Keeps a value, in place of an earlier one and its ttl. @throws TypeError for what JSON cannot carry (`undefined`, functions, cycles, bigint). */
  set(key: string, value: unknown, options?: TtlOptions): Promise<void>;
  /** Keeps a value only when the key has none; tells whether it did. Atomic. */
  setIfAbsent(key: string, value: unknown, options?: TtlOptions): Promise<boolean>;
  /** Ends a key; tells whether it existed. */
  delete(key: string): Promise<boolean>;
  /** Tells whether a key exists. */
  has(key: string): Promise<boolean>;
  /** Adds 1 to a number (absent is 0) and gives the sum; a ttl is set only when the key is new. Atomic. @throws TypeError when the value is not an integer. */
  increment(key: string, options?: TtlOptions): Promise<number>;
  /** Sets the seconds until a key ends; tells whether it exists. */
  expire(key: string, ttl: number): Promise<boolean>;
  /** Lists the keys that start with `prefix`, in no order. */
  keys(prefix?: string): Promise<string[]>;
  /** Sends a message to all subscribers of the channel, in every process that shares the store, in the order of the calls. */
  publish(channel: string, message: unknown): Promise<void>;
  /** Receives a channel's messages from now on; gives back how to stop. */
  subscribe(channel: string, subscriber: Subscriber): Promise<() => Promise<void>>;
  /** Ends one subscription, or all of the channel when none is named. */
  unsubscribe(channel: string, subscriber?: Subscriber): Promise<void>;
  /** Ends all subscriptions and connections. Every later call is refused, but for another `close`, which does nothing. */
  close(): Promise<void>;
}

/**
 * The store port: values by key, messages by channel, and logs: messages that are kept for a while, in order.
 *
 * Words. A *key*, a *channel* and a *log* are strings without their driver's prefix; each kind has its own names. A
 * *value* or *message* is anything JSON can carry; it comes back as `JSON.parse(JSON.stringify(value))` would give it,
 * from every driver. A *ttl* is in **seconds** (it may be a fraction); after it the key, or the log, does not exist.
 *
 * A channel forgets a message once it is sent: who is not there, or is cut off for a moment, never hears it. A *log*
 * keeps the last *entries*, its *window*. Each entry has an *id*, `<epoch>-<n>`: n counts from 1, and the epoch is made
 * at random with the log. A log that ended, or that lost something (a server restored from an older copy of its data),
 * begins again with another epoch. An id therefore names one entry forever, and what cannot be vouched for is told:
 * to one who asks for what came after an id by `undefined`, to a *follower* by a *gap*.
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

/** How an entry is appended to a log. */
export interface AppendOptions extends TtlOptions {
  /** How many entries the log keeps, this one included: a positive integer. The oldest beyond it are dropped. */
  readonly limit: number;
  /** Seconds until the log ends unless another entry is appended; finite and greater than 0. @default never */
  readonly ttl?: number | undefined;
}

/** One message of a log. */
export interface LogEntry {
  /** Its place in the log: `<epoch>-<n>`. */
  readonly id: string;
  /** What was appended. */
  readonly message: unknown;
}

/** What a follower may have missed. */
export interface LogGap {
  /** The id up to which entries may be missing, in the log as it is now: the next entry comes right after it. */
  readonly lastId: string;
}

/**
 * Receives what is appended to a log. Neither method is awaited; what one throws or rejects with is logged, and harms
 * neither the follower nor another.
 */
export interface LogFollower {
  /** Receives an entry: in the order of the ids, each once. */
  entry(entry: LogEntry, log: string): unknown;
  /** Is told that entries may be missing before the next one. */
  gap(gap: LogGap, log: string): unknown;
}

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
  /**
   * Adds an entry to a log, drops what exceeds the limit, and sends it to all followers in every process that shares the
   * store: atomic, in the order of the calls. Gives the entry's id. @throws RangeError for a limit that is not a positive integer.
   */
  append(log: string, message: unknown, options: AppendOptions): Promise<string>;
  /**
   * Lists the entries after an id, oldest first; `undefined` when one of them may be missing: the id is not of this log,
   * or what came after it has left the window. Never an empty list in place of something lost.
   */
  entriesAfter(log: string, id: string): Promise<readonly LogEntry[] | undefined>;
  /**
   * Gives the id of a log's last entry. A log that does not exist is made, with the ttl, and the id stands before its
   * first entry; {@link Store.entriesAfter} is exact from either.
   */
  lastId(log: string, options?: TtlOptions): Promise<string>;
  /**
   * Receives what is appended to a log from now on, and after a lost connection what was missed; gives back how to stop.
   * A log that does not exist is made, with the ttl.
   */
  follow(log: string, follower: LogFollower, options?: TtlOptions): Promise<() => Promise<void>>;
  /** Ends all subscriptions, followers and connections. Every later call is refused, but for another `close`, which does nothing. */
  close(): Promise<void>;
}

/**
 * The store in a SQLite file.
 *
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import { type Clock, systemClock } from "../server/ports/clock.ts";
import { parseLogId, toLogId } from "../server/ports/log_id.ts";
import type { AppendOptions, LogEntry, LogFollower, Store, Subscriber, TtlOptions } from "../server/ports/store.ts";
import { logDeliveryFailure } from "../server/ports/store_delivery.ts";
import { checkLimit, closedError, encodeJson, toLifetime } from "../server/ports/store_rules.ts";
import { inSnapshot, inTransaction, openDatabase } from "./sqlite_database.ts";
import { Logs, LOGS_SCHEMA } from "./sqlite_logs.ts";
import { Messages, MESSAGES_SCHEMA } from "./sqlite_messages.ts";
import { type Following, Receivers, type Subscription } from "./sqlite_receivers.ts";
import { Values, VALUES_SCHEMA } from "./sqlite_values.ts";

/** How a SQLite store works. */
export interface SqliteStoreOptions {
  /** The file, which is made when there is none; its folder must exist. `":memory:"` for none, which nobody else sees. */
  readonly path: string;
  /** Names the part of the file that the store sees: what is under one prefix does not exist under another. @default "" */
  readonly prefix?: string | undefined;
  /** Milliseconds between two looks at what other processes sent, while somebody listens: 1 to 1000. @default 25 */
  readonly pollInterval?: number | undefined;
  /**
   * When SQLite waits for the disk. With `"normal"` nothing is lost when a process ends, however it does; when the
   * machine itself fails, the last writes may be undone. With `"full"` they are not, and each write waits for the disk.
   * @default "normal"
   */
  readonly synchronous?: "normal" | "full" | undefined;
  /** Tells when a ttl is over; all processes on the file must agree on the time. @default the machine's clock */
  readonly clock?: Clock | undefined;
  /**
   * Receives what a subscriber or follower throws or rejects with, and its channel or log; and what goes wrong while
   * other processes are listened to, without a name. @default logs with `console.error`
   */
  readonly onError?: ((error: unknown, name: string | undefined) => void) | undefined;
}

/** A store in a SQLite file. */
export interface SqliteStore extends Store {
  /** Closes the store: `await using store = createSqliteStoreAdapter(…)`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Makes a store that keeps everything in a SQLite file: durable, without a server, for one process or several on one
 * machine. It needs `node:sqlite`, which Deno 2.2 and Node 22.13 have, and permission to read and write the file and
 * those beside it, `-wal` and `-shm`. The file is opened by the first call.
 *
 * - Each call is done when it returns its promise, and blocks the process for that time: microseconds, or as long as
 *   another process writes, at most five seconds.
 * - Messages and entries reach this store's own subscribers and followers at once, those of other stores on the file
 *   within `pollInterval`. A message is delivered after `publish()` or `append()` returned, never inside it; all of a
 *   prefix arrive in the order in which they were sent, whoever sent them.
 * - A process that stands still for more than ten seconds may miss messages of channels, which `onError` is told; what it
 *   missed of a log comes from the window, or its followers are told of a gap.
 * - What is over is cleaned up a little at a time by later writes.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createSqliteStoreAdapter } from "@igniter-js/core/drivers/sqlite";
 *
 * const path = await Deno.makeTempFile({ suffix: ".db" });
 * {
 *   await using store = createSqliteStoreAdapter({ path });
 *   await store.set("cart:7", { items: 2 }, { ttl: 3600 });
 * }
 * {
 *   await using store = createSqliteStoreAdapter({ path });
 *   assertEquals(await store.get("cart:7"), { items: 2 });
 * }
 * await Deno.remove(path);
 * ```
 *
 * @throws TypeError when there is no path, and RangeError for a poll interval that cannot be meant.
 */
export function createSqliteStoreAdapter(options: SqliteStoreOptions): SqliteStore {
  const { path, pollInterval = 25, synchronous = "normal" } = options;
  // SQLite takes an empty path for a file that is gone when it is closed.
  if (typeof path !== "string" || path === "") throw new TypeError("Cannot create a SQLite store: it has no path");
  if (!(pollInterval >= 1 && pollInterval <= 1000)) {
    throw new RangeError(`Cannot create a SQLite store: a pollInterval of ${pollInterval} is not between 1 and 1000`);
  }
  if (synchronous !== "normal" && synchronous !== "full") {
    throw new TypeError(`Cannot create a SQLite store: synchronous is "${synchronous}", not "normal" or "full"`);
  }
  return new FileStore({
    path,
    pollInterval,
    synchronous,
    prefix: options.prefix ?? "",
    clock: options.clock ?? systemClock,
    onError: options.onError ?? logFailure,
  });
}

type Settings = { readonly [K in keyof SqliteStoreOptions]-?: Exclude<SqliteStoreOptions[K], undefined> };

/** What there is once the file is open. */
interface Opened {
  readonly database: DatabaseSync;
  readonly values: Values;
  readonly messages: Messages;
  readonly logs: Logs;
  readonly receivers: Receivers;
}

class FileStore implements SqliteStore {
  readonly #settings: Settings;
  #opened: Opened | undefined = undefined;
  #closed = false;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  get<T = unknown>(key: string): Promise<T | undefined> {
    return this.#call("get", ({ values }) => decode<T>(values.get(key)));
  }

  getMany<T = unknown>(keys: readonly string[]): Promise<(T | undefined)[]> {
    return this.#call(
      "getMany",
      ({ database, values }) => inSnapshot(database, () => keys.map((key) => decode<T>(values.get(key)))),
    );
  }

  set(key: string, value: unknown, options?: TtlOptions): Promise<void> {
    return this.#call("set", ({ values }) => {
      const text = encodeJson(value, `store "${key}"`);
      values.set(key, text, toLifetime(options?.ttl));
    });
  }

  setIfAbsent(key: string, value: unknown, options?: TtlOptions): Promise<boolean> {
    return this.#call("setIfAbsent", ({ values }) => {
      const text = encodeJson(value, `store "${key}"`);
      return values.setIfAbsent(key, text, toLifetime(options?.ttl));
    });
  }

  delete(key: string): Promise<boolean> {
    return this.#call("delete", ({ values }) => values.delete(key));
  }

  has(key: string): Promise<boolean> {
    return this.#call("has", ({ values }) => values.get(key) !== undefined);
  }

  increment(key: string, options?: TtlOptions): Promise<number> {
    return this.#call("increment", ({ values }) => values.increment(key, toLifetime(options?.ttl)));
  }

  expire(key: string, ttl: number): Promise<boolean> {
    return this.#call("expire", ({ values }) => values.expire(key, toLifetime(ttl)));
  }

  keys(prefix = ""): Promise<string[]> {
    return this.#call("keys", ({ values }) => values.keys(prefix));
  }

  publish(channel: string, message: unknown): Promise<void> {
    return this.#call("publish", ({ messages, receivers }) => {
      messages.send(channel, encodeJson(message, `publish to "${channel}"`), null);
      receivers.collect();
    });
  }

  subscribe(channel: string, subscriber: Subscriber): Promise<() => Promise<void>> {
    return this.#call("subscribe", ({ receivers }) => {
      const subscription: Subscription = receivers.subscribe(channel, subscriber);
      return () => {
        receivers.end(subscription);
        return Promise.resolve();
      };
    });
  }

  unsubscribe(channel: string, subscriber?: Subscriber): Promise<void> {
    return this.#call("unsubscribe", ({ receivers }) => receivers.unsubscribe(channel, subscriber));
  }

  append(log: string, message: unknown, options: AppendOptions): Promise<string> {
    return this.#call("append", ({ database, logs, messages, receivers }) => {
      const text = encodeJson(message, `append to "${log}"`);
      const limit = checkLimit(options.limit);
      const lifetime = toLifetime(options.ttl);
      const id = inTransaction(database, () => {
        const entry = toLogId(logs.append(log, text, limit, lifetime));
        messages.send(log, text, entry);
        return entry;
      });
      receivers.collect();
      return id;
    });
  }

  entriesAfter(log: string, id: string): Promise<readonly LogEntry[] | undefined> {
    return this.#call("entriesAfter", ({ database, logs }) => {
      const after = parseLogId(id);
      const rest = after && inSnapshot(database, () => logs.rest(log, after));
      if (!rest?.exact) return undefined;
      return rest.entries.map((entry) => ({ id: toLogId(entry), message: JSON.parse(entry.text) }));
    });
  }

  lastId(log: string, options?: TtlOptions): Promise<string> {
    return this.#call("lastId", ({ database, logs }) => {
      const lifetime = toLifetime(options?.ttl);
      return toLogId(inTransaction(database, () => logs.open(log, lifetime)));
    });
  }

  follow(log: string, follower: LogFollower, options?: TtlOptions): Promise<() => Promise<void>> {
    return this.#call("follow", ({ database, logs, receivers }) => {
      const lifetime = toLifetime(options?.ttl);
      const position = inTransaction(database, () => logs.open(log, lifetime));
      const following: Following = receivers.follow(log, follower, () => position);
      return () => {
        receivers.leave(following);
        return Promise.resolve();
      };
    });
  }

  close(): Promise<void> {
    this.#closed = true;
    const opened = this.#opened;
    this.#opened = undefined;
    try {
      opened?.receivers.close();
      opened?.database.close();
      return Promise.resolve();
    } catch (error) {
      return Promise.reject(error);
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Runs one call to its end before another begins. */
  #call<R>(verb: string, work: (opened: Opened) => R): Promise<R> {
    if (this.#closed) return Promise.reject(closedError(verb));
    try {
      return Promise.resolve(work(this.#opened ??= this.#open()));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #open(): Opened {
    const { path, synchronous, prefix, clock, pollInterval, onError } = this.#settings;
    const database = openDatabase({ path, synchronous, schema: VALUES_SCHEMA + LOGS_SCHEMA + MESSAGES_SCHEMA });
    const messages = new Messages(database, prefix, clock);
    const logs = new Logs(database, prefix, clock);
    const receivers = new Receivers({ database, messages, logs }, pollInterval, onError);
    return { database, messages, logs, receivers, values: new Values(database, prefix, clock) };
  }
}

function decode<T>(text: string | undefined): T | undefined {
  return text === undefined ? undefined : JSON.parse(text);
}

function logFailure(error: unknown, name: string | undefined): void {
  if (name === undefined) console.error("Cannot hear all that other processes sent through a SQLite store", error);
  else logDeliveryFailure(error, name);
}

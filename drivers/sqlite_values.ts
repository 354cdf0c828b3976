/**
 * Values in SQLite.
 *
 * @module
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Clock } from "../server/ports/clock.ts";
import { countError } from "../server/ports/store_rules.ts";
import { inTransaction } from "./sqlite_database.ts";
import { fromName, toEndsAt, toName } from "./sqlite_names.ts";

/** The table of values. */
export const VALUES_SCHEMA: string = `
  CREATE TABLE IF NOT EXISTS igniter_values (
    space TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    ends_at INTEGER,
    UNIQUE (space, key)
  );
  CREATE INDEX IF NOT EXISTS igniter_values_ending ON igniter_values (ends_at) WHERE ends_at IS NOT NULL;
`;

/** After how many writes ended values are cleaned up, and how many at most: more than were written. */
const SWEEP_EVERY = 64;
const SWEEP_LIMIT = 128;

/** The values of a space. */
export class Values {
  readonly #database: DatabaseSync;
  readonly #space: string;
  readonly #clock: Clock;
  readonly #get: StatementSync;
  readonly #set: StatementSync;
  readonly #setIfAbsent: StatementSync;
  readonly #replace: StatementSync;
  readonly #delete: StatementSync;
  readonly #expire: StatementSync;
  readonly #list: StatementSync;
  readonly #sweep: StatementSync;
  #writes = 0;

  constructor(database: DatabaseSync, space: string, clock: Clock) {
    this.#database = database;
    this.#space = toName(space);
    this.#clock = clock;
    const alive = "(ends_at IS NULL OR ends_at > ?)";
    const put =
      "INSERT INTO igniter_values (space, key, value, ends_at) VALUES (?, ?, ?, ?) ON CONFLICT (space, key) " +
      "DO UPDATE SET value = excluded.value, ends_at = excluded.ends_at";
    this.#get = database.prepare(`SELECT value FROM igniter_values WHERE space = ? AND key = ? AND ${alive}`);
    this.#set = database.prepare(put);
    this.#setIfAbsent = database.prepare(`${put} WHERE igniter_values.ends_at <= ?`);
    this.#replace = database.prepare("UPDATE igniter_values SET value = ? WHERE space = ? AND key = ?");
    this.#delete = database.prepare(`DELETE FROM igniter_values WHERE space = ? AND key = ? AND ${alive}`);
    this.#expire = database.prepare(
      `UPDATE igniter_values SET ends_at = ? WHERE space = ? AND key = ? AND ${alive}`,
    );
    this.#list = database.prepare(
      `SELECT key FROM igniter_values WHERE space = ? AND key >= ? AND ${alive} ORDER BY key`,
    );
    this.#sweep = database.prepare(
      "DELETE FROM igniter_values WHERE rowid IN " +
        `(SELECT rowid FROM igniter_values WHERE ends_at <= ? LIMIT ${SWEEP_LIMIT})`,
    );
  }

  /** Gives the JSON text of a value. */
  get(key: string): string | undefined {
    return this.#get.get(this.#space, toName(key), this.#clock.now())?.["value"] as string | undefined;
  }

  /** Keeps a JSON text for a lifetime in milliseconds. */
  set(key: string, text: string, lifetime: number): void {
    this.#sweepSometimes();
    this.#set.run(this.#space, toName(key), text, toEndsAt(this.#clock.now(), lifetime));
  }

  /** Keeps a JSON text when there is none; tells whether it did. */
  setIfAbsent(key: string, text: string, lifetime: number): boolean {
    this.#sweepSometimes();
    const now = this.#clock.now();
    return Number(this.#setIfAbsent.run(this.#space, toName(key), text, toEndsAt(now, lifetime), now).changes) > 0;
  }

  /** Ends a key; tells whether it existed. */
  delete(key: string): boolean {
    return Number(this.#delete.run(this.#space, toName(key), this.#clock.now()).changes) > 0;
  }

  /** Adds 1 and gives the sum. */
  increment(key: string, lifetime: number): number {
    return inTransaction(this.#database, () => {
      const text = this.get(key);
      if (text === undefined) {
        this.set(key, "1", lifetime);
        return 1;
      }
      const value: unknown = JSON.parse(text);
      if (!Number.isSafeInteger(value)) throw countError(key);
      const sum = value as number + 1;
      this.#replace.run(String(sum), this.#space, toName(key));
      return sum;
    });
  }

  /** Sets the lifetime of a key; tells whether it exists. */
  expire(key: string, lifetime: number): boolean {
    const now = this.#clock.now();
    return Number(this.#expire.run(toEndsAt(now, lifetime), this.#space, toName(key), now).changes) > 0;
  }

  /** Lists the keys that start with a prefix. They stand together in the order of their bytes, from the prefix on. */
  keys(prefix: string): string[] {
    const keys: string[] = [];
    const start = toName(prefix);
    for (const row of this.#list.iterate(this.#space, start, this.#clock.now())) {
      const key = row["key"] as string;
      if (!key.startsWith(start)) break;
      keys.push(fromName(key));
    }
    return keys;
  }

  #sweepSometimes(): void {
    if (++this.#writes % SWEEP_EVERY === 0) this.#sweep.run(this.#clock.now());
  }
}

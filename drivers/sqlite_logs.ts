/**
 * Logs in SQLite.
 *
 * @module
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Clock } from "../server/ports/clock.ts";
import { createEpoch, type LogId } from "../server/ports/log_id.ts";
import { toEndsAt, toName } from "./sqlite_names.ts";

/** The tables of logs and their entries. */
export const LOGS_SCHEMA: string = `
  CREATE TABLE IF NOT EXISTS igniter_logs (
    id INTEGER PRIMARY KEY,
    space TEXT NOT NULL,
    name TEXT NOT NULL,
    epoch TEXT NOT NULL,
    last INTEGER NOT NULL,
    ends_at INTEGER,
    UNIQUE (space, name)
  );
  CREATE INDEX IF NOT EXISTS igniter_logs_ending ON igniter_logs (ends_at) WHERE ends_at IS NOT NULL;
  CREATE TABLE IF NOT EXISTS igniter_entries (
    log INTEGER NOT NULL,
    n INTEGER NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (log, n)
  ) WITHOUT ROWID;
`;

/** One entry, its message as JSON text. */
export interface TextEntry extends LogId {
  /** The message. */
  readonly text: string;
}

/** What is in a log's window after an entry. */
export interface Rest {
  /** Whether it is all that came after that entry. */
  readonly exact: boolean;
  /** What there is, oldest first; when it is not exact, the whole window. */
  readonly entries: readonly TextEntry[];
  /** The last entry. */
  readonly last: LogId;
}

interface Log extends LogId {
  readonly id: number;
}

/** After how many changes ended logs are cleaned up, and how many at most. */
const SWEEP_EVERY = 64;
const SWEEP_LIMIT = 128;

/** The logs of a space. Each method runs inside a transaction of its caller, {@link Logs.rest} inside a snapshot. */
export class Logs {
  readonly #space: string;
  readonly #clock: Clock;
  readonly #find: StatementSync;
  readonly #make: StatementSync;
  readonly #end: StatementSync;
  readonly #endEntries: StatementSync;
  readonly #count: StatementSync;
  readonly #add: StatementSync;
  readonly #trim: StatementSync;
  readonly #oldest: StatementSync;
  readonly #list: StatementSync;
  readonly #ended: StatementSync;
  #changes = 0;

  constructor(database: DatabaseSync, space: string, clock: Clock) {
    this.#space = toName(space);
    this.#clock = clock;
    this.#find = database.prepare(
      "SELECT id, epoch, last FROM igniter_logs WHERE space = ? AND name = ? AND (ends_at IS NULL OR ends_at > ?)",
    );
    this.#make = database.prepare(
      "INSERT INTO igniter_logs (space, name, epoch, last, ends_at) VALUES (?, ?, ?, 0, ?) RETURNING id",
    );
    this.#end = database.prepare("DELETE FROM igniter_logs WHERE id = ?");
    this.#endEntries = database.prepare("DELETE FROM igniter_entries WHERE log = ?");
    this.#count = database.prepare("UPDATE igniter_logs SET last = ?, ends_at = ? WHERE id = ?");
    this.#add = database.prepare("INSERT INTO igniter_entries (log, n, text) VALUES (?, ?, ?)");
    this.#trim = database.prepare("DELETE FROM igniter_entries WHERE log = ? AND n <= ?");
    this.#oldest = database.prepare("SELECT min(n) AS n FROM igniter_entries WHERE log = ?");
    this.#list = database.prepare("SELECT n, text FROM igniter_entries WHERE log = ? AND n > ? ORDER BY n");
    this.#ended = database.prepare(
      `SELECT id FROM igniter_logs WHERE ends_at <= ?1 AND (?2 IS NULL OR (space = ?2 AND name = ?3)) LIMIT ${SWEEP_LIMIT}`,
    );
  }

  /** Adds an entry and drops what exceeds the limit. */
  append(name: string, text: string, limit: number, lifetime: number): LogId {
    this.#sweepSometimes();
    const { id, epoch, n: last } = this.open(name, lifetime);
    const n = last + 1;
    this.#count.run(n, toEndsAt(this.#clock.now(), lifetime), id);
    this.#add.run(id, n, text);
    if (n > limit) this.#trim.run(id, n - limit);
    return { epoch, n };
  }

  /** Gives a log and its last entry; makes it when there is none. */
  open(name: string, lifetime: number): Log {
    const known = this.#read(name);
    if (known) return known;
    this.#sweepSometimes();
    // An ended log of that name may still be there.
    this.#sweep(this.#space, toName(name));
    const epoch = createEpoch();
    const row = this.#make.get(this.#space, toName(name), epoch, toEndsAt(this.#clock.now(), lifetime));
    return { id: Number(row?.["id"]), epoch, n: 0 };
  }

  /** Gives what is in the window after an entry; `undefined` when there is no such log. */
  rest(name: string, after: LogId): Rest | undefined {
    const log = this.#read(name);
    if (!log) return undefined;
    const { id, epoch, n: last } = log;
    const oldest = Number(this.#oldest.get(id)?.["n"] ?? last + 1);
    const exact = after.epoch === epoch && after.n <= last && after.n >= oldest - 1;
    const rows = this.#list.all(id, exact ? after.n : 0);
    const entries = rows.map(({ n, text }) => ({ epoch, n: Number(n), text: text as string }));
    return { exact, entries, last: { epoch, n: last } };
  }

  #read(name: string): Log | undefined {
    const row = this.#find.get(this.#space, toName(name), this.#clock.now());
    return row && { id: Number(row["id"]), epoch: row["epoch"] as string, n: Number(row["last"]) };
  }

  #sweepSometimes(): void {
    if (++this.#changes % SWEEP_EVERY === 0) this.#sweep(null, null);
  }

  #sweep(space: string | null, name: string | null): void {
    for (const { id } of this.#ended.all(this.#clock.now(), space, name)) {
      this.#endEntries.run(id as number);
      this.#end.run(id as number);
    }
  }
}

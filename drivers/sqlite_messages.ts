/**
 * Messages on their way between processes that share a SQLite file. Processes cannot call one another, so a message is a
 * row that all of them read, and that is dropped when all had the time to.
 *
 * @module
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Clock } from "../server/ports/clock.ts";
import { fromName, toName } from "./sqlite_names.ts";

/**
 * The table of messages. AUTOINCREMENT counts without a hole and never again the same, also when the table is empty: that
 * tells a reader whether rows are gone that it never saw.
 */
export const MESSAGES_SCHEMA: string = `
  CREATE TABLE IF NOT EXISTS igniter_messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    space TEXT NOT NULL,
    entry TEXT,
    name TEXT NOT NULL,
    text TEXT NOT NULL,
    sent_at INTEGER NOT NULL
  );
`;

/** Milliseconds for which a message can be read: no process should stand still as long. */
export const MESSAGE_LIFETIME = 10_000;

/** After how many messages old ones are dropped, and how many at most: more than were sent. */
const SWEEP_EVERY = 64;
const SWEEP_LIMIT = 256;

/** One message, or one entry of a log. */
export interface Sent {
  /** Counts all messages of the file from 1. */
  readonly id: number;
  /** The entry's id in its log; `undefined` for a channel's message. */
  readonly entry: string | undefined;
  /** The channel or log. */
  readonly name: string;
  /** The message as JSON text. */
  readonly text: string;
}

/** What was sent since a look before. */
export interface News {
  /** The space's messages, oldest first. */
  readonly messages: readonly Sent[];
  /** The id of the file's last message. */
  readonly last: number;
  /** Whether some were dropped before they could be read. */
  readonly lost: boolean;
}

/** The messages of a space. */
export class Messages {
  readonly #space: string;
  readonly #clock: Clock;
  readonly #send: StatementSync;
  readonly #sweep: StatementSync;
  readonly #last: StatementSync;
  readonly #oldest: StatementSync;
  readonly #list: StatementSync;
  readonly #version: StatementSync;
  #sent = 0;

  constructor(database: DatabaseSync, space: string, clock: Clock) {
    this.#space = toName(space);
    this.#clock = clock;
    this.#send = database.prepare(
      "INSERT INTO igniter_messages (space, entry, name, text, sent_at) VALUES (?, ?, ?, ?, ?)",
    );
    this.#sweep = database.prepare(
      "DELETE FROM igniter_messages WHERE sent_at < ? AND id IN " +
        `(SELECT id FROM igniter_messages ORDER BY id LIMIT ${SWEEP_LIMIT})`,
    );
    this.#last = database.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'igniter_messages'");
    this.#oldest = database.prepare("SELECT min(id) AS id FROM igniter_messages");
    this.#list = database.prepare(
      "SELECT id, entry, name, text FROM igniter_messages WHERE id > ? AND space = ? ORDER BY id",
    );
    this.#version = database.prepare("PRAGMA data_version");
  }

  /** Sends a message; with an id, as the entry of a log. */
  send(name: string, text: string, entry: string | null): void {
    if (++this.#sent % SWEEP_EVERY === 0) this.#sweep.run(this.#clock.now() - MESSAGE_LIFETIME);
    this.#send.run(this.#space, entry, toName(name), text, this.#clock.now());
  }

  /** Gives a number that changes when another connection writes to the file. */
  version(): number {
    return Number(this.#version.get()?.["data_version"]);
  }

  /** Gives the id of the file's last message. */
  last(): number {
    return Number(this.#last.get()?.["seq"] ?? 0);
  }

  /** Reads what was sent after a message. To be called inside a snapshot. */
  after(id: number): News {
    const last = this.last();
    if (last === id) return { messages: [], last, lost: false };
    const oldest = Number(this.#oldest.get()?.["id"] ?? last + 1);
    const messages = this.#list.all(id, this.#space).map((row): Sent => ({
      id: Number(row["id"]),
      entry: row["entry"] as string | null ?? undefined,
      name: fromName(row["name"] as string),
      text: row["text"] as string,
    }));
    return { messages, last, lost: oldest > id + 1 };
  }
}

/**
 * How a SQLite file is opened: by several processes at once, and only when it is needed.
 *
 * @module
 */
import type { DatabaseSync } from "node:sqlite";

/** How a file is opened. */
export interface DatabaseOptions {
  /** The file, or `":memory:"`. */
  readonly path: string;
  /** When SQLite waits for the disk. */
  readonly synchronous: "normal" | "full";
  /** Statements that make what is missing. */
  readonly schema: string;
}

/** Milliseconds to wait for another process that writes. */
const BUSY_TIMEOUT = 5000;

/**
 * Opens a database. `node:sqlite` is asked for here and not by an import: so a runtime without it, and a bundle for one,
 * can load the driver, and fails, with the reason, where it is used.
 *
 * @throws Error when there is no `node:sqlite`, or the file cannot be opened.
 */
export function openDatabase({ path, synchronous, schema }: DatabaseOptions): DatabaseSync {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } };
  const sqlite = process?.getBuiltinModule?.("node:sqlite") as typeof import("node:sqlite") | undefined;
  if (!sqlite) throw new Error("Cannot use SQLite: this runtime has no node:sqlite; Deno 2.2 and Node 22.13 have");
  let database: DatabaseSync | undefined;
  try {
    database = new sqlite.DatabaseSync(path);
    // First, as all that follows may find another process at work.
    database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT}`);
    useWriteAheadLog(database);
    database.exec(`PRAGMA synchronous = ${synchronous}`);
    const opened = database;
    inTransaction(opened, () => opened.exec(schema));
    return opened;
  } catch (cause) {
    database?.close();
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Cannot open the SQLite database "${path}": ${reason}`, { cause });
  }
}

/** Runs work that nobody else's writing can come between, and undoes it when it throws. */
export function inTransaction<R>(database: DatabaseSync, work: () => R): R {
  // A transaction that begins by reading fails at its first write when another process wrote meanwhile.
  return bracket(database, "BEGIN IMMEDIATE", work);
}

/** Runs work that only reads, all of it at one moment. */
export function inSnapshot<R>(database: DatabaseSync, work: () => R): R {
  return bracket(database, "BEGIN", work);
}

function bracket<R>(database: DatabaseSync, begin: string, work: () => R): R {
  database.exec(begin);
  try {
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    try {
      database.exec("ROLLBACK");
    } catch {
      // Some failures, a full disk for one, have ended the transaction already; the error that says so is the one to tell.
    }
    throw error;
  }
}

/** Readers then do not wait for writers. Changing the mode is refused at once, without a wait, while others are there. */
function useWriteAheadLog(database: DatabaseSync): void {
  const end = Date.now() + BUSY_TIMEOUT;
  for (;;) {
    try {
      database.exec("PRAGMA journal_mode = WAL");
      return;
    } catch (error) {
      if (Date.now() > end || !String(error).includes("locked")) throw error;
    }
  }
}

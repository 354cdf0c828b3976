/**
 * The tables of jobs in SQLite. Each state has an index of its own that holds only the rows of that state: what is looked
 * for all the time (the next waiting job, the next due one) is then found in a small tree, however many finished jobs
 * are kept. An index over several states was measured to be a hundred times slower.
 *
 * @module
 */
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import type { JobCounts, JobState } from "../server/ports/jobs/management.ts";
import type { Retention } from "../server/ports/jobs/options.ts";
import type {
  Finish,
  JobStorage,
  KeyHolder,
  NewJob,
  Postpone,
  SearchTerms,
  StoredJob,
  StoredSchedule,
} from "../server/ports/jobs/storage.ts";
import { openDatabase } from "./sqlite_database.ts";

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS igniter_jobs (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, queue TEXT NOT NULL, key TEXT NOT NULL,
    state TEXT NOT NULL, data TEXT NOT NULL, priority INTEGER NOT NULL, runAt INTEGER NOT NULL,
    attempts INTEGER NOT NULL, createdAt INTEGER NOT NULL, keep TEXT NOT NULL, guarded INTEGER NOT NULL, schedule TEXT,
    attemptsMade INTEGER NOT NULL DEFAULT 0, stalls INTEGER NOT NULL DEFAULT 0, startedAt INTEGER, finishedAt INTEGER,
    owner TEXT, lockUntil INTEGER, cancel INTEGER NOT NULL DEFAULT 0, progress TEXT, result TEXT, error TEXT);
  CREATE UNIQUE INDEX IF NOT EXISTS igniter_jobs_id ON igniter_jobs (id, queue);
  CREATE INDEX IF NOT EXISTS igniter_jobs_waiting ON igniter_jobs (queue, priority, seq) WHERE state = 'waiting';
  CREATE INDEX IF NOT EXISTS igniter_jobs_delayed ON igniter_jobs (runAt) WHERE state = 'delayed';
  CREATE INDEX IF NOT EXISTS igniter_jobs_active ON igniter_jobs (lockUntil) WHERE state = 'active';
  CREATE INDEX IF NOT EXISTS igniter_jobs_completed ON igniter_jobs (queue, finishedAt) WHERE state = 'completed';
  CREATE INDEX IF NOT EXISTS igniter_jobs_failed ON igniter_jobs (queue, finishedAt) WHERE state = 'failed';
  CREATE INDEX IF NOT EXISTS igniter_jobs_scheduled ON igniter_jobs (schedule)
    WHERE schedule IS NOT NULL AND finishedAt IS NULL;
  CREATE TABLE IF NOT EXISTS igniter_jobs_keys (key TEXT PRIMARY KEY, id TEXT NOT NULL, until INTEGER) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS igniter_jobs_keys_until ON igniter_jobs_keys (until) WHERE until IS NOT NULL;
  CREATE TABLE IF NOT EXISTS igniter_jobs_schedules (id TEXT PRIMARY KEY, kind TEXT NOT NULL, key TEXT NOT NULL,
    nextAt INTEGER NOT NULL, count INTEGER NOT NULL, plan TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS igniter_jobs_paused (queue TEXT PRIMARY KEY) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS igniter_jobs_rates (queue TEXT PRIMARY KEY, start INTEGER NOT NULL,
    used INTEGER NOT NULL) WITHOUT ROWID;`;

const COLUMNS = `seq, id, queue, key, state, data, priority, runAt, attempts, createdAt, keep, guarded, schedule,
  attemptsMade, stalls, startedAt, finishedAt, owner, progress, result, error`;

/** Opens the tables, and makes them where they are missing. @throws Error when the file cannot be opened. */
export function openSqliteJobStorage(path: string, synchronous: "normal" | "full"): JobStorage {
  return new SqliteJobStorage(openDatabase({ path, synchronous, schema: SCHEMA }));
}

type Row = Record<string, unknown>;

class SqliteJobStorage implements JobStorage {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #depth = 0;
  #version: unknown = undefined;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  transaction<T>(work: () => T): T {
    if (this.#depth > 0) return work();
    this.#database.exec("BEGIN IMMEDIATE");
    this.#depth++;
    try {
      const result = work();
      this.#database.exec("COMMIT");
      return result;
    } catch (error) {
      // A full disk ends the transaction by itself; the error that says so must not be hidden by another.
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw error;
    } finally {
      this.#depth--;
    }
  }

  insert(job: NewJob): boolean {
    return this.#run(
      `INSERT INTO igniter_jobs (id, queue, key, state, data, priority, runAt, attempts, createdAt, keep, guarded, schedule)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
      job.id,
      job.queue,
      job.key,
      job.state,
      job.data,
      job.priority,
      job.runAt,
      job.attempts,
      job.createdAt,
      job.keep,
      job.guarded ? 1 : 0,
      job.schedule,
    ) > 0;
  }

  find(id: string, queue?: string): StoredJob | undefined {
    const row = queue === undefined
      ? this.#get(`SELECT ${COLUMNS} FROM igniter_jobs WHERE id = ?`, id)
      : this.#get(`SELECT ${COLUMNS} FROM igniter_jobs WHERE id = ? AND queue = ?`, id, queue);
    return row === undefined ? undefined : toJob(row);
  }

  claim(
    queue: string,
    keys: readonly string[],
    limit: number,
    now: number,
    lockUntil: number,
    owner: string,
  ): StoredJob[] {
    // Asked beforehand: as a part of the next statement it would be asked of each waiting job.
    if (this.#get("SELECT 1 FROM igniter_jobs_paused WHERE queue = ?", queue) !== undefined) return [];
    const rows = this.#all(
      `UPDATE igniter_jobs SET state = 'active', owner = ?, lockUntil = ?, startedAt = ?, cancel = 0
       WHERE seq IN (
         SELECT seq FROM igniter_jobs
         WHERE queue = ? AND state = 'waiting' AND key IN (SELECT value FROM json_each(?))
         ORDER BY priority, seq LIMIT ?)
       RETURNING ${COLUMNS}`,
      owner,
      lockUntil,
      now,
      queue,
      JSON.stringify(keys),
      limit,
    );
    return rows.map(toJob).sort((a, b) => a.priority - b.priority || a.seq - b.seq);
  }

  promote(now: number): void {
    this.#run("UPDATE igniter_jobs SET state = 'waiting' WHERE state = 'delayed' AND runAt <= ?", now);
  }

  stalled(now: number): StoredJob[] {
    return this.#all(`SELECT ${COLUMNS} FROM igniter_jobs WHERE state = 'active' AND lockUntil <= ?`, now).map(toJob);
  }

  extend(seqs: readonly number[], owner: string, lockUntil: number): void {
    if (seqs.length === 0) return;
    this.#run(
      `UPDATE igniter_jobs SET lockUntil = ?
       WHERE seq IN (SELECT value FROM json_each(?)) AND state = 'active' AND owner = ?`,
      lockUntil,
      JSON.stringify(seqs),
      owner,
    );
  }

  finish(seq: number, owner: string, finish: Finish): boolean {
    return this.#run(
      `UPDATE igniter_jobs SET state = ?, attemptsMade = ?, finishedAt = ?, result = ?, error = ?, owner = NULL,
         lockUntil = NULL WHERE seq = ? AND state = 'active' AND owner = ?`,
      finish.state,
      finish.attemptsMade,
      finish.finishedAt,
      finish.result,
      finish.error,
      seq,
      owner,
    ) > 0;
  }

  postpone(seq: number, owner: string, postpone: Postpone): boolean {
    return this.#run(
      `UPDATE igniter_jobs SET state = ?, runAt = ?, attemptsMade = ?, stalls = ?, error = ?, owner = NULL,
         lockUntil = NULL, cancel = 0 WHERE seq = ? AND state = 'active' AND owner = ?`,
      postpone.state,
      postpone.runAt,
      postpone.attemptsMade,
      postpone.stalls,
      postpone.error,
      seq,
      owner,
    ) > 0;
  }

  progress(seq: number, owner: string, progress: string): void {
    this.#run(
      "UPDATE igniter_jobs SET progress = ? WHERE seq = ? AND state = 'active' AND owner = ?",
      progress,
      seq,
      owner,
    );
  }

  requeue(seq: number, now: number): boolean {
    return this.#run(
      `UPDATE igniter_jobs SET state = 'waiting', runAt = ?, attemptsMade = 0, stalls = 0, finishedAt = NULL,
         error = NULL, progress = NULL, cancel = 0 WHERE seq = ? AND state = 'failed'`,
      now,
      seq,
    ) > 0;
  }

  reschedule(seq: number, data: string, runAt: number): boolean {
    return this.#run(
      "UPDATE igniter_jobs SET data = ?, runAt = ? WHERE seq = ? AND state = 'delayed'",
      data,
      runAt,
      seq,
    ) > 0;
  }

  remove(seq: number): void {
    this.#run("DELETE FROM igniter_jobs WHERE seq = ?", seq);
  }

  requestCancel(seq: number): void {
    this.#run("UPDATE igniter_jobs SET cancel = 1 WHERE seq = ? AND state = 'active'", seq);
  }

  cancelRequests(owner: string): number[] {
    const rows = this.#all("SELECT seq FROM igniter_jobs WHERE state = 'active' AND owner = ? AND cancel = 1", owner);
    return rows.map(({ seq }) => seq as number);
  }

  isRunning(schedule: string): boolean {
    const sql = "SELECT 1 FROM igniter_jobs WHERE schedule = ? AND schedule IS NOT NULL AND finishedAt IS NULL LIMIT 1";
    return this.#get(sql, schedule) !== undefined;
  }

  prune(queue: string, state: "completed" | "failed", { age, count }: Retention, now: number): void {
    // The state stands in the text, not in a parameter: only so the index of that state is used.
    if (age !== undefined) {
      this.#run(
        `DELETE FROM igniter_jobs WHERE queue = ? AND state = '${state}' AND finishedAt < ?`,
        queue,
        now - age,
      );
    }
    if (count !== undefined) {
      this.#run(
        `DELETE FROM igniter_jobs WHERE seq IN (SELECT seq FROM igniter_jobs
         WHERE queue = ? AND state = '${state}' ORDER BY finishedAt DESC LIMIT -1 OFFSET ?)`,
        queue,
        count,
      );
    }
  }

  nextDue(): number | undefined {
    const row = this.#get(`SELECT min(at) AS at FROM (
      SELECT min(runAt) AS at FROM igniter_jobs WHERE state = 'delayed'
      UNION ALL SELECT min(lockUntil) FROM igniter_jobs WHERE state = 'active'
      UNION ALL SELECT min(nextAt) FROM igniter_jobs_schedules)`);
    return (row?.["at"] as number | null) ?? undefined;
  }

  holder(key: string): KeyHolder | undefined {
    return this.#get("SELECT id, until FROM igniter_jobs_keys WHERE key = ?", key) as KeyHolder | undefined;
  }

  hold(key: string, { id, until }: KeyHolder): void {
    this.#run("INSERT OR REPLACE INTO igniter_jobs_keys (key, id, until) VALUES (?, ?, ?)", key, id, until);
  }

  pruneKeys(now: number): void {
    this.#run("DELETE FROM igniter_jobs_keys WHERE until IS NOT NULL AND until <= ?", now);
    // Without an end a key stands for a job until it has finished. Few of them, as a rule: those that are in the works.
    this.#run(
      `DELETE FROM igniter_jobs_keys WHERE until IS NULL AND NOT EXISTS (
         SELECT 1 FROM igniter_jobs AS job WHERE job.id = igniter_jobs_keys.id AND job.finishedAt IS NULL)`,
    );
  }

  schedules(): StoredSchedule[] {
    const sql = "SELECT id, kind, key, nextAt, count, plan FROM igniter_jobs_schedules";
    return this.#all(sql) as unknown as StoredSchedule[];
  }

  putSchedule({ id, kind, key, nextAt, count, plan }: StoredSchedule): void {
    this.#run(
      "INSERT OR REPLACE INTO igniter_jobs_schedules (id, kind, key, nextAt, count, plan) VALUES (?, ?, ?, ?, ?, ?)",
      id,
      kind,
      key,
      nextAt,
      count,
      plan,
    );
  }

  removeSchedule(id: string): boolean {
    return this.#run("DELETE FROM igniter_jobs_schedules WHERE id = ?", id) > 0;
  }

  setPaused(queue: string, paused: boolean): void {
    if (paused) this.#run("INSERT OR IGNORE INTO igniter_jobs_paused (queue) VALUES (?)", queue);
    else this.#run("DELETE FROM igniter_jobs_paused WHERE queue = ?", queue);
  }

  rate(queue: string): { readonly start: number; readonly used: number } | undefined {
    const row = this.#get("SELECT start, used FROM igniter_jobs_rates WHERE queue = ?", queue);
    return row as { readonly start: number; readonly used: number } | undefined;
  }

  setRate(queue: string, start: number, used: number): void {
    this.#run("INSERT OR REPLACE INTO igniter_jobs_rates (queue, start, used) VALUES (?, ?, ?)", queue, start, used);
  }

  search({ queue, namespace, name, states, limit, offset }: SearchTerms): StoredJob[] {
    const rows = this.#all(
      `SELECT ${COLUMNS} FROM igniter_jobs
       WHERE state IN (SELECT value FROM json_each(?1)) AND (?2 IS NULL OR queue = ?2)
         AND (?3 IS NULL OR substr(key, 1, length(?3) + 1) = ?3 || '.')
         AND (?4 IS NULL OR substr(key, -length(?4) - 1) = '.' || ?4)
       ORDER BY seq DESC LIMIT ?5 OFFSET ?6`,
      JSON.stringify(states),
      queue ?? null,
      namespace ?? null,
      name ?? null,
      limit,
      offset,
    );
    return rows.map(toJob);
  }

  counts(queue: string | undefined): JobCounts {
    const counts: Record<JobState, number> = { waiting: 0, delayed: 0, active: 0, completed: 0, failed: 0 };
    const sql = "SELECT state, count(*) AS count FROM igniter_jobs WHERE (?1 IS NULL OR queue = ?1) GROUP BY state";
    for (const { state, count } of this.#all(sql, queue ?? null)) counts[state as JobState] = count as number;
    return counts;
  }

  drain(queue: string | undefined, delayed: boolean): number {
    const sql = (state: JobState): string =>
      `DELETE FROM igniter_jobs WHERE state = '${state}' AND (?1 IS NULL OR queue = ?1)`;
    return this.#run(sql("waiting"), queue ?? null) + (delayed ? this.#run(sql("delayed"), queue ?? null) : 0);
  }

  queues(): string[] {
    return this.#all("SELECT DISTINCT queue FROM igniter_jobs").map(({ queue }) => queue as string);
  }

  changed(): boolean {
    const version = this.#get("PRAGMA data_version")?.["data_version"];
    if (version === this.#version) return false;
    this.#version = version;
    return true;
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) this.#statements.set(sql, statement = this.#database.prepare(sql));
    return statement;
  }

  #run(sql: string, ...values: readonly SQLInputValue[]): number {
    return Number(this.#prepare(sql).run(...values).changes);
  }

  #get(sql: string, ...values: readonly SQLInputValue[]): Row | undefined {
    return this.#prepare(sql).get(...values) as Row | undefined;
  }

  #all(sql: string, ...values: readonly SQLInputValue[]): Row[] {
    return this.#prepare(sql).all(...values) as Row[];
  }
}

function toJob(row: Row): StoredJob {
  row["guarded"] = row["guarded"] === 1;
  return row as unknown as StoredJob;
}

/**
 * The tables of jobs in memory. Nothing else runs between two calls, so a transaction needs only to take back what it
 * did when it fails. That can happen where jobs are enqueued, so what is done there notes how to take it back.
 *
 * @module
 */
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
import { Heap } from "./memory_heap.ts";

type Row = { -readonly [K in keyof StoredJob]: StoredJob[K] } & { cancel: boolean };

/** Keeps jobs in memory. */
export class MemoryJobStorage implements JobStorage {
  #seq = 0;
  readonly #rows = new Map<number, Row>();
  readonly #ids = new Map<string, Row>();
  /** Rows leave a heap when they come to its top and no longer belong there. */
  readonly #waiting = new Map<string, Heap<Row>>();
  readonly #delayed = new Heap<Row>((a, b) => a.runAt - b.runAt || a.seq - b.seq);
  readonly #keys = new Map<string, KeyHolder>();
  readonly #schedules = new Map<string, StoredSchedule>();
  readonly #paused = new Set<string>();
  readonly #rates = new Map<string, { start: number; used: number }>();
  readonly #finished = new Map<string, Set<Row>>();
  readonly #queues = new Set<string>();
  #undo: (() => void)[] = [];

  transaction<T>(work: () => T): T {
    this.#undo = [];
    try {
      return work();
    } catch (error) {
      for (const takeBack of this.#undo.reverse()) takeBack();
      throw error;
    } finally {
      this.#undo = [];
    }
  }

  insert(job: NewJob): boolean {
    const place = toPlace(job.queue, job.id);
    if (this.#ids.has(place)) return false;
    const row: Row = {
      ...job,
      seq: ++this.#seq,
      attemptsMade: 0,
      stalls: 0,
      startedAt: null,
      finishedAt: null,
      owner: null,
      progress: null,
      result: null,
      error: null,
      cancel: false,
    };
    this.#rows.set(row.seq, row);
    this.#ids.set(place, row);
    this.#queues.add(row.queue);
    this.#undo.push(() => this.remove(row.seq));
    this.#enter(row);
    return true;
  }

  find(id: string, queue?: string): StoredJob | undefined {
    if (queue !== undefined) return this.#ids.get(toPlace(queue, id));
    for (const name of this.#queues) {
      const row = this.#ids.get(toPlace(name, id));
      if (row !== undefined) return row;
    }
    return undefined;
  }

  claim(
    queue: string,
    _keys: readonly string[],
    limit: number,
    now: number,
    _lockUntil: number,
    owner: string,
  ): StoredJob[] {
    const heap = this.#waiting.get(queue);
    if (heap === undefined || this.#paused.has(queue)) return [];
    const claimed: StoredJob[] = [];
    while (claimed.length < limit) {
      const row = heap.pop();
      if (row === undefined) break;
      if (row.state !== "waiting" || !this.#rows.has(row.seq)) continue;
      row.state = "active";
      row.owner = owner;
      row.startedAt = now;
      claimed.push({ ...row });
    }
    return claimed;
  }

  promote(now: number): void {
    for (let row = this.#firstDelayed(); row !== undefined && row.runAt <= now; row = this.#firstDelayed()) {
      this.#delayed.pop();
      row.state = "waiting";
      this.#enter(row);
    }
  }

  /** A worker in this process does not outlive its jobs, nor they it. */
  stalled(): StoredJob[] {
    return [];
  }

  extend(): void {}

  finish(seq: number, owner: string, finish: Finish): boolean {
    const row = this.#owned(seq, owner);
    if (row === undefined) return false;
    Object.assign(row, finish, { owner: null });
    const place = toPlace(row.queue, row.state);
    const finished = this.#finished.get(place) ?? new Set();
    this.#finished.set(place, finished.add(row));
    return true;
  }

  postpone(seq: number, owner: string, postpone: Postpone): boolean {
    const row = this.#owned(seq, owner);
    if (row === undefined) return false;
    Object.assign(row, postpone, { owner: null, cancel: false });
    this.#enter(row);
    return true;
  }

  progress(seq: number, owner: string, progress: string): void {
    const row = this.#owned(seq, owner);
    if (row !== undefined) row.progress = progress;
  }

  requeue(seq: number, now: number): boolean {
    const row = this.#rows.get(seq);
    if (row?.state !== "failed") return false;
    this.#finished.get(toPlace(row.queue, "failed"))?.delete(row);
    const fresh = { attemptsMade: 0, stalls: 0, finishedAt: null, error: null, progress: null, cancel: false };
    Object.assign(row, fresh, { state: "waiting", runAt: now });
    this.#enter(row);
    return true;
  }

  reschedule(seq: number, data: string, runAt: number): boolean {
    const row = this.#rows.get(seq);
    if (row?.state !== "delayed") return false;
    const before = { data: row.data, runAt: row.runAt };
    const assign = (change: typeof before): void => {
      this.#delayed.delete(row);
      Object.assign(row, change);
      this.#enter(row);
    };
    this.#undo.push(() => assign(before));
    assign({ data, runAt });
    return true;
  }

  remove(seq: number): void {
    const row = this.#rows.get(seq);
    if (row === undefined) return;
    this.#rows.delete(seq);
    this.#ids.delete(toPlace(row.queue, row.id));
    this.#finished.get(toPlace(row.queue, row.state))?.delete(row);
  }

  /** The worker is told directly. */
  requestCancel(): void {}

  cancelRequests(): number[] {
    return [];
  }

  isRunning(schedule: string): boolean {
    return [...this.#rows.values()].some((row) => row.schedule === schedule && row.finishedAt === null);
  }

  prune(queue: string, state: "completed" | "failed", keep: Retention, now: number): void {
    const finished = this.#finished.get(toPlace(queue, state));
    if (finished === undefined) return;
    const oldest = now - (keep.age ?? Infinity);
    let excess = finished.size - (keep.count ?? Infinity);
    // In the order in which they finished.
    for (const row of finished) {
      if (excess <= 0 && (row.finishedAt as number) >= oldest) break;
      excess--;
      this.remove(row.seq);
    }
  }

  nextDue(): number | undefined {
    const times = [...this.#schedules.values()].map(({ nextAt }) => nextAt);
    const delayed = this.#firstDelayed();
    if (delayed !== undefined) times.push(delayed.runAt);
    return times.length > 0 ? Math.min(...times) : undefined;
  }

  holder(key: string): KeyHolder | undefined {
    return this.#keys.get(key);
  }

  hold(key: string, holder: KeyHolder): void {
    const before = this.#keys.get(key);
    this.#undo.push(() => {
      if (before === undefined) this.#keys.delete(key);
      else this.#keys.set(key, before);
    });
    this.#keys.set(key, holder);
  }

  pruneKeys(now: number): void {
    for (const [key, { until, id }] of this.#keys) {
      const job = until === null ? this.find(id) : undefined;
      const over = until === null ? job === undefined || job.finishedAt !== null : until <= now;
      if (over) this.#keys.delete(key);
    }
  }

  schedules(): StoredSchedule[] {
    return [...this.#schedules.values()];
  }

  putSchedule(schedule: StoredSchedule): void {
    const before = this.#schedules.get(schedule.id);
    this.#undo.push(() => {
      if (before === undefined) this.#schedules.delete(schedule.id);
      else this.#schedules.set(schedule.id, before);
    });
    this.#schedules.set(schedule.id, schedule);
  }

  removeSchedule(id: string): boolean {
    return this.#schedules.delete(id);
  }

  setPaused(queue: string, paused: boolean): void {
    if (paused) this.#paused.add(queue);
    else this.#paused.delete(queue);
  }

  rate(queue: string): { readonly start: number; readonly used: number } | undefined {
    return this.#rates.get(queue);
  }

  setRate(queue: string, start: number, used: number): void {
    this.#rates.set(queue, { start, used });
  }

  search({ queue, namespace, name, states, limit, offset }: SearchTerms): StoredJob[] {
    const found = [...this.#rows.values()].filter((row) =>
      (queue === undefined || row.queue === queue) && states.includes(row.state) &&
      (namespace === undefined || row.key.startsWith(`${namespace}.`)) &&
      (name === undefined || row.key.endsWith(`.${name}`))
    );
    return found.reverse().slice(offset, offset + limit);
  }

  counts(queue: string | undefined): JobCounts {
    const counts: Record<JobState, number> = { waiting: 0, delayed: 0, active: 0, completed: 0, failed: 0 };
    for (const row of this.#rows.values()) if (queue === undefined || row.queue === queue) counts[row.state]++;
    return counts;
  }

  drain(queue: string | undefined, delayed: boolean): number {
    const found = [...this.#rows.values()].filter((row) =>
      (queue === undefined || row.queue === queue) && (row.state === "waiting" || (delayed && row.state === "delayed"))
    );
    for (const { seq } of found) this.remove(seq);
    return found.length;
  }

  queues(): string[] {
    return [...this.#queues];
  }

  changed(): boolean {
    return false;
  }

  close(): void {}

  #owned(seq: number, owner: string): Row | undefined {
    const row = this.#rows.get(seq);
    return row?.state === "active" && row.owner === owner ? row : undefined;
  }

  #enter(row: Row): void {
    if (row.state === "delayed") {
      this.#delayed.push(row);
      return;
    }
    const heap = this.#waiting.get(row.queue) ?? new Heap((a, b) => a.priority - b.priority || a.seq - b.seq);
    this.#waiting.set(row.queue, heap);
    heap.push(row);
  }

  #firstDelayed(): Row | undefined {
    for (let row = this.#delayed.peek(); row !== undefined; row = this.#delayed.peek()) {
      if (row.state === "delayed" && this.#rows.has(row.seq)) return row;
      this.#delayed.pop();
    }
    return undefined;
  }
}

function toPlace(queue: string, id: string): string {
  return `${queue}\n${id}`;
}

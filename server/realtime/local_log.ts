/**
 * The log of an application without a store: this process's own, with the same ids and the same window.
 *
 * @module
 */
import { compareLogIds, createEpoch, toLogId } from "../ports/log_id.ts";
import type { AppendOptions, LogEntry, LogFollower, Store } from "../ports/store.ts";

/** What live updates need of a store. */
export type EventLog = Pick<Store, "append" | "entriesAfter" | "lastId" | "follow">;

/**
 * One log, whatever its name. It delivers inside of `append()`, so that who publishes and listens in one process waits
 * for nothing. Entries are handed out as they are: who appends must not change them.
 */
export class LocalLog implements EventLog {
  readonly #epoch = createEpoch();
  readonly #followers: Set<LogFollower> = new Set();
  #entries: LogEntry[] = [];
  #last = 0;

  append(log: string, message: unknown, { limit }: AppendOptions): Promise<string> {
    const entry: LogEntry = { id: toLogId({ epoch: this.#epoch, n: ++this.#last }), message };
    this.#entries.push(entry);
    // Cut at twice the size: to move all the others for each entry would cost more than the entry.
    if (this.#entries.length >= 2 * limit) this.#entries = this.#entries.slice(-limit);
    for (const follower of [...this.#followers]) follower.entry(entry, log);
    return Promise.resolve(entry.id);
  }

  entriesAfter(_log: string, id: string): Promise<readonly LogEntry[] | undefined> {
    const before = toLogId({ epoch: this.#epoch, n: this.#last - this.#entries.length });
    const [early, late] = [compareLogIds(id, before), compareLogIds(id, this.#id)];
    const known = early !== undefined && early >= 0 && late !== undefined && late <= 0;
    return Promise.resolve(
      known ? this.#entries.filter((entry) => compareLogIds(entry.id, id) === 1) : undefined,
    );
  }

  lastId(): Promise<string> {
    return Promise.resolve(this.#id);
  }

  follow(_log: string, follower: LogFollower): Promise<() => Promise<void>> {
    this.#followers.add(follower);
    return Promise.resolve(() => {
      this.#followers.delete(follower);
      return Promise.resolve();
    });
  }

  get #id(): string {
    return toLogId({ epoch: this.#epoch, n: this.#last });
  }
}

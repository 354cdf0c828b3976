/**
 * Logs in the memory of one process.
 *
 * @module
 */
import type { Clock } from "../server/ports/clock.ts";
import { createEpoch, parseLogId, toLogId } from "../server/ports/log_id.ts";
import type { LogEntry, LogFollower } from "../server/ports/store.ts";
import { deliverEntry, type ReportFailure } from "../server/ports/store_delivery.ts";
import { Expiring } from "./memory_expiring.ts";
import type { Outbox } from "../server/ports/store_outbox.ts";

/** One who follows a log. */
export interface Following {
  /** What it follows. */
  readonly log: string;
  /** What it calls. */
  readonly follower: LogFollower;
  /** Receives what the follower throws. */
  readonly report: ReportFailure;
  /** The log's life in which it began, and how many entries that had: those are not for it, though some may still wait. */
  readonly since: Pick<Log, "epoch" | "last">;
}

interface Log {
  readonly epoch: string;
  /** The number of the last entry; 0 before the first. */
  last: number;
  /** The texts of the window by number; a Map keeps them in order, and forgets the oldest at no cost. */
  readonly window: Map<number, string>;
}

/** The logs of a space. */
export class Logs {
  readonly #logs: Expiring<Log>;
  readonly #followings: Map<string, Set<Following>> = new Map();
  readonly #outbox: Outbox;

  constructor(clock: Clock, outbox: Outbox) {
    this.#logs = new Expiring(clock);
    this.#outbox = outbox;
  }

  /** Adds an entry; gives its id. */
  append(name: string, text: string, limit: number, lifetime: number): string {
    const log = this.#open(name, lifetime);
    this.#logs.expire(name, lifetime);
    const n = ++log.last;
    log.window.set(n, text);
    for (const oldest of log.window.keys()) {
      if (oldest > n - limit) break;
      log.window.delete(oldest);
    }
    const id = toLogId({ epoch: log.epoch, n });
    if (this.#followings.has(name)) this.#outbox.send(() => this.#deliver(name, log.epoch, n, text));
    return id;
  }

  /** Lists what came after an id; `undefined` when some of it may be missing. */
  entriesAfter(name: string, id: string): LogEntry[] | undefined {
    const log = this.#logs.read(name)?.value;
    const after = parseLogId(id);
    if (!log || after?.epoch !== log.epoch || after.n > log.last || after.n < log.last - log.window.size) {
      return undefined;
    }
    const entries: LogEntry[] = [];
    for (let n = after.n + 1; n <= log.last; n++) {
      entries.push({ id: toLogId({ epoch: log.epoch, n }), message: JSON.parse(log.window.get(n) as string) });
    }
    return entries;
  }

  /** Gives the id of the last entry of a log, which is made when there is none. */
  lastId(name: string, lifetime: number): string {
    const { epoch, last } = this.#open(name, lifetime);
    return toLogId({ epoch, n: last });
  }

  /** Begins to follow a log, which is made when there is none. */
  follow(log: string, follower: LogFollower, lifetime: number, report: ReportFailure): Following {
    const { epoch, last } = this.#open(log, lifetime);
    const following: Following = { log, follower, report, since: { epoch, last } };
    const followings = this.#followings.get(log);
    if (followings) followings.add(following);
    else this.#followings.set(log, new Set([following]));
    return following;
  }

  /** Ends a following; one that ended stays so. */
  leave(following: Following): void {
    const followings = this.#followings.get(following.log);
    if (followings?.delete(following) && followings.size === 0) this.#followings.delete(following.log);
  }

  #open(name: string, lifetime: number): Log {
    const known = this.#logs.read(name)?.value;
    if (known) return known;
    const log: Log = { epoch: createEpoch(), last: 0, window: new Map() };
    this.#logs.write(name, log, lifetime);
    return log;
  }

  #deliver(name: string, epoch: string, n: number, text: string): void {
    for (const { follower, report, since } of this.#followings.get(name) ?? []) {
      if (since.epoch === epoch && n <= since.last) continue;
      deliverEntry(follower, name, toLogId({ epoch, n }), text, report);
    }
  }
}

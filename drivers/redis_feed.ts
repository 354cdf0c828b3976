/**
 * A log in Redis, as its followers in this process receive it: each entry once, in order, or a gap.
 *
 * Entries come as messages while the connection lives. When it was lost, or an entry comes that is not the next, the log
 * itself is read from the position on; what is heard meanwhile waits.
 *
 * @module
 */
import { type LogId, parseLogId, toLogId } from "../server/ports/log_id.ts";
import type { LogFollower } from "../server/ports/store.ts";
import { deliverEntry, deliverGap, type ReportFailure } from "../server/ports/store_delivery.ts";
import type { Listener } from "./redis_subscriber.ts";

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

/** Where a feed gets its entries. */
export interface FeedSource {
  /** Hears what is appended; gives back how to stop. */
  readonly listen: (listener: Listener) => Promise<() => void>;
  /** Gives the last entry, of a new log when there is none. */
  readonly last: () => Promise<LogId>;
  /** Gives what came after an entry. */
  readonly rest: (after: LogId) => Promise<Rest>;
}

interface Following {
  readonly follower: LogFollower;
  /** The last entry before it began; `undefined` until that is known. */
  since: LogId | undefined;
}

/** More than that are not kept while the log is read: the log has them. */
const MAX_WAITING = 1000;

/** The followers of one log. */
export class Feed implements Listener {
  readonly #log: string;
  readonly #source: FeedSource;
  readonly #report: ReportFailure;
  readonly #followings: Set<Following> = new Set();
  #started: Promise<void> | undefined = undefined;
  #stop: (() => void) | undefined = undefined;
  /** The last entry that was delivered. */
  #position: LogId | undefined = undefined;
  #connected = true;
  #reading = false;
  /** Whether to read once more. */
  #again = false;
  #waiting: TextEntry[] = [];
  #ended = false;
  #pause: (() => void) | undefined = undefined;

  constructor(log: string, source: FeedSource, report: ReportFailure) {
    this.#log = log;
    this.#source = source;
    this.#report = report;
  }

  /** Whether nobody follows any more. */
  get empty(): boolean {
    return this.#followings.size === 0;
  }

  /** Begins to follow; gives back how to stop. */
  async follow(follower: LogFollower): Promise<() => void> {
    const following: Following = { follower, since: undefined };
    this.#followings.add(following);
    try {
      const first = this.#started === undefined;
      await (this.#started ??= this.#start());
      following.since = first ? this.#position : await this.#source.last();
    } catch (error) {
      this.#followings.delete(following);
      throw error;
    }
    return () => this.#followings.delete(following);
  }

  /** Ends the feed. */
  end(): void {
    this.#ended = true;
    this.#followings.clear();
    this.#stop?.();
    this.#pause?.();
  }

  receive(message: string): void {
    const space = message.indexOf(" ");
    const id = parseLogId(message.slice(0, space));
    if (!id || this.#ended) return;
    const entry: TextEntry = { ...id, text: message.slice(space + 1) };
    if (this.#reading || !this.#connected || !this.#position) {
      if (this.#waiting.length >= MAX_WAITING) {
        this.#waiting = [];
        this.#again = true;
      }
      this.#waiting.push(entry);
    } else if (isNext(entry, this.#position) || isFirst(entry, this.#position)) this.#deliver(entry);
    else if (!isPast(entry, this.#position)) void this.#read();
  }

  lost(): void {
    this.#connected = false;
  }

  resumed(): void {
    this.#connected = true;
    if (this.#position) void this.#read();
    else this.#again = true;
  }

  async #start(): Promise<void> {
    try {
      const stop = await this.#source.listen(this);
      if (this.#ended) stop();
      else this.#stop = stop;
      this.#position = await this.#source.last();
      // What came while that was on its way, or what a lost connection has taken.
      if (this.#waiting.length > 0 || this.#again) void this.#read();
    } catch (error) {
      this.#started = undefined;
      this.#stop?.();
      this.#stop = undefined;
      throw error;
    }
  }

  /** Reads the log until nothing is missing. Failures are retried: they are those of the connection. */
  async #read(): Promise<void> {
    this.#again = true;
    if (this.#reading) return;
    this.#reading = true;
    let delay = 25;
    while (this.#again && !this.#ended) {
      this.#again = false;
      try {
        this.#apply(await this.#source.rest(this.#position as LogId));
        delay = 25;
      } catch (error) {
        if (this.#ended) break;
        if (delay === 25) this.#report(error, this.#log);
        this.#again = true;
        await this.#sleep(delay);
        delay = Math.min(delay * 2, 1000);
      }
    }
    this.#reading = false;
  }

  #apply({ exact, entries, last }: Rest): void {
    if (this.#ended) return;
    if (!exact) this.#gap({ epoch: last.epoch, n: last.n - entries.length });
    for (const entry of entries) this.#deliver(entry);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const entry of waiting) {
      const position = this.#position as LogId;
      if (isNext(entry, position)) this.#deliver(entry);
      else if (!isPast(entry, position)) this.#again = true;
    }
  }

  #deliver(entry: TextEntry): void {
    this.#position = { epoch: entry.epoch, n: entry.n };
    const id = toLogId(entry);
    for (const { follower, since } of this.#followings) {
      if (since && !isPast(entry, since)) deliverEntry(follower, this.#log, id, entry.text, this.#report);
    }
  }

  #gap(position: LogId): void {
    this.#position = position;
    for (const { follower, since } of this.#followings) {
      if (since && !isBefore(position, since)) deliverGap(follower, this.#log, toLogId(position), this.#report);
    }
  }

  #sleep(delay: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, delay);
      this.#pause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function isNext(entry: LogId, position: LogId): boolean {
  return entry.epoch === position.epoch && entry.n === position.n + 1;
}

/** On a connection that was there all the time, the first entry of another epoch comes after the last of the one before. */
function isFirst(entry: LogId, position: LogId): boolean {
  return entry.epoch !== position.epoch && entry.n === 1;
}

function isPast(entry: LogId, position: LogId): boolean {
  return entry.epoch === position.epoch && entry.n <= position.n;
}

function isBefore(entry: LogId, position: LogId): boolean {
  return entry.epoch === position.epoch && entry.n < position.n;
}

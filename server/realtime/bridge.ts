/**
 * Between the broker and the log: what is published here goes there, and what stands there comes here, in the order of
 * its ids, from whatever process.
 *
 * **Loss.** When the log refuses an event (the store is down) the publisher is told by a rejection. Clients missed
 * something all the same, so as soon as the log takes entries again it gets one that tells them to refetch, before any
 * other. When the log tells of a gap, those who listen in this process are told.
 *
 * @module
 */
import { IgniterError } from "../contract/error.ts";
import { compareLogIds, parseLogId, toLogId } from "../ports/log_id.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import { type LiveEvent, type LogMessage, toLiveEvent } from "./event.ts";
import { History } from "./history.ts";
import type { EventLog } from "./local_log.ts";

/** What a bridge is made of. */
export interface BridgeOptions {
  readonly log: EventLog;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Entries that the log keeps. */
  readonly window: number;
  /** Seconds that the log lives on. */
  readonly ttl: number;
  /** Receives what happens, in order. */
  readonly deliver: (event: LiveEvent) => void;
}

/** Where a reader goes on who has seen everything up to an id. */
export interface Resumption {
  /** The place in the history. */
  readonly place: number;
  /** Before this place only revalidations concern him: he asks for no messages from before he came. */
  readonly messagesFrom?: number;
  /** The reader has seen everything up to this id, though it has not reached this process yet. */
  readonly seen?: string;
}

/** The log's name in the store. */
const LOG = "igniter.events";
/** Milliseconds before it is tried to tell of a loss; they double. */
const FIRST_DELAY = 250;
const LAST_DELAY = 10_000;
/** Milliseconds by which the clocks of processes may differ. */
const SKEW = 2000;

/** Connects one broker to its log. */
export class Bridge {
  readonly history: History;
  readonly #options: BridgeOptions;
  #following: Promise<() => Promise<void>> | undefined = undefined;
  /** Reads of the log's past, one after the other: most of them find what the one before has brought. */
  #reading: Promise<unknown> = Promise.resolve();
  /** Events that the log did not take since it last did. */
  #lost = 0;
  #telling: Promise<void> | undefined = undefined;
  #cancelRetry: () => void = () => {};
  /** Whether the last attempt to follow failed. */
  #deaf = false;

  constructor(options: BridgeOptions) {
    this.#options = options;
    this.history = new History(options.window);
  }

  /**
   * Appends to the log. The promise may be dropped: its rejection is then nobody's, and ends no process.
   *
   * @throws IgniterError `ERR_UNAVAILABLE` when the log does not take it.
   */
  append(message: LogMessage): Promise<void> {
    const appended = this.#append(message);
    appended.catch(() => {});
    return appended;
  }

  async #append(message: LogMessage): Promise<void> {
    const { log, window, ttl, clock } = this.#options;
    try {
      if (this.#lost > 0) await this.#tellLoss();
      await log.append(LOG, { ...message, at: clock.now() }, { limit: window, ttl });
    } catch (cause) {
      this.#lose(cause);
      throw new IgniterError("ERR_UNAVAILABLE", { message: "Cannot publish: the store did not take the event", cause });
    }
  }

  #lose(error: unknown): void {
    this.#lost++;
    if (this.#lost > 1) return;
    this.#options.logger.error("Live events cannot be published: the store does not take them", { error });
    this.#retryAfter(FIRST_DELAY);
  }

  #retryAfter(delay: number): void {
    this.#cancelRetry = this.#options.clock.schedule(() => {
      this.#tellLoss().catch(() => this.#lost > 0 && this.#retryAfter(Math.min(2 * delay, LAST_DELAY)));
    }, delay);
  }

  #tellLoss(): Promise<void> {
    return this.#telling ??= this.#appendReset().finally(() => this.#telling = undefined);
  }

  async #appendReset(): Promise<void> {
    const { log, logger, window, ttl, clock } = this.#options;
    await log.append(LOG, { reset: "Events could not be published", at: clock.now() }, { limit: window, ttl });
    logger.warn("Live events can be published again: clients are told to refetch", { lost: this.#lost });
    this.#lost = 0;
    this.#cancelRetry();
  }

  /** Begins to follow the log, unless it does. @throws IgniterError `ERR_UNAVAILABLE` when the store does not answer. */
  async start(): Promise<void> {
    const following = this.#following ??= this.#follow();
    try {
      await following;
    } catch (cause) {
      if (this.#following === following) this.#following = undefined;
      throw new IgniterError("ERR_UNAVAILABLE", { message: "Live events cannot be followed", cause });
    }
  }

  async #follow(): Promise<() => Promise<void>> {
    try {
      const end = await this.#tryToFollow();
      if (this.#deaf) this.#options.logger.info("Live events are followed again");
      this.#deaf = false;
      return end;
    } catch (error) {
      // Each client that comes back tries again: one line is enough.
      if (!this.#deaf) this.#options.logger.error("Live events cannot be followed: the store fails", { error });
      this.#deaf = true;
      throw error;
    }
  }

  async #tryToFollow(): Promise<() => Promise<void>> {
    const { log, ttl, deliver } = this.#options;
    let live = true;
    const stop = await log.follow(LOG, {
      entry: (entry) => {
        if (!live) return;
        const event = toLiveEvent(entry);
        this.history.push(event, this.#options.clock.now());
        deliver(event);
      },
      gap: ({ lastId }) => {
        if (!live) return;
        this.history.clear(lastId, this.#options.clock.now());
        deliver(toLiveEvent({ id: lastId, message: { reset: "The connection to the store was interrupted" } }));
      },
    }, { ttl });
    const end = async (): Promise<void> => {
      live = false;
      await stop();
    };
    try {
      const time = this.#options.clock.now();
      const id = await log.lastId(LOG, { ttl });
      this.history.standOn(id, await this.#timeOf(id) ?? time);
    } catch (error) {
      await end().catch(() => {});
      throw error;
    }
    return end;
  }

  /** When the log's last entry was published, as far as it says so; 0 when there was never any. */
  async #timeOf(id: string): Promise<number | undefined> {
    const place = parseLogId(id);
    if (place === undefined) return undefined;
    if (place.n === 0) return 0;
    const before = toLogId({ ...place, n: place.n - 1 });
    const entry = (await this.#options.log.entriesAfter(LOG, before))?.find((entry) => entry.id === id);
    const at = (entry?.message as { readonly at?: unknown } | undefined)?.at;
    return typeof at === "number" ? at + SKEW : undefined;
  }

  /** Finds where to go on after an id that somebody saw; `undefined` when something after it may be missing. */
  async resume(id: string): Promise<Resumption | undefined> {
    const { history } = this;
    const place = history.placeAfter(id);
    if (place !== undefined) return { place };
    if (this.#isGone(id)) return undefined;
    const read = this.#reading.then(() => this.#read(id));
    this.#reading = read.catch(() => {});
    return await read;
  }

  /** Whether the log cannot have what came after an id: so a stranger who makes ids up costs it nothing. */
  #isGone(id: string): boolean {
    const [asked, last] = [parseLogId(id), parseLogId(this.history.lastId ?? "")];
    if (asked === undefined || last === undefined || asked.epoch !== last.epoch) return true;
    return last.n - asked.n > this.#options.window;
  }

  async #read(id: string): Promise<Resumption | undefined> {
    const { history } = this;
    const known = history.placeAfter(id);
    if (known !== undefined) return { place: known };
    const entries = await this.#options.log.entriesAfter(LOG, id);
    if (entries === undefined) return undefined;
    const place = history.placeAfter(id);
    if (place !== undefined) return { place };
    // Another process is ahead of this one: what comes here up to that id the reader has seen there.
    if (history.isBehind(id)) return { place: history.end, seen: id };
    if (!history.extend(entries.map(toLiveEvent), id)) return undefined;
    const found = history.placeAfter(id);
    return found === undefined ? undefined : { place: found };
  }

  /** Ends. Somebody may start it again, and then knows nothing of what happened in between. */
  async stop(): Promise<void> {
    this.#cancelRetry();
    const following = this.#following;
    this.#following = undefined;
    this.history.clear(undefined, Infinity);
    const end = await following?.catch(() => undefined);
    try {
      await end?.();
    } catch (error) {
      this.#options.logger.warn("The store could not be left in order", { error });
    }
  }
}

/** Whether an event stands up to an id, and so was seen by one who has seen that. */
export function isUpTo(event: LiveEvent, id: string): boolean {
  const order = compareLogIds(event.id, id);
  return order !== undefined && order <= 0;
}

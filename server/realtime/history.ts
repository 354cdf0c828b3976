/**
 * The last events that reached this process, for those who come back.
 *
 * Events stand in the order of the log. Each has a *place*, an integer that counts up by one and never changes, so that
 * a reader who keeps his place notices when what he has not read was dropped. It can grow into the past, from the log.
 *
 * @module
 */
import { compareLogIds } from "../ports/log_id.ts";
import type { LiveEvent } from "./event.ts";

/** The window of events that this process has at hand. */
export class History {
  readonly #limit: number;
  #events: LiveEvent[] = [];
  /** When each of them reached this process, in milliseconds since the epoch; 0 for what was read from the log's past. */
  #times: number[] = [];
  /** Since when nothing has happened that is not here. */
  #since = Infinity;
  /** The place of the first event. */
  #start = 0;
  /** The id that stands right before the first event, where it is known. */
  #before: string | undefined = undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The place behind the last event. */
  get end(): number {
    return this.#start + this.#events.length;
  }

  /** The id of the last event, or that on which the history stands while it has none. */
  get lastId(): string | undefined {
    return this.#events.at(-1)?.id ?? this.#before;
  }

  /** Adds what happened, and when. */
  push(event: LiveEvent, time: number): void {
    this.#events.push(event);
    this.#times.push(time);
    if (this.#events.length < 2 * this.#limit) return;
    const dropped = this.#events.length - this.#limit;
    this.#before = this.#events[dropped - 1]?.id;
    this.#since = Math.max(this.#since, (this.#times[dropped - 1] ?? 0) + 1);
    this.#events = this.#events.slice(dropped);
    this.#times = this.#times.slice(dropped);
    this.#start += dropped;
  }

  /** Stands on an id, unless an event came in the meantime: all that has happened since `time` is here. */
  standOn(id: string, time: number): void {
    this.#since = time;
    if (this.#events.length === 0) this.#before = id;
  }

  /** Forgets everything: what comes next does not follow on what was. Readers lose their places. */
  clear(id: string | undefined, time: number): void {
    // One place is left out, so that even a reader who had read everything is not at the end of what there is now.
    this.#start = this.end + 1;
    this.#events = [];
    this.#times = [];
    this.#since = time;
    this.#before = id;
  }

  /** Whether a reader at a place can read on: nothing that he has not read was dropped. */
  holds(place: number): boolean {
    return place >= this.#start;
  }

  /** The event at a place; `undefined` at the end. */
  at(place: number): LiveEvent | undefined {
    return this.#events[place - this.#start];
  }

  /** The place behind an id; `undefined` when it is not here. */
  placeAfter(id: string): number | undefined {
    if (id === this.#before) return this.#start;
    const index = this.#events.findLastIndex((event) => event.id === id);
    return index < 0 ? undefined : this.#start + index + 1;
  }

  /** The place of the first event since a time; `undefined` when earlier ones of that time may not be here. */
  placeSince(time: number): number | undefined {
    if (time < this.#since) return undefined;
    const index = this.#times.findLastIndex((each) => each < time);
    return this.#start + index + 1;
  }

  /** Whether an id of the same log comes later than all that is here. */
  isBehind(id: string): boolean {
    return this.lastId !== undefined && (compareLogIds(id, this.lastId) ?? 0) > 0;
  }

  /** Puts events before the first, of a list that may overlap with what is here; tells whether they fit together. */
  extend(events: readonly LiveEvent[], before: string): boolean {
    const first = this.#events[0]?.id;
    const end = events.findIndex(({ id }) => id === first);
    const last = events.findIndex(({ id }) => id === this.#before);
    if (end < 0 && last < 0) return false;
    const count = end >= 0 ? end : last + 1;
    this.#events.unshift(...events.slice(0, count));
    this.#times.unshift(...new Array<number>(count).fill(0));
    this.#start -= count;
    this.#before = before;
    return true;
  }
}

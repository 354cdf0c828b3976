/**
 * A clock that stands still until a test moves it.
 *
 * @module
 */
import type { Clock } from "../ports/clock.ts";

/** Where a fake clock starts. */
export interface FakeClockOptions {
  /** The first time it tells, in milliseconds since the Unix epoch. @default 0 */
  readonly now?: number | undefined;
}

/** A clock whose time a test owns. */
export interface FakeClock extends Clock {
  /** How many pieces of work wait for their time. */
  readonly pending: number;
  /**
   * Moves the time forward by `ms` milliseconds. Work that falls due on the way runs in the order of its time (of
   * scheduling, when times are equal), each at its own time; that includes work scheduled on the way. Promise reactions
   * run to their end before the first piece of work, after each one, and before the promise resolves. Calls that overlap
   * run one after the other, so their times add up.
   *
   * When work throws, the promise rejects with what was thrown: the time stays where that happened, and what was not
   * run yet still waits.
   *
   * @throws RangeError when `ms` is negative or not finite.
   */
  advance(ms: number): Promise<void>;
}

/**
 * Makes a clock that stands still until {@link FakeClock.advance} moves it, so that a test of delays, timeouts and ttls
 * takes no time and never depends on the machine's speed.
 *
 * Work never runs inside `schedule()`, not even with a delay of 0. A delay that is negative or `NaN` counts as 0.
 *
 * @example A reminder after a minute
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createFakeClock } from "@igniter-js/core/testing";
 *
 * const clock = createFakeClock();
 * const heard: number[] = [];
 * clock.schedule(() => heard.push(clock.now()), 60_000);
 *
 * await clock.advance(59_999);
 * assertEquals(heard, []);
 * assertEquals(clock.pending, 1);
 *
 * await clock.advance(1);
 * assertEquals(heard, [60_000]);
 * assertEquals(clock.pending, 0);
 * ```
 *
 * @throws RangeError when `options.now` is not finite.
 */
export function createFakeClock(options: FakeClockOptions = {}): FakeClock {
  return new ManualClock(options.now ?? 0);
}

interface Waiting {
  readonly at: number;
  readonly work: () => void;
}

class ManualClock implements FakeClock {
  #now: number;
  /** In the order in which it will run. */
  #waiting: Waiting[] = [];
  #advancing: Promise<void> = Promise.resolve();

  constructor(now: number) {
    if (!Number.isFinite(now)) throw new RangeError(`Cannot start a clock at ${now}: it is not a finite number`);
    this.#now = now;
  }

  get pending(): number {
    return this.#waiting.length;
  }

  now(): number {
    return this.#now;
  }

  schedule(work: () => void, delay: number): () => void {
    const item: Waiting = { at: this.#now + (delay > 0 ? delay : 0), work };
    let index = this.#waiting.length;
    while (index > 0 && (this.#waiting[index - 1] as Waiting).at > item.at) index--;
    this.#waiting.splice(index, 0, item);
    return () => {
      const found = this.#waiting.indexOf(item);
      if (found >= 0) this.#waiting.splice(found, 1);
    };
  }

  advance(ms: number): Promise<void> {
    if (!(ms >= 0 && ms < Infinity)) {
      return Promise.reject(new RangeError(`Cannot advance a clock by ${ms}: time moves forward by finite steps`));
    }
    const advanced = this.#advancing.then(() => this.#advance(ms));
    // A failed step is its caller's; the next one starts all the same.
    this.#advancing = advanced.catch(() => {});
    return advanced;
  }

  async #advance(ms: number): Promise<void> {
    const target = this.#now + ms;
    await nextTurn();
    for (let item = this.#waiting[0]; item && item.at <= target; item = this.#waiting[0]) {
      this.#waiting.shift();
      this.#now = item.at;
      item.work();
      await nextTurn();
    }
    this.#now = target;
  }
}

/**
 * Waits for a turn of the event loop. Only a turn promises that all promise reactions ran, however long their chain is:
 * a fixed number of `await`s does not, and neither does a `MessageChannel`, whose messages Deno delivers in between.
 */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

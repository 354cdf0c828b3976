/**
 * The heartbeat: one timer for all connections, running while there are some.
 *
 * @module
 */
import type { Clock } from "../ports/clock.ts";

/** What is kept alive. */
export interface Beating {
  /** Sends a sign of life. */
  beat(): void;
}

/** Milliseconds between two beats: less than the 15 seconds that are promised, as timers are late. */
export const HEARTBEAT = 14_000;

/** Beats for all who joined. */
export class Heartbeat {
  readonly #clock: Clock;
  readonly #members: Set<Beating> = new Set();
  #cancel: () => void = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many there are. */
  get size(): number {
    return this.#members.size;
  }

  /** Begins to beat for somebody. */
  add(member: Beating): void {
    this.#members.add(member);
    if (this.#members.size === 1) this.#schedule();
  }

  /** Ends it. */
  delete(member: Beating): void {
    if (this.#members.delete(member) && this.#members.size === 0) this.#cancel();
  }

  #schedule(): void {
    this.#cancel = this.#clock.schedule(() => {
      for (const member of this.#members) member.beat();
      if (this.#members.size > 0) this.#schedule();
    }, HEARTBEAT);
  }
}

/**
 * One channel's listeners.
 *
 * @module
 */
import type { LiveEvent } from "./event.ts";

/** One who listens. */
export interface Listener {
  /** What the server granted. */
  readonly scopes: ReadonlySet<string>;
  /** Receives what happens on its channels, and every reset. */
  receive(event: LiveEvent): void;
}

/** Who listens to one channel, in the order in which they came. */
export class Topic {
  readonly #members: Set<Listener> = new Set();
  #listeners: readonly Listener[] | undefined = undefined;

  /** How many there are. */
  get size(): number {
    return this.#members.size;
  }

  /** A list that stays as it is, so that who receives may end itself or others, or bring in somebody. */
  get listeners(): readonly Listener[] {
    return this.#listeners ??= [...this.#members];
  }

  /** Begins to listen. */
  add(listener: Listener): void {
    this.#members.add(listener);
    this.#listeners = undefined;
  }

  /** Ends it. */
  delete(listener: Listener): void {
    this.#members.delete(listener);
    this.#listeners = undefined;
  }
}

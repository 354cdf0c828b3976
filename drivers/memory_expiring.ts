/**
 * What is kept under a key for a while.
 *
 * @module
 */
import type { Clock } from "../server/ports/clock.ts";

/** A value and its end. */
export interface Kept<V> {
  /** The value; it may be replaced without a change of its end. */
  value: V;
  /** `Infinity` for one that does not end. */
  endsAt: number;
}

/**
 * Values with an end. One whose time is over does not exist for any reader, and the first that comes upon it drops it.
 * Those that nobody asks for are found by a hand that goes round the values with an end, two steps for each write. As a
 * write adds one at most, the hand gains on the writers: what is over but still there never exceeds what was written
 * during one round. No timer is needed, and no single write pays for all.
 */
export class Expiring<V> {
  readonly #clock: Clock;
  readonly #entries: Map<string, Kept<V>> = new Map();
  /** Those of the entries that have an end. */
  readonly #ending: Map<string, Kept<V>> = new Map();
  #hand: MapIterator<[string, Kept<V>]> = this.#ending.entries();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many are kept; one whose time is over counts until it is cleaned up. */
  get size(): number {
    return this.#entries.size;
  }

  /** Gives what is kept under a key; `undefined` when there is nothing, or its time is over. */
  read(key: string): Kept<V> | undefined {
    const entry = this.#entries.get(key);
    if (!entry || entry.endsAt === Infinity || entry.endsAt > this.#clock.now()) return entry;
    this.#drop(key);
    return undefined;
  }

  /** Keeps a value for a lifetime in milliseconds, in place of an earlier one. */
  write(key: string, value: V, lifetime: number): void {
    this.#sweep();
    const entry: Kept<V> = { value, endsAt: Infinity };
    this.#entries.set(key, entry);
    if (lifetime === Infinity) this.#ending.delete(key);
    else this.#endAfter(key, entry, lifetime);
  }

  /** Sets the lifetime of what is kept, which may be `Infinity`; tells whether there is something. */
  expire(key: string, lifetime: number): boolean {
    const entry = this.read(key);
    if (!entry) return false;
    if (lifetime === Infinity) {
      entry.endsAt = Infinity;
      this.#ending.delete(key);
    } else this.#endAfter(key, entry, lifetime);
    return true;
  }

  /** Ends a key; tells whether it existed. */
  delete(key: string): boolean {
    if (!this.read(key)) return false;
    this.#drop(key);
    return true;
  }

  /** Lists the keys that start with a prefix. */
  keys(prefix: string): string[] {
    const keys: string[] = [];
    for (const key of this.#entries.keys()) {
      if (key.startsWith(prefix) && this.read(key)) keys.push(key);
    }
    return keys;
  }

  #endAfter(key: string, entry: Kept<V>, lifetime: number): void {
    entry.endsAt = this.#clock.now() + lifetime;
    this.#ending.set(key, entry);
  }

  #drop(key: string): void {
    this.#entries.delete(key);
    this.#ending.delete(key);
  }

  #sweep(): void {
    if (this.#ending.size === 0) return;
    const now = this.#clock.now();
    for (let step = 0; step < 2; step++) {
      const next = this.#hand.next();
      if (next.done) {
        this.#hand = this.#ending.entries();
        return;
      }
      const [key, entry] = next.value;
      if (entry.endsAt <= now) this.#drop(key);
    }
  }
}

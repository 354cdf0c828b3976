/**
 * A map whose keys are looked up as parts of longer strings.
 *
 * A `Map` wants a string of its own for each look-up, and hashes it anew: for a request's path that costs as much as all
 * the rest of finding its action. Here the caller, who goes over the characters anyway, brings the hash.
 *
 * @module
 */

interface Slot<V> {
  readonly hash: number;
  readonly key: string;
  readonly value: V;
}

/** Goes on with the hash of a text by its next character's code; a text's first hash is 0. */
export function hashOn(hash: number, code: number): number {
  return (Math.imul(hash, 31) + code) | 0;
}

/** Strings and their values: open addressing, at most half full. */
export class SpanTable<V> {
  #slots: (Slot<V> | undefined)[] = new Array(16).fill(undefined);
  #size = 0;

  /** Puts a value, unless the key has one. */
  put(key: string, value: V): void {
    let hash = 0;
    for (let at = 0; at < key.length; at++) hash = hashOn(hash, key.charCodeAt(at));
    if (this.find(key, 0, key.length, hash) !== undefined) return;
    if (++this.#size * 2 > this.#slots.length) {
      const before = this.#slots;
      this.#slots = new Array(before.length * 2).fill(undefined);
      for (const slot of before) if (slot !== undefined) this.#place(slot);
    }
    this.#place({ hash, key, value });
  }

  #place(slot: Slot<V>): void {
    const mask = this.#slots.length - 1;
    let at = slot.hash & mask;
    while (this.#slots[at] !== undefined) at = (at + 1) & mask;
    this.#slots[at] = slot;
  }

  /** The value of the key that stands in `text` from `start` to before `end`, and whose hash is `hash`. */
  find(text: string, start: number, end: number, hash: number): V | undefined {
    const slots = this.#slots;
    const mask = slots.length - 1;
    for (let at = hash & mask;; at = (at + 1) & mask) {
      const slot = slots[at];
      if (slot === undefined) return undefined;
      if (slot.hash === hash && isAt(slot.key, text, start, end)) return slot.value;
    }
  }
}

function isAt(key: string, text: string, start: number, end: number): boolean {
  if (key.length !== end - start) return false;
  for (let at = 0; at < key.length; at++) {
    if (key.charCodeAt(at) !== text.charCodeAt(start + at)) return false;
  }
  return true;
}

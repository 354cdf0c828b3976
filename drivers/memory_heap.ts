/**
 * A binary heap: the least item first, in logarithmic time.
 *
 * @module
 */

/** Keeps items in the order of `compare`. */
export class Heap<T> {
  readonly #items: T[] = [];
  readonly #compare: (a: T, b: T) => number;

  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare;
  }

  /** Gives the least item. */
  peek(): T | undefined {
    return this.#items[0];
  }

  /** Adds an item. */
  push(item: T): void {
    this.#items.push(item);
    this.#rise(this.#items.length - 1);
  }

  /** Takes the least item away. */
  pop(): T | undefined {
    const first = this.#items[0];
    const last = this.#items.pop();
    if (this.#items.length > 0 && last !== undefined) {
      this.#items[0] = last;
      this.#sink(0);
    }
    return first;
  }

  /** Takes an item away, in linear time. */
  delete(item: T): void {
    const index = this.#items.indexOf(item);
    if (index < 0) return;
    const last = this.#items.pop() as T;
    if (index === this.#items.length) return;
    this.#items[index] = last;
    this.#rise(index);
    this.#sink(index);
  }

  #rise(start: number): void {
    let index = start;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (this.#inOrder(parent, index)) return;
      this.#swap(parent, index);
      index = parent;
    }
  }

  #sink(start: number): void {
    let index = start;
    for (;;) {
      const left = 2 * index + 1;
      if (left >= this.#items.length) return;
      const right = left + 1;
      const child = right < this.#items.length && !this.#inOrder(left, right) ? right : left;
      if (this.#inOrder(index, child)) return;
      this.#swap(index, child);
      index = child;
    }
  }

  #inOrder(a: number, b: number): boolean {
    return this.#compare(this.#items[a] as T, this.#items[b] as T) <= 0;
  }

  #swap(a: number, b: number): void {
    const item = this.#items[a] as T;
    this.#items[a] = this.#items[b] as T;
    this.#items[b] = item;
  }
}

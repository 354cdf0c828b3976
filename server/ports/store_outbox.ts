/**
 * Messages on their way to those who are there.
 *
 * @module
 */

/**
 * Delivers later, in order. What is sent goes into one queue, which a microtask empties: the queue is what keeps the order
 * when a receiver sends something itself, and the microtask what keeps receivers out of the call stack of the sender.
 */
export class Outbox {
  #queue: (() => void)[] = [];
  #delivering = false;

  /** Runs `deliver`, which must not throw, after all that was sent before. */
  send(deliver: () => void): void {
    this.#queue.push(deliver);
    if (this.#delivering) return;
    this.#delivering = true;
    queueMicrotask(() => this.#empty());
  }

  #empty(): void {
    while (this.#queue.length > 0) {
      const queue = this.#queue;
      this.#queue = [];
      for (const deliver of queue) deliver();
    }
    this.#delivering = false;
  }
}

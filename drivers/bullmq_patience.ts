/**
 * A time limit for answers, of which many are waited for at once: one timer serves all, since one for each costs a tenth
 * of what it waits for.
 *
 * @module
 */

interface Waiting {
  /** By `performance.now()`. */
  readonly until: number;
  readonly reject: (error: Error) => void;
}

/** Lets answers take no longer than a time. */
export class Patience {
  readonly #timeout: number;
  readonly #toError: () => Error;
  /** In the order in which their time is over. */
  readonly #waiting: Set<Waiting> = new Set();
  #timer: ReturnType<typeof setTimeout> | undefined = undefined;

  /** `timeout` is in milliseconds; `toError` says what was waited for. */
  constructor(timeout: number, toError: () => Error) {
    this.#timeout = timeout;
    this.#toError = toError;
  }

  /** Gives an answer. @throws Error when it takes too long. */
  wait<T>(answer: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const waiting: Waiting = { until: performance.now() + this.#timeout, reject };
      this.#waiting.add(waiting);
      this.#timer ??= setTimeout(() => this.#look(), this.#timeout);
      answer.then((value) => {
        this.#leave(waiting);
        resolve(value);
      }, (error) => {
        this.#leave(waiting);
        reject(error);
      });
    });
  }

  #leave(waiting: Waiting): void {
    this.#waiting.delete(waiting);
    if (this.#waiting.size > 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    this.#timer = undefined;
    for (const waiting of this.#waiting) {
      const left = waiting.until - performance.now();
      if (left > 0) {
        this.#timer = setTimeout(() => this.#look(), left);
        return;
      }
      this.#waiting.delete(waiting);
      waiting.reject(this.#toError());
    }
  }
}

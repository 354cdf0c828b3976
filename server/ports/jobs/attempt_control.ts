/**
 * What ends an attempt from outside: a cancellation, a shutdown, its time limit.
 *
 * @module
 */
import { CANCELLED } from "./failure.ts";

/** Ends an attempt from outside, once. */
export class AttemptControl {
  /** Why it was ended by its worker. */
  why: "cancelled" | "shutdown" | undefined = undefined;
  #ended = false;
  #reason: unknown = undefined;
  /** Most handlers never ask for their signal, and making one costs a twentieth of an attempt. */
  #controller: AbortController | undefined = undefined;
  #reject: (reason: unknown) => void = () => {};

  /** Whether it was ended. */
  get ended(): boolean {
    return this.#ended;
  }

  /** What the handler's signal aborts with. */
  get reason(): unknown {
    return this.#reason;
  }

  /** The handler's signal. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#ended) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  /** Ends the attempt; the job fails without a retry. */
  cancel(): void {
    this.#endBy("cancelled", CANCELLED);
  }

  /** Ends the attempt; the job is delivered again. */
  shutdown(): void {
    this.#endBy("shutdown", "The worker is shutting down");
  }

  /** Ends the attempt with what it then fails of. */
  end(reason: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#reason = reason;
    this.#controller?.abort(reason);
    this.#reject(reason);
  }

  /** Gives what the attempt's work gives, unless it is ended first; then it rejects with the reason. */
  race<T>(work: Promise<T>): Promise<T> {
    if (this.#ended) {
      work.catch(() => {});
      return Promise.reject(this.#reason);
    }
    return new Promise((resolve, reject) => {
      this.#reject = reject;
      work.then(resolve, reject);
    });
  }

  #endBy(why: "cancelled" | "shutdown", message: string): void {
    if (this.#ended) return;
    this.why = why;
    this.end(new DOMException(message, "AbortError"));
  }
}

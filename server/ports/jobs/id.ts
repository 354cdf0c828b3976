/**
 * Ids of jobs.
 *
 * @module
 */

/**
 * Makes ids in the form of a UUID of version 7 (RFC 9562): they grow with time, so an index of them is written at its end
 * and not all over. A counter and a number of the maker's own, drawn once, tell them apart: drawing for each would cost
 * as much as all the rest of enqueuing.
 */
export class JobIds {
  readonly #maker: string = crypto.randomUUID().slice(24);
  #count: number = crypto.getRandomValues(new Uint32Array(1))[0] as number;

  /** Makes an id. */
  next(now: number): string {
    const time = Math.max(0, Math.floor(now)).toString(16).padStart(12, "0");
    this.#count = (this.#count + 1) & 0xffffff;
    const count = this.#count.toString(16).padStart(6, "0");
    // The fourth group begins with the variant, whose two bits are 10: one more digit keeps the counter whole.
    return `${time.slice(0, 8)}-${time.slice(8)}-7${count.slice(0, 3)}-8${count.slice(3)}-${this.#maker}`;
  }
}

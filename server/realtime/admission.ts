/**
 * Who may connect: no more than a process can bear, and no more of one identity than it needs.
 *
 * @module
 */
import { IgniterError } from "../contract/error.ts";

/** How many may connect. */
export interface AdmissionLimits {
  readonly maxConnections: number;
  readonly maxPerIdentity: number;
}

/** Counts the connections of a process. */
export class Admission {
  readonly #limits: AdmissionLimits;
  readonly #identities: Map<string, number> = new Map();
  #count = 0;

  constructor(limits: AdmissionLimits) {
    this.#limits = limits;
  }

  /** How many are connected. */
  get count(): number {
    return this.#count;
  }

  /** @throws IgniterError `ERR_UNAVAILABLE` when the process is full. */
  check(): void {
    if (this.#count < this.#limits.maxConnections) return;
    throw new IgniterError("ERR_UNAVAILABLE", { message: "There are too many connections" });
  }

  /**
   * Lets a connection in; gives back how to leave.
   *
   * @throws IgniterError `ERR_UNAVAILABLE` when the process is full, `ERR_RATE_LIMITED` when the identity's share is used up.
   */
  enter(identity: string | undefined): () => void {
    this.check();
    const own = identity === undefined ? 0 : this.#identities.get(identity) ?? 0;
    if (own >= this.#limits.maxPerIdentity) {
      throw new IgniterError("ERR_RATE_LIMITED", { message: "You have too many connections" });
    }
    this.#count++;
    if (identity !== undefined) this.#identities.set(identity, own + 1);
    let inside = true;
    return () => {
      if (!inside) return;
      inside = false;
      this.#count--;
      if (identity === undefined) return;
      const left = (this.#identities.get(identity) ?? 1) - 1;
      if (left > 0) this.#identities.set(identity, left);
      else this.#identities.delete(identity);
    };
  }
}

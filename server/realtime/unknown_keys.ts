/**
 * Names that nothing has. Types cannot check them inside of handlers (the router's type contains them, D15), so they are
 * checked when they are first used.
 *
 * @module
 */
import type { Logger } from "../ports/logger.ts";

/** Names that are reported: they may be made of ids, without end. */
const MAX_REPORTED = 1000;

/** Reports each unknown name once. */
export class UnknownKeys {
  readonly #logger: Logger;
  /** Keys of the routers' actions. */
  readonly #keys = new Set<string>();
  readonly #streams = new Set<string>();
  readonly #reported = new Set<string>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Makes a router's action known. */
  register(key: string, stream: boolean): void {
    this.#keys.add(key);
    if (stream) this.#streams.add(key);
  }

  /** Looks at a key, or the beginning of keys, that is to be revalidated. */
  report(key: string): void {
    if (this.#isNew(key) && !this.#knows(key)) {
      this.#say(key, `Nothing is named "${key}": this revalidation reaches no query`);
    }
  }

  /** Looks at a channel to which something is published. */
  reportStream(key: string): void {
    if (this.#isNew(key) && !this.#streams.has(key)) {
      this.#say(key, `No stream is named "${key}": nobody can subscribe to what is published there`);
    }
  }

  /** A process without a router knows no keys. */
  #isNew(key: string): boolean {
    return this.#keys.size > 0 && this.#reported.size < MAX_REPORTED && !this.#reported.has(key);
  }

  #say(key: string, message: string): void {
    this.#reported.add(key);
    this.#logger.warn(message, { key });
  }

  #knows(key: string): boolean {
    if (this.#keys.has(key)) return true;
    const prefix = (key.endsWith(".*") ? key.slice(0, -2) : key) + ".";
    for (const known of this.#keys) {
      if (known.startsWith(prefix)) return true;
    }
    return false;
  }
}

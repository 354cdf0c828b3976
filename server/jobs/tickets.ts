/**
 * Tickets: who holds a job's ticket may watch it and cancel it.
 *
 * A token is `<expiry>.<queue>.<signature>`: HMAC-SHA-256 over the job's queue and id, and the expiry. Nothing is kept of
 * it, so that a job which nobody watches costs nothing, and every process that knows the secret can judge it: the first
 * of `cookieSecrets` signs and all verify; an application without any shares one through its store, and one without a
 * store has one for the process.
 *
 * @module
 */
import type { JobTicket } from "../contract/job.ts";
import type { Clock } from "../ports/clock.ts";
import { addressOf } from "../ports/jobs/handle.ts";
import type { JobHandle } from "../ports/jobs/client.ts";
import type { JobAddress } from "../ports/queue.ts";
import type { Store } from "../ports/store.ts";

/** What tickets are made with. */
export interface TicketOptions {
  /** Secrets of the application. */
  readonly secrets: readonly string[];
  /** Where processes share a secret when the application has none. */
  readonly store: Pick<Store, "get" | "setIfAbsent"> | undefined;
  /** Tells the time. */
  readonly clock: Clock;
}

/** Failed jobs are kept that long unless told otherwise; who comes later finds nothing to watch. */
const LIFE = 7 * 86_400_000;
/** Where the shared secret stands in the store. */
const SECRET = "igniter.jobs.secret";
const ENCODER = new TextEncoder();

/** Makes and judges tickets. */
export class Tickets {
  readonly #options: TicketOptions;
  #keys: Promise<readonly CryptoKey[]> | undefined = undefined;

  constructor(options: TicketOptions) {
    this.#options = options;
  }

  /** Makes a ticket. @throws what the store throws when it does not give the secret. */
  async issue(handle: JobHandle): Promise<JobTicket> {
    const { id, queue } = addressOf(handle) as JobAddress;
    const expires = this.#options.clock.now() + LIFE;
    const [key] = await this.#load();
    const signature = await crypto.subtle.sign("HMAC", key as CryptoKey, toMessage({ id, queue }, expires));
    const token = `${expires.toString(36)}.${encodeURIComponent(queue)}.${toHex(new Uint8Array(signature))}`;
    return { id, job: handle.job, token };
  }

  /** Gives the job that a ticket opens; `undefined` when it opens none, or no longer. Compares in constant time. */
  async open(id: string, token: string): Promise<JobAddress | undefined> {
    const [time, name, hex] = /^([0-9a-z]{1,11})\.(.+)\.([0-9a-f]{64})$/.exec(token)?.slice(1) ?? [];
    if (time === undefined || name === undefined || hex === undefined) return undefined;
    const expires = parseInt(time, 36);
    if (!(expires > this.#options.clock.now())) return undefined;
    const job: JobAddress = { id, queue: decode(name) };
    const signature = Uint8Array.from(hex.match(/../g) ?? [], (byte) => parseInt(byte, 16));
    const message = toMessage(job, expires);
    for (const key of await this.#load()) {
      if (await crypto.subtle.verify("HMAC", key, signature, message)) return job;
    }
    return undefined;
  }

  #load(): Promise<readonly CryptoKey[]> {
    if (this.#keys !== undefined) return this.#keys;
    const keys = this.#keys = this.#makeKeys();
    // A store that fails is asked again.
    keys.catch(() => this.#keys = undefined);
    return keys;
  }

  async #makeKeys(): Promise<readonly CryptoKey[]> {
    const { secrets, store } = this.#options;
    if (secrets.length > 0) return await Promise.all(secrets.map(importKey));
    const own = toHex(crypto.getRandomValues(new Uint8Array(32)));
    if (store === undefined || await store.setIfAbsent(SECRET, own)) return [await importKey(own)];
    const shared = await store.get(SECRET);
    if (typeof shared !== "string") throw new Error(`Cannot sign a job's ticket: the store has no "${SECRET}"`);
    return [await importKey(shared)];
  }
}

function importKey(secret: string): Promise<CryptoKey> {
  // A purpose of its own: what signs cookies must not be what signs tickets.
  const bytes = ENCODER.encode(`igniter.jobs\0${secret}`);
  return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign", "verify"]);
}

function toMessage({ id, queue }: JobAddress, expires: number): Uint8Array<ArrayBuffer> {
  return ENCODER.encode(JSON.stringify([queue, id, expires]));
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** What is malformed names nothing. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}

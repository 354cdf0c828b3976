/**
 * The request's outgoing head: headers and cookies that procedures add to whatever answers (D1).
 *
 * @module
 */
import { keyOfSetCookie } from "./cookies.ts";
import type { ResponseHeaders } from "./responder.ts";

/** One header to add; `set` replaces those of its name. */
interface HeaderChange {
  readonly kind: "set" | "append";
  readonly name: string;
  readonly value: string;
}

/** Who answers: has an outgoing head, made when somebody first writes to it. */
export interface Answerer {
  readonly outgoing: Outgoing;
  /** Secrets of signed cookies. */
  readonly cookieSecrets: readonly string[];
}

/** Collects headers and cookies. */
export class Outgoing implements ResponseHeaders {
  #changes: HeaderChange[] | undefined = undefined;
  #cookies: Map<string, string> | undefined = undefined;

  set(name: string, value: string): void {
    this.#add({ kind: "set", name, value });
  }

  append(name: string, value: string): void {
    this.#add({ kind: "append", name, value });
  }

  /** Adds a `Set-Cookie`; the same key (name, domain, path) twice leaves the later one. */
  addCookie(text: string, key: string): void {
    (this.#cookies ??= new Map()).set(key, text);
  }

  /** Merges into an answer's headers, with its cookies. A header or a cookie that the answer sets itself wins. */
  mergeInto(headers: Headers, cookies: Iterable<readonly [key: string, text: string]> = []): void {
    const own = new Set([...headers.keys()]);
    for (const { kind, name, value } of this.#changes ?? []) {
      if (kind === "append") headers.append(name, value);
      else if (!own.has(name.toLowerCase())) headers.set(name, value);
    }
    if (this.#cookies === undefined) {
      for (const [, text] of cookies) headers.append("set-cookie", text);
      return;
    }
    const answered = new Set(headers.getSetCookie().map(keyOfSetCookie));
    for (const [key, text] of new Map([...this.#cookies, ...cookies])) {
      if (!answered.has(key)) headers.append("set-cookie", text);
    }
  }

  #add(change: HeaderChange): void {
    new Headers([[change.name, change.value]]); // throws here, where the mistake is, on a name or value HTTP cannot carry
    (this.#changes ??= []).push(change);
  }
}

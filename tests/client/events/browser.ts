/**
 * A browser with tabs, as far as they can talk: locks (Web Locks) and channels (BroadcastChannel) of one origin.
 *
 * @module
 */
import type { Broadcast, Locks } from "../../../client/platform.ts";
import { FakePlatform } from "./fakes.ts";

interface Request {
  readonly tab: Tab;
  readonly grant: () => void;
  readonly reject: (error: Error) => void;
}

/** One tab. */
export class Tab {
  readonly platform: FakePlatform;
  /** A crashed or frozen tab neither hears nor says anything. */
  deaf = false;
  readonly channels: Set<FakeChannel> = new Set();
  readonly #browser: Browser;

  constructor(browser: Browser) {
    this.#browser = browser;
    // deno-lint-ignore no-this-alias
    const tab = this;
    this.platform = new FakePlatform(undefined, {
      navigator: { locks: browser.locksOf(this) },
      BroadcastChannel: class extends FakeChannel {
        constructor(name: string) {
          super(browser, tab, name);
        }
      },
    });
  }

  /** Ends without running any code of its own: the browser releases its locks. */
  crash(): void {
    this.deaf = true;
    this.#browser.release(this);
  }
}

/** A channel of a tab. */
class FakeChannel implements Broadcast {
  onmessage: Broadcast["onmessage"] = null;
  readonly name: string;
  readonly #browser: Browser;
  readonly #tab: Tab;

  constructor(browser: Browser, tab: Tab, name: string) {
    this.#browser = browser;
    this.#tab = tab;
    this.name = name;
    tab.channels.add(this);
  }

  postMessage(message: unknown): void {
    if (this.#tab.deaf) return;
    const data = structuredClone(message);
    for (const tab of this.#browser.tabs) {
      for (const channel of tab.channels) {
        if (channel === this || channel.name !== this.name) continue;
        setTimeout(() => {
          if (!tab.deaf && tab.channels.has(channel)) channel.onmessage?.({ data } as MessageEvent);
        }, 0);
      }
    }
  }

  close(): void {
    this.#tab.channels.delete(this);
  }
}

/** A browser. */
export class Browser {
  readonly tabs: Tab[] = [];
  readonly #held = new Map<string, Request>();
  readonly #waiting = new Map<string, Request[]>();

  tab(): Tab {
    const tab = new Tab(this);
    this.tabs.push(tab);
    return tab;
  }

  /** The locks that are held. */
  get locks(): number {
    return this.#held.size;
  }

  locksOf(tab: Tab): Locks {
    return {
      request: (name, { signal, steal }, held) =>
        new Promise<void>((resolve, reject) => {
          const request: Request = {
            tab,
            reject,
            grant: async () => {
              try {
                resolve(await held());
              } catch (error) {
                reject(error);
              } finally {
                if (this.#held.get(name) === request) this.#free(name);
              }
            },
          };
          const refuse = () => {
            const queue = this.#waiting.get(name) ?? [];
            if (!queue.includes(request)) return;
            queue.splice(queue.indexOf(request), 1);
            reject(new DOMException("aborted", "AbortError"));
          };
          if (signal?.aborted) return reject(new DOMException("aborted", "AbortError"));
          signal?.addEventListener("abort", refuse);
          if (steal) {
            this.#held.get(name)?.reject(new DOMException("stolen", "AbortError"));
            this.#held.delete(name);
            this.#waiting.set(name, [request, ...this.#waiting.get(name) ?? []]);
          } else this.#waiting.set(name, [...this.#waiting.get(name) ?? [], request]);
          setTimeout(() => this.#next(name), 0);
        }),
    };
  }

  /** Takes everything from a tab. */
  release(tab: Tab): void {
    for (const [name, queue] of this.#waiting) this.#waiting.set(name, queue.filter((request) => request.tab !== tab));
    for (const [name, request] of this.#held) if (request.tab === tab) this.#free(name);
  }

  #free(name: string): void {
    this.#held.delete(name);
    setTimeout(() => this.#next(name), 0);
  }

  #next(name: string): void {
    const request = this.#held.has(name) ? undefined : this.#waiting.get(name)?.shift();
    if (!request) return;
    this.#held.set(name, request);
    request.grant();
  }
}

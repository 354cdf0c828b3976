/**
 * The one connection on which a store hears channels. Redis forgets subscriptions with their connection, so they are made
 * again on the next one; what was sent in between is lost, which each listener is told.
 *
 * @module
 */
import type { RedisLike } from "./redis_client.ts";
import { Link } from "./redis_link.ts";

/** One who listens to a channel. */
export interface Listener {
  /** Receives a message. */
  receive(text: string): void;
  /** Is told that the connection is lost: what comes from now on may be missing something. */
  lost?(): void;
  /** Is told that the connection is there again, and all that is sent from now on will be heard. */
  resumed?(): void;
}

/** How a subscriber works. */
export interface SubscriberOptions {
  /** Gives a client of the driver's own. */
  readonly open: () => Promise<RedisLike>;
  /** Milliseconds in which a call is answered or refused. */
  readonly timeout: number;
  /** Receives what goes wrong with the connection. */
  readonly report: (error: unknown) => void;
}

interface Listening {
  readonly listener: Listener;
  /** Whether Redis has confirmed: what came before that was not for it. */
  active: boolean;
}

/** How many channels are named in one command. */
const PAGE = 500;

/** How often an idle connection is asked whether it lives, in timeouts: one that was cut off silently stays open. */
const CHECK_EVERY = 5;

/** A connection that hears channels. */
export class Subscriber {
  readonly #link: Link;
  readonly #options: SubscriberOptions;
  readonly #channels: Map<string, Set<Listening>> = new Map();
  #closed = false;
  #check: ReturnType<typeof setTimeout> | undefined = undefined;

  constructor(options: SubscriberOptions) {
    this.#options = options;
    this.#link = new Link({
      open: options.open,
      owned: true,
      timeout: options.timeout,
      opened: (client) => client.on("message", (channel, text) => this.#receive(String(channel), String(text))),
      ready: () => void this.#resume(),
      lost: (cause) => this.#lose(cause),
    });
  }

  /** Hears a channel from when the promise resolves; gives back how to stop. */
  async listen(channel: string, action: string, listener: Listener): Promise<() => void> {
    const listening: Listening = { listener, active: false };
    const all = this.#channels.get(channel);
    if (all) all.add(listening);
    else this.#channels.set(channel, new Set([listening]));
    try {
      // Also when another listens already: the answer comes after all that was sent before.
      await this.#link.request({ action, send: (client) => client.subscribe(channel), again: true });
    } catch (error) {
      this.#leave(channel, listening);
      throw error;
    }
    listening.active = true;
    return () => this.#leave(channel, listening);
  }

  /** Ends the connection. */
  close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#check);
    this.#channels.clear();
    return this.#link.close();
  }

  #receive(channel: string, text: string): void {
    for (const { listener, active } of this.#channels.get(channel) ?? []) if (active) listener.receive(text);
  }

  #leave(channel: string, listening: Listening): void {
    listening.active = false;
    const all = this.#channels.get(channel);
    if (!all?.delete(listening) || all.size > 0) return;
    this.#channels.delete(channel);
    // A connection that is not there has no subscriptions either, and the same holds for one that fails now.
    if (!this.#link.ready) return;
    this.#link.request({ action: "unsubscribe", send: (client) => client.unsubscribe(channel) }).catch(() => {});
  }

  #lose(cause: Error | undefined): void {
    clearTimeout(this.#check);
    if (this.#channels.size > 0) {
      const why = cause ? ` (${cause.message})` : "";
      const message = `Cannot hear Redis: the connection was lost${why}; it is opened again`;
      this.#options.report(new Error(message, cause && { cause }));
    }
    for (const listening of this.#channels.values()) {
      for (const { listener, active } of listening) if (active) listener.lost?.();
    }
  }

  async #resume(): Promise<void> {
    this.#plan();
    const before = [...this.#channels].flatMap(([channel, all]) =>
      [...all].filter(({ active }) => active).map((listening) => ({ channel, listening }))
    );
    const channels = [...new Set(before.map(({ channel }) => channel))];
    try {
      for (let start = 0; start < channels.length; start += PAGE) {
        const page = channels.slice(start, start + PAGE);
        await this.#link.request({ action: "hear Redis again", send: (client) => client.subscribe(...page) });
      }
    } catch (error) {
      // A connection that is lost again resumes again; any other failure must not look like silence.
      if (this.#link.ready && !this.#closed) {
        this.#options.report(error);
        this.#link.renew();
      }
      return;
    }
    for (const { listening } of before) if (listening.active) listening.listener.resumed?.();
  }

  #plan(): void {
    clearTimeout(this.#check);
    this.#check = setTimeout(() => {
      // One that does not answer is given up by the link.
      this.#link.request({ action: "hear Redis", send: (client) => client.call("PING") }).catch(() => {});
      this.#plan();
    }, this.#options.timeout * CHECK_EVERY);
  }
}

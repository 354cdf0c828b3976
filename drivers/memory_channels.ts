/**
 * Who is subscribed to what in the memory of one process.
 *
 * @module
 */
import type { Subscriber } from "../server/ports/store.ts";
import { deliverMessage, type ReportFailure } from "../server/ports/store_delivery.ts";
import type { Outbox } from "../server/ports/store_outbox.ts";

/** One who listens to a channel. */
export interface Subscription {
  /** What it listens to. */
  readonly channel: string;
  /** What it calls. */
  readonly subscriber: Subscriber;
  /** Receives what the subscriber throws. */
  readonly report: ReportFailure;
  /** How many messages had been published when it began: those are not for it, though some may still wait. */
  readonly since: number;
}

/** The subscriptions of a space. */
export class Channels {
  /** Sets keep the order of subscribing, and one may be changed while it is walked. */
  readonly #subscriptions: Map<string, Set<Subscription>> = new Map();
  readonly #outbox: Outbox;
  #published = 0;

  constructor(outbox: Outbox) {
    this.#outbox = outbox;
  }

  /** Begins a subscription. */
  subscribe(channel: string, subscriber: Subscriber, report: ReportFailure): Subscription {
    const subscription: Subscription = { channel, subscriber, report, since: this.#published };
    const subscriptions = this.#subscriptions.get(channel);
    if (subscriptions) subscriptions.add(subscription);
    else this.#subscriptions.set(channel, new Set([subscription]));
    return subscription;
  }

  /** Ends a subscription; one that ended stays so. */
  end(subscription: Subscription): void {
    const subscriptions = this.#subscriptions.get(subscription.channel);
    if (subscriptions?.delete(subscription) && subscriptions.size === 0) {
      this.#subscriptions.delete(subscription.channel);
    }
  }

  /** Sends a message to those who are subscribed now. */
  publish(channel: string, text: string): void {
    if (!this.#subscriptions.has(channel)) return;
    const number = ++this.#published;
    this.#outbox.send(() => {
      for (const { subscriber, report, since } of this.#subscriptions.get(channel) ?? []) {
        if (since < number) deliverMessage(subscriber, channel, text, report);
      }
    });
  }
}

/**
 * Who in this process hears what is sent through a SQLite file.
 *
 * What this store sends itself is collected at once, with all that came before it; what other processes send is found by a
 * look every few milliseconds, which costs next to nothing while nobody writes. Nobody looks while nobody listens.
 *
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import { type LogId, parseLogId, toLogId } from "../server/ports/log_id.ts";
import type { LogFollower, Subscriber } from "../server/ports/store.ts";
import { deliverEntry, deliverGap, deliverMessage } from "../server/ports/store_delivery.ts";
import { Outbox } from "../server/ports/store_outbox.ts";
import { inSnapshot } from "./sqlite_database.ts";
import type { Logs } from "./sqlite_logs.ts";
import { MESSAGE_LIFETIME, type Messages, type Sent } from "./sqlite_messages.ts";

/** One who listens to a channel. */
export interface Subscription {
  /** What it listens to. */
  readonly channel: string;
  /** What it calls. */
  readonly subscriber: Subscriber;
  /** The last message of the file before it began. */
  readonly since: number;
}

/** One who follows a log. */
export interface Following {
  /** What it follows. */
  readonly log: string;
  /** What it calls. */
  readonly follower: LogFollower;
  /** The last message of the file before it began. */
  readonly since: number;
}

/** A log that is followed. */
interface Followed {
  readonly followings: Set<Following>;
  /** The last entry that was collected. */
  position: LogId;
}

/** What the receivers read from. */
export interface Sources {
  /** The open file. */
  readonly database: DatabaseSync;
  /** Its messages. */
  readonly messages: Messages;
  /** Its logs. */
  readonly logs: Logs;
}

/** The subscriptions and followers of one store. */
export class Receivers {
  readonly #sources: Sources;
  readonly #interval: number;
  readonly #report: (error: unknown, name: string | undefined) => void;
  readonly #subscriptions: Map<string, Set<Subscription>> = new Map();
  readonly #followed: Map<string, Followed> = new Map();
  readonly #outbox: Outbox = new Outbox();
  #timer: ReturnType<typeof setTimeout> | undefined = undefined;
  /** The last message that was collected. */
  #position = 0;
  #version = 0;
  #failing = false;

  constructor(
    sources: Sources,
    interval: number,
    report: (error: unknown, name: string | undefined) => void,
  ) {
    this.#sources = sources;
    this.#interval = interval;
    this.#report = report;
  }

  /** Begins a subscription. */
  subscribe(channel: string, subscriber: Subscriber): Subscription {
    this.#begin();
    const subscription: Subscription = { channel, subscriber, since: this.#position };
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
    this.#pause();
  }

  /** Ends the oldest subscription of a subscriber, or all of the channel. */
  unsubscribe(channel: string, subscriber: Subscriber | undefined): void {
    for (const subscription of this.#subscriptions.get(channel) ?? []) {
      if (subscriber && subscription.subscriber !== subscriber) continue;
      this.end(subscription);
      if (subscriber) return;
    }
  }

  /** Begins to follow a log, whose last entry `position` tells. */
  follow(log: string, follower: LogFollower, position: () => LogId): Following {
    this.#begin();
    const followed = this.#followed.get(log) ?? { followings: new Set(), position: position() };
    this.#followed.set(log, followed);
    const following: Following = { log, follower, since: this.#position };
    followed.followings.add(following);
    return following;
  }

  /** Ends a following; one that ended stays so. */
  leave(following: Following): void {
    const followings = this.#followed.get(following.log)?.followings;
    if (followings?.delete(following) && followings.size === 0) this.#followed.delete(following.log);
    this.#pause();
  }

  /** Ends all. */
  close(): void {
    this.#subscriptions.clear();
    this.#followed.clear();
    this.#pause();
  }

  /** Collects what was sent since the last time, and delivers it after the caller has returned. */
  collect(): void {
    if (this.#timer === undefined) return;
    const { database, messages } = this.#sources;
    inSnapshot(database, () => {
      const { messages: news, last, lost } = messages.after(this.#position);
      if (lost) this.#recover(last);
      else for (const sent of news) this.#receive(sent);
      this.#position = last;
    });
  }

  #receive(sent: Sent): void {
    const { id, entry, name, text } = sent;
    if (entry === undefined) {
      if (!this.#subscriptions.has(name)) return;
      this.#outbox.send(() => {
        for (const { subscriber, since } of this.#subscriptions.get(name) ?? []) {
          if (since < id) deliverMessage(subscriber, name, text, this.#report);
        }
      });
      return;
    }
    const followed = this.#followed.get(name);
    if (!followed) return;
    followed.position = parseLogId(entry) ?? followed.position;
    this.#deliver(name, id, (follower) => deliverEntry(follower, name, entry, text, this.#report));
  }

  /** Messages are gone that were never read: their channels are told by an error, logs have their windows. */
  #recover(last: number): void {
    if (this.#subscriptions.size > 0) {
      const error = new Error(
        `Cannot deliver all messages: this process did not read them for ${MESSAGE_LIFETIME / 1000} seconds`,
      );
      this.#outbox.send(() => this.#report(error, undefined));
    }
    for (const [name, followed] of this.#followed) {
      // It may have ended meanwhile; then it begins again when somebody appends, and this store hears that as it is.
      const rest = this.#sources.logs.rest(name, followed.position);
      const before = rest && { ...rest.last, n: rest.last.n - rest.entries.length };
      if (!rest?.exact) {
        const lastId = toLogId(before ?? followed.position);
        this.#deliver(name, last, (follower) => deliverGap(follower, name, lastId, this.#report));
      }
      for (const { epoch, n, text } of rest?.entries ?? []) {
        const id = toLogId({ epoch, n });
        this.#deliver(name, last, (follower) => deliverEntry(follower, name, id, text, this.#report));
      }
      if (rest) followed.position = rest.last;
    }
  }

  #deliver(log: string, id: number, deliver: (follower: LogFollower) => void): void {
    this.#outbox.send(() => {
      for (const { follower, since } of this.#followed.get(log)?.followings ?? []) {
        if (since < id) deliver(follower);
      }
    });
  }

  /** Makes sure that all that was sent is collected, so that it is not for those who begin now. */
  #begin(): void {
    if (this.#timer === undefined) {
      this.#version = this.#sources.messages.version();
      this.#position = this.#sources.messages.last();
      this.#wait();
    } else this.collect();
  }

  #pause(): void {
    if (this.#subscriptions.size > 0 || this.#followed.size > 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #wait(): void {
    this.#timer = setTimeout(() => {
      this.#look();
      // What was delivered may have ended the last receiver.
      if (this.#timer !== undefined) this.#wait();
    }, this.#interval);
  }

  #look(): void {
    try {
      const version = this.#sources.messages.version();
      if (version === this.#version) return;
      this.collect();
      this.#version = version;
      this.#failing = false;
    } catch (error) {
      // The next look may succeed; one report is enough until it does.
      if (!this.#failing) this.#report(error, undefined);
      this.#failing = true;
    }
  }
}

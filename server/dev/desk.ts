/**
 * What an application in development tells `igniter dev`, when that has started it.
 *
 * @module
 */
import { DEV_FEED, type DevEvent, type DevFeed, type DevJobEvent } from "../ports/dev_feed.ts";
import { redact } from "./redact.ts";

/** Tells of an application. */
export class DevDesk {
  readonly #feed: DevFeed;
  /** From anywhere: two applications, and an application and its successor, must not use the same ones. */
  #id: number = Math.floor(Math.random() * 2 ** 48);

  constructor(feed: DevFeed) {
    this.#feed = feed;
  }

  /** An id for a request or a connection. */
  nextId(): number {
    return this.#id++;
  }

  /** Tells of something. Never throws: the application must not depend on who looks on. */
  tell(event: DevEvent): void {
    try {
      this.#feed(event);
    } catch {
      // The listener's own failure; there is nobody else to tell.
    }
  }

  /** Tells of a job, without the secrets in its progress. */
  tellJob(event: DevJobEvent): void {
    this.tell(event.progress === undefined ? event : { ...event, progress: redact(event.progress) });
  }
}

/** Finds who listens in this process; nobody does outside of `igniter dev`. */
export function findDevDesk(): DevDesk | undefined {
  const feed = (globalThis as { readonly [key: symbol]: unknown })[Symbol.for(DEV_FEED)];
  return typeof feed === "function" ? new DevDesk(feed as DevFeed) : undefined;
}

/**
 * How a store hands over messages: it never fails, whatever the receiver does.
 *
 * @module
 */
import type { LogFollower, Subscriber } from "./store.ts";

/** Receives what a subscriber or follower throws, and the name of its channel or log. */
export type ReportFailure = (error: unknown, name: string) => void;

/** Hands a subscriber its own copy of a message. */
export function deliverMessage(subscriber: Subscriber, channel: string, text: string, report: ReportFailure): void {
  attempt(() => subscriber(JSON.parse(text), channel), channel, report);
}

/** Hands a follower its own copy of an entry. */
export function deliverEntry(
  follower: LogFollower,
  log: string,
  id: string,
  text: string,
  report: ReportFailure,
): void {
  attempt(() => follower.entry({ id, message: JSON.parse(text) }, log), log, report);
}

/** Tells a follower of a gap. */
export function deliverGap(follower: LogFollower, log: string, lastId: string, report: ReportFailure): void {
  attempt(() => follower.gap({ lastId }, log), log, report);
}

/** Reports failures of subscribers and followers where nobody else does. */
export function logDeliveryFailure(error: unknown, name: string): void {
  console.error(`Cannot deliver a message of "${name}": its receiver failed`, error);
}

/** Never throws and never waits: the next receiver has a right to the message as well. */
function attempt(work: () => unknown, name: string, report: ReportFailure): void {
  const fail = (error: unknown): void => {
    try {
      report(error, name);
    } catch (reportError) {
      logDeliveryFailure(error, name);
      logDeliveryFailure(reportError, name);
    }
  };
  try {
    const result = work();
    if (isThenable(result)) result.then(undefined, fail);
  } catch (error) {
    fail(error);
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === "function";
}

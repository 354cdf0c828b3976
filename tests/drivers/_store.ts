/**
 * What the tests of stores share.
 *
 * @module
 */
import type { Store } from "../../server/ports/store.ts";

/** An entry or a gap, as a follower received it. */
export interface StoreEvent {
  readonly id?: string;
  readonly message?: unknown;
  readonly gap?: string;
}

/** Follows a log; the list grows. */
export async function collectEvents(store: Store, log: string): Promise<StoreEvent[]> {
  const events: StoreEvent[] = [];
  await store.follow(log, {
    entry: (entry) => events.push(entry),
    gap: ({ lastId }) => events.push({ gap: lastId }),
  });
  return events;
}

/** Waits until a condition holds. */
export async function until(condition: () => boolean | Promise<boolean>, timeout = 10_000): Promise<void> {
  const end = performance.now() + timeout;
  while (!await condition()) {
    if (performance.now() > end) throw new Error(`Waited ${timeout} ms for ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

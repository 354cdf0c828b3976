/**
 * Hears what clients are told to refetch. Clients hear it at the events address; a test that has no client listens where
 * that address would.
 *
 * @module
 */
import type { Realtime } from "@igniter-js/core";
import type { Broker } from "../../server/realtime/broker.ts";
import { REVALIDATE_CHANNEL } from "../../server/realtime/event.ts";

/** Collects the revalidations that a connection with these scopes hears. */
export function hearRevalidations(realtime: Realtime, scopes: readonly string[] = []): unknown[] {
  const heard: unknown[] = [];
  (realtime as Broker).subscribe(REVALIDATE_CHANNEL, {
    scopes: new Set(scopes),
    receive: ({ data }) => heard.push(...data as unknown[]),
  });
  return heard;
}

/** Waits until somebody listens to a channel: what is published before that reaches nobody. */
export async function untilSubscribed(realtime: Realtime, channel: string): Promise<void> {
  while ((realtime as Broker).count(channel) === 0) await new Promise((resolve) => setTimeout(resolve, 0));
}

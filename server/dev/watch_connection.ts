/**
 * An event connection, as `igniter dev` is told of it.
 *
 * @module
 */
import { JOB_CHANNEL } from "../contract/job.ts";
import type { Subscription } from "../realtime/subscription.ts";
import type { DevDesk } from "./desk.ts";
import { redactSearch } from "./redact.ts";

/** Tells that a connection is open; what it gives tells that it is closed. */
export function watchConnection(
  desk: DevDesk,
  subscriptions: readonly Subscription[],
  identity: string | undefined,
): () => void {
  const at = Date.now();
  const told = {
    kind: "connection" as const,
    id: desk.nextId(),
    topics: subscriptions.map(toTopic),
    ...(identity === undefined ? undefined : { identity }),
  };
  desk.tell({ ...told, at, state: "open" });
  return () => {
    const now = Date.now();
    desk.tell({ ...told, at: now, state: "closed", ms: now - at });
  };
}

function toTopic({ key, search }: Subscription): string {
  // A job's search is its ticket.
  return search === "" || key.startsWith(JOB_CHANNEL) ? key : `${key}?${redactSearch(search)}`;
}

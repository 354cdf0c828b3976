/**
 * Proof that a peer does a work item, before anything is timed.
 *
 * @module
 */
import { equal } from "@std/assert";
import type { Handler, Peer, WorkItem } from "./work.ts";

/** Says what is wrong with a peer's answer to the item, or to the request that it must refuse. */
export async function check(
  peer: Peer,
  handler: Handler,
  item: WorkItem,
  origin?: string,
): Promise<string | undefined> {
  const response = await handler(requestsOf(peer, item, origin)());
  const text = await response.text();
  if (response.status !== item.status) return `${response.status} ${text}`;
  if (!equal(peer.unwrap(JSON.parse(text)), item.data)) return text;
  if (item.refused === undefined) return undefined;
  const refusal = await handler(requestsOf(peer, { ...item, ...item.refused }, origin)());
  await refusal.body?.cancel();
  return refusal.status >= 400 && refusal.status < 500 ? undefined : `${refusal.status} for what must be refused`;
}

/** Makes what makes the item's requests. */
export function requestsOf(peer: Peer, item: WorkItem, origin = "http://127.0.0.1:8000"): () => Request {
  const url = `${origin}${peer.prefix}${item.path}`;
  if (item.body === undefined) return () => new Request(url);
  const init = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(item.body) };
  return () => new Request(url, init);
}

/**
 * Rich values on their way from a server's cache into a page, for TanStack's `dehydrate` and `hydrate`.
 *
 * @module
 */
import { decode } from "../server/contract/decode.ts";
import { encode } from "../server/contract/encode.ts";

/**
 * Turns a query's data into JSON from which {@link deserializeData} restores Dates, bigints, Maps and the like.
 *
 * @example
 * ```ts
 * import { deserializeData, serializeData } from "@igniter-js/core/client";
 * import { assertEquals } from "@std/assert";
 * import { dehydrate, hydrate, QueryClient } from "@tanstack/react-query";
 *
 * const defaultOptions = { dehydrate: { serializeData }, hydrate: { deserializeData } };
 *
 * const server = new QueryClient({ defaultOptions });
 * server.setQueryData(["users"], { since: new Date(0) });
 * const sent = JSON.stringify(dehydrate(server));
 *
 * const page = new QueryClient({ defaultOptions });
 * hydrate(page, JSON.parse(sent));
 * assertEquals(page.getQueryData(["users"]), { since: new Date(0) });
 * ```
 */
export function serializeData(data: unknown): unknown {
  return encode(data);
}

/** Restores what {@link serializeData} made. @throws TypeError for anything else. */
export function deserializeData(data: unknown): unknown {
  // React may hydrate the same state twice, and what is restored is restored in place.
  const { json, meta } = structuredClone(data) as { readonly json?: unknown; readonly meta?: unknown };
  return decode(json, meta);
}

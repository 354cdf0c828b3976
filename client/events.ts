/**
 * The event connection of a client.
 *
 * @module
 */
import type { ClientOptions } from "./options.ts";
import type { EventConnection } from "./stream.ts";

/** Makes the event connection of a client; it opens with the first subscription. */
export function createEvents(_client: ClientOptions): EventConnection {
  throw new TypeError("Cannot subscribe: the event connection is being written");
}

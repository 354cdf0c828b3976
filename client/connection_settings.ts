/**
 * The provider's settings, for the event connection.
 *
 * @module
 */
import type { RealtimeProps } from "./provider.ts";
import type { EventConnection } from "./stream.ts";

/** Tells a connection how to behave; the scopes are asked of the provider at each connect, as it is then. */
export function configureBy(connection: EventConnection, settings: () => RealtimeProps<never>): void {
  const { autoReconnect, maxReconnectAttempts, reconnectDelay, debug, getScopes } = settings();
  connection.configure({
    autoReconnect,
    maxReconnectAttempts,
    reconnectDelay,
    debug,
    ...(getScopes && {
      scopes: async () => {
        const { getContext, getScopes } = settings();
        return getScopes?.(await getContext?.() as never) ?? [];
      },
    }),
  });
}

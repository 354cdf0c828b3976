import type { RealtimeHookResult } from "@igniter-js/core/client";
import { useEffect, useRef } from "react";
import { api } from "../../../igniter.client.ts";

/**
 * Shows the page's event connection, and makes it anew when somebody else is there: what it may hear was decided for who
 * was there before. `userId` is null for a stranger, undefined while nobody knows.
 */
export function useOwnConnection(userId: string | null | undefined): RealtimeHookResult {
  const connection = api.sessions.current.useRealtime();
  const { reconnect } = connection;
  const before = useRef(userId);
  useEffect(() => {
    if (before.current !== undefined && before.current !== userId) reconnect();
    before.current = userId;
  }, [userId, reconnect]);
  return connection;
}

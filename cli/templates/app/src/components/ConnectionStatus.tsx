/// <reference lib="dom" />
import type { RealtimeHookResult } from "@igniter-js/core/client";
import { useSyncExternalStore } from "react";
import { Button } from "./Button.tsx";

const LABELS: Readonly<Record<RealtimeHookResult["state"], string>> = {
  connecting: "Connecting…",
  open: "Live",
  reconnecting: "Reconnecting…",
  closed: "Offline",
  error: "Offline",
};

interface ConnectionStatusProps {
  readonly connection: RealtimeHookResult;
}

/** Says whether what is shown follows what happens; at once also to a screen reader. */
export function ConnectionStatus({ connection: { state, reconnect } }: ConnectionStatusProps) {
  const isOnline = useSyncExternalStore(watchNetwork, () => navigator.onLine, () => true);
  const label = isOnline ? LABELS[state] : "Offline";
  return (
    <div className="connection">
      <p role="status" className={label === "Live" ? "live" : undefined}>{label}</p>
      {/* It does not try again by itself: the server has refused it for good. */}
      {state === "error" && <Button type="button" className="quiet" onClick={reconnect}>Reconnect</Button>}
    </div>
  );
}

function watchNetwork(changed: () => void): () => void {
  addEventListener("online", changed);
  addEventListener("offline", changed);
  return () => {
    removeEventListener("online", changed);
    removeEventListener("offline", changed);
  };
}

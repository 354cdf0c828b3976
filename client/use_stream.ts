"use client";
/**
 * `useStream`: a subscription as a component sees it. Its states are those of `stream.ts`. `useRealtime` is the same
 * with another `show`.
 *
 * @module
 */
import { hashKey } from "@tanstack/react-query";
import * as React from "react";
import { FailureError } from "../server/contract/failure_error.ts";
import { useClient, useLatest } from "./hook_parts.ts";
import { RealtimeContext } from "./provider.ts";
import { queryKey } from "./query_key.ts";
import type { Target } from "./query_options.ts";
import type { Show, Shown, StreamGiven } from "./show_stream.ts";

/** What was seen, of which channel. */
type Seen = readonly [channel?: string, shown?: Partial<Shown>];

/** `useStream` of an action. The provider's settings are read when it subscribes. */
export function useStream(
  { engine, key }: Target,
  given: StreamGiven = {},
  load: () => Promise<{ readonly show: Show }> = () => import("./show_stream.ts"),
): object {
  useClient(key);
  const realtime = React.useContext(RealtimeContext);
  // How often it was asked to connect, negative while it is asked not to.
  const [wish, setWish] = React.useState(1);
  const latest = useLatest([given, realtime, wish, load] as const);
  const on = wish > 0 && realtime.enableRealtime !== false && given.enabled !== false;
  const channel = on ? wish + hashKey(queryKey({ key }, given)) : "";
  const [[of, seen], setSeen] = React.useState<Seen>([]);

  React.useEffect(() => {
    if (!channel) return;
    let live = true;
    const see = (next: Partial<Shown>) => {
      if (live) setSeen(([of, seen]) => [channel, { ...(of === channel && seen), ...next }]);
    };
    const stop = latest.current[3]()
      .then(({ show }) => live ? show(engine, key, () => latest.current, see) : undefined)
      .catch((cause) => {
        const error = new FailureError("ERR_NETWORK", { message: String(cause) });
        see({ state: "error", error });
        if (live) latest.current[0].onError?.(error);
      });
    return () => {
      live = false;
      // Who only goes away may be back at once (StrictMode, the next page); who asked means it.
      const now = latest.current[2] !== wish;
      stop.then((stop) => stop?.(now));
    };
  }, [engine, channel]);

  const [methods] = React.useState(() => ({
    reconnect: () => setWish((wish) => Math.abs(wish) + 1),
    disconnect: () => setWish((wish) => -Math.abs(wish)),
  }));
  // What was seen of another input is not shown.
  const shown: Partial<Shown> = {
    state: on ? "connecting" : "closed",
    error: null,
    ...(of === channel && seen),
  };
  return { ...shown, isConnected: shown.state === "open", ...methods };
}

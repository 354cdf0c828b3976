"use client";
/**
 * `useStream`: a subscription as a component sees it. Its states are those of `stream.ts`.
 *
 * @module
 */
import * as React from "react";
import { IgniterError } from "../server/contract/error.ts";
import { useClient, useLatest } from "./hook_parts.ts";
import { RealtimeContext } from "./provider.ts";
import { queryKey } from "./query_key.ts";
import type { Target } from "./query_options.ts";
import type { Shown, StreamGiven } from "./show_stream.ts";

interface Seen extends Partial<Shown> {
  readonly channel?: string;
}

/** `useStream` of an action. The provider's settings are read when it subscribes. */
export function useStream({ engine, key }: Target, given: StreamGiven = {}): object {
  useClient(key);
  const settings = React.useContext(RealtimeContext);
  // How often it was asked to connect, negative while it is asked not to.
  const [wish, setWish] = React.useState(1);
  const latest = useLatest([given, settings, wish] as const);
  const on = wish > 0 && settings.enableRealtime !== false && given.enabled !== false;
  const channel = on ? wish + JSON.stringify(queryKey({ key }, given)) : "";
  const [seen, setSeen] = React.useState<Seen>({});

  React.useEffect(() => {
    if (!channel) return;
    let live = true;
    let stop: ((now?: boolean) => void) | undefined;
    const see = (next: Partial<Shown>) => {
      if (live) setSeen((seen) => ({ ...(seen.channel === channel && seen), channel, ...next }));
    };
    import("./show_stream.ts").then(async ({ showStream }) => {
      if (live) stop = await showStream(engine, key, () => latest.current, see);
      if (!live) stop?.();
    }).catch((cause) => {
      const error = new IgniterError("ERR_NETWORK", { message: String(cause) });
      see({ state: "error", error });
      if (live) latest.current[0].onError?.(error);
    });
    return () => {
      live = false;
      // Who only goes away may be back at once (StrictMode, the next page); who asked means it.
      stop?.(latest.current[2] !== wish);
    };
  }, [engine, channel]);

  const [methods] = React.useState(() => ({
    reconnect: () => setWish((wish) => Math.abs(wish) + 1),
    disconnect: () => setWish((wish) => -Math.abs(wish)),
  }));
  // What was seen of another input is not shown.
  const { state = on ? "connecting" : "closed", data, error = null }: Seen = seen.channel === channel ? seen : {};
  return { data, state, error, isConnected: state === "open", ...methods };
}

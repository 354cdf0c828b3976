"use client";
/**
 * `useStream`: a subscription as a component sees it. Its states are those of `stream.ts`.
 *
 * @module
 */
import { useContext, useEffect, useRef, useState } from "react";
import { hashKey } from "@tanstack/react-query";
import { useClient, useLatest } from "./hook_parts.ts";
import { failed } from "./limits.ts";
import { toError } from "./methods.ts";
import { RealtimeContext } from "./provider.ts";
import { queryKey } from "./query_key.ts";
import type { Target } from "./query_options.ts";
import type { Shown, StreamGiven } from "./show_stream.ts";

interface Seen extends Shown {
  readonly channel: string;
}

/** `useStream` of an action. The provider's settings are read when it subscribes. */
export function useStream({ engine, key }: Target, given: StreamGiven = {}): object {
  useClient(key);
  const settings = useContext(RealtimeContext);
  const latest = useLatest([given, settings] as const);
  // How often it was asked to connect, negative while it is asked not to.
  const [wish, setWish] = useState(1);
  const on = wish > 0 && settings.enableRealtime !== false && given.enabled !== false;
  const channel = on ? wish + hashKey(queryKey(key, given)) : "";
  const start: Seen = { channel, state: on ? "connecting" : "closed", data: undefined, error: null };
  const [last, setSeen] = useState(start);

  // Whether it was the user who wants the subscription to end: then at once, and not as a re-mount would.
  const wished = useRef(false);

  useEffect(() => {
    if (!channel) return;
    let live = true;
    let stop: ((now?: boolean) => void) | undefined;
    const see = (next: Partial<Shown>) => {
      if (live) setSeen((seen) => ({ ...(seen.channel === channel ? seen : start), ...next }));
    };
    import("./show_stream.ts").then(async ({ showStream }) => {
      if (live) stop = await showStream(engine, key, () => latest.current, see);
      if (!live) stop?.();
    }).catch((cause) => {
      const error = toError(failed("ERR_NETWORK", String(cause)).error!);
      see({ state: "error", error });
      if (live) latest.current[0].onError?.(error);
    });
    return () => {
      live = false;
      stop?.(wished.current);
      wished.current = false;
    };
  }, [engine, channel]);

  const [methods] = useState(() => {
    const wishFor = (sign: 1 | -1) => () => {
      wished.current = true;
      setWish((wish) => sign * (Math.abs(wish) + 1));
    };
    return { reconnect: wishFor(1), disconnect: wishFor(-1) };
  });
  const { state, data, error } = last.channel === channel ? last : start;
  return { data, state, error, isConnected: state === "open", ...methods };
}

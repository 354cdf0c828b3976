"use client";
/**
 * `useStream`: a subscription as a component sees it. Its states are those of `stream.ts`.
 *
 * @module
 */
import { useContext, useEffect, useState } from "react";
import { hashKey } from "@tanstack/react-query";
import { useClient, useLatest } from "./hook_parts.ts";
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

  useEffect(() => {
    if (!channel) return;
    let live = true;
    const see = (next: Partial<Shown>) => {
      if (live) setSeen((seen) => ({ ...(seen.channel === channel ? seen : start), ...next }));
    };
    const showing = import("./show_stream.ts").then(({ showStream }) =>
      live ? showStream(engine, key, latest.current[1], () => latest.current[0], see) : undefined
    );
    showing.catch((error) => {
      see({ state: "error", error });
      if (live) latest.current[0].onError?.(error);
    });
    return () => {
      live = false;
      showing.then((stop) => stop?.(), () => {});
    };
  }, [engine, channel]);

  const [methods] = useState(() => ({
    reconnect: () => setWish((wish) => Math.abs(wish) + 1),
    disconnect: () => setWish((wish) => -Math.abs(wish)),
  }));
  const { state, data, error } = last.channel === channel ? last : start;
  return { data, state, error, isConnected: state === "open", ...methods };
}

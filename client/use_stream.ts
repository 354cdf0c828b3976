"use client";
/**
 * `useStream`: a subscription as a component sees it. Its states are those of `stream.ts`.
 *
 * @module
 */
import { useContext, useEffect, useState } from "react";
import { hashKey } from "@tanstack/react-query";
import type { Failure } from "../server/contract/error.ts";
import { useClient, useLatest } from "./hook_parts.ts";
import { failed } from "./limits.ts";
import { toError } from "./methods.ts";
import { RealtimeContext } from "./provider.ts";
import { inputOf, queryKey } from "./query_key.ts";
import type { Target } from "./query_options.ts";
import type { CallInput } from "./request.ts";
import type { StreamState } from "./stream.ts";

interface StreamGiven extends CallInput {
  readonly enabled?: boolean;
  readonly onState?: (state: StreamState) => void;
  readonly onOpen?: (data: unknown) => void;
  readonly onMessage?: (data: unknown, type: string) => void;
  readonly onGap?: (missed: number | undefined) => void;
  readonly onError?: (error: Error | null) => void;
}

interface Seen {
  readonly channel: string;
  readonly state: StreamState;
  readonly data: unknown;
  readonly error: Error | null;
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
    let stop: (() => void) | undefined;
    let live = true;
    const see = (next: Partial<Seen>) => setSeen((seen) => ({ ...(seen.channel === channel ? seen : start), ...next }));
    const hear = (name: "onOpen" | "onMessage" | "onGap") => (heard: unknown, type?: string) => {
      if (!live) return;
      if (name === "onMessage") see({ data: heard });
      latest.current[0][name]?.(heard as never, type!);
    };
    const onState = (state: StreamState, failure?: Failure) => {
      if (!live) return;
      const error = failure ? toError(failure) : null;
      see({ state, error });
      latest.current[0].onState?.(state);
      if (state === "error") latest.current[0].onError?.(error);
    };
    engine.events().then((connection) => {
      if (!live) return;
      connection.configure(latest.current[1]);
      stop = connection.subscribe(key, inputOf(latest.current[0]), {
        onState,
        onOpen: hear("onOpen"),
        onMessage: hear("onMessage"),
        onGap: hear("onGap"),
      });
    }).catch((cause) => onState("error", failed("ERR_NETWORK", String(cause)).error!));
    return () => {
      live = false;
      stop?.();
    };
  }, [engine, channel]);

  const [methods] = useState(() => ({
    reconnect: () => setWish((wish) => Math.abs(wish) + 1),
    disconnect: () => setWish((wish) => -Math.abs(wish)),
  }));
  const { state, data, error } = last.channel === channel ? last : start;
  return { data, state, error, isConnected: state === "open", ...methods };
}

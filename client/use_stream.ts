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
  readonly onError?: (error: Error) => void;
}

interface Seen {
  readonly state: StreamState;
  readonly data: unknown;
  readonly error: Error | null;
}

/** `useStream` of an action. */
export function useStream({ engine, key }: Target, given: StreamGiven = {}): object {
  useClient(key);
  const settings = useContext(RealtimeContext);
  const { enableRealtime, autoReconnect, maxReconnectAttempts, reconnectDelay, debug } = settings;
  const latest = useLatest({ given, settings });
  // How often it was asked to connect, negative while it is asked not to.
  const [wish, setWish] = useState(1);
  const on = wish > 0 && enableRealtime !== false && given.enabled !== false;
  const input = inputOf(given);
  const channel = on ? `${wish}${hashKey(queryKey(key, input))}` : "";
  const start = { channel, state: on ? "connecting" : "closed", data: undefined, error: null } as const;
  const [seen, setSeen] = useState<Seen & { readonly channel: string }>(start);

  useEffect(() => {
    if (!on) return;
    engine.events().then((connection) =>
      connection.configure({
        autoReconnect,
        maxReconnectAttempts,
        reconnectDelay,
        debug,
        scopes: settings.getScopes && (async () => {
          const { getContext, getScopes } = latest.current.settings;
          return getScopes?.(await getContext?.() as never) ?? [];
        }),
      }), () => {});
  }, [engine, on, autoReconnect, maxReconnectAttempts, reconnectDelay, debug, !settings.getScopes]);

  useEffect(() => {
    if (!on) return;
    let stop: (() => void) | undefined;
    let live = true;
    const heard = (tell: (given: StreamGiven) => void, next?: Partial<Seen>) => {
      if (!live) return;
      if (next) setSeen((seen) => ({ ...(seen.channel === channel ? seen : start), ...next }));
      tell(latest.current.given);
    };
    const onState = (state: StreamState, failure?: Failure) => {
      const error = failure ? toError(failure) : null;
      heard((given) => {
        given.onState?.(state);
        if (error && state === "error") given.onError?.(error);
      }, { state, error });
    };
    engine.events().then((connection) => {
      if (!live) return;
      stop = connection.subscribe(key, input, {
        onState,
        onOpen: (data) => heard((given) => given.onOpen?.(data)),
        onMessage: (data, type) => heard((given) => given.onMessage?.(data, type), { data }),
        onGap: (missed) => heard((given) => given.onGap?.(missed)),
      });
    }).catch((cause) => onState("error", { code: "ERR_NETWORK", message: String(cause), data: undefined }));
    return () => {
      live = false;
      stop?.();
    };
  }, [engine, channel]);

  const [methods] = useState(() => ({
    reconnect: () => setWish((wish) => Math.abs(wish) + 1),
    disconnect: () => setWish((wish) => -Math.abs(wish)),
  }));
  const { state, data, error } = seen.channel === channel ? seen : start;
  return { data, state, error, isConnected: state === "open", ...methods };
}

"use client";
/**
 * `useRealtime`: hears what the server says is old, and shows where the page's event connection stands.
 *
 * @module
 */
import type { Target } from "./query_options.ts";
import type { RealtimeGiven } from "./show_realtime.ts";
import { useStream } from "./use_stream.ts";

/** `useRealtime` of an action. */
export function useRealtime(target: Target, given?: RealtimeGiven): object {
  return useStream(target, given, () => import("./show_realtime.ts"));
}

/**
 * What happens between a subscription and the component that shows it. Loaded with the first subscription.
 *
 * @module
 */
import { configureBy } from "./connection_settings.ts";
import type { ClientEngine } from "./engine.ts";
import { toError } from "./methods.ts";
import { inputOf } from "./query_key.ts";
import type { CallInput } from "./request.ts";
import type { Realtime } from "./provider.ts";
import type { StreamObserver, StreamState } from "./stream.ts";

/** What a stream hook is told. */
export interface StreamGiven extends CallInput {
  /** Whether it subscribes. */
  readonly enabled?: boolean;
  /** Its state changed. */
  readonly onState?: (state: StreamState) => void;
  /** It was granted. */
  readonly onOpen?: (data: unknown) => void;
  /** A message. */
  readonly onMessage?: (data: unknown, type: string) => void;
  /** Messages were lost. */
  readonly onGap?: (missed: number | undefined) => void;
  /** It failed. */
  readonly onError?: (error: Error | null) => void;
}

/** What is shown. */
export interface Shown {
  /** Where it stands. */
  readonly state: StreamState;
  /** The last message. */
  readonly data: unknown;
  /** Why it failed, or is reconnecting. */
  readonly error: Error | null;
  /** When data was said to be old the last time, of `useRealtime`. */
  readonly lastRevalidatedAt: number;
}

/** What the component and the provider say now, and how often it was asked to connect. */
export type Latest<G> = readonly [given: G, realtime: Realtime, wish: number, ...rest: unknown[]];

/** Subscribes for a component. */
export type Show = typeof show;

/**
 * Subscribes; gives back how to stop, at once or when nobody else has asked for the same in the meantime. `see` shows
 * what is new.
 */
export async function show(
  engine: ClientEngine,
  key: string,
  latest: () => Latest<StreamGiven>,
  see: (next: Partial<Shown>) => void,
): Promise<(now?: boolean) => void> {
  let live = true;
  // Each on its own: what a callback throws is its author's, and keeps nothing from the others.
  const tell = (hear: (given: StreamGiven) => void) => queueMicrotask(() => live && hear(latest()[0]));
  const observer: StreamObserver = {
    onState(state, failure) {
      const error = failure ? toError(failure) : null;
      see({ state, error });
      tell((given) => given.onState?.(state));
      if (state === "error") tell((given) => given.onError?.(error));
    },
    onOpen: (data) => tell((given) => given.onOpen?.(data)),
    onMessage(data, type) {
      see({ data });
      tell((given) => given.onMessage?.(data, type));
    },
    onGap: (missed) => tell((given) => given.onGap?.(missed)),
  };
  const connection = await engine.events();
  configureBy(connection, latest()[1].settings);
  const stop = connection.subscribe(key, inputOf(latest()[0]), observer);
  return (now) => {
    live = false;
    stop(now);
  };
}

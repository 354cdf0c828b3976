/**
 * Who wants to hear of what, and what each of them is told.
 *
 * @module
 */
import type { Failure } from "../server/contract/error.ts";
import { BROADCAST, type EventFrames } from "../server/contract/events.ts";
import { decode } from "../server/contract/decode.ts";
import type { RevalidationObserver, StreamObserver, StreamState } from "./stream.ts";

/** The subscriptions of a client. */
export interface Subscriptions {
  /** Adds one; gives back how to take it away. */
  add(channel: string, observer: StreamObserver): () => void;
  /** Adds one who hears of revalidations; gives back how to take him away. */
  watch(observer: RevalidationObserver): () => void;
  /** How long ago it was, in milliseconds, that anybody who watches began to fetch what he shows. */
  since(): number | undefined;
  /** What to ask the server for; `undefined` when nobody wants anything. Forgets channels that nobody has come back to. */
  wanted(): readonly string[] | undefined;
  /** Gives a frame to whom it concerns. @throws TypeError when its value cannot be restored. */
  frame(event: string, frame: unknown): void;
  /** The connection's state changed. */
  state(state: StreamState, failure?: Failure): void;
  /** Wants again what was refused. */
  revive(): void;
}

interface Subscription {
  readonly channel: string;
  /** Each in a box of its own: one observer may be subscribed twice. */
  readonly observers: Set<{ readonly observer: StreamObserver }>;
  state: StreamState;
  failure?: Failure | undefined;
  opening?: unknown;
}

/** Makes the subscriptions; `count` tells the number of a channel's last message, for who comes later. */
export function createSubscriptions(count: (channel: string) => number): Subscriptions {
  const active = new Map<string, Subscription>();
  const refused = new Set<Subscription>();
  const watchers = new Set<{ readonly observer: RevalidationObserver }>();

  let connection: StreamState = "connecting";

  const begin = (channel: string): Subscription => {
    const known = active.get(channel);
    if (known) return known;
    // Broadcasts come unasked.
    const state = connection === "closed" || channel === BROADCAST && connection === "open" ? connection : "connecting";
    const subscription: Subscription = { channel, observers: new Set(), state };
    active.set(channel, subscription);
    return subscription;
  };

  const change = (subscription: Subscription, state: StreamState, failure?: Failure) => {
    if (subscription.state === state && !failure) return;
    Object.assign(subscription, { state, failure });
    tellAll(subscription.observers, (observer) => observer.onState?.(state, failure));
  };

  const tellChannel = (channel: string, run: (observer: StreamObserver) => void) => {
    for (const subscription of [...active.values()]) {
      const key = subscription.channel.split("?")[0];
      if (subscription.channel === channel || key === channel) tellAll(subscription.observers, run);
    }
  };

  const heard: { readonly [E in keyof EventFrames]?: (frame: EventFrames[E]) => void } = {
    open({ channel, data, meta }) {
      const subscription = active.get(channel);
      if (!subscription) return;
      const opening = subscription.opening = decode(data, meta);
      change(subscription, "open");
      tellAll(subscription.observers, (observer) => observer.onOpen?.(opening));
    },
    message({ channel, data, meta, type = "message" }) {
      const message = decode(data, meta);
      tellChannel(channel, (observer) => observer.onMessage?.(message, type));
    },
    gap: ({ channel, missed }) => tellChannel(channel, (observer) => observer.onGap?.(missed)),
    error({ channel, error }) {
      const subscription = active.get(channel);
      if (!subscription || !active.delete(channel)) return;
      refused.add(subscription);
      change(subscription, "error", error);
    },
    end({ channel }) {
      const subscription = active.get(channel);
      if (subscription && active.delete(channel)) change(subscription, "closed");
    },
    revalidate({ targets, meta }) {
      const restored = decode(targets, meta) as typeof targets;
      tellAll(watchers, (observer) => observer.onRevalidate(restored));
    },
    reset({ reason }) {
      tellAll(watchers, (observer) => observer.onReset(reason));
      for (const { observers } of [...active.values()]) tellAll(observers, (observer) => observer.onGap?.(undefined));
    },
  };

  return {
    add(channel, observer) {
      const subscription = begin(channel);
      const box = { observer };
      subscription.observers.add(box);
      const { state, failure, opening } = subscription;
      // What the others were told before; later, so that he has what stops it.
      if (state !== "connecting") {
        queueMicrotask(() =>
          subscription.observers.has(box) && tellAll([box], () => {
            observer.onState?.(state, failure);
            if (state === "open") observer.onOpen?.(opening);
            if (count(channel)) observer.onGap?.(count(channel));
          })
        );
      }
      return () => void subscription.observers.delete(box);
    },
    watch(observer) {
      const box = { observer };
      watchers.add(box);
      return () => void watchers.delete(box);
    },
    since() {
      const times = [...watchers].map(({ observer }) => observer.since?.() ?? -1);
      const since = Math.max(-1, ...times);
      return since < 0 ? undefined : since;
    },
    wanted() {
      for (const [channel, { observers }] of active) if (observers.size === 0) active.delete(channel);
      for (const subscription of refused) if (subscription.observers.size === 0) refused.delete(subscription);
      if (active.size + watchers.size > 0) return [...active.keys()].filter((channel) => channel !== BROADCAST);
    },
    frame: (event, frame) => (heard as { readonly [event: string]: (frame: unknown) => void })[event]?.(frame),
    state(state, failure) {
      connection = state;
      if (state === "open") return this.frame("open", { channel: BROADCAST, data: null });
      for (const subscription of [...active.values()]) {
        // Without a failure it was not open, and so is not broken.
        const broken = failure || subscription.state !== "connecting";
        if (state !== "reconnecting" || broken) change(subscription, state, failure);
      }
    },
    revive() {
      connection = "connecting";
      for (const { channel, observers } of refused) {
        tellAll(observers, (observer) => observer.onState?.("connecting"));
        const subscription = begin(channel);
        for (const box of observers) subscription.observers.add(box);
      }
      refused.clear();
      for (const subscription of active.values()) {
        if (subscription.state !== "open") change(subscription, "connecting");
      }
    },
  };
}

/** Tells each; what one throws is the page's to report, and the others' no concern. */
export function tellAll<T>(boxes: Iterable<{ readonly observer: T }>, run: (observer: T) => void): void {
  for (const { observer } of [...boxes]) {
    try {
      run(observer);
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}

/**
 * The event connection of a client.
 *
 * @module
 */
import type { Failure } from "../server/contract/error.ts";
import { toFailure } from "./connect.ts";
import { createLine, type Line, type LineObserver } from "./line.ts";
import type { ClientOptions } from "./options.ts";
import { type Platform, watchPage } from "./platform.ts";
import { createPosition } from "./position.ts";
import { type CallInput, toSearch } from "./request.ts";
import type { ConnectionOptions, EventConnection, StreamState } from "./stream.ts";
import { createSubscriptions, tellAll } from "./subscriptions.ts";

/** Milliseconds that a channel stays open which nobody wants any more: whoever comes back meanwhile costs nothing. */
const LINGER = 250;

/** Makes the event connection of a client; it opens with the first subscription. */
export function createEvents(
  client: ClientOptions,
  // The platform is more than what is used of it.
  platform: Platform = globalThis as unknown as Platform,
): EventConnection {
  const listeners = new Set<{ readonly observer: (state: StreamState) => void }>();
  const position = createPosition(() => subscriptions.since());
  const subscriptions = createSubscriptions((channel) => position.n(channel));
  let options: ConnectionOptions = {};
  let state: StreamState = "closed";
  let closed = false;
  let resting = false;
  let stopWatching: (() => void) | undefined;
  let timer: number | undefined;
  let due = 0;

  const show = (now: StreamState, failure?: Failure) => {
    const paused = now === "closed" && resting || now === "connecting" && state === "reconnecting";
    const shown = paused ? "reconnecting" : now;
    debug(shown, failure);
    const changed = shown !== state;
    state = shown;
    subscriptions.state(shown === "closed" && !closed ? "connecting" : shown, failure);
    if (changed) tellAll(listeners, (listener) => listener(shown));
  };

  const observer: LineObserver = {
    frame: (event, frame, id) =>
      position.accept(event, frame, id, (event, frame) => {
        debug(event, frame);
        try {
          subscriptions.frame(event, frame);
        } catch (error) {
          // It is lost, and what is lost is said.
          subscriptions.frame("reset", { reason: `A frame cannot be read: ${error}` });
        }
        if (event === "error" || event === "end") plan(LINGER);
      }),
    state: show,
  };

  const create = (observer: LineObserver) => createLine(client, platform, () => options, position, observer);
  const { shareTabs } = client;
  const line = shareTabs && platform.navigator?.locks && platform.BroadcastChannel
    ? lazily(async () => {
      const { createTabs } = await import("./tabs.ts");
      return createTabs({ client, platform, position, create, observer, scopes: () => options.scopes?.() });
    })
    : create(observer);

  const debug = (what: string, more: unknown) => {
    if (options.debug) console.debug(`[igniter] events: ${what}`, more ?? "");
  };

  /** `eager`: there is a reason to try again what failed for good. */
  const apply = (eager: boolean, anew = false) => {
    platform.clearTimeout(timer);
    timer = undefined;
    const wanted = subscriptions.wanted();
    if (wanted && !closed) {
      stopWatching ??= watchPage(platform, {
        rest(now) {
          if (now === resting) return;
          resting = now;
          apply(true);
        },
        hide: line.hide,
        online: line.wake,
      });
    } else {
      stopWatching?.();
      stopWatching = undefined;
      resting = false;
      // Who comes later has not missed what came before.
      if (!wanted) position.forget();
    }
    const now = closed || resting ? undefined : wanted;
    if (eager || !now || state !== "error") line.want(now, anew);
    if (!now && !resting) show("closed");
  };

  /** What changes in one tick is one change; what nobody wants any more can wait. */
  const plan = (delay: number) => {
    if (timer !== undefined ? due <= delay : delay && state === "closed") return;
    platform.clearTimeout(timer);
    due = delay;
    timer = platform.setTimeout(() => apply(delay === 0), delay);
  };

  const removing = (remove: () => void) => (now?: boolean) => {
    remove();
    if (now === true) apply(false);
    else plan(LINGER);
  };

  return {
    subscribe(key, input: CallInput = {}, observer) {
      for (const part of ["body", "headers"] as const) {
        if (input[part] !== undefined) {
          throw new TypeError(`Cannot subscribe to ${key}: its ${part} cannot travel on the connection that all share`);
        }
      }
      let live = true;
      let remove = () => {};
      toSearch(input.query, input.params).then(
        (search) => {
          if (!live) return;
          remove = subscriptions.add(key + search, observer);
          plan(0);
        },
        (error) =>
          live && observer.onState?.("error", toFailure("ERR_NETWORK", `Cannot subscribe to ${key}: ${error}`)),
      );
      return removing(() => {
        live = false;
        remove();
      });
    },
    watch(observer) {
      const remove = subscriptions.watch(observer);
      plan(0);
      return removing(remove);
    },
    onState(listener) {
      const box = { observer: listener };
      listeners.add(box);
      return () => void listeners.delete(box);
    },
    get state() {
      return state;
    },
    configure(given) {
      options = given;
    },
    reconnect() {
      closed = false;
      subscriptions.revive();
      apply(true, true);
    },
    close() {
      closed = true;
      apply(false);
    },
  };
}

/** A line whose code is loaded when it is first wanted. */
function lazily(load: () => Promise<Line>): Line {
  let loaded: Line | undefined;
  let loading: Promise<void> | undefined;
  let last: Parameters<Line["want"]>;
  return {
    want(...wanted) {
      last = wanted;
      if (loaded) return loaded.want(...last);
      loading ??= load().then((line) => (loaded = line).want(...last));
    },
    wake: () => loaded?.wake(),
    hide: () => loaded?.hide(),
  };
}

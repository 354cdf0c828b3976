/**
 * What the event connection uses of the platform; tests give their own.
 *
 * @module
 */

/** What is used of a page's event: libraries of types do not agree on the rest. */
export interface PageEvent {
  /** Its name. */
  readonly type: string;
}

/** The part of `globalThis` that the event connection uses; what may be absent is used where it is there. */
export interface Platform {
  /** Starts a timer. */
  setTimeout(run: () => void, milliseconds: number): number;
  /** Stops a timer. */
  clearTimeout(timer: number | undefined): void;
  /** Randomness. */
  readonly Math: {
    /** A number from 0 to 1. */
    random(): number;
  };
  /** Hears of "online", "pagehide" and "pageshow". */
  addEventListener?(type: string, listener: (event: PageEvent) => void): void;
  /** Hears of them no more. */
  removeEventListener?(type: string, listener: (event: PageEvent) => void): void;
  /** The page: hears of "visibilitychange". */
  readonly document?: {
    /** Whether it is seen. */
    readonly visibilityState: string;
    /** Hears of an event. */
    addEventListener(type: string, listener: (event: PageEvent) => void): void;
    /** Hears of it no more. */
    removeEventListener(type: string, listener: (event: PageEvent) => void): void;
  };
  /** The browser, with the locks that tabs share. */
  readonly navigator?: {
    /** The locks (Web Locks). */
    readonly locks?: Locks;
  };
  /** Talks to the other tabs. */
  readonly BroadcastChannel?: new (name: string) => Broadcast;
}

/** The part of a `LockManager` that is used. */
export interface Locks {
  /** Holds a lock while `held` runs. */
  request(
    name: string,
    options: { readonly signal?: AbortSignal; readonly steal?: boolean },
    held: () => void | Promise<void>,
  ): Promise<void>;
}

/** The part of a `BroadcastChannel` that is used. */
export interface Broadcast {
  /** Receives. */
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  /** Sends. */
  postMessage(message: unknown): void;
  /** Ends it. */
  close(): void;
}

/** How long a page may be hidden before its connection rests. */
const HIDDEN = 30_000;

/** Who hears of a page. */
export interface PageObserver {
  /** It left the screen, or the user did. */
  readonly rest: (resting: boolean) => void;
  /** It is hidden from now on. */
  readonly hide: () => void;
  /** The network is there again. */
  readonly online: () => void;
}

/** Hears of what happens to a page; gives back how to stop. Where there is no page, nothing happens. */
export function watchPage(platform: Platform, { rest, hide, online }: PageObserver): () => void {
  const { document } = platform;
  let timer: number | undefined;
  const update = (event?: PageEvent) => {
    platform.clearTimeout(timer);
    if (event?.type === "pagehide") rest(true);
    else if (document?.visibilityState === "hidden") {
      timer = platform.setTimeout(() => rest(true), HIDDEN);
      hide();
    } else rest(false);
  };
  const heard = [
    [document, "visibilitychange", update],
    [platform, "pagehide", update],
    [platform, "pageshow", update],
    [platform, "online", online],
  ] as const;
  update();
  for (const [target, type, listener] of heard) target?.addEventListener?.(type, listener);
  return () => {
    platform.clearTimeout(timer);
    for (const [target, type, listener] of heard) target?.removeEventListener?.(type, listener);
  };
}

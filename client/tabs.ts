/**
 * One line for several tabs of a browser.
 *
 * The tabs of one identity are a group. Who holds its lock leads: it has the line, asks for what any of them wants, and
 * sends every frame to the others before it reads it itself. All of them note what they have seen, so whoever comes to
 * lead goes on where the group was. Each frame says which id stood before it; a tab that stands elsewhere has missed
 * something, and is told so by a reset.
 *
 * ```text
 * join ──► follow ◄────────────── hidden, or its lock stolen
 *            │                                ▲
 *            └── the lock is free, or its ────┴──► leave
 *                holder says nothing: lead
 * ```
 *
 * A tab also holds a lock of its own while it is there, for which the leader waits: so it learns of its end, however
 * that comes about.
 *
 * @module
 */
import type { Failure } from "../server/contract/error.ts";
import type { EventFrames } from "../server/contract/events.ts";
import { toFailure } from "./connect.ts";
import type { Line, LineObserver } from "./line.ts";
import type { ClientOptions } from "./options.ts";
import type { Broadcast, Locks, Platform } from "./platform.ts";
import type { Position } from "./position.ts";
import type { ConnectionOptions, StreamState } from "./stream.ts";
import { baseOf } from "./transport.ts";

/** What tabs tell each other. */
interface Message {
  readonly from: string;
  /** For one tab alone. */
  readonly to?: string;
  /** What a tab wants. */
  readonly channels?: readonly string[];
  /** It is new: the others tell what they want, and the leader where it stands. */
  readonly hello?: boolean;
  /** The leader's state, with its position. */
  readonly state?: StreamState;
  readonly failure?: Failure | undefined;
  /** The last id that the sender has seen; with a frame, the one before it. */
  readonly at?: string | undefined;
  /** A frame. */
  readonly frame?: Parameters<LineObserver["frame"]>;
}

/** What a group is made of. */
export interface TabsOptions {
  /** The client. */
  readonly client: ClientOptions;
  /** The scopes that it asks for. */
  readonly scopes: () => ReturnType<NonNullable<ConnectionOptions["scopes"]>> | undefined;
  /** Where the tab is; it has locks and a BroadcastChannel. */
  readonly platform: Platform;
  /** What this tab has seen. */
  readonly position: Position;
  /** Makes the line of a leader. */
  readonly create: (observer: LineObserver) => Line;
  /** Who hears of what happens, in this tab. */
  readonly observer: LineObserver;
}

/** Milliseconds that a leader has to answer; a page that the browser has frozen never does. */
const PATIENCE = 5000;

/** Makes the line of a tab. */
export function createTabs(options: TabsOptions): Line {
  let group: Line | undefined;
  return {
    want(channels, anew) {
      if (anew || !channels) {
        group?.want(undefined);
        group = undefined;
      }
      if (channels) (group ??= join(options)).want(channels);
    },
    wake: () => group?.wake(),
    hide: () => group?.hide(),
  };
}

/** Tabs share only what they would all be told: other addresses, identities or scopes are other groups. */
async function nameOf({ client, scopes }: TabsOptions): Promise<string | undefined> {
  const { shareTabs } = client;
  const identity = typeof shareTabs === "function" ? shareTabs() : shareTabs;
  const asked = await scopes();
  return identity && JSON.stringify(["igniter", 1, baseOf(client), identity, asked && [...asked].sort()]);
}

function join(options: TabsOptions): Line {
  const { platform, position, create, observer } = options;
  const { navigator, BroadcastChannel } = platform as Required<Platform>;
  const locks = navigator.locks as Locks;
  const me = crypto.randomUUID();
  const left = new AbortController();
  const { signal } = left;
  const wants = new Map<string, readonly string[]>();
  /** How channels were opened, for tabs that want them later. */
  const opened = new Map<string, EventFrames["open"]>();
  let name = "";
  let radio: Broadcast | undefined;
  let timer: number | undefined;
  let state: StreamState = "connecting";
  /** While it leads. */
  let line: Line | undefined;
  let watch = (_tab: string) => {};
  let stepDown = () => {};

  const post = (message: Omit<Message, "from">) => radio?.postMessage({ from: me, ...message });
  const wish = (hello: boolean) => post({ channels: wants.get(me) ?? [], hello, at: position.id });

  const leave = () => {
    left.abort();
    stepDown();
    platform.clearTimeout(timer);
    radio?.close();
    radio = undefined;
  };

  const fail = (error: Error) => {
    if (signal.aborted || error.name === "AbortError") return;
    leave();
    observer.state("error", toFailure("ERR_NETWORK", `The tabs cannot share a connection: ${error.message}`));
  };

  const hold = (
    lock: string,
    held: () => void | Promise<void>,
    options: Parameters<Locks["request"]>[1] = { signal },
  ) => locks.request(name + lock, options, held).catch(fail);

  const lead = () =>
    new Promise<void>((resolve) => {
      platform.clearTimeout(timer);
      const leading = new AbortController();
      const own = line = create({
        frame(...frame) {
          if (line !== own) return;
          post({ frame, at: position.id });
          read(...frame);
        },
        state(now, failure) {
          if (line !== own) return;
          state = now === "connecting" && position.ready ? "reconnecting" : now;
          post({ state, failure });
          observer.state(state, failure);
        },
      });
      watch = (tab) => {
        const gone = () => {
          wants.delete(tab);
          update();
        };
        if (tab !== me) hold(tab, gone, { signal: leading.signal });
      };
      stepDown = () => {
        line = undefined;
        stepDown = () => {};
        own.want(undefined);
        leading.abort();
        resolve();
      };
      for (const tab of wants.keys()) watch(tab);
      update();
    });

  const compete = async () => {
    while (!signal.aborted) {
      await hold("", () => signal.aborted ? undefined : lead());
      // It may have been stolen.
      stepDown();
    }
  };

  const update = () => {
    const all = new Set([...wants.values()].flat());
    for (const channel of opened.keys()) if (!all.has(channel)) opened.delete(channel);
    line?.want([...all]);
  };

  const read: LineObserver["frame"] = (event, frame, id) => {
    const { channel } = frame as EventFrames["open"];
    if (event === "open") opened.set(channel, frame as EventFrames["open"]);
    if (event === "error" || event === "end") {
      // Nobody wants it any more, though not every tab has said so yet.
      opened.delete(channel);
      for (const [tab, channels] of wants) wants.set(tab, channels.filter((wanted) => wanted !== channel));
    }
    observer.frame(event, frame, id);
  };

  /** Notes what a tab wants; as the leader, tells it what is open already. */
  const note = (tab: string, channels: readonly string[]) => {
    const before = wants.get(tab);
    wants.set(tab, channels);
    if (!line) return;
    if (!before) watch(tab);
    const tell = (event: string, frame: unknown) => {
      if (tab === me) observer.frame(event, frame, undefined);
      else post({ to: tab, frame: [event, frame, undefined], at: position.id });
    };
    for (const channel of channels) {
      const frame = before?.includes(channel) ? undefined : opened.get(channel);
      const missed = position.n(channel);
      if (frame) tell("open", { ...frame, resumed: true });
      if (frame && missed) tell("gap", { channel, missed });
    }
    update();
  };

  const hear = ({ data }: { readonly data: unknown }) => {
    const { from, to, channels, hello, at, frame, state: told, failure } = data as Message;
    if (to && to !== me) return;
    if (channels) {
      // A new tab that comes to lead goes on where the group is.
      if (!line) position.id ??= at;
      if (hello) wish(false);
      if (hello && line) post({ to: from, state, at: position.id });
      note(from, channels);
      return;
    }
    // What another leader still had to say comes again: this one has asked for all after what it had seen.
    if (line) return;
    platform.clearTimeout(timer);
    if (frame || to) {
      const id = frame?.[2];
      const lost = position.id && position.id !== at && !(id && position.has(id));
      position.id = at;
      if (lost) observer.frame("reset", { reason: "This tab was not told everything" }, undefined);
    }
    if (frame) read(...frame);
    if (told) observer.state(state = told, failure);
  };

  const start = async () => {
    name = await nameOf(options) || me;
    if (signal.aborted) return;
    await hold(me, () => {
      radio = new BroadcastChannel(name);
      radio.onmessage = hear;
      wish(true);
      compete();
      timer = platform.setTimeout(() => hold("", lead, { steal: true }).then(() => stepDown()), PATIENCE);
      return new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    });
  };

  observer.state(position.ready ? "reconnecting" : "connecting");
  start().catch(fail);
  return {
    want(channels) {
      if (!channels) return leave();
      if (line) note(me, channels);
      else wants.set(me, channels);
      if (!line) wish(false);
    },
    wake: () => line?.wake(),
    hide() {
      if (wants.size > 1) stepDown();
    },
  };
}

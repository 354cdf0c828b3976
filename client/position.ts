/**
 * What has been seen of the events: where to go on after a break, and what comes a second time.
 *
 * A connection that replaces another asks for what came after the last id that the other has seen; what both deliver is
 * dropped by its id. A generator's messages have no ids but are numbered, so they are dropped by number.
 *
 * @module
 */
import type { EventFrames } from "../server/contract/events.ts";

/** Receives a frame. */
export type OnFrame = (event: string, frame: unknown, id: string | undefined) => void;

/** What has been seen. */
export interface Position {
  /** The last id; absent before the first. */
  id: string | undefined;
  /** How long ago it was, in milliseconds, that what is shown began to be fetched. */
  since(): number | undefined;
  /** Whether there was ever a moment from which on nothing is missed. */
  ready: boolean;
  /** Whether an event was seen, of the last ones. */
  has(id: string): boolean;
  /** The number of the last message of a channel's generator. */
  n(channel: string): number;
  /** How to ask for a channel so that its generator goes on. */
  ask(channel: string): string;
  /** Forgets the generators of other channels. */
  keep(channels: readonly string[]): void;
  /** Forgets everything. */
  forget(): void;
  /** Notes a frame and gives it on, unless it was seen before; puts a gap before it where a generator began anew. */
  accept(event: string, frame: unknown, id: string | undefined, emit: OnFrame): void;
}

/** Ids that are remembered: many more than come while one connection takes over from another. */
const REMEMBERED = 2000;

/** Makes a position at which nothing has been seen. */
export function createPosition(since: () => number | undefined = () => undefined): Position {
  const seen = new Set<string>();
  const sessions = new Map<string, { readonly session: string; n: number }>();

  return {
    id: undefined,
    ready: false,
    since,
    has: (id) => seen.has(id),
    n: (channel) => sessions.get(channel)?.n ?? 0,
    ask(channel) {
      const known = sessions.get(channel);
      return known ? `${channel}#${known.session}.${known.n}` : channel;
    },
    keep(channels) {
      for (const channel of sessions.keys()) if (!channels.includes(channel)) sessions.delete(channel);
    },
    forget() {
      this.id = undefined;
      this.ready = false;
      seen.clear();
      sessions.clear();
    },
    accept(event, frame, id, emit) {
      const { channel, session, resumed, n = 0 } = frame as EventFrames["open"] & EventFrames["message"];
      const known = sessions.get(channel);
      if (id) this.id = id;
      if (event === "ready") this.ready = true;
      else if (id) {
        if (seen.has(id)) return;
        seen.add(id);
        if (seen.size > REMEMBERED) seen.delete(seen.values().next().value as string);
      }
      if (event === "message") {
        if (n && known) {
          if (n <= known.n) return;
          known.n = n;
        }
      } else if (event === "open" && session) {
        if (!resumed || known?.session !== session) sessions.set(channel, { session, n: 0 });
      } else if (event !== "gap") sessions.delete(channel);
      if (event === "open" && !resumed && known?.n) emit("gap", { channel }, undefined);
      emit(event, frame, id);
    },
  };
}

/**
 * The line to the server: one HTTP connection for what is wanted, kept up.
 *
 * When something else is wanted, a second link is opened with the last id seen; what it brings is kept until it is
 * `ready`, then it takes over and the first one is closed: at each moment one link delivers, and from the moment at
 * which the second began no event is missing on both. A second link that fails leaves the first as it was.
 *
 * @module
 */
import type { Failure } from "../server/contract/error.ts";
import type { EventFrames } from "../server/contract/events.ts";
import { connect, type Refusal, toFailure } from "./connect.ts";
import type { ClientOptions } from "./options.ts";
import type { Platform } from "./platform.ts";
import type { OnFrame, Position } from "./position.ts";
import { createParser } from "./sse.ts";
import type { ConnectionOptions, StreamState } from "./stream.ts";

/** Who hears of a line. */
export interface LineObserver {
  /** A frame came; one that was seen before may come again. */
  readonly frame: OnFrame;
  /** Its state; also a further failure while it is "reconnecting". */
  readonly state: (state: StreamState, failure?: Failure) => void;
}

/** A line. */
export interface Line {
  /** Says which channels are wanted; `undefined` closes the line. `anew` ends what there is, for new headers. */
  want(channels: readonly string[] | undefined, anew?: boolean): void;
  /** Tries at once what would be tried later, and replaces a link that may be dead. */
  wake(): void;
  /** Its page is hidden, and may be frozen by the browser at any time. */
  hide(): void;
}

interface Link {
  readonly abort: AbortController;
  readonly asked: Set<string>;
  /** What came before `ready`. */
  readonly early: [event: string, frame: unknown, id: string | undefined][];
  silence?: number;
}

/** Three heartbeats. */
const SILENCE = 45_000;
/** The server answers before it asks anybody anything. */
const ANSWER = 20_000;
const MAX_DELAY = 30_000;
/** The longest that a timer can wait. */
const FOREVER = 2 ** 31 - 1;

/** Makes a line; it opens with what is wanted first. */
export function createLine(
  client: ClientOptions,
  platform: Platform,
  options: () => ConnectionOptions,
  position: Position,
  observer: LineObserver,
): Line {
  let wanted: readonly string[] | undefined;
  let current: Link | undefined;
  let next: Link | undefined;
  let timer: number | undefined;
  let attempt = 0;
  let least = 0;
  let state: StreamState = "closed";

  const tell = (now: StreamState, failure?: Failure) => {
    if (state === now && !failure) return;
    state = now;
    observer.state(now, failure);
  };

  const end = (link: Link | undefined) => {
    platform.clearTimeout(link?.silence);
    link?.abort.abort();
  };

  const stop = () => {
    end(current);
    end(next);
    platform.clearTimeout(timer);
    current = next = timer = undefined;
    attempt = 0;
  };

  const sync = () => {
    if (!wanted) {
      stop();
      tell("closed");
    } else if (!next && !timer && !(current?.asked.size === wanted.length && wanted.every(isAsked))) open(wanted);
  };

  const isAsked = (channel: string) => current?.asked.has(channel);

  const open = (channels: readonly string[]) => {
    const link: Link = next = { abort: new AbortController(), asked: new Set(channels), early: [] };
    if (state === "closed" || state === "error") tell("connecting");
    run(link).then((refusal) => lose(link, refusal), (error) => {
      const reason = error?.message ?? error?.cause ?? error;
      lose(link, { failure: toFailure("ERR_NETWORK", `The connection failed: ${reason}`) });
    });
  };

  const run = async (link: Link): Promise<Refusal> => {
    const { signal } = link.abort;
    const hear = (milliseconds: number) => {
      platform.clearTimeout(link.silence);
      link.silence = platform.setTimeout(
        () => lose(link, { failure: toFailure("ERR_TIMEOUT", `Nothing was heard for ${milliseconds} ms`) }),
        milliseconds,
      );
    };
    hear(ANSWER);
    const search = new URLSearchParams();
    if (position.id) search.set("Last-Event-ID", position.id);
    for (const channel of link.asked) search.append("channel", position.ask(channel));
    for (const scope of await options().scopes?.() ?? []) search.append("scope", scope);
    const body = await connect(client, () => {
      // At each attempt: the scopes, and the sign-in that a 401 asks for, take their time.
      const since = search.has("Last-Event-ID") ? undefined : position.since();
      if (since !== undefined) search.set("since", String(Math.round(since)));
      return search;
    }, signal);
    if ("failure" in body) return body;
    const reader = body.getReader();
    // A `fetch` of the application's own need not know of the signal.
    const cancel = () => reader.cancel().catch(() => {});
    if (signal.aborted) cancel();
    signal.addEventListener("abort", cancel);
    const decoder = new TextDecoder();
    const parse = createParser({
      onEvent: (event, data, id) => receive(link, event, JSON.parse(data), id),
      onRetry: (milliseconds) => least = milliseconds,
    });
    for (;;) {
      const { done, value } = await reader.read();
      if (done || signal.aborted) return { failure: toFailure("ERR_NETWORK", "The connection ended") };
      hear(SILENCE);
      parse(decoder.decode(value, { stream: true }));
    }
  };

  const receive = (link: Link, event: string, frame: unknown, id: string | undefined) => {
    if (link === current) {
      if (event === "error" || event === "end") drop((frame as EventFrames["end"]).channel);
      observer.frame(event, frame, id);
    } else if (link === next) {
      link.early.push([event, frame, id]);
      if (event === "ready") take(link);
    }
  };

  /** Its end is no change to tell the server of. */
  const drop = (channel: string) => {
    current?.asked.delete(channel);
    wanted = wanted?.filter((name) => name !== channel);
  };

  const take = (link: Link) => {
    // Without an id the server could not be asked for what came in between.
    const lost = !current && position.ready && !position.id;
    end(current);
    current = link;
    next = undefined;
    attempt = 0;
    tell("open");
    if (lost) observer.frame("reset", { reason: "There was no event to go on from" }, undefined);
    for (const frame of link.early.splice(0)) receive(link, ...frame);
    if (link === current) sync();
  };

  const lose = (link: Link, { failure, final, wait = 0 }: Refusal) => {
    end(link);
    if (link === next) next = undefined;
    else if (link === current) current = undefined;
    else return;
    const { autoReconnect = true, maxReconnectAttempts = Infinity, reconnectDelay = 1000 } = options();
    if (!next && !timer) {
      if (final || !autoReconnect || attempt >= maxReconnectAttempts) return giveUp(failure);
      const jitter = platform.Math.random();
      const backoff = Math.min(MAX_DELAY, reconnectDelay * 2 ** attempt++) * (1 - jitter / 2);
      const delay = Math.max(backoff, Math.max(least, wait) * (1 + jitter / 4));
      timer = platform.setTimeout(() => {
        timer = undefined;
        sync();
      }, Math.min(FOREVER, delay));
    }
    if (!current) tell("reconnecting", failure);
  };

  /** What was open already stays so; what was to be added is refused. */
  const giveUp = (failure: Failure) => {
    attempt = 0;
    const refused = current ? wanted?.filter((channel) => !isAsked(channel)) ?? [] : [];
    for (const channel of refused) {
      drop(channel);
      observer.frame("error", { channel, error: failure }, undefined);
    }
    if (refused.length > 0) return;
    stop();
    tell("error", failure);
  };

  return {
    want(channels, anew) {
      wanted = channels;
      if (channels) position.keep(channels);
      if (anew) {
        stop();
        if (state === "open") tell("reconnecting");
      }
      sync();
    },
    hide() {},
    wake() {
      if (!wanted) return;
      end(next);
      platform.clearTimeout(timer);
      timer = undefined;
      attempt = 0;
      open(wanted);
    },
  };
}

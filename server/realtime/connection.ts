/**
 * One client's connection: what it is subscribed to, what it missed, and what it hears from then on.
 *
 * A connection begins with a place in the history. It is sent what stands there, as it reads, and at the end of it joins
 * the broker's listeners: in one step, so that nothing comes twice or never.
 *
 * @module
 */
import type { Failure } from "../contract/error.ts";
import type { OpenFrame } from "../contract/events.ts";
import { encode } from "../contract/encode.ts";
import { type Broker, isFor } from "./broker.ts";
import { isUpTo, type Resumption } from "./bridge.ts";
import {
  BROADCAST_CHANNEL,
  type LiveEvent,
  RESET_CHANNEL,
  REVALIDATE_CHANNEL,
  toEventValue,
  writeFrame,
} from "./event.ts";
import type { Beating } from "./heartbeat.ts";
import type { Listener } from "./topic.ts";
import { Outflow } from "./outflow.ts";

/** What a connection is made of. */
export interface ConnectionOptions {
  readonly broker: Broker;
  /** What the server granted. */
  readonly scopes: ReadonlySet<string>;
  /** Bytes that may wait for it. */
  readonly budget: number;
  /** The client is gone, or the connection was ended. */
  readonly onEnd: () => void;
}

/** Milliseconds after which a browser's own client comes back. */
const RETRY: Uint8Array = new TextEncoder().encode("retry: 1000\n\n");

/** Anything may have been missed. */
const RESET: Uint8Array = writeFrame("reset", { reason: "What was missed is not known any more" });
/** All queries may be old; nothing else can have been missed. */
export const ALL_OLD: Uint8Array = writeFrame("revalidate", { targets: [{ path: "*" }] });

/** A client's connection. */
export class Connection implements Listener, Beating {
  readonly id: string = crypto.randomUUID();
  readonly scopes: ReadonlySet<string>;
  /** What leaves to the client. */
  readonly outflow: Outflow;
  readonly #broker: Broker;
  /** Channels of the subscriptions, and those that everybody hears. */
  readonly #channels: Set<string> = new Set([REVALIDATE_CHANNEL, BROADCAST_CHANNEL]);
  /** What ends with it. */
  readonly #ends: (() => void)[] = [];
  /** The client has seen everything up to this id, elsewhere. */
  #seen: string | undefined = undefined;

  constructor({ broker, scopes, budget, onEnd }: ConnectionOptions) {
    this.scopes = scopes;
    this.#broker = broker;
    this.outflow = new Outflow({
      budget,
      onEnd: () => {
        for (const end of this.#ends.splice(0)) end();
        onEnd();
      },
    });
    this.outflow.control(RETRY);
  }

  /** Runs work when the connection ends; at once when it has. */
  onEnd(work: () => void): void {
    if (this.outflow.ended) work();
    else this.#ends.push(work);
  }

  /** Grants a subscription. */
  open(channel: string, data: unknown, session: Omit<OpenFrame, "channel" | "data" | "meta"> = {}): void {
    this.outflow.control(writeFrame("open", { channel, ...toEventValue(data), ...session }));
  }

  /** Hears what is published to a channel, from where {@link Connection.begin} begins. */
  hear(channel: string): void {
    this.#channels.add(channel);
  }

  /** Refuses a subscription. */
  refuse(channel: string, failure: Failure): void {
    this.outflow.control(writeFrame("error", { channel, error: encode(failure).json as Failure }));
  }

  /**
   * Begins, after the place where the client is; `undefined` when it may have missed something, which `missed` tells.
   */
  begin(resumption: Resumption | undefined, missed: Uint8Array = RESET): void {
    this.#seen = resumption?.seen;
    const frames = this.#replay(resumption?.place, resumption?.messagesFrom ?? -Infinity, missed);
    this.outflow.replay(() => frames.next().value ?? undefined);
  }

  /** What was missed, then what tells that nothing is missed from there on. */
  *#replay(place: number | undefined, messagesFrom: number, missed: Uint8Array): Generator<Uint8Array, void> {
    const { history } = this.#broker;
    for (; place !== undefined && history.holds(place); place++) {
      const event = history.at(place);
      if (event === undefined) return yield this.#join();
      if (this.#wants(event) && (place >= messagesFrom || !this.#isMessage(event))) yield event.bytes;
    }
    // In one chunk: what happens between a reset and the moment of joining would be missed.
    yield concat(missed, this.#join());
  }

  /** Joins those who listen; gives the frame that says so. */
  #join(): Uint8Array {
    for (const channel of this.#channels) this.onEnd(this.#broker.subscribe(channel, this));
    return writeFrame("ready", { connection: this.id }, this.#seen ?? this.#broker.history.lastId);
  }

  #wants(event: LiveEvent): boolean {
    if (this.#seen !== undefined && isUpTo(event, this.#seen)) return false;
    const { channel } = event;
    return (channel === RESET_CHANNEL || this.#channels.has(channel)) && isFor(event, this.scopes);
  }

  #isMessage({ channel }: LiveEvent): boolean {
    return channel !== REVALIDATE_CHANNEL && channel !== RESET_CHANNEL;
  }

  receive(event: LiveEvent): void {
    if (this.#seen !== undefined && isUpTo(event, this.#seen)) return;
    if (event.channel === REVALIDATE_CHANNEL) this.outflow.revalidate(event);
    else if (event.channel === RESET_CHANNEL) this.outflow.reset(event.bytes);
    else this.outflow.message(event.bytes, event.channel);
  }

  beat(): void {
    this.outflow.beat();
  }

  /** Ends it. */
  end(): void {
    this.outflow.end();
  }
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.byteLength + b.byteLength);
  both.set(a);
  both.set(b, a.byteLength);
  return both;
}

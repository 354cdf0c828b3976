/**
 * Events: how they stand in the log, and how they reach a client. Each is written once per process, into bytes that all
 * connections share.
 *
 * @module
 */
import { BROADCAST, type EventFrames, type RevalidateFrame } from "../contract/events.ts";
import { decode } from "../contract/decode.ts";
import { encode } from "../contract/encode.ts";
import type { EncodeOptions, Meta } from "../contract/wire.ts";
import type { LogEntry } from "../ports/store.ts";

/** A message, as the log has it. */
export interface MessageEntry {
  readonly channel: string;
  /** Absent for "message". */
  readonly type?: string;
  readonly data: unknown;
  readonly meta?: Meta;
  /** Who may hear it; everybody when absent. No receiver sees it. */
  readonly scopes?: readonly string[];
}

/** A revalidation, as the log has it. */
export interface RevalidateEntry extends RevalidateFrame {
  readonly scopes?: readonly string[];
}

/** Something was lost, as the log has it. */
export interface ResetEntry {
  readonly reset: string;
}

/** What stands in the log; `at` is when it was published, in milliseconds since the epoch, by the publisher's clock. */
export type LogMessage = (MessageEntry | RevalidateEntry | ResetEntry) & { readonly at?: number };

/** One query, or all of a key. */
export interface RevalidationTarget {
  readonly path: string;
  readonly input?: unknown;
}

/** The channel on which revalidations travel. */
export const REVALIDATE_CHANNEL = "~revalidate";
/** The channel of what tells that anything may have been missed. */
export const RESET_CHANNEL = "~reset";
/** The channel of broadcasts. */
export const BROADCAST_CHANNEL: string = BROADCAST;

/** An event of the log, on its way to those who listen in this process. */
export class LiveEvent {
  readonly id: string;
  readonly channel: string;
  readonly type: string;
  readonly scopes: readonly string[] | undefined;
  readonly #message: LogMessage;
  #bytes: Uint8Array | undefined = undefined;
  #targets: ReadonlyMap<string, RevalidationTarget> | undefined = undefined;

  constructor(id: string, message: LogMessage) {
    this.id = id;
    this.#message = message;
    if ("reset" in message) {
      this.channel = RESET_CHANNEL;
      this.type = "reset";
      this.scopes = undefined;
    } else if ("targets" in message) {
      this.channel = REVALIDATE_CHANNEL;
      this.type = "revalidate";
      this.scopes = message.scopes;
    } else {
      this.channel = message.channel;
      this.type = message.type ?? "message";
      this.scopes = message.scopes;
    }
  }

  /** The frame. All connections share it, so nobody may change it. */
  get bytes(): Uint8Array {
    return this.#bytes ??= this.#write();
  }

  /** The data, or a revalidation's targets: a copy of its own for each who asks. */
  get data(): unknown {
    const message = this.#message;
    if ("reset" in message) return message.reset;
    const json = "targets" in message ? message.targets : message.data;
    return decode(JSON.parse(JSON.stringify(json)), message.meta);
  }

  /** A revalidation's targets by their text, for those who gather several. */
  get targets(): ReadonlyMap<string, RevalidationTarget> {
    return this.#targets ??= new Map(
      (this.data as readonly RevalidationTarget[]).map((target) => [JSON.stringify(encode(target)), target]),
    );
  }

  #write(): Uint8Array {
    const message = this.#message;
    if ("reset" in message) return writeFrame("reset", { reason: message.reset }, this.id);
    // Written field by field: who else may hear it must not be among what leaves (R21).
    if ("targets" in message) {
      const { targets, meta } = message;
      return writeFrame("revalidate", meta === undefined ? { targets } : { targets, meta }, this.id);
    }
    const { channel, type, data, meta } = message;
    return writeFrame("message", {
      channel,
      data,
      ...(type === undefined ? {} : { type }),
      ...(meta === undefined ? {} : { meta }),
    }, this.id);
  }
}

/**
 * Reads an entry of the log. What this version cannot read may be of another one that shares the store: it may have
 * concerned anybody, so it tells everybody that something was missed.
 *
 * @throws TypeError when the id would break a frame: the store's driver is at fault.
 */
export function toLiveEvent({ id, message }: LogEntry): LiveEvent {
  if (BREAK.test(id)) throw new TypeError("Cannot read an entry of the log: its id has a line break");
  return new LiveEvent(id, isLogMessage(message) ? message : { reset: "An event could not be read" });
}

function isLogMessage(message: unknown): message is LogMessage {
  if (typeof message !== "object" || message === null) return false;
  const { reset, targets, channel, type, scopes } = message as Record<string, unknown>;
  if (scopes !== undefined && !Array.isArray(scopes) || type !== undefined && typeof type !== "string") return false;
  return typeof reset === "string" || Array.isArray(targets) || typeof channel === "string" && "data" in message;
}

/** A value as a frame has it: data, and what restores it. */
export function toEventValue(
  value: unknown,
  options?: EncodeOptions,
): { readonly data: unknown; readonly meta?: Meta } {
  const { json, meta } = encode(value, options);
  return meta === undefined ? { data: json } : { data: json, meta };
}

const BREAK = /[\r\n\0]/;
const ENCODER = new TextEncoder();

/** Writes a frame (WHATWG HTML, section 9.2). JSON has no line breaks, so nothing in the data can begin another. */
export function writeFrame<K extends keyof EventFrames>(event: K, data: EventFrames[K], id?: string): Uint8Array {
  const place = id === undefined ? "" : `id: ${id}\n`;
  return ENCODER.encode(`event: ${event}\n${place}data: ${JSON.stringify(data)}\n\n`);
}

/**
 * Topics: who is subscribed to what in this process, and how an event reaches them.
 *
 * The broker belongs to one igniter instance; nothing here is shared between two. What is published goes through the
 * log and comes back from it, so that every process of the application hears the same in the same order. A subscriber of
 * a scoped event must have been granted one of its scopes: no grant, no event.
 *
 * @module
 */
import type { RevalidateTarget } from "../contract/reply.ts";
import { type Schema, validate, type Validated } from "../contract/schema.ts";
import { encode } from "../contract/encode.ts";
import type { EncodeOptions } from "../contract/wire.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import type { PublishOptions, Realtime, RealtimeChannel } from "../ports/realtime.ts";
import { Bridge, type Resumption } from "./bridge.ts";
import {
  BROADCAST_CHANNEL,
  type LiveEvent,
  type LogMessage,
  RESET_CHANNEL,
  REVALIDATE_CHANNEL,
  type RevalidationTarget,
  toEventValue,
} from "./event.ts";
import type { History } from "./history.ts";
import type { EventLog } from "./local_log.ts";
import { type Listener, Topic } from "./topic.ts";
import { UnknownKeys } from "./unknown_keys.ts";

/** What a broker is made of. */
export interface BrokerOptions {
  readonly logger: Logger;
  readonly clock: Clock;
  readonly log: EventLog;
  /** Entries that the log keeps. */
  readonly window: number;
  /** Seconds that the log lives on. */
  readonly ttl: number;
  /** Whether connections can be granted scopes at all; when not, that is said once. */
  readonly granting: boolean;
  /** Whether instances that travel as their fields are reported (D22). */
  readonly development: boolean;
}

const LINE_BREAK = /[\r\n\0]/;
/** Types of the framework's own frames. */
const RESERVED: ReadonlySet<string> = new Set(["open", "error", "end"]);
/** Names that are not streams: what travels on them has methods of its own. */
const CHANNELS: ReadonlySet<string> = new Set([BROADCAST_CHANNEL, REVALIDATE_CHANNEL, RESET_CHANNEL]);

/** Publishes and delivers the events of one igniter instance. */
export class Broker implements Realtime {
  readonly #topics = new Map<string, Topic>();
  readonly #logger: Logger;
  readonly #bridge: Bridge;
  readonly #unknown: UnknownKeys;
  /** Schemas of the streams' messages, by channel. */
  readonly #events = new Map<string, Schema>();
  readonly #development: boolean;
  /** Whether connections can be granted scopes, or it was said that they cannot. */
  #granting: boolean;

  constructor({ logger, clock, log, window, ttl, granting, development }: BrokerOptions) {
    this.#logger = logger;
    this.#granting = granting;
    this.#development = development;
    this.#unknown = new UnknownKeys(logger);
    this.#bridge = new Bridge({ log, logger, clock, window, ttl, deliver: (event) => this.#deliver(event) });
  }

  /** What happened lately. */
  get history(): History {
    return this.#bridge.history;
  }

  /** Makes a router's action known; `events` is the schema of its messages, if it is a stream that has one. */
  register(key: string, stream: boolean, events: Schema | undefined): void {
    this.#unknown.register(key, stream);
    if (events !== undefined) this.#events.set(key, events);
  }

  /** Resolves when all that is published from now on is heard here. @throws IgniterError `ERR_UNAVAILABLE` */
  ready(): Promise<void> {
    return this.#bridge.start();
  }

  /** Finds where to go on after an id; `undefined` when something after it may be missing. */
  resume(id: string): Promise<Resumption | undefined> {
    return this.#bridge.resume(id);
  }

  /** Listens to a channel; gives back how to stop. Who must not miss anything waits for {@link Broker.ready} first. */
  subscribe(channel: string, listener: Listener): () => void {
    this.#bridge.start().catch(() => {}); // it says so itself
    const topic = this.#topics.get(channel) ?? new Topic();
    this.#topics.set(channel, topic);
    topic.add(listener);
    return () => {
      topic.delete(listener);
      if (topic.size === 0 && this.#topics.get(channel) === topic) this.#topics.delete(channel);
    };
  }

  /** How many listen to a channel, or to all. */
  count(channel?: string): number {
    if (channel !== undefined) return this.#topics.get(channel)?.size ?? 0;
    return [...this.#topics.values()].reduce((sum, { size }) => sum + size, 0);
  }

  publish(channel: string, data: unknown, options: PublishOptions = {}): Promise<void> {
    if (CHANNELS.has(channel)) throw new TypeError(`Cannot publish to "${channel}": the name is the framework's`);
    this.#unknown.reportStream(channel);
    return this.#publish(channel, data, options);
  }

  /** Refuses at the mistake: thrown, not rejected, because many publish without awaiting. */
  #publish(channel: string, data: unknown, { type = "message", scopes }: PublishOptions): Promise<void> {
    if (LINE_BREAK.test(type)) throw new TypeError(`Cannot publish to "${channel}": the event's type has a line break`);
    if (RESERVED.has(type)) {
      throw new TypeError(`Cannot publish to "${channel}": the type "${type}" is the framework's`);
    }
    const audience = this.#toAudience(channel, scopes);
    const append = (value: unknown): Promise<void> =>
      this.#bridge.append({
        channel,
        ...(type === "message" ? {} : { type }),
        ...toEventValue(value, this.#encoding(channel)),
        ...audience,
      });
    const schema = this.#events.get(channel);
    if (schema === undefined) return append(data);
    const result = validate(schema, data);
    if (!(result instanceof Promise)) return append(valueOf(channel, result));
    const valid = result.then((later) => valueOf(channel, later));
    // Nobody may wait for it, and then a misfit would be seen by nobody, or end the process.
    valid.catch((error) => this.#logger.error("A message was not published", { channel, error }));
    const published = valid.then(append);
    published.catch(() => {});
    return published;
  }

  revalidate(target: RevalidateTarget, options: Pick<PublishOptions, "scopes"> = {}): Promise<void> {
    const targets = toTargets(target);
    for (const { path } of targets) this.#unknown.report(path);
    const audience = this.#toAudience(REVALIDATE_CHANNEL, options.scopes);
    const { json, meta } = encode(targets, this.#encoding(REVALIDATE_CHANNEL));
    const message: LogMessage = {
      targets: json as readonly RevalidationTarget[],
      ...(meta === undefined ? {} : { meta }),
      ...audience,
    };
    return this.#bridge.append(message);
  }

  to(channel: string): RealtimeChannel {
    return { publish: (data, options) => this.publish(channel, data, options) };
  }

  broadcast(data: unknown, options: PublishOptions = {}): Promise<void> {
    return this.#publish(BROADCAST_CHANNEL, data, options);
  }

  /** Ends: nothing is heard any more until somebody listens again. */
  close(): Promise<void> {
    return this.#bridge.stop();
  }

  #deliver(event: LiveEvent): void {
    const { channel, scopes } = event;
    for (const listener of channel === RESET_CHANNEL ? this.#all() : this.#topics.get(channel)?.listeners ?? []) {
      if (!isFor(event, listener.scopes)) continue;
      try {
        listener.receive(event);
      } catch (error) {
        this.#logger.error("A realtime listener failed", { channel, scoped: scopes !== undefined, error });
      }
    }
  }

  /** All that listen to anything. */
  #all(): ReadonlySet<Listener> {
    return new Set([...this.#topics.values()].flatMap(({ listeners }) => listeners));
  }

  #toAudience(channel: string, scopes: readonly string[] | undefined): { readonly scopes?: readonly string[] } {
    if (scopes === undefined) return {};
    // A string would be taken apart into scopes of one letter each.
    if (!Array.isArray(scopes) || scopes.some((scope) => typeof scope !== "string")) {
      throw new TypeError(`Cannot publish to "${channel}": its scopes are not a list of strings`);
    }
    if (!this.#granting) {
      this.#granting = true;
      this.#logger.warn("Nobody receives scoped events: .realtime({ scopes }) is not configured");
    }
    return { scopes: [...scopes] };
  }

  #encoding(channel: string): EncodeOptions {
    if (!this.#development) return {};
    return {
      onInstance: (name) => this.#logger.warn(`An instance of ${name} is sent as its fields`, { channel }),
    };
  }
}

/** Whether somebody with these scopes may hear an event. */
export function isFor({ scopes }: LiveEvent, granted: ReadonlySet<string>): boolean {
  return scopes === undefined || scopes.some((scope) => granted.has(scope));
}

/**
 * The message a stream's `events` schema makes of what was published or yielded.
 *
 * @throws TypeError when it does not fit: the mistake is the publisher's.
 */
export function valueOf(channel: string, result: Validated): unknown {
  if (result.issues === undefined) return result.value;
  const [first] = result.issues;
  const where = first === undefined ? "" : ` (${[...first.path.map(String), first.message].join(": ")})`;
  throw new TypeError(`Cannot publish to "${channel}": the message does not fit the events schema${where}`, {
    cause: result.issues,
  });
}

function toTargets(target: RevalidateTarget): readonly RevalidationTarget[] {
  if (typeof target === "string") return [{ path: target }];
  if ("path" in target) {
    return [target.input === undefined ? { path: target.path } : { path: target.path, input: target.input }];
  }
  return target.map((path) => ({ path }));
}

/**
 * Topics: who is subscribed to what in this process, and how an event reaches them.
 *
 * The broker belongs to one igniter instance; nothing here is shared between two. An event is delivered to the
 * subscribers that are there when it is published, in the order of publication. A subscriber of a scoped event must
 * have been granted one of its scopes: no grant, no event.
 *
 * @module
 */
import type { RevalidateTarget } from "../contract/reply.ts";
import { type Schema, validate, type Validated } from "../contract/schema.ts";
import type { Logger } from "../ports/logger.ts";
import type { PublishOptions, Realtime, RealtimeChannel } from "../ports/realtime.ts";

/** An event on its way. */
export interface BrokerEvent {
  readonly channel: string;
  readonly type: string;
  readonly data: unknown;
}

/** One who listens. */
export interface Listener {
  /** What the server granted. */
  readonly scopes: ReadonlySet<string>;
  readonly receive: (event: BrokerEvent) => void;
}

/** The channel on which revalidations travel. */
export const REVALIDATE_CHANNEL = "~revalidate";
/** The channel of broadcasts. */
export const BROADCAST_CHANNEL = "~broadcast";

const LINE_BREAK = /[\r\n\0]/;
/** Types of the framework's own frames. */
const RESERVED: ReadonlySet<string> = new Set(["open", "error"]);

/** Unknown keys that are reported: they may be made of ids, without end. */
const MAX_REPORTED = 1000;

/** Delivers events within one igniter instance. */
export class Broker implements Realtime {
  readonly #topics = new Map<string, Set<Listener>>();
  readonly #logger: Logger;
  /** Keys of the routers' actions; a revalidation of another is reported once. */
  readonly #keys = new Set<string>();
  readonly #reported = new Set<string>();
  /** Schemas of the streams' messages, by channel. */
  readonly #events = new Map<string, Schema>();
  /** Whether connections can be granted scopes at all; when not, that is said once. */
  #granting: boolean;

  constructor(logger: Logger, granting: boolean) {
    this.#logger = logger;
    this.#granting = granting;
  }

  /** Makes a router's action known; `events` is the schema of its messages, if it is a stream that has one. */
  register(key: string, events: Schema | undefined): void {
    this.#keys.add(key);
    if (events !== undefined) this.#events.set(key, events);
  }

  /** Listens to a channel; gives back how to stop. */
  subscribe(channel: string, listener: Listener): () => void {
    const topic = this.#topics.get(channel) ?? new Set();
    this.#topics.set(channel, topic.add(listener));
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
    const type = options.type ?? "message";
    // Refused here, at the mistake, and not by an error in each subscriber's stream. Thrown, not rejected: many publish
    // without awaiting, and an unhandled rejection ends a process.
    if (LINE_BREAK.test(type)) throw new TypeError(`Cannot publish to "${channel}": the event's type has a line break`);
    if (options.scopes !== undefined && !this.#granting) this.#warnOfScopes();
    if (RESERVED.has(type)) {
      throw new TypeError(`Cannot publish to "${channel}": the type "${type}" is the framework's`);
    }
    const schema = this.#events.get(channel);
    if (schema === undefined) {
      this.#deliver({ channel, type, data }, options.scopes);
      return Promise.resolve();
    }
    const result = validate(schema, data);
    if (result instanceof Promise) {
      return result.then((valid) => this.#deliver({ channel, type, data: valueOf(channel, valid) }, options.scopes));
    }
    this.#deliver({ channel, type, data: valueOf(channel, result) }, options.scopes);
    return Promise.resolve();
  }

  #deliver(event: BrokerEvent, scopes: readonly string[] | undefined): void {
    const { channel } = event;
    // The copy lets a listener that ends itself or others while it receives do so safely.
    for (const listener of [...this.#topics.get(channel) ?? []]) {
      if (scopes !== undefined && !scopes.some((scope) => listener.scopes.has(scope))) continue;
      try {
        listener.receive(event);
      } catch (error) {
        this.#logger.error("A realtime listener failed", { channel, error });
      }
    }
  }

  async revalidate(target: RevalidateTarget, options: Pick<PublishOptions, "scopes"> = {}): Promise<void> {
    const targets = toTargets(target);
    for (const { path } of targets) this.#report(path);
    await this.publish(REVALIDATE_CHANNEL, targets, { ...options, type: "revalidate" });
  }

  to(channel: string): RealtimeChannel {
    return { publish: (data, options) => this.publish(channel, data, options) };
  }

  broadcast(data: unknown, options?: PublishOptions): Promise<void> {
    return this.publish(BROADCAST_CHANNEL, data, options);
  }

  #warnOfScopes(): void {
    this.#granting = true;
    this.#logger.warn("Nobody receives scoped events: .realtime({ scopes }) is not configured");
  }

  /** Types cannot check keys inside of handlers (the router's type contains them), so this does, once per key. */
  #report(key: string): void {
    if (this.#keys.size === 0 || this.#reported.has(key) || this.#knows(key)) return;
    if (this.#reported.size >= MAX_REPORTED) return;
    this.#reported.add(key);
    this.#logger.warn(`Nothing is named "${key}": this revalidation reaches no query`, { key });
  }

  #knows(key: string): boolean {
    if (this.#keys.has(key)) return true;
    const prefix = (key.endsWith(".*") ? key.slice(0, -2) : key) + ".";
    for (const known of this.#keys) {
      if (known.startsWith(prefix)) return true;
    }
    return false;
  }
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

/** One query, or all of a key. */
export interface RevalidationTarget {
  readonly path: string;
  readonly input?: unknown;
}

function toTargets(target: RevalidateTarget): readonly RevalidationTarget[] {
  if (typeof target === "string") return [{ path: target }];
  if ("path" in target) return [target];
  return target.map((path) => ({ path }));
}

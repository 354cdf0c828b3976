/**
 * A generator that streams to one subscription, and may outlive its connection.
 *
 * ```text
 *            attach                    done, failed
 *  paused ◄─────────► attached ──────────────────────► finished ──► gone
 *     │     detach        │                               │
 *     └── grace is over ──┴─── detached, "stop" ──────────┴── its end was told, or grace is over
 * ```
 *
 * It is pulled when its client has read what there was, so a slow client slows it down and nothing is dropped. Messages
 * are numbered; the last ones are kept, for a client whose connection broke. While nobody is attached it is paused, or
 * with "continue" goes on.
 *
 * @module
 */
import type { Failure } from "../contract/error.ts";
import type { Clock } from "../ports/clock.ts";
import { toEventValue, writeFrame } from "./event.ts";

/** What becomes of a generator whose client goes away. */
export type OnDisconnect = "stop" | "grace" | "continue" | {
  /** Milliseconds that it waits, paused. */
  readonly grace: number;
};

/** Where a session's frames go. */
export interface Receiver {
  /** Sends a frame. */
  control(bytes: Uint8Array): void;
  /** Waits until there is room for more. */
  room(): Promise<void> | undefined;
}

/** What a session is made of. */
export interface SessionOptions {
  /** The subscription's name. */
  readonly channel: string;
  /** Whose it is, where that is known. */
  readonly identity: string | undefined;
  readonly source: AsyncIterator<unknown>;
  readonly onDisconnect: OnDisconnect;
  readonly clock: Clock;
  /** Bytes of sent messages that are kept. */
  readonly memory: number;
  /** Logs an error and gives what the client is told. */
  readonly toFailure: (error: unknown) => Failure;
  /** It is gone. */
  readonly onGone: () => void;
}

/** Milliseconds that "grace" means, and that the end of a generator is kept for one who comes back. */
const GRACE = 30_000;
/** Messages that are kept. */
const MAX_KEPT = 256;

/** One run of one generator. */
export class Session {
  readonly id: string = crypto.randomUUID();
  readonly channel: string;
  readonly identity: string | undefined;
  readonly #options: SessionOptions;
  #receiver: Receiver | undefined;
  #kept: Uint8Array[] = [];
  #keptBytes = 0;
  /** The number of the last message. */
  #last = 0;
  /** The frame that tells of the end, once there is one. */
  #final: Uint8Array | undefined = undefined;
  #gone = false;
  #wake: () => void = () => {};
  #cancelGrace: () => void = () => {};

  constructor(options: SessionOptions, receiver: Receiver) {
    this.channel = options.channel;
    this.identity = options.identity;
    this.#options = options;
    this.#receiver = receiver;
  }

  /** Begins to pull. */
  start(): void {
    this.#run().catch((error) => this.#fail(error));
  }

  /** Whether nobody receives it. */
  get detached(): boolean {
    return this.#receiver === undefined;
  }

  /** Whether all messages after a number are here. */
  holds(after: number): boolean {
    return !this.#gone && after >= this.#last - this.#kept.length && after <= this.#last;
  }

  /** Goes on to another receiver, after the message of a number; who received it until now gets nothing more. */
  attach(receiver: Receiver, after: number): void {
    this.#cancelGrace();
    this.#receiver = receiver;
    for (const bytes of this.#kept.slice(this.#kept.length - (this.#last - after))) receiver.control(bytes);
    if (this.#final === undefined) return this.#wake();
    receiver.control(this.#final);
    this.end();
  }

  /** The receiver is gone, unless another has taken its place. */
  detach(receiver: Receiver): void {
    if (this.#gone || this.#receiver !== receiver) return;
    this.#receiver = undefined;
    const { onDisconnect, clock } = this.#options;
    if (onDisconnect === "stop") return this.end();
    if (onDisconnect !== "continue") {
      this.#cancelGrace = clock.schedule(() => this.end(), onDisconnect === "grace" ? GRACE : onDisconnect.grace);
    }
    // Who continues waits for no room.
    this.#wake();
  }

  /** Ends it, at once, even while the generator waits for something that never comes; that ends when it gets there. */
  end(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#receiver = undefined;
    this.#kept = [];
    this.#cancelGrace();
    this.#wake();
    this.#options.onGone();
    const { source, toFailure } = this.#options;
    source.return?.().catch(toFailure);
  }

  async #run(): Promise<void> {
    for (;;) {
      await this.#turn();
      if (this.#gone) return;
      const { done, value } = await this.#options.source.next();
      if (this.#gone) return;
      if (done === true) return this.#finish(writeFrame("end", { channel: this.channel }));
      this.#send(value);
    }
  }

  /** Waits until it may go on: its client has room, or it needs none. */
  async #turn(): Promise<void> {
    while (!this.#gone) {
      if (this.#receiver === undefined && this.#options.onDisconnect === "continue") return;
      const room = this.#receiver?.room();
      if (this.#receiver !== undefined && room === undefined) return;
      const change = new Promise<void>((resolve) => this.#wake = resolve);
      await (room === undefined ? change : Promise.race([room, change]));
    }
  }

  #send(value: unknown): void {
    const n = this.#last + 1;
    const bytes = writeFrame("message", { channel: this.channel, n, ...toEventValue(value) });
    this.#last = n;
    this.#kept.push(bytes);
    this.#keptBytes += bytes.byteLength;
    // The very last one is always kept: it is the likeliest to have been on its way when the connection broke.
    while (this.#kept.length > 1 && (this.#kept.length > MAX_KEPT || this.#keptBytes > this.#options.memory)) {
      this.#keptBytes -= this.#kept.shift()?.byteLength ?? 0;
    }
    this.#receiver?.control(bytes);
  }

  #fail(error: unknown): void {
    const failure = this.#options.toFailure(error);
    if (!this.#gone) this.#finish(writeFrame("error", { channel: this.channel, error: failure }));
  }

  #finish(final: Uint8Array): void {
    this.#final = final;
    if (this.#receiver !== undefined) {
      this.#receiver.control(final);
      return this.end();
    }
    this.#cancelGrace();
    this.#cancelGrace = this.#options.clock.schedule(() => this.end(), GRACE);
  }
}

/** Sessions that nobody receives, at most: beyond them the one that was left first ends. */
const MAX_DETACHED = 1000;

/** The sessions of a router. */
export class Sessions {
  readonly #sessions: Map<string, Session> = new Map();

  /** How many there are. */
  get size(): number {
    return this.#sessions.size;
  }

  /** Makes a session. */
  create(options: SessionOptions, receiver: Receiver): Session {
    const onGone = (): void => {
      this.#sessions.delete(session.id);
      options.onGone();
    };
    const session: Session = new Session({ ...options, onGone }, receiver);
    this.#sessions.set(session.id, session);
    return session;
  }

  /** Finds one that can go on after a message: of that subscription, and of that identity. */
  find(id: string, channel: string, identity: string | undefined, after: number): Session | undefined {
    const session = this.#sessions.get(id);
    const fits = session?.channel === channel && session.identity === identity && session.holds(after);
    return fits ? session : undefined;
  }

  /** The receiver of a session is gone. */
  leave(session: Session, receiver: Receiver): void {
    session.detach(receiver);
    if (this.#sessions.size <= MAX_DETACHED) return;
    const detached = [...this.#sessions.values()].filter((each) => each.detached);
    if (detached.length > MAX_DETACHED) detached[0]?.end();
  }

  /** Ends all. */
  end(): void {
    for (const session of [...this.#sessions.values()]) session.end();
  }
}

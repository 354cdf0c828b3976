/**
 * What leaves to one client, within a budget of bytes.
 *
 * A client that keeps up costs nothing here: a frame goes straight into its stream. One that does not has frames
 * waiting, up to the budget. Beyond it messages are dropped, and counted by channel; *gap* frames tell of them before
 * anything that came later. Revalidations are gathered: a target that waits already is not added again, and those that
 * come one after the other are one frame. What opens, ends or refuses a subscription is never dropped; it is bounded by
 * their number.
 *
 * A client may name any id that it saw as the last one, so no frame with an id leaves before all that came earlier has
 * left or a gap has told of it. That is why revalidations that come while a gap is to be told have none.
 *
 * @module
 */
import { encode } from "../contract/encode.ts";
import { type LiveEvent, type RevalidationTarget, writeFrame } from "./event.ts";

/** What an outflow is made of. */
export interface OutflowOptions {
  /** Bytes that may wait. */
  readonly budget: number;
  /** The client is gone, or {@link Outflow.end} was called. */
  readonly onEnd: () => void;
}

/** Bytes that waiting frames are joined into at most: fewer, larger writes let a slow client catch up. */
const JOINED = 32_768;
/** Distinct targets that wait; beyond them everything is taken for old. */
const MAX_TARGETS = 200;

const COMMENT: Uint8Array = new TextEncoder().encode(":\n\n");

/** Revalidations that wait, as one frame to be written. */
interface Gathered {
  readonly targets: RevalidationTarget[];
  /** The keys of its targets. */
  readonly keys: string[];
  id: string | undefined;
}

/** One client's stream of frames. */
export class Outflow {
  readonly stream: ReadableStream<Uint8Array>;
  readonly #budget: number;
  readonly #onEnd: () => void;
  #controller: ReadableStreamDefaultController<Uint8Array> = undefined as never;
  /** What waits. */
  #queue: (Uint8Array | Gathered)[] = [];
  /** Bytes of the frames in it. */
  #bytes = 0;
  /** Whether anything waits, of whatever kind. */
  #behind = false;
  /** Whether messages are dropped: from when the budget is used up until half of it is free. */
  #dropping = false;
  #gaps: Map<string, number> = new Map();
  /** The keys of the targets that wait. */
  #targets: Set<string> = new Set();
  #targetBytes = 0;
  /** Whether a reset waits: it covers all revalidations. */
  #resetting = false;
  /** Gives older frames one by one before anything new, as the client reads; `undefined` at their end. */
  #source: (() => Uint8Array | undefined) | undefined = undefined;
  /** Ends the wait of a `pull` that found nothing. */
  #wake: (() => void) | undefined = undefined;
  #waiting: (() => void)[] = [];
  #ended = false;

  constructor({ budget, onEnd }: OutflowOptions) {
    this.#budget = budget;
    this.#onEnd = onEnd;
    this.stream = new ReadableStream<Uint8Array>({
      start: (controller) => void (this.#controller = controller),
      pull: () => this.#pull(),
      cancel: () => this.#finish(),
    });
  }

  /** Whether it has ended. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Bytes that wait here. */
  get waiting(): number {
    return this.#bytes + this.#targetBytes;
  }

  /** Sends what must not be dropped. */
  control(bytes: Uint8Array): void {
    if (this.#ended) return;
    if (this.#isFree()) this.#controller.enqueue(bytes);
    else this.#push(bytes);
  }

  /** Sends a message of a channel, or drops it. */
  message(bytes: Uint8Array, channel: string): void {
    if (this.#ended) return;
    if (this.#isFree()) return this.#controller.enqueue(bytes);
    // A message larger than the whole budget may wait alone: it could never be sent otherwise.
    const fits = this.#queue.length === 0 || this.waiting + bytes.byteLength <= this.#budget;
    if (this.#dropping || !fits) {
      this.#dropping = true;
      this.#fallBehind();
      this.#gaps.set(channel, (this.#gaps.get(channel) ?? 0) + 1);
      return;
    }
    this.#pushGaps();
    this.#push(bytes);
  }

  /** Sends a revalidation, or gathers it. */
  revalidate(event: LiveEvent): void {
    if (this.#ended) return;
    if (this.#isFree()) return this.#controller.enqueue(event.bytes);
    if (!this.#resetting) this.#gather(event);
  }

  /** Sends a reset; one that waits already is enough. */
  reset(bytes: Uint8Array): void {
    if (this.#ended) return;
    if (this.#isFree()) return this.#controller.enqueue(bytes);
    if (this.#resetting) return;
    this.#resetting = true;
    // It covers all that wait.
    this.#queue = this.#queue.filter((item) => item instanceof Uint8Array);
    this.#targets.clear();
    this.#targetBytes = 0;
    this.#pushGaps();
    this.#push(bytes);
  }

  /** Sends older frames first, as the client reads them. */
  replay(source: () => Uint8Array | undefined): void {
    if (this.#ended) return;
    this.#source = source;
    this.#fallBehind();
  }

  /** A sign of life, where nothing else shows it. */
  beat(): void {
    if (!this.#ended && this.#isFree()) this.#controller.enqueue(COMMENT);
  }

  /** Waits until the client has read what waits here; `undefined` when it has. */
  room(): Promise<void> | undefined {
    if (this.#ended || this.#isFree()) return undefined;
    this.#fallBehind();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Ends the stream. */
  end(): void {
    if (this.#ended) return;
    this.#finish();
    try {
      this.#controller.close();
    } catch {
      // The host has ended it already.
    }
  }

  #finish(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#queue = [];
    this.#bytes = 0;
    this.#gaps = new Map();
    this.#targets.clear();
    this.#targetBytes = 0;
    this.#source = undefined;
    this.#stir();
    this.#letIn();
    this.#onEnd();
  }

  #isFree(): boolean {
    return !this.#behind && (this.#controller.desiredSize ?? 0) > 0;
  }

  #push(bytes: Uint8Array): void {
    this.#queue.push(bytes);
    this.#bytes += bytes.byteLength;
    this.#fallBehind();
  }

  #gather(event: LiveEvent): void {
    const id = this.#gaps.size === 0 ? event.id : undefined;
    const last = this.#queue.at(-1);
    let gathered = last instanceof Uint8Array ? undefined : last;
    for (const [key, target] of event.targets) {
      if (this.#targets.has(key)) continue;
      if (gathered === undefined) {
        gathered = { targets: [], keys: [], id };
        this.#queue.push(gathered);
      }
      gathered.targets.push(target);
      gathered.keys.push(key);
      this.#targets.add(key);
      this.#targetBytes += key.length;
    }
    if (gathered !== undefined) gathered.id = id ?? gathered.id;
    this.#fallBehind();
    if (this.#targets.size > MAX_TARGETS || this.#targetBytes > this.#budget / 4) {
      this.reset(writeFrame("reset", { reason: "More queries are old than could be told" }));
    }
  }

  #pushGaps(): void {
    if (this.#gaps.size === 0) return;
    for (const [channel, missed] of this.#gaps) this.#push(writeFrame("gap", { channel, missed }));
    this.#gaps = new Map();
  }

  /** Something waits, so the stream is to ask for it. */
  #fallBehind(): void {
    this.#behind = true;
    this.#stir();
  }

  /** Lets the stream ask again. A `pull` that found nothing waits, so that it is not asked for each frame that goes by. */
  #stir(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  #pull(): Promise<void> | undefined {
    if (this.#ended) return undefined;
    const chunk = this.#take();
    if (chunk !== undefined) {
      this.#controller.enqueue(chunk);
      return undefined;
    }
    this.#behind = false;
    this.#letIn();
    return new Promise((resolve) => this.#wake = resolve);
  }

  #letIn(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const enter of waiting) enter();
  }

  /** What the client gets next; `undefined` when nothing waits. */
  #take(): Uint8Array | undefined {
    const frames: Uint8Array[] = [];
    let size = 0;
    const add = (bytes: Uint8Array): void => {
      frames.push(bytes);
      size += bytes.byteLength;
    };
    let taken = 0;
    for (; taken < this.#queue.length && size < JOINED; taken++) {
      const item = this.#queue[taken] as Uint8Array | Gathered;
      add(item instanceof Uint8Array ? item : this.#write(item));
      if (item instanceof Uint8Array) this.#bytes -= item.byteLength;
    }
    if (taken > 0) this.#queue = this.#queue.slice(taken);
    if (this.#bytes <= this.#budget / 2) this.#dropping = false;
    if (this.#queue.length === 0) {
      this.#resetting = false;
      for (const [channel, missed] of this.#gaps) add(writeFrame("gap", { channel, missed }));
      this.#gaps = new Map();
      while (this.#source !== undefined && size < JOINED) {
        const bytes = this.#source();
        if (bytes === undefined) this.#source = undefined;
        else add(bytes);
      }
    }
    if (frames.length <= 1) return frames[0];
    const joined = new Uint8Array(size);
    let at = 0;
    for (const bytes of frames) {
      joined.set(bytes, at);
      at += bytes.byteLength;
    }
    return joined;
  }

  #write({ targets, keys, id }: Gathered): Uint8Array {
    for (const key of keys) {
      this.#targets.delete(key);
      this.#targetBytes -= key.length;
    }
    const { json, meta } = encode(targets);
    const plain = json as readonly RevalidationTarget[];
    return writeFrame("revalidate", meta === undefined ? { targets: plain } : { targets: plain, meta }, id);
  }
}

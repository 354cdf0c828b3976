/**
 * Streams as HTTP bodies: bytes as they are, everything else as server-sent events (WHATWG HTML, section 9.2).
 *
 * @module
 */
import type { Broker, BrokerEvent } from "./broker.ts";

/** What a stream reply holds. */
export interface StreamPayload {
  readonly source: ReadableStream<unknown> | AsyncIterable<unknown>;
  /** The media type; by default `application/octet-stream` for a `ReadableStream`, else `text/event-stream`. */
  readonly type: string | undefined;
}

/** What the client is told when a source fails. */
export type ToFailure = (error: unknown) => unknown;

/** A message with an event type of its own. */
export class StreamMessage {
  readonly type: string;
  readonly data: unknown;

  constructor(type: string, data: unknown) {
    this.type = type;
    this.data = data;
  }
}

const ENCODER = new TextEncoder();

/**
 * The body of a stream reply; sets its headers. The source is pulled as fast as the client reads and no faster, and
 * ended when the client goes away.
 */
export function toByteStream(
  payload: StreamPayload,
  headers: Headers,
  toFailure: ToFailure,
): ReadableStream<Uint8Array> {
  const { source, type } = payload;
  const media = type ?? (source instanceof ReadableStream ? "application/octet-stream" : "text/event-stream");
  if (!headers.has("content-type")) headers.set("content-type", media);
  if (!media.startsWith("text/event-stream")) {
    return toBody(source, toBytes, (error, controller) => controller.error(error), toFailure);
  }
  // Proxies must neither keep events back nor compress them.
  if (!headers.has("cache-control")) headers.set("cache-control", "no-cache, no-transform");
  if (!headers.has("x-accel-buffering")) headers.set("x-accel-buffering", "no");
  return toBody(source, toEvent, (error, controller) => {
    controller.enqueue(ENCODER.encode(frame("error", toFailure(error))));
    controller.close();
  }, toFailure);
}

function toBody(
  source: ReadableStream<unknown> | AsyncIterable<unknown>,
  encode: (chunk: unknown) => Uint8Array,
  fail: (error: unknown, controller: ReadableStreamDefaultController<Uint8Array>) => void,
  toFailure: ToFailure,
): ReadableStream<Uint8Array> {
  const iterator = iterate(source);
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await iterator.next();
        if (done) controller.close();
        else controller.enqueue(encode(value));
      } catch (error) {
        fail(error, controller);
        if (encode === toBytes) toFailure(error);
      }
    },
    async cancel() {
      await iterator.return?.();
    },
  }, { highWaterMark: 0 });
}

/** The iterator of a source. Not every platform's `ReadableStream` is iterable. */
export function iterate(source: ReadableStream<unknown> | AsyncIterable<unknown>): AsyncIterator<unknown> {
  if (!(source instanceof ReadableStream)) return source[Symbol.asyncIterator]();
  const reader = source.getReader();
  return {
    next: async () => await reader.read() as IteratorResult<unknown>,
    return: async () => {
      await reader.cancel();
      return { done: true, value: undefined };
    },
  };
}

function toBytes(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  if (typeof chunk === "string") return ENCODER.encode(chunk);
  throw new TypeError(`Cannot stream a chunk of type ${typeof chunk}: it is neither bytes nor text`);
}

function toEvent(chunk: unknown): Uint8Array {
  return ENCODER.encode(chunk instanceof StreamMessage ? frame(chunk.type, chunk.data) : frame("message", chunk));
}

/** One frame. JSON has no line breaks, and a type that has some is refused, so nothing can inject a second frame. */
export function frame(type: string, data: unknown): string {
  if (/[\r\n\0]/.test(type)) throw new TypeError("Cannot send event: its type has a line break");
  const json = JSON.stringify(data === undefined ? null : data);
  return type === "message" ? `data: ${json}\n\n` : `event: ${type}\ndata: ${json}\n\n`;
}

/** How many messages wait for a slow reader before its subscription ends with an error: nothing is dropped in silence. */
const MAX_WAITING = 1024;

/** A channel's messages, from the moment of this call on. Ends when `signal` aborts or the iterator is returned. */
export function fromChannel(
  broker: Broker,
  channel: string,
  scopes: ReadonlySet<string>,
  signal: AbortSignal,
): AsyncIterableIterator<BrokerEvent> {
  const waiting: BrokerEvent[] = [];
  let wake: (() => void) | undefined;
  let ended = false;
  let overflowed = false;
  const stop = (): void => {
    ended = true;
    unsubscribe();
    signal.removeEventListener("abort", stop);
    wake?.();
  };
  const unsubscribe = broker.subscribe(channel, {
    scopes,
    receive: (event) => {
      if (waiting.length >= MAX_WAITING) {
        overflowed = true;
        waiting.length = 0;
        stop();
        return;
      }
      waiting.push(event);
      wake?.();
    },
  });
  if (signal.aborted) stop();
  else signal.addEventListener("abort", stop);
  return {
    async next(): Promise<IteratorResult<BrokerEvent>> {
      while (waiting.length === 0 && !ended) {
        await new Promise<void>((resolve) => wake = resolve);
        wake = undefined;
      }
      const event = waiting.shift();
      if (event !== undefined) return { done: false, value: event };
      if (overflowed) {
        throw new RangeError(`Cannot keep more than ${MAX_WAITING} messages for a reader of "${channel}"`);
      }
      return { done: true, value: undefined };
    },
    return(): Promise<IteratorResult<BrokerEvent>> {
      stop();
      return Promise.resolve({ done: true, value: undefined });
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

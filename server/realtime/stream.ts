/**
 * Streams as HTTP bodies: bytes as they are, everything else as server-sent events (WHATWG HTML, section 9.2).
 *
 * @module
 */
import { encode } from "../contract/encode.ts";
import { needsEncoding } from "../contract/needs_encoding.ts";
import { IgniterError } from "../contract/error.ts";
import type { Broker } from "./broker.ts";
import { type LiveEvent, RESET_CHANNEL } from "./event.ts";

/** What a stream reply holds. */
export interface StreamPayload {
  readonly source: ReadableStream<unknown> | AsyncIterable<unknown>;
  /** The media type; by default `application/octet-stream` for a `ReadableStream`, else `text/event-stream`. */
  readonly type: string | undefined;
  /** Whether it has no end of its own: only the client or the router end it. */
  readonly endless?: boolean;
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
 * ended when the client goes away. `closing` ends events, which have no end of their own; a download may finish.
 */
export function toByteStream(
  payload: StreamPayload,
  headers: Headers,
  toFailure: ToFailure,
  closing: AbortSignal,
): ReadableStream<Uint8Array> {
  const { source, type } = payload;
  const media = type ?? (source instanceof ReadableStream ? "application/octet-stream" : "text/event-stream");
  if (!headers.has("content-type")) headers.set("content-type", media);
  if (!media.startsWith("text/event-stream")) {
    return toBody(iterate(source), toBytes, (controller) => controller.close(), (error, controller) => {
      toFailure(error);
      controller.error(error);
    });
  }
  // Proxies must neither keep events back nor compress them.
  if (!headers.has("cache-control")) headers.set("cache-control", "no-cache, no-transform");
  if (!headers.has("x-accel-buffering")) headers.set("x-accel-buffering", "no");
  return toBody(endedBy(closing, iterate(source), toFailure), toEvent, (controller) => {
    // Who reads no end comes back: the router closes for a restart, and a channel goes on.
    if (payload.endless !== true && !closing.aborted) controller.enqueue(ENCODER.encode(frame("end", null)));
    controller.close();
  }, (error, controller) => {
    controller.enqueue(ENCODER.encode(frame("error", toFailure(error))));
    controller.close();
  });
}

function toBody(
  iterator: AsyncIterator<unknown>,
  encode: (chunk: unknown) => Uint8Array,
  finish: (controller: ReadableStreamDefaultController<Uint8Array>) => void,
  fail: (error: unknown, controller: ReadableStreamDefaultController<Uint8Array>) => void,
): ReadableStream<Uint8Array> {
  let cancelled = false;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await iterator.next();
        // The client went away while this waited: there is nothing to write to, and that is no failure.
        if (cancelled) return;
        if (done) finish(controller);
        else controller.enqueue(encode(value));
      } catch (error) {
        if (!cancelled) fail(error, controller);
        // The failure may be the message's and not the source's, which would go on for nobody.
        await iterator.return?.();
      }
    },
    async cancel() {
      cancelled = true;
      await iterator.return?.();
    },
  }, { highWaterMark: 0 });
}

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

/**
 * An iterator that also ends when `signal` aborts or it is returned, at once, even while its source waits for something
 * that never comes; the source ends itself when it gets there. What goes wrong in that is given to `onError`.
 */
export function endedBy(
  signal: AbortSignal,
  source: AsyncIterator<unknown>,
  onError: (error: unknown) => unknown,
): AsyncIterator<unknown> {
  let ended = false;
  let wake: (result: IteratorResult<unknown>) => void = () => {};
  const leave = (): void => {
    ended = true;
    signal.removeEventListener("abort", stop);
  };
  const stop = (): void => {
    if (ended) return;
    leave();
    wake(DONE);
    source.return?.().catch(onError);
  };
  if (signal.aborted) stop();
  else signal.addEventListener("abort", stop);
  return {
    next: () =>
      new Promise((resolve, reject) => {
        if (ended) return resolve(DONE);
        wake = resolve;
        source.next().then((result) => {
          if (result.done === true) leave();
          resolve(result);
        }, (error) => {
          leave();
          reject(error);
        });
      }),
    return: () => {
      stop();
      return Promise.resolve(DONE);
    },
  };
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
  const json = JSON.stringify(needsEncoding(data, false) ? encode(data).json : data) ?? "null";
  return type === "message" ? `data: ${json}\n\n` : `event: ${type}\ndata: ${json}\n\n`;
}

/** How many messages wait for a slow reader before its subscription ends with an error: nothing is dropped in silence. */
const MAX_WAITING = 1024;

/**
 * What a stream action sends: its opening, then the channel's messages. Listening begins with the iteration, which is
 * when the answer is made: a reply that a procedure replaces leaves no listener behind.
 */
export function withOpening(
  opening: unknown,
  listen: () => AsyncIterableIterator<LiveEvent>,
): AsyncIterable<unknown> {
  return {
    [Symbol.asyncIterator](): AsyncIterator<unknown> {
      const events = listen();
      let opened = false;
      return {
        async next(): Promise<IteratorResult<unknown>> {
          if (!opened) {
            opened = true;
            return { done: false, value: new StreamMessage("open", opening) };
          }
          const { done, value } = await events.next();
          if (done === true) return DONE;
          const { type, data } = value;
          return { done: false, value: type === "message" ? data : new StreamMessage(type, data) };
        },
        async return(): Promise<IteratorResult<unknown>> {
          await events.return?.();
          return DONE;
        },
      };
    },
  };
}

/** A channel's messages, from the moment of this call on. Ends when `signal` aborts or the iterator is returned. */
export function fromChannel(
  broker: Broker,
  channel: string,
  scopes: ReadonlySet<string>,
  signal: AbortSignal,
): AsyncIterableIterator<LiveEvent> {
  const waiting: LiveEvent[] = [];
  let wake: (() => void) | undefined;
  let ended = false;
  let failure: Error | undefined;
  const stop = (): void => {
    ended = true;
    unsubscribe();
    signal.removeEventListener("abort", stop);
    wake?.();
  };
  const fail = (error: Error): void => {
    failure = error;
    stop();
  };
  const receive = (event: LiveEvent): void => {
    // A stream of its own has no way to say that something was missed, but by its end.
    if (event.channel === RESET_CHANNEL) {
      return fail(new IgniterError("ERR_UNAVAILABLE", { message: "Messages may have been missed" }));
    }
    if (waiting.length >= MAX_WAITING) {
      waiting.length = 0;
      return fail(new RangeError(`Cannot keep more than ${MAX_WAITING} messages for a reader of "${channel}"`));
    }
    waiting.push(event);
    wake?.();
  };
  const unsubscribe = broker.subscribe(channel, { scopes, receive });
  if (signal.aborted) stop();
  else signal.addEventListener("abort", stop);
  return {
    async next(): Promise<IteratorResult<LiveEvent>> {
      while (waiting.length === 0 && !ended) {
        await new Promise<void>((resolve) => wake = resolve);
        wake = undefined;
      }
      const event = waiting.shift();
      if (event !== undefined) return { done: false, value: event };
      if (failure !== undefined) throw failure;
      return { done: true, value: undefined };
    },
    return(): Promise<IteratorResult<LiveEvent>> {
      stop();
      return Promise.resolve({ done: true, value: undefined });
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

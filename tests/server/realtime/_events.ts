/**
 * What the tests of live updates share: an application, and a client that reads its frames one by one.
 *
 * @module
 */
import { Igniter } from "@igniter-js/core";
import type { LogEntry } from "@igniter-js/core/testing";
import type { RealtimeConfig, Store } from "@igniter-js/core";
import { z } from "zod";

/** One frame of an event connection. */
export interface Frame {
  readonly event: string;
  readonly id: string | undefined;
  // deno-lint-ignore no-explicit-any -- what a test expects of it is what the test says
  readonly data: any;
}

/** Reads an event connection. */
export class EventReader {
  readonly status: number;
  readonly headers: Headers;
  /** Lines that are no frames: comments and `retry`. */
  readonly notes: string[] = [];
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder();
  #text = "";

  constructor(response: Response) {
    if (response.body === null) throw new TypeError("Cannot read events: there is no body");
    this.status = response.status;
    this.headers = response.headers;
    this.#reader = response.body.getReader();
  }

  /** The next frame; `undefined` at the end. */
  async next(): Promise<Frame | undefined> {
    for (;;) {
      const end = this.#text.indexOf("\n\n");
      if (end < 0) {
        const { done, value } = await this.#reader.read();
        if (done) return undefined;
        this.#text += this.#decoder.decode(value, { stream: true });
        continue;
      }
      const lines = this.#text.slice(0, end).split("\n");
      this.#text = this.#text.slice(end + 2);
      const field = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
      const [event, id, data] = [field("event"), field("id"), field("data")];
      if (event === undefined) this.notes.push(...lines);
      else return { event, id, data: JSON.parse(String(data)) };
    }
  }

  /** The next frame of a kind, with all before it. */
  async upTo(event: string): Promise<Frame[]> {
    const frames: Frame[] = [];
    for (;;) {
      const frame = await this.next();
      if (frame === undefined) throw new Error(`Cannot read up to "${event}": the events ended after ${show(frames)}`);
      frames.push(frame);
      if (frame.event === event) return frames;
    }
  }

  /** So many frames. */
  async take(count: number): Promise<Frame[]> {
    const frames: Frame[] = [];
    while (frames.length < count) {
      const frame = await this.next();
      if (frame === undefined) throw new Error(`Cannot read ${count} events: they ended after ${show(frames)}`);
      frames.push(frame);
    }
    return frames;
  }

  /** All frames until the end. */
  async rest(): Promise<Frame[]> {
    const frames: Frame[] = [];
    for (let frame = await this.next(); frame !== undefined; frame = await this.next()) frames.push(frame);
    return frames;
  }

  cancel(): Promise<void> {
    return this.#reader.cancel();
  }
}

function show(frames: readonly Frame[]): string {
  return JSON.stringify(frames);
}

/** Reads the very text of events, each time up to a mark. */
export function readText(response: Response): (mark: string) => Promise<string> {
  if (response.body === null) throw new TypeError("Cannot read events: there is no body");
  const [reader, decoder] = [response.body.getReader(), new TextDecoder()];
  let text = "";
  return async (mark) => {
    while (!text.includes(mark)) text += decoder.decode((await reader.read()).value, { stream: true });
    return text;
  };
}

/** Waits, turn by turn of the event loop, until a condition holds. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 5000; turn++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  throw new Error("Cannot wait any longer: the condition does not come true");
}

/** A logger that keeps what it is given. */
export function collect() {
  const logs: LogEntry[] = [];
  const at = (level: LogEntry["level"]) => (message: string, fields = {}) => void logs.push({ level, message, fields });
  return { logs, debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** The context of {@link chat}. */
export interface ChatContext {
  readonly user: string;
}

/** How {@link chat} is made. */
export interface ChatOptions {
  readonly store?: Store;
  readonly realtime?: RealtimeConfig<ChatContext>;
  readonly basePath?: string;
}

/** An application with streams of each kind, whose connections are granted `user:<x-user>`. */
export function chat({ store, realtime = {}, basePath = "/api/v1" }: ChatOptions = {}) {
  const logger = collect();
  /** What ran, in order. */
  const ran: string[] = [];
  let contexts = 0;
  const base = Igniter
    .context((request): ChatContext => {
      contexts++;
      return { user: request.headers.get("x-user") ?? "nobody" };
    })
    .logger(logger)
    .realtime({ scopes: ({ context }) => context.user === "nobody" ? [] : [`user:${context.user}`], ...realtime })
    .use({
      handler: (_, { request, response }) => {
        ran.push("global");
        return request.headers.has("x-banned") ? response.forbidden("You are banned") : { global: true };
      },
    });
  const igniter = (store === undefined ? base : base.store(store) as unknown as typeof base).create();
  const member = igniter.procedure({
    handler: (_, { context, response }) => {
      ran.push("member");
      return context.user === "nobody" ? response.unauthorized("Sign in first") : { member: context.user };
    },
  });
  const list = igniter.query({ handler: () => [] });
  const feed = igniter.query({
    path: "/feed",
    stream: true,
    handler: ({ context }) => ({ hello: context.user, at: new Date(0) }),
  });
  const secret = igniter.query({
    path: "/secret",
    stream: true,
    use: [member],
    handler: ({ context }) => ({ for: context.member }),
  });
  const room = igniter.query({
    path: "/rooms/:room",
    stream: true,
    params: z.object({ room: z.number() }),
    query: z.object({ since: z.number().default(1) }),
    handler: ({ params, query }) => ({ room: params.room, since: query.since }),
  });
  const typed = igniter.query({
    path: "/typed",
    stream: true,
    events: z.object({ text: z.string().trim() }),
    handler: () => null,
  });
  const touch = igniter.mutation({
    handler: ({ response }) => response.success(null).revalidate("chat.list"),
  });
  const touchMine = igniter.mutation({
    path: "/mine",
    handler: ({ response }) => response.success(null).revalidate("chat.list", ({ user }) => [`user:${user}`]),
  });
  const router = igniter.router({
    basePath,
    controllers: {
      chat: igniter.controller({
        path: "/chat",
        actions: { list, feed, secret, room, typed, touch, touchMine },
      }),
    },
  });
  const request = (query = "", headers: HeadersInit = {}, init: RequestInit = {}) =>
    new Request(`http://localhost${basePath === "/" ? "" : basePath}/_/events${query}`, { ...init, headers });
  /** Connects, with a query string. */
  const connect = async (query = "", headers: HeadersInit = {}, init: RequestInit = {}) =>
    new EventReader(await router.handler(request(query, headers, init)));
  return { igniter, router, logger, ran, contexts: () => contexts, request, connect };
}

/** The query string that asks for these channels. */
export function channels(...names: readonly string[]): string {
  return "?" + names.map((name) => `channel=${encodeURIComponent(name)}`).join("&");
}

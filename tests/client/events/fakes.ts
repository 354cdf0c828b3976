/**
 * A server that speaks the event wire as it is told, and a platform whose time, chance and page are the test's.
 *
 * @module
 */
import { createEvents } from "../../../client/events.ts";
import type { ClientOptions } from "../../../client/options.ts";
import type { Locks, Platform } from "../../../client/platform.ts";
import type { EventConnection, RevalidationObserver, StreamObserver } from "../../../client/stream.ts";

/** Waits, turn by turn of the event loop, until a condition holds. */
export async function until(condition: () => unknown): Promise<void> {
  for (let turn = 0; turn < 2000; turn++) {
    if (condition()) return;
    await turnOfTheLoop();
  }
  throw new Error(`Cannot wait any longer: it does not come true that ${condition}`);
}

/** Lets everything that can happen without time passing happen. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await turnOfTheLoop();
}

function turnOfTheLoop(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** Time that passes when it is told to. */
export class Clock {
  now = 0;
  readonly #timers = new Map<number, { readonly at: number; readonly run: () => void }>();
  #last = 0;

  start(run: () => void, milliseconds: number): number {
    this.#timers.set(++this.#last, { at: this.now + milliseconds, run });
    return this.#last;
  }

  stop(timer: number | undefined): void {
    this.#timers.delete(timer as number);
  }

  /** The timers that run. */
  get size(): number {
    return this.#timers.size;
  }

  /** Lets time pass until the next timer is due; gives how long that was. */
  async next(): Promise<number> {
    await settle();
    const from = this.now;
    await this.pass(Math.min(...[...this.#timers.values()].map(({ at }) => at)) - from);
    return this.now - from;
  }

  /** Lets time pass, and what follows from it happen. */
  async pass(milliseconds: number): Promise<void> {
    await settle();
    const end = this.now + milliseconds;
    for (;;) {
      const due = [...this.#timers].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)[0];
      if (!due) break;
      this.now = due[1].at;
      this.#timers.delete(due[0]);
      due[1].run();
      await settle();
    }
    this.now = end;
    await settle();
  }
}

/** A platform of the test's. */
export class FakePlatform extends EventTarget implements Platform {
  readonly clock: Clock;
  /** What `Math.random` gives. */
  chance = 0;
  readonly Math = { random: (): number => this.chance };
  readonly document: EventTarget & { visibilityState: string } = Object.assign(new EventTarget(), {
    visibilityState: "visible",
  });
  readonly navigator?: { readonly locks: Locks };
  readonly BroadcastChannel?: NonNullable<Platform["BroadcastChannel"]>;
  /** The listeners that are there. */
  listeners = 0;

  constructor(clock: Clock = new Clock(), shared?: Pick<FakePlatform, "navigator" | "BroadcastChannel">) {
    super();
    this.clock = clock;
    Object.assign(this, shared);
    for (const target of [this, this.document]) {
      const { addEventListener, removeEventListener } = target;
      target.addEventListener = (...args: Parameters<typeof addEventListener>) => {
        this.listeners++;
        addEventListener.apply(target, args);
      };
      target.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
        this.listeners--;
        removeEventListener.apply(target, args);
      };
    }
  }

  setTimeout = (run: () => void, milliseconds: number): number => this.clock.start(run, milliseconds);
  clearTimeout = (timer: number | undefined): void => this.clock.stop(timer);

  show(visibilityState: "visible" | "hidden"): void {
    this.document.visibilityState = visibilityState;
    this.document.dispatchEvent(new Event("visibilitychange"));
  }
}

/** A connection, from the server's side. */
export class Connection {
  readonly url: URL;
  readonly init: RequestInit;
  closed = false;
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  readonly response: Response;

  constructor(url: string, init: RequestInit) {
    this.url = new URL(url);
    this.init = init;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => void (this.#controller = controller),
      cancel: () => void (this.closed = true),
    });
    init.signal?.addEventListener("abort", () => this.closed = true);
    this.response = new Response(body, { headers: { "content-type": "text/event-stream" } });
  }

  get channels(): string[] {
    return this.url.searchParams.getAll("channel");
  }

  get lastId(): string | null {
    return this.url.searchParams.get("Last-Event-ID");
  }

  write(text: string): this {
    if (!this.closed) this.#controller.enqueue(new TextEncoder().encode(text));
    return this;
  }

  send(event: string, frame: unknown, id?: string): this {
    return this.write(`${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(frame)}\n\n`);
  }

  /** Grants all that was asked, and is ready. */
  ready(id?: string): this {
    for (const channel of this.channels) this.send("open", { channel: channel.split("#")[0], data: null });
    return this.send("ready", { connection: "c" }, id);
  }

  message(channel: string, data: unknown, id?: string): this {
    return this.send("message", { channel, data }, id);
  }

  end(): void {
    if (!this.closed) this.#controller.close();
    this.closed = true;
  }

  break(): void {
    if (!this.closed) this.#controller.error(new TypeError("connection reset"));
    this.closed = true;
  }
}

/** A server that speaks the event wire as it is told. */
export class FakeServer {
  /** Every connection that was granted. */
  readonly connections: Connection[] = [];
  /** Every request's headers. */
  readonly requests: Headers[] = [];
  /** What the next requests are answered; an error is a network's. */
  readonly answers: (Response | Error)[] = [];
  /** Makes each connection ready at once. */
  eager = true;

  readonly fetch = async (url: string, init: RequestInit): Promise<Response> => {
    await Promise.resolve();
    init.signal?.throwIfAborted();
    this.requests.push(init.headers as Headers);
    const answer = this.answers.shift();
    if (answer instanceof Error) throw answer;
    if (answer) return answer;
    const connection = new Connection(url, init);
    this.connections.push(connection);
    if (this.eager) connection.ready("0");
    return connection.response;
  };

  /** The last connection. */
  get last(): Connection {
    return this.connections.at(-1) as Connection;
  }

  get open(): Connection[] {
    return this.connections.filter(({ closed }) => !closed);
  }
}

/** What a subscription or a watcher was told, in order, as one line each. */
export class Heard implements StreamObserver, RevalidationObserver {
  readonly lines: string[] = [];
  onState: StreamObserver["onState"] = (state, failure) =>
    this.lines.push(failure ? `${state} ${failure.code}` : state) as unknown as void;
  onOpen = (data: unknown): void => void this.lines.push(`opened ${JSON.stringify(data)}`);
  onMessage = (data: unknown, type: string): void =>
    void this.lines.push(
      `${type === "message" ? "" : `${type}: `}${typeof data === "string" ? data : Deno.inspect(data)}`,
    );
  onGap = (missed: number | undefined): void => void this.lines.push(`gap ${missed}`);
  onRevalidate: RevalidationObserver["onRevalidate"] = (targets) =>
    void this.lines.push(
      `revalidate ${targets.map(({ path, input }) => input ? `${path} ${Deno.inspect(input)}` : path)}`,
    );
  onReset = (reason: string): void => void this.lines.push(`reset: ${reason}`);

  /** What was told since the last time. */
  take(): string[] {
    return this.lines.splice(0);
  }
}

/** A connection of a client to a fake server. */
export interface Setup {
  readonly server: FakeServer;
  readonly platform: FakePlatform;
  readonly clock: Clock;
  readonly events: EventConnection;
  /** Subscribes and waits until that is done. */
  readonly subscribe: (key: string, input?: object) => Promise<Heard & { readonly stop: (now?: boolean) => void }>;
  /** Stops everything; says what is left. */
  readonly leftovers: () => Promise<unknown>;
}

/** Makes a client's event connection to a fake server. */
export function setUp(
  options: ClientOptions = {},
  platform: FakePlatform = new FakePlatform(),
  server: FakeServer = new FakeServer(),
): Setup {
  const { clock } = platform;
  const events = createEvents({ baseURL: "http://api.test", fetch: server.fetch, ...options }, platform);
  return {
    server,
    platform,
    clock,
    events,
    async subscribe(key, input) {
      const heard = new Heard();
      const stop = events.subscribe(key, input, heard);
      await settle();
      await clock.pass(0);
      return Object.assign(heard, { stop });
    },
    async leftovers() {
      events.close();
      await settle();
      return { open: server.open.length, timers: clock.size, listeners: platform.listeners };
    },
  };
}

/** What {@link Setup.leftovers} says when there is nothing. */
export const NOTHING = { open: 0, timers: 0, listeners: 0 } as const;

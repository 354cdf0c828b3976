/**
 * The address `{basePath}/_/events`: a request becomes a connection (see `contract/events.ts` for the wire).
 *
 * The connection is an exchange like any other: context, global procedures, and in place of a handler what stands here.
 * Each subscription is one more exchange, of its action, that starts from the connection's context. All are decided
 * before what was missed is sent, since that depends on them; the answer's head does not wait for them.
 *
 * @module
 */
import { type Failure, IgniterError } from "../contract/error.ts";
import { JOB_CHANNEL } from "../contract/job.ts";
import { watchConnection } from "../dev/watch_connection.ts";
import { discard, Exchange, type Plan, type RouterState } from "../dispatch.ts";
import { errorReply, ReplyValue } from "../reply.ts";
import type { Target } from "../request.ts";
import { type ActionRecord, toRecord } from "../action.ts";
import type { Step } from "../procedure.ts";
import type { Resumption } from "./bridge.ts";
import { ALL_OLD, Connection } from "./connection.ts";
import type { Hub } from "./hub.ts";
import { judgeOrigin, preflightHeaders } from "./origin.ts";
import { grantScopes } from "./scopes.ts";
import { type Session, Sessions } from "./session.ts";
import { iterate, type StreamPayload } from "./stream.ts";
import { watchJob } from "./watch_job.ts";
import { type Asked, parseAsked, type Subscription } from "./subscription.ts";

/** What an endpoint needs of its router. */
export interface EventsHost {
  readonly state: RouterState;
  /** Where it is, with the base path. */
  readonly pattern: string;
  /** The global procedures. */
  readonly steps: readonly Step[];
  /** Finds the action that an RPC address names. */
  find(key: string, search: string): Target & { readonly plan: Plan } | ReplyValue;
  /** Does what a reply that succeeded asked for. */
  effects(exchange: Exchange, reply: ReplyValue): void;
}

/** Seconds after which a client that found no room may come again. */
const RETRY_AFTER = "5";
/** Milliseconds that a subscription may take to open when its action has no timeout: all others wait for it. */
const OPENING = 10_000;

const HEADERS: HeadersInit = {
  "content-type": "text/event-stream",
  // Proxies must neither keep events back nor compress them.
  "cache-control": "no-cache, no-transform",
  "x-accel-buffering": "no",
};

/** What the endpoint is as an action; {@link Plan.connect} stands in place of its handler. */
const RECORD: ActionRecord = toRecord({ kind: "query", method: "GET", path: "/", stream: true, handler: () => null });

const NOT_FOUND: Failure = { code: "ERR_NOT_FOUND", message: "No such stream", data: undefined };

/** The event connections of one router. */
export class EventsEndpoint {
  /** The endpoint as an action. */
  readonly plan: Plan;
  readonly #host: EventsHost;
  readonly #hub: Hub;
  readonly #connections: Set<Connection> = new Set();
  readonly #sessions = new Sessions();
  /** The answers that became connections; a procedure may still replace one. */
  readonly #made: WeakMap<Exchange, Response> = new WeakMap();
  /** What was asked for, read as the request came: `since` counts from then. */
  readonly #asked: WeakMap<Exchange, Asked> = new WeakMap();

  constructor(host: EventsHost) {
    this.#host = host;
    const { app } = host.state;
    this.#hub = app.hub;
    this.plan = {
      key: "_.events",
      pattern: host.pattern,
      record: RECORD,
      steps: host.steps,
      input: undefined,
      timeout: app.config.timeout,
      plugin: undefined,
      connect: (exchange) => this.#connect(exchange),
    };
    host.state.closing.addEventListener("abort", () => this.#end(), { once: true });
  }

  /** Answers a request; first refuses what costs nothing to refuse. */
  async answer(exchange: Exchange): Promise<ReplyValue> {
    const { raw, outgoing } = exchange;
    const { settings, admission } = this.#hub;
    const { clock } = this.#host.state.app;
    if (raw.method === "OPTIONS") {
      for (const [name, value] of preflightHeaders(raw, settings.origins)) outgoing.set(name, value);
      return new ReplyValue("empty", 204, null, undefined).setHeader("allow", "GET, OPTIONS");
    }
    const { refused, headers } = judgeOrigin(raw, settings.origins);
    for (const [name, value] of headers) outgoing.append(name, value);
    try {
      if (refused) throw new IgniterError("ERR_FORBIDDEN", { message: "A page of this origin may not connect" });
      admission.check();
      this.#asked.set(exchange, parseAsked(raw, settings.maxChannels, clock.now()));
    } catch (error) {
      return refuse(error);
    }
    const running = exchange.run(this.plan);
    const reply = running instanceof Promise ? await exchange.settle(running, (value) => value) : running;
    const made = this.#made.get(exchange);
    if (made !== undefined && reply.payload !== made) made.body?.cancel().catch(() => {});
    return reply;
  }

  /** Stands in place of a handler. */
  async #connect(exchange: Exchange): Promise<ReplyValue> {
    const { raw, context } = exchange;
    const { broker, settings, admission, heartbeat } = this.#hub;
    const asked = this.#asked.get(exchange) as Asked;
    const scopes = await grantScopes(settings, { request: raw, context }, asked.scopes);
    const identity = await settings.identity?.({ request: raw, context: context as never }) ?? undefined;
    if (identity !== undefined && typeof identity !== "string") {
      throw new TypeError("Cannot connect: the identity is no string");
    }
    let leave: () => void;
    try {
      await broker.ready();
      leave = admission.enter(identity);
    } catch (error) {
      return refuse(error);
    }
    const { dev } = this.#host.state.app;
    const tellClosed = dev === undefined ? undefined : watchConnection(dev, asked.subscriptions, identity);
    const connection: Connection = new Connection({
      broker,
      scopes,
      budget: settings.budget,
      onEnd: () => {
        leave();
        tellClosed?.();
        heartbeat.delete(connection);
        this.#connections.delete(connection);
        raw.signal.removeEventListener("abort", end);
      },
    });
    const end = (): void => connection.end();
    heartbeat.add(connection);
    this.#connections.add(connection);
    // Not every host cancels the body of an answer that it could not begin to send.
    raw.signal.addEventListener("abort", end);
    const response = new Response(connection.outflow.stream as ReadableStream<Uint8Array<ArrayBuffer>>, {
      headers: HEADERS,
    });
    this.#made.set(exchange, response);
    if (raw.signal.aborted || this.#host.state.closing.aborted) end();
    else void this.#open(connection, exchange, asked, identity);
    return new ReplyValue("response", 200, response, undefined);
  }

  /** Decides the subscriptions, then begins. Never rejects. */
  async #open(
    connection: Connection,
    exchange: Exchange,
    { subscriptions, lastId, since }: Asked,
    identity: string | undefined,
  ): Promise<void> {
    // What happens while subscriptions open belongs to them: an opening reply may hold what was so before.
    const { history } = this.#hub.broker;
    const now: Resumption = { place: history.end };
    await Promise.all(
      subscriptions.map((subscription) =>
        this.#subscribe(connection, exchange, subscription, identity).catch((error) => {
          connection.refuse(subscription.name, exchange.toErrorReply(error).payload as Failure);
        })
      ),
    );
    if (lastId !== undefined) return connection.begin(await this.#resume(lastId));
    if (since === undefined) return connection.begin(now);
    // What a page shows was fetched before it could hear that it is old.
    const place = history.placeSince(since);
    connection.begin(place === undefined ? undefined : { place, messagesFrom: now.place }, ALL_OLD);
  }

  async #resume(lastId: string): Promise<Resumption | undefined> {
    try {
      return await this.#hub.broker.resume(lastId);
    } catch (error) {
      this.#host.state.app.logger.error("What a client missed could not be read: it is told to refetch", { error });
      return undefined;
    }
  }

  async #subscribe(
    connection: Connection,
    exchange: Exchange,
    subscription: Subscription,
    identity: string | undefined,
  ): Promise<void> {
    const { name, key, search, after } = subscription;
    const { desk } = this.#host.state.app;
    if (desk !== undefined && key.startsWith(JOB_CHANNEL)) return await watchJob(desk, connection, subscription);
    const found = this.#host.find(key, search);
    if (found instanceof ReplyValue) {
      const failure = found.payload as Failure | null;
      return connection.refuse(name, failure?.code === "ERR_BAD_REQUEST" ? failure : NOT_FOUND);
    }
    if (!found.plan.record.stream) return connection.refuse(name, NOT_FOUND);
    const resumed = subscription.session === undefined
      ? undefined
      : this.#sessions.find(subscription.session, name, identity, after);
    const plan = toPlan(found.plan, resumed !== undefined);

    const ending = new AbortController();
    let session: Session | undefined;
    connection.onEnd(() => session === undefined ? ending.abort() : this.#sessions.leave(session, connection.outflow));
    const url = new URL(found.path + (search === "" ? "" : `?${search}`), exchange.raw.url);
    const raw = new Request(url, { headers: exchange.raw.headers, signal: ending.signal });
    const own = new Exchange(this.#host.state, plan, raw, found).join(exchange);
    const running = own.run(plan);
    const reply = running instanceof Promise ? await own.settle(running, (value) => value) : running;

    if (connection.outflow.ended) return discard(reply);
    if (reply.kind === "error") return connection.refuse(name, reply.payload as Failure);
    if (resumed !== undefined) {
      // It may have come to its end while the procedures ran.
      if (!resumed.holds(after)) {
        return await this.#subscribe(connection, exchange, { ...subscription, session: undefined }, identity);
      }
      session = resumed;
      connection.open(name, null, { session: resumed.id, resumed: true });
      return resumed.attach(connection.outflow, after);
    }
    this.#host.effects(own, reply);
    if (reply.kind === "data") {
      // A listener on the signal (who is there, who has left) lives as long as the request that it hangs on.
      connection.onEnd(() => void raw);
      connection.hear(plan.key);
      return connection.open(name, reply.payload);
    }
    if (reply.kind !== "stream") throw new TypeError(`Cannot subscribe to "${key}": it answered no stream`);
    session = this.#sessions.create({
      channel: name,
      identity,
      source: iterate((reply.payload as StreamPayload).source),
      onDisconnect: plan.record.onDisconnect ?? "stop",
      clock: this.#host.state.app.clock,
      memory: this.#hub.settings.budget / 4,
      toFailure: (error) => own.toErrorReply(error).payload as Failure,
      onGone: () => ending.abort(),
    }, connection.outflow);
    connection.open(name, null, { session: session.id });
    session.start();
  }

  #end(): void {
    for (const connection of [...this.#connections]) connection.end();
    this.#sessions.end();
  }
}

/** A subscription's plan: it has a time to open, and one that goes on with a generator has no need of the handler. */
function toPlan(plan: Plan, resumes: boolean): Plan {
  const timeout = plan.timeout === 0 ? OPENING : plan.timeout;
  return resumes ? { ...plan, timeout, record: { ...plan.record, handler: () => null } } : { ...plan, timeout };
}

function refuse(error: unknown): ReplyValue {
  if (!(error instanceof IgniterError)) throw error;
  const reply = errorReply(error);
  const later = error.code === "ERR_UNAVAILABLE" || error.code === "ERR_RATE_LIMITED";
  return later ? reply.setHeader("retry-after", RETRY_AFTER) : reply;
}

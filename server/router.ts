/**
 * The router: one definition as a `Request → Response` handler, as RPC addresses, and as a caller in process.
 *
 * @module
 */
import { type ActionRecord, recordOf, toRecord } from "./action.ts";
import type { App } from "./app.ts";
import { type Caller, type CallerOptions, type CallInput, createCaller, type Outcome } from "./caller.ts";
import { answerBatch, type BatchHost } from "./batch.ts";
import type { ContextFactory } from "./context.ts";
import type { Action, AnyRouter, CallOptions, Controller, MessageOf } from "./contract/action.ts";
import { BATCH_SEGMENT } from "./contract/batch.ts";
import { type Failure, IgniterError, isErrorStatus } from "./contract/error.ts";
import { EVENTS_SEGMENT } from "./contract/events.ts";
import { CANCEL_JOB } from "./contract/job.ts";
import { checkName, type KeyInput, type KeyOf, type StreamKeyOf } from "./contract/keys.ts";
import { canonicalPath, fillPath, joinPath, parsePath, type RawParams } from "./contract/path.ts";
import { createRecord, NO_PARAMS } from "./contract/record.ts";
import { parseQuery } from "./contract/parse_query.ts";
import { stringifyQuery } from "./contract/query_string.ts";
import type { Result } from "./contract/reply.ts";
import { readResult } from "./contract/result.ts";
import type { In } from "./contract/schema.ts";
import { CODEC_HEADER, PARAM_PREFIX, RICH_QUERY, RPC_SEGMENT } from "./contract/wire.ts";
import { watchRequest } from "./dev/watch_request.ts";
import { Exchange, type Plan, type RouterState } from "./dispatch.ts";
import { compileInput } from "./input.ts";
import { cancelJobRecord } from "./jobs/cancel_job.ts";
import type { JobDesk } from "./jobs/desk.ts";
import type { MaybePromise } from "./plain.ts";
import type { PluginRouteRecord } from "./plugin.ts";
import type { PublishOptions } from "./ports/realtime.ts";
import type { Span } from "./ports/telemetry.ts";
import type { Step } from "./procedure.ts";
import { type BodyPayload, ReplyValue, toHookResponse, toReplyError, toResponse } from "./reply.ts";
import { EventsEndpoint } from "./realtime/endpoint.ts";
import { endedBy, iterate, StreamMessage, type StreamPayload } from "./realtime/stream.ts";
import type { Target } from "./request.ts";
import { Routes } from "./routes.ts";

/** What an author writes about a router. */
export interface RouterDefinition<R, A> {
  /** The origin it is reached at. @default the `baseURL` of `.config()`, else "http://localhost:3000" */
  readonly baseURL?: string;
  /** The path of all its routes. @default the `basePath` of `.config()`, else "/api/v1" */
  readonly basePath?: string;
  /** Makes the context of this router's requests, in place of the application's factory. */
  readonly context?: (request: Request) => A | Promise<A>;
  /** The controllers; the key is the first part of their actions' keys. */
  readonly controllers: R;
}

/** A router. `R` are its controllers, `A` is the application's context. */
export interface Router<R, A = unknown> extends AnyRouter<R> {
  /** Types only. */
  readonly "~context"?: A;
  /** The origin it is reached at. */
  readonly baseURL: string;
  /** The path of all its routes, with a leading and no trailing slash. */
  readonly basePath: string;
  /**
   * Answers a request; at once when all that has to do with it is synchronous (a promise would cost a tenth of a small
   * answer), so `await` it. Bound; never throws nor rejects. Actions answer at their REST paths and, under
   * `{basePath}/_/rpc/`, by their keys; `POST {basePath}/_/batch` takes several such calls at once (`batchLimit`).
   */
  readonly handler: (request: Request) => Response | Promise<Response>;
  /** The same, for `deno serve`, `app.mount()` and edge hosts. */
  readonly fetch: (request: Request) => Response | Promise<Response>;
  /** Calls actions in process. */
  readonly caller: Caller<R>;
  /** Resolves when the plugins have started; requests wait for that by themselves. @throws IgniterError `ERR_UNAVAILABLE` */
  ready(): Promise<void>;
  /**
   * Ends live streams, waits for running requests (until their clients go away) and for work started by `after`, stops
   * the plugins, jobs and telemetry. Later requests answer 503. A handler that awaits it waits for itself.
   */
  close(): Promise<void>;
  /** Tells clients to refetch a query, or all queries of a key. */
  revalidate<K extends KeyOf<R>>(
    key: K,
    input?: KeyInput<R, K>,
    options?: Pick<PublishOptions, "scopes">,
  ): Promise<void>;
  /** Publishes a message to a stream. */
  publish<K extends StreamKeyOf<R>>(key: K, data: PublishData<R, K>, options?: PublishOptions): Promise<void>;
}

/** What may be published to a stream: its `events` schema's input, else what its generator yields. */
export type PublishData<R, K extends string> = K extends `${infer G}.${infer N}`
  ? G extends keyof R
    ? R[G] extends Controller<infer _P, infer A>
      ? N extends keyof A
        ? A[N] extends Action<infer S> ? unknown extends In<S["events"]> ? MessageOf<S> : In<S["events"]> : never
      : never
    : never
  : never
  : never;

interface LooseDefinition {
  readonly baseURL?: string;
  readonly basePath?: string;
  readonly context?: ContextFactory;
  readonly controllers: { readonly [name: string]: LooseController };
}

type LooseController = Controller<string, Record<string, unknown>> & Description;

const OPTIONS = new Set(["baseURL", "basePath", "context", "controllers"]);

/** Makes a router. @throws TypeError when the definition cannot be meant. */
export function createRouter(app: App, definition: LooseDefinition): Router<unknown> {
  for (const key of Object.keys(definition)) {
    if (!OPTIONS.has(key)) throw new TypeError(`Cannot make router: it has no option "${key}"`);
  }
  const baseURL = definition.baseURL ?? app.config.baseURL;
  if (!URL.canParse(baseURL)) throw new TypeError(`Cannot make router: baseURL "${baseURL}" is not a URL`);
  return new RouterEngine(app, definition, baseURL).face();
}

/** What a controller says of itself, for documents. */
export interface Description {
  readonly name?: string;
  readonly description?: string;
}

/** Where a request is going. */
interface Destination extends Target {
  readonly plan: Plan;
}

/** A request that somebody looks on at: telemetry, the dashboard of `igniter dev`, or both. */
interface Observed {
  span: Span | undefined;
  /** Set once it is known for which action it is. */
  exchange: Exchange | undefined;
}

class RouterEngine implements RouterState {
  readonly app: App;
  readonly factory: ContextFactory | undefined;
  readonly #baseURL: string;
  /** With a leading and no trailing slash; empty for the root. */
  readonly #base: string;
  /** What the RPC addresses begin with. */
  readonly #rpc: string;
  /** Where batches are answered; undefined when they are turned off. */
  readonly #batch: string | undefined;
  readonly #plans = new Map<string, Plan>();
  /** The controllers, for what describes them. */
  readonly controllers = new Map<string, Description>();
  readonly #routes: Routes<Plan>;
  readonly #kinds = new Map<string, Map<string, "query" | "mutation" | "stream" | "both">>();
  readonly #closing = new AbortController();
  readonly #pending = new Set<Promise<void>>();
  /** What `close()` waits for. Requests that answer synchronously never stand here. */
  readonly #running = new Map<Exchange, Promise<Response>>();
  /** Calls in process, for the same, with the signals by which their callers give up. */
  readonly #calls = new Map<Promise<Outcome>, readonly (AbortSignal | undefined)[]>();
  readonly #hasAfterHooks: boolean;
  /** Whether anybody looks on at requests. */
  readonly #isObserved: boolean;
  readonly #events: EventsEndpoint;
  #closed: Promise<void> | undefined = undefined;

  constructor(app: App, definition: LooseDefinition, baseURL: string) {
    this.app = app;
    this.factory = definition.context ?? app.factory;
    this.#baseURL = baseURL;
    const basePath = joinPath(definition.basePath ?? app.config.basePath);
    if (parsePath(basePath).some(({ kind }) => kind !== "static")) {
      throw new TypeError(`Cannot make router: basePath "${basePath}" has parameters`);
    }
    this.#base = basePath === "/" ? "" : canonicalPath(basePath);
    this.#rpc = `${this.#base}/${RPC_SEGMENT}/`;
    this.#batch = app.config.batchLimit === 0 ? undefined : `${this.#base}/${BATCH_SEGMENT}`;
    this.#routes = new Routes(this.#base, ({ key }) => key);
    this.#hasAfterHooks = app.plugins.has("afterRequest");
    this.#isObserved = app.trace !== undefined || app.dev !== undefined;
    for (const [name, controller] of Object.entries(definition.controllers)) this.#addController(name, controller);
    for (const [key, plugin] of app.plugins.records) {
      for (const route of plugin.routes) this.#addRoute(key, plugin.path ?? `/${key}`, route);
    }
    for (const [key, { record }] of this.#plans) app.hub.broker.register(key, record.stream, record.events);
    if (app.desk !== undefined) this.#plans.set(CANCEL_JOB, this.#makeCancelJob(app.desk));
    this.#events = this.#makeEvents();
    app.retain(); // last: a router that could not be made would never release
  }

  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  get base(): string {
    return this.#base;
  }

  get baseURL(): string {
    return this.#baseURL;
  }

  /** The actions; what is the framework's own is not among them. */
  get plans(): Iterable<Plan> {
    return [...this.#plans.values()].filter(({ key }) => key !== CANCEL_JOB);
  }

  // --- making

  #addController(name: string, controller: LooseController): void {
    checkName("the name of a controller", name);
    if (typeof controller?.actions !== "object") {
      throw new TypeError(`Cannot make router: "${name}" is not a controller`);
    }
    this.controllers.set(name, controller);
    for (const [action, value] of Object.entries(controller.actions)) {
      const record = recordOf(value);
      if (record === undefined) throw new TypeError(`Cannot make router: "${name}.${action}" is not an action`);
      this.#add(name, action, record, joinPath(controller.path, record.path), undefined);
    }
  }

  #addRoute(plugin: string, prefix: string, route: PluginRouteRecord): void {
    checkName("the name of a plugin's route", route.key);
    const record = toRecord({
      kind: route.method === "GET" ? "query" : "mutation",
      method: route.method,
      path: route.path,
      ...(route.description === undefined ? {} : { description: route.description }),
      handler: route.handler,
    });
    this.#add(plugin, route.key, record, joinPath(prefix, route.path), plugin);
  }

  #add(controller: string, name: string, record: ActionRecord, path: string, plugin: string | undefined): void {
    const key = `${controller}.${name}`;
    if (controller === "with") {
      const what = plugin === undefined ? "a controller" : "a plugin that has routes";
      throw new TypeError(`Cannot use "with" as the name of ${what}: it is a method of the caller`);
    }
    if (this.#plans.has(key)) throw new TypeError(`Cannot make router: there are two actions "${key}"`);
    const plan: Plan = {
      key,
      pattern: joinPath(this.#base, path),
      record,
      steps: distinct([...this.app.steps, ...record.steps]),
      input: compileInput(record, this.app.config.bodyLimit),
      timeout: record.timeout ?? this.app.config.timeout,
      plugin,
    };
    this.#plans.set(key, plan);
    this.#routes.add(record.method, path, plan);
    const kind = record.stream ? "stream" : plugin !== undefined ? "both" : record.kind;
    const kinds = this.#kinds.get(controller) ?? new Map();
    this.#kinds.set(controller, kinds.set(name, kind));
  }

  /** Cancels a job for who shows its ticket, at the RPC address of its key. */
  #makeCancelJob(desk: JobDesk): Plan {
    const record = cancelJobRecord(desk);
    return {
      key: CANCEL_JOB,
      pattern: `${this.#rpc}${CANCEL_JOB}`,
      record,
      steps: distinct(this.app.steps),
      input: compileInput(record, this.app.config.bodyLimit),
      timeout: this.app.config.timeout,
      plugin: undefined,
    };
  }

  /** The event connection, at `{basePath}/_/events`. */
  #makeEvents(): EventsEndpoint {
    const headers = new Headers();
    return new EventsEndpoint({
      state: this,
      pattern: `${this.#base}/${EVENTS_SEGMENT}`,
      steps: distinct(this.app.steps),
      find: (key, search) => this.#findRpc(headers, "GET", this.#rpc + key, search),
      effects: (exchange, reply) => this.#effects(exchange, reply),
    });
  }

  /** A caller; with a factory of its own where one is given. */
  caller(factory: ContextFactory | undefined, origin: CallerOptions): object {
    const { app, closing } = this;
    const state: RouterState = factory === undefined ? this : { app, factory, closing };
    return createCaller({
      keys: this.#kinds,
      invoke: (key, input, from, options) => this.#invoke(state, key, input, from, options),
      open: (key, input, from, options) => this.#openStream(state, key, input, from, options),
      toError,
    }, origin);
  }

  /** What users hold. */
  face(): Router<unknown> {
    const { app } = this;
    const handler = (request: Request): MaybePromise<Response> => this.#handle(request);
    const face = {
      baseURL: this.#baseURL,
      basePath: this.#base === "" ? "/" : this.#base,
      handler,
      fetch: handler,
      caller: this.caller(undefined, {}),
      ready: () => this.#ready(),
      close: () => this.#closed ??= this.#close(),
      revalidate: (path: string, input?: unknown, options?: Pick<PublishOptions, "scopes">) =>
        app.hub.broker.revalidate(input === undefined ? path : { path, input }, options),
      publish: (key: string, data: unknown, options?: PublishOptions) => app.hub.broker.publish(key, data, options),
    };
    Object.defineProperty(face, "~engine", { value: this });
    return Object.freeze(face) as unknown as Router<unknown>;
  }

  // --- HTTP

  #handle(request: Request): MaybePromise<Response> {
    try {
      if (!this.#isObserved) return this.#route(request, undefined);
      return this.#observe(request).catch((error) => this.#lastResort(error));
    } catch (error) {
      return this.#lastResort(error);
    }
  }

  /** What answers when the framework itself, or the telemetry provider, failed. */
  #lastResort(error: unknown): Response {
    const id = crypto.randomUUID();
    this.app.logger.error("The request could not be handled", { id, error });
    return Response.json({ data: null, error: { code: "ERR_INTERNAL", message: "Internal error", id } }, {
      status: 500,
    });
  }

  async #observe(request: Request): Promise<Response> {
    const { trace, dev } = this.app;
    const observed: Observed = { span: undefined, exchange: undefined };
    const tell = dev === undefined ? undefined : watchRequest(dev, request);
    const response = trace === undefined ? await this.#answer(request, observed) : await trace(request.method, {
      kind: "server",
      parent: request.headers,
      attributes: { "http.request.method": request.method, "url.path": new URL(request.url).pathname },
    }, (span) => {
      observed.span = span;
      return this.#answer(request, observed);
    });
    tell?.(observed.exchange, response);
    return response;
  }

  async #answer(request: Request, observed: Observed): Promise<Response> {
    try {
      const response = await this.#route(request, observed);
      observed.span?.setAttributes({ "http.response.status_code": response.status });
      return response;
    } catch (error) {
      observed.span?.recordError(error);
      return this.#lastResort(error);
    }
  }

  #route(raw: Request, observed: Observed | undefined): MaybePromise<Response> {
    const { url, method } = raw;
    // A serialised URL always has a path: it begins at the first slash behind "http://" or "https://".
    const start = url.indexOf("/", 8);
    const hash = url.indexOf("#", start);
    const last = hash < 0 ? url.length : hash;
    const mark = url.indexOf("?", start);
    const end = mark < 0 || mark > last ? last : mark;
    const path = url.slice(start, end);
    const search = end === last ? "" : url.slice(end + 1, last);
    const quick = this.#closed === undefined ? this.#routes.quick(method, url, start, end) : undefined;
    if (quick !== undefined) {
      const target = { path, search, params: quick.params, headOnly: false };
      return this.#start(new Exchange(this, quick.target, raw, target), quick.target, observed);
    }
    const found = this.#closed === undefined ? this.#find(raw, method, path, search) : CLOSING;
    if (found instanceof ReplyValue || found instanceof Promise) {
      const target = { path, search, params: NO_PARAMS, headOnly: method === "HEAD" };
      return this.#keepRunning(new Exchange(this, undefined, raw, target), found);
    }
    return this.#start(new Exchange(this, found.plan, raw, found), found.plan, observed);
  }

  /** Runs the action that a request was found to be for. */
  #start(exchange: Exchange, plan: Plan, observed: Observed | undefined): MaybePromise<Response> {
    if (observed !== undefined) {
      observed.exchange = exchange;
      observed.span?.setName(`${exchange.raw.method} ${plan.pattern}`);
      observed.span?.setAttributes({ "http.route": plan.pattern, "igniter.action": plan.key });
    }
    const reply = plan === this.#events.plan ? this.#events.answer(exchange) : exchange.run(plan);
    const response = this.#keepRunning(exchange, reply);
    return observed?.span === undefined ? response : this.#traced(exchange, response, observed.span);
  }

  /** Finishes a request; one that takes time is among those that `close()` waits for. */
  #keepRunning(exchange: Exchange, reply: MaybePromise<ReplyValue>): MaybePromise<Response> {
    const response = reply instanceof Promise
      ? exchange.settle(reply, (value) => this.#finish(exchange, value))
      : this.#finish(exchange, reply);
    if (response instanceof Promise) this.#running.set(exchange, response);
    return response;
  }

  async #traced(exchange: Exchange, answer: MaybePromise<Response>, span: Span): Promise<Response> {
    const response = await answer;
    if (response.status >= 500) span.recordError(exchange.thrown ?? new Error(`Answered ${response.status}`));
    return response;
  }

  #find(raw: Request, method: string, path: string, search: string): Destination | MaybePromise<ReplyValue> {
    if (path.indexOf("%") >= 0) path = path.replace(ESCAPE, (escape) => escape.toUpperCase());
    if (path.startsWith(this.#rpc)) return this.#findRpc(raw.headers, method, path, search);
    if (path === this.#events.plan.pattern) return this.#findEvents(method, path, search);
    if (path === this.#batch) {
      return method === "POST" ? answerBatch(raw, this.#batchHost()) : wrongMethod(method, ["POST", "OPTIONS"]);
    }
    const found = this.#routes.find(method, path);
    switch (found.kind) {
      case "found":
        return { plan: found.target, path, search, params: found.params, headOnly: method === "HEAD" };
      case "missing":
        return NOT_FOUND;
      case "malformed":
        return refusal("ERR_BAD_REQUEST", "The path is not valid percent-encoding");
      case "wrong method":
        return wrongMethod(method, found.allow);
    }
  }

  /** `{basePath}/_/rpc/users.list`: queries over GET, mutations over POST, path parameters as `~id=…` (D12). */
  #findRpc(headers: Headers, method: string, path: string, search: string): Destination | ReplyValue {
    const plan = this.#plans.get(decodeKey(path.slice(this.#rpc.length)));
    if (plan === undefined) return NOT_FOUND;
    const verb = plan.record.kind === "query" ? "GET" : "POST";
    if (method !== verb && !(method === "HEAD" && verb === "GET")) {
      return wrongMethod(method, verb === "GET" ? ["GET", "HEAD", "OPTIONS"] : ["POST", "OPTIONS"]);
    }
    if (plan.record.method !== verb && isSimpleCrossSite(headers)) return CROSS_SITE;
    const fields = parseQuery(search);
    const params = createRecord<string>();
    for (const name of Object.keys(fields)) {
      if (!name.startsWith(PARAM_PREFIX) || name === RICH_QUERY) continue;
      const value = fields[name];
      if (typeof value !== "string") {
        return refusal("ERR_BAD_REQUEST", `The path parameter "${name}" stands there twice`);
      }
      params[name.slice(PARAM_PREFIX.length)] = value;
      delete fields[name];
    }
    return missingParam(plan, params) ?? { plan, path, search, params, fields, headOnly: method === "HEAD" };
  }

  #batchHost(): BatchHost {
    const { bodyLimit, batchLimit } = this.app.config;
    return {
      bodyLimit,
      batchLimit,
      rpc: this.#rpc,
      find: (key) => this.#plans.get(key)?.record,
      handle: (request) => this.#handle(request),
    };
  }

  /** A browser may ask by OPTIONS first, and the endpoint knows who may connect. */
  #findEvents(method: string, path: string, search: string): Destination | ReplyValue {
    if (method !== "GET" && method !== "OPTIONS") return wrongMethod(method, ["GET", "OPTIONS"]);
    return { plan: this.#events.plan, path, search, params: NO_PARAMS, headOnly: false };
  }

  /** The way out of every request: response, hooks, then effects of a reply that succeeded. Never throws. */
  #finish(exchange: Exchange, reply: ReplyValue): MaybePromise<Response> {
    let response: Response;
    try {
      response = toResponse(reply, exchange);
    } catch (error) {
      exchange.thrown = error;
      reply = exchange.toErrorReply(new TypeError("Cannot write the reply", { cause: error }));
      response = toResponse(reply, exchange);
    }
    if (!this.#hasAfterHooks) return this.#leave(exchange, reply, response);
    return this.#afterRequest(exchange, response).then(() => this.#leave(exchange, reply, response));
  }

  #leave(exchange: Exchange, reply: ReplyValue, response: Response): MaybePromise<Response> {
    if (reply.head !== undefined) this.#effects(exchange, reply);
    if (exchange.headOnly) {
      return withoutBody(response).catch((error) => this.#lastResort(error)).finally(() =>
        this.#running.delete(exchange)
      );
    }
    if (this.#running.size > 0) this.#running.delete(exchange);
    return response;
  }

  async #afterRequest(exchange: Exchange, response: Response): Promise<void> {
    const { plugins, features } = this.app;
    // A request that reached no action has started no plugin. A failure is logged by then, and the answer is made.
    if (exchange.plan === undefined && this.#closed === undefined) await this.#ready().catch(() => {});
    const scope = exchange.scope ?? plugins.scope({ ...features, response: exchange.response });
    // Deno 2.9's clone() of a response whose headers nobody has looked at has none, and hooks like to clone.
    void response.headers;
    await plugins.call("afterRequest", scope, exchange.raw, response);
  }

  /** What `.revalidate()` and `.after()` asked for; only after a success, and never in the way of the answer. */
  #effects(exchange: Exchange, reply: ReplyValue): void {
    if (reply.failed || reply.head === undefined) return;
    const { logger, hub: { broker } } = this.app;
    for (const { target, scopes } of reply.head.revalidations) {
      try {
        const granted = scopes?.(exchange.context as never);
        this.#keep(broker.revalidate(target, scopes === undefined ? {} : { scopes: granted ?? [] }), "revalidation");
      } catch (error) {
        logger.error("A scopes function failed: nobody was told to refetch", { target, error });
      }
    }
    for (const work of reply.head.afters) {
      this.#keep(Promise.resolve().then(work), "work after a reply");
    }
  }

  #keep(work: Promise<unknown>, what: string): void {
    const kept: Promise<void> = work.then(() => {}, (error) => {
      this.app.logger.error(`The ${what} failed`, { error });
    }).finally(() => this.#pending.delete(kept));
    this.#pending.add(kept);
  }

  // --- in process

  async #invoke(
    state: RouterState,
    key: string,
    input: CallInput | undefined,
    origin: CallerOptions,
    options: CallOptions | undefined,
  ): Promise<Outcome> {
    const { trace } = this.app;
    const run = async (span: Span | undefined): Promise<Outcome> => {
      const { exchange, reply } = await this.#call(state, key, input, origin, options);
      if (span !== undefined && reply.code >= 500) {
        span.recordError(exchange.thrown ?? new Error(`Answered ${reply.code}`));
      }
      const result = await toResult(reply);
      await this.#settle(exchange, reply);
      return { result, status: reply.code };
    };
    const call = trace === undefined
      ? run(undefined)
      : trace(key, { kind: "internal", attributes: { "igniter.action": key } }, run);
    this.#calls.set(call, [origin.request?.signal, options?.signal]);
    try {
      return await call;
    } finally {
      this.#calls.delete(call);
    }
  }

  /** What follows an answer in process, as `#finish` does for one that leaves. */
  async #settle(exchange: Exchange, reply: ReplyValue): Promise<void> {
    if (this.#hasAfterHooks) await this.#afterRequest(exchange, toHookResponse(reply, exchange));
    this.#effects(exchange, reply);
  }

  async #call(
    state: RouterState,
    key: string,
    input: CallInput = {},
    origin: CallerOptions,
    options: CallOptions | undefined,
  ): Promise<{ readonly exchange: Exchange; readonly reply: ReplyValue }> {
    const plan = this.#plans.get(key) as Plan;
    const params = createRecord<string>();
    for (const [name, value] of Object.entries(input.params ?? {})) {
      if (value !== undefined && value !== null) params[name] = String(value);
    }
    let refused = missingParam(plan, params);
    let path = plan.pattern;
    let search = "";
    let raw: Request;
    try {
      if (refused === undefined) path = fillPath(plan.pattern, params);
      if (input.query !== undefined) search = stringifyQuery(input.query);
      raw = this.#toRequest(plan, path, search, input, origin, options);
    } catch (error) {
      // Values come from users: half a surrogate pair, a line break in a header. Over HTTP they would not have arrived.
      refused = refusal(
        "ERR_BAD_REQUEST",
        `The input cannot be sent: ${error instanceof Error ? error.message : error}`,
      );
      path = plan.pattern;
      raw = this.#toRequest(plan, path, "", {}, origin, options);
    }
    const exchange = new Exchange(state, plan, raw, { path, search, params }, input);
    if (this.#closed !== undefined) refused = CLOSING;
    if (refused !== undefined) return { exchange, reply: refused };
    const reply = exchange.run(plan);
    return { exchange, reply: reply instanceof Promise ? await exchange.settle(reply, (value) => value) : reply };
  }

  #toRequest(
    plan: Plan,
    path: string,
    search: string,
    input: CallInput,
    { headers: given, request }: CallerOptions,
    options: CallOptions | undefined,
  ): Request {
    const headers = new Headers(request?.headers);
    for (const name of ["content-length", "content-type", "transfer-encoding", "host"]) headers.delete(name);
    for (const [name, value] of new Headers(given)) headers.set(name, value);
    for (const [name, value] of Object.entries(input.headers ?? {})) {
      if (value !== undefined && value !== null) headers.set(name, String(value));
    }
    headers.set("x-igniter-source", "caller");
    const signals = [request?.signal, options?.signal].filter((signal) => signal !== undefined);
    const signal = signals.length > 1 ? AbortSignal.any(signals) : signals[0];
    const url = new URL(path + (search === "" ? "" : `?${search}`), this.#baseURL);
    return new Request(url, { method: plan.record.method, headers, ...(signal === undefined ? {} : { signal }) });
  }

  async *#openStream(
    state: RouterState,
    key: string,
    input: CallInput | undefined,
    origin: CallerOptions,
    options: CallOptions | undefined,
  ): AsyncGenerator<unknown> {
    const { exchange, reply } = await this.#call(state, key, input, origin, options);
    await this.#settle(exchange, reply);
    if (reply.kind === "error") throw toError(reply.payload as Failure, reply.code);
    if (reply.kind !== "stream") throw new TypeError(`Cannot read "${key}" as a stream: it answered otherwise`);
    const ending = AbortSignal.any([exchange.request.signal, this.closing]);
    const messages = endedBy(ending, iterate((reply.payload as StreamPayload).source), (e) => exchange.toErrorReply(e));
    try {
      let turn = await messages.next();
      // The opening reply is no message (D16).
      if (turn.value instanceof StreamMessage && turn.value.type === "open") turn = await messages.next();
      for (; turn.done !== true; turn = await messages.next()) {
        yield turn.value instanceof StreamMessage ? turn.value.data : turn.value;
      }
    } finally {
      await messages.return?.();
    }
  }

  // --- life

  async #ready(): Promise<void> {
    if (this.#closed !== undefined) throw new IgniterError("ERR_UNAVAILABLE", { message: "The service is closing" });
    if (!this.app.plugins.isReady) await this.app.plugins.start(() => ({ ...this.app.features }));
  }

  async #close(): Promise<void> {
    this.#closing.abort(new DOMException("The router is closing", "AbortError"));
    // A request whose client has gone may never answer: nobody waits for it, and nor does this.
    await Promise.all(
      [...this.#running].map(([{ raw }, answer]) => Promise.race([answer, aborted(raw.signal)])),
    );
    await Promise.all(
      [...this.#calls].map(([call, signals]) =>
        Promise.race([call.catch(() => {}), ...signals.map((signal) => aborted(signal))])
      ),
    );
    while (this.#pending.size > 0) await Promise.all(this.#pending);
    await this.app.release();
  }
}

/** A caller whose requests get the context that `factory` makes: for tests. @throws TypeError when the value is no router. */
export function callerWithContext(router: unknown, factory: ContextFactory, origin: CallerOptions): object {
  return engineOf(router, "make a caller").caller(factory, origin);
}

/**
 * The actions of a router, its controllers and where it is (the base path is empty for the root), for what describes
 * them.
 *
 * @throws TypeError when the value is no router.
 */
export function plansOf(router: unknown, what: string): Described {
  const { base, baseURL, plans, controllers } = engineOf(router, what);
  return { base, baseURL, plans, controllers };
}

/** What {@link plansOf} gives. */
export interface Described {
  readonly base: string;
  readonly baseURL: string;
  readonly plans: Iterable<Plan>;
  readonly controllers: ReadonlyMap<string, Description>;
}

function engineOf(router: unknown, what: string): RouterEngine {
  const engine = (router as { readonly "~engine"?: RouterEngine } | null | undefined)?.["~engine"];
  if (engine === undefined) throw new TypeError(`Cannot ${what}: the value is no router`);
  return engine;
}

/** Percent-escapes are the same in either case; URL parsers write them in upper case (RFC 3986, 6.2.2.1). */
const ESCAPE = /%[0-9a-f]{2}/gi;

/** A key as an address holds it. What is malformed names nothing. */
function decodeKey(text: string): string {
  if (text.indexOf("%") < 0) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}

/**
 * Whether a browser sent this from another site without asking first (a "simple request" of the Fetch standard). A
 * DELETE, PUT or PATCH would have been asked for; its RPC address, which takes POST, must not be an easier way in.
 */
function isSimpleCrossSite(headers: Headers): boolean {
  if (headers.get("sec-fetch-site") !== "cross-site" || headers.has(CODEC_HEADER)) return false;
  const type = headers.get("content-type") ?? "";
  return type === "" || /^(text\/plain|multipart\/form-data|application\/x-www-form-urlencoded)/i.test(type);
}

const CROSS_SITE = refusal("ERR_FORBIDDEN", "Another site may not send this as a simple request");
const NOT_FOUND = refusal("ERR_NOT_FOUND", "No such route");
const CLOSING = refusal("ERR_UNAVAILABLE", "The service is closing");

function refusal(code: string, message: string): ReplyValue {
  const { status } = new IgniterError(code);
  return new ReplyValue("error", status, toReplyError(code, message, undefined), undefined);
}

function wrongMethod(method: string, allow: readonly string[]): ReplyValue {
  const reply = method === "OPTIONS"
    ? new ReplyValue("empty", 204, null, undefined)
    : refusal("ERR_METHOD_NOT_ALLOWED", `${method} is not allowed here`);
  return reply.setHeader("allow", allow.join(", "));
}

function missingParam(plan: Plan, params: RawParams): ReplyValue | undefined {
  for (const segment of parsePath(plan.pattern)) {
    if (segment.kind === "static" || segment.kind === "optional") continue;
    if (params[segment.name] === undefined || params[segment.name] === "") {
      return refusal("ERR_BAD_REQUEST", `The path parameter "${segment.name}" is missing`);
    }
  }
  return undefined;
}

/** Waits for a signal; for ever where there is none. */
function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) resolve();
    else signal?.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** The same step in several lists runs once, where it first stands. */
function distinct(steps: readonly Step[]): readonly Step[] {
  return [...new Set(steps)];
}

async function toResult(reply: ReplyValue): Promise<Result<unknown, Failure>> {
  switch (reply.kind) {
    case "error":
      return { data: null, error: reply.payload as Failure };
    case "response": {
      const given = reply.payload as Response;
      if (given.status === reply.code) return await readResult(given);
      return await readResult(new Response(given.body, { status: reply.code, headers: given.headers }));
    }
    case "body": {
      const { data } = reply.payload as BodyPayload;
      if (!(data instanceof ReadableStream)) return { data, error: null };
      // A file is a Blob to its caller, however it was given.
      const headers = reply.head?.headers.map(([name, value]): [string, string] => [name, value]) ?? [];
      return { data: await new Response(data, { headers }).blob(), error: null };
    }
    case "stream":
      return { data: (reply.payload as StreamPayload).source, error: null };
    default:
      return { data: reply.payload, error: null };
  }
}

function toError({ code, message, data }: Failure, status: number): IgniterError {
  return new IgniterError(code, { message, data, status: isErrorStatus(status) ? status : 500 });
}

/** HEAD: the headers of GET, its length included where it is known (RFC 9110, 9.3.2). */
async function withoutBody(response: Response): Promise<Response> {
  const headers = new Headers(response.headers);
  const type = headers.get("content-type") ?? "";
  if (!headers.has("content-length") && response.body !== null && type.startsWith("application/json")) {
    headers.set("content-length", String((await response.arrayBuffer()).byteLength));
  } else response.body?.cancel().catch(() => {});
  return new Response(null, { status: response.status, statusText: response.statusText, headers });
}

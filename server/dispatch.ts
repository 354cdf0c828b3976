/**
 * Runs one action for one request: context, procedures, input, handler, output. HTTP, RPC and calls in process all come
 * through here, so they cannot differ.
 *
 * @module
 */
import type { ActionRecord } from "./action.ts";
import type { App } from "./app.ts";
import { type ContextFactory, type ContextRecord, createContext } from "./context.ts";
import { IgniterError, isErrorStatus } from "./contract/error.ts";
import { type Schema, validate, type Validated } from "./contract/schema.ts";
import { type InputPlan, readInput } from "./input.ts";
import { AcceptedJob } from "./jobs/accepted.ts";
import { type Answerer, Outgoing } from "./outgoing.ts";
import { type Flow, runSteps } from "./pipeline.ts";
import { isThenable, type MaybePromise } from "./plain.ts";
import type { PluginScope } from "./plugin_host.ts";
import type { Realtime } from "./ports/realtime.ts";
import type { Step } from "./procedure.ts";
import { valueOf } from "./realtime/broker.ts";
import { grantScopes } from "./realtime/scopes.ts";
import { fromChannel, iterate, type StreamPayload, withOpening } from "./realtime/stream.ts";
import { type Answering, errorReply, ReplyValue, ResponderValue, toReply, toReplyError } from "./reply.ts";
import { type GivenInput, IncomingRequest, type Target } from "./request.ts";

/** An action as a router runs it, compiled once. */
export interface Plan {
  readonly key: string;
  /** The whole pattern, with the base path. */
  readonly pattern: string;
  readonly record: ActionRecord;
  readonly steps: readonly Step[];
  /** Absent when the action reads none. */
  readonly input: InputPlan | undefined;
  readonly timeout: number;
  /** The plugin whose route this is. */
  readonly plugin: string | undefined;
  /** Answers in place of the handler: the events address. */
  readonly connect?: (exchange: Exchange) => Promise<ReplyValue>;
}

/** What a router shares with its requests. */
export interface RouterState {
  readonly app: App;
  readonly factory: ContextFactory | undefined;
  /** Aborts when the router closes: live streams end. */
  readonly closing: AbortSignal;
}

/** One run of one action. */
export class Exchange implements Answerer, Answering, Flow {
  readonly state: RouterState;
  readonly plan: Plan | undefined;
  readonly raw: Request;
  /** Whether only the head of the answer is wanted. */
  readonly headOnly: boolean;
  readonly response: ResponderValue;
  context: ContextRecord;
  scope: PluginScope | undefined = undefined;
  /** What was thrown, if anything, for telemetry. */
  thrown: unknown = undefined;

  /** What procedures added to whatever answers, if anything. */
  added: Outgoing | undefined = undefined;
  readonly #target: Target;
  readonly #given: GivenInput | undefined;
  /** The event connection that this is a subscription of. */
  #connection: Exchange | undefined = undefined;
  #request: IncomingRequest | undefined = undefined;

  constructor(state: RouterState, plan: Plan | undefined, raw: Request, target: Target, given?: GivenInput) {
    this.state = state;
    this.plan = plan;
    this.raw = raw;
    this.headOnly = target.headOnly === true;
    this.#target = target;
    this.#given = given;
    this.response = new ResponderValue(this);
    this.context = state.app.features;
  }

  /** Made when somebody first reads of it: an action without input may never. */
  get request(): IncomingRequest {
    return this.#request ??= new IncomingRequest(this.raw, this.#target, this, this.#given);
  }

  get outgoing(): Outgoing {
    return this.added ??= new Outgoing();
  }

  get cookieSecrets(): readonly string[] {
    return this.state.app.config.cookieSecrets;
  }

  get realtime(): Realtime {
    return this.state.app.hub.broker;
  }

  get onInstance(): ((name: string) => void) | undefined {
    const { app } = this.state;
    if (!app.config.development) return undefined;
    return (name) => app.logger.warn(`An instance of ${name} is sent as its fields`, { key: this.plan?.key });
  }

  /** Aborts when the router closes. */
  get closing(): AbortSignal {
    return this.state.closing;
  }

  /** What a client is told when a stream fails on the way. */
  toFailure(error: unknown): unknown {
    return this.toErrorReply(error).payload;
  }

  /**
   * Runs the action. A reply that is there at once is given as it is; the promise of a later one may reject with what
   * was thrown on the way, for {@link settle} to look at.
   */
  run(plan: Plan): MaybePromise<ReplyValue> {
    try {
      return plan.timeout === 0 ? this.#start(plan) : this.#limited(plan);
    } catch (error) {
      return this.fail(error);
    }
  }

  /** Goes on with a later reply. What was thrown on the way becomes a reply. */
  settle<T>(reply: Promise<ReplyValue>, done: (reply: ReplyValue) => MaybePromise<T>): Promise<T> {
    return reply.then(done, async (error) => await done(await this.fail(error)));
  }

  /** Makes this a subscription of a connection: its context and the global procedures have run there. */
  join(connection: Exchange): this {
    this.#connection = connection;
    return this;
  }

  #start(plan: Plan): MaybePromise<ReplyValue> {
    if (this.#connection !== undefined) return this.#enterFrom(plan, this.#connection);
    return this.state.app.plugins.isReady ? this.#begin(plan) : this.#startThenBegin(plan);
  }

  async #startThenBegin(plan: Plan): Promise<ReplyValue> {
    const { app } = this.state;
    await app.plugins.start(() => ({ ...app.features }));
    return await this.#begin(plan);
  }

  #begin(plan: Plan): MaybePromise<ReplyValue> {
    const context = createContext(this.state.factory, this.state.app.features, this.raw);
    return context instanceof Promise ? context.then((made) => this.#enter(plan, made)) : this.#enter(plan, context);
  }

  #enter(plan: Plan, context: ContextRecord): MaybePromise<ReplyValue> {
    const { plugins } = this.state.app;
    this.context = context;
    context["response"] = this.response;
    if (plugins.isEmpty) return runSteps(plan.steps, 0, this);
    this.scope = plugins.scope(context);
    if (!plugins.extends && !plugins.has("beforeRequest")) return runSteps(plan.steps, 0, this);
    return this.#extended(plan, this.scope);
  }

  #enterFrom(plan: Plan, { context: shared }: Exchange): MaybePromise<ReplyValue> {
    const { app: { plugins, steps }, factory } = this.state;
    // A copy: what one subscription's procedures add is not for another. Without a factory it is guarded anew.
    const context = factory === undefined ? createContext(undefined, shared, this.raw) as ContextRecord : { ...shared };
    this.context = context;
    context["response"] = this.response;
    if (!plugins.isEmpty) this.scope = plugins.scope(context);
    // The global ones stand first, each once.
    return runSteps(plan.steps, new Set(steps).size, this);
  }

  async #extended(plan: Plan, scope: PluginScope): Promise<ReplyValue> {
    const { plugins } = this.state.app;
    if (plugins.extends) await plugins.extend(scope, this.raw);
    await plugins.call("beforeRequest", scope, this.raw);
    return await runSteps(plan.steps, 0, this);
  }

  /** Runs all of it, the making of the context included, within the action's time. */
  #limited(plan: Plan): Promise<ReplyValue> {
    const { request, state: { app: { clock } } } = this;
    const deadline = request.deadline = new AbortController();
    let cancel: () => void = () => {};
    const expired = new Promise<never>((_, reject) => {
      cancel = clock.schedule(() => {
        const error = new IgniterError("ERR_TIMEOUT", { message: `No answer within ${plan.timeout} ms` });
        reject(error);
        deadline.abort(error);
      }, plan.timeout);
    });
    const work = (async (): Promise<ReplyValue> => await this.#start(plan))();
    work.then((late) => deadline.signal.aborted && discard(late), (error) => {
      if (!deadline.signal.aborted || error === deadline.signal.reason || isAbort(error)) return;
      this.state.app.logger.warn("Work failed after its time was over", { key: plan.key, error });
    });
    return Promise.race([work, expired]).finally(cancel);
  }

  /** What stands behind the last procedure: input, handler, output. */
  terminal(): MaybePromise<ReplyValue> {
    const plan = this.plan as Plan;
    if (plan.connect !== undefined) return plan.connect(this);
    return plan.input === undefined
      ? this.#invoke(plan)
      : readInput(plan.input, this.request, () => this.#invoke(plan));
  }

  #invoke(plan: Plan): MaybePromise<ReplyValue> {
    const turn = plan.plugin === undefined ? new HandlerTurn(this) : new PluginTurn(this, plan.plugin);
    const result = plan.record.handler(turn);
    if (isThenable(result)) return Promise.resolve(result).then((value) => this.#check(plan, toReply(value)));
    return this.#check(plan, toReply(result));
  }

  /** Holds the data to the `output` schema, opens a stream action's stream, and makes of an accepted job its ticket. */
  #check(plan: Plan, reply: ReplyValue): MaybePromise<ReplyValue> {
    if (reply.payload instanceof AcceptedJob) return this.#issueTicket(plan, reply, reply.payload);
    const { output, stream, events } = plan.record;
    if (events !== undefined && reply.kind === "stream") return withEvents(plan.key, reply, events);
    if (reply.code >= 400) return reply;
    if (stream && reply.kind === "data") return this.#connection === undefined ? this.#open(plan, reply) : reply;
    if (output === undefined) return reply;
    if (reply.kind === "stream") {
      throw new TypeError(`Cannot answer ${plan.key}: it has an output schema and answered a stream`);
    }
    if (reply.kind !== "data" && reply.kind !== "json") return reply;
    const result = validate(output, reply.payload);
    return result instanceof Promise
      ? result.then((valid) => checked(plan, reply, valid))
      : checked(plan, reply, result);
  }

  async #issueTicket(plan: Plan, reply: ReplyValue, job: AcceptedJob): Promise<ReplyValue> {
    const data = await job.toData(this.state.app.desk);
    return await this.#check(plan, new ReplyValue(reply.kind, reply.code, data, reply.head));
  }

  /** The data of a stream action's reply opens the stream; the channel's messages follow. */
  async #open(plan: Plan, reply: ReplyValue): Promise<ReplyValue> {
    const { broker, settings } = this.state.app.hub;
    const granted = await grantScopes(settings, { request: this.raw, context: this.context });
    await broker.ready();
    const { signal } = this.request;
    const source = withOpening(reply.payload, () => fromChannel(broker, plan.key, granted, signal));
    return new ReplyValue("stream", reply.code, { source, type: undefined, endless: true }, reply.head);
  }

  /** The reply to something that was thrown. */
  fail(error: unknown): MaybePromise<ReplyValue> {
    this.thrown = error;
    const { plugins } = this.state.app;
    const reply = this.toErrorReply(error);
    if (!plugins.has("error")) return reply;
    this.scope ??= plugins.scope({ ...this.state.app.features, response: this.response });
    return plugins.call("error", this.scope, error).then(() => reply);
  }

  /** Maps an error to its reply; an unknown one is logged under the id that the client gets, and says nothing else. */
  toErrorReply(error: unknown): ReplyValue {
    if (error instanceof ReplyValue || error instanceof Response) return toReply(error);
    // A client's failure that no server has answered with is nothing to pass on.
    if (!(error instanceof IgniterError) || !isErrorStatus(error.status)) return this.#mask(error);
    const declared = this.plan?.record.errors[error.code];
    if (declared !== undefined && Object.hasOwn(this.plan?.record.errors ?? {}, error.code)) {
      return this.#declared(error, declared);
    }
    if (error.status >= 500 && error.code !== "ERR_TIMEOUT") {
      this.state.app.logger.error(error.message, { code: error.code, error });
    }
    return errorReply(error);
  }

  #declared(error: IgniterError, declared: ActionRecord["errors"][string]): ReplyValue {
    const status = declared.status ?? error.status;
    const message = error.message === error.code ? declared.message : error.message;
    if (declared.data === undefined) {
      return new ReplyValue("error", status, toReplyError(error.code, message, error.data), undefined);
    }
    let result: ReturnType<typeof validate>;
    try {
      result = validate(declared.data, error.data);
    } catch (cause) {
      return this.#mask(new TypeError(`Cannot send error "${error.code}": the schema of its data failed`, { cause }));
    }
    // Nobody waits for it, so its failure must not end the process: Zod rejects when a transform throws.
    if (result instanceof Promise) result.catch(() => {});
    if (result instanceof Promise || result.issues !== undefined) {
      const issues = result instanceof Promise ? "its schema is asynchronous" : result.issues;
      return this.#mask(
        new TypeError(`Cannot send error "${error.code}": its data does not fit its schema`, { cause: issues }),
      );
    }
    return new ReplyValue("error", status, toReplyError(error.code, message, result.value), undefined);
  }

  #mask(error: unknown): ReplyValue {
    const { app } = this.state;
    const id = crypto.randomUUID();
    const { method, path } = this.request;
    // A client that went away makes work fail that listens to `request.signal`: nobody's defect.
    const level = this.request.isAborted && isAbort(error) ? "debug" : "error";
    app.logger[level]("Request failed", { id, method, path, key: this.plan?.key, error });
    const message = app.config.development ? messageOf(error) : "Internal error";
    return new ReplyValue("error", 500, { code: "ERR_INTERNAL", message, id }, undefined);
  }
}

/** Holds what a generator yields to the `events` schema. */
function withEvents(key: string, reply: ReplyValue, events: Schema): ReplyValue {
  const { source, type } = reply.payload as StreamPayload;
  async function* valid(): AsyncGenerator<unknown> {
    const messages = iterate(source);
    try {
      for (let turn = await messages.next(); turn.done !== true; turn = await messages.next()) {
        yield valueOf(key, await validate(events, turn.value));
      }
    } finally {
      await messages.return?.();
    }
  }
  return new ReplyValue("stream", reply.code, { source: valid(), type }, reply.head);
}

/** Ends what a reply that nobody waits for any more holds open. */
export function discard(reply: ReplyValue): void {
  const end = reply.kind === "stream"
    ? iterate((reply.payload as StreamPayload).source).return?.()
    : reply.kind === "response"
    ? (reply.payload as Response).body?.cancel()
    : undefined;
  end?.catch(() => {});
}

function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  try {
    return String(error);
  } catch {
    return "Something was thrown that has no text";
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

function checked(plan: Plan, reply: ReplyValue, result: Validated): ReplyValue {
  if (result.issues === undefined) return new ReplyValue(reply.kind, reply.code, result.value, reply.head);
  const first = result.issues[0];
  const where = first === undefined ? "" : ` (${first.path.map(String).join(".")}: ${first.message})`;
  throw new TypeError(`Cannot answer ${plan.key}: the data does not fit the output schema${where}`, {
    cause: result.issues,
  });
}

/** What a handler receives. */
class HandlerTurn {
  readonly response: ResponderValue;
  readonly context: ContextRecord;
  readonly #exchange: Exchange;

  constructor(exchange: Exchange) {
    this.response = exchange.response;
    this.context = exchange.context;
    this.#exchange = exchange;
  }

  get request(): IncomingRequest {
    return this.#exchange.request;
  }

  get realtime(): Realtime {
    return this.#exchange.realtime;
  }

  get query(): unknown {
    return this.request.query;
  }

  get params(): unknown {
    return this.request.params;
  }

  get body(): unknown {
    return this.request.body;
  }

  get headers(): unknown {
    return this.request.headerFields;
  }

  get plugins(): unknown {
    return this.context["$plugins"] ?? {};
  }
}

/** What a plugin's route receives. */
class PluginTurn extends HandlerTurn {
  readonly self: unknown;

  constructor(exchange: Exchange, plugin: string) {
    super(exchange);
    this.self = exchange.state.app.plugins.self(plugin, exchange.scope as PluginScope);
  }
}

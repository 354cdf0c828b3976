/**
 * Actions: what an author writes, and what the engine keeps of it.
 *
 * @module
 */
import type { AnyAction, AnyUse, ErrorDeclarations, Merge, MutationMethod } from "./contract/action.ts";
import { parsePath } from "./contract/path.ts";
import type { AnyReply } from "./contract/reply.ts";
import { type In, isSchema, type Out, type Schema } from "./contract/schema.ts";
import type { Realtime } from "./ports/realtime.ts";
import type { OnDisconnect } from "./realtime/session.ts";
import { type Step, toStep } from "./procedure.ts";
import type { HandlerInputs, IgniterRequest, ParamsFor, QueryOf } from "./request.ts";
import type { RawHeaders } from "./contract/action.ts";
import type { Responder } from "./responder.ts";

/** What a handler receives. `C` is the context before the action's procedures, `X` what its author wrote. */
export interface HandlerContext<C, X extends HandlerInputs> {
  /** The request. */
  readonly request: IgniterRequest<X>;
  /** Starts replies. */
  readonly response: Responder<C & Merge<X["use"]>, In<X["output"]>>;
  /** The context: the application's, the features', what procedures added, and `response` once more. */
  readonly context: C & Merge<X["use"]> & FrameworkContext;
  /** The validated query. */
  readonly query: QueryOf<X["query"]>;
  /** The validated path parameters. */
  readonly params: ParamsFor<X["path"], X["params"]>;
  /** The validated body. */
  readonly body: Out<X["body"]>;
  /** The validated headers, names in lower case; strings without a schema. */
  readonly headers: unknown extends Out<X["headers"]> ? RawHeaders : Out<X["headers"]>;
  /** Publishes to live clients. */
  readonly realtime: Realtime;
  /** The plugins' values, as `context.$plugins`. */
  readonly plugins: PluginsOf<C>;
}

/** What every context has. */
export interface FrameworkContext {
  /** Publishes to live clients. */
  readonly realtime: Realtime;
  /** Starts replies, as a handler's `response` does. */
  readonly response: Responder;
}

/** The plugins' values of a context. */
export type PluginsOf<C> = C extends { readonly $plugins: infer P } ? P : {};

/** What every action may say of itself. */
export interface ActionOptions {
  /** A name for people and documents. */
  readonly name?: string;
  /** What it is for. */
  readonly description?: string;
  /** Groups for documents. */
  readonly tags?: readonly string[];
  /** Milliseconds until it answers 504; 0 for none. @default the `timeout` of `.config()` */
  readonly timeout?: number;
  /** Marks it in documents as on its way out. @default false */
  readonly deprecated?: boolean;
}

/** What a handler may return when the action has an `output` schema: data that fits it, or a reply. */
export type Returns<O extends Schema> = unknown extends In<O> ? unknown
  : In<O> | AnyReply | Response | Promise<In<O> | AnyReply | Response>;

/** What an author writes about a query. */
export interface QueryDefinition<
  C,
  Path extends string,
  U extends readonly AnyUse[],
  Q extends Schema,
  P extends Schema,
  H extends Schema,
  O extends Schema,
  E extends ErrorDeclarations,
  V extends Schema,
  St extends boolean,
  R,
> extends ActionOptions {
  /** The path below the controller's: static segments, `:param`, a last `:param?` or `*`. @default "/" */
  readonly path?: Path;
  /** Whether it is a stream of events. @default false */
  readonly stream?: St;
  /** Procedures to run first, in this order. */
  readonly use?: readonly [...U];
  /** The schema of the query string; strings are coerced as it asks. */
  readonly query?: Q;
  /** The schema of the path parameters; strings are coerced as it asks. */
  readonly params?: P;
  /** The schema of the headers, names in lower case. */
  readonly headers?: H;
  /** The schema of the data that leaves: it strips unknown keys, and a misfit is a masked 500. */
  readonly output?: O;
  /** Errors that are thrown, so that clients know of them. */
  readonly errors?: E;
  /** The schema of a stream's messages. */
  readonly events?: V;
  /**
   * What becomes of a stream's generator whose client goes away: it ends, waits for it (30 s, or the milliseconds given),
   * or goes on without it. Only for subscriptions of the event connection.
   *
   * @default "stop"
   */
  readonly onDisconnect?: OnDisconnect;
  /** Answers. */
  readonly handler: (
    ctx: HandlerContext<
      C,
      {
        readonly use: U;
        readonly path: Path;
        readonly query: Q;
        readonly body: Schema<unknown, undefined>;
        readonly params: P;
        readonly headers: H;
        readonly output: St extends true ? Schema : O;
      }
    >,
  ) => R;
}

/** What an author writes about a mutation. */
export interface MutationDefinition<
  C,
  Path extends string,
  U extends readonly AnyUse[],
  Q extends Schema,
  B extends Schema,
  P extends Schema,
  H extends Schema,
  O extends Schema,
  E extends ErrorDeclarations,
  R,
> extends ActionOptions {
  /** The path below the controller's: static segments, `:param`, a last `:param?` or `*`. @default "/" */
  readonly path?: Path;
  /** The HTTP verb. @default "POST" */
  readonly method?: MutationMethod;
  /** Procedures to run first, in this order. */
  readonly use?: readonly [...U];
  /** The schema of the query string; strings are coerced as it asks. */
  readonly query?: Q;
  /** The schema of the body. */
  readonly body?: B;
  /** The schema of the path parameters; strings are coerced as it asks. */
  readonly params?: P;
  /** The schema of the headers, names in lower case. */
  readonly headers?: H;
  /** The schema of the data that leaves: it strips unknown keys, and a misfit is a masked 500. */
  readonly output?: O;
  /** Errors that are thrown, so that clients know of them. */
  readonly errors?: E;
  /** Bytes that a body may have; over it 413. @default the `bodyLimit` of `.config()` */
  readonly bodyLimit?: number;
  /** Keeps the exact bytes in `request.rawBody`, for webhook signatures. @default false */
  readonly rawBody?: boolean;
  /** Answers. */
  readonly handler: (
    ctx: HandlerContext<
      C,
      {
        readonly use: U;
        readonly path: Path;
        readonly query: Q;
        readonly body: B;
        readonly params: P;
        readonly headers: H;
        readonly output: O;
      }
    >,
  ) => R;
}

/** An action as the engine keeps it. */
export interface ActionRecord extends ActionOptions {
  readonly kind: "query" | "mutation";
  readonly method: "GET" | MutationMethod;
  readonly path: string;
  readonly stream: boolean;
  readonly steps: readonly Step[];
  readonly query: Schema | undefined;
  readonly body: Schema | undefined;
  readonly params: Schema | undefined;
  readonly headers: Schema | undefined;
  readonly output: Schema | undefined;
  readonly events: Schema | undefined;
  readonly errors: ErrorDeclarations;
  readonly bodyLimit: number | undefined;
  readonly rawBody: boolean;
  readonly onDisconnect?: OnDisconnect;
  readonly handler: (ctx: unknown) => unknown;
}

/** Makes the record of what no author has written: a plugin's route, an address of the framework. */
export function toRecord(
  own: Pick<ActionRecord, "kind" | "method" | "path" | "handler"> & Partial<ActionRecord>,
): ActionRecord {
  return {
    stream: false,
    steps: [],
    query: undefined,
    body: undefined,
    params: undefined,
    headers: undefined,
    output: undefined,
    events: undefined,
    errors: {},
    bodyLimit: undefined,
    rawBody: false,
    ...own,
  };
}

const COMMON = [
  "name",
  "description",
  "tags",
  "timeout",
  "deprecated",
  "path",
  "use",
  "query",
  "params",
  "headers",
  "output",
  "errors",
  "handler",
];
const OPTIONS = {
  query: new Set([...COMMON, "stream", "events", "onDisconnect"]),
  mutation: new Set([...COMMON, "method", "body", "bodyLimit", "rawBody"]),
};
/** The longest that timers of any host can wait; a longer one would end at once. */
export const MAX_TIMEOUT = 2_147_483_647;

const METHODS = new Set(["POST", "PUT", "PATCH", "DELETE"]);

interface LooseDefinition extends ActionOptions {
  readonly path?: string;
  readonly stream?: boolean;
  readonly use?: readonly unknown[];
  readonly method?: string;
  readonly query?: Schema;
  readonly body?: Schema;
  readonly params?: Schema;
  readonly headers?: Schema;
  readonly output?: Schema;
  readonly events?: Schema;
  readonly errors?: ErrorDeclarations;
  readonly bodyLimit?: number;
  readonly rawBody?: boolean;
  readonly onDisconnect?: OnDisconnect;
  readonly handler?: unknown;
}

/**
 * Makes an action of a definition.
 *
 * @throws TypeError when something in it cannot be meant: every mistake that types cannot catch is caught here, once.
 */
export function defineAction(kind: "query" | "mutation", definition: LooseDefinition): AnyAction {
  const what = `define ${kind}${definition.name === undefined ? "" : ` "${definition.name}"`}`;
  for (const key of Object.keys(definition)) {
    if (!OPTIONS[kind].has(key)) throw new TypeError(`Cannot ${what}: it has no option "${key}"`);
  }
  if (typeof definition.handler !== "function") throw new TypeError(`Cannot ${what}: its handler is not a function`);
  for (const key of ["query", "body", "params", "headers", "output", "events"] as const) {
    if (definition[key] !== undefined && !isSchema(definition[key])) {
      throw new TypeError(`Cannot ${what}: "${key}" is not a Standard Schema`);
    }
  }
  if (definition.output !== undefined && definition.stream === true) {
    throw new TypeError(`Cannot ${what}: "output" is not for streams; "events" is the schema of their messages`);
  }
  if (definition.events !== undefined && definition.stream !== true) {
    throw new TypeError(`Cannot ${what}: "events" needs stream: true`);
  }
  checkOnDisconnect(what, definition);
  if ((definition.timeout ?? 0) > MAX_TIMEOUT) {
    throw new TypeError(`Cannot ${what}: timeout ${definition.timeout} is more than ${MAX_TIMEOUT} ms`);
  }
  for (const key of ["timeout", "bodyLimit"] as const) {
    const value = definition[key];
    if (value !== undefined && !(Number.isFinite(value) && value >= 0)) {
      throw new TypeError(`Cannot ${what}: ${key} ${value} is not a number of at least 0`);
    }
  }
  const method = kind === "query" ? "GET" : definition.method ?? "POST";
  if (kind === "mutation" && !METHODS.has(method)) {
    throw new TypeError(`Cannot ${what}: method "${method}" is not POST, PUT, PATCH or DELETE`);
  }
  checkErrors(what, definition.errors ?? {});
  const path = definition.path ?? "/";
  parsePath(path);
  const record: ActionRecord = {
    ...definition,
    kind,
    method: method as ActionRecord["method"],
    path,
    stream: definition.stream ?? false,
    steps: (definition.use ?? []).map((use) => toStep(use, what)),
    query: definition.query,
    body: definition.body,
    params: definition.params,
    headers: definition.headers,
    output: definition.output,
    events: definition.events,
    errors: definition.errors ?? {},
    bodyLimit: definition.bodyLimit,
    rawBody: definition.rawBody ?? false,
    handler: definition.handler as ActionRecord["handler"],
  };
  return { "~action": Object.freeze(record) } as unknown as AnyAction;
}

function checkOnDisconnect(what: string, { onDisconnect, stream }: LooseDefinition): void {
  if (onDisconnect === undefined) return;
  if (stream !== true) throw new TypeError(`Cannot ${what}: "onDisconnect" needs stream: true`);
  const grace: unknown = typeof onDisconnect === "object" ? onDisconnect?.grace : undefined;
  if (typeof grace === "number" && grace >= 0 && grace <= MAX_TIMEOUT) return;
  if (["stop", "grace", "continue"].includes(onDisconnect as string)) return;
  throw new TypeError(`Cannot ${what}: onDisconnect is not "stop", "grace", "continue" or { grace: milliseconds }`);
}

function checkErrors(what: string, errors: ErrorDeclarations): void {
  for (const [code, { status, data }] of Object.entries(errors)) {
    if (status !== undefined && !(Number.isInteger(status) && status >= 400 && status <= 599)) {
      throw new TypeError(`Cannot ${what}: error "${code}" has status ${status}, which is not 400 to 599`);
    }
    if (data !== undefined && !isSchema(data)) {
      throw new TypeError(`Cannot ${what}: the data of error "${code}" is not a Standard Schema`);
    }
  }
}

/** The engine's record of an action; `undefined` when the value is none. */
export function recordOf(action: unknown): ActionRecord | undefined {
  if (typeof action !== "object" || action === null) return undefined;
  return (action as { readonly "~action"?: ActionRecord })["~action"];
}

/**
 * Procedures: reusable steps before an action, typed by what they add to its context.
 *
 * A procedure may add to the context (return an object), answer (return a reply or a `Response`), do nothing (return
 * nothing), or wrap what follows (`const reply = await next()`), adding to the context with `next({ … })`.
 *
 * @module
 */
import type { BoundProcedure, Procedure } from "./contract/action.ts";
import type { Forwarded } from "./contract/reply.ts";
import { isSchema, type Out, type Schema, validate } from "./contract/schema.ts";
import type { FrameworkContext, PluginsOf } from "./action.ts";
import type { Realtime } from "./ports/realtime.ts";
import type { IgniterRequest } from "./request.ts";
import type { Responder } from "./responder.ts";

/** What a procedure sees of a request: nothing validated, no body read. */
export interface ProcedureInputs {
  /** None. */
  readonly use: readonly [];
  /** Any. */
  readonly path: string;
  /** Raw strings. */
  readonly query: Schema;
  /** Not read. */
  readonly body: Schema<unknown, undefined>;
  /** Raw strings. */
  readonly params: Schema;
  /** Raw strings. */
  readonly headers: Schema;
  /** Unknown. */
  readonly output: Schema;
}

/** What a procedure receives beside its options. */
export interface ProcedureContext<C> {
  /** The request; its `query` and `params` are raw strings. */
  readonly request: IgniterRequest<ProcedureInputs>;
  /** Starts replies; `response.headers` adds to whatever answers. */
  readonly response: Responder<C>;
  /** The context so far. */
  readonly context: C & FrameworkContext;
  /** Publishes to live clients. */
  readonly realtime: Realtime;
  /** The plugins' values, as `context.$plugins`. */
  readonly plugins: PluginsOf<C>;
  /** Runs what follows. */
  readonly next: Next;
}

/** Runs what follows, once; its promise rejects with what that throws. */
export interface Next {
  /** Runs what follows. */
  (): Promise<Forwarded<unknown>>;
  /** Fails the request with an error. */
  (error: Error): Promise<never>;
  /** Adds to the context and runs what follows. */
  <A extends object>(added: A): Promise<Forwarded<A>>;
}

/** What an author writes about a procedure. */
export interface ProcedureDefinition<C, O, R> {
  /** A name for people. */
  readonly name?: string;
  /** Does the work; `options` come first. */
  readonly handler: (options: O, ctx: ProcedureContext<C>) => R;
}

/** A procedure whose options a schema validates, once, where it is called. */
export interface ProcedureDefinitionWithSchema<C, O extends Schema, R> {
  /** A name for people. */
  readonly name?: string;
  /** The schema of the options; it must validate synchronously. */
  readonly options: O;
  /** Does the work; `options` are the schema's output. */
  readonly handler: (options: Out<O>, ctx: ProcedureContext<C>) => R;
}

/** A bound procedure as the engine runs it. The same step in two lists runs once per request. */
export interface Step {
  readonly name: string | undefined;
  readonly options: unknown;
  readonly handler: (options: unknown, ctx: unknown) => unknown;
}

interface LooseProcedure {
  readonly name?: string;
  readonly options?: Schema;
  readonly handler?: unknown;
}

/**
 * Makes a procedure.
 *
 * @throws TypeError when its handler is not a function or `options` not a Standard Schema.
 */
export function defineProcedure(definition: LooseProcedure): Procedure<never, never> {
  const { name, options: schema, handler } = definition;
  const what = `define procedure${name === undefined ? "" : ` "${name}"`}`;
  for (const key of Object.keys(definition)) {
    if (!["name", "options", "handler"].includes(key)) throw new TypeError(`Cannot ${what}: it has no option "${key}"`);
  }
  if (typeof handler !== "function") throw new TypeError(`Cannot ${what}: its handler is not a function`);
  if (schema !== undefined && !isSchema(schema)) {
    throw new TypeError(`Cannot ${what}: "options" is not a Standard Schema`);
  }
  const bind = (options: unknown): Step => ({
    name,
    options: schema === undefined ? options : parseOptions(name, schema, options),
    handler: handler as Step["handler"],
  });
  // Uncalled, `auth` is `auth({})`, and the same value each time, so that it runs once per request.
  let plain: Step | undefined;
  const usePlain = (): Step => plain ??= bind({});
  const procedure = (options?: unknown): BoundProcedure => toBound(options === undefined ? usePlain() : bind(options));
  Object.defineProperty(procedure, "~step", { get: usePlain });
  return procedure as unknown as Procedure<never, never>;
}

function toBound(step: Step): BoundProcedure {
  return { "~step": step } as unknown as BoundProcedure;
}

function parseOptions(name: string | undefined, schema: Schema, options: unknown): unknown {
  const result = validate(schema, options);
  const what = `use procedure${name === undefined ? "" : ` "${name}"`}`;
  if (result instanceof Promise) {
    result.catch(() => {}); // nobody waits for it, so its failure must not end the process
    throw new TypeError(`Cannot ${what}: its options schema is asynchronous`);
  }
  if (result.issues === undefined) return result.value;
  const list = result.issues.map(({ path, message }) =>
    `${path.length === 0 ? "options" : path.join(".")}: ${message}`
  );
  throw new TypeError(`Cannot ${what}: ${list.join("; ")}`);
}

/**
 * The step of what stands in a `use` list.
 *
 * @throws TypeError when it is not a procedure; `what` says where it stands.
 */
export function toStep(use: unknown, what: string): Step {
  if ((typeof use === "object" && use !== null) || typeof use === "function") {
    const step = (use as { readonly "~step"?: Step })["~step"];
    if (step !== undefined) return step;
  }
  throw new TypeError(`Cannot ${what}: "use" holds ${describe(use)}, which is not a procedure`);
}

function describe(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  return typeof value === "function" ? `the function "${value.name}"` : `a value of type ${typeof value}`;
}

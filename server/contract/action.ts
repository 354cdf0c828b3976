/**
 * The shape of an action, its procedures, its controller, as types: what a client reads off a router.
 *
 * An action's type holds only what its author wrote. Inputs, data and errors are computed where they are touched, so
 * that a thousand actions nobody calls cost next to nothing (architecture: "Defer").
 *
 * @module
 */
import type { Failure } from "./error.ts";
import type { ParamsOf } from "./path.ts";
import type { AnyReply, BodyFailure, CommonFailure, DataOf, ErrorOf, Forwarded, ValidationFailure } from "./reply.ts";
import type { In, Out, Schema } from "./schema.ts";

/** Query fields before validation: strings, several where a key is repeated. */
export interface RawQuery {
  /** One field, percent-decoded. */
  readonly [name: string]: string | readonly string[] | undefined;
}

/** Headers before validation, names in lower case. */
export interface RawHeaders {
  /** One header. */
  readonly [name: string]: string | undefined;
}

/** HTTP verbs of mutations. */
export type MutationMethod = "POST" | "PUT" | "PATCH" | "DELETE";

/** What an author wrote about an action. */
export interface ActionShape {
  /** Reads or writes. */
  readonly kind: "query" | "mutation";
  /** The path below the controller's. */
  readonly path: string;
  /** Its procedures. */
  readonly use: readonly unknown[];
  /** The schema of the query string. */
  readonly query: Schema;
  /** The schema of the body. */
  readonly body: Schema;
  /** The schema of the path parameters. */
  readonly params: Schema;
  /** The schema of the headers. */
  readonly headers: Schema;
  /** The schema of what leaves. */
  readonly output: Schema;
  /** The schema of a stream's messages. */
  readonly events: Schema;
  /** Whether it is a stream. */
  readonly stream: boolean;
  /** Declared errors by code. */
  readonly errors: unknown;
  /** Failures of the global procedures. */
  readonly globals: unknown;
  /** What the handler returns. */
  readonly result: unknown;
}

/** An action. Its definition is kept behind `~action`. */
export interface Action<S extends ActionShape = ActionShape> {
  /** Types only. */
  readonly "~types": S;
}

/**
 * Any action: deliberately opaque. A constraint that showed {@link ActionShape} would feed return-type inference
 * into the inner `query()` call and turn inline `params` into `unknown`.
 */
export interface AnyAction {
  /** Types only. */
  readonly "~types": unknown;
}

/** A controller: actions below one path. */
export interface Controller<P extends string = string, A = unknown> {
  /** The path of all its actions. */
  readonly path: P;
  /** The actions by name. */
  readonly actions: A;
}

/** A router's type, seen from a client. */
export interface AnyRouter<C = unknown> {
  /** Types only: its controllers by name. */
  readonly "~controllers": C;
}

// --- procedures

/** True when a procedure may stand in `use` without being called; else why not. */
export type Plain<O> = unknown extends O ? true
  : undefined extends O ? true
  : {} extends O ? true
  : "This procedure has required options: call it";

/** Anything that `use` takes. */
export interface AnyUse {
  /** Types only. */
  readonly "~procedure": {
    /** Whether it may stand uncalled. */
    readonly plain: true;
    /** What its handler returns. */
    readonly result: unknown;
  };
}

/** A procedure whose options are given. */
export interface BoundProcedure<R = unknown> {
  /** Types only. */
  readonly "~procedure": {
    /** It needs nothing more. */
    readonly plain: true;
    /** What its handler returns. */
    readonly result: R;
  };
}

/** A procedure. Called with its options it gives one to put into `use`. */
export interface Procedure<O = unknown, R = unknown> {
  /** Types only. */
  readonly "~procedure": {
    /** Whether it may stand in `use` uncalled. */
    readonly plain: Plain<O>;
    /** What its handler returns. */
    readonly result: R;
  };
  /** Gives the options. @throws TypeError when an `options` schema refuses them. */
  (...options: Plain<O> extends true ? [options?: O] : [options: O]): BoundProcedure<R>;
}

/** What a procedure's result adds to the context; optional where the handler may also return nothing. */
export type Provides<R> = [Added<R>] extends [never] ? unknown
  : [Extract<R, undefined | void | null>] extends [never] ? Added<R>
  : Partial<Added<R>>;

/** What a procedure's result adds to the context: what it returns, or gave to `next()`. */
export type Added<R> = R extends Forwarded<infer A> ? (unknown extends A ? never : A)
  : R extends AnyReply | Response | undefined | void | null ? never
  : R;

/** The context that a list of procedures adds. */
export type Merge<U> = U extends readonly [{ readonly "~procedure": { readonly result: infer R } }, ...infer Rest]
  ? Provides<R> & Merge<Rest>
  : unknown;

/** The failures that procedures may answer with. */
export type UseErrors<U> = U extends { readonly "~procedure": { readonly result: infer R } } ? ErrorOf<R> : never;

// --- what a caller sees

/** A declared error. */
export interface ErrorDeclaration {
  /** The HTTP status. @default the code's, 400 for a code of your own */
  readonly status?: number;
  /** The message when the thrower gives none. */
  readonly message?: string;
  /** The schema of the error's data. */
  readonly data?: Schema;
}

/** Declared errors by code. */
export interface ErrorDeclarations {
  /** One code. */
  readonly [code: string]: ErrorDeclaration;
}

/** The failures that a declaration adds. */
export type DeclaredErrors<E> = {
  [K in keyof E & string]: Failure<K, E[K] extends { readonly data: infer D extends Schema } ? Out<D> : undefined>;
}[keyof E & string];

/** The failures of an action: its own, its procedures', the framework's. */
export type ActionErrors<S extends ActionShape> =
  | ErrorOf<Awaited<S["result"]>>
  | UseErrors<S["use"][number]>
  | DeclaredErrors<S["errors"]>
  | (unknown extends S["globals"] ? never : S["globals"])
  | (unknown extends In<S["body"]>
    ? unknown extends In<S["query"]>
      ? unknown extends In<S["params"]> ? unknown extends In<S["headers"]> ? never : ValidationFailure
      : ValidationFailure
    : ValidationFailure
    : ValidationFailure)
  | (S["kind"] extends "query" ? never : BodyFailure)
  | CommonFailure;

/** The data of an action: its output schema's output, else what the handler answers. */
export type ActionData<S extends ActionShape> = unknown extends Out<S["output"]> ? DataOf<Awaited<S["result"]>>
  : Out<S["output"]>;

/** A stream's messages: its `events` schema's output, else what its generator yields. */
export type MessageOf<S extends ActionShape> = unknown extends Out<S["events"]>
  ? Awaited<S["result"]> extends AsyncGenerator<infer Y, unknown, unknown> ? Y : unknown
  : Out<S["events"]>;

/** A part of the input: required only when its schema wants it. */
export type Part<K extends string, I> = unknown extends I ? {}
  : {} extends I ? { readonly [P in K]?: I | undefined }
  : { readonly [P in K]: I };

/** The input of an action; `PP` is its controller's path. */
export type InputOf<S extends ActionShape, PP extends string> =
  & Part<"query", In<S["query"]>>
  & BodyPart<S["kind"], In<S["body"]>>
  & Part<"headers", In<S["headers"]>>
  & Part<"params", ParamsIn<ParamsOf<PP> & ParamsOf<S["path"]>, In<S["params"]>>>;

/** The body of an input: a mutation without a schema takes any. */
export type BodyPart<Kind, I> = unknown extends I ? Kind extends "query" ? {} : { readonly body?: unknown }
  : Part<"body", I>;

/** Path parameters as a client gives them: a `params` schema's input where there is one, else strings. */
export type ParamsIn<P, I> = unknown extends I ? P : I & Omit<P, keyof I>;

/** A call's arguments: the input is optional when nothing in it is required. */
export type Args<I> = {} extends I ? [input?: I, options?: CallOptions] : [input: I, options?: CallOptions];

/** What may be said of a call beside its input. */
export interface CallOptions {
  /** Aborts the call: the handler's `request.signal` fires. */
  readonly signal?: AbortSignal;
}

/**
 * Actions: what an author writes, and what the engine keeps of it.
 *
 * @module
 */
import type { AnyUse, ErrorDeclarations, Merge, MutationMethod } from "./contract/action.ts";
import type { In, Out, Schema } from "./contract/schema.ts";
import type { Reply } from "./contract/reply.ts";
import type { Realtime } from "./ports/realtime.ts";
import type { IgniterRequest } from "./request.ts";
import type { Responder } from "./responder.ts";

/** What a handler receives. `C` is its context; `Q`, `B`, `P`, `H` are query, body, params and headers. */
export interface HandlerContext<C, Q, B, P, H> {
  /** The request. */
  readonly request: IgniterRequest<Q, B, P, H>;
  /** Starts replies. */
  readonly response: Responder<C>;
  /** The context: the application's, the features', and what procedures added. */
  readonly context: C & { readonly response: Responder<C> };
  /** The validated query. */
  readonly query: Q;
  /** The validated path parameters. */
  readonly params: P;
  /** The validated body. */
  readonly body: B;
  /** Publishes to live clients. */
  readonly realtime: Realtime;
  /** The plugins' values, as `context.$plugins`. */
  readonly plugins: C extends { readonly $plugins: infer P } ? P : {};
}

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

/** What a handler may return when the action has an `output` schema with input `I`. */
export type Returns<I> = unknown extends I ? unknown
  : I | Reply<I, unknown, never> | Response | Promise<I | Reply<I, unknown, never> | Response> | AsyncGenerator;

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
  /** Answers. */
  readonly handler: (ctx: HandlerContext<C & Merge<U>, Out<Q>, undefined, Out<P>, Out<H>>) => R;
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
  readonly handler: (ctx: HandlerContext<C & Merge<U>, Out<Q>, Out<B>, Out<P>, Out<H>>) => R;
}

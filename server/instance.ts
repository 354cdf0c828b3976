/**
 * i
 * @module
 */
import type { Action, ActionShape, ActionErrors, ActionData, AnyAction, AnyRouter, AnyUse, Args, InputOf, Controller, ErrorDeclarations, Procedure, RawHeaders, RawQuery } from "./contract/action.ts";
import type { Result } from "./contract/reply.ts";
import type { ParamsOf } from "./contract/path.ts";
import type { In, Schema } from "./contract/schema.ts";
import type { QueryDefinition, MutationDefinition, Returns } from "./action.ts";

/** d */
export interface Setup { context: object; features: object; plugins: object }
/** d */
export interface Core<C, G> {
  /** A query. */
  query<Path extends string = "/", U extends readonly AnyUse[] = [], Q extends Schema = Schema<unknown, RawQuery>, P extends Schema = Schema<unknown, ParamsOf<Path>>, H extends Schema = Schema<unknown, RawHeaders>, O extends Schema = Schema, E extends ErrorDeclarations = {}, V extends Schema = Schema, St extends boolean = false, R extends Returns<In<O>> = Returns<In<O>>>(definition: QueryDefinition<C, Path, U, Q, P, H, O, E, V, St, R>): Action<{ readonly kind: "query"; readonly path: Path; readonly use: U; readonly query: Q; readonly body: Schema; readonly params: P; readonly headers: H; readonly output: O; readonly events: V; readonly stream: St; readonly errors: E; readonly globals: G; readonly result: R }>;
  /** A mutation. */
  mutation<Path extends string = "/", U extends readonly AnyUse[] = [], Q extends Schema = Schema<unknown, RawQuery>, B extends Schema = Schema, P extends Schema = Schema<unknown, ParamsOf<Path>>, H extends Schema = Schema<unknown, RawHeaders>, O extends Schema = Schema, E extends ErrorDeclarations = {}, R extends Returns<In<O>> = Returns<In<O>>>(definition: MutationDefinition<C, Path, U, Q, B, P, H, O, E, R>): Action<{ readonly kind: "mutation"; readonly path: Path; readonly use: U; readonly query: Q; readonly body: B; readonly params: P; readonly headers: H; readonly output: O; readonly events: Schema; readonly stream: false; readonly errors: E; readonly globals: G; readonly result: R }>;
  /** A controller. */
  controller<P extends string, A extends { readonly [key: string]: AnyAction }>(definition: { readonly name?: string; readonly path: P; readonly actions: A }): Controller<P, A>;
  /** A router. */
  router<R extends { readonly [key: string]: Controller }>(definition: { readonly baseURL?: string; readonly basePath?: string; readonly controllers: R }): Router<R>;
}
/** r */
export interface Router<R> extends AnyRouter<R> {
  /** h */
  readonly handler: (request: Request) => Promise<Response>;
}
/** i */
export declare const Igniter: { context<T extends object>(): { create(): Core<T, never> } };
/** One action of the server caller. */
export type Call<S extends ActionShape, PP extends string> = S["kind"] extends "query"
  ? { /** Calls. */ query(...args: Args<InputOf<S, PP>>): Promise<Result<ActionData<S>, ActionErrors<S>>> }
  : { /** Calls. */ mutate(...args: Args<InputOf<S, PP>>): Promise<Result<ActionData<S>, ActionErrors<S>>> };
/** c */
export type CoreClient<C> = { readonly [K in keyof C]: C[K] extends Controller<infer PP, infer A> ? { readonly [N in keyof A]: A[N] extends Action<infer S> ? Call<S, PP> : never } : never };
/** Makes a client. */
export declare function createIgniterClient<R extends AnyRouter>(options: { baseURL?: string }): CoreClient<R["~controllers"]>;

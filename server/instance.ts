/**
 * What `.create()` returns: the typed face of the engine.
 *
 * @module
 */
import type { MutationDefinition, QueryDefinition, Returns } from "./action.ts";
import type { Action, AnyAction, AnyUse, Controller, ErrorDeclarations, Procedure } from "./contract/action.ts";
import type { Schema } from "./contract/schema.ts";
import type { Realtime } from "./ports/realtime.ts";
import type { ProcedureDefinition, ProcedureDefinitionWithSchema } from "./procedure.ts";
import type { Router, RouterDefinition } from "./router.ts";
import type { In } from "./contract/schema.ts";

/**
 * The instance. `C` is a handler's context before the action's own procedures, `G` the failures of the global
 * procedures, `P` the controllers that plugins bring, `A` the application's own context.
 */
export interface Core<C, G, P, A> {
  /** Publishes to live clients. */
  readonly realtime: Realtime;
  /** Makes a procedure whose options a schema validates. */
  procedure<O extends Schema, R>(definition: ProcedureDefinitionWithSchema<C, O, R>): Procedure<In<O>, Awaited<R>>;
  /** Makes a procedure. */
  procedure<O, R>(definition: ProcedureDefinition<C, O, R>): Procedure<O, Awaited<R>>;
  /**
   * Makes a query: an action that reads, over GET.
   *
   * @throws TypeError when something in the definition cannot be meant.
   */
  query<
    Path extends string = "/",
    U extends readonly AnyUse[] = [],
    Q extends Schema = Schema,
    P extends Schema = Schema,
    H extends Schema = Schema,
    O extends Schema = Schema,
    E extends ErrorDeclarations = {},
    V extends Schema = Schema,
    St extends boolean = false,
    R extends Returns<O> = never,
  >(
    definition: QueryDefinition<C, Path, U, Q, P, H, O, E, V, St, R>,
  ): Action<{
    readonly kind: "query";
    readonly path: Path;
    readonly use: U;
    readonly query: Q;
    readonly body: Schema;
    readonly params: P;
    readonly headers: H;
    readonly output: O;
    readonly events: V;
    readonly stream: St;
    readonly errors: E;
    readonly globals: G;
    readonly result: R;
  }>;
  /**
   * Makes a mutation: an action that writes, over POST unless `method` says otherwise.
   *
   * @throws TypeError when something in the definition cannot be meant.
   */
  mutation<
    Path extends string = "/",
    U extends readonly AnyUse[] = [],
    Q extends Schema = Schema,
    B extends Schema = Schema,
    P extends Schema = Schema,
    H extends Schema = Schema,
    O extends Schema = Schema,
    E extends ErrorDeclarations = {},
    R extends Returns<O> = never,
  >(
    definition: MutationDefinition<C, Path, U, Q, B, P, H, O, E, R>,
  ): Action<{
    readonly kind: "mutation";
    readonly path: Path;
    readonly use: U;
    readonly query: Q;
    readonly body: B;
    readonly params: P;
    readonly headers: H;
    readonly output: O;
    readonly events: Schema;
    readonly stream: false;
    readonly errors: E;
    readonly globals: G;
    readonly result: R;
  }>;
  /**
   * Groups actions below a path.
   *
   * @throws TypeError when a name cannot be part of a key.
   */
  controller<Path extends string, Actions extends ActionMap>(
    definition: ControllerDefinition<Path, Actions>,
  ): Controller<Path, Actions>;
  /**
   * Makes the router. It answers at once: the first request may be issued in the same tick.
   *
   * @throws TypeError when two actions share a method and path, or a name cannot be part of a key.
   */
  router<R extends ControllerMap>(definition: RouterDefinition<R, A>): Router<Merged<R, P>, A>;
}

/** Actions by name. */
export interface ActionMap {
  /** One action. */
  readonly [name: string]: AnyAction;
}

/**
 * Controllers by name. Their path is left out: a constraint that showed it would feed return-type inference into an
 * inline `controller()` call and widen its path to `string`.
 */
export interface ControllerMap {
  /** One controller. */
  readonly [name: string]: Pick<Controller, "actions">;
}

/** The application's controllers and the plugins'. */
export type Merged<R, P> = keyof P extends never ? R : R & P;

/** What an author writes about a controller. */
export interface ControllerDefinition<Path extends string, Actions> {
  /** A name for people and documents. */
  readonly name?: string;
  /** What it is for. */
  readonly description?: string;
  /** The path of all its actions. */
  readonly path: Path;
  /** The actions; the key is the second part of an action's own key. */
  readonly actions: Actions;
}

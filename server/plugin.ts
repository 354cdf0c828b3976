/**
 * Plugins: routes, actions, hooks, procedures and context under one name.
 *
 * @module
 */
import type { Action, AnyUse, Controller, RawQuery } from "./contract/action.ts";
import { parsePath } from "./contract/path.ts";
import { type In, isSchema, type Out, type Schema } from "./contract/schema.ts";
import type { Logger } from "./ports/logger.ts";
import type { Realtime } from "./ports/realtime.ts";
import type { Store } from "./ports/store.ts";
import type { IgniterRequest } from "./request.ts";
import type { Responder } from "./responder.ts";

/** A plugin's action: a validated function that its routes, hooks and users call. */
export interface PluginAction<I extends Schema = Schema, R = unknown> {
  /** Types only. */
  readonly "~types": {
    /** The schema of its input. */
    readonly input: I;
    /** What its handler gives. */
    readonly result: R;
  };
}

/** A plugin's actions by name. */
export interface PluginActions {
  /** One action. */
  readonly [name: string]: PluginAction;
}

/** A plugin's actions as functions. */
export type ActionFunctions<A> = {
  readonly [K in keyof A]: A[K] extends PluginAction<infer I, infer R>
    ? (...input: InputArgs<In<I>>) => Promise<Awaited<R>>
    : never;
};

/** An input that may be left out when `undefined` fits it. */
export type InputArgs<I> = undefined extends I ? [input?: I] : [input: I];

/** What the application gives a plugin. */
export interface PluginHost {
  /** The application's logger. */
  readonly logger: Logger;
  /** The application's store; `undefined` when none is enabled. */
  readonly store: Store | undefined;
  /** Publishes to live clients. */
  readonly realtime: Realtime;
}

/** The plugin itself, as its own handlers and hooks see it during one request. */
export interface PluginSelf<A = {}, B = undefined> extends PluginHost {
  /** The plugin's name. */
  readonly name: string;
  /** Its actions. */
  readonly actions: ActionFunctions<A>;
  /** What its `build` gave. */
  readonly built: Awaited<B>;
  /** Starts replies. */
  readonly response: Responder;
  /** The context of the request; the features alone outside of one. */
  readonly context: PluginRequestContext;
}

/** A request's context, seen from a plugin that does not know the application. */
export interface PluginRequestContext {
  /** One member. */
  readonly [name: string]: unknown;
}

/** What an author writes about a plugin's action. */
export interface PluginActionDefinition<I extends Schema, R> {
  /** What it is for. */
  readonly description?: string;
  /** The schema of its input. */
  readonly input?: I;
  /** Does the work. */
  readonly handler: (ctx: PluginActionContext<Out<I>>) => R;
}

/** What a plugin's action receives. */
export interface PluginActionContext<I> {
  /** The validated input. */
  readonly input: I;
  /** The plugin. */
  readonly self: PluginSelf;
}

/** What a plugin's route receives. */
export interface PluginRouteContext<Path extends string, A, B> {
  /** The plugin. */
  readonly self: PluginSelf<A, B>;
  /** The request. */
  readonly request: IgniterRequest<PluginRouteInputs<Path>>;
  /** Starts replies. */
  readonly response: Responder;
  /** The context of the request. */
  readonly context: PluginRequestContext;
}

/** The inputs of a plugin's route. */
export interface PluginRouteInputs<Path extends string> {
  /** None. */
  readonly use: readonly [];
  /** Its path. */
  readonly path: Path;
  /** Raw strings. */
  readonly query: Schema<RawQuery, RawQuery>;
  /** As its content type says. */
  readonly body: Schema;
  /** Strings. */
  readonly params: Schema;
  /** Raw strings. */
  readonly headers: Schema;
  /** Anything. */
  readonly output: Schema;
}

/** HTTP verbs of plugin routes. */
export type PluginMethod = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** A plugin's routes by key: `P` their paths, `R` what their handlers return. */
export type PluginRoutes<P, R, A, B> =
  & { readonly [K in keyof P]: PluginRoutePath<P[K]> }
  & { readonly [K in keyof R]: PluginRouteHandler<P[K & keyof P] & string, R[K], A, B> };

/** A route's address. */
export interface PluginRoutePath<Path> {
  /** The path below the plugin's. */
  readonly path: Path;
  /** The HTTP verb. @default "GET" */
  readonly method?: PluginMethod;
  /** What it is for. */
  readonly description?: string;
}

/** A route's work. */
export interface PluginRouteHandler<Path extends string, R, A, B> {
  /** Answers. */
  readonly handler: (ctx: PluginRouteContext<Path, A, B>) => R;
}

/** Called at points of the application's and each request's life. What a hook throws is logged and harms nobody. */
export interface PluginHooks<A, B> {
  /** Before the first request. When it fails, requests answer 503, and the next one tries again. */
  readonly init?: (ctx: PluginRequestContext, self: PluginSelf<A, B>) => unknown;
  /** Before the procedures of a request. */
  readonly beforeRequest?: (ctx: PluginRequestContext, req: Request, self: PluginSelf<A, B>) => unknown;
  /**
   * After every answer, whatever it is; awaited before it leaves. To read the body, clone `res`; streams have none here,
   * nor has a `Response` that answered a call in process.
   */
  readonly afterRequest?: (ctx: PluginRequestContext, req: Request, res: Response, self: PluginSelf<A, B>) => unknown;
  /** When the context factory, a plugin, a procedure or a handler threw. */
  readonly error?: (ctx: PluginRequestContext, error: unknown, self: PluginSelf<A, B>) => unknown;
  /** When the router closes, after its requests, and before the plugins it depends on. */
  readonly destroy?: (ctx: PluginRequestContext, self: PluginSelf<A, B>) => unknown;
}

/** What an author writes about a plugin. */
export interface PluginDefinition<N extends string, A, P, R, B, X, U extends readonly AnyUse[]> {
  /** Its name: the prefix of its routes and the key in `$plugins`. */
  readonly name: N;
  /** Its version, for people. */
  readonly version?: string;
  /** Names of the plugins it needs; they start first. */
  readonly dependencies?: readonly string[];
  /** Makes what `$plugins.<name>` is; without it that is the actions. */
  readonly build?: (host: PluginHost) => B;
  /** Its own functions; not exposed as endpoints. */
  readonly actions?: A;
  /** The prefix of its routes. @default "/" and the key it is registered under */
  readonly path?: string;
  /** Its endpoints. */
  readonly controllers?: PluginRoutes<P, R, A, B>;
  /** Called at points of the application's life. */
  readonly hooks?: PluginHooks<A, B>;
  /** Procedures that run before every action of the application. */
  readonly middleware?: readonly [...U];
  /** Adds to every request's context. */
  readonly context?: (ctx: PluginContextInput) => X;
}

/** What a plugin's `context` receives. */
export interface PluginContextInput {
  /** The request. */
  readonly request: Request;
  /** The context so far. */
  readonly context: PluginRequestContext;
}

/**
 * A plugin's type, which an author can also write by hand: `Plugin<"audit", { actions: …; built: … }>`.
 */
export interface Plugin<N extends string = string, T = unknown> {
  /** Its name. */
  readonly name: N;
  /** Types only. */
  readonly "~plugin": T;
}

/** What a plugin's type tells of it. */
export interface PluginTypes<A, B, P, R, X, U> {
  /** Its actions. */
  readonly actions: A;
  /** What `build` gave. */
  readonly built: B;
  /** Paths of its routes. */
  readonly paths: P;
  /** Results of its routes' handlers. */
  readonly results: R;
  /** What it adds to the context. */
  readonly context: X;
  /** Its middleware. */
  readonly use: U;
}

/** What `$plugins.<name>` is: what `build` gave, else the actions. */
export type PluginValue<T> = T extends { readonly built: infer B; readonly actions: infer A }
  ? [B] extends [undefined] ? ActionFunctions<A> : Awaited<B>
  : never;

/** A plugin's routes as a controller, so that they are part of the router's type. */
export type PluginController<T> = T extends { readonly paths: infer P; readonly results: infer R }
  ? Controller<"/", { readonly [K in keyof P]: PluginRouteAction<P[K] & string, R[K & keyof R]> }>
  : never;

/** A plugin's route as an action. */
export type PluginRouteAction<Path extends string, R> = Action<{
  readonly kind: "query" | "mutation";
  readonly path: Path;
  readonly use: readonly [];
  readonly query: Schema;
  readonly body: Schema;
  readonly params: Schema;
  readonly headers: Schema;
  readonly output: Schema;
  readonly events: Schema;
  readonly stream: false;
  readonly errors: {};
  readonly globals: unknown;
  readonly result: R;
}>;

/** A plugin's action as the engine keeps it. */
export interface PluginActionRecord {
  readonly input: Schema | undefined;
  readonly handler: (ctx: unknown) => unknown;
}

/** A plugin as the engine keeps it. */
export interface PluginRecord {
  readonly name: string;
  readonly dependencies: readonly string[];
  readonly build: ((host: PluginHost) => unknown) | undefined;
  readonly actions: ReadonlyMap<string, PluginActionRecord>;
  /** The prefix of its routes; its key when absent. */
  readonly path: string | undefined;
  readonly routes: readonly PluginRouteRecord[];
  readonly hooks: PluginHooks<never, never>;
  readonly middleware: readonly unknown[];
  readonly context: ((input: PluginContextInput) => unknown) | undefined;
}

/** A plugin's route as the engine keeps it. */
export interface PluginRouteRecord {
  readonly key: string;
  readonly method: PluginMethod;
  readonly path: string;
  readonly description: string | undefined;
  readonly handler: (ctx: unknown) => unknown;
}

const OPTIONS = new Set([
  "name",
  "version",
  "dependencies",
  "build",
  "actions",
  "path",
  "controllers",
  "hooks",
  "middleware",
  "context",
]);
const HOOKS = new Set(["init", "beforeRequest", "afterRequest", "error", "destroy"]);
const METHODS = new Set(["GET", "POST", "PUT", "PATCH", "DELETE"]);

/**
 * Makes a plugin.
 *
 * @throws TypeError when something in it cannot be meant.
 *
 * @example
 * ```ts
 * import { createIgniterPlugin, createIgniterPluginAction, Igniter } from "@igniter-js/core";
 * import { assertEquals } from "@std/assert";
 * import { z } from "zod";
 *
 * const events: string[] = [];
 * const audit = createIgniterPlugin({
 *   name: "audit",
 *   actions: {
 *     log: createIgniterPluginAction({
 *       input: z.object({ event: z.string() }),
 *       handler: ({ input }) => void events.push(input.event),
 *     }),
 *   },
 *   hooks: { afterRequest: async (_ctx, req, _res, self) => await self.actions.log({ event: req.method }) },
 * });
 *
 * const igniter = Igniter.context(() => ({})).plugins({ audit }).create();
 * const router = igniter.router({ controllers: {} });
 * await router.handler(new Request("http://localhost/nowhere"));
 * assertEquals(events, ["GET"]);
 * await router.close();
 * ```
 */
export function createIgniterPlugin<
  const N extends string,
  A extends PluginActions = {},
  P extends { readonly [key: string]: string } = {},
  R extends { readonly [K in keyof P]?: unknown } = {},
  B = undefined,
  X = {},
  U extends readonly AnyUse[] = [],
>(plugin: PluginDefinition<N, A, P, R, B, X, U>): Plugin<N, PluginTypes<A, B, P, R, X, U>> {
  const record = toRecord(
    plugin as unknown as PluginDefinition<string, unknown, unknown, unknown, unknown, unknown, []>,
  );
  // The types of a plugin live in its phantom; the engine reads its record.
  return { name: plugin.name, "~record": record } as unknown as Plugin<N, PluginTypes<A, B, P, R, X, U>>;
}

/**
 * Makes a plugin's action.
 *
 * @throws TypeError when its handler is not a function or `input` not a Standard Schema.
 */
export function createIgniterPluginAction<I extends Schema = Schema<undefined, undefined>, R = unknown>(
  action: PluginActionDefinition<I, R>,
): PluginAction<I, R> {
  if (typeof action.handler !== "function") {
    throw new TypeError("Cannot make plugin action: its handler is not a function");
  }
  if (action.input !== undefined && !isSchema(action.input)) {
    throw new TypeError('Cannot make plugin action: "input" is not a Standard Schema');
  }
  const record: PluginActionRecord = { input: action.input, handler: action.handler as (ctx: unknown) => unknown };
  return { "~record": record } as unknown as PluginAction<I, R>;
}

function toRecord(plugin: PluginDefinition<string, unknown, unknown, unknown, unknown, unknown, []>): PluginRecord {
  const { name } = plugin;
  if (typeof name !== "string" || !/^[A-Za-z][A-Za-z0-9_-]*$/.test(name)) {
    throw new TypeError(`Cannot make plugin: "${name}" is not a name (letters, digits, "_" and "-")`);
  }
  const what = `make plugin "${name}"`;
  for (const key of Object.keys(plugin)) {
    if (!OPTIONS.has(key)) throw new TypeError(`Cannot ${what}: it has no option "${key}"`);
  }
  for (const [hook, value] of Object.entries(plugin.hooks ?? {})) {
    if (!HOOKS.has(hook)) throw new TypeError(`Cannot ${what}: there is no hook "${hook}"`);
    if (typeof value !== "function") throw new TypeError(`Cannot ${what}: hook "${hook}" is not a function`);
  }
  const actions = new Map<string, PluginActionRecord>();
  for (const [key, action] of Object.entries(plugin.actions ?? {})) {
    const record = (action as { readonly "~record"?: PluginActionRecord } | undefined)?.["~record"];
    if (record === undefined) throw new TypeError(`Cannot ${what}: "${key}" is not a plugin action`);
    actions.set(key, record);
  }
  const routes = Object.entries(plugin.controllers ?? {}).map(([key, route]) =>
    toRoute(what, key, route as LooseRoute)
  );
  return {
    name,
    dependencies: plugin.dependencies ?? [],
    build: plugin.build,
    actions,
    path: plugin.path,
    routes,
    hooks: (plugin.hooks ?? {}) as PluginHooks<never, never>,
    middleware: plugin.middleware ?? [],
    context: plugin.context,
  };
}

type LooseRoute = PluginRoutePath<string> & { readonly handler?: unknown };

function toRoute(what: string, key: string, route: LooseRoute): PluginRouteRecord {
  const { path, method = "GET", description, handler } = route;
  if (typeof handler !== "function") throw new TypeError(`Cannot ${what}: the handler of "${key}" is not a function`);
  if (!METHODS.has(method)) throw new TypeError(`Cannot ${what}: "${key}" has method "${method}"`);
  parsePath(path);
  return { key, method, path, description, handler: handler as (ctx: unknown) => unknown };
}

/** The engine's record of a plugin. @throws TypeError when the value is none. */
export function pluginRecord(plugin: unknown): PluginRecord {
  const record = (plugin as { readonly "~record"?: PluginRecord } | null | undefined)?.["~record"];
  if (record?.actions === undefined) {
    throw new TypeError("Cannot add plugin: the value is not made by createIgniterPlugin()");
  }
  return record;
}

/**
 * Sorts plugins so that each follows its dependencies.
 *
 * @throws TypeError when a dependency is missing or the dependencies form a cycle.
 */
export function sortPlugins(plugins: ReadonlyMap<string, PluginRecord>): readonly (readonly [string, PluginRecord])[] {
  const sorted = new Map<string, PluginRecord>();
  const byName = new Map([...plugins].map(([key, plugin]) => [plugin.name, key]));
  const visit = (key: string, trail: readonly string[]): void => {
    if (sorted.has(key)) return;
    if (trail.includes(key)) {
      throw new TypeError(
        `Cannot start plugins: they depend on each other (${[...trail.slice(trail.indexOf(key)), key].join(" → ")})`,
      );
    }
    const plugin = plugins.get(key) as PluginRecord;
    for (const name of plugin.dependencies) {
      const dependency = byName.get(name);
      if (dependency === undefined) {
        throw new TypeError(`Cannot start plugin "${plugin.name}": it needs plugin "${name}"`);
      }
      visit(dependency, [...trail, key]);
    }
    sorted.set(key, plugin);
  };
  for (const key of plugins.keys()) visit(key, []);
  return [...sorted];
}

/**
 * `Igniter`: an immutable, typed builder over a small engine. Each method gives a new builder that knows one thing more.
 *
 * @module
 */
import type { AnyUse, Merge, Procedure, Provides, UseErrors } from "./contract/action.ts";
import { checkName } from "./contract/keys.ts";
import type { ErrorOf } from "./contract/reply.ts";
import type { In, Schema } from "./contract/schema.ts";
import { MAX_TIMEOUT } from "./action.ts";
import { type AppSettings, createApp } from "./app.ts";
import type { ContextFactory } from "./context.ts";
import { checkCookieSecrets } from "./cookies.ts";
import type { Core } from "./instance.ts";
import { type Plugin, type PluginController, pluginRecord, type PluginValue } from "./plugin.ts";
import type { JobsClient } from "./ports/jobs/client.ts";
import type { Jobs } from "./ports/queue.ts";
import type { Logger, LogLevel } from "./ports/logger.ts";
import type { Store } from "./ports/store.ts";
import type { Telemetry } from "./ports/telemetry.ts";
import { defineProcedure, type ProcedureDefinition, type ProcedureDefinitionWithSchema, toStep } from "./procedure.ts";
import { type RealtimeConfig, toRealtimeSettings } from "./realtime/options.ts";

/** What was enabled so far. */
export interface Setup {
  /** The application's own context. */
  readonly context: object;
  /** Features by name: `logger`, `store`, `jobs`, `telemetry`. */
  readonly features: object;
  /** Plugins' values by name. */
  readonly plugins: object;
  /** What global procedures and plugins add to the context. */
  readonly added: unknown;
  /** Failures of global procedures. */
  readonly failures: unknown;
  /** Controllers that plugins bring. */
  readonly controllers: object;
}

/** A setup with other parts. */
export type With<S extends Setup, T extends Partial<Setup>> = {
  readonly [K in keyof Setup]: K extends keyof T ? T[K] : S[K];
} extends infer R extends Setup ? R : never;

/**
 * A handler's context before its own procedures. A plain intersection: the compiler copies a mapped type wherever it
 * stands in a signature, which showed as 5 % of an action's cost.
 */
export type BaseContext<S extends Setup> =
  & S["context"]
  & (keyof S["features"] extends never ? unknown : S["features"])
  & S["added"]
  & (keyof S["plugins"] extends never ? unknown : PluginsContext<S["plugins"]>);

/** What a context has when there are plugins. */
export interface PluginsContext<P> {
  /** The plugins' values by name. */
  readonly $plugins: P;
}

/** Settings of the application. */
export interface Config {
  /** The origin it is reached at. @default "http://localhost:3000" */
  readonly baseURL?: string | undefined;
  /** The path of all routes. @default "/api/v1" */
  readonly basePath?: string | undefined;
  /** Shows the messages of unknown errors to clients. Never guessed from the environment. @default false */
  readonly development?: boolean | undefined;
  /** Bytes that a body may have; over it 413. @default 1_048_576 */
  readonly bodyLimit?: number | undefined;
  /**
   * Calls that a client may put into one request, `POST {basePath}/_/batch`; `bodyLimit` holds for all of them together.
   * 0 turns batches off. @default 20
   */
  readonly batchLimit?: number | undefined;
  /** Milliseconds until an action answers 504; 0 for none. @default 0 */
  readonly timeout?: number | undefined;
  /** Secrets of signed cookies, at least 32 characters each: the first signs, all verify. @default [] */
  readonly cookieSecrets?: readonly string[] | undefined;
  /** The level of the framework's own logger, when `.logger()` gives none. @default "info" */
  readonly logLevel?: LogLevel | undefined;
}

/** The builder. */
export interface Builder<S extends Setup> {
  /** Sets what differs from the defaults. @throws TypeError for what cannot be meant. */
  config(config: Config): Builder<S>;
  /** Gives the logger; the framework logs through it as well. */
  logger<L extends Logger>(
    logger: L,
  ): Builder<With<S, { readonly features: S["features"] & LoggerFeature<L> }>>;
  /** Gives the store. */
  store<T extends Store>(store: T): Builder<With<S, { readonly features: S["features"] & StoreFeature<T> }>>;
  /** Gives the jobs; refused by the types when they need a context that this application does not have. */
  jobs<R, C>(
    jobs:
      & Jobs<R, C>
      & (S["context"] extends C ? unknown : "These jobs need a context that this application does not have"),
  ): Builder<With<S, { readonly features: S["features"] & JobsFeature<R> }>>;
  /** Gives the telemetry provider: one span per request, and `igniter.telemetry` for your own. */
  telemetry<T extends Telemetry>(
    telemetry: T,
  ): Builder<With<S, { readonly features: S["features"] & TelemetryFeature<T> }>>;
  /** Configures live updates. @throws TypeError for what cannot be meant. */
  realtime(config: RealtimeConfig<S["context"] & S["added"]>): Builder<S>;
  /** Adds a procedure that runs before every action. */
  use<U extends AnyUse>(
    procedure: U,
  ): Builder<
    With<S, { readonly added: S["added"] & Merge<[U]>; readonly failures: S["failures"] | UseErrors<U> }>
  >;
  /** Adds a procedure that runs before every action. */
  use<R>(
    definition: ProcedureDefinition<BaseContext<S>, {}, R>,
  ): Builder<
    With<
      S,
      { readonly added: S["added"] & Provides<Awaited<R>>; readonly failures: S["failures"] | ErrorOf<Awaited<R>> }
    >
  >;
  /** Adds a plugin under its own name. @throws TypeError when a plugin of that name is there. */
  plugin<N extends string, T>(
    plugin: Plugin<N, T>,
  ): Builder<WithPlugins<S, { readonly [K in N]: Plugin<N, T> }>>;
  /** Adds plugins under the keys given. @throws TypeError when a plugin of that name is there. */
  plugins<P extends { readonly [name: string]: Plugin }>(plugins: P): Builder<WithPlugins<S, P>>;
  /** Finishes. @throws TypeError when the parts contradict each other. */
  create(): Core<BaseContext<S>, S["failures"], S["controllers"], S["context"]> & S["features"];
}

/** A setup with more plugins. */
export type WithPlugins<S extends Setup, P> = With<S, {
  readonly plugins: S["plugins"] & { readonly [K in keyof P]: PluginValue<TypesOf<P[K]>> };
  readonly controllers: S["controllers"] & PluginControllers<P>;
  readonly added: S["added"] & PluginsAdd<P>;
  readonly failures: S["failures"] | { [K in keyof P]: UseErrors<PluginUse<P[K]>[number]> }[keyof P];
}>;

/** The types of a plugin. */
export type TypesOf<P> = P extends { readonly "~plugin": infer T } ? T : never;

/** The controllers of plugins that have routes. */
export type PluginControllers<P> = {
  readonly [K in keyof P as HasRoutes<TypesOf<P[K]>> extends true ? K : never]: PluginController<TypesOf<P[K]>>;
};

/** Whether a plugin has routes. */
export type HasRoutes<T> = T extends { readonly paths: infer P } ? keyof P extends never ? false : true : false;

/** A plugin's middleware. */
export type PluginUse<P> = TypesOf<P> extends { readonly use: infer U extends readonly AnyUse[] } ? U : readonly [];

/** What plugins add to the context, each by its `context` and its middleware. */
export type PluginsAdd<P> = Intersection<{ [K in keyof P]: { readonly it: PluginAdds<P[K]> } }[keyof P]>;

/** What one plugin adds to the context. */
export type PluginAdds<P> =
  & (TypesOf<P> extends { readonly context: infer X } ? Awaited<X> : unknown)
  & Merge<PluginUse<P>>;

/** The intersection of a union's `it`s. */
export type Intersection<U> = (U extends { readonly it: infer I } ? (it: { readonly it: I }) => void : never) extends
  (it: infer R) => void ? R extends { readonly it: infer I } ? I : unknown
  : unknown;

/** With a logger. */
export interface LoggerFeature<L extends Logger = Logger> {
  /** The application's logger. */
  readonly logger: L;
}

/** With a store. */
export interface StoreFeature<T extends Store = Store> {
  /** The application's store. */
  readonly store: T;
}

/** With jobs. */
export interface JobsFeature<R> {
  /** Enqueues jobs. */
  readonly jobs: JobsClient<R>;
}

/** With telemetry. */
export interface TelemetryFeature<T extends Telemetry = Telemetry> {
  /** The telemetry provider. */
  readonly telemetry: T;
}

/** A setup with nothing enabled. */
export interface EmptySetup<C extends object> extends Setup {
  /** The application's own context. */
  readonly context: C;
  /** None. */
  readonly features: {};
  /** None. */
  readonly plugins: {};
  /** Nothing. */
  readonly added: unknown;
  /** None. */
  readonly failures: never;
  /** None. */
  readonly controllers: {};
}

/** The start of an application. */
export interface Start extends Builder<EmptySetup<{}>> {
  /** Names the context's type only. Give its factory to `router({ context })`, or reading the context throws. */
  context<T extends object>(): Builder<EmptySetup<T>>;
  /** Gives the context: `factory` is called for each request, with the request. */
  context<T extends object>(factory: (request: Request) => T | Promise<T>): Builder<EmptySetup<T>>;
  /** Makes a procedure for `.use()`, before there is an instance. */
  procedure<O extends Schema, R>(definition: ProcedureDefinitionWithSchema<{}, O, R>): Procedure<In<O>, Awaited<R>>;
  /** Makes a procedure for `.use()`, before there is an instance. */
  procedure<O, R>(definition: ProcedureDefinition<{}, O, R>): Procedure<O, Awaited<R>>;
}

/**
 * Starts an application.
 *
 * @example
 * ```ts
 * import { Igniter } from "@igniter-js/core";
 * import { assertEquals } from "@std/assert";
 *
 * const igniter = Igniter.context(() => ({ greeting: "Hello" })).create();
 * const router = igniter.router({
 *   controllers: {
 *     hello: igniter.controller({
 *       path: "/hello",
 *       actions: {
 *         greet: igniter.query({
 *           path: "/:name",
 *           handler: ({ context, params, response }) => response.success(`${context.greeting}, ${params.name}!`),
 *         }),
 *       },
 *     }),
 *   },
 * });
 *
 * const response = await router.handler(new Request("http://localhost/api/v1/hello/Ada"));
 * assertEquals(await response.json(), { data: "Hello, Ada!", error: null });
 * const { data } = await router.caller.hello.greet.query({ params: { name: "Grace" } });
 * assertEquals(data, "Hello, Grace!");
 * ```
 */
export const Igniter: Start = toBuilder({
  factory: undefined,
  config: {},
  logger: undefined,
  store: undefined,
  jobs: undefined,
  telemetry: undefined,
  realtime: {},
  steps: [],
  plugins: new Map(),
});

const STORE = ["get", "set", "publish", "subscribe", "append", "entriesAfter", "lastId", "follow"];
const CONFIG = new Set([
  "baseURL",
  "basePath",
  "development",
  "bodyLimit",
  "batchLimit",
  "timeout",
  "cookieSecrets",
  "logLevel",
]);

/** The engine behind the typed interface: it collects settings, `createApp` makes use of them. */
function toBuilder(settings: AppSettings): Start {
  const builder = {
    context: (factory?: ContextFactory) => {
      if (factory !== undefined && typeof factory !== "function") {
        throw new TypeError("Cannot set the context: its factory is not a function");
      }
      return toBuilder({ ...settings, factory });
    },
    config: (config: Config) => toBuilder({ ...settings, config: { ...settings.config, ...checkConfig(config) } }),
    logger: (logger: Logger) =>
      toBuilder({ ...settings, logger: checkMethods("logger", logger, ["debug", "info", "warn", "error"]) }),
    store: (store: Store) => toBuilder({ ...settings, store: checkMethods("store", store, STORE) }),
    jobs: (jobs: Jobs) => toBuilder({ ...settings, jobs }),
    telemetry: (telemetry: Telemetry) =>
      toBuilder({ ...settings, telemetry: checkMethods("telemetry", telemetry, ["span", "inject"]) }),
    realtime: (config: RealtimeConfig<never>) => {
      const realtime = { ...settings.realtime, ...config };
      toRealtimeSettings(realtime); // refuses here, at the mistake
      return toBuilder({ ...settings, realtime });
    },
    use: (procedure: unknown) => {
      const what = "use a global procedure";
      const step = isDefinition(procedure) ? toStep(defineProcedure(procedure), what) : toStep(procedure, what);
      return toBuilder({ ...settings, steps: [...settings.steps, step] });
    },
    plugin: (plugin: Plugin) => withPlugins(settings, [[plugin?.name, plugin]]),
    plugins: (plugins: { readonly [name: string]: Plugin }) => withPlugins(settings, Object.entries(plugins)),
    procedure: defineProcedure,
    create: () => createApp(settings),
  };
  // One untyped engine behind the typed interface: the only cast between them.
  return Object.freeze(builder) as unknown as Start;
}

function isDefinition(value: unknown): value is Parameters<typeof defineProcedure>[0] {
  return typeof value === "object" && value !== null && "handler" in value;
}

function withPlugins(settings: AppSettings, added: readonly (readonly [string, Plugin])[]): Start {
  const plugins = new Map(settings.plugins);
  for (const [key, plugin] of added) {
    const record = pluginRecord(plugin);
    checkName("the name of a plugin", key);
    if (plugins.has(key)) throw new TypeError(`Cannot add plugin "${key}": a plugin with this name exists`);
    // Dependencies, routes and log entries go by the name, whatever the key.
    if ([...plugins.values()].some(({ name }) => name === record.name)) {
      throw new TypeError(`Cannot add plugin "${key}": a plugin with the name "${record.name}" exists`);
    }
    plugins.set(key, record);
  }
  return toBuilder({ ...settings, plugins });
}

function checkMethods<T>(what: string, value: T, methods: readonly string[]): T {
  for (const method of methods) {
    if (typeof (value as Record<string, unknown> | null | undefined)?.[method] !== "function") {
      throw new TypeError(`Cannot set the ${what}: it has no method "${method}"`);
    }
  }
  return value;
}

function checkConfig(config: Config): Config {
  for (const key of Object.keys(config)) {
    if (!CONFIG.has(key)) throw new TypeError(`Cannot configure: there is no setting "${key}"`);
  }
  if ((config.timeout ?? 0) > MAX_TIMEOUT) {
    throw new TypeError(`Cannot configure: timeout ${config.timeout} is more than ${MAX_TIMEOUT} ms`);
  }
  for (const key of ["bodyLimit", "batchLimit", "timeout"] as const) {
    const value = config[key];
    if (value !== undefined && !(Number.isFinite(value) && value >= 0)) {
      throw new TypeError(`Cannot configure: ${key} ${value} is not a number of at least 0`);
    }
  }
  if (config.baseURL !== undefined && !URL.canParse(config.baseURL)) {
    throw new TypeError(`Cannot configure: baseURL "${config.baseURL}" is not a URL`);
  }
  if (config.cookieSecrets !== undefined && config.cookieSecrets.length > 0) checkCookieSecrets(config.cookieSecrets);
  return config;
}

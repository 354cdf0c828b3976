/**
 * The application: what `.create()` makes of the builder's settings, shared by its routers.
 *
 * @module
 */
import { defineAction } from "./action.ts";
import type { Config } from "./builder.ts";
import { createConsoleLogger } from "./console_logger.ts";
import { type ContextFactory, type ContextRecord, createContext } from "./context.ts";
import { defineController } from "./controller.ts";
import { type DevDesk, findDevDesk } from "./dev/desk.ts";
import { JobDesk } from "./jobs/desk.ts";
import { createJobsClient } from "./jobs/producer.ts";
import { PluginHost } from "./plugin_host.ts";
import type { PluginRecord } from "./plugin.ts";
import { type Clock, systemClock } from "./ports/clock.ts";
import type { Jobs } from "./ports/queue.ts";
import type { Logger } from "./ports/logger.ts";
import type { Store } from "./ports/store.ts";
import type { Attributes, Span, SpanOptions, Telemetry, WritableCarrier } from "./ports/telemetry.ts";
import { isThenable } from "./plain.ts";
import { defineProcedure, type Step, toStep } from "./procedure.ts";
import { Broker } from "./realtime/broker.ts";
import { createHub, type Hub } from "./realtime/hub.ts";
import { LocalLog } from "./realtime/local_log.ts";
import { type RealtimeConfig, toRealtimeSettings } from "./realtime/options.ts";
import { createRouter } from "./router.ts";

/** What the builder collects. */
export interface AppSettings {
  readonly factory: ContextFactory | undefined;
  readonly config: Config;
  readonly logger: Logger | undefined;
  readonly store: Store | undefined;
  readonly jobs: Jobs | undefined;
  readonly telemetry: Telemetry | undefined;
  readonly realtime: RealtimeConfig<never>;
  readonly steps: readonly Step[];
  readonly plugins: ReadonlyMap<string, PluginRecord>;
}

/** The application as the engine keeps it. */
export interface App {
  readonly factory: ContextFactory | undefined;
  readonly config: Required<{ readonly [K in keyof Config]: NonNullable<Config[K]> }>;
  readonly logger: Logger;
  readonly trace: Trace | undefined;
  /** Who is told of requests, jobs and connections: in development, under `igniter dev`, somebody. */
  readonly dev: DevDesk | undefined;
  /** What event connections share. */
  readonly hub: Hub;
  /** Global procedures: the plugins' first, then those of `.use()`. */
  readonly steps: readonly Step[];
  readonly plugins: PluginHost;
  /** What every context gets beside the application's own. */
  readonly features: ContextRecord;
  readonly clock: Clock;
  /** Where clients ask for their jobs, when there are jobs. */
  readonly desk: JobDesk | undefined;
  /** A router begins to use the application. */
  retain(): void;
  /** A router is done with it. With the last one the plugins, the jobs' engine and the telemetry provider end. */
  release(): Promise<void>;
}

/** The framework's own use of a logger that may fail: an answer must not depend on whether it could be logged. */
function toSafeLogger(logger: Logger): Logger {
  const safely = (level: "debug" | "info" | "warn" | "error"): Logger["info"] => (message, fields) => {
    try {
      logger[level](message, fields);
    } catch (error) {
      console.error("The logger failed", error);
    }
  };
  return { debug: safely("debug"), info: safely("info"), warn: safely("warn"), error: safely("error") };
}

/** Runs work inside a span. */
export type Trace = <T>(name: string, options: SpanOptions, work: (span: Span) => Promise<T>) => Promise<T>;

/** The framework's own use of a provider that may fail: the work runs once, and its outcome is the outcome. */
function toSafeTrace(telemetry: Telemetry, logger: Logger): Trace {
  const onError = (error: unknown): void => logger.error("The telemetry provider failed", { error });
  const safely = <A extends readonly unknown[]>(method: (...args: A) => void) => (...args: A): void => {
    try {
      method(...args);
    } catch (error) {
      onError(error);
    }
  };
  const toSafeSpan = (span: Span): Span => ({
    setName: safely((name: string) => span.setName(name)),
    setAttributes: safely((attributes: Attributes) => span.setAttributes(attributes)),
    recordError: safely((error: unknown) => span.recordError(error)),
  });
  return <T>(name: string, options: SpanOptions, work: (span: Span) => Promise<T>): Promise<T> => {
    let outcome: Promise<T> | undefined;
    try {
      const given: unknown = telemetry.span(name, options, (span) => outcome ??= work(toSafeSpan(span)));
      if (isThenable(given) && given !== outcome) {
        given.then(() => {}, (error) => outcome?.then(() => onError(error), () => {}));
      }
    } catch (error) {
      onError(error);
    }
    return outcome ??= work(NO_SPAN);
  };
}

const NO_SPAN: Span = { setName: () => {}, setAttributes: () => {}, recordError: () => {} };

/** Makes the instance. @throws TypeError when the parts contradict each other. */
export function createApp(settings: AppSettings): object {
  const config = {
    baseURL: settings.config.baseURL ?? "http://localhost:3000",
    basePath: settings.config.basePath ?? "/api/v1",
    development: settings.config.development ?? false,
    bodyLimit: settings.config.bodyLimit ?? 1_048_576,
    batchLimit: settings.config.batchLimit ?? 20,
    timeout: settings.config.timeout ?? 0,
    cookieSecrets: settings.config.cookieSecrets ?? [],
    logLevel: settings.config.logLevel ?? "info",
  };
  const logger = settings.logger === undefined
    ? createConsoleLogger({ level: config.logLevel })
    : toSafeLogger(settings.logger);
  const realtime = toRealtimeSettings(settings.realtime);
  const dev = config.development ? findDevDesk() : undefined;
  const broker = new Broker({
    logger,
    clock: systemClock,
    log: settings.store ?? new LocalLog(),
    window: realtime.window,
    ttl: realtime.ttl,
    granting: realtime.scopes !== undefined,
    development: config.development,
  });
  const plugins = new PluginHost(settings.plugins, { logger, store: settings.store, realtime: broker });
  let routers = 0;
  const features: ContextRecord = { realtime: broker };
  const enabled: ContextRecord = {};
  if (settings.logger !== undefined) enabled["logger"] = settings.logger;
  if (settings.store !== undefined) enabled["store"] = settings.store;
  if (settings.telemetry !== undefined) enabled["telemetry"] = settings.telemetry;
  Object.assign(features, enabled);
  const app: App = {
    factory: settings.factory,
    config,
    logger,
    trace: settings.telemetry === undefined ? undefined : toSafeTrace(settings.telemetry, logger),
    dev,
    hub: createHub(broker, realtime, systemClock),
    steps: [
      ...plugins.records.flatMap(([key, { middleware }]) =>
        middleware.map((use) => toStep(use, `add plugin "${key}"`))
      ),
      ...settings.steps,
    ],
    plugins,
    features,
    clock: systemClock,
    desk: settings.jobs === undefined ? undefined : new JobDesk({
      engine: settings.jobs["~engine"],
      development: config.development,
      secrets: config.cookieSecrets,
      store: settings.store,
      clock: systemClock,
    }),
    retain: () => void routers++,
    release: async () => {
      if (--routers > 0) return;
      if (!plugins.isEmpty) await plugins.stop(() => ({ ...features }));
      await broker.close();
      try {
        await settings.jobs?.["~engine"].close();
      } finally {
        await settings.telemetry?.close?.();
      }
    },
  };
  if (settings.jobs !== undefined) {
    const { telemetry } = settings;
    let template: Request | undefined;
    let all: ContextRecord | undefined;
    const looks = !plugins.isEmpty || (app.factory?.length ?? 0) > 0;
    features["jobs"] = enabled["jobs"] = createJobsClient(settings.jobs, {
      logger,
      ...(telemetry === undefined ? undefined : { inject: (carrier: WritableCarrier) => telemetry.inject(carrier) }),
      ...(app.trace === undefined ? undefined : { trace: app.trace }),
      ...(dev === undefined ? undefined : { tell: (event) => dev.tellJob(event) }),
      context: async () => {
        template ??= new Request(config.baseURL, { headers: { "x-igniter-source": "job" } });
        // A copy for each job that may look at it; it costs as much as the rest of a small job's context.
        const request = looks ? template.clone() : template;
        all ??= { logger, store: settings.store, ...features };
        const made = createContext(app.factory, all, request);
        const context = made instanceof Promise ? await made : made;
        if (!plugins.isEmpty) {
          await plugins.start(() => ({ ...features }));
          await plugins.extend(plugins.scope(context), request);
        }
        return context;
      },
    });
  }
  return Object.freeze({
    ...enabled,
    realtime: broker,
    procedure: defineProcedure,
    query: (definition: object) => defineAction("query", definition),
    mutation: (definition: object) => defineAction("mutation", definition),
    controller: defineController,
    router: (definition: never) => createRouter(app, definition),
  });
}

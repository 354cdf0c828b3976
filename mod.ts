/**
 * Igniter: define an API once, with types, and serve it over HTTP, as RPC and in process.
 *
 * Start with {@link Igniter}: a builder that gives an instance, which makes procedures, actions, controllers and the
 * router. The router is a `Request → Response` handler for any host; `serve` runs it on Deno.
 *
 * @example
 * ```ts
 * import { Igniter } from "@igniter-js/core";
 * import { assertEquals } from "@std/assert";
 * import { z } from "zod";
 *
 * const igniter = Igniter.context(() => ({ users: ["Ada"] })).create();
 *
 * const users = igniter.controller({
 *   path: "/users",
 *   actions: {
 *     list: igniter.query({
 *       query: z.object({ page: z.number().default(1) }),
 *       handler: ({ context, query, response }) => response.success({ users: context.users, page: query.page }),
 *     }),
 *   },
 * });
 *
 * const AppRouter = igniter.router({ controllers: { users } });
 *
 * const response = await AppRouter.handler(new Request("http://localhost/api/v1/users?page=2"));
 * assertEquals(await response.json(), { data: { users: ["Ada"], page: 2 }, error: null });
 * ```
 *
 * @module
 */
export { Igniter } from "./server/builder.ts";
export { toClientSchema } from "./server/client_schema.ts";
export { IgniterError } from "./server/contract/error.ts";
export { Ensure } from "./server/ensure.ts";
export { toOpenAPI } from "./server/openapi/to_openapi.ts";
export { createIgniterPlugin, createIgniterPluginAction } from "./server/plugin.ts";
export { createConsoleLogger } from "./server/console_logger.ts";
export { serve } from "./server/adapters/serve.ts";

export type { RunningServer, ServeAddress, ServeOptions } from "./server/adapters/serve.ts";
export type { WebRouter } from "./server/adapters/web_router.ts";

export type {
  BaseContext,
  Builder,
  Config,
  EmptySetup,
  HasRoutes,
  Intersection,
  JobsFeature,
  LoggerFeature,
  PluginAdds,
  PluginControllers,
  PluginsAdd,
  PluginsContext,
  PluginUse,
  Setup,
  Start,
  StoreFeature,
  TelemetryFeature,
  TypesOf,
  With,
  WithPlugins,
} from "./server/builder.ts";
export type { ActionMap, ControllerDefinition, ControllerMap, Core, Merged } from "./server/instance.ts";
export type { PublishData, Router, RouterDefinition } from "./server/router.ts";
export type {
  Call,
  Callable,
  Caller,
  CallerMethods,
  CallerOptions,
  Calls,
  MutationCall,
  QueryCall,
  StreamCall,
} from "./server/caller.ts";
export type {
  ActionOptions,
  FrameworkContext,
  HandlerContext,
  MutationDefinition,
  PluginsOf,
  QueryDefinition,
  Returns,
} from "./server/action.ts";
export type {
  Next,
  ProcedureContext,
  ProcedureDefinition,
  ProcedureDefinitionWithSchema,
  ProcedureInputs,
} from "./server/procedure.ts";
export type { HandlerInputs, IgniterRequest, ParamsFor, QueryOf } from "./server/request.ts";
export type {
  Accepted,
  Draft,
  ErrorInit,
  FileOptions,
  ReplyStarters,
  Responder,
  ResponseHeaders,
  StreamOptions,
} from "./server/responder.ts";
export type { Cookies } from "./server/cookies.ts";
export type {
  ActionFunctions,
  InputArgs,
  Plugin,
  PluginAction,
  PluginActionContext,
  PluginActionDefinition,
  PluginActions,
  PluginContextInput,
  PluginController,
  PluginDefinition,
  PluginHooks,
  PluginHost,
  PluginMethod,
  PluginRequestContext,
  PluginRouteAction,
  PluginRouteContext,
  PluginRouteHandler,
  PluginRouteInputs,
  PluginRoutePath,
  PluginRoutes,
  PluginSelf,
  PluginTypes,
  PluginValue,
} from "./server/plugin.ts";
export type {
  EnsureChecks,
  EnsureFactory,
  EnsureFailure,
  EnsureMessage,
  EnsureNarrowed,
  EnsureNotEmpty,
  EnsureTruthy,
  EnsureTypes,
} from "./server/ensure.ts";
export type { ConsoleLogger, ConsoleLoggerOptions } from "./server/console_logger.ts";
export type {
  Action,
  ActionData,
  ActionErrors,
  ActionShape,
  Added,
  AnyAction,
  AnyRouter,
  AnyUse,
  Args,
  BodyPart,
  BoundProcedure,
  CallOptions,
  Controller,
  DeclaredErrors,
  ErrorDeclaration,
  ErrorDeclarations,
  InputOf,
  Merge,
  MessageOf,
  MutationMethod,
  ParamsIn,
  Part,
  Plain,
  Procedure,
  Provides,
  RawHeaders,
  RawQuery,
  UseErrors,
} from "./server/contract/action.ts";
export type { ClientSchema } from "./server/contract/client_schema.ts";
export type { ERROR_STATUS, ErrorCode, Failure, IgniterErrorOptions } from "./server/contract/error.ts";
export type { JobTicket, TicketTypes } from "./server/contract/job.ts";
export type { KeyInput, KeyOf, StreamKeyOf } from "./server/contract/keys.ts";
export type { ParamsOf, RawParams } from "./server/contract/path.ts";
export type {
  AnyReply,
  BodyFailure,
  CommonFailure,
  CookieOptions,
  CookiePlace,
  DataOf,
  ErrorOf,
  Forwarded,
  Reply,
  ReplyTypes,
  Result,
  RevalidateQuery,
  RevalidateTarget,
  ValidationData,
  ValidationFailure,
  WireIssue,
} from "./server/contract/reply.ts";
export type { Meta, MetaEntry } from "./server/contract/wire.ts";
export type { OpenAPIAction } from "./server/openapi/facts.ts";
export type { OpenAPIOptions } from "./server/openapi/to_openapi.ts";
export type {
  OpenAPIBody,
  OpenAPIComponents,
  OpenAPIContent,
  OpenAPIDocument,
  OpenAPIEncoding,
  OpenAPIInfo,
  OpenAPIMediaType,
  OpenAPIOperation,
  OpenAPIParameter,
  OpenAPIPath,
  OpenAPIReference,
  OpenAPIResponse,
  OpenAPISchema,
  OpenAPISecurity,
  OpenAPISecurityScheme,
  OpenAPIServer,
  OpenAPITag,
} from "./server/openapi/types.ts";
export type { In, Issue, Out, Schema, SchemaTypes, StandardProps } from "./server/contract/schema.ts";
export type { LogFields, Logger, LogLevel } from "./server/ports/logger.ts";
export type { Clock } from "./server/ports/clock.ts";
export { UnrecoverableError } from "./server/ports/jobs/failure.ts";
export type { StoredFailure } from "./server/ports/jobs/failure.ts";
export type {
  HandleOf,
  InputOfJob,
  JobClient,
  JobHandle,
  JobNamespace,
  JobNamespaceMethods,
  JobReference,
  JobsClient,
  JobTask,
  ResultOptions,
  TaskOf,
} from "./server/ports/jobs/client.ts";
export type {
  CronDefinition,
  Job,
  JobContext,
  JobDefinition,
  JobEvent,
  JobEvents,
  JobHandlerContext,
  JobHooks,
  JobInfo,
  JobMap,
  JobPlugins,
  JobProgressOf,
  JobRouter,
  JobRouterDefinition,
  JobRouters,
  JobTypes,
  RunningJob,
} from "./server/ports/jobs/definition.ts";
export type {
  DrainOptions,
  JobChange,
  JobCounts,
  JobFilter,
  JobManagement,
  JobSnapshot,
  JobState,
} from "./server/ports/jobs/management.ts";
export type {
  BackoffFunction,
  BackoffInput,
  BackoffOptions,
  CommonJobOptions,
  Dedupe,
  EnqueueOptions,
  JobOptions,
  RepeatOptions,
  Retention,
  SettledOptions,
} from "./server/ports/jobs/options.ts";
export type { Packed } from "./server/ports/jobs/payload.ts";
export type { AnyHook, CronPlan, HookName, HookSet, RegisteredJob } from "./server/ports/jobs/registry.ts";
export type {
  QueueLimits,
  QueueLimitsByName,
  RateLimit,
  WorkerOptions,
  WorkerStart,
} from "./server/ports/jobs/worker_options.ts";
export type { DevJobEvent } from "./server/ports/dev_feed.ts";
export type { EnqueueRequest, JobAddress, Jobs, JobsAdapter, QueueEngine, QueueHost } from "./server/ports/queue.ts";
export type { PublishOptions, Realtime, RealtimeChannel } from "./server/ports/realtime.ts";
export type { RealtimeConfig, ScopesInput } from "./server/realtime/options.ts";
export type { OnDisconnect } from "./server/realtime/session.ts";
export type {
  AppendOptions,
  LogEntry,
  LogFollower,
  LogGap,
  Store,
  Subscriber,
  TtlOptions,
} from "./server/ports/store.ts";
export { compareLogIds } from "./server/ports/log_id.ts";
export type {
  Attributes,
  AttributeValue,
  Carrier,
  Span,
  SpanOptions,
  Telemetry,
  WritableCarrier,
} from "./server/ports/telemetry.ts";

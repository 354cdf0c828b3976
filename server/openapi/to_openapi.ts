/**
 * From a router to the document that describes it.
 *
 * @module
 */
import type { AnyRouter } from "../contract/action.ts";
import { plansOf } from "../router.ts";
import { type ActionFacts, type OpenAPIAction, toFacts } from "./facts.ts";
import type { OpenAPIDocument, OpenAPISecurity, OpenAPISecurityScheme, OpenAPIServer } from "./types.ts";
import { keepUsed } from "./used.ts";
import { Writer } from "./writer.ts";

/** What a document says beyond what the router knows. */
export interface OpenAPIOptions {
  /** The name of the API. @default "API" */
  readonly title?: string;
  /** The version of the API. @default "0.0.0" */
  readonly version?: string;
  /** What the API is for; CommonMark. */
  readonly description?: string;
  /** Where it is reached. @default the router's `baseURL` and `basePath` */
  readonly servers?: readonly OpenAPIServer[];
  /** Which actions are described: those with one of these tags, or what a function says. @default all */
  readonly include?: readonly string[] | ((action: OpenAPIAction) => boolean);
  /** Whether the actions' RPC addresses (`_/rpc/users.list`) are described too. @default false */
  readonly rpc?: boolean;
  /** Ways to prove who calls, by name. */
  readonly securitySchemes?: Readonly<Record<string, OpenAPISecurityScheme>>;
  /** What all operations ask for: one of the list. @default none */
  readonly security?: readonly OpenAPISecurity[];
}

const OPTIONS = new Set([
  "title",
  "version",
  "description",
  "servers",
  "include",
  "rpc",
  "securitySchemes",
  "security",
]);

/**
 * Describes a router as an OpenAPI 3.1.1 document: plain JSON, the same each time. Plugins' routes are in it; nothing of
 * the application runs but its schemas, which are asked for their JSON Schema and whether they take `undefined`.
 *
 * @throws TypeError when the value is no router, an option is none, or no action has a tag that is asked for.
 *
 * @example
 * ```ts
 * import { Igniter, toOpenAPI } from "@igniter-js/core";
 * import { assertEquals } from "@std/assert";
 * import { z } from "zod";
 *
 * const igniter = Igniter.create();
 * const users = igniter.controller({
 *   path: "/users",
 *   actions: {
 *     byId: igniter.query({
 *       name: "One user",
 *       path: "/:id",
 *       params: z.object({ id: z.uuid() }),
 *       output: z.object({ name: z.string() }),
 *       handler: () => ({ name: "Ada" }),
 *     }),
 *   },
 * });
 * const AppRouter = igniter.router({ controllers: { users } });
 *
 * const { servers, paths } = toOpenAPI(AppRouter, { title: "Users", version: "1.0.0" });
 * assertEquals(servers, [{ url: "http://localhost:3000/api/v1" }]);
 * assertEquals(paths["/users/{id}"]?.get?.operationId, "users.byId");
 * ```
 */
export function toOpenAPI(router: AnyRouter, options: OpenAPIOptions = {}): OpenAPIDocument {
  const what = "make an OpenAPI document";
  const { base, baseURL, plans, controllers } = plansOf(router, what);
  for (const key of Object.keys(options)) {
    if (!OPTIONS.has(key)) throw new TypeError(`Cannot ${what}: it has no option "${key}"`);
  }
  const { title = "API", version = "0.0.0", description, include, rpc = false } = options;
  const actions = [...plans].map((plan) => toFacts(plan, base, controllers));
  const writer = new Writer(include === undefined ? actions : choose(actions, include, what), rpc);
  const { paths } = writer.addresses;
  const { securitySchemes, security = [], servers = [{ url: new URL(base || "/", baseURL).href.replace(/\/$/, "") }] } =
    options;
  return {
    openapi: "3.1.1",
    info: { title, version, ...(description === undefined ? {} : { description }) },
    servers,
    tags: writer.tags(controllers),
    security,
    paths,
    components: {
      ...keepUsed({ schemas: writer.components.schemas, responses: writer.responses.shared }, paths),
      ...(securitySchemes === undefined ? {} : { securitySchemes }),
    },
  };
}

function choose(
  actions: readonly ActionFacts[],
  include: NonNullable<OpenAPIOptions["include"]>,
  what: string,
): readonly ActionFacts[] {
  if (typeof include === "function") return actions.filter(({ facts }) => include(facts));
  const known = new Set(actions.flatMap(({ facts }) => facts.tags));
  for (const tag of include) if (!known.has(tag)) throw new TypeError(`Cannot ${what}: no action has the tag "${tag}"`);
  return actions.filter(({ facts }) => facts.tags.some((tag) => include.includes(tag)));
}

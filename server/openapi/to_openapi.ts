/**
 * From a router to the document that describes it.
 *
 * @module
 */
import type { AnyRouter } from "../contract/action.ts";
import { parsePath } from "../contract/path.ts";
import { RPC_SEGMENT } from "../contract/wire.ts";
import type { Plan } from "../dispatch.ts";
import { type Description, plansOf } from "../router.ts";
import { Addresses } from "./addresses.ts";
import { requestBodyOf } from "./body.ts";
import { Components } from "./components.ts";
import { fieldsOf } from "./fields.ts";
import { ownErrors } from "./own_errors.ts";
import { ownSchemas } from "./own_schemas.ts";
import { headerParameters, pathParameters, queryParameters, rpcParameters } from "./parameters.ts";
import { Responses } from "./responses.ts";
import { keepUsed } from "./used.ts";
import type {
  OpenAPIDocument,
  OpenAPIOperation,
  OpenAPIParameter,
  OpenAPISecurity,
  OpenAPISecurityScheme,
  OpenAPIServer,
  OpenAPITag,
} from "./types.ts";

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
  /** Which actions are described. @default all */
  readonly include?: (action: OpenAPIAction) => boolean;
  /** Whether the actions' RPC addresses (`_/rpc/users.list`) are described too. @default false */
  readonly rpc?: boolean;
  /** Ways to prove who calls, by name. */
  readonly securitySchemes?: Readonly<Record<string, OpenAPISecurityScheme>>;
  /** What all operations ask for: one of the list. @default none */
  readonly security?: readonly OpenAPISecurity[];
}

/** An action, for {@link OpenAPIOptions.include}. */
export interface OpenAPIAction {
  /** Its key, such as `users.list`. */
  readonly key: string;
  /** Its HTTP method. */
  readonly method: string;
  /** Its path below the base path: `/users/:id`. */
  readonly path: string;
  /** Its tags; its controller's name when it has none of its own. */
  readonly tags: readonly string[];
  /** Whether it is on its way out. */
  readonly deprecated: boolean;
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
 * @throws TypeError when the value is no router, or an option is none.
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
  const actions = [...plans].map((plan) => toAction(plan, base, controllers));
  const writer = new Writer(include === undefined ? actions : actions.filter(({ facts }) => include(facts)), rpc);
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

interface ActionFacts {
  readonly plan: Plan;
  readonly facts: OpenAPIAction;
}

function toAction(plan: Plan, base: string, controllers: ReadonlyMap<string, Description>): ActionFacts {
  const { key, pattern, record: { method, tags, deprecated = false } } = plan;
  const controller = controllerOf(key);
  const path = pattern.slice(base.length) || "/";
  const own = tags ?? [controllers.get(controller)?.name ?? controller];
  return { plan, facts: { key, method, path, tags: own, deprecated } };
}

/** The first part of a key. */
function controllerOf(key: string): string {
  return key.slice(0, key.indexOf("."));
}

/** One document while it is written. */
class Writer {
  readonly addresses: Addresses = new Addresses();
  readonly components: Components = new Components({ ...ownSchemas(), ...ownErrors() });
  readonly responses: Responses = new Responses(this.components);
  readonly #actions: readonly ActionFacts[];

  constructor(actions: readonly ActionFacts[], rpc: boolean) {
    this.#actions = actions;
    // What comes out before what goes in: where the two of one name differ, the plain name is the output's.
    const answers = new Map(actions.map(({ plan }) => [plan, this.responses.of(plan)]));
    // A wildcard takes what is left by all others.
    const isWild = ({ facts: { path } }: ActionFacts): boolean => path.endsWith("/*");
    for (const action of [...actions.filter((each) => !isWild(each)), ...actions.filter(isWild)]) {
      const { plan, facts } = action;
      for (const address of this.addresses.add(facts.method, facts.path)) {
        const parameters = pathParameters({ ...plan, components: this.components }, address.parameters);
        if (address.without !== undefined && this.#needs(plan, address.without)) continue;
        const suffix = address.without === undefined ? "" : `.without.${address.without}`;
        address.put(this.#operation(action, plan.key + suffix, parameters, answers.get(plan)!));
      }
    }
    if (rpc) { for (const action of actions) this.#addRpc(action, answers.get(action.plan)!); }
  }

  /** The groups in use; what a controller says of itself is said of its group. */
  tags(controllers: ReadonlyMap<string, Description>): readonly OpenAPITag[] {
    const described = new Map<string, string | undefined>();
    for (const { facts: { tags } } of this.#actions) for (const tag of tags) described.set(tag, undefined);
    for (const [key, { name = key, description }] of controllers) {
      if (described.has(name)) described.set(name, described.get(name) ?? description);
    }
    return [...described].map(([name, description]) => ({
      name,
      ...(description === undefined ? {} : { description }),
    }));
  }

  #addRpc(action: ActionFacts, answers: OpenAPIOperation["responses"]): void {
    const { key, record, pattern } = action.plan;
    const keys = parsePath(pattern).flatMap((segment) =>
      segment.kind === "static" ? [] : [{ key: segment.name, required: segment.kind !== "optional" }]
    );
    const parameters = rpcParameters({ ...action.plan, components: this.components }, keys);
    const method = record.kind === "query" ? "GET" : "POST";
    for (const address of this.addresses.add(method, `/${RPC_SEGMENT}/${key}`)) {
      address.put(this.#operation(action, `${key}.rpc`, parameters, answers));
    }
  }

  /** Whether the schema refuses what has no such parameter, so that the address without it is none. */
  #needs({ record: { params } }: Plan, name: string): boolean {
    const document = params && this.components.describe(params, "input")?.schema;
    return document !== undefined && fieldsOf(document, document).named.get(name)?.required === true;
  }

  #operation(
    { plan, facts }: ActionFacts,
    operationId: string,
    path: readonly OpenAPIParameter[],
    responses: OpenAPIOperation["responses"],
  ): OpenAPIOperation {
    const { key, record } = plan;
    const { name, description } = record;
    const input = { components: this.components, record, key };
    const parameters = [...path, ...queryParameters(input), ...headerParameters(input)];
    const requestBody = requestBodyOf(record, key, this.components);
    const summary = name ?? description?.trim().split("\n", 1)[0] ?? key;
    return {
      operationId,
      tags: facts.tags,
      summary,
      ...(description === undefined || description === summary ? {} : { description }),
      ...(facts.deprecated ? { deprecated: true } : {}),
      ...(parameters.length === 0 ? {} : { parameters }),
      ...(requestBody === undefined ? {} : { requestBody }),
      responses,
    };
  }
}

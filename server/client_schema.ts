/**
 * From a router to what a client knows of it.
 *
 * @module
 */
import type { AnyRouter } from "./contract/action.ts";
import type { ClientSchema } from "./contract/client_schema.ts";
import { plansOf } from "./router.ts";

/**
 * Lists the addresses of a router's actions, plugins' routes included, for a client that shall use the REST paths. The
 * base path is not among them: a client has it by itself.
 *
 * @throws TypeError when the value is no router.
 *
 * @example
 * ```ts
 * import { Igniter, toClientSchema } from "@igniter-js/core";
 * import { assertEquals } from "@std/assert";
 *
 * const igniter = Igniter.create();
 * const users = igniter.controller({
 *   path: "/users",
 *   actions: { byId: igniter.query({ path: "/:id", handler: ({ params }) => params.id }) },
 * });
 * const AppRouter = igniter.router({ controllers: { users } });
 *
 * assertEquals(toClientSchema(AppRouter), { routes: { "users.byId": ["GET", "/users/:id"] } });
 * ```
 */
export function toClientSchema(router: AnyRouter): ClientSchema {
  const { base, plans } = plansOf(router, "make a schema for clients");
  const routes: Record<string, readonly [method: string, pattern: string]> = {};
  for (const { key, pattern, record } of plans) routes[key] = [record.method, pattern.slice(base.length) || "/"];
  return { routes };
}

/**
 * Stands for a bundler's `require`.
 *
 * @module
 */
import { AppRouter } from "../../src/igniter.router.ts";

/** Which modules were asked for. */
export const required: string[] = [];

const modules: { readonly [path: string]: { readonly [name: string]: unknown } } = {
  "./igniter.router": { AppRouter },
  // What `igniter generate schema` writes, as far as a client reads it.
  "./igniter.schema": {
    AppRouterSchema: { routes: { "users.list": ["GET", "/users"], "users.create": ["POST", "/users"] } },
  },
};

export function require(path: string): { readonly [name: string]: unknown } {
  required.push(path);
  return modules[path]!;
}

/**
 * Controllers: actions below one path.
 *
 * @module
 */
import { recordOf } from "./action.ts";
import type { Controller } from "./contract/action.ts";
import { checkName } from "./contract/keys.ts";
import { parsePath } from "./contract/path.ts";

interface LooseController {
  readonly name?: string;
  readonly description?: string;
  readonly path: string;
  readonly actions: { readonly [name: string]: unknown };
}

const OPTIONS = new Set(["name", "description", "path", "actions"]);

/** Makes a controller. @throws TypeError when it holds something that is no action, or a name that cannot be a key's. */
export function defineController(definition: LooseController): Controller<never, never> {
  const what = `define controller${definition.name === undefined ? "" : ` "${definition.name}"`}`;
  for (const key of Object.keys(definition)) {
    if (!OPTIONS.has(key)) throw new TypeError(`Cannot ${what}: it has no option "${key}"`);
  }
  if (typeof definition.path !== "string") throw new TypeError(`Cannot ${what}: it has no path`);
  if (typeof definition.actions !== "object" || definition.actions === null) {
    throw new TypeError(`Cannot ${what}: it has no actions`);
  }
  parsePath(definition.path);
  for (const [name, action] of Object.entries(definition.actions)) {
    checkName("the name of an action", name);
    if (recordOf(action) === undefined) throw new TypeError(`Cannot ${what}: "${name}" is not an action`);
  }
  return Object.freeze({ ...definition, actions: Object.freeze({ ...definition.actions }) }) as never;
}

/**
 * What a document says of an action, as far as one can choose by it.
 *
 * @module
 */
import type { Plan } from "../dispatch.ts";
import type { Description } from "../router.ts";

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

/** An action, and what is said of it. */
export interface ActionFacts {
  readonly plan: Plan;
  readonly facts: OpenAPIAction;
}

/** Reads what is said of an action. `base` is what the document leaves out of its pattern. */
export function toFacts(plan: Plan, base: string, controllers: ReadonlyMap<string, Description>): ActionFacts {
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

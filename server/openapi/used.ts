/**
 * Keeps of components what a document refers to.
 *
 * @module
 */
import type { OpenAPIComponents } from "./types.ts";

/** Components to choose from. */
export type Parts = Pick<OpenAPIComponents, "schemas" | "responses">;

/** The components that `root` refers to, and the ones that these do. */
export function keepUsed({ schemas, responses }: Parts, root: unknown): Parts {
  const used = new Set<string>();
  const all: Readonly<Record<string, Readonly<Record<string, unknown>>>> = { schemas, responses };
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      if (key === "$ref" && typeof inner === "string") follow(inner);
      else visit(inner);
    }
  };
  const follow = (reference: string): void => {
    const [, kind = "", name = ""] = /^#\/components\/(\w+)\/([\w.-]+)$/.exec(reference) ?? [];
    if (used.has(reference) || all[kind]?.[name] === undefined) return;
    used.add(reference);
    visit(all[kind][name]);
  };
  visit(root);
  const keep = <T>(kind: string, parts: Readonly<Record<string, T>>): Readonly<Record<string, T>> =>
    Object.fromEntries(Object.entries(parts).filter(([name]) => used.has(`#/components/${kind}/${name}`)));
  return { schemas: keep("schemas", schemas), responses: keep("responses", responses) };
}

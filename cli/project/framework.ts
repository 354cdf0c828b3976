/**
 * Which framework a project serves its pages with, told by its dependencies.
 *
 * @module
 */

/** What `igniter init --framework` takes. */
export type FrameworkName = "deno" | "nextjs" | "fresh" | "express" | "hono";

/** The packages that tell, the most particular first: an app of Next may well use Express beside it. */
const TELLING: readonly (readonly [name: string, framework: FrameworkName])[] = [
  ["next", "nextjs"],
  ["@fresh/core", "fresh"],
  ["fresh", "fresh"],
  ["express", "express"],
  ["hono", "hono"],
  ["@hono/hono", "hono"],
];

/** Tells the framework; "deno" is for a project that has none. */
export function detectFramework(dependencies: Readonly<Record<string, string>>): FrameworkName {
  return TELLING.find(([name]) => Object.hasOwn(dependencies, name))?.[1] ?? "deno";
}

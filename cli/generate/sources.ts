/**
 * A project's sources, as plans read them.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { findRouterFile, type Project } from "../project/find.ts";
import type { Sources } from "./plan.ts";

const ENDING = /from\s*["']\.{1,2}\/[^"']*\.tsx?["']/;

/** Opens the sources around a project's router. @throws CliError when there is no router. */
export function openSources(project: Project, from: string, given?: string): Sources {
  const file = findRouterFile(project, from, given);
  const router = relative(project.root, file).split(sep).join("/");
  const folder = dirname(router);
  return {
    base: folder === "." ? "" : `${folder}/`,
    router,
    // Deno reads no other; elsewhere it is as the router's own imports have it.
    ending: project.runtime === "deno" || ENDING.test(Deno.readTextFileSync(file)) ? ".ts" : "",
    runtime: project.runtime,
    hasAssert: Object.hasOwn(project.dependencies, "@std/assert"),
    read: (path) => {
      const place = join(project.root, path);
      return existsSync(place) ? Deno.readTextFileSync(place) : undefined;
    },
  };
}

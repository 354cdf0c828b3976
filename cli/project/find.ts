/**
 * Finds the project that a command is called in.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { CliError } from "../errors.ts";
import { parseJsonc, toProjectConfig } from "./config.ts";
import { detectFramework, type FrameworkName } from "./framework.ts";

/** A project. */
export interface Project {
  /** Its folder. */
  readonly root: string;
  /** Who runs it: Deno with a `deno.json`, or Node with a `package.json` alone. */
  readonly runtime: "deno" | "node";
  /** The framework of its pages. */
  readonly framework: FrameworkName;
  /** What its sources may import by name. */
  readonly dependencies: Readonly<Record<string, string>>;
}

const CONFIGS = ["deno.json", "deno.jsonc", "package.json"];
const ROUTERS = ["src/igniter.router.ts", "igniter.router.ts"];

/** Finds the project whose folder `from` is in, or is. @throws CliError where there is none. */
export function findProject(from: string): Project {
  for (let folder = resolve(from);; folder = dirname(folder)) {
    const found = CONFIGS.filter((name) => existsSync(join(folder, name)));
    if (found.length > 0) return readProject(folder, found);
    if (dirname(folder) === folder) break;
  }
  throw new CliError(`Cannot find a project: neither ${from} nor a folder above it has a deno.json or package.json`, {
    hint: `"igniter init my-app" begins one.`,
  });
}

function readProject(root: string, configs: readonly string[]): Project {
  const dependencies: Record<string, string> = {};
  for (const name of configs) {
    const path = join(root, name);
    Object.assign(dependencies, toProjectConfig(parseJsonc(Deno.readTextFileSync(path), path)).dependencies);
  }
  const runtime = configs.some((name) => name.startsWith("deno")) ? "deno" : "node";
  return { root, runtime, framework: detectFramework(dependencies), dependencies };
}

/**
 * Finds the file that exports the router: the given one, or where `igniter init` puts it, in the folder `from`, or one
 * above it that still belongs to the project.
 *
 * @throws CliError when it is not there.
 */
export function findRouterFile({ root }: Pick<Project, "root">, from: string, given?: string): string {
  if (given !== undefined) {
    const path = resolve(from, given);
    if (existsSync(path)) return path;
    throw new CliError(`Cannot find the router: there is no file ${given}`);
  }
  for (let folder = resolve(from);; folder = dirname(folder)) {
    const path = ROUTERS.map((name) => join(folder, name)).find((path) => existsSync(path));
    if (path !== undefined) return path;
    if (folder === root || dirname(folder) === folder) break;
  }
  throw new CliError(`Cannot find the router: ${root} has no ${ROUTERS.join(" or ")}`, {
    hint: `"--router path/to/file.ts" names the file that exports it.`,
  });
}

/**
 * `igniter info`: what a bug report should name, and no secrets.
 *
 * @module
 */
import { Command } from "@cliffy/command";
import { relative } from "node:path";
import type { AnyCommand } from "./command.ts";
import { CliError } from "./errors.ts";
import { print, toTable } from "./output.ts";
import { findDrivers } from "./project/drivers.ts";
import { findProject, findRouterFile, type Project } from "./project/find.ts";
import { inspectRouter } from "./project/inspect.ts";
import { VERSION } from "./version.ts";

/** Packages whose version matters to what Igniter does. */
const TELLING = [
  "@tanstack/react-query",
  "bullmq",
  "express",
  "@fresh/core",
  "hono",
  "ioredis",
  "next",
  "react",
  "zod",
];

/** What is told. A part of it that is unknown says why in place of its value. */
export interface Info {
  /** This program's version. */
  readonly igniter: string;
  /** The Deno that runs it. */
  readonly deno: string;
  /** The Node on the PATH. */
  readonly node: string;
  /** The system. */
  readonly os: string;
  /** The project the command is called in. */
  readonly project: ProjectInfo | { readonly problem: string };
}

/** What is told of a project. */
export interface ProjectInfo {
  /** Who runs it. */
  readonly runtime: string;
  /** What serves its pages. */
  readonly framework: string;
  /** Igniter and the packages it works with, as the project asks for them. */
  readonly packages: Readonly<Record<string, string>>;
  /** Igniter's drivers that its sources name. */
  readonly drivers: readonly string[];
  /** Its router. */
  readonly router: RouterInfo | { readonly problem: string };
}

/** What is told of a router. */
export interface RouterInfo {
  /** The file, seen from the project's folder. */
  readonly file: string;
  /** The path of all routes. */
  readonly basePath: string;
  /** How many actions it has. */
  readonly actions: number;
  /** What the application has enabled. */
  readonly features: readonly string[];
}

/** Makes the command. */
export function createInfoCommand(): AnyCommand {
  return new Command()
    .description("Show versions, framework, drivers and features: what a bug report should name. It has no secrets.")
    .option("--router <file:file>", "The file that exports the router.")
    .option("--json", "Write JSON.")
    .example("For a bug report", "igniter info")
    .action(async ({ router, json }) => {
      const info = await readInfo(Deno.cwd(), router);
      if (json) return print(JSON.stringify(info, null, 2));
      for (const line of toLines(info)) print(line);
    });
}

/** Lays it out for people. */
export function toLines({ igniter, deno, node, os, project }: Info): string[] {
  const rows: (readonly [string, string])[] = [["igniter", igniter], ["deno", deno], ["node", node], ["os", os]];
  if ("problem" in project) rows.push(["project", project.problem]);
  else {
    const { router, packages } = project;
    rows.push(["runtime", project.runtime], ["framework", project.framework]);
    rows.push(["drivers", project.drivers.join(", ") || "none"]);
    if ("problem" in router) rows.push(["router", router.problem]);
    else {
      rows.push(["router", `${router.file}, ${router.actions} actions under ${router.basePath}`]);
      rows.push(["features", router.features.join(", ") || "none"]);
    }
    rows.push(...Object.entries(packages));
  }
  return toTable(rows);
}

/** Hides what a URL may hold of secrets: user, password and query. */
export function withoutSecrets(text: string): string {
  return text.replace(/\/\/[^/\s@]*@/g, "//***@").replace(/\?.*$/, "?***");
}

async function readInfo(folder: string, router: string | undefined): Promise<Info> {
  const { version, build } = Deno;
  return {
    igniter: VERSION,
    deno: `${version.deno} (TypeScript ${version.typescript}, V8 ${version.v8})`,
    node: await readNodeVersion(),
    os: `${build.os} ${build.arch} ${Deno.osRelease()}`,
    project: await orProblem(async () => {
      const project = findProject(folder);
      return await readProject(project, folder, router);
    }),
  };
}

async function readProject(project: Project, folder: string, given: string | undefined): Promise<ProjectInfo> {
  const { root, runtime, framework, dependencies } = project;
  const packages = ["@igniter-js/core", ...TELLING].filter((name) => Object.hasOwn(dependencies, name));
  return {
    runtime,
    framework,
    packages: Object.fromEntries(packages.map((name) => [name, withoutSecrets(dependencies[name] ?? "")])),
    drivers: findDrivers(root),
    router: await orProblem(async () => {
      const router = findRouterFile(project, folder, given);
      const { basePath, routes, features } = await inspectRouter(project, { router });
      return { file: relative(root, router), basePath, actions: routes.length, features };
    }),
  };
}

/** What cannot be told is said, in one line: whoever reports a bug may report that one. */
async function orProblem<T>(read: () => Promise<T>): Promise<T | { readonly problem: string }> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof CliError) return { problem: withoutSecrets(error.message.split("\n")[0] ?? "") };
    throw error;
  }
}

async function readNodeVersion(): Promise<string> {
  try {
    const { stdout } = await new Deno.Command("node", { args: ["--version"], stderr: "null" }).output();
    return new TextDecoder().decode(stdout).trim().replace(/^v/, "");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "none";
    throw error;
  }
}

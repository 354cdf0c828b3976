/**
 * `igniter routes`: what a project's router answers to.
 *
 * @module
 */
import { Command } from "@cliffy/command";
import type { AnyCommand } from "./command.ts";
import { paint, print, printError, toTable } from "./output.ts";
import { findProject, findRouterFile } from "./project/find.ts";
import { inspectRouter } from "./project/inspect.ts";
import type { Inspection } from "./project/inspection.ts";

/** Makes the command. */
export function createRoutesCommand(): AnyCommand {
  return new Command()
    .description("List the project's actions: methods, paths, keys, procedures and schemas.")
    .option("--router <file:file>", "The file that exports the router.")
    .option("--json", "Write JSON, with descriptions.")
    .example("The table", "igniter routes")
    .example(
      "The paths of all mutations, by jq",
      `igniter routes --json | jq -r '.routes[] | select(.kind == "mutation").path'`,
    )
    .action(async ({ router, json }) => {
      const project = findProject(Deno.cwd());
      const inspection = await inspectRouter(project, { router: findRouterFile(project, Deno.cwd(), router) });
      if (json) return print(JSON.stringify({ basePath: inspection.basePath, routes: inspection.routes }, null, 2));
      const [heading, ...lines] = toRoutesTable(inspection);
      print(paint("bold", heading ?? ""));
      for (const line of lines) print(line);
      const { length } = inspection.routes;
      printError(`${length} action${length === 1 ? "" : "s"} under ${inspection.basePath}`);
    });
}

/** The table's lines, the heading first. */
export function toRoutesTable({ routes }: Pick<Inspection, "routes">): string[] {
  return toTable([
    ["METHOD", "PATH", "KEY", "PROCEDURES", "SCHEMAS"],
    ...routes.map(({ method, path, key, kind, procedures, schemas, plugin, deprecated }) => [
      kind === "stream" ? `${method} (stream)` : method,
      path,
      key + (plugin === undefined ? "" : " (plugin)") + (deprecated ? " (deprecated)" : ""),
      procedures.join(", ") || "-",
      schemas.join(", ") || "-",
    ]),
  ]);
}

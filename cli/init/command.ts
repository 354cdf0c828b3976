/**
 * `igniter init`: begins a project.
 *
 * @module
 */
import { Command, EnumType, ValidationError } from "@cliffy/command";
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { AnyCommand } from "../command.ts";
import { CliError } from "../errors.ts";
import { VERSION } from "../version.ts";
import { applyPlan, checkTarget } from "./apply.ts";
import { DATABASES } from "./databases.ts";
import { FEATURES } from "./features.ts";
import type { FeatureName } from "./features.ts";
import { FRAMEWORKS } from "./frameworks.ts";
import { readLink } from "./link.ts";
import type { InitOptions } from "./options.ts";
import { planInit } from "./plan.ts";
import { showNext, showPlan } from "./show.ts";

/** What may be asked for; `undefined` for what no flag says. */
export type Given = Partial<Pick<InitOptions, "framework" | "features" | "database" | "docker">>;

/** What is taken where nobody says anything. */
const DEFAULTS: Required<Given> = {
  framework: "deno",
  features: FEATURES.map(({ name }) => name),
  database: "none",
  docker: false,
};

/** Makes the command. */
export function createInitCommand(): AnyCommand {
  return new Command()
    .description("Begin a project: an API, a page that calls it, tests. On a terminal it asks for what no flag says.")
    .type("framework", new EnumType(FRAMEWORKS.map(({ name }) => name)))
    .type("database", new EnumType(DATABASES.map(({ name }) => name)))
    .arguments("[dir:string]")
    .option("--framework <name:framework>", "What serves it.")
    .option("--features <names:string>", `Features of Igniter: ${names(FEATURES)}, with commas; or none.`)
    .option("--database <name:database>", "What keeps its tables.")
    .option("--docker", "Write a Dockerfile and a docker-compose.yml.")
    .option("--yes", "Ask nothing: take the defaults for what no flag says.")
    .option("--force", "Write into a folder that is not empty; nothing is deleted, files of the plan are replaced.")
    .option("--no-git", "Do not begin a git repository; inside of one none is begun.")
    .option("--no-install", "Do not install packages.")
    .option("--link <checkout:string>", "Use the checkout of Igniter in that folder, not the published package.")
    .example("Answer questions", "igniter init my-app")
    .example("Everything, on Hono, with SQLite", "igniter init my-app --framework hono --database sqlite --yes")
    .example("An API without jobs and live updates", "igniter init my-app --features store --yes")
    .action(async (flags, dir) => {
      const given: Given = {
        ...(flags.framework !== undefined && { framework: flags.framework }),
        ...(flags.features !== undefined && { features: readFeatures(flags.features) }),
        ...(flags.database !== undefined && { database: flags.database }),
        ...(flags.docker !== undefined && { docker: flags.docker }),
      };
      const link = flags.link === undefined ? undefined : readLink(flags.link);
      const force = flags.force === true;
      const isAsking = flags.yes !== true && isTerminal();
      // Loaded where somebody is asked.
      const prompts = isAsking ? await import("./ask.ts") : undefined;

      const folder = resolve(dir ?? await prompts?.askFolder() ?? ".");
      checkTarget(folder, { force });
      const chosen = { ...DEFAULTS, ...given, ...await prompts?.askChoices(given, DEFAULTS) };
      const plan = planInit({
        ...chosen,
        name: toName(folder),
        git: flags.git && !isInRepository(folder),
        install: flags.install,
        version: VERSION,
        cookieSecret: crypto.randomUUID() + crypto.randomUUID(),
        link,
      });
      showPlan(folder, plan);
      await prompts?.confirmPlan();
      await applyPlan(folder, plan, { force });
      showNext(folder, plan);
    });
}

/** Both ways: what is asked must be seen, and answered. */
function isTerminal(): boolean {
  return Deno.stdin.isTerminal() && Deno.stdout.isTerminal();
}

/** A repository inside another one is seldom wanted. */
function isInRepository(folder: string): boolean {
  if (existsSync(join(folder, ".git"))) return true;
  const parent = dirname(folder);
  return parent !== folder && isInRepository(parent);
}

function readFeatures(text: string): FeatureName[] {
  if (text.trim() === "none") return [];
  return text.split(",").map((name) => {
    const feature = FEATURES.find((feature) => feature.name === name.trim());
    if (feature !== undefined) return feature.name;
    // "none" is a choice of its own: called unknown it would stand in the list of what is known.
    if (name.trim() === "none") throw new ValidationError('"none" is without other features: "--features none".');
    throw new ValidationError(`Unknown feature "${name.trim()}". There are ${names(FEATURES)}, and none.`);
  });
}

/** The folder's name, as package names are written. */
function toName(folder: string): string {
  const last = folder.split(/[\\/]/).findLast((part) => part !== "") ?? "";
  const name = last.toLowerCase().replace(/[^a-z0-9._-]+/g, "-").replace(/^[._-]+|[._-]+$/g, "");
  if (name === "") throw new CliError(`Cannot name the project: "${last}" has no letter and no digit`);
  return name;
}

function names(choices: readonly { readonly name: string }[]): string {
  return choices.map(({ name }) => name).join(", ");
}

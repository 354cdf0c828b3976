/**
 * `igniter generate`: adds to a project, and makes documents of it.
 *
 * @module
 */
import { Command } from "@cliffy/command";
import type { AnyCommand } from "../command.ts";
import { CliError } from "../errors.ts";
import { parseJsonc } from "../project/config.ts";
import { findProject, type Project } from "../project/find.ts";
import { applyPlan } from "./apply.ts";
import { CLIENT_SCHEMA, toOpenAPIKind, writeDocument } from "./documents.ts";
import { planFeature } from "./feature.ts";
import { toNames, toPlainNames } from "./names.ts";
import { planController, planJob, planProcedure } from "./parts.ts";
import type { GeneratePlan, Sources } from "./plan.ts";
import { openSources } from "./sources.ts";

/** Makes the command with its sub-commands. */
export function createGenerateCommand(): AnyCommand {
  const group: AnyCommand = new Command()
    .description("Add a feature or a part of one to the project, or write its client schema or OpenAPI document.")
    .alias("g")
    .example("A feature with a controller, a table and a test", "igniter generate feature product")
    .example("The schema for clients that use REST paths", "igniter generate schema");
  group.command("feature", createFeatureCommand());
  group.command("controller", createControllerCommand());
  group.command("procedure", createProcedureCommand());
  group.command("job", createJobCommand());
  group.command("schema", createSchemaCommand());
  group.command("openapi", createOpenAPICommand());
  return group;
}

/** What all that write sources have in common. */
function createPartCommand() {
  return new Command()
    .option("--router <file:file>", "The file that exports the router.")
    .option("--dry-run", "Show what would be written, and write nothing.")
    .option("--force", "Overwrite files that are there.")
    .arguments("<name:string>");
}

interface PartOptions {
  readonly router?: string | undefined;
  readonly dryRun?: boolean | undefined;
  readonly force?: boolean | undefined;
}

async function generate(options: PartOptions, plan: (sources: Sources) => GeneratePlan): Promise<void> {
  const folder = Deno.cwd();
  const project: Project = findProject(folder);
  await applyPlan(project, plan(openSources(project, folder, options.router)), options);
}

function createFeatureCommand(): AnyCommand {
  return createPartCommand()
    .description("Add a feature: a controller with list, byId and create, a procedure, types, a table and a test.")
    .option(
      "--plural <word:string>",
      "The plural, where it is not what one would think; then the name is the singular.",
    )
    .option("--no-register", "Leave the router's file alone.")
    .example("src/features/product, at /api/v1/products", "igniter generate feature product")
    .example("In any case, singular or plural", "igniter generate feature BlogPosts")
    .example("What it would write", "igniter generate feature product --dry-run")
    .action(async (options, name) => {
      const names = toNames(name, options.plural);
      await generate(options, (sources) => planFeature(sources, names, options));
    });
}

function createControllerCommand(): AnyCommand {
  return createPartCommand()
    .description("Add a controller to a feature.")
    .option("--feature <name:string>", "The feature it belongs to; without one it gets its own.")
    .option(
      "--plural <word:string>",
      "The plural, where it is not what one would think; then the name is the singular.",
    )
    .option("--no-register", "Leave the router's file alone.")
    .example(
      "src/features/product/controllers/review.controller.ts",
      "igniter generate controller review --feature product",
    )
    .action(async (options, name) => {
      const names = toNames(name, options.plural);
      const feature = options.feature === undefined ? names : toNames(options.feature);
      await generate(options, (sources) => planController(sources, names, feature, options));
    });
}

function createProcedureCommand(): AnyCommand {
  return createPartCommand()
    .description("Add a procedure: what runs before an action, adds to its context or answers for it.")
    .option("--feature <name:string>", "The feature it belongs to; without one it stands in src/procedures.")
    .example("src/procedures/tenant.procedure.ts", "igniter generate procedure tenant")
    .example("In a feature", "igniter generate procedure owned-product --feature product")
    .action(async (options, name) => {
      const names = toPlainNames(name);
      const feature = options.feature === undefined ? undefined : toNames(options.feature);
      await generate(options, (sources) => planProcedure(sources, names, feature));
    });
}

function createJobCommand(): AnyCommand {
  return createPartCommand()
    .description("Add a job, and make it known in src/services/jobs.ts.")
    .option("--feature <name:string>", `The feature it belongs to, and its namespace; without one that is "tasks".`)
    .option("--no-register", "Leave src/services/jobs.ts alone.")
    .example(
      'igniter.jobs.product.schedule({ task: "sendInvoice", … })',
      "igniter generate job send-invoice --feature product",
    )
    .action(async (options, name) => {
      const names = toPlainNames(name);
      const feature = options.feature === undefined ? undefined : toNames(options.feature);
      await generate(options, (sources) => planJob(sources, names, feature, options));
    });
}

function createSchemaCommand(): AnyCommand {
  return new Command()
    .description("Write the schema by which clients call the REST paths: method and path of each action.")
    .option("--router <file:file>", "The file that exports the router.")
    .option(
      "--out <file:file>",
      `The file to write, "-" for the output. Without it: igniter.schema.ts beside the router.`,
    )
    .option("--check", "Write nothing; fail when the file is not up to date.")
    .option("--force", "Overwrite a file that is no such schema.")
    .example("src/igniter.schema.ts", "igniter generate schema")
    .example("In CI", "igniter generate schema --check")
    .action((options) => writeDocument(CLIENT_SCHEMA, options));
}

function createOpenAPICommand(): AnyCommand {
  return new Command()
    .description("Write the OpenAPI 3.1 document of the project's router.")
    .option("--router <file:file>", "The file that exports the router.")
    .option("--out <file:file>", `The file to write, "-" for the output. Without it: openapi.json in the project.`)
    .option("--title <text:string>", "The name of the API.")
    .option("--api-version <version:string>", "The version of the API.")
    .option(
      "--options <file:file>",
      "A JSON file with more options of toOpenAPI(): servers, security, securitySchemes.",
    )
    .option("--check", "Write nothing; fail when the file is not up to date.")
    .option("--force", "Overwrite a file that is no such document.")
    .example("openapi.json", "igniter generate openapi --title Shop --api-version 1.2.0")
    .example("In CI", "igniter generate openapi --check")
    .action(({ title, apiVersion, options: file, ...options }) => {
      const more = file === undefined ? {} : parseJsonc(readText(file), file);
      if (title !== undefined) more["title"] = title;
      if (apiVersion !== undefined) more["version"] = apiVersion;
      return writeDocument(toOpenAPIKind(more), options);
    });
}

function readText(file: string): string {
  try {
    return Deno.readTextFileSync(file);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new CliError(`Cannot read ${file}: there is no such file`, { cause: error });
  }
}

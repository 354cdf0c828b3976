/**
 * The `igniter` command: begins a project, runs it in development, adds to it and describes it.
 *
 * ```sh
 * deno run -A jsr:@igniter-js/core/cli init my-app
 * ```
 *
 * @module
 */
import { Command, ValidationError } from "@cliffy/command";
import { CompletionsCommand } from "@cliffy/command/completions";
import type { AnyCommand } from "./command.ts";
import { createDevCommand } from "./dev/command.ts";
import { CliError } from "./errors.ts";
import { createGenerateCommand } from "./generate/command.ts";
import { createInitCommand } from "./init/command.ts";
import { createInfoCommand } from "./info.ts";
import { paintError, printError } from "./output.ts";
import { createRoutesCommand } from "./routes.ts";
import { VERSION } from "./version.ts";

/** Runs a command line, without the program's name, and gives the exit code: 0, 1 for a failure, 2 for wrong usage. */
export async function run(args: readonly string[]): Promise<number> {
  const program = createProgram();
  try {
    await program.parse([...args]);
    return 0;
  } catch (error) {
    return tell(error);
  }
}

/** Every command. What is said to the chain after the first `.command()` would be said to that command. */
function createProgram(): AnyCommand {
  const program: AnyCommand = new Command()
    .name("igniter")
    .version(VERSION)
    .description("Igniter: typed APIs for TypeScript, served over HTTP, as RPC and in process.")
    .example("Begin a project", "igniter init my-app")
    .example("Run it while you work", "igniter dev --interactive")
    .noExit();
  program.command("init", createInitCommand());
  program.command("dev", createDevCommand());
  program.command("generate", createGenerateCommand());
  program.command("routes", createRoutesCommand());
  program.command("info", createInfoCommand());
  program.command("completions", new CompletionsCommand());
  return program;
}

/** Writes what went wrong, and gives the exit code. */
function tell(error: unknown): number {
  if (error instanceof ValidationError) {
    const command = error.cmd?.getPath() ?? "igniter";
    printError(`${paintError("red", "error:")} ${error.message}`);
    printError(`Run "${command} --help" to see what there is.`);
    return error.exitCode;
  }
  if (error instanceof CliError) {
    printError(`${paintError("red", "error:")} ${error.message}`);
    if (error.hint !== undefined) printError(error.hint);
    return error.exitCode;
  }
  // Ours: with its stack it can be reported.
  const text = error instanceof Error ? error.stack ?? error.message : String(error);
  printError(`${paintError("red", "error:")} Igniter itself failed. "igniter info" says what a report should name.`);
  printError(text);
  return 1;
}

if (import.meta.main) Deno.exit(await run(Deno.args));

/**
 * `igniter dev`: runs the project while it is worked on.
 *
 * @module
 */
import { Command, EnumType } from "@cliffy/command";
import { isAbsolute, relative, resolve } from "node:path";
import type { AnyCommand } from "../command.ts";
import { print, printError } from "../output.ts";
import { findProject, type Project } from "../project/find.ts";
import type { FrameworkName } from "../project/framework.ts";
import { runDashboard } from "./dashboard/dashboard.ts";
import { readEnvFile } from "./env_file.ts";
import { createPlainOutput } from "./plain.ts";
import { findFreePort } from "./ports.ts";
import { type RunningSession, startSession } from "./session.ts";

const FRAMEWORKS = ["deno", "nextjs", "fresh", "express", "hono"] as const;
const DEFAULT_PORT = 3000;

/** Makes the command. */
export function createDevCommand(): AnyCommand {
  return new Command()
    .description("Start the project, restart it on changes, and show what it does.")
    .type("framework", new EnumType(FRAMEWORKS))
    .option("-i, --interactive", "Show the dashboard: processes, requests, jobs, connections.")
    .option("--framework <name:framework>", "The framework to start. Default: what the project depends on.")
    .option("-p, --port <number:integer>", "The first port to try. Default: PORT, or 3000.")
    .option("--entry <file:file>", "The file to start. Default: main.ts.")
    .option("--cmd <command:string>", "The command to start in place of the framework's.")
    .example("Plain lines", "igniter dev")
    .example("The dashboard", "igniter dev --interactive")
    .example("Next.js beside the dashboard", "igniter dev --interactive --framework nextjs")
    .example("Another way to start it", 'igniter dev --cmd "deno run -A --unstable-kv main.ts"')
    .action(async ({ interactive = false, framework, port, entry, cmd }) => {
      const project = findProject(Deno.cwd());
      await runDev(project, { interactive, framework, port, entry: toEntry(project, entry), cmd });
    });
}

interface Asked {
  readonly interactive: boolean;
  readonly framework: FrameworkName | undefined;
  readonly port: number | undefined;
  readonly entry: string | undefined;
  readonly cmd: string | undefined;
}

/** Runs until it is ended. */
async function runDev(project: Project, asked: Asked): Promise<void> {
  const screen = asked.interactive && Deno.stdin.isTerminal() && Deno.stdout.isTerminal();
  if (asked.interactive && !screen) printError("This is no terminal: plain lines in place of the dashboard.");
  const first = asked.port ?? portOf(project.root) ?? DEFAULT_PORT;
  const port = findFreePort(first);
  const session = startSession({
    project,
    framework: asked.framework ?? project.framework,
    entry: asked.entry,
    cmd: asked.cmd,
    port,
    notes: port === first ? [] : [`Port ${first} is in use: it is ${port} this time`],
    observer: screen ? undefined : createPlainOutput(print),
  });
  const forget = onSignals(session);
  try {
    if (screen) await runDashboard(session);
    else await session.ended;
  } finally {
    await session.stop();
    forget();
  }
}

/** The first signal ends the session in order, the second one by force. */
function onSignals(session: RunningSession): () => void {
  let asked = false;
  const end = (): void => {
    if (asked) session.kill();
    asked = true;
    session.stop().catch((error) => printError(String(error)));
  };
  const names: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT", "SIGBREAK"] : ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const name of names) Deno.addSignalListener(name, end);
  return () => {
    for (const name of names) Deno.removeSignalListener(name, end);
  };
}

/** The entry is named from where the command is called, and started from the project's folder. */
function toEntry({ root }: Project, entry: string | undefined): string | undefined {
  if (entry === undefined) return undefined;
  const path = relative(root, resolve(entry));
  return isAbsolute(path) ? path : path.replaceAll("\\", "/");
}

/** The port that the environment or the project's `.env` names. */
function portOf(root: string): number | undefined {
  const port = Number(Deno.env.get("PORT") ?? readEnvFile(root)["PORT"]);
  return Number.isInteger(port) && port > 0 ? port : undefined;
}

/**
 * Loads a project's router in a process of its own, and gives what it says of itself.
 *
 * Nothing begins there: the process may neither reach the network nor listen nor start programs, Igniter starts no
 * workers in it, and it ends when it has answered. What the project prints does not get through.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { CliError } from "../errors.ts";
import type { Project } from "./find.ts";
// The text of inspect_child.ts, packed by "deno task templates": the CLI may come from anywhere, and the program runs
// where the project is.
import program from "./inspect_child.json" with { type: "json" };
import type { DocumentRequest, Inspection, InspectionAnswer, InspectionRequest } from "./inspection.ts";
import { readAliases } from "./tsconfig.ts";

/** Milliseconds after which a router that does not load is given up. */
const PATIENCE = 60_000;

/** What to inspect. */
export interface InspectOptions {
  /** The file that exports the router. */
  readonly router: string;
  /** What to make of it beside the list of its actions. */
  readonly document?: DocumentRequest;
  /** Milliseconds to wait. @default 60_000 */
  readonly patience?: number;
}

/** Loads a router. @throws CliError when it cannot be loaded; the message says why. */
export async function inspectRouter(project: Project, options: InspectOptions): Promise<Inspection> {
  const mark = `igniter-inspection-${crypto.randomUUID()} `;
  const request: InspectionRequest = {
    module: pathToFileURL(options.router).href,
    mark,
    ...(options.document === undefined ? {} : { document: options.document }),
  };
  const { stdout, stderr, late } = await runProgram(toArguments(project, request), project.root, options.patience);
  const what = `Cannot load ${relative(Deno.cwd(), options.router)}`;
  if (late) throw new CliError(`${what}: it was not loaded after ${(options.patience ?? PATIENCE) / 1000} s`);
  const line = stdout.split("\n").findLast((line) => line.startsWith(mark));
  if (line === undefined) throw new CliError(`${what}: the process ended without an answer`, { hint: stderr.trim() });
  const answer: InspectionAnswer = JSON.parse(line.slice(mark.length));
  if (answer.ok) return answer.inspection;
  throw new CliError(`${what}: ${answer.reason}`, toHint(answer.reason, answer.stack));
}

/** The command line of the process, without the program, which is its input. */
export function toArguments(
  project: Pick<Project, "root" | "runtime" | "framework">,
  request: InspectionRequest,
): string[] {
  const { root, runtime, framework } = project;
  const args = ["run", "-A", "--deny-net", "--deny-run", "--no-prompt", "--quiet"];
  if (existsSync(join(root, ".env"))) args.push(`--env-file=${join(root, ".env")}`);
  if (runtime === "node") {
    // A lock file of Deno's is nothing to leave behind there; imports without endings are how many such projects write.
    args.push("--no-lock", "--unstable-sloppy-imports");
    const aliases = readAliases(root);
    if (aliases !== undefined) {
      args.push(`--import-map=data:application/json,${encodeURIComponent(JSON.stringify(aliases))}`);
    }
  }
  // "server-only" fails everywhere else.
  if (framework === "nextjs") args.push("--conditions=react-server");
  return [...args, "-", JSON.stringify(request)];
}

interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly late: boolean;
}

async function runProgram(args: readonly string[], cwd: string, patience = PATIENCE): Promise<Outcome> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd,
    env: { NO_COLOR: "1", RUST_BACKTRACE: "0" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill("SIGKILL");
  }, patience);
  try {
    const output = child.output();
    const writer = child.stdin.getWriter();
    // A process that ended at once does not read: its output says why.
    await writer.write(new TextEncoder().encode(program.source)).then(() => writer.close()).catch(() => {});
    const { stdout, stderr } = await output;
    return { stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr), late };
  } finally {
    clearTimeout(timer);
  }
}

function toHint(reason: string, stack: string | undefined): { readonly hint?: string } {
  if (/Requires (?:net|run) access/.test(reason)) {
    return {
      hint:
        "A module connects, listens or starts a program while it is loaded. Do that in main.ts, or when it is first used.",
    };
  }
  const hint = stack?.split("\n").filter((line) => line.trimStart().startsWith("at ")).slice(0, 5).join("\n");
  return hint === undefined || hint === "" ? {} : { hint };
}

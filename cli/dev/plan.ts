/**
 * What `igniter dev` starts, as data: from what was asked for and what the project is.
 *
 * @module
 */
import { CliError } from "../errors.ts";
import type { FrameworkName } from "../project/framework.ts";
import { PORT_VARIABLE, TOKEN_VARIABLE } from "./agent.ts";

/** What was asked for. */
export interface DevOptions {
  readonly framework: FrameworkName;
  /** The application's entry, from the project's folder. @default "main.ts" */
  readonly entry?: string | undefined;
  /** Started in place of what the framework would be started by. */
  readonly cmd?: string | undefined;
}

/** What is known of the project and this machine. */
export interface DevFacts {
  /** The project's folder. */
  readonly root: string;
  readonly runtime: "deno" | "node";
  /** The Deno that runs this. */
  readonly deno: string;
  readonly windows: boolean;
  /** A free port. */
  readonly port: number;
  /** The agent's file, as a URL. */
  readonly agent: string;
  readonly feed: { readonly port: number; readonly token: string };
  /** The NODE_OPTIONS that are set already. */
  readonly nodeOptions: string | undefined;
  /** Tells whether the project has a file. */
  exists(path: string): boolean;
}

/** What to start. */
export interface DevPlan {
  /** The process's name, as its tab shows it. */
  readonly name: string;
  readonly argv: readonly string[];
  /** What is added to the environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Whether it is given what the project's `.env` says; a framework reads its own files. */
  readonly readsEnvFile: boolean;
  /** Whether a change restarts it; a framework that updates itself is only started anew when it has ended. */
  readonly restarts: boolean;
  /** What tells whether the sources can be loaded, before a running application is ended for them. */
  readonly check: readonly string[] | undefined;
}

/** The name of the first process: the application's, or that of `igniter dev` itself beside a framework's. */
export const IGNITER = "Igniter";

const DEFAULT_ENTRY = "main.ts";
const VITE_CONFIGS = ["vite.config.ts", "vite.config.mts", "vite.config.js", "vite.config.mjs"];
const TITLES: Readonly<Record<FrameworkName, string>> = {
  deno: IGNITER,
  express: IGNITER,
  hono: IGNITER,
  nextjs: "Next.js",
  fresh: "Fresh",
};

/** Plans what to start. @throws CliError when the project lacks it. */
export function planDev(options: DevOptions, facts: DevFacts): DevPlan {
  const { cmd } = options;
  const framework = serverOf(options, facts);
  const isOurs = TITLES[framework] === IGNITER;
  const base = { name: TITLES[framework], env: toEnvironment(facts), restarts: isOurs, readsEnvFile: isOurs };
  if (cmd !== undefined) return { ...base, argv: toShell(cmd, facts), check: undefined };
  switch (framework) {
    case "nextjs":
      return { ...base, argv: planNext(facts), check: undefined };
    case "fresh":
      return { ...base, argv: planFresh(facts), check: undefined };
    default:
      return { ...base, ...planEntry(options, facts) };
  }
}

/** A Fresh application without Vite is a program as any other: it has no server that would update it. */
function serverOf({ framework }: DevOptions, { exists }: DevFacts): FrameworkName {
  return framework === "fresh" && !VITE_CONFIGS.some(exists) ? "deno" : framework;
}

function toEnvironment({ port, agent, feed, nodeOptions }: DevFacts): Record<string, string> {
  return {
    NODE_ENV: "development",
    PORT: String(port),
    NODE_OPTIONS: `${nodeOptions === undefined ? "" : `${nodeOptions} `}--import=${agent}`,
    [PORT_VARIABLE]: String(feed.port),
    [TOKEN_VARIABLE]: feed.token,
  };
}

function planEntry({ entry = DEFAULT_ENTRY }: DevOptions, facts: DevFacts): Pick<DevPlan, "argv" | "check"> {
  const { root, runtime, deno, agent, exists } = facts;
  if (!exists(entry)) {
    throw new CliError(`Cannot start the application: ${root} has no ${entry}`, {
      hint: "--entry names the file to start, --cmd a command.",
    });
  }
  if (runtime === "node") {
    const tsx = "node_modules/tsx/dist/cli.mjs";
    return { argv: exists(tsx) ? ["node", tsx, entry] : ["node", entry], check: undefined };
  }
  return {
    argv: [deno, "run", "-A", `--preload=${agent}`, entry],
    check: [deno, "cache", "--quiet", entry],
  };
}

function planNext({ root, port, exists }: DevFacts): readonly string[] {
  const next = "node_modules/next/dist/bin/next";
  if (!exists(next)) {
    throw new CliError(`Cannot start Next.js: ${root} has no ${next}`, {
      hint: `Install the packages first ("npm install"), or name the command to start with --cmd.`,
    });
  }
  return ["node", next, "dev", "--port", String(port)];
}

/** Fresh's development server is Vite's. */
function planFresh({ deno, agent, port }: DevFacts): readonly string[] {
  return [deno, "run", "-A", `--preload=${agent}`, "npm:vite", "--port", String(port), "--strictPort"];
}

/** A command goes through the shell. Deno reads no NODE_OPTIONS: where it is what is run, it is told of the agent. */
function toShell(cmd: string, { windows, agent }: DevFacts): readonly string[] {
  const told = cmd.replace(/^(\S*\bdeno\s+(?:run|serve))(?=\s)/, `$1 --preload=${agent}`);
  return windows ? ["cmd", "/d", "/s", "/c", told] : ["sh", "-c", told];
}

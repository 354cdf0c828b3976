/**
 * `igniter dev` as a process of its own, without a terminal.
 *
 * @module
 */
import { join } from "node:path";
import process from "node:process";
import { readLines } from "../../../cli/dev/lines.ts";
import { root } from "../../project.ts";

/** A running `igniter dev`; disposing of it ends it by force, with what it started. */
export interface DevProcess extends AsyncDisposable {
  readonly pid: number;
  /** What it wrote so far. */
  readonly lines: readonly string[];
  /** Waits for a line, after the ones that were waited for before; gives it. */
  line(pattern: RegExp): Promise<string>;
  /** Waits until it says where the application answers. */
  answers(): Promise<string>;
  /** Sends it a signal. */
  signal(name: Deno.Signal): void;
  /** Waits for its end; gives its exit code. */
  ended(): Promise<number>;
}

/** As long as anything here may take: what takes longer hangs. */
const LIMIT = 30_000;

/** Starts it in a folder. */
export function startDev(
  folder: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): DevProcess {
  const config = Deno.env.get("IGNITER_CLI_CONFIG") ?? join(root, "deno.json");
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--config", config, join(root, "cli/main.ts"), "dev", ...args],
    cwd: folder,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1", RUST_BACKTRACE: "0", LOG_LEVEL: "warn", ...env },
  }).spawn();
  const lines: string[] = [];
  const hear = async (stream: ReadableStream<Uint8Array>): Promise<void> => {
    for await (const line of readLines(stream)) lines.push(line);
  };
  const heard = Promise.all([hear(child.stdout), hear(child.stderr)]);
  let read = 0;
  const line = async (pattern: RegExp): Promise<string> => {
    let found: string | undefined;
    await until(() => {
      while (found === undefined && read < lines.length) {
        const next = lines[read++] ?? "";
        if (pattern.test(next)) found = next;
      }
      return found !== undefined;
    }, () => `a line ${pattern} among\n${lines.join("\n")}`);
    return found ?? "";
  };
  const ended = async (): Promise<number> => {
    const { code } = await child.status;
    await heard;
    return code;
  };
  return {
    pid: child.pid,
    lines,
    line,
    answers: async () =>
      /http:\/\/localhost:\d+/.exec(await line(/answers after/))?.[0].replace("localhost", "127.0.0.1") ?? "",
    signal: (name) => child.kill(name),
    ended,
    [Symbol.asyncDispose]: async () => {
      const groups = descendants(child.pid);
      try {
        child.kill("SIGKILL");
      } catch {
        // It has ended in order.
      }
      await ended();
      for (const pid of groups) if (isRunning(pid)) process.kill(pid, "SIGKILL");
    },
  };
}

/** Waits for a condition. */
export async function until(condition: () => boolean | Promise<boolean>, what: () => string): Promise<void> {
  for (const end = Date.now() + LIMIT; !await condition();) {
    if (Date.now() > end) throw new Error(`Waited in vain for ${what()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** The processes that a process started, and those that they started. */
export function descendants(pid: number): number[] {
  const pairs: [child: number, parent: number][] = [];
  for (const { name } of Deno.readDirSync("/proc")) {
    if (/^\d+$/.test(name)) pairs.push([Number(name), parentOf(name)]);
  }
  const found = new Set([pid]);
  for (const parent of found) {
    for (const [child, of] of pairs) if (of === parent) found.add(child);
  }
  found.delete(pid);
  return [...found];
}

function parentOf(pid: string): number {
  try {
    return Number(/^PPid:\s+(\d+)/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`))?.[1]);
  } catch {
    return 0;
  }
}

/** Tells whether a process runs; one that has ended and waits to be looked at does not. */
export function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
  } catch {
    return false;
  }
}

/** A port that nobody listens on at present. */
export function freePort(): number {
  using listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  return listener.addr.port;
}

/**
 * A process that `igniter dev` started, with all that it starts in turn: they are one group, and end together. Nothing
 * outside of that group is ever sent a signal.
 *
 * @module
 */
import process from "node:process";
import { readLines, toPlainText } from "./lines.ts";

/** What to start. */
export interface ChildOptions {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Hears of each line that it writes. */
  readonly onLine: (text: string, error: boolean) => void;
}

/** A running process. */
export interface Child {
  readonly pid: number;
  /** Resolves with its exit code when it has ended and all that it wrote was heard. */
  readonly ended: Promise<number>;
  /** Ends the group: asks, and after the grace period ends it by force. */
  stop(grace: number): Promise<void>;
  /** Ends the group by force, at once. */
  kill(): void;
}

/** Milliseconds that the rest of a group has when the process itself is gone. */
const REST = 300;
/** Milliseconds that what a process wrote has to arrive when it is gone: another may hold its pipe open. */
const LAST_WORDS = 200;

/** Starts a process. @throws Deno.errors.NotFound when there is no such program. */
export function startChild({ argv, cwd, env, onLine }: ChildOptions): Child {
  const [program = "", ...args] = argv;
  const child = new Deno.Command(program, {
    args: [...args],
    cwd,
    env: { ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    // A group of its own: Ctrl-C in the terminal is for `igniter dev`, which ends the group in order.
    detached: GROUPS,
  }).spawn();
  const { pid } = child;
  const heard = Promise.all([hear(child.stdout, false), hear(child.stderr, true)]);
  const ended = (async (): Promise<number> => {
    const { code } = await child.status;
    let timer: ReturnType<typeof setTimeout> | undefined;
    await Promise.race([heard, new Promise((resolve) => timer = setTimeout(resolve, LAST_WORDS))]);
    clearTimeout(timer);
    return code;
  })();
  let isOver = false;
  child.status.finally(() => isOver = true);
  let stopping: Promise<void> | undefined;
  return {
    pid,
    ended,
    stop: (grace) => stopping ??= stop(grace),
    kill: () => signal("SIGKILL"),
  };

  async function hear(stream: ReadableStream<Uint8Array>, error: boolean): Promise<void> {
    try {
      for await (const line of readLines(stream)) onLine(toPlainText(line), error);
    } catch {
      // The pipe broke: what it had to say has been said.
    }
  }

  async function stop(grace: number): Promise<void> {
    signal("SIGTERM");
    const timer = setTimeout(() => signal("SIGKILL"), grace);
    await child.status;
    clearTimeout(timer);
    for (const end = Date.now() + REST; isAlive() && Date.now() < end;) await wait(5);
    if (isAlive()) signal("SIGKILL");
    await ended;
  }

  function signal(name: Deno.Signal): void {
    try {
      if (GROUPS) process.kill(-pid, name);
      else if (!isOver) child.kill(name);
    } catch {
      // It is gone.
    }
  }

  function isAlive(): boolean {
    if (!GROUPS) return false;
    try {
      process.kill(-pid, 0);
      return true;
    } catch {
      return false;
    }
  }
}

/** Windows has no groups of processes. */
const GROUPS = Deno.build.os !== "windows";

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

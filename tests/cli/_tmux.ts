/**
 * A real terminal for tests: tmux, with a server of its own for each. A test types keys and reads the screen.
 *
 * Where there is no tmux the tests are ignored, and their names say why; with `CI` set they fail.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { join } from "node:path";

/** How a program is started in a terminal. */
export interface PaneOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly cwd?: string;
  /** Added to the environment of the tests. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A terminal in which a program runs. */
export interface Pane extends AsyncDisposable {
  /** What is on the screen, without blanks at the ends of lines. */
  screen(): Promise<string[]>;
  /** Presses keys by the names that tmux gives them (`Enter`, `Escape`, `C-c`, `PPage`), or types a character. */
  press(...keys: string[]): Promise<void>;
  /** Types a text as it is. */
  type(text: string): Promise<void>;
  /** Changes the size of the terminal. */
  resize(columns: number, rows: number): Promise<void>;
  /** Asks tmux: `alternate_on`, `cursor_flag`, `pane_pid`, … */
  ask(variable: string): Promise<string>;
  /** Waits until a line contains this, and gives the screen. @throws Error with the screen, after so many milliseconds. */
  shows(text: string | RegExp, milliseconds?: number): Promise<string[]>;
  /** Waits until no line contains this, and gives the screen. @throws Error with the screen, after so many milliseconds. */
  hides(text: string | RegExp, milliseconds?: number): Promise<string[]>;
}

/** Registers a test that needs a terminal. */
export function testWithTmux(name: string, fn: (t: Deno.TestContext) => Promise<void>): void {
  const missing = tmuxIsMissing();
  Deno.test({
    name: missing === undefined ? name : `${name} (ignored: ${missing})`,
    ignore: missing !== undefined,
    fn,
  });
}

/** Why there can be no terminal here; `undefined` when there can, and in CI, where its absence must be a failure. */
export function tmuxIsMissing(): string | undefined {
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  const found = Deno.build.os !== "windows" && folders.some((folder) => existsSync(join(folder, "tmux")));
  return found || Deno.env.get("CI") ? undefined : "no tmux on this machine";
}

/** Runs a program in a terminal of its own. Disposing ends the terminal, and with it the program (SIGHUP). */
export async function openPane(argv: readonly string[], options: PaneOptions = {}): Promise<Pane> {
  const { columns = 80, rows = 24, cwd = Deno.cwd(), env = {} } = options;
  const folder = await Deno.makeTempDir({ prefix: "igniter-tmux-" });
  const tmux = (...args: string[]) => run(["-S", join(folder, "socket"), "-f", "/dev/null", "-u", ...args], env);
  const size = (width: number, height: number) => ["-x", String(width), "-y", String(height)];
  // A single argument would be given to a shell.
  const command = argv.length === 1 ? ["env", ...argv] : argv;
  await tmux("new-session", "-d", ...size(columns, rows), "-c", cwd, ...command);
  await tmux("set-option", "-g", "remain-on-exit", "on");
  const screen = async () => (await tmux("capture-pane", "-p")).split("\n").slice(0, -1).map((line) => line.trimEnd());
  const wait = async (wanted: boolean, text: string | RegExp, milliseconds: number) => {
    const end = performance.now() + milliseconds;
    while (true) {
      const lines = await screen();
      if (lines.some((line) => typeof text === "string" ? line.includes(text) : text.test(line)) === wanted) {
        return lines;
      }
      if (performance.now() > end) {
        throw new Error(`Cannot find ${wanted ? "" : "a screen without "}${text}:\n${lines.join("\n")}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  return {
    screen,
    press: async (...keys) => void await tmux("send-keys", ...keys),
    type: async (text) => void await tmux("send-keys", "-l", text),
    resize: async (width, height) => void await tmux("resize-window", ...size(width, height)),
    ask: async (variable) => (await tmux("display-message", "-p", `#{${variable}}`)).trim(),
    shows: (text, milliseconds = 10_000) => wait(true, text, milliseconds),
    hides: (text, milliseconds = 10_000) => wait(false, text, milliseconds),
    async [Symbol.asyncDispose]() {
      await tmux("kill-server");
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function run(args: readonly string[], env: Readonly<Record<string, string>>): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("tmux", {
    args: [...args],
    // A tmux around the tests is none of theirs.
    env: { LC_ALL: "C.UTF-8", TMUX: "", RUST_BACKTRACE: "0", ...env },
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  if (!success) throw new Error(`Cannot run tmux ${args.slice(5).join(" ")}: ${text.decode(stderr)}`);
  return text.decode(stdout);
}

/**
 * Carries out a plan: writes its files, runs its programs, and says so.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { CliError } from "../errors.ts";
import { paint, print } from "../output.ts";
import type { PlannedCommand } from "./frameworks/framework.ts";
import type { Plan, PlannedFile } from "./plan.ts";

/** How it is carried out. */
export interface ApplyOptions {
  /** Whether the folder may have something in it. */
  readonly force: boolean;
}

/** Checks that a project may be written to a folder. @throws CliError when not. */
export function checkTarget(folder: string, { force }: ApplyOptions): void {
  const found = look(folder);
  if (found === undefined) return;
  if (!found.isDirectory) throw new CliError(`Cannot begin a project in ${folder}: it is a file`);
  if (force || Deno.readDirSync(folder)[Symbol.iterator]().next().done) return;
  throw new CliError(`Cannot begin a project in ${folder}: the folder is not empty`, {
    hint: "Name another one. With --force its files stay, but those that the project has too are replaced.",
  });
}

/** Writes the files and runs the commands. @throws CliError for what cannot be written, or fails. */
export async function applyPlan(folder: string, { files, commands }: Plan, options: ApplyOptions): Promise<void> {
  checkTarget(folder, options);
  // All are looked at before the first is written.
  const writable = files.filter((file) => isWritten(folder, file));
  for (const { path, text } of writable) {
    const file = join(folder, path);
    Deno.mkdirSync(dirname(file), { recursive: true });
    Deno.writeTextFileSync(file, text);
  }
  const kept = files.filter((file) => !writable.includes(file)).map(({ path }) => path);
  print(`${paint("green", "✓")} Wrote ${writable.length} files${kept.length > 0 ? `, kept ${kept.join(", ")}` : ""}`);
  for (const command of commands) await run(folder, command);
}

function isWritten(folder: string, { path, keep }: PlannedFile): boolean {
  const found = look(join(folder, path));
  if (found === undefined) return true;
  if (found.isFile) return !keep;
  throw new CliError(`Cannot write ${join(folder, path)}: it is ${found.isDirectory ? "a folder" : "no plain file"}`);
}

/** What is at a path itself: a link is a link. */
function look(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.lstatSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw new CliError(`Cannot look at ${path}: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}

async function run(folder: string, { title, argv: [program, ...args] }: PlannedCommand): Promise<void> {
  const line = [program, ...args].join(" ");
  print(`${paint("dim", "…")} ${title}: ${line}`);
  const began = performance.now();
  const { code, output } = await execute(folder, program, args);
  if (code !== 0) {
    throw new CliError(`Cannot finish ${folder}: "${line}" ended with ${code}`, {
      hint: `${output.trim()}\nThe files are written. Run "${line}" there when the reason is gone.`,
    });
  }
  print(`${paint("green", "✓")} ${title} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
}

async function execute(
  folder: string,
  program: string,
  args: readonly string[],
): Promise<{ readonly code: number; readonly output: string }> {
  try {
    // The Deno that runs this, which may not be on the PATH.
    const { code, stdout, stderr } = await new Deno.Command(program === "deno" ? Deno.execPath() : program, {
      args: [...args],
      cwd: folder,
      stdin: "null",
    }).output();
    const text = new TextDecoder();
    return { code, output: text.decode(stdout) + text.decode(stderr) };
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    return { code: 127, output: `There is no program "${program}" on this machine.` };
  }
}

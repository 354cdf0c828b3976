/**
 * Where the checkout is, what its `deno.json` says, and how a Deno of the same version is run on it: what the checks
 * of the repository itself have in common.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** The parts of `deno.json` that the checks read. */
export interface ProjectConfig {
  readonly name: string;
  readonly version: string;
  readonly exports: Readonly<Record<string, string>>;
  readonly imports: Readonly<Record<string, string>>;
  readonly links?: readonly string[];
  readonly publish: { readonly include: readonly string[] };
  readonly compilerOptions: Readonly<Record<string, unknown>>;
}

/** How a command ended. */
export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The checkout's folder. */
export const root: string = dirname(dirname(fileURLToPath(import.meta.url)));

/** Reads the checkout's `deno.json`. */
export function readConfig(): ProjectConfig {
  return JSON.parse(Deno.readTextFileSync(join(root, "deno.json")));
}

/** The entry files of the package, relative to the checkout. */
export function entryFiles(config: ProjectConfig = readConfig()): string[] {
  return Object.values(config.exports).map((path) => path.replace(/^\.\//, ""));
}

/** `links` with absolute paths, so that a `deno.json` outside the checkout can have them. */
export function absoluteLinks(config: ProjectConfig = readConfig()): string[] {
  return (config.links ?? []).map((link) => resolve(root, link));
}

/** Every file below `folder`, relative to the checkout, sorted; none where there is no such folder yet. */
export function filesBelow(folder: string): string[] {
  const found: string[] = [];
  const visit = (at: string) => {
    for (const entry of Deno.readDirSync(at)) {
      const path = join(at, entry.name);
      if (entry.isDirectory) visit(path);
      else found.push(relative(root, path).split(sep).join("/"));
    }
  };
  if (existsSync(join(root, folder))) visit(join(root, folder));
  return found.sort();
}

/** Runs the Deno that runs this program. */
export async function runDeno(args: string[], options: { cwd?: string } = {}): Promise<Finished> {
  const output = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: options.cwd ?? root,
    // RUST_BACKTRACE appends Deno's own stack to each of its messages.
    env: { NO_COLOR: "1", RUST_BACKTRACE: "0" },
  }).output();
  const text = new TextDecoder();
  return { code: output.code, stdout: text.decode(output.stdout), stderr: text.decode(output.stderr) };
}

/**
 * `deno task publish:check`: what JSR would receive, checked without reaching it.
 *
 * `deno publish --dry-run` in the checkout lists the stand-ins of `links/` among the files, and fails when they are
 * excluded. So exactly the published files are staged in a temporary folder, whose `links` name the checkout's
 * stand-ins by absolute path, and the dry run happens there. Deno refuses slow types; the list of files is judged here.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { absoluteLinks, filesBelow, readConfig, root, runDeno } from "./project.ts";

/** What a dry run found out. */
export interface DryRun {
  /** Whether Deno would publish it. */
  readonly ok: boolean;
  /** What Deno said. */
  readonly output: string;
  /** The files that would be published, relative to the package. */
  readonly files: readonly string[];
}

/** Copies what `publish.include` names into `folder`, with what Deno needs in order to judge it. */
export function stage(folder: string): void {
  const config = readConfig();
  const named = config.publish.include.flatMap((path) => path.endsWith("/") ? filesBelow(path) : [path]);
  // Neither is published: the lock pins what is resolved, .gitignore keeps out what an app that ran here left behind.
  for (const file of [...named, "deno.lock", ".gitignore"]) {
    if (!existsSync(join(root, file))) throw new Error(`Cannot stage ${file}: there is no such file`);
    Deno.mkdirSync(dirname(join(folder, file)), { recursive: true });
    Deno.copyFileSync(join(root, file), join(folder, file));
  }
  Deno.writeTextFileSync(join(folder, "deno.json"), JSON.stringify({ ...config, links: absoluteLinks(config) }));
}

/** Lets Deno simulate the publication of the package in `folder`. */
export async function dryRun(folder: string): Promise<DryRun> {
  const run = await runDeno(["publish", "--dry-run"], { cwd: folder });
  const output = run.stdout + run.stderr;
  const here = Deno.realPathSync(folder);
  const files = [...output.matchAll(/^ +(file:\S+) \(/gm)]
    .map(([, url]) => relative(here, fileURLToPath(url ?? "")).split(sep).join("/"));
  return { ok: run.code === 0, output, files };
}

/** Finds the files that have no business in the package. */
export function findStrays(files: readonly string[]): string[] {
  return files.filter((file) => !belongs(file));
}

function belongs(file: string): boolean {
  if (/^(?:mod\.ts|deno\.json|README\.md|LICENSE|CHANGELOG\.md)$/.test(file)) return true;
  // A template is somebody's whole project, tests included.
  if (file.startsWith("cli/templates/")) {
    return !/(?:^|\/)(?:node_modules|deno\.lock|\.env|\.igniter)(?:\/|$)/.test(file);
  }
  // Packed texts, which the CLI imports.
  if (/^cli\/[\w/]+\.json$/.test(file)) return true;
  return /^(?:server|client|drivers|cli)\/[\w/]+\.tsx?$/.test(file) && !/(?:^|\/|_)(?:test|bench)\.tsx?$/.test(file);
}

async function main(): Promise<number> {
  const folder = Deno.makeTempDirSync({ prefix: "igniter_publish_" });
  try {
    stage(folder);
    const { ok, output, files } = await dryRun(folder);
    if (!ok) {
      console.error(output);
      return 1;
    }
    for (const file of files) console.log(file);
    const strays = findStrays(files);
    for (const file of strays) console.error(`Cannot publish ${file}: it does not belong in the package`);
    if (!files.includes("mod.ts")) console.error("Cannot check the files: the dry run listed no mod.ts");
    else console.log(`${files.length} files, no slow types`);
    return strays.length > 0 || !files.includes("mod.ts") ? 1 : 0;
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

if (import.meta.main) Deno.exit(await main());

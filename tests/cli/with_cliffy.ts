/**
 * `deno task test:cliffy [folder…]`: the CLI's tests with the real Cliffy in place of the stand-in in `links/`.
 *
 * Where JSR is reachable it takes no argument: nothing is linked. Elsewhere the folders are checkouts of the repositories
 * that the packages come from: Cliffy's, and that of Deno's standard library, on which it is built.
 *
 * @module
 */
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { readConfig, root, runDeno } from "../project.ts";

/** Writes a configuration whose only links are `folders`, and gives its path. */
function writeConfig(folder: string, links: readonly string[]): string {
  const { imports, compilerOptions } = readConfig();
  const path = join(folder, "deno.json");
  Deno.writeTextFileSync(
    path,
    JSON.stringify({ imports, links, compilerOptions, test: { sanitizeOps: true, sanitizeResources: true } }),
  );
  // npm packages at the checkout's versions. Deno adds what it finds to the copy.
  Deno.copyFileSync(join(root, "deno.lock"), join(folder, "deno.lock"));
  return path;
}

/**
 * Checks the types of the CLI. What is linked is checked along with it, unlike what comes from JSR, and by options that
 * its authors do not use: only what is found in the checkout counts.
 */
async function checkTypes(config: string): Promise<string[]> {
  const { code, stderr } = await runDeno(["check", "--config", config, "cli/main.ts"]);
  if (code === 0) return [];
  const findings = stderr.split(/\n(?=TS\d+ \[ERROR\])/).filter((finding) => finding.startsWith("TS"));
  if (findings.length === 0) return [stderr];
  return findings.filter((finding) => finding.includes(`at ${pathToFileURL(root).href}/`));
}

async function runTests(config: string): Promise<number> {
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", "--no-check", "--config", config, join(root, "tests/cli")],
    cwd: root,
    env: { IGNITER_CLI_CONFIG: config },
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  return code;
}

if (import.meta.main) {
  const folder = Deno.makeTempDirSync({ prefix: "igniter_cliffy_" });
  try {
    const config = writeConfig(folder, Deno.args.map((path) => resolve(path)));
    const shown = await runDeno(["info", "--config", config, "--json", "cli/main.ts"]);
    const modules: { readonly specifier: string }[] = JSON.parse(shown.stdout).modules;
    const cliffy = modules.find(({ specifier }) => /\/command\/(?:[\d.]+\/)?mod\.ts$/.test(specifier));
    if (cliffy === undefined) throw new Error(`Cannot find Cliffy: ${shown.stderr}`);
    console.log(`Cliffy is ${cliffy.specifier}`);
    const wrong = await checkTypes(config);
    for (const finding of wrong) console.error(finding);
    console.log(`${wrong.length} findings in the types of the CLI`);
    const code = await runTests(config);
    if (wrong.length > 0 || code !== 0) Deno.exitCode = 1;
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

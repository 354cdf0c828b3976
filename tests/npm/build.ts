/**
 * `deno task build:npm [folder]`: the package as npm gets it, for Next and Node.
 *
 * `deno pack` makes a JavaScript file and declarations of each module, so files that begin with "use client" stay
 * files of their own: a bundler would move them into a shared chunk and lose the line, and with it the place where
 * Next splits server from browser. What `deno pack` leaves open is done here: packages that exist on JSR only are put
 * into the tarball, and the manifest says what is installed beside it.
 *
 * @module
 */
import { join, resolve } from "node:path";
import { type ProjectConfig, readConfig } from "../project.ts";
import { stage } from "../publish_check.ts";
import { dropSources, importsOf } from "./emitted.ts";
import { type PackedManifest, toManifest } from "./manifest.ts";
import { run } from "./npm.ts";
import { vendorJsr } from "./vendor.ts";

/** Writes the tarball into `folder`, and gives its path. */
export async function buildPackage(folder: string): Promise<string> {
  const work = Deno.makeTempDirSync({ prefix: "igniter_npm_" });
  try {
    stage(work);
    dropCli(join(work, "deno.json"));
    await run(Deno.execPath(), ["pack", "--allow-dirty", "--no-source-maps", "-o", "packed.tgz"], work);
    await run("tar", ["xzf", "packed.tgz"], work);
    const packed = join(work, "package");
    dropSources(packed);
    await vendorJsr(work, packed);
    const manifest = join(packed, "package.json");
    const written: PackedManifest = JSON.parse(Deno.readTextFileSync(manifest));
    const complete = toManifest(written, readConfig().imports, importsOf(packed));
    Deno.writeTextFileSync(manifest, JSON.stringify(complete, null, 2) + "\n");
    const pack = ["pack", "--json", "--ignore-scripts", "--pack-destination", folder];
    return join(folder, tarballIn(await run("npm", pack, packed)));
  } finally {
    Deno.removeSync(work, { recursive: true });
  }
}

/** The command runs on Deno: a project on Node calls it by `deno run`, not through the npm package. */
function dropCli(file: string): void {
  const config: ProjectConfig = JSON.parse(Deno.readTextFileSync(file));
  const exports = Object.entries(config.exports).filter(([entry]) => entry !== "./cli");
  Deno.writeTextFileSync(file, JSON.stringify({ ...config, exports: Object.fromEntries(exports) }));
}

function tarballIn(json: string): string {
  // A list up to npm 11, an object by package name from npm 12 on.
  const [packed] = Object.values(JSON.parse(json) as { readonly filename: string }[]);
  if (packed === undefined) throw new Error(`Cannot find the tarball: npm pack said ${json}`);
  return packed.filename;
}

if (import.meta.main) {
  const folder = resolve(Deno.args[0] ?? "dist");
  Deno.mkdirSync(folder, { recursive: true });
  console.log(await buildPackage(folder));
}

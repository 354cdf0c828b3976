/**
 * A project of somebody who installs the package with npm, in a folder of its own outside the checkout.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { run } from "./npm.ts";

/** A project with its packages installed. */
export interface NodeProject extends Disposable {
  /** Its folder. */
  readonly folder: string;
  /** Runs one of its programs, or one given by an absolute path, and gives what it printed. */
  node(program: string, ...args: string[]): Promise<string>;
}

/** Installs the package and what stands beside it; `files` are its sources. */
export async function installProject(
  dependencies: Readonly<Record<string, string>>,
  files: Readonly<Record<string, string>> = {},
): Promise<NodeProject> {
  const folder = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "igniter_app_" }));
  const remove = () => Deno.removeSync(folder, { recursive: true });
  try {
    const manifest = { name: "consumer", version: "1.0.0", private: true, type: "module", dependencies };
    for (const [path, text] of Object.entries({ "package.json": JSON.stringify(manifest), ...files })) {
      Deno.mkdirSync(dirname(join(folder, path)), { recursive: true });
      Deno.writeTextFileSync(join(folder, path), text);
    }
    await run("npm", ["install", "--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund"], folder);
  } catch (error) {
    remove();
    throw error;
  }
  return {
    folder,
    node: (program, ...args) => run("node", [program, ...args], folder),
    [Symbol.dispose]: remove,
  };
}

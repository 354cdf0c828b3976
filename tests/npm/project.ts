/**
 * A project of somebody who installs the package with npm, in a folder of its own outside the checkout.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { filesOf } from "./emitted.ts";
import { run } from "./npm.ts";

/** What a project is made of. */
export interface ProjectParts {
  /** What npm installs: by version, or a tarball by its path. */
  readonly dependencies: Readonly<Record<string, string>>;
  /** A folder whose files are copied. */
  readonly from: string;
  /** Further files, as values for JSON. */
  readonly json?: Readonly<Record<string, unknown>>;
}

/** A project with its packages installed. */
export interface NodeProject extends Disposable {
  /** Its folder. */
  readonly folder: string;
  /** Runs one of its programs and gives what it printed. */
  node(program: string, ...args: string[]): Promise<string>;
}

/** Makes a project. */
export async function installProject(parts: ProjectParts): Promise<NodeProject> {
  const folder = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "igniter_app_" }));
  const remove = () => Deno.removeSync(folder, { recursive: true });
  try {
    const manifest = { name: "consumer", private: true, type: "module", dependencies: parts.dependencies };
    for (const path of filesOf(parts.from)) {
      Deno.mkdirSync(dirname(join(folder, path)), { recursive: true });
      Deno.copyFileSync(join(parts.from, path), join(folder, path));
    }
    for (const [path, value] of Object.entries({ "package.json": manifest, ...parts.json })) {
      Deno.writeTextFileSync(join(folder, path), JSON.stringify(value));
    }
    // No package needs its scripts, and none should run here.
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

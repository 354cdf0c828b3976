/**
 * A Node that has SQLite and reads TypeScript, as the projects that `igniter init` writes for Node need it.
 *
 * @module
 */
import { delimiter, join } from "node:path";
import { run } from "./npm.ts";

/** A PATH on which `node` is such a one. */
export interface ModernNode extends Disposable {
  /** The value. */
  readonly path: string;
}

/** Finds it: this machine's, or, where that is older, the one that npm has as a package. */
export async function findModernNode(): Promise<ModernNode> {
  const path = Deno.env.get("PATH") ?? "";
  const [major = 0, minor = 0] = (await run("node", ["-p", "process.versions.node"], ".")).split(".").map(Number);
  if (major > 22 || (major === 22 && minor >= 18)) return { path, [Symbol.dispose]: () => {} };
  const folder = Deno.makeTempDirSync({ prefix: "igniter_node_" });
  const remove = () => Deno.removeSync(folder, { recursive: true });
  try {
    const name = (await run("node", ["-p", "`node-${process.platform}-${process.arch}`"], ".")).trim();
    const flags = ["--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", folder];
    await run("npm", ["install", ...flags, `${name}@22`], folder);
    return { path: join(folder, "node_modules", name, "bin") + delimiter + path, [Symbol.dispose]: remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/**
 * Which of Igniter's drivers a project's sources name.
 *
 * @module
 */
import { join } from "node:path";

const SOURCE = /\.(?:[cm]?[jt]s|[jt]sx)$/;
/** Folders that hold no sources of the project's own. */
const FOREIGN = new Set(["node_modules", "dist", "build", "vendor", "coverage"]);

/** Finds the drivers below a folder, by name, sorted: "memory", "redis". */
export function findDrivers(root: string): string[] {
  const found = new Set<string>();
  const visit = (folder: string): void => {
    for (const { name, isDirectory, isFile } of Deno.readDirSync(folder)) {
      if (name.startsWith(".") || FOREIGN.has(name)) continue;
      if (isDirectory) visit(join(folder, name));
      else if (isFile && SOURCE.test(name)) {
        const text = Deno.readTextFileSync(join(folder, name));
        for (const [, driver] of text.matchAll(/["']@igniter-js\/core\/drivers\/(\w+)["']/g)) found.add(driver ?? "");
      }
    }
  };
  visit(root);
  return [...found].sort();
}

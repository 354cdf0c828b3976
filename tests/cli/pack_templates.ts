/**
 * `deno task templates`: packs each folder of `cli/templates` into one JSON file beside it, texts by path. The CLI imports
 * them: it may be a remote module, which has no folder to read.
 *
 * A source that only makes sense inside a written project ends with `.txt`, which goes here: neither Deno nor its checks
 * take it for a module of this repository.
 *
 * @module
 */
import { join } from "node:path";
import { filesBelow, root } from "../project.ts";

const FOLDER = "cli/templates";
const PROGRAM = "cli/project/inspect_child";

/** The packed texts by the file that holds them, relative to the checkout. */
export function packTemplates(): Record<string, string> {
  const packed: Record<string, string> = {};
  for (const { name, isDirectory } of Deno.readDirSync(join(root, FOLDER))) {
    if (isDirectory) packed[`${FOLDER}/${name}.json`] = `${JSON.stringify(read(`${FOLDER}/${name}/`), null, 2)}\n`;
  }
  // A program that runs in a project's process, from its text alone.
  packed[`${PROGRAM}.json`] = `${
    JSON.stringify({ source: Deno.readTextFileSync(join(root, `${PROGRAM}.ts`)) }, null, 2)
  }\n`;
  return packed;
}

/** What an app that ran here leaves behind is no part of the template. */
function read(folder: string): Record<string, string> {
  const files = filesBelow(folder).filter((file) => !/\/(?:node_modules|\.igniter|data)\/|\/\.env$|\.log$/.test(file));
  return Object.fromEntries(
    files.map((file) => [
      file.slice(folder.length).replace(/\.txt$/, ""),
      Deno.readTextFileSync(join(root, file)),
    ]),
  );
}

if (import.meta.main) {
  for (const [file, text] of Object.entries(packTemplates())) Deno.writeTextFileSync(join(root, file), text);
}

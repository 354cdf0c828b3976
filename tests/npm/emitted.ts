/**
 * The files that `deno pack` emitted, and what they import.
 *
 * @module
 */
import { join, relative } from "node:path";
import { ts } from "../typescript.ts";

/** An import as it stands in a file. */
export interface EmittedImport {
  /** The file, relative to the package. */
  readonly file: string;
  /** What it imports: `./engine.js`, `react`. */
  readonly specifier: string;
}

/** Every file of a package, relative to it. */
export function filesOf(folder: string): string[] {
  const found: string[] = [];
  const visit = (at: string) => {
    for (const { name, isDirectory } of Deno.readDirSync(at)) {
      if (isDirectory) visit(join(at, name));
      else found.push(relative(folder, join(at, name)));
    }
  };
  visit(folder);
  return found.sort();
}

/** Removes sources that no entry reaches; the templates of the command line are its data. */
export function dropSources(folder: string): void {
  for (const file of filesOf(folder)) {
    if (/(?<!\.d)\.tsx?$/.test(file) && !file.startsWith("cli/templates/")) Deno.removeSync(join(folder, file));
  }
}

/** Every import of the JavaScript and the declarations. */
export function importsOf(folder: string): EmittedImport[] {
  return filesOf(folder).filter(isEmitted).flatMap((file) => {
    const { importedFiles } = ts.preProcessFile(Deno.readTextFileSync(join(folder, file)));
    return importedFiles.map(({ fileName }) => ({ file, specifier: fileName }));
  });
}

/** Rewrites the imports of one file; `to` gives `undefined` for one that stays. */
export function rewriteImports(path: string, to: (specifier: string) => string | undefined): void {
  let text = Deno.readTextFileSync(path);
  // From the last to the first, so that the places of those before stay right.
  for (const { fileName, pos } of ts.preProcessFile(text).importedFiles.reverse()) {
    const target = to(fileName);
    // `pos` is the opening quote.
    if (target !== undefined) {
      text = text.slice(0, pos) + JSON.stringify(target) + text.slice(pos + fileName.length + 2);
    }
  }
  Deno.writeTextFileSync(path, text);
}

function isEmitted(file: string): boolean {
  return /\.(?:js|d\.ts)$/.test(file) && !file.startsWith("cli/templates/");
}

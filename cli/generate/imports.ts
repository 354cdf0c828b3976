/**
 * Adds an import to a source, at its place among the others.
 *
 * @module
 */
import { maskSource } from "./object_literal.ts";

/** Adds an import below those of the same folder whose paths are smaller; without any, below all imports. */
export function addImport(source: string, { name, from }: { readonly name: string; readonly from: string }): string {
  const imports = findImports(source);
  const same = imports.find((statement) => statement.path === from && statement.names !== undefined);
  if (same?.names !== undefined) return addName(source, same.names, name);
  const line = `import { ${name} } from "${from}";`;
  // "./features/" of "./features/user/index.ts".
  const folder = from.slice(0, from.indexOf("/", 2) + 1);
  const kin = imports.filter(({ path }) => path.startsWith(folder));
  const before = kin.findLast(({ path }) => path <= from);
  const [first] = kin;
  if (before === undefined && first !== undefined) {
    return `${source.slice(0, first.start)}${line}\n${source.slice(first.start)}`;
  }
  const end = (before ?? imports.at(-1))?.end;
  return end === undefined ? `${line}\n\n${source}` : `${source.slice(0, end)}\n${line}${source.slice(end)}`;
}

interface Import {
  readonly path: string;
  readonly start: number;
  readonly end: number;
  /** Where the names between the braces are, when it imports values by name. */
  readonly names: readonly [start: number, end: number] | undefined;
}

/** Names are sorted without regard to their case; one that is there already is not added. */
function addName(source: string, [start, end]: readonly [number, number], name: string): string {
  const names = source.slice(start, end).split(",").map((each) => each.trim()).filter((each) => each !== "");
  if (names.includes(name)) return source;
  const at = names.findIndex((each) => each.toLowerCase() > name.toLowerCase());
  const sorted = names.toSpliced(at < 0 ? names.length : at, 0, name);
  return `${source.slice(0, start)} ${sorted.join(", ")} ${source.slice(end)}`;
}

/** The statements at the beginning of lines, with all of their lines. */
function findImports(source: string): Import[] {
  const found: Import[] = [];
  for (const match of maskSource(source).matchAll(/^import\b(?:[^"';()]*\bfrom\b)?\s*(["'])[^"'\n]*\1;?[^\n]*/gm)) {
    const [start, end] = [match.index, match.index + match[0].length];
    const braces = /^import\s*\{([^}]*)\}/.exec(match[0]);
    const open = start + match[0].indexOf("{") + 1;
    const names = braces === null ? undefined : [open, open + (braces[1] ?? "").length] as const;
    found.push({ path: /["']([^"']*)["']/.exec(source.slice(start, end))?.[1] ?? "", start, end, names });
  }
  return found;
}

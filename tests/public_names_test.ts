/**
 * The exported names of every entry, beside the list that was agreed on: tests/public_names.txt. Names are a promise,
 * so adding or losing one is a decision that shows in a diff. `UPDATE=1 deno test -A tests/public_names_test.ts` writes
 * the list anew.
 *
 * @module
 */
import { assertEquals, assertRejects } from "@std/assert";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type ProjectConfig, readConfig, root, runDeno } from "./project.ts";
import { ts } from "./typescript.ts";

interface Location {
  readonly filename: string;
  readonly line: number;
  readonly col: number;
}

interface Declaration {
  readonly kind: string;
  readonly declarationKind: string;
  readonly location: Location;
  readonly def?: { readonly target?: Location };
}

interface Documented {
  readonly name: string;
  readonly declarations: readonly Declaration[];
}

type Documents = Readonly<Record<string, { readonly symbols?: readonly Documented[] }>>;

const snapshot = join(root, "tests/public_names.txt");

Deno.test("every entry exports exactly the names in tests/public_names.txt", async () => {
  const actual = await listNames(readConfig());
  if (Deno.env.get("UPDATE") === "1") Deno.writeTextFileSync(snapshot, actual);
  assertEquals(
    actual,
    Deno.readTextFileSync(snapshot),
    "The public names changed. When that is meant: UPDATE=1 deno test -A tests/public_names_test.ts",
  );
});

Deno.test("the list of public names tells values, types and re-exports apart", async () => {
  const folder = Deno.makeTempDirSync();
  try {
    Deno.writeTextFileSync(
      join(folder, "inner.ts"),
      `export class Far {}\nexport interface Both { a: 1 }\nexport const Both: Both = { a: 1 };\nexport const other = 1;\n`,
    );
    Deno.writeTextFileSync(
      join(folder, "entry.ts"),
      `export { Far as Near, Both } from "./inner.ts";\nexport type { Far } from "./inner.ts";\n` +
        `export type Alias = 1;\nexport function run(): void;\nexport function run(_n?: number): void {}\n` +
        `const hidden = 1;\nvoid hidden;\n`,
    );
    assertEquals(
      await listNames({ exports: { "./entry": join(folder, "entry.ts") } }),
      [
        "./entry",
        "  Alias: typeAlias",
        "  Both: interface + variable",
        "  Far: class, as a type",
        "  Near: class",
        "  run: function",
        "",
      ].join("\n"),
    );
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("the list of public names says which entry cannot be read", async () => {
  await assertRejects(() => listNames({ exports: { ".": "./nowhere.ts" } }), Error, "nowhere.ts");
});

/** One line per name, sorted, below the entry that exports it. */
async function listNames({ exports }: Pick<ProjectConfig, "exports">): Promise<string> {
  const entries = Object.entries(exports).map(([name, path]) => ({ name, path: resolve(root, path) }));
  const documents = await document(entries.map(({ path }) => pathToFileURL(path).href));
  const origins = await document(targetsIn(documents));
  return entries.map(({ name, path }) => {
    const typeOnly = typeOnlyNames(path);
    const lines = (documents[pathToFileURL(path).href]?.symbols ?? [])
      .filter((symbol) => symbol.declarations.some(({ declarationKind }) => declarationKind === "export"))
      .map((symbol) => ({ name: symbol.name, kinds: kindsOf(symbol, origins) }))
      .sort((a, b) => a.name < b.name ? -1 : 1)
      .map(({ name, kinds }) => `  ${name}: ${kinds}${typeOnly.has(name) && isValue(kinds) ? ", as a type" : ""}\n`);
    return `${name}\n${lines.join("")}`;
  }).join("");
}

function isValue(kinds: string): boolean {
  return /class|enum|function|namespace|variable/.test(kinds);
}

async function document(files: readonly string[]): Promise<Documents> {
  if (files.length === 0) return {};
  const run = await runDeno(["doc", "--json", ...files]);
  if (run.code !== 0) throw new Error(`Cannot document ${files.join(", ")}: ${run.stderr}`);
  return JSON.parse(run.stdout).nodes;
}

/** An entry's re-exports are references: what they are stands in the files they refer to. */
function targetsIn(documents: Documents): string[] {
  const declarations = Object.values(documents).flatMap(({ symbols }) => symbols ?? [])
    .flatMap((symbol) => symbol.declarations);
  return [...new Set(declarations.flatMap(({ def }) => def?.target === undefined ? [] : [def.target.filename]))];
}

/** A reference points at the first declaration of a symbol that may have several, such as a value and its type. */
function kindsOf(symbol: Documented, origins: Documents): string {
  const kinds = symbol.declarations.flatMap((declaration) => {
    const target = declaration.def?.target;
    if (declaration.kind !== "reference" || target === undefined) return [declaration.kind];
    const origin = origins[target.filename]?.symbols?.find(({ declarations }) =>
      declarations.some(({ location }) => location.line === target.line && location.col === target.col)
    );
    return origin?.declarations.map(({ kind }) => kind) ?? ["unknown"];
  });
  return [...new Set(kinds)].sort().join(" + ");
}

/** `export type { X }` hides a value; the documentation does not show it, the syntax does. */
function typeOnlyNames(file: string): Set<string> {
  const tree = ts.createSourceFile(file, Deno.readTextFileSync(file), ts.ScriptTarget.Latest);
  const names = new Set<string>();
  for (const statement of tree.statements) {
    if (!ts.isExportDeclaration(statement) || !statement.exportClause || !ts.isNamedExports(statement.exportClause)) {
      continue;
    }
    for (const element of statement.exportClause.elements) {
      if (statement.isTypeOnly || element.isTypeOnly) names.add(element.name.text);
    }
  }
  return names;
}

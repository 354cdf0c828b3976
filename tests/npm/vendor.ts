/**
 * Packages that exist on JSR only, put into the tarball: npm could have them from a registry that nobody has set up.
 *
 * @module
 */
import { dirname, join, relative, sep } from "node:path";
import { readConfig } from "../project.ts";
import { importsOf, rewriteImports } from "./emitted.ts";
import { run } from "./npm.ts";

/** Bundles each JSR package that the JavaScript in `packed` imports into a file there, and lets it import that. */
export async function vendorJsr(source: string, packed: string): Promise<void> {
  const { imports } = readConfig();
  const isJsr = (specifier: string) =>
    Object.entries(imports).some(([name, target]) =>
      target.startsWith("jsr:") && (specifier === name || specifier.startsWith(`${name}/`))
    );
  const found = importsOf(packed).filter(({ specifier }) => isJsr(specifier));
  for (const { file, specifier } of found) {
    if (file.endsWith(".d.ts")) throw new Error(`Cannot publish ${file} on npm: it names a type of ${specifier}`);
  }
  for (const specifier of new Set(found.map(({ specifier }) => specifier))) {
    const target = join(packed, fileOf(specifier));
    Deno.mkdirSync(dirname(target), { recursive: true });
    Deno.writeTextFileSync(target, await bundle(source, specifier));
  }
  for (const file of new Set(found.map(({ file }) => file))) {
    rewriteImports(join(packed, file), (specifier) => {
      if (!isJsr(specifier)) return undefined;
      const path = relative(dirname(file), fileOf(specifier)).split(sep).join("/");
      return path.startsWith(".") ? path : `./${path}`;
    });
  }
}

/** `@std/http/cookie` → `vendor/std_http_cookie.js`. */
function fileOf(specifier: string): string {
  return `vendor/${specifier.replace("@", "").replace(/\W+/g, "_")}.js`;
}

async function bundle(source: string, specifier: string): Promise<string> {
  const entry = join(source, "vendored.ts");
  const output = join(source, "vendored.js");
  Deno.writeTextFileSync(entry, `export * from ${JSON.stringify(specifier)};\n`);
  await run(Deno.execPath(), ["bundle", "--platform", "browser", "-o", output, entry], source);
  // Each module is preceded by its path on this machine.
  const bundled = Deno.readTextFileSync(output).replace(/^\/\/ \S+\.[jt]s\n/gm, "");
  return `// ${specifier}: Copyright the Deno authors, MIT license.\n${bundled}`;
}

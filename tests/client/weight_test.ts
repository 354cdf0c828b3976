/**
 * What a page downloads for the client: minified, tree-shaken, gzip. Counted is what the page needs to start; what is
 * loaded on demand (`import()`: streams, batches, files, rich values, REST) is not, and neither is the glue between
 * chunks, which is the bundler's.
 *
 * @module
 */
import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { filesBelow, root, runDeno } from "../project.ts";

interface Weight {
  /** Bytes, gzip, that are loaded at once. */
  readonly bytes: number;
  /** The source files, from the checkout; packages by their address. */
  readonly sources: readonly string[];
}

async function weigh(program: string, external: readonly string[] = []): Promise<Weight> {
  const folder = Deno.makeTempDirSync({ prefix: "igniter_weight_" });
  try {
    const entry = join(root, "tests/client/weight", program);
    const output = join(folder, "page.js");
    const args = ["bundle", entry, "--platform", "browser", "--minify", "--sourcemap", "external", "-o", output];
    const bundle = await runDeno([...args, ...[...external, ...onDemand()].map((name) => `--external=${name}`)]);
    assertEquals(bundle.code, 0, bundle.stderr);
    const sources: readonly string[] = JSON.parse(Deno.readTextFileSync(output + ".map")).sources;
    return {
      bytes: gzip(withoutImports(Deno.readTextFileSync(output))),
      sources: sources.map((source) => relativeTo(folder, source)),
    };
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** The files that the client's sources load by `import()`, as they name them. */
function onDemand(): string[] {
  const files = ["client", "server/contract"].flatMap(filesBelow);
  const names = files.flatMap((file) => {
    const source = Deno.readTextFileSync(join(root, file));
    return [...source.matchAll(/\bimport\("(\.[^"]+)"\)/g)].map(([, name]) => name as string);
  });
  assert(names.length > 0, "nothing is loaded on demand: has import() another form now?");
  return [...new Set(names)];
}

/** What is not counted is bundled with the page, and imported by nobody then. */
function withoutImports(bundle: string): string {
  return bundle.replaceAll(/\bimport(?:\*as [\w$]+|\{[^}]*\})from"[^".][^"]*";/g, "");
}

function gzip(text: string): number {
  return gzipSync(text, { level: 9 }).length;
}

function relativeTo(folder: string, source: string): string {
  const path = source.startsWith("file:") ? new URL(source).pathname : resolve(folder, source);
  return path.startsWith(root + "/") ? path.slice(root.length + 1) : path;
}

function assertOnlyClient({ sources }: Weight): void {
  const ours = sources.filter((source) => !source.includes("/npm/") && !source.includes("node_modules"));
  assert(ours.some((source) => source.startsWith("client/")), `no source of the client among ${sources}`);
  const strangers = ours.filter((source) => !/^(client|server\/contract|tests\/client\/weight)\//.test(source));
  assertEquals(strangers, []);
}

Deno.test("R38 a page with the core client downloads at most 3.5 kB, none of it the server's", async () => {
  const weight = await weigh("core.ts");
  console.log(`core client: ${weight.bytes} bytes`);
  assertLessOrEqual(weight.bytes, 3500);
  assertOnlyClient(weight);
  assertEquals(weight.sources.filter((source) => /\/(react|@tanstack)/.test(source)), []);
});

Deno.test("a page with the React client, live updates included, downloads at most 18 kB beside React, none of it the server's", async () => {
  const weight = await weigh("react.ts", ["react", "react/*", "react-dom", "react-dom/*"]);
  console.log(`React client with TanStack Query: ${weight.bytes} bytes`);
  assertLessOrEqual(weight.bytes, 18_000);
  assertOnlyClient(weight);
});

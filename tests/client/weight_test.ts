/**
 * What a page downloads for the client: minified, tree-shaken, split as bundlers do, gzip. Counted is what the page
 * needs to start; what is loaded on demand (streams, files, rich inputs, REST) is reported beside it.
 *
 * @module
 */
import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { basename, join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { root, runDeno } from "../project.ts";

interface Weight {
  /** Bytes, gzip, that are loaded at once. */
  readonly start: number;
  /** Bytes, gzip, of each chunk that is loaded on demand. */
  readonly later: readonly number[];
  /** The source files, from the checkout; packages by their address. */
  readonly sources: readonly string[];
}

async function weigh(program: string, external: readonly string[] = []): Promise<Weight> {
  const folder = Deno.makeTempDirSync({ prefix: "igniter_weight_" });
  try {
    const entry = join(root, "tests/client/weight", program);
    const args = ["bundle", entry, "--platform", "browser", "--minify", "--code-splitting", "--sourcemap", "external"];
    const bundle = await runDeno([...args, "--outdir", folder, ...external.map((name) => `--external=${name}`)]);
    assertEquals(bundle.code, 0, bundle.stderr);
    const read = (name: string) => Deno.readTextFileSync(join(folder, name));
    const chunks = new Set([basename(program).replace(/\.tsx?$/, ".js")]);
    for (const chunk of chunks) {
      for (const [, name] of read(chunk).matchAll(/(?:from|import)\s*"\.\/([^"]+)"/g)) chunks.add(name as string);
    }
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name);
    const scripts = names.filter((name) => name.endsWith(".js"));
    const later = scripts.filter((name) => !chunks.has(name)).map((name) => gzip(read(name)));
    const sources = names.filter((name) => name.endsWith(".map")).flatMap((name) =>
      (JSON.parse(read(name)).sources as string[]).map((source) => relativeTo(folder, source))
    );
    return { start: gzip([...chunks].map(read).join("\n")), later, sources };
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
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
  console.log(`core client: ${weight.start} bytes, on demand ${weight.later.join(" + ")}`);
  assertLessOrEqual(weight.start, 3500);
  assertOnlyClient(weight);
  assertEquals(weight.sources.filter((source) => /\/(react|@tanstack)/.test(source)), []);
});

Deno.test("a page with the React client downloads at most 16 kB beside React, none of it the server's", async () => {
  const weight = await weigh("react.ts", ["react", "react/*", "react-dom", "react-dom/*"]);
  console.log(`React client with TanStack Query: ${weight.start} bytes, on demand ${weight.later.join(" + ")}`);
  assertLessOrEqual(weight.start, 16_000);
  assertOnlyClient(weight);
});

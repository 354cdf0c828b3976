/**
 * The imports of the published sources, as `deno info --json` resolves them.
 *
 * @module
 */
import { join, relative, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { filesBelow, readConfig, root, runDeno } from "../project.ts";
import type { Edge } from "./rules.ts";

/** The published sources and their imports. */
export interface Graph {
  /** Paths from the checkout. */
  readonly files: readonly string[];
  readonly edges: readonly Edge[];
  /** Imports that lead nowhere. */
  readonly broken: readonly string[];
}

interface Target {
  readonly specifier?: string;
  readonly error?: string;
}

interface Info {
  readonly modules: readonly {
    readonly specifier: string;
    readonly error?: string;
    readonly dependencies?: readonly { readonly specifier: string; readonly code?: Target; readonly type?: Target }[];
  }[];
}

/** Reads the graph of everything below the published folders, reachable from an entry or not. */
export async function readGraph(): Promise<Graph> {
  const files = ["mod.ts", ...["server", "client", "drivers", "cli"].flatMap(filesBelow)]
    .filter((file) => /\.tsx?$/.test(file) && !file.endsWith(".d.ts"));
  // `deno info` takes one module: this one imports them all.
  const imports = files.map((file) => `import ${JSON.stringify(pathToFileURL(join(root, file)).href)};`).join("");
  const run = await runDeno(["info", "--json", `data:application/typescript,${encodeURIComponent(imports)}`]);
  if (run.code !== 0) throw new Error(`Cannot read the graph: ${run.stderr}`);
  return { files, ...toEdges(JSON.parse(run.stdout), new Set(files)) };
}

function toEdges(info: Info, files: ReadonlySet<string>): Pick<Graph, "edges" | "broken"> {
  const edges: Edge[] = [];
  const broken: string[] = [];
  const linked = readLinks();
  for (const module of info.modules) {
    const from = toPath(module.specifier);
    if (!files.has(from)) continue;
    if (module.error) broken.push(`${from}: ${module.error}`);
    for (const dependency of module.dependencies ?? []) {
      for (const kind of ["code", "type"] as const) {
        const target = dependency[kind];
        if (target?.error) broken.push(`${from}: ${target.error}`);
        if (target?.specifier) edges.push({ from, to: toName(target.specifier, linked), kind });
      }
    }
  }
  return { edges, broken };
}

/** The JSR names that `links/*` stand in for, by folder: the rules must read the same with and without the links. */
function readLinks(): Map<string, string> {
  const links = new Map<string, string>();
  for (const link of readConfig().links ?? []) {
    const folder = link.replace(/^\.\//, "");
    links.set(`${folder}/`, JSON.parse(Deno.readTextFileSync(join(root, folder, "deno.json"))).name);
  }
  return links;
}

function toName(specifier: string, linked: ReadonlyMap<string, string>): string {
  if (specifier.startsWith("file:")) {
    const path = toPath(specifier);
    for (const [folder, name] of linked) if (path.startsWith(folder)) return `jsr:${name}`;
    return path;
  }
  const match = /^(?:(npm|jsr):\/?|https:\/\/(jsr)\.io\/)((?:@[^/]+\/)?[^/@]+)/.exec(specifier);
  return match ? `${match[1] ?? match[2]}:${match[3]}` : specifier;
}

function toPath(specifier: string): string {
  if (!specifier.startsWith("file:")) return specifier;
  return relative(root, fileURLToPath(specifier)).split(sep).join("/");
}

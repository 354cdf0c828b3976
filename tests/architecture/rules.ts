/**
 * The floors, as functions from a graph of imports to the sentences that say what is wrong with it.
 *
 * ```text
 *  4  cli/
 *  3  mod.ts   server/adapters/   server/testing/     composition and hosts
 *  2  server/ (engine)   drivers/   client/           neighbours that never import each other
 *  1  server/ports/
 *  0  server/contract/                                imports nothing
 * ```
 *
 * A **file** is named by its path from the checkout, a **package** by its registry: `npm:ioredis`, `jsr:@std/http`,
 * `node:sqlite`. No package name holds a version: the rules are about who may know whom.
 *
 * @module
 */

/** One import of one file. */
export interface Edge {
  /** The importing file. */
  readonly from: string;
  /** The imported file or package. */
  readonly to: string;
  /** Whether it exists when the program runs, or for the type checker only. */
  readonly kind: "code" | "type";
}

/** A part of the tree that obeys one set of rules. */
export type Zone = "contract" | "ports" | "engine" | "drivers" | "client" | "entry" | "cli";

const floors: Readonly<Record<Zone, number>> = {
  contract: 0,
  ports: 1,
  engine: 2,
  drivers: 2,
  client: 2,
  entry: 3,
  cli: 4,
};

/** The outside systems of the drivers, by the first word of the file's or folder's name. */
const systems: Readonly<Record<string, readonly string[]>> = {
  memory: [],
  console: [],
  sqlite: ["node:sqlite"],
  redis: ["npm:ioredis"],
  bullmq: ["npm:bullmq", "npm:ioredis", "npm:msgpackr-extract"],
  opentelemetry: ["npm:@opentelemetry/api"],
  testing: ["jsr:@std/assert"],
  cron: ["npm:cron-parser"],
};

/** Files that several drivers share, because the systems have the library behind them in common. */
const shared: ReadonlySet<string> = new Set(["drivers/cron.ts"]);

const clientPackages: readonly string[] = ["npm:react", "npm:@types/react", "npm:@tanstack/react-query"];

/** Finds the zone of a file; `undefined` for what is not published. */
export function zoneOf(file: string): Zone | undefined {
  if (file.startsWith("cli/")) return "cli";
  if (file === "mod.ts" || file.startsWith("server/adapters/") || file.startsWith("server/testing/")) return "entry";
  if (file.startsWith("server/contract/")) return "contract";
  if (file.startsWith("server/ports/")) return "ports";
  if (file.startsWith("server/")) return "engine";
  if (file.startsWith("drivers/")) return "drivers";
  if (file.startsWith("client/")) return "client";
  return undefined;
}

/** Tells whether an import leaves the checkout. */
export function isPackage(name: string): boolean {
  return /^[a-z]+:/.test(name);
}

/** Rule 1: imports point down, or to a file of the same zone. */
export function checkFloors(edges: readonly Edge[]): string[] {
  const wrong: string[] = [];
  for (const { from, to } of edges) {
    const zone = zoneOf(from);
    if (zone === undefined || isPackage(to)) continue;
    // Published with the package: the CLI reads its version there.
    if (zone === "cli" && to === "deno.json") continue;
    const target = zoneOf(to);
    if (target === undefined) wrong.push(`${from} imports ${to}, which is not published`);
    else if (floors[target] > floors[zone]) wrong.push(`${from} (floor ${floors[zone]}) imports ${to} above it`);
    else if (floors[target] === floors[zone] && target !== zone) {
      wrong.push(`${from} imports ${to}: ${zone} and ${target} are neighbours`);
    }
  }
  return wrong;
}

/** Rules 2 and 3: the client reaches the contract only, a driver the ports, the contract and its own system. */
export function checkReach(edges: readonly Edge[]): string[] {
  const wrong: string[] = [];
  for (const { from, to } of edges) {
    const zone = zoneOf(from);
    if (isPackage(to) || (zone !== "client" && zone !== "drivers")) continue;
    const target = zoneOf(to);
    if (target === "contract") continue;
    if (zone === "client" && target !== "client") {
      wrong.push(`${from} imports ${to}: a client reaches the contract only`);
    }
    if (zone === "drivers" && shared.has(to)) continue;
    if (zone === "drivers" && target !== "ports" && !(target === "drivers" && systemOf(to) === systemOf(from))) {
      wrong.push(`${from} imports ${to}: a driver reaches the ports, the contract and its own files`);
    }
  }
  return wrong;
}

/** Rules 3 and 4: which packages a zone may name. */
export function checkPackages(edges: readonly Edge[]): string[] {
  const wrong: string[] = [];
  for (const { from, to } of edges) {
    if (isPackage(to) && !mayName(from, to)) wrong.push(`${from} imports ${to}`);
  }
  return wrong;
}

/** R38: the client without a UI library names no package, not even through the files it imports. */
export function checkPureClient(edges: readonly Edge[], start = "client/core.ts"): string[] {
  const wrong: string[] = [];
  const seen = new Set([start]);
  for (const file of seen) {
    for (const edge of edges) {
      if (edge.from !== file) continue;
      if (isPackage(edge.to)) wrong.push(`${start} reaches ${edge.to} through ${file}`);
      else seen.add(edge.to);
    }
  }
  return wrong;
}

/** Rule 5: no file imports itself through others when the program runs. */
export function checkCycles(edges: readonly Edge[]): string[] {
  const imports = new Map<string, string[]>();
  for (const { from, to, kind } of edges) {
    if (kind === "code" && !isPackage(to)) imports.set(from, [...imports.get(from) ?? [], to]);
  }
  const wrong: string[] = [];
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string) => {
    const at = path.indexOf(file);
    if (at >= 0) wrong.push([...path.slice(at), file].join(" -> "));
    if (at >= 0 || done.has(file)) return;
    path.push(file);
    for (const next of imports.get(file) ?? []) visit(next);
    path.pop();
    done.add(file);
  };
  for (const file of imports.keys()) visit(file);
  return wrong;
}

function systemOf(file: string): string {
  return /^drivers\/([a-z0-9]+)/.exec(file)?.[1] ?? "";
}

function mayName(file: string, name: string): boolean {
  switch (zoneOf(file)) {
    case "cli":
      return true;
    case "entry":
      // mod.ts and the testing kit run wherever the engine runs; only an adapter knows a host.
      return file.startsWith("server/adapters/") || name === "jsr:@std/http";
    case "engine":
      return name === "jsr:@std/http";
    case "client":
      return clientPackages.includes(name);
    case "drivers":
      return systems[systemOf(file)]?.includes(name) ?? false;
    default:
      return false;
  }
}

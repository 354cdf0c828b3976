/**
 * The floors of the architecture, and proof that each check can fail.
 *
 * @module
 */
import { assertEquals, assertGreater } from "@std/assert";
import { join } from "node:path";
import { readGraph } from "./architecture/graph.ts";
import {
  checkCycles,
  checkFloors,
  checkPackages,
  checkPureClient,
  checkReach,
  type Edge,
  zoneOf,
} from "./architecture/rules.ts";
import { checkDeclarations, checkHosts, checkReexports } from "./architecture/sources.ts";
import { entryFiles, root } from "./project.ts";

const graph = await readGraph();

/** An app's own code, written by its author: only the floors concern it. */
const sources = graph.files.filter((file) => !file.startsWith("cli/templates/"))
  .map((file) => ({ file, text: Deno.readTextFileSync(join(root, file)) }));

function code(from: string, to: string): Edge {
  return { from, to, kind: "code" };
}

function type(from: string, to: string): Edge {
  return { from, to, kind: "type" };
}

Deno.test("the graph holds the package's sources and every import resolves", () => {
  assertEquals(graph.broken, []);
  for (const entry of entryFiles()) assertEquals(graph.files.includes(entry), true, entry);
  assertGreater(graph.edges.filter((edge) => edge.kind === "code").length, 20);
  assertGreater(graph.edges.filter((edge) => edge.kind === "type").length, 20);
});

Deno.test("imports point down and neighbours do not import each other", () => {
  assertEquals(checkFloors(graph.edges), []);
});

Deno.test("the client reaches the contract only, and a driver the ports and the contract", () => {
  assertEquals(checkReach(graph.edges), []);
});

Deno.test("only adapters, drivers, the client and the CLI name packages, each its own", () => {
  assertEquals(checkPackages(graph.edges), []);
});

Deno.test("R38 the client without a UI library names no package", () => {
  assertEquals(checkPureClient(graph.edges), []);
});

Deno.test("no file imports itself through others at run time", () => {
  assertEquals(checkCycles(graph.edges), []);
});

Deno.test("the server names no host outside its adapters", () => {
  const engine = sources.filter(({ file }) => file === "mod.ts" || file.startsWith("server/"))
    .filter(({ file }) => !file.startsWith("server/adapters/"));
  assertGreater(engine.length, 0);
  assertEquals(engine.flatMap(({ file, text }) => checkHosts(file, text)), []);
});

Deno.test("only entries re-export, name by name", () => {
  const entries = entryFiles();
  assertEquals(sources.flatMap(({ file, text }) => checkReexports(file, text, entries.includes(file))), []);
});

Deno.test("every export of a published source declares its type", () => {
  assertEquals(sources.flatMap(({ file, text }) => checkDeclarations(file, text)), []);
});

Deno.test("zoneOf() knows every published folder", () => {
  assertEquals(
    [
      "mod.ts",
      "server/router.ts",
      "server/realtime/broker.ts",
      "server/ports/store.ts",
      "server/contract/wire.ts",
      "server/adapters/mod.ts",
      "server/testing/mod.ts",
      "drivers/memory.ts",
      "client/core.ts",
      "cli/main.ts",
      "tests/project.ts",
    ].map(zoneOf),
    [
      "entry",
      "engine",
      "engine",
      "ports",
      "contract",
      "entry",
      "entry",
      "drivers",
      "client",
      "cli",
      undefined,
    ],
  );
});

Deno.test("checkFloors() reports an import that points up, sideways or outside", () => {
  const refused = [
    code("server/contract/error.ts", "server/ports/store.ts"),
    type("server/ports/store.ts", "server/router.ts"),
    code("server/router.ts", "mod.ts"),
    code("server/router.ts", "server/adapters/mod.ts"),
    code("server/router.ts", "server/testing/mod.ts"),
    code("server/adapters/mod.ts", "cli/main.ts"),
    type("server/router.ts", "drivers/memory.ts"),
    type("drivers/memory.ts", "client/core.ts"),
    type("client/core.ts", "server/router.ts"),
    code("server/router.ts", "tests/project.ts"),
  ];
  for (const edge of refused) assertEquals(checkFloors([edge]).length, 1, `${edge.from} -> ${edge.to}`);
  const allowed = [
    code("cli/main.ts", "mod.ts"),
    code("mod.ts", "server/adapters/deno.ts"),
    code("server/testing/mod.ts", "drivers/memory.ts"),
    code("server/router.ts", "server/routes.ts"),
    type("server/ports/store.ts", "server/contract/error.ts"),
    code("server/router.ts", "jsr:@std/http"),
    code("tests/project.ts", "mod.ts"),
  ];
  assertEquals(checkFloors(allowed), []);
});

Deno.test("checkReach() reports a client below the contract and a driver outside its system", () => {
  const refused = [
    type("client/core.ts", "server/ports/store.ts"),
    type("client/core.ts", "server/router.ts"),
    code("drivers/bullmq.ts", "server/jobs/worker.ts"),
    code("drivers/bullmq.ts", "drivers/redis.ts"),
  ];
  for (const edge of refused) assertEquals(checkReach([edge]).length, 1, `${edge.from} -> ${edge.to}`);
  const allowed = [
    code("client/core.ts", "client/proxy.ts"),
    code("client/core.ts", "server/contract/wire.ts"),
    type("drivers/memory.ts", "server/ports/store.ts"),
    code("drivers/memory.ts", "server/contract/error.ts"),
    code("drivers/memory.ts", "drivers/memory/jobs.ts"),
  ];
  assertEquals(checkReach(allowed), []);
});

Deno.test("checkPackages() reports a package where it does not belong", () => {
  const refused = [
    code("server/router.ts", "npm:zod"),
    type("server/router.ts", "node:http"),
    code("server/router.ts", "jsr:@std/assert"),
    type("server/contract/schema.ts", "jsr:@std/http"),
    code("server/ports/store.ts", "npm:ioredis"),
    code("mod.ts", "node:process"),
    code("client/core.ts", "npm:zod"),
    code("drivers/memory.ts", "npm:ioredis"),
    code("drivers/redis.ts", "npm:bullmq"),
    code("drivers/unheard_of.ts", "npm:unheard-of"),
  ];
  for (const edge of refused) assertEquals(checkPackages([edge]).length, 1, `${edge.from} -> ${edge.to}`);
  const allowed = [
    code("server/cookies.ts", "jsr:@std/http"),
    code("server/adapters/node.ts", "node:stream"),
    code("drivers/redis.ts", "npm:ioredis"),
    code("drivers/sqlite.ts", "node:sqlite"),
    code("client/mod.ts", "npm:@tanstack/react-query"),
    code("cli/main.ts", "jsr:@cliffy/command"),
  ];
  assertEquals(checkPackages(allowed), []);
});

Deno.test("R38 checkPureClient() reports a package behind another file", () => {
  const edges = [code("client/core.ts", "client/proxy.ts"), code("client/proxy.ts", "npm:react")];
  assertEquals(checkPureClient(edges), ["client/core.ts reaches npm:react through client/proxy.ts"]);
  assertEquals(checkPureClient([code("client/mod.ts", "npm:react")]), []);
});

Deno.test("checkCycles() reports a cycle of code and allows one of types", () => {
  const edges = [code("server/a.ts", "server/b.ts"), code("server/b.ts", "server/c.ts")];
  assertEquals(checkCycles([...edges, code("server/c.ts", "server/a.ts")]), [
    "server/a.ts -> server/b.ts -> server/c.ts -> server/a.ts",
  ]);
  assertEquals(checkCycles([...edges, type("server/c.ts", "server/a.ts")]), []);
  assertEquals(checkCycles([...edges, code("server/a.ts", "server/c.ts")]), []);
});

Deno.test("checkHosts() reports a host as a value, a type and a member of the globals", () => {
  const refused = [
    `Deno.cwd();`,
    `const pid = process.pid;`,
    "const text = `at ${Deno.cwd()}`;",
    `let server: Deno.HttpServer;`,
    `if (typeof Bun !== "undefined") run();`,
    `const env = globalThis.process?.env;`,
    `const deno = globalThis["Deno"];`,
    `const deno = (globalThis as Host).Deno;`,
    `const env = { process };`,
    `const { readFile } = require("fs");`,
    `/* why */ const path = Deno /* here */ .cwd();`,
  ];
  for (const source of refused) assertEquals(checkHosts("server/a.ts", source).length, 1, source);
  const allowed = `
    // Deno.serve calls this
    /** See {@link Deno.serve} and process.exit(). */
    const name = "Deno.serve"; const other = 'process.env'; const text = \`Deno.\${name}\`;
    worker.process(job); const { process: run } = worker; interface Worker { process(): void; Deno: string }
    const worker = { process: 1, Buffer() {} }; const pattern = /process\\.env/;
  `;
  assertEquals(checkHosts("server/a.ts", allowed), []);
});

Deno.test("checkReexports() reports export * anywhere and re-exports outside entries", () => {
  const everywhere = [
    `export * from "./b.ts";`,
    `export type * from "./b.ts";`,
    `export * as b from "./b.ts";`,
  ];
  for (const source of everywhere) {
    assertEquals(checkReexports("mod.ts", source, true).length, 1, source);
    assertEquals(checkReexports("server/a.ts", source, false).length, 1, source);
  }
  const outside = [
    `export { b } from "./b.ts";`,
    `export type { B as C } from "./b.ts";`,
    `import { b } from "./b.ts"; export { b as c };`,
    `import type { B } from "./b.ts"; export type { B };`,
    `import * as b from "./b.ts"; export { b };`,
    `import b from "./b.ts"; export default b;`,
  ];
  for (const source of outside) {
    assertEquals(checkReexports("mod.ts", source, true), [], source);
    assertEquals(checkReexports("server/a.ts", source, false).length, 1, source);
  }
  assertEquals(checkReexports("server/a.ts", `import { b } from "./b.ts"; const c = b; export { c };`, false), []);
});

Deno.test("checkDeclarations() reports an export whose type is inferred", () => {
  const refused = [
    `export const names = new Map();`,
    `export function run() { return load(); }`,
    `export class Box { open = unwrap(); }`,
  ];
  for (const source of refused) assertEquals(checkDeclarations("server/a.ts", source).length, 1, source);
  const allowed = `
    import type { Store } from "./store.ts";
    export const store: Store = make(); export function run(): void {} export const name = "a" as const;
    function make() { return {} as Store; } const inner = new Map();
  `;
  assertEquals(checkDeclarations("server/a.ts", allowed), []);
});

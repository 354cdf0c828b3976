/**
 * The npm package under Node and for other compilers, as its users have it: installed from the tarball.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { buildPackage } from "../npm/build.ts";
import { shareNpm } from "../npm/npm.ts";
import { installProject, type NodeProject } from "../npm/project.ts";
import { readConfig, root } from "../project.ts";
import { AppRouter } from "./next/igniter.router.ts";

/** The command runs on Deno alone. */
const ENTRIES = Object.keys(readConfig().exports).filter((entry) => entry !== "./cli");

const PROGRAMS = join(root, "tests/npm/programs");

const COMPILER_OPTIONS = {
  declaration: true,
  exactOptionalPropertyTypes: true,
  jsx: "react-jsx",
  lib: ["es2024", "dom", "dom.iterable", "esnext.disposable"],
  module: "nodenext",
  noUncheckedIndexedAccess: true,
  rewriteRelativeImportExtensions: true,
  strict: true,
  target: "es2022",
  types: [],
  verbatimModuleSyntax: true,
};

/** A project with nothing beside the package, one with what every entry needs, and one whose React is older. */
let bare: NodeProject, full: NodeProject, older: NodeProject;

const { testNpm } = shareNpm(async () => {
  await using stack = new AsyncDisposableStack();
  const packed = stack.adopt(Deno.makeTempDirSync(), (folder) => Deno.removeSync(folder, { recursive: true }));
  const core = await buildPackage(packed);
  const install = async (dependencies: Record<string, string>) =>
    stack.use(await installProject({ from: PROGRAMS, dependencies: { "@igniter-js/core": core, ...dependencies } }));
  bare = await install({ zod: "^4.6.7" });
  const peers = peersOf(bare);
  full = await install({
    ...peers,
    "@types/node": "^20",
    "@types/react": "^19",
    "react": "^19",
    "react-test-renderer": "^19",
    "typescript": "5.9.3",
    "typescript-7": "npm:typescript@^7",
    "zod": "^4.6.7",
  });
  const query = "@tanstack/react-query";
  older = await install({ [query]: peers[query]!, "react": "^18", "react-test-renderer": "^18" });
  return stack.move();
});

testNpm("the npm package's entries that need no other package load without any, by import and by require", async () => {
  const alone = ["", "/adapters", "/client/core", "/drivers/memory", "/testing"];
  await assertNames(bare, alone.map((entry) => `@igniter-js/core${entry}`));
});

testNpm("the npm package's entries load beside their peers, with the names that they have on JSR", async () => {
  const hasSqlite = (await full.node("-p", "require('module').isBuiltin('node:sqlite')")).trim() === "true";
  const entries = ENTRIES.filter((entry) => hasSqlite || entry !== "./drivers/sqlite");
  await assertNames(full, entries.map((entry) => `@igniter-js/core${entry.slice(1)}`));
});

testNpm("nodeAdapter and the core client work in one process of Node", async () => {
  assertEquals(JSON.parse(await bare.node("calls.mjs")), {
    rich: ["Hello, Ada Lovelace", true, true, ["a", "b"]],
    inProcess: ["Hello, Ada Lovelace", true],
    wrong: [null, "ERR_VALIDATION", ["page"]],
    aborted: ["ERR_ABORTED", true],
    plain: { data: 7, error: null },
    events: ['data: {"tick":1}', 'data: {"tick":2}', 'data: {"tick":3}'],
    unreachable: "ERR_NETWORK",
  });
});

testNpm("R72 TypeScript 5.9 infers through the npm package's declarations and writes an app's own", async () => {
  await compile("typescript", { skipLibCheck: true }, ["consumer.ts", "hooks.tsx"]);
});

testNpm("R72 TypeScript 7 does so too, and finds nothing wrong in the declarations of any entry", async () => {
  const entries = ENTRIES.map((entry) => `import "@igniter-js/core${entry.slice(1)}";`);
  Deno.writeTextFileSync(join(full.folder, "entries.ts"), entries.join("\n"));
  await compile("typescript-7", { skipLibCheck: false }, ["consumer.ts", "entries.ts", "hooks.tsx"]);
});

testNpm("R38 the clients work in an environment like React Native's, with React 18 and 19", async () => {
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, AppRouter.handler);
  const names = ["Ada", "Grace"];
  for (const [major, project] of [["19", full], ["18", older]] as const) {
    const found = JSON.parse(await project.node("native.mjs", `http://127.0.0.1:${server.addr.port}`));
    assertEquals([found.version.split(".")[0], found.absent], [major, []]);
    names.push(`Native ${found.version}`);
    assertEquals(found.core, {
      since: true,
      wrong: "ERR_VALIDATION",
      created: names.at(-1),
      aborted: "ERR_ABORTED",
      timeout: "ERR_TIMEOUT",
      network: "ERR_NETWORK",
      base: "http://localhost:3000/api/v1/_/rpc/users.list",
    });
    const before = names.join(", ");
    names.push(`Hooked ${found.version}`);
    assertEquals(found.react, {
      seen: ["loading", before, names.join(", ")],
      requests: ["users.list", "users.create", "users.list"],
    });
  }
});

/** What an application must bring along for one entry or another. */
function peersOf({ folder }: NodeProject): Record<string, string> {
  return JSON.parse(Deno.readTextFileSync(join(folder, "node_modules/@igniter-js/core/package.json"))).peerDependencies;
}

async function assertNames(project: NodeProject, specifiers: readonly string[]): Promise<void> {
  const found = JSON.parse(await project.node("entries.mjs", ...specifiers));
  const expected: Record<string, object> = {};
  for (const specifier of specifiers) {
    const names = Object.keys(await import(specifier)).sort();
    expected[specifier] = { imported: names, required: names };
  }
  assertEquals(found, expected);
}

async function compile(compiler: string, options: object, files: readonly string[]): Promise<void> {
  const compilerOptions = { ...COMPILER_OPTIONS, ...options, outDir: compiler };
  Deno.writeTextFileSync(join(full.folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files }));
  await full.node(`node_modules/${compiler}/bin/tsc`);
  const written = Deno.readTextFileSync(join(full.folder, compiler, "consumer.d.ts"));
  assert(/export declare const api: .*CoreClient</.test(written), written);
}

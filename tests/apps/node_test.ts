/**
 * The npm package under Node and for other compilers, as its users have it: installed from the tarball.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { buildPackage } from "../npm/build.ts";
import { withoutNpm } from "../npm/npm.ts";
import { installProject, type NodeProject } from "../npm/project.ts";
import { readConfig, root } from "../project.ts";
import { AppRouter } from "./next/igniter.router.ts";

const PROGRAMS = join(root, "tests/npm/programs");

Deno.test({
  name: "the npm package runs under Node and React Native, and its types hold for TypeScript 5.9 and 7 (needs npm)",
  ignore: withoutNpm(),
  fn: async (test) => {
    await using stack = new AsyncDisposableStack();
    const packed = stack.adopt(Deno.makeTempDirSync(), (folder) => Deno.removeSync(folder, { recursive: true }));
    const core = await buildPackage(packed);
    const install = async (dependencies: Record<string, string>) =>
      stack.use(await installProject({ from: PROGRAMS, dependencies: { "@igniter-js/core": core, ...dependencies } }));

    const bare = await install({ zod: "^4.6.7" });

    await test.step("what needs no other package loads without any, by import and by require", async () => {
      const alone = ["", "/adapters", "/client/core", "/drivers/memory", "/testing"];
      await assertNames(bare, alone.map((entry) => `@igniter-js/core${entry}`));
    });

    await test.step("a server of node:http and the core client work in one process of Node", async () => {
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

    const peers = peersOf(bare);
    const full = await install({
      ...peers,
      "@types/node": "^20",
      "@types/react": "^19",
      "react": "^19",
      "react-test-renderer": "^19",
      "typescript": "5.9.3",
      "typescript-7": "npm:typescript@^7",
      "zod": "^4.6.7",
    });

    await test.step("every entry loads beside its peers, by import and by require, with the names it has on JSR", async () => {
      const hasSqlite = (await full.node("-p", "require('module').isBuiltin('node:sqlite')")).trim() === "true";
      const entries = Object.keys(readConfig().exports).filter((entry) => hasSqlite || entry !== "./drivers/sqlite");
      await assertNames(full, entries.map((entry) => `@igniter-js/core${entry.slice(1)}`));
    });

    for (const compiler of ["typescript", "typescript-7"]) {
      await test.step(`R72 ${compiler} infers through the declarations, checks them, and writes an app's own`, async () => {
        const output = `out-${compiler}`;
        const entries = Object.keys(readConfig().exports).map((entry) => `import "@igniter-js/core${entry.slice(1)}";`);
        Deno.writeTextFileSync(join(full.folder, "entries.ts"), entries.join("\n"));
        Deno.writeTextFileSync(join(full.folder, "tsconfig.json"), JSON.stringify(tsconfig(output)));
        await full.node(`node_modules/${compiler}/bin/tsc`);
        const written = Deno.readTextFileSync(join(full.folder, output, "consumer.d.ts"));
        assert(/export declare const api: .*CoreClient</.test(written), written);
      });
    }

    await test.step("R38 the clients work in an environment like React Native's, with React 18 and 19", async () => {
      const { react: _, ...others } = peers;
      const older = await install({ ...others, "react": "^18", "react-test-renderer": "^18" });
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
  },
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

function tsconfig(outDir: string): object {
  return {
    compilerOptions: {
      declaration: true,
      exactOptionalPropertyTypes: true,
      jsx: "react-jsx",
      lib: ["es2024", "dom", "dom.iterable", "esnext.disposable"],
      module: "nodenext",
      noUncheckedIndexedAccess: true,
      outDir,
      rewriteRelativeImportExtensions: true,
      skipLibCheck: false,
      strict: true,
      target: "es2022",
      types: [],
      verbatimModuleSyntax: true,
    },
    files: ["consumer.ts", "entries.ts", "hooks.tsx"],
  };
}

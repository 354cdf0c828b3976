/**
 * Proof that `deno task publish:check` can fail.
 *
 * @module
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { dryRun, findStrays } from "./publish_check.ts";

async function dryRunOf(source: string) {
  const folder = Deno.makeTempDirSync();
  try {
    Deno.writeTextFileSync(
      join(folder, "deno.json"),
      JSON.stringify({ name: "@igniter-js/core", version: "0.1.0", license: "MIT", exports: "./mod.ts" }),
    );
    Deno.writeTextFileSync(join(folder, "mod.ts"), source);
    return await dryRun(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("publish:check lists the files of a package without slow types", async () => {
  const { ok, files } = await dryRunOf("/** @module */\nexport const names: Set<string> = new Set();\n");
  assertEquals({ ok, files: [...files].sort() }, { ok: true, files: ["deno.json", "mod.ts"] });
});

Deno.test("publish:check refuses a slow type", async () => {
  const { ok, output } = await dryRunOf("/** @module */\nexport const names = new Set();\n");
  assertEquals(ok, false);
  assertStringIncludes(output, "slow types");
});

Deno.test("publish:check refuses files that do not belong", () => {
  const strays = [
    "tests/project.ts",
    "links/std_assert/mod.ts",
    "deno.lock",
    ".ci/run",
    "AGENTS.md",
    "server/router_test.ts",
    "server/router_bench.ts",
    "server/test.ts",
    "server/notes.md",
    "drivers/.env",
    "cli/templates/app/.env",
    "cli/templates/app/node_modules/zod/index.js",
  ];
  const files = [
    "mod.ts",
    "deno.json",
    "README.md",
    "LICENSE",
    "CHANGELOG.md",
    "server/contract/action.ts",
    "client/provider.tsx",
    "cli/main.ts",
    "cli/templates/app/users_test.ts",
    "cli/templates/app/README.md",
  ];
  assertEquals(findStrays([...strays, ...files]), strays);
});

/** Commands in a project on Node, which has Igniter from npm: its sources are those of the Next app of tests/apps. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { buildPackage } from "../npm/build.ts";
import { shareNpm } from "../npm/npm.ts";
import { installProject, type NodeProject } from "../npm/project.ts";
import { root } from "../project.ts";
import { igniter } from "./_cli.ts";

const TSCONFIG = {
  compilerOptions: {
    allowImportingTsExtensions: true,
    exactOptionalPropertyTypes: true,
    isolatedModules: true,
    lib: ["dom", "esnext"],
    module: "esnext",
    moduleResolution: "bundler",
    noEmit: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: true,
    strict: true,
    target: "ES2022",
    types: ["node"],
  },
  // What has to do with React and Next is not installed here.
  include: ["igniter.router.ts", "igniter.schema.ts", "procedures"],
};

let project: NodeProject;

const { testNpm } = shareNpm(async () => {
  await using stack = new AsyncDisposableStack();
  const packed = stack.adopt(Deno.makeTempDirSync(), (folder) => Deno.removeSync(folder, { recursive: true }));
  const core = await buildPackage(packed);
  project = stack.use(
    await installProject({
      from: join(root, "tests/apps/next"),
      dependencies: { "@igniter-js/core": core, "@types/node": "^20", "typescript": "5.9.3", "zod": "^4.6.7" },
      json: { "tsconfig.json": TSCONFIG },
    }),
  );
  return stack.move();
});

async function run(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await igniter(args, { cwd: project.folder });
  assertEquals({ args, code }, { args, code: 0 }, stderr);
  return stdout;
}

testNpm(
  "R62 igniter lists, describes and adds to a project on Node, and what it writes type-checks there",
  async () => {
    assertEquals(JSON.parse(await run("info", "--json")).project.runtime, "node");
    assertStringIncludes(await run("routes"), "/api/v1/users/count");
    await run("generate", "feature", "blogPost");
    await run("generate", "procedure", "tenant");
    await run("generate", "schema");
    await run("generate", "openapi");
    assertStringIncludes(await run("routes"), "/api/v1/blog-posts/:id");
    const read = (path: string) => Deno.readTextFileSync(join(project.folder, path));
    assertStringIncludes(read("igniter.schema.ts"), `"blogPosts.byId": ["GET", "/blog-posts/:id"],`);
    assertEquals("/blog-posts/{id}" in JSON.parse(read("openapi.json")).paths, true);
    await project.node("node_modules/typescript/bin/tsc", "-p", ".");
    for (const path of ["deno.lock", "features/blog-post/blog-post_test.ts"]) {
      assertEquals(existsSync(join(project.folder, path)), false, path);
    }
  },
);

/** How commands find a project, and load its router without starting anything. */
import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { join } from "node:path";
import { CliError } from "../../cli/errors.ts";
import { parseJsonc, toProjectConfig } from "../../cli/project/config.ts";
import { findProject, findRouterFile } from "../../cli/project/find.ts";
import { detectFramework } from "../../cli/project/framework.ts";
import { inspectRouter } from "../../cli/project/inspect.ts";
import { toAliases } from "../../cli/project/tsconfig.ts";
import { runDeno } from "../project.ts";
import { createProject, type TestProject } from "./_project.ts";

const ROUTER = `
import { Igniter } from "@igniter-js/core";
const igniter = Igniter.create();
const things = igniter.controller({ path: "/things", actions: { list: igniter.query({ handler: () => [] }) } });
export const AppRouter = igniter.router({ controllers: { things } });
`;

function inspect(project: TestProject, patience?: number) {
  const router = findRouterFile({ root: project.folder }, project.folder);
  return inspectRouter(findProject(project.folder), { router, ...(patience === undefined ? {} : { patience }) });
}

Deno.test("a project is the nearest folder above with deno.json, deno.jsonc or package.json", () => {
  using project = createProject({
    "deno.jsonc": `{ // comments\n "imports": { "hono": "npm:hono@^4", }, }`,
    "package.json": `{ "dependencies": { "zod": "^4" }, "imports": { "#own": "./own.ts" } }`,
    "src/deep/file.ts": "",
  });
  assertEquals(findProject(join(project.folder, "src/deep")), {
    root: project.folder,
    runtime: "deno",
    framework: "hono",
    dependencies: { hono: "npm:hono@^4", zod: "^4" },
  });
  using node = createProject({ "package.json": `{ "dependencies": { "next": "16", "express": "5" } }` });
  assertEquals(findProject(node.folder), {
    root: node.folder,
    runtime: "node",
    framework: "nextjs",
    dependencies: { next: "16", express: "5" },
  });
  assertThrows(() => findProject("/"), CliError, "Cannot find a project");
});

Deno.test("a configuration that is none is named, with its line", () => {
  assertThrows(() => parseJsonc(`{\n "imports": {\n`, "a/deno.json"), CliError, "Cannot read a/deno.json: ");
  assertThrows(() => parseJsonc(`[]`, "deno.json"), CliError, "it holds no object");
  assertEquals(toProjectConfig({ imports: { a: 1, b: "npm:b" }, dependencies: null }), {
    dependencies: { b: "npm:b" },
  });
});

Deno.test("a framework is told by its package", () => {
  const found = ["next", "@fresh/core", "fresh", "express", "hono", "@hono/hono", "zod"]
    .map((name) => detectFramework({ [name]: "1" }));
  assertEquals(found, ["nextjs", "fresh", "fresh", "express", "hono", "hono", "deno"]);
});

Deno.test("the aliases of a tsconfig become an import map", () => {
  const paths = { "@/*": ["./src/*", "./other/*"], "~lib": ["lib/mod.ts"], "odd/*": ["one.ts"], "none": [] };
  const imports = { "@/": "file:///app/src/", "~lib": "file:///app/lib/mod.ts" };
  assertEquals(toAliases({ paths }, "/app"), { imports });
  assertEquals(toAliases({ paths: { "@/*": ["*"] }, baseUrl: "src" }, "/app"), {
    imports: { "@/": "file:///app/src/" },
  });
  assertEquals(toAliases({ paths: {} }, "/app"), undefined);
  assertEquals(toAliases({}, "/app"), undefined);
});

Deno.test("the router is where init puts it, seen from any folder of the project, or where --router says", () => {
  using project = createProject({ "src/igniter.router.ts": "", "src/features/a/index.ts": "", "other.ts": "" });
  const { folder } = project;
  const router = join(folder, "src/igniter.router.ts");
  assertEquals(findRouterFile({ root: folder }, folder), router);
  assertEquals(findRouterFile({ root: folder }, join(folder, "src/features/a")), router);
  assertEquals(findRouterFile({ root: folder }, join(folder, "src"), "../other.ts"), join(folder, "other.ts"));
  assertThrows(() => findRouterFile({ root: folder }, folder, "nowhere.ts"), CliError, "there is no file nowhere.ts");
  using empty = createProject({});
  assertThrows(() => findRouterFile({ root: empty.folder }, empty.folder), CliError, "Cannot find the router");
});

Deno.test("R62 a router is loaded without listeners, connections and workers, whatever its modules print", async () => {
  using project = createProject({
    "igniter.ts": `
      import { createSqliteJobsAdapter } from "@igniter-js/core/drivers/sqlite";
      import { Igniter } from "@igniter-js/core";
      import { z } from "zod";
      export const jobs = createSqliteJobsAdapter({ path: "jobs.db", autoStartWorker: !Deno.args.includes("enqueue") });
      const work = jobs.register({ name: "work", input: z.object({}), handler: () => Deno.writeTextFileSync("ran", "") });
      export const igniter = Igniter
        .jobs(jobs.merge({ own: jobs.router({ namespace: "own", jobs: { work } }) }))
        .create();
    `,
    "enqueue.ts": `
      import { igniter, jobs } from "./igniter.ts";
      await igniter.jobs.own.enqueue({ task: "work", input: {} });
      await jobs.close();
    `,
    "src/igniter.router.ts": `
      import { igniter } from "../igniter.ts";
      console.log("printed");
      setInterval(() => console.log("still here"), 1);
      Promise.reject(new Error("later"));
      const refused = await Deno.connect({ port: 1 }).catch((error) => error.name);
      if (refused !== "NotCapable") throw new Error(refused);
      if (Deno.env.get("GIVEN") !== "in .env") throw new Error("no .env");
      // A worker that had begun would have its job by then.
      for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setTimeout(resolve));
      const named = igniter.procedure({ name: "named", handler: () => ({}) });
      const nameless = igniter.procedure({ handler: () => ({}) });
      const things = igniter.controller({
        path: "/things",
        actions: { live: igniter.query({ path: "/:id", stream: true, use: [named, nameless], handler: () => {} }) },
      });
      export const AppRouter = igniter.router({ basePath: "/", controllers: { things } });
    `,
    ".env": "GIVEN=in .env",
  });
  const enqueued = await runDeno(["run", "-A", "enqueue.ts", "enqueue"], { cwd: project.folder });
  assertEquals(enqueued.code, 0, enqueued.stderr);
  assertEquals(await inspect(project), {
    basePath: "/",
    routes: [{
      method: "GET",
      path: "/things/:id",
      key: "things.live",
      kind: "stream",
      procedures: ["named", "(no name)"],
      schemas: [],
    }],
    features: ["jobs"],
  });
  assertThrows(() => project.read("ran"), Deno.errors.NotFound);
});

Deno.test("R62 a router that cannot be loaded is a failure that says why", async () => {
  const cases: readonly (readonly [source: string, message: string])[] = [
    [`export const a = 1, b = null, c = {};`, "it exports no router"],
    [`throw new Error("the database is missing");`, "the database is missing"],
    [`import "./nowhere.ts";`, "nowhere.ts"],
    [`export const x = ;`, "Expression expected"],
    [`Deno.exit(3);`, "the process ended without an answer"],
    [`Deno.listen({ port: 0 });`, "Requires net access"],
    [
      ROUTER.replace("AppRouter", "One") +
      ROUTER.replace(/.*/s, "export const Two = igniter.router({ controllers: {} });"),
      "none of them is called AppRouter: One, Two",
    ],
  ];
  await Promise.all(cases.map(async ([source, message]) => {
    using project = createProject({ "src/igniter.router.ts": source });
    const error = await assertRejects(() => inspect(project), CliError);
    assertStringIncludes(error.message, message);
    assertStringIncludes(error.message, "Cannot load ");
  }));
});

Deno.test("R62 a router is found whatever its name is, and one that never loads is given up", async () => {
  for (const name of ["AppRouter", "api"]) {
    using project = createProject({
      "igniter.router.ts": `${ROUTER.replace("AppRouter", name)}\nexport { ${name} as default };`,
    });
    const { routes } = await inspect(project);
    assertEquals(routes.map(({ key }) => key), ["things.list"]);
  }
  using hanging = createProject({ "igniter.router.ts": `setInterval(() => {}, 9); await new Promise(() => {});` });
  await assertRejects(() => inspect(hanging, 500), CliError, "it was not loaded after 0.5 s");
});

Deno.test("R62 a project on Node is loaded with its aliases, without a lock file left behind", async () => {
  const dependency = { name: "@igniter-js/core", version: "1.0.0", type: "module", exports: "./mod.js" };
  using project = createProject({
    "package.json": `{ "dependencies": { "next": "16", "@igniter-js/core": "1.0.0", "server-only": "1" } }`,
    "tsconfig.json": `{ "compilerOptions": { "paths": { "@/*": ["./src/*"] } } }`,
    "node_modules/@igniter-js/core/package.json": JSON.stringify(dependency),
    "node_modules/@igniter-js/core/mod.js": `
      export const toClientSchema = (router, options) => ({ routes: { known: options.known } });
      export const createRouter = () => ({ "~engine": { base: "/api", plans: [], app: { features: {}, plugins: { records: [["mail"]] } } } });`,
    "node_modules/server-only/package.json":
      `{ "name": "server-only", "version": "1.0.0", "exports": { ".": { "react-server": "./ok.js", "default": "./no.js" } } }`,
    "node_modules/server-only/ok.js": "",
    "node_modules/server-only/no.js": `throw new Error("not on the server");`,
    "src/lib/made.ts": `import { createRouter } from "@igniter-js/core"; export const made: object = createRouter();`,
    "src/igniter.router.ts": `import "server-only"; import { made } from "@/lib/made"; export const AppRouter = made;`,
  });
  const inspection = await inspectRouter(findProject(project.folder), {
    router: join(project.folder, "src/igniter.router.ts"),
    document: { module: "@igniter-js/core", name: "toClientSchema", options: { known: 1 } },
  });
  assertEquals(inspection, {
    basePath: "/api",
    routes: [],
    features: ["plugin:mail"],
    document: { routes: { known: 1 } },
  });
  assertThrows(() => project.read("deno.lock"), Deno.errors.NotFound);
});

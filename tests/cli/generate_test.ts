/** How `igniter generate` names things, changes files, and refuses to. */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { CliError } from "../../cli/errors.ts";
import { planFeature } from "../../cli/generate/feature.ts";
import { addImport } from "../../cli/generate/imports.ts";
import { toNames, toPlainNames } from "../../cli/generate/names.ts";
import { planController, planJob, planProcedure } from "../../cli/generate/parts.ts";
import type { Sources } from "../../cli/generate/plan.ts";
import { addExport, registerController, registerJob } from "../../cli/generate/register.ts";
import { igniter } from "./_cli.ts";
import { createProject } from "./_project.ts";

const ROUTER = `
import { Igniter } from "@igniter-js/core";
const igniter = Igniter.create();
const things = igniter.controller({ path: "/things", actions: { list: igniter.query({ handler: () => [] }) } });
export const AppRouter = igniter.router({ controllers: { things } });
`;

function createSources(files: Readonly<Record<string, string>>, more: Partial<Sources> = {}): Sources {
  return {
    base: "src/",
    router: "src/igniter.router.ts",
    ending: ".ts",
    runtime: "deno",
    hasAssert: true,
    read: (path) => files[path],
    ...more,
  };
}

function register(source: string, key = "posts"): string {
  return registerController(source, {
    file: "r.ts",
    name: "postController",
    from: "./features/post/index.ts",
    key,
  });
}

Deno.test("R62 a feature's names are made of one in any case, singular or plural", () => {
  const post = {
    one: "blogPost",
    many: "blogPosts",
    type: "BlogPost",
    file: "blog-post",
    path: "blog-posts",
    text: "blog post",
    texts: "blog posts",
  };
  for (const name of ["blogPost", "BlogPosts", "blog_posts", "blog-post", "Blog Posts", "BLOG_POST", "blog.post"]) {
    assertEquals(toNames(name), post, name);
  }
  const words = ["categories", "person", "news", "address", "HTTPServers", "v2items", "map"];
  assertEquals(words.map((name) => [toNames(name).one, toNames(name).many, toNames(name).type]), [
    ["category", "categories", "Category"],
    ["person", "people", "Person"],
    ["news", "news", "News"],
    ["address", "addresses", "Address"],
    ["httpServer", "httpServers", "HttpServer"],
    ["v2item", "v2items", "V2item"],
    ["map", "maps", "MapItem"],
  ]);
  assertEquals(toNames("caches", "caches").one, "caches");
  assertEquals(toNames("criterion", "criteria").many, "criteria");
  assertEquals(toPlainNames("sendInvoices").one, "sendInvoices");
});

Deno.test("R62 what is no name is wrong usage", () => {
  for (const name of ["", " ", "9lives", "a/b", "../x", "é", "a;b", "class", "delete", "import"]) {
    const error = assertThrows(() => toNames(name), CliError, "Cannot name anything");
    assertEquals(error.exitCode, 2);
  }
});

Deno.test("R62 a controller is registered in the router as its author lays it out", () => {
  const cases: readonly (readonly [before: string, after: string])[] = [
    ["controllers: {},", "controllers: { posts: postController },"],
    ["controllers: { a },", "controllers: { a, posts: postController },"],
    ["controllers: { a: b, },", "controllers: { a: b, posts: postController },"],
    ["controllers: { a,\n    b },", "controllers: { a,\n    b, posts: postController },"],
    [
      "controllers: {\n    a: {\n      b,\n    } },",
      "controllers: {\n    a: {\n      b,\n    }, posts: postController },",
    ],
    [
      "controllers: {\n    a: f(\n      b,\n    ),\n  },",
      "controllers: {\n    a: f(\n      b,\n    ),\n    posts: postController,\n  },",
    ],
    ["controllers: { /* none */ },", "controllers: { posts: postController /* none */ },"],
    ["controllers: { a /* one */ },", "controllers: { a, posts: postController /* one */ },"],
    ["controllers: {\n  },", "controllers: {\n    posts: postController,\n  },"],
    ["controllers: {\n    a: b,\n  },", "controllers: {\n    a: b,\n    posts: postController,\n  },"],
    ["controllers: {\n\t\ta: b\n\t},", "controllers: {\n\t\ta: b,\n\t\tposts: postController,\n\t},"],
    [
      "controllers: {\n    a: b, // controllers: {\n  },",
      "controllers: {\n    a: b, // controllers: {\n    posts: postController,\n  },",
    ],
    [
      "controllers: {\n    // posts: x,\n    'a-b': f({ x: [1, 2] }, `}${1}`), /* } */\n    c: d // last\n  },",
      "controllers: {\n    // posts: x,\n    'a-b': f({ x: [1, 2] }, `}${1}`), /* } */\n    c: d, // last\n    posts: postController,\n  },",
    ],
  ];
  for (const [before, after] of cases) {
    const head = `import { a } from "./features/a/index.ts";\n`;
    const line = `import { postController } from "./features/post/index.ts";\n`;
    assertEquals(register(`${head}igniter.router({ ${before} });\n`), `${head}${line}igniter.router({ ${after} });\n`);
  }
});

Deno.test("R62 what is registered already is left as it is", () => {
  const once = register("import a from './a.ts';\nigniter.router({ controllers: { a } });\n");
  assertEquals(register(once), once);
});

Deno.test("R62 a router that does not look as expected is left alone, and the lines to write by hand are told", () => {
  const routers = [
    "igniter.router(options);",
    "igniter.router({ controllers });",
    "igniter.router({ controllers: { ...others } });",
    "igniter.router({ controllers: { [name]: a } });",
    "igniter.router({ controllers: { a() {} } });",
    "igniter.router({ controllers: { a: b ",
    "igniter.router({ controllers: { a } }); igniter.router({ controllers: { b } });",
    "// igniter.router({ controllers: {} });",
    "const text = 'controllers: {}';",
    "igniter.router({ controllers: { posts: otherController } });",
    "igniter.router({ controllers: { posts } });",
  ];
  for (const source of routers) {
    const error = assertThrows(() => register(source), CliError, "Cannot register postController: ");
    assertStringIncludes(error.hint ?? "", `import { postController } from "./features/post/index.ts";`);
    assertStringIncludes(error.hint ?? "", "posts: postController,");
    assertStringIncludes(error.hint ?? "", "--no-register");
  }
});

Deno.test("R62 an import stands among those of its folder, and joins one from the same file", () => {
  const add = (source: string) => addImport(source, { name: "b", from: "./features/b/index.ts" });
  const line = `import { b } from "./features/b/index.ts";`;
  const a = `import { a } from "./features/a/index.ts";`;
  const c = `import { c } from "./features/c/index.ts";`;
  const cases: readonly (readonly [before: string, after: string])[] = [
    ["const x = 1;\n", `${line}\n\nconst x = 1;\n`],
    [`/** Doc. */\nimport x from "x";\n\nrest;`, `/** Doc. */\nimport x from "x";\n${line}\n\nrest;`],
    [`${a}\n${c}\n`, `${a}\n${line}\n${c}\n`],
    [`import "side";\n${c}\n`, `import "side";\n${line}\n${c}\n`],
    [
      `import {\n  a,\n} from "./features/a/index.ts";\nrest`,
      `import {\n  a,\n} from "./features/a/index.ts";\n${line}\nrest`,
    ],
    [`import { a, C } from "./features/b/index.ts";`, `import { a, b, C } from "./features/b/index.ts";`],
    [`import {\n  a,\n} from "./features/b/index.ts";`, `import { a, b } from "./features/b/index.ts";`],
    [line, line],
    [`import type { b } from "./features/b/index.ts";`, `import type { b } from "./features/b/index.ts";\n${line}`],
  ];
  for (const [before, after] of cases) assertEquals(add(before), after);
});

Deno.test("R62 a job is registered in its namespace, or makes one", () => {
  const add = (source: string) =>
    registerJob(source, { file: "jobs.ts", name: "defineSend", from: "../jobs/send.job.ts", key: "mail", job: "send" });
  const merged = (inside: string) => `export const REGISTERED_JOBS: Jobs = jobs.merge({ ${inside} });\n`;
  const line = `import { defineSend } from "../jobs/send.job.ts";\n\n`;
  const made = merged(`mail: jobs.router({ namespace: "mail", jobs: { send: defineSend(jobs) } })`);
  assertEquals(add(merged("").replace("{  }", "{}")), line + made);
  assertEquals(add(add(merged("").replace("{  }", "{}"))), line + made);
  assertEquals(
    add(merged(`mail: jobs.router({ namespace: "mail", jobs: { a: b } })`)),
    line + merged(`mail: jobs.router({ namespace: "mail", jobs: { a: b, send: defineSend(jobs) } })`),
  );
  for (
    const source of [
      "export const jobs = create();",
      merged("...others"),
      merged("mail: mailJobs"),
      merged("mail: jobs.router({ jobs })"),
      merged("mail: jobs.router({ jobs: { send: other } })"),
      merged("mail: jobs.router({ jobs: { a: b }, onFailure: (job) => tell(job.payload.userId) })"),
    ]
  ) {
    const error = assertThrows(() => add(source), CliError, "Cannot register defineSend: ");
    assertStringIncludes(error.hint ?? "", `import { defineSend } from "../jobs/send.job.ts";`);
  }
  const names = toPlainNames("send");
  assertThrows(
    () => planJob(createSources({}), names, undefined),
    CliError,
    "Cannot add a job: there is no src/services",
  );
  assertEquals(planJob(createSources({}), names, undefined, { register: false }).files.map(({ path }) => path), [
    "src/jobs/send.job.ts",
  ]);
});

Deno.test("R62 an index gets an export once", () => {
  const line = `export { a } from "./a.ts";\n`;
  assertEquals(addExport(undefined, "a", "./a.ts"), line);
  assertEquals(addExport("", "a", "./a.ts"), line);
  assertEquals(addExport(line, "a", "./a.ts"), line);
  assertEquals(addExport(`export { ab } from "x"; // export { a }`, "a", "./a.ts").endsWith(`\n${line}`), true);
});

Deno.test("R62 a project on Node gets no test of Deno's, and imports as it writes them", () => {
  const router = "igniter.router({ controllers: {} });";
  const sources = createSources({ "igniter.router.ts": router }, {
    base: "",
    router: "igniter.router.ts",
    ending: "",
    runtime: "node",
  });
  const { files, edits } = planFeature(sources, toNames("post"));
  assertEquals(files.map(({ path }) => path), [
    "features/post/index.ts",
    "features/post/post.types.ts",
    "features/post/post.table.ts",
    "features/post/procedures/posts.procedure.ts",
    "features/post/controllers/post.controller.ts",
  ]);
  const texts = [...files, ...edits].map(({ text }) => text).join("");
  assertEquals(/from "\.[^"]*\.ts"/.test(texts), false);
  assertStringIncludes(texts, `from "./features/post/index"`);
  const test = planFeature(createSources({}, { hasAssert: false }), toNames("post")).files.at(-1)?.text ?? "";
  assertStringIncludes(test, `from "node:assert/strict"`);
});

Deno.test("R62 controllers and procedures go into a feature's folder, or beside", () => {
  const sources = createSources({ "src/igniter.router.ts": "igniter.router({ controllers: {} });" });
  const [audit, user] = [toNames("audit"), toNames("user")];
  const paths = ({ files, edits }: ReturnType<typeof planFeature>) =>
    [files, edits].map((list) => list.map(({ path }) => path));
  assertEquals(paths(planController(sources, audit, user)), [
    ["src/features/user/controllers/audit.controller.ts", "src/features/user/index.ts"],
    ["src/igniter.router.ts"],
  ]);
  assertEquals(paths(planController(sources, audit, user, { register: false }))[1], []);
  assertEquals(paths(planProcedure(sources, toPlainNames("tenant"), undefined)), [
    ["src/procedures/tenant.procedure.ts"],
    [],
  ]);
  assertEquals(paths(planProcedure(sources, toPlainNames("tenant"), user))[0], [
    "src/features/user/procedures/tenant.procedure.ts",
  ]);
});

Deno.test("R62 igniter generate overwrites nothing without --force, and nothing half", async () => {
  using project = createProject({
    "src/igniter.router.ts": "export const AppRouter = igniter.router( { controllers: {} } );\n",
    "src/features/post/post.types.ts": "mine",
  });
  const run = (...args: string[]) => igniter(["generate", "feature", "post", ...args], { cwd: project.folder });
  const refused = await run();
  assertEquals(refused.code, 1);
  assertStringIncludes(refused.stderr, "Cannot write src/features/post/post.types.ts: it is there already");
  assertStringIncludes(refused.stderr, "--force overwrites");
  assertThrows(() => project.read("src/features/post/index.ts"), Deno.errors.NotFound);
  assertEquals(project.read("src/features/post/post.types.ts"), "mine");

  const forced = await run("--force");
  assertEquals(forced.code, 0, forced.stderr);
  assertStringIncludes(forced.stdout, "overwrite src/features/post/post.types.ts");
  assertStringIncludes(project.read("src/features/post/post.types.ts"), "export const Post = ");
  // Its author formats it otherwise than deno fmt does: nothing but the entry is new.
  assertEquals(
    project.read("src/igniter.router.ts"),
    `import { postController } from "./features/post/index.ts";\n\n` +
      "export const AppRouter = igniter.router( { controllers: { posts: postController } } );\n",
  );

  project.write("src/igniter.router.ts", "export const AppRouter = make();\n");
  const lost = await run("--force");
  assertEquals(lost.code, 1);
  assertStringIncludes(lost.stderr, "posts: postController,");
  assertEquals((await run("--force", "--no-register")).code, 0);
  assertEquals(project.read("src/igniter.router.ts"), "export const AppRouter = make();\n");
});

Deno.test("R62 igniter generate schema writes, checks and keeps what is not its own", async () => {
  using project = createProject({ "src/igniter.router.ts": ROUTER });
  const run = (...args: string[]) => igniter(["generate", "schema", ...args], { cwd: project.folder });
  const missing = await run("--check");
  assertEquals(missing.code, 1);
  assertStringIncludes(missing.stderr, "src/igniter.schema.ts is missing");

  const written = await run();
  assertEquals({ code: written.code, stderr: written.stderr.trim() }, {
    code: 0,
    stderr: "src/igniter.schema.ts was written.",
  });
  const text = project.read("src/igniter.schema.ts");
  assertStringIncludes(text, `"things.list": ["GET", "/things"],`);
  assertEquals((await run("--check")).code, 0);
  assertEquals((await run("--out", "-")).stdout, text);

  project.write("src/igniter.router.ts", ROUTER.replace("/things", "/stuff"));
  const stale = await run("--check");
  assertEquals(stale.code, 1);
  assertStringIncludes(stale.stderr, "src/igniter.schema.ts is not up to date");
  assertEquals((await run()).stderr.trim(), "src/igniter.schema.ts was updated.");

  project.write("mine.ts", "mine");
  const kept = await run("--out", "mine.ts");
  assertEquals({ code: kept.code, text: project.read("mine.ts") }, { code: 1, text: "mine" });
  assertStringIncludes(kept.stderr, "Cannot write mine.ts: it is there already, and holds something else");
  assertEquals((await run("--out", "mine.ts", "--force")).code, 0);
});

Deno.test("R62 igniter generate openapi writes the document of the project's router", async () => {
  using project = createProject({
    "src/igniter.router.ts": ROUTER,
    "more.jsonc": `{ "title": "Other", "security": [{ "token": [] }], // comment
      "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } } }`,
    "mine.json": `{ "mine": true }`,
    "wrong.json": `{ "nope": true }`,
  });
  const run = (...args: string[]) => igniter(["generate", "openapi", ...args], { cwd: project.folder });
  const written = await run("--title", "Shop", "--api-version", "1.2.0", "--options", "more.jsonc");
  assertEquals({ code: written.code, stderr: written.stderr.trim() }, { code: 0, stderr: "openapi.json was written." });
  const { openapi, info, paths, security } = JSON.parse(project.read("openapi.json"));
  assertEquals({ info, security }, { info: { title: "Shop", version: "1.2.0" }, security: [{ token: [] }] });
  assertStringIncludes(openapi, "3.1");
  assertEquals(Object.keys(paths), ["/things"]);
  assertEquals((await run("--check")).code, 1);
  assertEquals((await run()).stderr.trim(), "openapi.json was updated.");
  assertEquals((await run("--check")).code, 0);
  assertEquals((await run("--out", "-")).stdout, project.read("openapi.json"));

  const failures: readonly (readonly [file: readonly string[], message: string])[] = [
    [["--out", "mine.json"], "Cannot write mine.json"],
    [["--options", "wrong.json"], `it has no option "nope"`],
    [["--options", "none.json"], "Cannot read none.json"],
  ];
  for (const [args, message] of failures) {
    const { code, stderr } = await run(...args);
    assertEquals(code, 1);
    assertStringIncludes(stderr, message);
  }
  assertEquals(project.read("mine.json"), `{ "mine": true }`);
});

Deno.test("R62 igniter generate shows its commands, and names the nearest for one that it does not know", async () => {
  const help = await igniter(["generate", "--help"]);
  assertEquals(help.code, 0);
  for (const name of ["feature", "controller", "procedure", "job", "schema", "openapi"]) {
    assertStringIncludes(help.stdout, name);
    const own = await igniter(["generate", name, "--help"]);
    assertStringIncludes(own.stdout, `igniter generate ${name}`);
  }
  const wrong = await igniter(["g", "featur", "x"]);
  assertEquals(wrong.code, 2);
  assertStringIncludes(wrong.stderr, "feature");
  assertStringIncludes(wrong.stderr, `Run "igniter generate --help"`);
  for (const args of [["feature"], ["feature", "a", "b"], ["feature", "9"]]) {
    assertEquals((await igniter(["generate", ...args])).code, 2, args.join(" "));
  }
});

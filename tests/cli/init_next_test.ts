/**
 * The Next.js project that `igniter init` writes, as its owner meets it: installed by npm from the packed checkout
 * (`--link`), checked, tested, built, started, asked.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { DATABASES } from "../../cli/init/databases.ts";
import { FEATURES } from "../../cli/init/features.ts";
import type { InitOptions } from "../../cli/init/options.ts";
import { planInit } from "../../cli/init/plan.ts";
import { ANY_PORT, runNext } from "../apps/next_app.ts";
import { filesOf } from "../npm/emitted.ts";
import { findModernNode } from "../npm/modern_node.ts";
import { environment, shareNpm } from "../npm/npm.ts";
import { root } from "../project.ts";
import { igniter } from "./_cli.ts";
import { ask } from "./_started.ts";

interface Project {
  /** The project's folder. */
  readonly folder: string;
  /** What its programs are started with. */
  readonly env: Readonly<Record<string, string>>;
}

const ADA = { email: "ada@example.com", password: "analytical-engine" };

let app: Project & AsyncDisposable;
const { testNpm } = shareNpm(async () => app = await install());

async function install(): Promise<Project & AsyncDisposable> {
  await using stack = new AsyncDisposableStack();
  const folder = join(Deno.realPathSync(Deno.makeTempDirSync({ prefix: "igniter-next-" })), "app");
  stack.defer(() => Deno.removeSync(dirname(folder), { recursive: true }));
  const { path } = stack.use(await findModernNode());
  const env = { ...environment(), PATH: path, npm_config_prefer_offline: "true" };
  const flags = ["--framework", "nextjs", "--database", "sqlite", "--no-git", "--link", root];
  const { code, stderr } = await igniter(["init", folder, "--yes", ...flags], { env });
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  // What the projects with other choices need besides.
  const flagsOfNpm = ["--no-save", "--ignore-scripts", "--no-audit", "--no-fund"];
  await runIn({ folder, env }, ["npm", "install", ...flagsOfNpm, "postgres@^3.4.9"]);
  const installed = stack.move();
  return { folder, env, [Symbol.asyncDispose]: () => installed.disposeAsync() };
}

testNpm(
  "R60 a Next.js project that init wrote is built and answers; with other choices its types and tests hold",
  async () => {
    // Beside each other, as they take about the same time. One that fails does not leave the other running.
    for (const ended of await Promise.allSettled([buildAndUse(), checkVariants(app)])) {
      if (ended.status === "rejected") throw ended.reason;
    }
  },
);

testNpm("R60 a Next.js project that init wrote runs in development, its jobs too", async () => {
  await use("dev");
});

async function buildAndUse(): Promise<void> {
  await using build = runNext(app.folder, ["build"], app.env);
  const printed = await build.printed();
  assert((await build.status).success, printed);
  const scripts = filesOf(join(app.folder, ".next/static")).filter((file) => file.endsWith(".js"))
    .map((file) => Deno.readTextFileSync(join(app.folder, ".next/static", file))).join();
  assertStringIncludes(scripts, "The welcome email was sent.");
  assert(!scripts.includes("PBKDF2"), "what the browser loads has code of the server");
  await use("start", async ({ page, cookie }) => {
    const stranger = await fetch(page);
    assertEquals([stranger.status, stranger.headers.get("x-content-type-options")], [200, "nosniff"]);
    assertStringIncludes(await stranger.text(), `value="${ADA.email}"`);
    // In process, in another evaluation of the modules than the route's.
    const user = await fetch(page, { headers: { cookie } });
    assertStringIncludes(await user.text(), "<strong>Grace Hopper</strong>");
  });
}

/** Checks each set of features, beside the project, whose packages they use. */
async function checkVariants(project: Project): Promise<void> {
  const variants = join(dirname(project.folder), "variants");
  const folders = [...writeVariants(variants)];
  assertEquals(folders.length, 2 ** FEATURES.length);
  Deno.symlinkSync(join(project.folder, "node_modules"), join(variants, "node_modules"));
  Deno.copyFileSync(join(project.folder, "tsconfig.json"), join(variants, "tsconfig.json"));
  const there = { ...project, folder: variants };
  await runIn(there, ["node", "node_modules/typescript/bin/tsc", "--noEmit"]);
  assertStringIncludes(await runIn(there, ["node", "--test"]), `\n# pass ${3 * folders.length}\n# fail 0\n`);
}

interface Visit {
  /** The address of the page. */
  readonly page: string;
  /** The cookie of a user who is signed in. */
  readonly cookie: string;
}

/** Uses the API as a stranger and as a user, until a job of his has run; then visits the page. */
async function use(mode: "start" | "dev", visit: (visit: Visit) => Promise<void> = () => Promise.resolve()) {
  const data = `data-${mode}`;
  await using server = runNext(app.folder, [mode, ...ANY_PORT], { ...app.env, DATA_DIR: data });
  const printed = await server.printed("Ready in");
  const page = /http:\/\/127\.0\.0\.1:\d+/.exec(printed)?.[0];
  assert(page !== undefined, printed);
  const running = { base: `${page}/api/v1` };

  assertEquals((await ask(running, "GET /users")).error.code, "ERR_UNAUTHORIZED");
  const { data: { token }, headers } = await ask(running, "POST /sessions", { body: ADA });
  const grace = { name: "Grace Hopper", email: "grace@example.com" };
  const created = await ask(running, "POST /users", { token, body: grace });
  assertEquals(created.status, 201);
  assertEquals((await ask(running, `POST /users/${created.data.id}/welcome`, { token })).status, 202);
  assertStringIncludes(await server.printed(`userId=${created.data.id}`), "Welcome email sent");
  assert(existsSync(join(app.folder, data, "app.db")));
  await visit({ page, cookie: headers.getSetCookie().map((cookie) => cookie.split(";")[0]).join("; ") });
}

/** Writes the project with each set of features, with the databases in turn. */
function* writeVariants(folder: string): Generator<string> {
  for (let bits = 0; bits < 2 ** FEATURES.length; bits++) {
    const features = FEATURES.filter((_, at) => bits & 1 << at).map(({ name }) => name);
    const database = DATABASES[bits % DATABASES.length]?.name ?? "none";
    const variant = join(folder, [...features, database].join("-"));
    const options: InitOptions = {
      name: "variant",
      framework: "nextjs",
      features,
      database,
      docker: false,
      git: false,
      install: false,
      version: "0.1.0",
      cookieSecret: "",
      link: undefined,
    };
    for (const { path, text } of planInit(options).files) {
      Deno.mkdirSync(dirname(join(variant, path)), { recursive: true });
      Deno.writeTextFileSync(join(variant, path), text);
    }
    yield variant;
  }
}

async function runIn({ folder, env }: Project, [program, ...args]: readonly [string, ...string[]]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args, cwd: folder, env }).output();
  const [printed, complained] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assert(success, `${program} ${args.join(" ")}: ${printed}${complained}`);
  return printed ?? "";
}

/**
 * The Fresh project that `igniter init` writes, as its owner meets it. Fresh itself is on JSR only: a stand-in takes its
 * place, by a link that is added to the project's `deno.json`.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import type { FeatureName } from "../../cli/init/features.ts";
import { root, runDeno } from "../project.ts";
import { igniter } from "./_cli.ts";
import { ask, type Running, startProject } from "./_started.ts";

const ADA = { email: "ada@example.com", password: "analytical-engine" };

Deno.test("R60 a Fresh project that init wrote passes its gate, answers and ends in order", async () => {
  using folder = tempFolder();
  const app = await init(join(folder.path, "app"), ["store", "jobs", "realtime"]);
  const { code, stdout, stderr } = await runDeno(["task", "ok"], { cwd: app });
  assertEquals(code, 0, stdout + stderr);
  assertStringIncludes(stdout, "3 passed | 0 failed");

  await using running = await startProject(app);
  await show(running);
  const { data: { token } } = await ask(running, "POST /sessions", { body: ADA });
  const stream = await fetch(`${running.base}/notifications`, { headers: { authorization: `Bearer ${token}` } });
  assertEquals(stream.status, 200);
  // A stream that is open does not hold it up.
  const [ended, rest] = await Promise.all([running.end("SIGTERM"), stream.text()]);
  assertEquals(ended, 0);
  assertStringIncludes(rest, "event: open");
});

Deno.test("R60 a Fresh project that init wrote without features has none of them", async () => {
  using folder = tempFolder();
  const app = await init(join(folder.path, "app"), []);
  const { code, stdout, stderr } = await runDeno(["check"], { cwd: app });
  assertEquals(code, 0, stdout + stderr);
  await using running = await startProject(app);
  await show(running);
  assertEquals((await ask(running, "GET /notifications")).status, 404);
  assertEquals(await running.end("SIGINT"), 0);
});

function tempFolder(): Disposable & { readonly path: string } {
  const path = Deno.makeTempDirSync({ prefix: "igniter-fresh-" });
  return { path, [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }) };
}

async function init(app: string, features: readonly FeatureName[]): Promise<string> {
  const flags = ["--framework", "fresh", "--features", features.join() || "none", "--no-git", "--no-install"];
  const { code, stderr } = await igniter(["init", app, ...flags, "--link", root]);
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  const file = join(app, "deno.json");
  const config = JSON.parse(Deno.readTextFileSync(file));
  assertEquals(config.imports.fresh, "jsr:@fresh/core@^2.3.3");
  config.links.push(join(root, "tests/cli/fresh_core"));
  Deno.writeTextFileSync(file, `${JSON.stringify(config, null, 2)}\n`);
  const installed = await runDeno(["install"], { cwd: app });
  assertEquals(installed.code, 0, installed.stderr);
  return app;
}

/** The API, the page and a route of Fresh's own. */
async function show(running: Running): Promise<void> {
  const { page } = running;
  const visit = async (path: string, method = "GET") => {
    const response = await fetch(new URL(path, page), { method });
    return [response.status, await response.text()] as const;
  };
  const [status, html] = await visit("/");
  assertEquals(status, 200);
  const script = /src="([^"]+\.js)"/.exec(html)?.[1];
  assert(script !== undefined, html);
  assertEquals((await visit(script))[0], 200);
  assertEquals(await visit("/health"), [200, "ok"]);
  assertEquals((await visit("/nothing"))[0], 404);
  assertEquals((await visit("/health", "POST"))[0], 405);

  assertEquals((await ask(running, "GET /users")).error.code, "ERR_UNAUTHORIZED");
  // A method that only Fresh's page would take: the API is asked before all routes.
  assertEquals((await ask(running, "PATCH /users")).error.code, "ERR_METHOD_NOT_ALLOWED");
  const { data: { token } } = await ask(running, "POST /sessions", { body: ADA });
  assertEquals((await ask(running, "GET /users", { token })).data.total, 1);
}

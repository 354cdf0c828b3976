/**
 * Projects that `igniter init` writes, as their owners meet them: formatted, linted, checked, tested, started, asked.
 * They use this checkout (`--link`).
 */
import { assert, assertEquals, assertLess, assertStringIncludes } from "@std/assert";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseName } from "../../cli/init/databases.ts";
import { FEATURES } from "../../cli/init/features.ts";
import type { FeatureName } from "../../cli/init/features.ts";
import type { FrameworkName } from "../../cli/init/options.ts";
import { root, runDeno } from "../project.ts";
import { igniter } from "./_cli.ts";
import { ask, type Running, startProject } from "./_started.ts";

interface Choice {
  readonly framework: FrameworkName;
  readonly features: readonly FeatureName[];
  readonly database: DatabaseName;
}

/** Each framework: the whole gate, as its owner runs it. */
const GATED: readonly Choice[] = [
  { framework: "deno", features: ["store", "jobs", "realtime"], database: "none" },
  { framework: "hono", features: ["store", "jobs"], database: "sqlite" },
  { framework: "express", features: ["jobs", "realtime"], database: "none" },
];

/** With those above each set of features and each database. They are checked in one go: most of it is Igniter and React. */
const OTHERS: readonly Choice[] = [
  { framework: "hono", features: ["realtime"], database: "none" },
  { framework: "express", features: ["store", "realtime"], database: "sqlite" },
  { framework: "deno", features: ["jobs"], database: "sqlite" },
  { framework: "hono", features: ["store"], database: "postgres" },
  { framework: "deno", features: [], database: "none" },
];

const ADA = { email: "ada@example.com", password: "analytical-engine" };

Deno.test("R60 what init writes passes its gate, starts and shows what was chosen", async () => {
  const folder = Deno.makeTempDirSync({ prefix: "igniter-init-" });
  try {
    await atOnce([
      ...GATED.map((choice) => async () => {
        const app = join(folder, nameOf(choice));
        await init(app, choice);
        await gate(app);
        await use(app, choice);
      }),
      async () => {
        const together = join(folder, "together");
        for (const choice of OTHERS) await init(join(together, nameOf(choice)), choice);
        await checkTogether(together);
        for (const choice of OTHERS) await use(join(together, nameOf(choice)), choice);
      },
    ]);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

/** Two at a time: as many as the smallest machine has processors. */
async function atOnce(works: readonly (() => Promise<void>)[]): Promise<void> {
  const left = [...works];
  const go = async () => {
    for (let work = left.shift(); work; work = left.shift()) await work();
  };
  // One that fails does not leave the other one running into the next test.
  for (const ended of await Promise.allSettled([go(), go()])) if (ended.status === "rejected") throw ended.reason;
}

function nameOf({ framework, features, database }: Choice): string {
  return [framework, ...features, database].join("-");
}

/** Format, lint, types, tests. */
async function gate(app: string): Promise<void> {
  const { code, stdout, stderr } = await runDeno(["task", "ok"], { cwd: app });
  assertEquals(code, 0, stdout + stderr);
  assertStringIncludes(stdout, "3 passed | 0 failed");
}

/** The same for all folders below one, by a configuration with the imports of all. */
async function checkTogether(folder: string): Promise<void> {
  const configs = OTHERS.map((choice) => JSON.parse(Deno.readTextFileSync(join(folder, nameOf(choice), "deno.json"))));
  const imports = Object.assign({}, ...configs.map((config) => config.imports));
  Deno.writeTextFileSync(join(folder, "deno.json"), `${JSON.stringify({ ...configs[0], imports }, null, 2)}\n`);
  for (const args of [["install"], ["fmt", "--check"], ["lint"], ["check"], ["test", "-A", "--no-check"]]) {
    const { code, stdout, stderr } = await runDeno(args, { cwd: folder });
    assertEquals(code, 0, `deno ${args}: ${stdout}${stderr}`);
    if (args[0] === "test") assertStringIncludes(stdout, `${3 * OTHERS.length} passed | 0 failed`);
  }
}

async function use(app: string, choice: Choice): Promise<void> {
  for (const { name, without } of FEATURES) {
    for (const file of without.files) {
      assertEquals(existsSync(join(app, file)), choice.features.includes(name), `${file} of ${name}`);
    }
  }
  // It needs a server.
  if (choice.database === "postgres") return;
  {
    await using running = await startProject(app);
    await show(running, choice);
    assertEquals(await running.end("SIGTERM"), 0);
  }
  if (choice.database !== "sqlite") return;
  // What was created is still there.
  await using again = await startProject(app);
  assertEquals((await list(again, await signIn(again))).total, 2);
  assert(existsSync(join(app, "data/app.db")));
}

async function init(app: string, { framework, features, database }: Choice): Promise<void> {
  const { code, stderr } = await igniter([
    ...["init", app, "--framework", framework, "--database", database, "--features", features.join() || "none"],
    ...["--no-git", "--link", root],
  ]);
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
}

async function signIn(running: Running): Promise<string> {
  const { data } = await ask(running, "POST /sessions", { body: ADA });
  return data.token;
}

async function list(running: Running, token: string) {
  return (await ask(running, "GET /users", { token })).data;
}

/** What was chosen answers, and what was not is not there. */
async function show(running: Running, { features }: Choice): Promise<void> {
  const page = await fetch(running.page);
  assertEquals([page.status, page.headers.get("content-type")], [200, "text/html; charset=utf-8"]);
  const html = await page.text();
  const script = await fetch(new URL(/src="([^"]+\.js)"/.exec(html)?.[1] ?? "", running.page));
  const text = await script.text();
  assertEquals(text.includes("The welcome email was sent."), features.includes("jobs"));
  assertEquals(text.includes("Offline"), features.includes("realtime"));

  assertEquals((await ask(running, "GET /users")).error.code, "ERR_UNAUTHORIZED");
  const token = await signIn(running);
  const grace = { name: "Grace Hopper", email: "grace@example.com" };
  const created = await ask(running, "POST /users", { token, body: grace });
  assertEquals([created.status, created.data.name], [201, grace.name]);
  assertEquals((await ask(running, "POST /users", { token, body: grace })).error.code, "ERR_CONFLICT");
  assertEquals((await list(running, token)).users.map(({ name }: { name: string }) => name), [
    "Grace Hopper",
    "Ada Lovelace",
  ]);

  const one = await ask(running, `GET /users/${created.data.id}`, { token });
  assertEquals([one.data, one.headers.get("x-cache")], [created.data, features.includes("store") ? "hit" : null]);
  const welcome = await ask(running, `POST /users/${created.data.id}/welcome`, { token });
  assertEquals(welcome.status, features.includes("jobs") ? 202 : 404);
  const stream = await fetch(`${running.base}/notifications`, { headers: { authorization: `Bearer ${token}` } });
  await stream.body?.cancel();
  assertEquals(stream.status, features.includes("realtime") ? 200 : 404);
  // Each costs a fifth of a second of hashing: once with a store and once without.
  if (!GATED.some((choice) => choice.features === features)) return;
  for (let guess = 0; guess < 5; guess++) {
    await ask(running, "POST /sessions", { body: { ...ADA, password: "wrong-one" } });
  }
  assertEquals((await ask(running, "POST /sessions", { body: ADA })).status, 429);
}

Deno.test("R60 from igniter init to the first answered request it takes less than 30 s with a warm cache", async () => {
  const folder = Deno.makeTempDirSync({ prefix: "igniter-init-" });
  try {
    const app = join(folder, "app");
    const began = performance.now();
    await init(app, { framework: "deno", features: ["store", "jobs", "realtime"], database: "sqlite" });
    await using running = await startProject(app);
    const { status } = await ask(running, "GET /sessions");
    const seconds = (performance.now() - began) / 1000;
    assertEquals(status, 200);
    assertLess(seconds, 30);
    console.log(`${seconds.toFixed(1)} s`);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

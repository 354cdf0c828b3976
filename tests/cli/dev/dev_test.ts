/**
 * R61: `igniter dev` on a small project, with real processes.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertNotEquals, assertStringIncludes } from "@std/assert";
import { renameSync } from "node:fs";
import { join } from "node:path";
import { createProject, type TestProject } from "../_project.ts";
import { descendants, freePort, isRunning, startDev, until } from "./_dev.ts";

/** A server without the framework: quick to start. */
const SERVER = `import { text } from "./src/text.ts";
console.log("env", Deno.env.get("NODE_ENV"), Deno.env.get("SECRET_OF_ENV"));
Deno.serve({ port: Number(Deno.env.get("PORT")), hostname: "127.0.0.1", onListen() {} }, () => new Response(text + " " + Deno.pid));
`;

function createServer(files: Readonly<Record<string, string>> = {}): TestProject {
  return createProject({
    "deno.json": "{}",
    "main.ts": SERVER,
    "src/text.ts": `export const text = "one";\n`,
    ...files,
  });
}

async function ask(url: string): Promise<string[]> {
  return (await (await fetch(url)).text()).split(" ");
}

Deno.test("R61 dev restarts the application on a change, once for many, and however an editor saves", async () => {
  using project = createServer();
  await using dev = startDev(project.folder, ["--port", String(freePort())]);
  const url = await dev.answers();
  const [text, pid] = await ask(url);
  assertEquals(text, "one");

  project.write("src/text.ts", `export const text = "two";\n`);
  assertMatch(
    await dev.line(/Restarted/),
    /^Igniter +\| Restarted for src\/text\.ts: http:\/\/localhost:\d+ answers after \d+ ms$/,
  );
  const [second, next] = await ask(url);
  assertEquals(second, "two");
  assertNotEquals(next, pid);

  // Vim: the new version beside the old one, then in its place.
  project.write("src/.text.ts.swp", "swap");
  project.write("src/4913", "");
  project.write("src/text.ts~", `export const text = "three";\n`);
  renameSync(join(project.folder, "src/text.ts~"), join(project.folder, "src/text.ts"));
  await dev.line(/Restarted for src\/text\.ts:/);
  assertEquals((await ask(url))[0], "three");

  // A folder that was not there, and several files at once.
  for (let at = 0; at < 20; at++) project.write(`src/deep/er/${at}.ts`, `export default ${at};\n`);
  project.write("src/text.ts", `export { default as text } from "./deep/er/7.ts";\n`);
  await dev.line(/Restarted for/);
  await until(async () => (await ask(url))[0] === "7", () => dev.lines.join("\n"));
  project.write("src/deep/er/7.ts", `export default "eight";\n`);
  await until(async () => (await ask(url).catch(() => []))[0] === "eight", () => dev.lines.join("\n"));

  // What is not in the graph of modules, but in the project.
  for (const file of ["index.html", "src/page.css", "data.json", ".env"]) {
    const [, before] = await ask(url);
    project.write(file, file === "data.json" ? "{}" : file === ".env" ? "SECRET_OF_ENV=from-file" : "new");
    await dev.line(new RegExp(`Restarted for .*${file.replace(".", "\\.")}`));
    assertNotEquals((await ask(url))[1], before);
  }
  await until(() => dev.lines.some((line) => line.includes("env development from-file")), () => dev.lines.join("\n"));

  // What is ignored restarts nothing: the next restart is for the one file that counts.
  const [, before] = await ask(url);
  for (
    const file of [
      "node_modules/x/index.js",
      ".git/x.json",
      ".igniter/x.ts",
      "dist/x.js",
      ".next/x.js",
      "app.db",
      "x.log",
    ]
  ) {
    project.write(file, "new");
  }
  project.write("last.ts", "export {};\n");
  assertMatch(await dev.line(/Restarted/), /Restarted for last\.ts:/);
  assertNotEquals((await ask(url))[1], before);
});

Deno.test("R61 what is written while dev restarts is live afterwards, and an application that does not end holds no restart for ever", async () => {
  const slow = (text: string) =>
    `Deno.addSignalListener("SIGTERM", () => console.log("asked"));\nexport const text = "${text}";\n`;
  using project = createServer({ "src/text.ts": slow("0") });
  await using dev = startDev(project.folder, ["--port", String(freePort())]);
  const url = await dev.answers();
  project.write("src/text.ts", slow("1"));
  await dev.line(/asked/);
  for (let at = 2; at <= 6; at++) project.write("src/text.ts", slow(String(at)));
  await dev.line(/took \d+ ms to end/);
  await until(async () => (await ask(url).catch(() => []))[0] === "6", () => dev.lines.join("\n"));
  await dev.line(/Restarted/);
  assertEquals(dev.lines.filter((line) => line.includes("Restarted")).length, 1);
});

Deno.test("R61 a file that does not parse leaves the application running, and says where", async () => {
  using project = createServer();
  await using dev = startDev(project.folder, ["--port", String(freePort())]);
  const url = await dev.answers();
  const [, pid] = await ask(url);
  project.write("src/text.ts", `export const text = ;\n`);
  assertStringIncludes(
    await dev.line(/Not restarted/),
    "Not restarted for src/text.ts, the application goes on as it was:",
  );
  assertStringIncludes(await dev.line(/SyntaxError/), "Expression expected");
  await dev.line(/src\/text\.ts:1/);
  assertEquals(await ask(url), ["one", pid ?? ""]);
  project.write("src/text.ts", `import "./missing.ts";\n`);
  await dev.line(/Module not found/);
  assertEquals(await ask(url), ["one", pid ?? ""]);
  project.write("src/text.ts", `export const text = "mended";\n`);
  await dev.line(/Restarted/);
  assertEquals((await ask(url))[0], "mended");
  dev.signal("SIGTERM");
  assertEquals(await dev.ended(), 0);
});

Deno.test("R61 an application that ends by itself is started again by a change", async () => {
  using project = createServer({ "src/text.ts": `export const text = "";\nthrow new Error("no text today");\n` });
  await using dev = startDev(project.folder, ["--port", String(freePort())]);
  await dev.line(/no text today/);
  await dev.line(/Igniter has ended with code 1; it starts again when a file changes/);
  project.write("src/text.ts", `export const text = "ran";\nsetTimeout(() => { throw new Error("later"); }, 300);\n`);
  const url = await dev.answers();
  await dev.line(/Error: later/);
  await dev.line(/has ended with code 1/);
  project.write("src/text.ts", `export const text = "again";\n`);
  assertEquals(await dev.answers(), url);
  assertEquals((await ask(url))[0], "again");
});

Deno.test("R61 a port in use: the next free one, said so, and who has it is left alone", async () => {
  using project = createServer();
  using taken = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { port } = taken.addr;
  await using dev = startDev(project.folder, [], { PORT: String(port) });
  const said = await dev.line(/in use/);
  const url = await dev.answers();
  const own = Number(new URL(url).port);
  assert(own > port, said);
  assertMatch(said, new RegExp(`Port ${port} is in use: it is ${own} this time`));
  assertEquals((await ask(url))[0], "one");
  const [accepted, connection] = await Promise.all([taken.accept(), Deno.connect({ port, hostname: "127.0.0.1" })]);
  accepted.close();
  connection.close();
});

for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  Deno.test(`R61 ${name} ends dev and all that it started`, async () => {
    using project = createServer({
      // A process of the application's own, which nobody but the session's end would end.
      "src/text.ts": `new Deno.Command("sleep", { args: ["300"] }).spawn();\nexport const text = "one";\n`,
    });
    await using dev = startDev(project.folder, ["--port", String(freePort())]);
    await dev.answers();
    const children = descendants(dev.pid);
    assertEquals(children.length, 2);
    const agent = dev.lines.length;
    assert(agent > 0);
    dev.signal(name);
    assertEquals(await dev.ended(), 0);
    await until(() => !children.some(isRunning), () => `the end of ${children.filter(isRunning)}`);
  });
}

Deno.test("R61 a second Ctrl-C ends by force an application that does not end", async () => {
  using project = createServer({
    "src/text.ts":
      `Deno.addSignalListener("SIGTERM", () => console.log("ignored"));\nexport const text = "stubborn";\n`,
  });
  await using dev = startDev(project.folder, ["--port", String(freePort())]);
  await dev.answers();
  const children = descendants(dev.pid);
  dev.signal("SIGINT");
  await dev.line(/ignored/);
  const start = performance.now();
  dev.signal("SIGINT");
  assertEquals(await dev.ended(), 0);
  assert(performance.now() - start < 3_000);
  assertEquals(children.filter(isRunning), []);
});

Deno.test("R61 dev --cmd starts what it is told, with the agent where it runs Deno", async () => {
  using project = createServer({
    "main.ts": `const listens = typeof globalThis[Symbol.for("igniter.dev.feed")];
Deno.serve({ port: Number(Deno.env.get("PORT")), hostname: "127.0.0.1", onListen() {} }, () => new Response(listens + " " + Deno.args));
`,
  });
  await using dev = startDev(project.folder, [
    "--port",
    String(freePort()),
    "--cmd",
    "deno run -A main.ts --own 'an argument'",
  ]);
  assertEquals(await ask(await dev.answers()), ["function", "--own,an", "argument"]);
});

Deno.test("R61 dev says what it cannot start", async () => {
  using project = createProject({ "deno.json": "{}" });
  for (
    const [args, said] of [
      [[], "Cannot start the application"],
      [["--framework", "nextjs"], "Cannot start Next.js"],
      [["--port", "70000"], "Cannot use port 70000"],
    ] as const
  ) {
    await using dev = startDev(project.folder, args);
    assertNotEquals(await dev.ended(), 0);
    assertStringIncludes(dev.lines.join("\n"), said);
  }
});

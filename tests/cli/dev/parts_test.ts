/**
 * The parts of `igniter dev` that need no process: what is watched, what is started, what is kept and written.
 *
 * @module
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { receiveFeed } from "../../../cli/dev/feed.ts";
import { readLines, toPlainText } from "../../../cli/dev/lines.ts";
import { createPlainOutput } from "../../../cli/dev/plain.ts";
import { type DevFacts, planDev } from "../../../cli/dev/plan.ts";
import { findFreePort } from "../../../cli/dev/ports.ts";
import { SessionState } from "../../../cli/dev/state.ts";
import { isWatchedFile } from "../../../cli/dev/watched.ts";
import { CliError } from "../../../cli/errors.ts";
import type { DevEvent } from "../../../server/ports/dev_feed.ts";
import { until } from "./_dev.ts";

Deno.test("isWatchedFile() takes what an application is made of, and nothing that it or a tool writes", () => {
  for (
    const file of ["main.ts", "src/a.tsx", "a.mjs", "index.html", "a.css", "deno.json", ".env", ".env.local", "dev.env"]
  ) {
    assert(isWatchedFile(file), file);
  }
  for (
    const file of [
      "deno.lock",
      "package-lock.json",
      "app.db",
      "app.db-wal",
      "x.log",
      "main.ts~",
      ".main.ts.swp",
      ".#main.ts",
      "4913",
      "node_modules/a/index.js",
      "src/node_modules/a.js",
      ".git/config.json",
      ".igniter/agent.ts",
      ".next/a.js",
      "dist/a.js",
      ".env.example",
      "README.md",
    ]
  ) assert(!isWatchedFile(file), file);
});

const FACTS: DevFacts = {
  root: "/app",
  runtime: "deno",
  deno: "/bin/deno",
  windows: false,
  port: 4000,
  agent: "file:///tmp/agent.mjs",
  feed: { port: 5000, token: "secret" },
  nodeOptions: "--inspect",
  exists: () => true,
};

Deno.test("planDev() starts the entry with the agent, and checks that it can be loaded", () => {
  const plan = planDev({ framework: "deno" }, FACTS);
  assertEquals(plan.argv, ["/bin/deno", "run", "-A", "--preload=file:///tmp/agent.mjs", "main.ts"]);
  assertEquals(plan.check, ["/bin/deno", "cache", "--quiet", "main.ts"]);
  assertEquals([plan.name, plan.restarts, plan.readsEnvFile], ["Igniter", true, true]);
  assertEquals(plan.env, {
    NODE_ENV: "development",
    PORT: "4000",
    NODE_OPTIONS: "--inspect --import=file:///tmp/agent.mjs",
    IGNITER_DEV_PORT: "5000",
    IGNITER_DEV_TOKEN: "secret",
  });
  const hono = planDev({ framework: "hono", entry: "server.ts" }, FACTS);
  assertEquals([hono.argv.at(-1), hono.name], ["server.ts", "Igniter"]);
});

Deno.test("planDev() starts frameworks by their own servers, which update themselves", () => {
  const next = planDev({ framework: "nextjs" }, { ...FACTS, runtime: "node" });
  assertEquals(next.argv, ["node", "node_modules/next/dist/bin/next", "dev", "--port", "4000"]);
  assertEquals([next.name, next.restarts, next.check, next.readsEnvFile], ["Next.js", false, undefined, false]);
  const fresh = planDev({ framework: "fresh" }, FACTS);
  assertEquals(fresh.argv.slice(-4), ["npm:vite", "--port", "4000", "--strictPort"]);
  const plain = planDev({ framework: "fresh" }, { ...FACTS, exists: (path) => path === "main.ts" });
  assertEquals([plain.argv.at(-1), plain.name, plain.restarts], ["main.ts", "Igniter", true]);
  assertThrows(
    () => planDev({ framework: "nextjs" }, { ...FACTS, exists: () => false }),
    CliError,
    "Cannot start Next.js: /app has no node_modules/next/dist/bin/next",
  );
});

Deno.test("planDev() gives a command to the shell, and tells Deno in it of the agent", () => {
  const argv = (cmd: string) => planDev({ framework: "deno", cmd }, FACTS).argv;
  assertEquals(argv("deno run -A x.ts"), ["sh", "-c", "deno run --preload=file:///tmp/agent.mjs -A x.ts"]);
  assertEquals(argv("/opt/deno serve x.ts")[2], "/opt/deno serve --preload=file:///tmp/agent.mjs x.ts");
  assertEquals(argv("npm run dev")[2], "npm run dev");
  assertEquals(argv("deno running")[2], "deno running");
});

Deno.test("planDev() starts a Node project's entry by tsx where the project has it", () => {
  const node = { ...FACTS, runtime: "node" as const };
  assertEquals(planDev({ framework: "express", entry: "app.ts" }, node).argv, [
    "node",
    "node_modules/tsx/dist/cli.mjs",
    "app.ts",
  ]);
  const bare = { ...node, exists: (path: string) => path === "app.js" };
  assertEquals(planDev({ framework: "express", entry: "app.js" }, bare).argv, ["node", "app.js"]);
});

Deno.test("R61 findFreePort() passes over ports that are in use, on whichever address", () => {
  for (const hostname of ["127.0.0.1", "0.0.0.0"]) {
    using taken = Deno.listen({ port: 0, hostname });
    const { port } = taken.addr;
    assert(findFreePort(port) > port);
  }
  for (const port of [0, -1, 1.5, 65_536]) assertThrows(() => findFreePort(port), CliError, "Cannot use port");
});

Deno.test("readLines() joins what arrives in pieces, characters of several bytes too", async () => {
  const bytes = new TextEncoder().encode("héllo\nwörld ✓\nlast");
  const pieces = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const byte of bytes) controller.enqueue(new Uint8Array([byte]));
      controller.close();
    },
  });
  assertEquals(await Array.fromAsync(readLines(pieces)), ["héllo", "wörld ✓", "last"]);
});

Deno.test("toPlainText() leaves what is to be seen", () => {
  assertEquals(toPlainText("\x1b[32mgreen\x1b[0m\r"), "green");
  assertEquals(toPlainText("10%\r50%\r100%"), "100%");
  assertEquals(toPlainText("\x1b]0;title\x07a\x1b[2Jb\x00c\td"), "abc\td");
});

Deno.test("R61 the feed hears only who knows its token, and nothing that is no event", async () => {
  const heard: DevEvent[] = [];
  const feed = receiveFeed((event) => void heard.push(event));
  const event = { kind: "request", id: 1, at: 1, method: "GET", path: "/", status: 200, ms: 1 };
  const send = async (text: string): Promise<Deno.TcpConn> => {
    const connection = await Deno.connect({ port: feed.port, hostname: "127.0.0.1" });
    await connection.write(new TextEncoder().encode(text));
    return connection;
  };
  const stranger = await send(`wrong\n${JSON.stringify(event)}\n`);
  assertEquals(await stranger.read(new Uint8Array(1)), null);
  stranger.close();
  const open = { kind: "connection", id: 2, at: 2, state: "open", topics: ["a"] };
  const app = await send(
    `${feed.token}\nno json\n{"kind":"other","at":1}\nnull\n${JSON.stringify(event)}\n${JSON.stringify(open)}\n`,
  );
  await until(() => heard.length === 2, () => JSON.stringify(heard));
  assertEquals(heard as unknown[], [event, open]);
  // The process is gone: so is its client's connection.
  app.close();
  await until(() => heard.length === 3, () => JSON.stringify(heard));
  const closed = heard[2];
  assert(closed?.kind === "connection" && closed.state === "closed" && closed.id === 2 && (closed.ms ?? 0) > 0);
  feed.close();
});

Deno.test("a session's state is read as it was, kept within bounds, and told once for several changes", async () => {
  const state = new SessionState(["Igniter"], undefined);
  let told = 0;
  const stop = state.onChange(() => told++);
  const before = state.processes;
  for (let at = 0; at < 12_000; at++) state.addLine("Igniter", `line ${at}`, false);
  assertEquals(before[0]?.lines, []);
  const [process] = state.processes;
  assertEquals([process?.lines.length, process?.lines.at(-1)?.text], [5_000, "line 11999"]);
  assert(state.processes === state.processes);
  await Promise.resolve();
  assertEquals(told, 1);
  stop();
  state.clear({ process: "Igniter" });
  await Promise.resolve();
  assertEquals([told, state.processes[0]?.lines], [1, []]);
  assertThrows(() => state.addLine("Nobody", "", false), RangeError, `Cannot find process "Nobody"`);
});

Deno.test("R61 plain output writes each event in a line behind what it is of", () => {
  const lines: string[] = [];
  const output = createPlainOutput((line) => void lines.push(toPlainText(line)));
  const at = new Date(2026, 0, 1, 14, 30, 23).getTime();
  output.line("Igniter", { at, text: "up", error: false });
  output.event({ kind: "request", id: 1, at, method: "GET", path: "/api/users", status: 200, ms: 45.4 });
  output.event({
    kind: "request",
    id: 2,
    at,
    method: "POST",
    path: "/api/users",
    status: 500,
    ms: 1,
    error: { code: "ERR_INTERNAL", message: "broken" },
  });
  output.event({ kind: "job", id: "j1", at, queue: "main", name: "main.work", state: "progress", progress: 1 });
  output.event({ kind: "job", id: "j1", at, queue: "main", name: "main.work", state: "completed", attempt: 2, ms: 12 });
  output.event({ kind: "connection", id: 3, at, state: "closed", topics: ["a", "b"], identity: "ada", ms: 2_000 });
  assertEquals(lines, [
    "Igniter  | up",
    "API      | 14:30:23 GET  /api/users 200 45ms",
    "API      | 14:30:23 POST /api/users 500 1ms",
    "API      |          broken",
    "Jobs     | 14:30:23 main.work completed, attempt 2 12ms (j1)",
    "Realtime | 14:30:23 closed ada after 2s: a, b",
  ]);
});

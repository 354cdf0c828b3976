/**
 * R61: a framework's own development server beside the dashboard, on Node, with the agent in its processes. What stands
 * in for Next here does what matters of it: it starts another process, and serves there.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { DevRequestEvent } from "../../../server/ports/dev_feed.ts";
import { startSession } from "../../../cli/dev/session.ts";
import { createProject } from "../_project.ts";
import { descendants, freePort, isRunning, startDev, until } from "./_dev.ts";

const NEXT = `
const { fork } = require("node:child_process");
const { createServer } = require("node:http");
if (process.argv[2] === "dev") {
  fork(__filename, process.argv.slice(3), { stdio: "inherit" });
  setInterval(() => {}, 1000);
  process.on("SIGTERM", () => process.exit(0));
} else {
  const [, port] = process.argv.slice(2);
  createServer((request, response) => {
    const feed = globalThis[Symbol.for("igniter.dev.feed")];
    if (request.url === "/end") process.kill(process.ppid, "SIGKILL");
    feed({ kind: "request", id: 1, at: Date.now(), method: request.method, path: request.url, status: 200, ms: 1 });
    response.end(process.env.NODE_ENV + " " + process.env.PORT);
  }).listen(Number(port), () => console.log("\\x1b[32m✓\\x1b[0m Ready on", process.argv.slice(2).join(" ")));
}
`;

const FILES = {
  "package.json": JSON.stringify({ dependencies: { next: "^16" } }),
  "node_modules/next/dist/bin/next": NEXT,
};

const hasNode = (() => {
  try {
    return new Deno.Command("node", { args: ["--version"], stdout: "null", stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
})();

Deno.test({
  name: "R61 dev runs the framework that the project depends on, hears its requests, and ends its processes",
  ignore: !hasNode,
  fn: async () => {
    using project = createProject(FILES);
    const port = freePort();
    const session = startSession({
      project: { root: project.folder, runtime: "node" },
      framework: "nextjs",
      port,
      notes: ["First of all"],
    });
    let children: number[] = [];
    try {
      assertEquals(session.processes.map(({ name, status }) => `${name} ${status}`), [
        "Igniter running",
        "Next.js starting",
      ]);
      await until(() => session.processes[1]?.status === "running", () => JSON.stringify(session.processes));
      assertEquals(session.processes[0]?.pid, Deno.pid);
      assertEquals(session.processes[1]?.lines.map(({ text }) => text), [`✓ Ready on --port ${port}`]);
      const own = session.processes[0]?.lines.map(({ text }) => text) ?? [];
      assertEquals(own[0], "First of all");
      assertMatch(own[1] ?? "", new RegExp(`^Ready: http://localhost:${port} answers after \\d+ ms$`));
      children = descendants(session.processes[1]?.pid ?? 0);
      assertEquals(children.length, 1);

      assertEquals(await (await fetch(`http://127.0.0.1:${port}/api/v1/users`)).text(), `development ${port}`);
      await until(() => session.events.length === 1, () => JSON.stringify(session.events));
      assertEquals((session.events[0] as DevRequestEvent).path, "/api/v1/users");

      // It updates itself on changes; only when it has ended is it started anew.
      const { pid } = session.processes[1] ?? {};
      project.write("src/page.tsx", "export {};\n");
      await session.restart();
      await until(() => session.processes[1]?.status === "running", () => JSON.stringify(session.processes));
      assert(session.processes[1]?.pid !== pid);
      await fetch(`http://127.0.0.1:${port}/end`).then((response) => response.body?.cancel(), () => {});
      await until(() => session.processes[1]?.status === "failed", () => JSON.stringify(session.processes));
      project.write("src/page.tsx", "export const a = 1;\n");
      await until(() => session.processes[1]?.status === "running", () => JSON.stringify(session.processes));
      children = [...children, ...descendants(session.processes[1]?.pid ?? 0)];
    } finally {
      await session.stop();
    }
    assertEquals(session.processes.map(({ status }) => status), ["stopped", "stopped"]);
    await until(() => !children.some(isRunning), () => `the end of ${children.filter(isRunning)}`);
  },
});

Deno.test({
  name: "R61 dev writes a framework's lines behind its name, and says so where there is no terminal for a screen",
  ignore: !hasNode,
  fn: async () => {
    using project = createProject(FILES);
    const port = freePort();
    await using dev = startDev(project.folder, ["--interactive", "--port", String(port)]);
    await dev.answers();
    await (await fetch(`http://127.0.0.1:${port}/api/v1/users`)).body?.cancel();
    await dev.line(/^API/);
    assertEquals(dev.lines.includes("This is no terminal: plain lines in place of the dashboard."), true);
    assertEquals(dev.lines.includes(`Next.js  | ✓ Ready on --port ${port}`), true);
    const children = descendants(dev.pid);
    assertEquals(children.length, 2);
    dev.signal("SIGINT");
    assertEquals(await dev.ended(), 0);
    await until(() => !children.some(isRunning), () => `the end of ${children.filter(isRunning)}`);
  },
});

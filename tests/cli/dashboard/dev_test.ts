import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { root } from "../../project.ts";
import { createDemoProject } from "../_project.ts";
import { openPane, type Pane, testWithTmux } from "../_tmux.ts";
import { descendants, freePort, isRunning } from "../dev/_dev.ts";
import { until } from "./_terminal.ts";

/** Runs `igniter dev --interactive` in a terminal, and then a shell's question to that terminal. */
async function openDev(folder: string, port: number): Promise<Pane> {
  const config = Deno.env.get("IGNITER_CLI_CONFIG") ?? join(root, "deno.json");
  const igniter = [Deno.execPath(), "run", "-A", "--quiet", "--config", config, join(root, "cli/main.ts")];
  const argv = [...igniter, "dev", "--interactive", "--port", String(port)];
  const script = '"$@"; echo "exit code $?"; stty -a; echo "back"; read line';
  return await openPane(["sh", "-c", script, "sh", ...argv], { cwd: folder, env: { LOG_LEVEL: "warn" } });
}

/** All that runs in a terminal, the shell excepted. */
async function processesOf(pane: Pane): Promise<number[]> {
  return descendants(Number(await pane.ask("pane_pid")));
}

async function assertGone(pane: Pane, processes: readonly number[]): Promise<void> {
  const screen = await pane.shows(/^back$/, 15_000);
  assertEquals([screen[0], await pane.ask("alternate_on"), await pane.ask("cursor_flag")], ["exit code 0", "0", "1"]);
  assertMatch(screen.join(" "), / icanon .* echo /);
  await until(() => !processes.some(isRunning), () => processes.filter(isRunning));
}

testWithTmux(
  "R61 igniter dev --interactive shows the demo app's requests, their details, and a restart; q leaves nothing",
  async () => {
    using project = createDemoProject();
    const port = freePort();
    await using pane = await openDev(project.folder, port);
    await pane.shows("Status: Running", 30_000);
    const url = `http://127.0.0.1:${port}/api/v1/users?page=2`;

    const started = performance.now();
    const response = await fetch(url);
    assertEquals(response.status, 401);
    await response.body?.cancel();
    const screen = await pane.shows("ERR_UNAUTHORIZED", 1_000);
    assert(performance.now() - started < 1_000);
    assertEquals(screen[3], "● 1. Igniter  ● 2. API Requests  ○ 3. Jobs  ○ 4. Realtime");
    assertMatch(screen[5] ?? "", /^Status: Running \| PID: \d+ \| Last: \d\d:\d\d:\d\d$/);
    assertMatch(screen[7] ?? "", /^\d\d:\d\d:\d\d GET {2}\/api\/v1\/users\?page=2 401 \d+ms ERR_UNAUTHORIZED$/);
    await pane.press("Enter");
    const detail = (await pane.shows("Escape: Back")).join("\n");
    for (const text of ["GET /api/v1/users?page=2", "Action    users.list", '"page": ', "Authentication required."]) {
      assertStringIncludes(detail, text);
    }

    // The app itself writes more than fits: of all lines those that say when it answers.
    await pane.press("1", "/");
    await pane.type("answers after");
    await pane.press("Enter");
    await pane.shows("Escape: All");
    const pid = (lines: readonly string[]) => Number(/PID: (\d+)/.exec(lines.join(" "))?.[1]);
    const before = pid(await pane.shows("Ready: "));
    project.write("src/features/user/user.scopes.ts", project.read("src/features/user/user.scopes.ts") + "\n");
    const after = pid(await pane.shows("Restarted for src/features/user/user.scopes.ts"));
    assert(before > 0 && after > 0 && before !== after, `${before} became ${after}`);

    await pane.press("r");
    const again = pid(await pane.shows("Restarted: "));
    assert(again !== after && !isRunning(after));

    const processes = await processesOf(pane);
    assert(processes.includes(again));
    await pane.press("q");
    await assertGone(pane, processes);
  },
);

testWithTmux(
  "R61 igniter dev --interactive ends all of it at Ctrl-C and at SIGTERM, and gives the terminal back",
  async () => {
    using project = createDemoProject();
    await Promise.all(["C-c", "SIGTERM"].map(async (how) => {
      await using pane = await openDev(project.folder, freePort());
      await pane.shows("Status: Running", 30_000);
      const processes = await processesOf(pane);
      assert(processes.length >= 2, `only ${processes.length} processes`);
      if (how === "SIGTERM") Deno.kill(Math.min(...processes), how);
      else await pane.press(how);
      await assertGone(pane, processes);
    }));
  },
);

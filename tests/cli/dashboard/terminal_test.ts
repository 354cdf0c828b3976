import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../project.ts";
import { openPane, type Pane, testWithTmux } from "../_tmux.ts";
import { requestOf, requests } from "./_session.ts";
import { until } from "./_terminal.ts";

const RULE = (columns: number) => "─".repeat(columns);

interface Driver {
  readonly pane: Pane;
  ask(what: string, body?: unknown): Promise<{ asked: string[]; writings: number[] }>;
}

/** Shows a dashboard in a terminal; what is on the screen after its end says how it left the terminal. */
async function withDriver(use: (driver: Driver) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "igniter-dashboard-" });
  try {
    const file = join(folder, "address");
    // What a shell would find: the exit code, and the terminal as it is.
    const script =
      'echo "before"; "$@"; echo "exit code $?"; stty -a; echo "back"; read line; echo "read $line"; read line';
    const program = [Deno.execPath(), "run", "-A", "--quiet", join(root, "tests/cli/dashboard/_driver.ts"), file];
    await using pane = await openPane(["sh", "-c", script, "sh", ...program], { cwd: root });
    await until(() => existsSync(file), () => pane.screen());
    const address = await Deno.readTextFile(file);
    await pane.shows("q: Quit");
    await use({
      pane,
      ask: async (what, body = {}) => {
        const response = await fetch(`${address}/${what}`, { method: "POST", body: JSON.stringify(body) });
        return await response.json();
      },
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Asserts that a shell can go on as if nothing had been. */
async function assertGivenBack(pane: Pane, code: number, told?: string): Promise<void> {
  const screen = await pane.shows(/^back$/);
  assertStringIncludes(screen.join("\n"), `exit code ${code}`);
  assertEquals(screen[0], "before", "the screen is the one from before");
  const text = screen.join(" ");
  assert(/ icanon/.test(text) && / echo /.test(text) && / isig/.test(text), text);
  assertEquals([await pane.ask("alternate_on"), await pane.ask("cursor_flag"), await pane.ask("wrap_flag")], [
    ...["0", "1", "1"],
  ]);
  if (told !== undefined) assertStringIncludes(screen.join("\n"), told);
  await pane.press("h", "i", "Enter");
  await pane.shows("read hi");
}

function masked(screen: readonly string[]): string[] {
  return screen.map((line) => line.replace(/\d\d:\d\d:\d\d/g, "HH:MM:SS").replace(/Uptime: .*? \|/, "Uptime: … |"));
}

testWithTmux("R61 in a terminal the dashboard looks as drawn, and a request is there within a second", async () => {
  await withDriver(async ({ pane, ask }) => {
    await ask("tell", [
      requestOf(23, "GET", "/api/users", 200, 45),
      requestOf(24, "POST", "/api/auth/login", 201, 120),
    ]);
    await pane.shows("/api/auth/login");
    const started = performance.now();
    await ask("tell", [requestOf(25, "GET", "/api/health", 200, 12)]);
    const screen = await pane.shows("/api/health", 1_000);
    assert(performance.now() - started < 1_000);
    assertEquals(masked(screen), [
      "Igniter.js Interactive Dashboard",
      "Uptime: … | Press h for help",
      "",
      "● 1. Igniter  ○ 2. Next.js  ● 3. API Requests  ○ 4. Jobs  ○ 5. Realtime",
      "",
      "Status: Running | PID: 12345 | Last: HH:MM:SS",
      RULE(80),
      "HH:MM:SS GET  /api/users           200 45ms",
      "HH:MM:SS POST /api/auth/login      201 120ms",
      "HH:MM:SS GET  /api/health          200 12ms",
      ...Array(13).fill(""),
      "1-5: Switch process | Tab: Next | c: Clear logs | r: Refresh | h: Help | q: Quit",
    ]);
    assertEquals([await pane.ask("alternate_on"), await pane.ask("cursor_flag")], ["1", "0"]);
    await pane.press("q");
    await assertGivenBack(pane, 0);
  });
});

testWithTmux("R61 in a terminal every key does what it says", async () => {
  await withDriver(async ({ pane, ask }) => {
    const error = { code: "INTERNAL", message: "It broke", stack: "Error: It broke\n    at create (users.ts:7:9)" };
    const failed = requestOf(40, "POST", "/api/users", 500, 12.3, { input: { body: { name: "Ana" } }, error });
    await ask("tell", [
      ...requests(30),
      failed,
      { kind: "job", id: "1", at: 0, queue: "system", name: "system.mail", state: "completed", ms: 5 },
      { kind: "connection", id: 1, at: 0, state: "open", topics: ["users.list"] },
    ]);
    await ask("write", { name: "Igniter", texts: Array.from({ length: 40 }, (_, at) => `line ${at + 1}.`) });
    await pane.shows("/api/users");

    const presses: readonly (readonly [keys: string[], shown: string | RegExp])[] = [
      [["1"], "line 40."],
      [["2"], "It has written nothing yet."],
      [["3"], "/api/30"],
      [["4"], "system.mail          completed 5ms"],
      [["5"], "open   users.list"],
      [["Tab"], "line 40."],
      [["BTab"], "open   users.list"],
      [["1", "Up"], "1 newer below"],
      [["PPage"], "16 newer below"],
      [["NPage"], "1 newer below"],
      [["Home"], "line 1."],
      [["Down"], "24 newer below"],
      [["End"], "line 40."],
      [["3", "Up", "Enter"], "at create (users.ts:7:9)"],
      [["Escape"], "/api/30"],
      [["Up", "Enter"], /^GET \/api\/30$/],
      [["Escape"], "POST /api/users"],
      [["/", "5", "0", "0"], "Filter: 500"],
      [["Enter"], "Filter: 500 (1 of 31)"],
      [["Escape"], "/api/30"],
      [["h"], "this help"],
      [["h"], "/api/30"],
      [["c"], "No requests yet."],
    ];
    for (const [keys, shown] of presses) {
      await pane.press(...keys);
      await pane.shows(shown);
    }
    await pane.press("r");
    await until(async () => (await ask("look")).asked.includes("restart"), () => ask("look"));
    assertEquals((await ask("look")).asked, ["clear request", "restart"]);
    await pane.press("C-c");
    await assertGivenBack(pane, 0);
  });
});

testWithTmux(
  "R61 in a terminal the dashboard fits any size, does not scroll, and keeps still while nothing happens",
  async () => {
    await withDriver(async ({ pane, ask }) => {
      await ask("tell", requests(200));
      await pane.shows("/api/200");
      for (const [columns, rows] of [[60, 20], [200, 50], [40, 8], [80, 24]] as const) {
        await pane.resize(columns, rows);
        // Right after the change it shows what is left of the screen before.
        const fits = async () => {
          const screen = await pane.screen();
          const rule = screen.findIndex((line) => line === RULE(columns));
          const whole = [screen[0], screen[rule + 1], screen.at(-1)].join("\n");
          return screen.length === rows && /^Igniter.js.*\n.*api\/\d+ .*\n.*q: Quit/.test(whole) &&
            screen.some((line) => line.includes("/api/200 "));
        };
        await until(fits, () => pane.screen());
      }
      await pane.resize(39, 7);
      assertEquals(await pane.shows("Terminal too small"), [
        "Terminal too small: 39x7, not 40x8",
        ...Array(6).fill(""),
      ]);
      await pane.resize(80, 24);
      await pane.shows("/api/200");

      const { writings: before } = await ask("look");
      const uptime = /Uptime: .*? \|/.exec((await pane.screen())[1] ?? "")?.[0] ?? "no uptime";
      await pane.hides(uptime);
      const { writings: after } = await ask("look");
      const idle = after.slice(before.length);
      assert(idle.length <= 2 && idle.every((length) => length < 110), `written in an idle second: ${idle}`);
      assertEquals(await pane.ask("history_size"), "0", "nothing has left the screen at its top");
      await pane.press("q");
      await assertGivenBack(pane, 0);
    });
  },
);

testWithTmux(
  "R61 in a terminal wide characters stand where they should, and what a process writes is not obeyed",
  async () => {
    await withDriver(async ({ pane, ask }) => {
      const title = await pane.ask("pane_title");
      const texts = [
        "漢字 e\u0301 👍 end",
        "\x1b[2J\x1b[?1049l\x1b[1;1Hred\x1b]0;evil\x07\x1b[?25h\r\nnext",
        `${"漢".repeat(40)}|`,
        "last",
      ];
      await ask("write", { name: "Igniter", texts });
      await pane.press("1");
      const screen = await pane.shows("last");
      assertEquals(masked(screen).slice(7, 12), [
        "HH:MM:SS 漢字 e\u0301 👍 end",
        "HH:MM:SS rednext",
        `HH:MM:SS ${"漢".repeat(35)}`,
        `         ${"漢".repeat(5)}|`,
        "HH:MM:SS last",
      ]);
      assertEquals(screen[6], RULE(80));
      assertEquals([await pane.ask("alternate_on"), await pane.ask("cursor_flag"), await pane.ask("pane_title")], [
        ...["1", "0", title],
      ]);
      await ask("tell", [requestOf(1, "GET", "/漢字/👍", 200, 1), requestOf(2, "GET", "/plain", 404, 1)]);
      await pane.press("3");
      const list = await pane.shows("/plain");
      assertEquals(masked(list).slice(7, 9), [
        "HH:MM:SS GET  /漢字/👍             200 1ms",
        "HH:MM:SS GET  /plain               404 1ms",
      ]);
      await pane.press("q");
      await assertGivenBack(pane, 0);
    });
  },
);

for (
  const [how, code, told] of [["throw", 1, "It broke"], ["reject", 1, "It broke"], ["exit", 3, undefined]] as const
) {
  testWithTmux(`R61 in a terminal the dashboard gives it back when its process ends by ${how}`, async () => {
    await withDriver(async ({ pane, ask }) => {
      await ask(how);
      await assertGivenBack(pane, code, told);
    });
  });
}

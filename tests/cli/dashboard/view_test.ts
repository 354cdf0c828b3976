import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { widthOf } from "../../../cli/dev/dashboard/text.ts";
import type { DevEvent } from "../../../server/ports/dev_feed.ts";
import { Desk, KEYS, linesOf, NOON, plain, processOf, requestOf, requests, snapshotOf } from "./_session.ts";

const SIZES = [[40, 8], [41, 9], [60, 13], [60, 14], [60, 20], [80, 24], [200, 50], [237, 61]] as const;

/** What the product README draws. */
const drawn = snapshotOf({
  processes: [processOf("Igniter"), processOf("Next.js", { status: "stopped", pid: undefined })],
  events: [
    requestOf(23, "GET", "/api/users", 200, 45),
    requestOf(24, "POST", "/api/auth/login", 201, 120),
    requestOf(25, "GET", "/api/health", 200, 12),
  ],
});

function job(
  seconds: number,
  id: string,
  state: "enqueued" | "active" | "progress" | "completed" | "failed",
  more = {},
) {
  return {
    kind: "job",
    id,
    at: NOON + seconds * 1000,
    queue: "system",
    name: `system.job${id}`,
    state,
    ...more,
  } as const;
}

function connection(seconds: number, id: number, state: "open" | "closed", more = {}) {
  return { kind: "connection", id, at: NOON + seconds * 1000, state, topics: ["users.list"], ...more } as const;
}

Deno.test("R61 the dashboard looks as drawn", () => {
  const screen = new Desk(drawn).screen();
  assertEquals(screen.filter((line) => line !== ""), [
    "Igniter.js Interactive Dashboard",
    "Uptime: 2m 45s | Press h for help",
    "● 1. Igniter  ○ 2. Next.js  ● 3. API Requests  ○ 4. Jobs  ○ 5. Realtime",
    "Status: Running | PID: 12345 | Last: 14:30:25",
    "─".repeat(80),
    "14:30:23 GET  /api/users           200 45ms",
    "14:30:24 POST /api/auth/login      201 120ms",
    "14:30:25 GET  /api/health          200 12ms",
    "1-5: Switch process | Tab: Next | c: Clear logs | r: Refresh | h: Help | q: Quit",
  ]);
  assertEquals([2, 4, 22].map((at) => screen[at]), ["", "", ""], "blank lines stand between the parts");
});

Deno.test("R61 at 60x20 the dashboard says the same in fewer words", () => {
  assertEquals(new Desk(drawn, 60, 20).screen().filter((line) => line !== ""), [
    "Igniter.js Interactive Dashboard",
    "Uptime: 2m 45s | Press h for help",
    "● 1. Igniter ○ 2. Next.js ● 3. API ○ 4. Jobs ○ 5. Realtime",
    "Status: Running | PID: 12345 | Last: 14:30:25",
    "─".repeat(60),
    "14:30:23 GET  /api/users           200 45ms",
    "14:30:24 POST /api/auth/login      201 120ms",
    "14:30:25 GET  /api/health          200 12ms",
    "1-5 Tab: Switch | c: Clear | r: Refresh | h: Help | q: Quit",
  ]);
});

Deno.test("R61 on the smallest screen the dashboard still has its parts", () => {
  assertEquals(new Desk(drawn, 40, 8).screen(), [
    "Igniter.js  Uptime: 2m 45s",
    "● 1 ○ 2 ● 3. API ○ 4 ○ 5",
    "Running | 12345 | 14:30:25",
    "─".repeat(40),
    "14:30:23 GET  /api/users       200 45ms",
    "14:30:24 POST /api/auth/login  201 120ms",
    "14:30:25 GET  /api/health      200 12ms",
    "1-5 Tab | c | r | h: Help | q: Quit",
  ]);
});

Deno.test("R61 a screen that is too small says so", () => {
  for (const [columns, rows] of [[39, 8], [40, 7], [10, 3], [1, 1]] as const) {
    const lines = new Desk(drawn, columns, rows).lines();
    assertEquals(lines.length, rows);
    assert(lines.every((line) => widthOf(line) === columns));
    assertEquals(lines[0]?.[0], columns === 1 ? "…" : "T");
  }
  assertEquals(new Desk(drawn, 39, 8).screen()[0], "Terminal too small: 39x8, not 40x8");
});

Deno.test("R61 every line of every tab and page is exactly as wide as the screen", () => {
  const hostile = "漢字👍e\u0301\x1b[31m\t".repeat(12);
  const events: DevEvent[] = [
    ...requests(80),
    requestOf(1, hostile, `/${hostile}`, 500, 123456.789, {
      key: "users.list",
      input: { query: { a: hostile }, params: [], body: { [hostile]: hostile } },
      error: { code: hostile, message: hostile, stack: `${hostile}\n${hostile}` },
    }),
    job(1, "1", "failed", { attempt: 3, ms: 1.5, error: { message: hostile, stack: hostile } }),
    job(1, "2", "progress", { progress: { done: hostile } }),
    connection(1, 1, "open", { topics: [hostile, hostile], identity: hostile }),
  ];
  const lines = [...linesOf(...Array.from({ length: 60 }, (_, at) => `${at} ${hostile}`)), ...linesOf("", hostile)];
  const snapshot = snapshotOf({ processes: [processOf("Igniter", { lines }), processOf(hostile)], events });
  for (const [columns, rows] of SIZES) {
    const desk = new Desk(snapshot, columns, rows);
    for (
      const keys of [
        ...["1", "2", "3", KEYS.enter, "4", KEYS.enter, "5", KEYS.enter, "h", "3/nothing has this", KEYS.escape],
        ...["1", KEYS.up, KEYS.pageUp, KEYS.home, KEYS.end, `/${hostile.slice(0, 2)}`, KEYS.enter, "3", KEYS.up],
      ]
    ) {
      desk.type(...(keys.startsWith("\x1b") ? [keys] : keys));
      for (const colour of [true, false]) {
        const drawn = desk.lines(colour);
        assertEquals(drawn.length, rows, `${columns}x${rows} ${JSON.stringify(keys)}`);
        for (const line of drawn) {
          assertEquals(widthOf(plain(line)), columns, `${columns}x${rows} ${JSON.stringify(keys)}: ${line}`);
        }
      }
    }
  }
});

Deno.test("R61 what a process or client writes cannot move the cursor, paint or leave the screen", () => {
  const evil = "\x1b[2J\x1b[1;1H\x1b[?1049l\x1b]0;title\x07\x1b[31mred\x1bc\x9b2J\r\n\x08\u202egnp";
  const snapshot = snapshotOf({
    processes: [processOf("Igniter", { lines: linesOf(evil) }), processOf(evil)],
    events: [
      requestOf(1, evil, evil, 500, 1, {
        key: evil,
        input: { body: { [evil]: evil, c1: "\x9b2J" } },
        error: { code: evil, message: evil, stack: evil },
      }),
      job(1, evil, "failed", { error: { message: evil, stack: evil } }),
      connection(1, 1, "open", { topics: [evil], identity: evil }),
    ],
  });
  for (const keys of [["1"], ["2"], ["3"], ["3", KEYS.enter], ["4"], ["4", KEYS.enter], ["5"], ["5", KEYS.enter]]) {
    const text = new Desk(snapshot, 200, 50).type(...keys).notice(evil).lines(true).join("");
    // deno-lint-ignore no-control-regex -- everything that a terminal would obey, but the codes of looks
    const left = text.replace(/\x1b\[[0-9]m|\x1b\[3[125]m/g, "").match(/[\x00-\x1f\x7f-\x9f\u202e]/g);
    assertEquals(left, null, keys.join(" "));
    assertStringIncludes(text, "red");
  }
});

Deno.test("R61 long lines of a process are folded under themselves, with the time at their first row", () => {
  const lines = linesOf(`begin ${"x".repeat(60)} end`, "next");
  const desk = new Desk(snapshotOf({ processes: [processOf("Igniter", { lines })] }), 60, 20).type("1");
  assertEquals(desk.body(), [
    `14:30:00 begin ${"x".repeat(45)}`,
    `         ${"x".repeat(15)} end`,
    "14:30:01 next",
  ]);
});

Deno.test("R61 a path that is too long is cut, so that status and time are seen", () => {
  const events = [requestOf(1, "GET", `/api/${"x".repeat(100)}`, 200, 3), requestOf(2, "DELETE", "/漢字", 404, 3)];
  assertEquals(new Desk(snapshotOf({ events }), 60, 20).body(), [
    `14:30:01 GET    /api/${"x".repeat(30)}… 200 3ms`,
    `14:30:02 DELETE /漢字${" ".repeat(31)} 404 3ms`,
  ]);
});

Deno.test("R61 a request that failed shows its code", () => {
  const error = { code: "UNAUTHORIZED", message: "Sign in" };
  const events = [requestOf(1, "GET", "/api/me", 401, 0.4, { error })];
  assertEquals(new Desk(snapshotOf({ events })).body(), ["14:30:01 GET  /api/me              401 0ms UNAUTHORIZED"]);
});

Deno.test("R61 a job is one line that tells its last step", () => {
  const events = [
    job(1, "1", "enqueued"),
    job(2, "2", "enqueued"),
    job(3, "1", "active", { attempt: 1 }),
    job(3, "2", "progress", { progress: { done: 5 } }),
    job(4, "1", "completed", { attempt: 2, ms: 12.4 }),
    job(5, "3", "failed", { attempt: 1, ms: 1, error: { message: "no mail\nserver" } }),
  ];
  const desk = new Desk(snapshotOf({ events })).type("3");
  assertEquals(desk.tab(), "3. Jobs");
  assertEquals(desk.body(), [
    "14:30:01 system.job1          completed 12ms attempt 2",
    '14:30:02 system.job2          progress  {"done":5}',
    "14:30:05 system.job3          failed    1ms no mail",
  ]);
  assertEquals(desk.screen()[5], "Status: Running | PID: 12345 | Last: 14:30:05");
});

Deno.test("R61 a connection is one line from its opening to its end, in whichever process", () => {
  const events = [
    connection(1, 1, "open", { identity: "ana", topics: ["users.list", "posts"] }),
    connection(2, 2, "open"),
    connection(3, 1, "closed", { ms: 2000 }),
    // Another process counts from 1 too.
    connection(63, 1, "open"),
    connection(64, 2, "open"),
    connection(66, 2, "closed", { ms: 64_001 }),
    connection(67, 9, "closed", { ms: 7000 }),
  ];
  const desk = new Desk(snapshotOf({ events })).type("4");
  assertEquals(desk.body(), [
    "14:30:01 closed users.list, posts    ana 2s",
    "14:30:02 closed users.list               1m 4s",
    "14:31:03 open   users.list               1m 42s",
    "14:31:04 open   users.list               1m 41s",
    "14:31:07 closed users.list               7s",
  ]);
  assertStringIncludes(desk.screen()[3] ?? "", "● 4. Realtime");
  const ends = [connection(68, 1, "closed", { ms: 5000 }), connection(68, 2, "closed", { ms: 4000 })];
  desk.snapshot = snapshotOf({ events: [...events, ...ends] });
  assertStringIncludes(desk.screen()[3] ?? "", "○ 4. Realtime");
});

Deno.test("R61 the status line tells the state, the process and when it last did something", () => {
  const states = [
    ["starting", "Starting"],
    ["running", "Running"],
    ["restarting", "Restarting"],
    ["stopped", "Stopped"],
    ["failed", "Failed"],
  ] as const;
  for (const [status, word] of states) {
    const processes = [processOf("Igniter", { status, pid: undefined, lastActivity: undefined })];
    assertEquals(new Desk(snapshotOf({ processes })).type("1").screen()[5], `Status: ${word} | PID: - | Last: -`);
  }
  const next = processOf("Next.js", { pid: 7, lastActivity: NOON + 61_000 });
  const desk = new Desk(snapshotOf({ processes: [processOf("Igniter"), next] })).type("2");
  assertEquals(desk.screen()[5], "Status: Running | PID: 7 | Last: 14:31:01");
});

Deno.test("R61 an empty tab says what it is empty of", () => {
  const desk = new Desk(snapshotOf());
  const empty = ["1", "2", "3", "4"].map((key) => desk.type(key).body());
  assertEquals(empty, [
    ["It has written nothing yet."],
    ["No requests yet."],
    ["No jobs yet."],
    ["No event connections yet."],
  ]);
});

Deno.test("R61 with room the keys of a list are named too", () => {
  const wide = new Desk(drawn, 200, 50);
  assertStringIncludes(wide.screen().at(-1) ?? "", "q: Quit | Enter: Details | /: Filter");
  assertStringIncludes(wide.type("1").screen().at(-1) ?? "", "q: Quit | Up/Down: Scroll | /: Filter");
});

Deno.test("R61 colours are few, can be seen on light and dark, and are not used with NO_COLOR", () => {
  const lines = [{ at: NOON, text: "broken", error: true }];
  const snapshot = snapshotOf({
    processes: [processOf("Igniter", { lines }), processOf("Next.js", { status: "failed" })],
    events: [requestOf(1, "GET", "/", 200, 1), requestOf(2, "GET", "/", 404, 1), requestOf(3, "GET", "/", 500, 1)],
  });
  const codes = (keys: string, colour: boolean) => {
    // deno-lint-ignore no-control-regex -- the codes of looks
    const found = new Desk(snapshot).type(keys).lines(colour).join("").matchAll(/\x1b\[(\d+)m/g);
    return [...new Set([...found].map(([, code]) => code))].sort();
  };
  assertEquals(codes("1", true), ["0", "1", "2", "31", "32", "7"]);
  assertEquals(codes("3", true), ["0", "1", "2", "31", "32", "35", "7"]);
  assertEquals(codes("1", false), ["0", "1", "2", "7"]);
  assertEquals(codes("3", false), ["0", "1", "2", "7"]);
});

Deno.test("R61 thousands of lines are drawn within a frame", () => {
  const texts = Array.from({ length: 20_000 }, (_, at) => `${at} listening – 漢字 ${"x".repeat(at % 200)}`);
  const snapshot = snapshotOf({ processes: [processOf("Igniter", { lines: linesOf(...texts) })] });
  const desk = new Desk(snapshot, 200, 50).type("1");
  desk.lines();
  const times = Array.from({ length: 9 }, () => {
    const started = performance.now();
    desk.lines();
    return performance.now() - started;
  }).sort((a, b) => a - b);
  assertEquals(desk.body().at(-1), `         ${"x".repeat(31)}`);
  // Fifty times what it takes, for a busy machine.
  assert((times[4] ?? 0) < 1_000, `${times[4]} ms`);
});

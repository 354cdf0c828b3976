import { assertEquals, assertStringIncludes } from "@std/assert";
import type { DevEvent } from "../../../server/ports/dev_feed.ts";
import { Desk, KEYS, linesOf, NOON, processOf, requestOf, requests, snapshotOf } from "./_session.ts";

const texts = (count: number) => Array.from({ length: count }, (_, at) => `line ${at + 1}`);

/** A desk of 11 rows of list, with a process that has written so many lines. */
function logDesk(count: number): Desk {
  const lines = linesOf(...texts(count));
  return new Desk(snapshotOf({ processes: [processOf("Igniter", { lines })] }), 60, 20).type("1");
}

/** A desk of 11 rows of list, with so many requests. */
function requestDesk(count: number): Desk {
  return new Desk(snapshotOf({ events: requests(count) }), 60, 20);
}

function numbers(desk: Desk): [first: number, last: number] {
  const found = desk.body().map((line) => Number(/(?:line |api\/)(\d+)/.exec(line)?.[1]));
  return [found[0] ?? 0, found.at(-1) ?? 0];
}

function chosenPath(desk: Desk): string | undefined {
  return desk.chosen()?.split(/ +/)[2];
}

const five = snapshotOf({ processes: [processOf("Igniter"), processOf("Next.js")] });

Deno.test("R61 1-5 open the tabs of these numbers, others nothing", () => {
  const desk = new Desk(five);
  assertEquals(desk.tab(), "3. API Requests", "what is drawn is open at first");
  const tabs = ["1", "2", "3", "4", "5", "6", "0"].map((key) => desk.type(key).tab());
  assertEquals(tabs, [
    ...["1. Igniter", "2. Next.js", "3. API Requests", "4. Jobs", "5. Realtime"],
    ...["5. Realtime", "5. Realtime"],
  ]);
});

Deno.test("R61 Tab opens the next tab and Shift-Tab the one before, around the ends", () => {
  const desk = new Desk(five).type("1");
  const open = (key: string, times: number) => Array.from({ length: times }, () => desk.type(key).tab()[0]).join("");
  assertEquals(open(KEYS.tab, 6), "234512");
  assertEquals(open(KEYS.shiftTab, 6), "154321");
});

Deno.test("R61 the open tab stays open when a process comes before it", () => {
  const desk = new Desk(snapshotOf());
  assertEquals(desk.tab(), "2. API Requests");
  desk.snapshot = five;
  assertEquals(desk.tab(), "3. API Requests");
  desk.type("2");
  desk.snapshot = snapshotOf();
  assertEquals(desk.tab(), "1. Igniter", "a tab that is gone is the first one");
});

Deno.test("R61 q and Ctrl-C quit, from everywhere", () => {
  for (const where of [[], ["1"], ["h"], [KEYS.enter], [KEYS.up]]) {
    assertEquals(requestDesk(3).type(...where, "q").effects, [{ name: "quit" }]);
    assertEquals(requestDesk(3).type(...where, KEYS.interrupt).effects, [{ name: "quit" }]);
  }
  assertEquals(requestDesk(3).type("q").message(), "Ending all processes …", "which may take its time");
  assertEquals(requestDesk(3).type("/", "q").effects, [], "in the filter q is a letter");
  assertEquals(requestDesk(3).type("/", KEYS.interrupt).effects, [{ name: "quit" }]);
});

Deno.test("R61 r asks for a restart", () => {
  assertEquals(requestDesk(3).type("r").effects, [{ name: "restart" }]);
});

Deno.test("R61 c clears what the open tab shows, and follows what comes", () => {
  const desk = new Desk(five).type(..."1c2c3c4c5c");
  assertEquals(desk.effects, [
    { name: "clear", target: { process: "Igniter" } },
    { name: "clear", target: { process: "Next.js" } },
    { name: "clear", target: { events: "request" } },
    { name: "clear", target: { events: "job" } },
    { name: "clear", target: { events: "connection" } },
  ]);
  const scrolled = requestDesk(30).type(KEYS.home, "c");
  scrolled.snapshot = snapshotOf({ events: requests(40).slice(30) });
  assertEquals(scrolled.chosen(), undefined);
  const read = requestDesk(30).type(KEYS.enter, "c");
  assertEquals(read.tab(), "2. API Requests");
  assertEquals(read.message(), "", "the request that was read is gone with the others");
});

Deno.test("R61 h shows every key, and again the list", () => {
  const desk = requestDesk(3);
  const help = desk.type("h").body().join("\n");
  for (
    const key of ["1-5", "Tab", "Shift-Tab", "PgUp", "Home", "End", "Enter", "Escape", "/", "c ", "r ", "h ", "q "]
  ) {
    assertStringIncludes(help, key);
  }
  assertEquals(numbers(desk.type("h")), [1, 3]);
  assertEquals(numbers(desk.type("h", KEYS.escape)), [1, 3]);
  assertEquals(desk.type("h", "1").body(), ["It has written nothing yet."]);
});

Deno.test("R61 help can be scrolled where it does not fit", () => {
  const desk = new Desk(five, 40, 8).type("h");
  assertStringIncludes(desk.screen().at(-1) ?? "", "more below");
  const first = desk.body();
  desk.type(KEYS.down);
  assertEquals(desk.body().slice(0, 2), first.slice(1));
  assertStringIncludes(desk.type(KEYS.end).body().join("\n"), "not");
  assertEquals(desk.screen().at(-1), "Escape: Back");
  assertEquals(desk.type(KEYS.down, KEYS.pageDown).body(), desk.type(KEYS.end).body());
  assertEquals(desk.type(KEYS.pageUp, KEYS.home).body(), first);
});

Deno.test("R61 a log follows its end, and is scrolled by rows, pages and to its ends", () => {
  const desk = logDesk(100);
  assertEquals(numbers(desk), [90, 100]);
  assertEquals(numbers(desk.type(KEYS.up)), [89, 99]);
  assertEquals(desk.message(), "1 newer below | End: Newest");
  assertEquals(numbers(desk.type(KEYS.pageUp)), [78, 88]);
  assertEquals(numbers(desk.type(KEYS.pageDown)), [89, 99]);
  assertEquals(numbers(desk.type(KEYS.home)), [1, 11]);
  assertEquals(numbers(desk.type(KEYS.up, KEYS.pageUp)), [1, 11]);
  assertEquals(numbers(desk.type(KEYS.down)), [2, 12]);
  assertEquals(numbers(desk.type(KEYS.end)), [90, 100]);
  assertEquals(desk.message(), "");
  assertEquals(numbers(desk.type(KEYS.down)), [90, 100]);
});

Deno.test("R61 a log at its end follows what comes; one that is scrolled stays where it is", () => {
  const desk = logDesk(100);
  const { lines } = desk.snapshot.processes[0] ?? processOf("");
  const grow = (to: number, from = 0) => {
    const more = linesOf(...texts(to)).slice(lines.length);
    desk.snapshot = snapshotOf({ processes: [processOf("Igniter", { lines: [...lines, ...more].slice(from) })] });
  };
  grow(110);
  assertEquals(numbers(desk), [100, 110]);
  desk.type(KEYS.pageUp, KEYS.pageUp);
  assertEquals(numbers(desk), [78, 88]);
  grow(500);
  assertEquals(numbers(desk), [78, 88]);
  assertEquals(desk.message(), "412 newer below | End: Newest");
  grow(500, 70);
  assertEquals(numbers(desk), [78, 88], "what is dropped at the other end moves nothing either");
  grow(500, 95);
  assertEquals(numbers(desk), [96, 106], "of what is not kept any more the oldest that is");
  grow(500);
  desk.type("3", "1");
  assertEquals(numbers(desk), [78, 88], "also after another tab");
  assertEquals(numbers(desk.type(KEYS.pageDown)), [89, 99]);
  assertEquals(numbers(desk.type(KEYS.end)), [490, 500]);
});

Deno.test("R61 scrolling down to the end follows what comes again", () => {
  const desk = logDesk(30).type(KEYS.up, KEYS.down);
  desk.snapshot = logDesk(40).snapshot;
  assertEquals(numbers(desk), [30, 40]);
});

Deno.test("R61 folded lines are scrolled row by row", () => {
  const lines = linesOf(...Array.from({ length: 20 }, (_, at) => `line ${at + 1} ${"x".repeat(100)}`));
  const desk = new Desk(snapshotOf({ processes: [processOf("Igniter", { lines })] }), 60, 20).type("1");
  const row = (at: number) => desk.body()[at]?.replace(/x+$/, "").trim();
  assertEquals(desk.body().length, 11);
  assertEquals([row(0), row(2)], ["", "14:30:17 line 18"]);
  desk.type(KEYS.up, KEYS.up);
  assertEquals([row(0), row(1)], ["", "14:30:16 line 17"]);
  desk.type(KEYS.down);
  assertEquals([row(0), row(3)], ["14:30:16 line 17", "14:30:17 line 18"]);
  const texts = desk.resize(200, 50).body();
  assertEquals([texts.length, texts[0]?.slice(0, 16)], [20, "14:30:00 line 1 "]);
});

Deno.test("R61 in a list of requests the arrows choose one, and the list moves with it", () => {
  const desk = requestDesk(30);
  const chosen = () => chosenPath(desk);
  assertEquals([chosen(), ...numbers(desk)], [undefined, 20, 30]);
  desk.type(KEYS.up);
  assertEquals([chosen(), ...numbers(desk)], ["/api/30", 20, 30]);
  desk.type(...Array(10).fill(KEYS.up));
  assertEquals([chosen(), ...numbers(desk)], ["/api/20", 20, 30]);
  desk.type(KEYS.up);
  assertEquals([chosen(), ...numbers(desk)], ["/api/19", 19, 29]);
  desk.type(KEYS.down);
  assertEquals([chosen(), ...numbers(desk)], ["/api/20", 19, 29]);
  desk.type(KEYS.pageUp);
  assertEquals([chosen(), ...numbers(desk)], ["/api/9", 9, 19]);
  desk.type(KEYS.home);
  assertEquals([chosen(), ...numbers(desk)], ["/api/1", 1, 11]);
  desk.type(KEYS.up);
  assertEquals([chosen(), ...numbers(desk)], ["/api/1", 1, 11]);
  desk.type(KEYS.pageDown);
  assertEquals([chosen(), ...numbers(desk)], ["/api/12", 2, 12]);
  desk.type(KEYS.end);
  assertEquals([chosen(), ...numbers(desk)], [undefined, 20, 30]);
});

Deno.test("R61 the chosen request stays chosen and in its place while requests arrive", () => {
  const all = requests(500);
  const desk = new Desk(snapshotOf({ events: all.slice(0, 30) }), 60, 20).type(KEYS.up, KEYS.up, KEYS.up);
  assertEquals([chosenPath(desk), ...numbers(desk)], ["/api/28", 20, 30]);
  desk.snapshot = snapshotOf({ events: all });
  assertEquals([chosenPath(desk), ...numbers(desk)], ["/api/28", 20, 30]);
  assertEquals(desk.message(), "470 newer below | End: Newest");
  desk.resize(60, 12);
  assertEquals(chosenPath(desk), "/api/28", "a smaller screen shows it still");
});

Deno.test("R61 Enter opens everything about the chosen request; Escape goes back to it", () => {
  const events = [
    ...requests(5),
    requestOf(30, "POST", "/api/users?page=2", 500, 12.345, {
      key: "users.create",
      input: { query: { page: 2 }, params: { id: "7" }, body: { name: "Ana", password: "[redacted]" } },
      error: { code: "INTERNAL", message: "It broke", stack: "Error: It broke\n    at create (users.ts:7:9)" },
    }),
  ];
  const desk = new Desk(snapshotOf({ events }), 80, 50).type(KEYS.up, KEYS.enter);
  assertEquals(desk.body(), [
    "POST /api/users?page=2",
    "Status    500",
    "Action    users.create",
    "Started   14:30:30.000",
    "Took      12.35 ms",
    "",
    "Params",
    "{",
    '  "id": "7"',
    "}",
    "",
    "Query",
    "{",
    '  "page": 2',
    "}",
    "",
    "Body",
    "{",
    '  "name": "Ana",',
    '  "password": "[redacted]"',
    "}",
    "",
    "Error",
    "INTERNAL: It broke",
    "Error: It broke",
    "    at create (users.ts:7:9)",
  ]);
  assertEquals(desk.message(), "Escape: Back");
  assertEquals(chosenPath(desk.type(KEYS.escape)), "/api/users?page=2");
  assertEquals(desk.type(KEYS.up, KEYS.enter).body()[0], "GET /api/5");
  desk.resize(80, 14).type(KEYS.escape, KEYS.end, KEYS.enter);
  assertEquals(desk.message(), "Escape: Back | 21 more below");
  assertEquals(desk.type(KEYS.pageDown, KEYS.up).body()[0], "Took      12.35 ms");
  assertEquals(desk.type(KEYS.end).body().at(-1), "    at create (users.ts:7:9)");
});

Deno.test("R61 Enter without a choice opens the newest request, and nothing where nothing can be opened", () => {
  assertEquals(requestDesk(5).type(KEYS.enter).body()[0], "GET /api/5");
  assertEquals(requestDesk(0).type(KEYS.enter).body(), ["No requests yet."]);
  assertEquals(logDesk(3).type(KEYS.enter).message(), "");
});

Deno.test("R61 what is read stays, whatever arrives; when it is not kept any more that is said", () => {
  const all = requests(50);
  const desk = new Desk(snapshotOf({ events: all.slice(0, 5) }), 60, 20).type(KEYS.enter);
  desk.snapshot = snapshotOf({ events: all });
  assertEquals(desk.body()[0], "GET /api/5");
  desk.snapshot = snapshotOf({ events: all.slice(10) });
  assertEquals(desk.body(), ["This is not kept any more."]);
});

Deno.test("R61 Enter opens a job's steps and a connection's topics", () => {
  const job = { kind: "job", id: "7", queue: "system", name: "system.mail" } as const;
  const events: DevEvent[] = [
    { ...job, at: NOON, state: "enqueued" },
    { ...job, at: NOON + 5, state: "active", attempt: 1 },
    { ...job, at: NOON + 1500, state: "retrying", attempt: 1, ms: 12.345, error: { message: "busy", stack: "at x" } },
    { ...job, at: NOON + 2000, state: "progress", progress: { done: 5 } },
    { kind: "connection", id: 1, at: NOON, state: "open", topics: ["users.list", "posts"], identity: "ana" },
    { kind: "connection", id: 1, at: NOON + 2000, state: "closed", topics: ["users.list", "posts"], ms: 2000 },
  ];
  const desk = new Desk(snapshotOf({ events }), 80, 40);
  assertEquals(desk.type("3", KEYS.enter).body(), [
    "system.mail",
    "Queue     system",
    "Id        7",
    "",
    "14:30:00.000 enqueued",
    "14:30:00.005 active    attempt 1",
    "14:30:01.500 retrying  attempt 1 12.35 ms",
    "",
    "Error",
    "busy",
    "at x",
    "14:30:02.000 progress",
    "",
    "Progress",
    "{",
    '  "done": 5',
    "}",
  ]);
  assertEquals(desk.type("4", KEYS.enter).body(), [
    "Event connection 1",
    "State     closed",
    "Identity  ana",
    "Opened    14:30:00.000",
    "Closed    14:30:02.000",
    "Lasted    2s",
    "",
    "Topics",
    "  users.list",
    "  posts",
  ]);
});

Deno.test("R61 / filters by words as they are written; Enter keeps it, Escape ends it", () => {
  const events = [
    requestOf(1, "GET", "/api/users", 200, 1),
    requestOf(2, "POST", "/api/users", 500, 1, { error: { code: "INTERNAL", message: "" } }),
    requestOf(3, "GET", "/api/posts", 200, 1),
  ];
  const desk = new Desk(snapshotOf({ events }));
  const paths = () => desk.body().map((line) => line.split(/ +/).slice(1, 3).join(" "));
  desk.type("/");
  assertEquals([desk.message(), desk.body().length], ["Filter: ▏", 3]);
  desk.type(..."USERS");
  assertEquals([desk.message(), paths()], ["Filter: USERS▏", ["GET /api/users", "POST /api/users"]]);
  desk.type(..." 500");
  assertEquals(paths(), ["POST /api/users"]);
  desk.type(...Array(4).fill(KEYS.backspace), KEYS.enter);
  assertEquals(desk.message(), "Filter: USERS (2 of 3) | Escape: All");
  assertEquals(desk.type("q").effects, [{ name: "quit" }], "letters are keys again");
  assertEquals(desk.type("1", "2").body().length, 2, "each tab has its own");
  desk.type(KEYS.escape);
  assertEquals([desk.message(), desk.body().length], ["", 3]);
  desk.type("/", ..."x1q");
  assertEquals(desk.body(), ["Nothing contains the filter's words."]);
  assertEquals(desk.type(KEYS.erase).message(), "Filter: ▏");
  desk.type("z", KEYS.escape);
  assertEquals([desk.message(), desk.body().length], ["", 3]);
});

Deno.test("R61 a filtered log follows what passes the filter, and can be scrolled", () => {
  const desk = logDesk(200).type("/", ..."line 1", KEYS.enter);
  assertEquals(numbers(desk), [189, 199]);
  desk.snapshot = logDesk(1000).snapshot;
  // 918, 919, 921, 931, …, 991, 1000: the times do not count.
  assertEquals(numbers(desk), [918, 1000]);
  assertEquals(desk.type(KEYS.home).body()[0], "14:30:00 line 1");
});

Deno.test("R61 keys of the list work while the filter is written; Tab ends its writing", () => {
  const desk = requestDesk(30).type("/", KEYS.up, "9");
  assertEquals(desk.chosen(), undefined, "another filter is another list");
  desk.type(KEYS.up);
  assertEquals(chosenPath(desk), "/api/29");
  desk.type(KEYS.tab);
  assertEquals(desk.tab(), "3. Jobs");
  assertEquals(desk.type("q").effects, [{ name: "quit" }]);
});

Deno.test("R61 a notice is shown until the next key", () => {
  const desk = requestDesk(3).notice("Cannot restart: no");
  assertEquals(desk.message(), "Cannot restart: no");
  assertEquals(desk.type("x").message(), "");
});

import { assert, assertEquals, assertRejects } from "@std/assert";
import { runDashboard } from "../../../cli/dev/dashboard/dashboard.ts";
import { FakeSession, requestOf, requests } from "./_session.ts";
import { ENTER, FakeTerminal, LEAVE, until } from "./_terminal.ts";

/** Runs a dashboard while a test does something with it; at its end somebody presses q. */
async function withDashboard(
  use: (terminal: FakeTerminal, session: FakeSession) => Promise<void>,
): Promise<void> {
  const [terminal, session] = [new FakeTerminal(), new FakeSession()];
  const running = runDashboard(session, terminal);
  try {
    await until(() => terminal.written.length > 1, () => terminal.written);
    await use(terminal, session);
  } finally {
    terminal.type("q");
    await running;
  }
}

async function shows(terminal: FakeTerminal, text: string): Promise<void> {
  await until(() => terminal.screen().some((line) => line.includes(text)), () => terminal.screen());
}

function assertGivenBack(terminal: FakeTerminal, session: FakeSession): void {
  assertEquals([terminal.written[0], terminal.written.at(-1)], [ENTER, LEAVE]);
  assertEquals(terminal.raw, [true, false]);
  assertEquals([session.listeners, terminal.listeners], [0, 0]);
  assert(session.asked.includes("stop"));
}

Deno.test("R61 runDashboard() shows a request within a second", async () => {
  await withDashboard(async (terminal, session) => {
    await shows(terminal, "No requests yet.");
    const started = performance.now();
    session.tell(requestOf(1, "GET", "/api/users", 200, 45));
    await shows(terminal, "GET  /api/users           200 45ms");
    assert(performance.now() - started < 1_000);
  });
});

Deno.test("R61 runDashboard() writes only the lines that have changed, each where it stands", async () => {
  await withDashboard(async (terminal, session) => {
    assertEquals(terminal.places().map(([, row]) => row), Array.from({ length: 24 }, (_, at) => at + 1));
    const before = terminal.written.length;
    session.tell(requestOf(1, "GET", "/api/users", 200, 45));
    await shows(terminal, "/api/users");
    // Tabs and status tell of it too; the uptime may have gone on.
    assertEquals(terminal.places(before).map(([, row]) => row).filter((row) => row !== 2), [4, 6, 8]);
    for (const text of terminal.written.slice(1)) {
      assert(text.startsWith("\x1b[?2026h") && text.endsWith("\x1b[?2026l"), "each drawing is one update");
      assert(!/[\r\n]/.test(text), "nothing that scrolls is written");
    }
  });
});

Deno.test("R61 runDashboard() writes nothing in an idle second but the uptime", async () => {
  await withDashboard(async (terminal) => {
    await shows(terminal, "Uptime: 1s");
    const before = terminal.written.length;
    await shows(terminal, "Uptime: 3s");
    const idle = terminal.written.slice(before);
    // A machine that is busy may miss a second.
    assert(idle.length <= 2, Deno.inspect(idle));
    assertEquals(terminal.places(before).filter(([text]) => !/^Uptime: [23]s \| Press h for help$/.test(text)), []);
    // A line of 80 cells, its place, and the two ends of an update.
    assert(idle.every((text) => text.length < 110), Deno.inspect(idle));
  });
});

Deno.test("R61 runDashboard() draws thirty times a second at most, whatever happens", async () => {
  await withDashboard(async (terminal, session) => {
    const before = terminal.written.length;
    const started = performance.now();
    for (const request of requests(2_000)) {
      session.tell(request);
      if (request.id % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
    }
    await shows(terminal, "/api/2000");
    const frames = Math.ceil((performance.now() - started) / 33) + 1;
    const drawn = terminal.written.length - before;
    assert(drawn <= frames, `${drawn} drawings where ${frames} were due`);
  });
});

Deno.test("R61 runDashboard() draws everything anew after a resize and at r", async () => {
  await withDashboard(async (terminal, session) => {
    for (const [columns, rows] of [[60, 20], [200, 50], [30, 5], [80, 24]] as const) {
      const before = terminal.written.length;
      terminal.resize(columns, rows);
      await until(() => terminal.places(before).length >= rows, () => terminal.written.slice(before));
      assert(terminal.written.slice(before).some((text) => text.includes("\x1b[2J")));
    }
    const before = terminal.written.length;
    terminal.type("r");
    await until(() => terminal.places(before).length >= 24, () => terminal.written.slice(before));
    assertEquals(session.asked, ["restart"]);
  });
});

Deno.test("R61 runDashboard() tells why a restart failed, and goes on", async () => {
  await withDashboard(async (terminal, session) => {
    session.restartFails = new Error("the port is taken");
    terminal.type("r");
    await shows(terminal, "Cannot restart: the port is taken");
    terminal.type("1");
    await shows(terminal, "It has written nothing yet.");
  });
});

Deno.test("R61 runDashboard() clears what the open tab shows", async () => {
  await withDashboard(async (terminal, session) => {
    session.write("Igniter", "Listening");
    session.tell(...requests(3));
    await shows(terminal, "/api/3");
    terminal.type("c");
    await shows(terminal, "No requests yet.");
    terminal.type("1");
    await shows(terminal, "Listening");
    terminal.type("c");
    await shows(terminal, "It has written nothing yet.");
    assertEquals(session.asked, ["clear request", "clear Igniter"]);
  });
});

Deno.test("R61 runDashboard() takes a lone Escape for the key once nothing follows it", async () => {
  await withDashboard(async (terminal, session) => {
    session.tell(...requests(30));
    terminal.type("h");
    await shows(terminal, "Escape: Back");
    terminal.type("\x1b");
    await shows(terminal, "/api/30");
    terminal.type("\x1b");
    terminal.type("[H");
    await shows(terminal, "/api/1 ");
  });
});

for (const [what, end] of [["q", "q"], ["Ctrl-C", "\x03"]] as const) {
  Deno.test(`R61 runDashboard() stops the session at ${what}, and gives the terminal back`, async () => {
    const [terminal, session] = [new FakeTerminal(), new FakeSession()];
    const running = runDashboard(session, terminal);
    terminal.type(end);
    await running;
    assertGivenBack(terminal, session);
  });
}

Deno.test("R61 runDashboard() ends when the terminal is closed, and when the session ends by a signal", async () => {
  for (
    const end of [
      (terminal: FakeTerminal) => terminal.close(),
      (_: FakeTerminal, session: FakeSession) => session.stop(),
    ]
  ) {
    const [terminal, session] = [new FakeTerminal(), new FakeSession()];
    const running = runDashboard(session, terminal);
    end(terminal, session);
    await running;
    assertGivenBack(terminal, session);
  }
});

Deno.test("R61 runDashboard() gives the terminal back and ends the session when it cannot draw", async () => {
  const [terminal, session] = [new FakeTerminal(), new FakeSession()];
  const running = runDashboard(session, terminal);
  terminal.broken = new Error("the terminal is gone");
  session.tell(requestOf(1, "GET", "/", 200, 1));
  await assertRejects(() => running, Error, "the terminal is gone");
  assertEquals(terminal.raw, [true, false]);
  assertEquals(session.asked, ["stop"]);
  assertEquals([session.listeners, terminal.listeners], [0, 0]);
});

Deno.test("R61 runDashboard() refuses a terminal that it cannot take over, and leaves it as it was", async () => {
  const [terminal, session] = [new FakeTerminal(), new FakeSession()];
  terminal.broken = new Error("not a terminal");
  await assertRejects(() => runDashboard(session, terminal), Error, "not a terminal");
  assertEquals(terminal.raw, [true, false]);
});

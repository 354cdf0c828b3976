/**
 * R61: `igniter dev` on the demo app, as `igniter init` writes it: what its process tells, and how soon a change is live.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { DevEvent, DevRequestEvent } from "../../../server/ports/dev_feed.ts";
import { startSession } from "../../../cli/dev/session.ts";
import { createDemoProject } from "../_project.ts";
import { freePort, startDev, until } from "./_dev.ts";

const SIGN_IN = { email: "ada@example.com", password: "analytical-engine" };

function post(body: unknown): RequestInit {
  return { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } };
}

Deno.test("R61 dev shows the demo app's requests, jobs and connections as lines, and ends it under open connections", async () => {
  using project = createDemoProject();
  await using dev = startDev(project.folder, ["--port", String(freePort())]);
  const base = `${await dev.answers()}/api/v1`;
  const signedIn = await fetch(`${base}/sessions`, post(SIGN_IN));
  await signedIn.body?.cancel();
  assertEquals(signedIn.status, 201);
  assertMatch(await dev.line(/^API/), /^API {5} \| \d\d:\d\d:\d\d POST \/api\/v1\/sessions 201 \d+ms$/);
  const cookie = signedIn.headers.getSetCookie().map((text) => text.split(";")[0]).join("; ");

  const events = await fetch(`${base}/_/events?channel=notifications.stream`, { headers: { cookie } });
  assertMatch(await dev.line(/^Realtime/), /^Realtime \| \d\d:\d\d:\d\d open \S+: notifications\.stream$/);
  await (await fetch(`${base}/users`, post({ name: "Grace Hopper", email: "grace@example.com" }))).body?.cancel();
  await dev.line(/^Jobs {4} \| .* system\.sendWelcomeEmail completed \d+ms/);
  assertEquals(dev.lines.filter((line) => line.startsWith("Jobs") && line.includes("enqueued")).length, 1);

  // A restart is not held by the open connection, which is told to have ended.
  project.write("src/features/user/user.scopes.ts", project.read("src/features/user/user.scopes.ts") + "\n");
  const start = performance.now();
  await dev.line(/^Realtime \| \S+ closed/);
  await dev.answers();
  assert(performance.now() - start < 3_000, "The restart waited for the connection");
  await events.body?.cancel();
  const after = await fetch(`${base}/users`);
  await after.body?.cancel();
  assertEquals(after.status, 401);
  assertEquals(dev.lines.join("\n").includes(SIGN_IN.password), true, "Only the app itself prints how to sign in");
  dev.signal("SIGTERM");
  assertEquals(await dev.ended(), 0);
});

Deno.test("R61 a session hears what the application's process tells, without secrets", async () => {
  using project = createDemoProject();
  const file = "src/features/user/procedures/session.procedure.ts";
  const heard: DevEvent[] = [];
  const session = startSession({
    project: { root: project.folder, runtime: "deno" },
    framework: "deno",
    port: freePort(),
    notes: [],
    observer: { line: () => {}, event: (event) => void heard.push(event) },
  });
  try {
    let changes = 0;
    session.onChange(() => changes++);
    const running = () => session.processes[0]?.status === "running";
    await until(running, () => JSON.stringify(session.processes));
    const [process] = session.processes;
    assertEquals([process?.name, typeof process?.pid], ["Igniter", "number"]);
    const said = process?.lines.find(({ text }) => text.includes("answers after"))?.text ?? "";
    const base = `${/http:\S+/.exec(said)?.[0].replace("localhost", "127.0.0.1")}/api/v1`;
    const headers = { "content-type": "application/json", authorization: "Bearer hunter2", cookie: "session=hunter2" };
    await (await fetch(`${base}/sessions?token=hunter2`, {
      ...post({ email: "ada@example.com", password: "hunter2hunter2" }),
      headers,
    })).body?.cancel();
    await (await fetch(`${base}/users`, post({ name: 7, email: "hunter2" }))).body?.cancel();
    const requests = () => session.events.filter((event): event is DevRequestEvent => event.kind === "request");
    await until(() => requests().length === 2, () => JSON.stringify(session.events));
    const [signIn, create] = requests();
    assertEquals([signIn?.key, signIn?.status, signIn?.path], [
      "sessions.signIn",
      401,
      "/api/v1/sessions?token=[redacted]",
    ]);
    assertEquals(signIn?.input?.body, { email: "ada@example.com", password: "[redacted]" });
    assertEquals([create?.key, create?.status, create?.error?.code], ["users.create", 400, "ERR_VALIDATION"]);
    assertEquals(heard, [...session.events]);
    assertEquals(JSON.stringify(signIn).includes("hunter2"), false);
    assert(changes > 0 && (process?.lastActivity ?? 0) >= session.startedAt);

    // Something that throws: with its stack, which names the project's file.
    project.write(file, project.read(file).replace("let session:", "broken();\n    let session:") + BROKEN);
    await session.restart();
    await until(running, () => JSON.stringify(session.processes));
    await (await fetch(`${base}/users`)).body?.cancel();
    await until(() => requests().length === 3, () => JSON.stringify(session.events));
    const failed = requests()[2];
    assertEquals([failed?.status, failed?.error?.message], [500, "broken on purpose"]);
    assertStringIncludes(failed?.error?.stack ?? "", file);

    session.clear({ events: "request" });
    session.clear({ process: "Igniter" });
    assertEquals([requests(), session.processes[0]?.lines], [[], []]);
  } finally {
    await session.stop();
  }
  await session.ended;
  assertEquals([session.processes[0]?.status, session.processes[0]?.pid], ["stopped", undefined]);
});

const BROKEN = `
function broken(): never {
  throw new Error("broken on purpose");
}
`;

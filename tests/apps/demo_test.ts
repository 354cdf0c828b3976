/**
 * The demo app, driven as its users drive it: over HTTP against the process that `deno task dev` starts, by the lines
 * that it prints, and in process.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertNotEquals, assertStringIncludes } from "@std/assert";
import { type Equal, expectType, send, testCaller } from "@igniter-js/core/testing";
import { AppRouter } from "../../cli/templates/app/src/igniter.router.ts";
import { createMemoryDatabase } from "../../cli/templates/app/src/services/database.memory.ts";
import { readConfig } from "../project.ts";
import { type DemoProcess, runDemo, startDemo } from "./demo_process.ts";

const ADA = { email: "ada@example.com", password: "analytical-engine" };
const onWindows = Deno.build.os === "windows";

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // deno-lint-ignore no-explicit-any -- what it should be is what the assertions say
  readonly data: any;
  // deno-lint-ignore no-explicit-any -- as above
  readonly error: any;
}

async function ask(demo: DemoProcess, target: string, init: { token?: string; body?: unknown } = {}): Promise<Answer> {
  const [method, path] = target.split(" ") as [string, string];
  const headers = new Headers();
  if (init.token !== undefined) headers.set("authorization", `Bearer ${init.token}`);
  if (init.body !== undefined) headers.set("content-type", "application/json");
  const body = init.body === undefined ? null : JSON.stringify(init.body);
  const response = await fetch(demo.base + path, { method, headers, body });
  const text = await response.text();
  const envelope = text === "" ? { data: null, error: null } : JSON.parse(text);
  return { status: response.status, headers: response.headers, ...envelope };
}

async function signIn(demo: DemoProcess): Promise<string> {
  const { data } = await ask(demo, "POST /sessions", { body: ADA });
  return data.token;
}

Deno.test("the demo app lists users only for those who signed in, over REST", async () => {
  await using demo = await startDemo({ PORT: "0" });
  assertMatch(demo.base, /^http:\/\/127\.0\.0\.1:\d+\/api\/v1$/);

  const refused = await ask(demo, "GET /users");
  assertEquals([refused.status, refused.error.code], [401, "ERR_UNAUTHORIZED"]);
  assertEquals(refused.headers.get("www-authenticate"), "Bearer");

  const token = await signIn(demo);
  const first = await ask(demo, "GET /users", { token });
  assertEquals(first.status, 200);
  assertEquals(first.data.users.map(({ name }: { name: string }) => name), ["Ada Lovelace"]);
  assertEquals(Object.keys(first.data.users[0]).sort(), ["email", "id", "name"]);
  // R2
  assertEquals((await ask(demo, "GET /users?page=2", { token })).data, { users: [], total: 1, pages: 1 });
  const wrong = await ask(demo, "GET /users?page=abc", { token });
  assertEquals([wrong.status, wrong.error.code, wrong.error.data.issues[0].path], [400, "ERR_VALIDATION", ["page"]]);

  const created = await ask(demo, "POST /users", { body: { name: "Grace", email: "Grace@Example.com" } });
  assertEquals([created.status, created.data.email], [201, "grace@example.com"]);
  const again = await ask(demo, "POST /users", { body: { name: "Grace", email: "grace@example.com" } });
  assertEquals([again.status, again.error.code, again.error.data], [409, "ERR_CONFLICT", {
    email: "grace@example.com",
  }]);
  const one = await ask(demo, `GET /users/${created.data.id}`, { token });
  assertEquals([one.status, one.data, one.headers.get("x-cache")], [200, created.data, "hit"]);
  assertEquals((await ask(demo, "GET /users/nobody", { token })).status, 404);

  assertEquals((await ask(demo, "DELETE /sessions", { token })).status, 204);
  assertEquals((await ask(demo, "GET /users", { token })).status, 401);
});

Deno.test("the demo app answers under its RPC addresses", async () => {
  await using demo = await startDemo({ PORT: "0" });
  const signedIn = await ask(demo, "POST /_/rpc/sessions.signIn", { body: ADA });
  assertEquals(signedIn.status, 201);
  const { token, user } = signedIn.data;
  assertEquals((await ask(demo, "GET /_/rpc/users.list?page=1", { token })).data, {
    users: [user],
    total: 1,
    pages: 1,
  });
  assertEquals((await ask(demo, `GET /_/rpc/users.byId?~id=${user.id}`, { token })).data, user);
  assertEquals((await ask(demo, "GET /_/rpc/users.create", { token })).status, 405);
  assertEquals((await ask(demo, "GET /_/rpc/users.nothing", { token })).status, 404);
});

Deno.test({
  name: "the demo app ends on SIGTERM and on SIGINT, with code 0",
  ignore: onWindows,
  fn: async () => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      await using demo = await startDemo({ PORT: "0" });
      assertEquals((await ask(demo, "GET /sessions")).data, { user: null });
      assertEquals(await demo.end(signal), 0, signal);
    }
  },
});

Deno.test("the demo app refuses a PORT that is busy or none, and without PORT takes the next free one", async () => {
  using taken = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { code, stderr } = await runDemo({ PORT: String((taken.addr as Deno.NetAddr).port) });
  assertEquals(code, 1);
  assertStringIncludes(stderr, "the port is in use");
  assertEquals(stderr.trim().split("\n").length, 1, stderr);
  for (const PORT of ["http", "65536", "-1"]) assertEquals((await runDemo({ PORT })).code, 1, PORT);

  // Busy from here on, whoever has it.
  using _held = holdPort(3000);
  await using demo = await startDemo({ PORT: "" });
  const port = Number(new URL(demo.base).port);
  assert(port > 3000 && port < 3100, String(port));
  assertEquals((await ask(demo, "GET /sessions")).status, 200);
});

function holdPort(port: number): Disposable {
  try {
    const listener = Deno.listen({ port, hostname: "127.0.0.1" });
    return { [Symbol.dispose]: () => listener.close() };
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    return { [Symbol.dispose]: () => {} };
  }
}

Deno.test("deno task dev starts the demo app", () => {
  const { tasks } = readConfig() as unknown as { tasks: { dev: { command: string } } };
  assertEquals(tasks.dev.command, "NODE_ENV=development deno run -A cli/templates/app/main.ts");
});

/** What a printed line prints: status and JSON of its answer. */
async function curl(line: string, folder: string): Promise<{ readonly status: number; readonly text: string }> {
  const { code, stdout } = await new Deno.Command("sh", {
    args: ["-c", line.replace("curl -s", "curl -s -w '\\n%{http_code}'").replaceAll("/tmp/", `${folder}/`)],
    stdout: "piped",
  }).output();
  assertEquals(code, 0, line);
  const text = new TextDecoder().decode(stdout);
  const at = text.lastIndexOf("\n");
  return { status: Number(text.slice(at + 1)), text: text.slice(0, at) };
}

/** Status of a line that prints a stream: ended when the stream has opened. */
async function curlOpening(line: string, folder: string): Promise<number> {
  const child = new Deno.Command("sh", {
    args: ["-c", `exec ${line.replace("curl -sN", "curl -sNi").replaceAll("/tmp/", `${folder}/`)}`],
    stdout: "piped",
  }).spawn();
  let text = "";
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.includes("event: open")) break;
  }
  child.kill();
  await child.status;
  return Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]);
}

const hasCurl = await new Deno.Command("sh", { args: ["-c", "command -v curl"], stdout: "null", stderr: "null" })
  .output().then(({ success }) => success, () => false);

Deno.test("the demo app prints a curl line for every action", async () => {
  await using demo = await startDemo({ PORT: "0" });
  const printed = new Set([...demo.guide.matchAll(/^# ([\w.]+)/gm)].map(([, action]) => action));
  const { users, sessions, notifications } = AppRouter.caller;
  const actions = Object.entries({ users, sessions, notifications })
    .flatMap(([controller, calls]) => Object.keys(calls).map((action) => `${controller}.${action}`));
  assertEquals([...printed].sort(), actions.sort());
  for (const [line] of demo.guide.matchAll(/^curl .+$/gm)) assertStringIncludes(line, demo.base);
});

Deno.test({
  name: "each curl line that the demo app prints gets the answer it is for, in the order printed",
  ignore: !hasCurl,
  fn: async () => {
    await using demo = await startDemo({ PORT: "0" });
    const folder = await Deno.makeTempDir();
    try {
      const statuses: number[] = [];
      for (const [line] of demo.guide.matchAll(/^curl .+$/gm)) {
        if (line.includes(" -sN ")) {
          statuses.push(await curlOpening(line, folder));
          continue;
        }
        const { status, text } = await curl(line, folder);
        if (status !== 204) assertEquals(JSON.parse(text).error, null, line);
        statuses.push(status);
      }
      assertEquals(statuses, [201, 200, 201, 200, 200, 200, 202, 200, 204]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

// --- in process

function createCaller() {
  return testCaller(AppRouter, { context: { database: createMemoryDatabase() } });
}

Deno.test("the demo app's caller: create, sign in, list page by page, read one from the cache", async () => {
  const caller = createCaller();
  const body = { name: "Ada Lovelace", email: "pages@test.example", password: "analytical-engine" };
  const ada = await caller.users.create.mutate.orThrow({ body });
  for (let i = 0; i < 10; i++) {
    await caller.users.create.mutate.orThrow({ body: { name: `User ${i}`, email: `pages${i}@test.example` } });
  }
  const { token } = await caller.sessions.signIn.mutate.orThrow({ body });
  const mine = caller.with({ headers: { authorization: `Bearer ${token}` } });
  assertEquals((await mine.sessions.current.query.orThrow()).user, ada);
  const first = await mine.users.list.query.orThrow();
  const second = await mine.users.list.query.orThrow({ query: { page: 2 } });
  assertEquals([first.users.length, first.users[0]?.name, first.total, first.pages], [10, "User 9", 11, 2]);
  assertEquals(second.users, [ada]);
  assertEquals(await mine.users.byId.query.orThrow({ params: { id: ada.id } }), ada);
  await mine.sessions.signOut.mutate.orThrow();
  assertEquals((await mine.users.list.query()).error?.code, "ERR_UNAUTHORIZED");
});

Deno.test("R9 the demo app's session is a signed cookie: another value under it is nobody's", async () => {
  const body = { name: "Cookie", email: "cookie@test.example", password: "analytical-engine" };
  await send(AppRouter, "POST /users", { body });
  const { headers, data } = await send(AppRouter, "POST /sessions", { body });
  const { token } = data as { token: string };
  const [cookie = "", ...attributes] = (headers.getSetCookie()[0] ?? "").split("; ");
  assertEquals(attributes.sort(), ["HttpOnly", "Max-Age=86400", "Path=/", "SameSite=Lax"]);
  assert(cookie.startsWith(`session=${token}.`), cookie);

  const who = async (cookie: string) => {
    const { data } = await send(AppRouter, "GET /sessions", { headers: { cookie } });
    return (data as { user: { name: string } | null }).user?.name;
  };
  assertEquals(await who(cookie), "Cookie");
  assertEquals(await who(`session=${token}`), undefined);
  assertEquals(await who(`${cookie.slice(0, -1)}!`), undefined);

  const out = await send(AppRouter, "DELETE /sessions", { headers: { cookie } });
  assertEquals(out.status, 204);
  assertStringIncludes(out.headers.getSetCookie()[0] ?? "", "session=;");
  assertEquals(await who(cookie), undefined);
});

Deno.test("the demo app refuses a wrong password, one who has none, and the sixth attempt within a minute", async () => {
  const caller = createCaller();
  const email = "attempts@test.example";
  await caller.users.create.mutate.orThrow({ body: { name: "No password", email } });
  const attempts = [];
  for (let i = 0; i < 6; i++) {
    const { error } = await caller.sessions.signIn.mutate({ body: { email, password: "guess-number-" + i } });
    attempts.push(error?.code);
  }
  assertEquals(attempts, [...Array(5).fill("ERR_UNAUTHORIZED"), "ERR_RATE_LIMITED"]);
});

Deno.test("the demo app counts failures only: a right password clears them", async () => {
  const caller = createCaller();
  const body = { name: "Typist", email: "typist@test.example", password: "analytical-engine" };
  await caller.users.create.mutate.orThrow({ body });
  const signIn = async (password: string) =>
    (await caller.sessions.signIn.mutate({ body: { ...body, password } })).error?.code ?? "signed in";
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < 4; i++) assertEquals(await signIn("wrong-password"), "ERR_UNAUTHORIZED");
    assertEquals(await signIn(body.password), "signed in");
  }
});

Deno.test("the demo app locks out who guesses and not the user, where a proxy tells them apart", async () => {
  const caller = createCaller();
  const body = { name: "Victim", email: "victim@test.example", password: "analytical-engine" };
  await caller.users.create.mutate.orThrow({ body });
  const from = async (headers: Record<string, string>, password: string) =>
    (await caller.with({ headers }).sessions.signIn.mutate({ body: { ...body, password } })).error?.code ?? "signed in";
  Deno.env.set("CLIENT_ADDRESS_HEADER", "x-real-ip");
  try {
    for (let i = 0; i < 5; i++) await from({ "x-real-ip": "203.0.113.1" }, "wrong-password");
    // What the client writes itself changes nothing.
    const forged = { "x-real-ip": "203.0.113.1", "x-forwarded-for": "203.0.113.2" };
    assertEquals(await from(forged, body.password), "ERR_RATE_LIMITED");
    assertEquals(await from({ "x-real-ip": "203.0.113.3" }, body.password), "signed in");
  } finally {
    Deno.env.delete("CLIENT_ADDRESS_HEADER");
  }
});

Deno.test("the demo app warns that sessions end with the process when COOKIE_SECRET is not set", async () => {
  using taken = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const PORT = String((taken.addr as Deno.NetAddr).port);
  // As unset as an empty line in an .env file makes it.
  const without = await runDemo({ PORT, COOKIE_SECRET: "" });
  assertStringIncludes(without.stderr, "sessions end with this process");
  const { stderr } = await runDemo({ PORT, COOKIE_SECRET: "a-secret-of-thirty-two-characters" });
  assertEquals(stderr.includes("COOKIE_SECRET"), false, stderr);
});

Deno.test("the demo app hashes a password with a salt of its own", async () => {
  const database = createMemoryDatabase();
  const caller = testCaller(AppRouter, { context: { database } });
  const hashes = [];
  for (const email of ["salt1@test.example", "salt2@test.example"]) {
    const { id } = await caller.users.create.mutate.orThrow({
      body: { name: "Salt", email, password: "same-password" },
    });
    hashes.push(await database.credential.find(id));
  }
  assertNotEquals(hashes[0], hashes[1]);
  assertMatch(hashes[0] ?? "", /^[0-9a-f]{96}$/);
});

Deno.test("R70 the demo app's types say what its actions give and refuse", async () => {
  const caller = createCaller();
  const { data, error } = await caller.users.create.mutate({ body: { name: "T", email: "types@test.example" } });
  assertEquals(error?.code, "ERR_VALIDATION");
  expectType<Equal<NonNullable<typeof data>["email"], string>>();
  type Code = NonNullable<typeof error>["code"];
  expectType<
    Equal<
      Code,
      | "ERR_CONFLICT"
      | "ERR_BAD_REQUEST"
      | "ERR_VALIDATION"
      | "ERR_BODY_PARSE"
      | "ERR_BODY_TOO_LARGE"
      | "ERR_UNSUPPORTED_MEDIA_TYPE"
      | "ERR_INTERNAL"
      | "ERR_UNAVAILABLE"
      | "ERR_TIMEOUT"
    >
  >();
  if (error?.code === "ERR_CONFLICT") expectType<Equal<typeof error.data, { email: string }>>();
  // @ts-expect-error the page is a number
  const wrong = await caller.users.list.query({ query: { page: "x" } });
  assertEquals(wrong.error?.code, "ERR_UNAUTHORIZED");
});

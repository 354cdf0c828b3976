/**
 * The demo app under requests that nobody thought of: 20,000 in process, 500 as bytes on a socket.
 *
 * They follow from a seed: the one below, or `FUZZ_SEED=7`, or `FUZZ_SEED=random`. A failure names seed and number.
 *
 * @module
 */
import { assertEquals, assertGreater } from "@std/assert";
import { serve } from "@igniter-js/core";
import { createTestApp, send } from "@igniter-js/core/testing";
import { type Answer, findFault, snapshotPrototypes } from "./fuzz/judge.ts";
import { Random } from "./fuzz/random.ts";
import { describeRaw, generateRaw, type RawRequest } from "./fuzz/raw.ts";
import { describe, generate, type Generated, toRequest, type World } from "./fuzz/requests.ts";

const REQUESTS = 20_000;
const RAW_REQUESTS = 500;
/** Milliseconds within which everything must be answered; a hash of a password takes a tenth of a second. */
const BOUND = 10_000;
/** After so many requests there is a new user with a new cookie: the old one's session has ended by then. */
const REQUESTS_PER_WORLD = 1000;

const seed = toSeed(Deno.env.get("FUZZ_SEED"));
const { AppRouter, beginSession } = await importQuietly();

function toSeed(given: string | undefined): number {
  if (given === undefined) return 20_251_101;
  return given === "random" ? crypto.getRandomValues(new Uint32Array(1))[0] as number : Number(given);
}

/** The app logs what it does; here only what fails is of interest. It reads the level when it is imported. */
async function importQuietly() {
  const before = Deno.env.get("LOG_LEVEL");
  Deno.env.set("LOG_LEVEL", "error");
  try {
    const { AppRouter } = await import("../../cli/templates/app/src/igniter.router.ts");
    const { beginSession } = await import("../../cli/templates/app/src/features/user/user.sessions.ts");
    return { AppRouter, beginSession };
  } finally {
    if (before === undefined) Deno.env.delete("LOG_LEVEL");
    else Deno.env.set("LOG_LEVEL", before);
  }
}

async function makeWorld(name: string): Promise<World> {
  const body = { name: "Fuzz", email: `${name}@world.example`, password: "long-enough" };
  await send(AppRouter, "POST /users", { body });
  const { data, headers } = await send(AppRouter, "POST /sessions", { body });
  const { token, user } = data as { token: string; user: { id: string } };
  return { token, userId: user.id, cookie: headers.getSetCookie()[0]?.split(";")[0] ?? "" };
}

/** @throws Error when the work takes longer than {@link BOUND}. */
async function withinBound<T>(work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`it was not answered within ${BOUND} ms`)), BOUND);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function failure(number: number, fault: unknown, what: string): Error {
  const said = fault instanceof Error ? fault.message : String(fault);
  return new Error(`Request ${number} of seed ${seed}: ${said}\n  ${what}`, { cause: fault });
}

async function ask(request: Request): Promise<Answer> {
  const response = await AppRouter.handler(request);
  const { status, headers } = response;
  const live = headers.get("content-type")?.startsWith("text/event-stream") && response.body;
  return { status, headers, body: live ? await firstOf(live) : await response.text() };
}

/** What comes first of events, which have no end. */
async function firstOf(events: ReadableStream<Uint8Array>): Promise<string> {
  const reader = events.getReader();
  const { value } = await reader.read();
  await reader.cancel();
  return new TextDecoder().decode(value);
}

Deno.test("the judge of the generated requests finds what must not be", () => {
  const json = { "content-type": "application/json" };
  const ok = '{"data":null,"error":null}';
  const fail = (message: string) => `{"data":null,"error":{"code":"ERR_BAD_REQUEST","message":"${message}"}}`;
  const judge = (status: number, body: string, headers: HeadersInit = json, method = "GET") =>
    findFault(method, { status, headers: new Headers(headers), body });
  const right = [judge(200, ok), judge(400, fail("No")), judge(204, "", {}), judge(200, "", json, "HEAD")];
  assertEquals(right, [undefined, undefined, undefined, undefined]);
  const wrong = [
    judge(500, fail("Internal error")),
    judge(405, fail("No")),
    judge(204, ok),
    judge(200, ok, json, "HEAD"),
    judge(200, ok, { "content-type": "text/html" }),
    judge(200, "{"),
    judge(200, '{"data":1}'),
    judge(200, '{"data":1,"error":null,"stack":1}'),
    judge(200, fail("No")),
    judge(400, ok),
    judge(400, '{"data":null,"error":{"code":"oops","message":"x"}}'),
    judge(400, fail("")),
    judge(200, ok, { ...json, "x-from": "/root/app" }),
    ...[
      "TypeError: x",
      "boom\\n    at run (a:1:2)",
      "file:///a",
      "in router.ts",
      "at parse:10:5",
      "node_modules/zod",
      "$ZodError",
      "the secret",
    ].map((message) => judge(400, fail(message))),
  ];
  assertEquals(wrong.filter((fault) => fault === undefined), []);
});

Deno.test(`the demo app answers ${REQUESTS} generated requests as it should (seed ${seed})`, async () => {
  const prototypes = snapshotPrototypes();
  const counts = new Map<number, number>();
  let world = await makeWorld("world0");
  for (let number = 0; number < REQUESTS; number++) {
    if (number % REQUESTS_PER_WORLD === 0) world = await makeWorld(`world${number}`);
    const [generated, request] = next(Random.at(seed, number), world);
    const answer = await withinBound(ask(request)).catch((error) => {
      throw failure(number, error, describe(generated));
    });
    const fault = findFault(request.method, answer, describe(generated));
    if (fault !== undefined) throw failure(number, `${fault}\n${answer.body.slice(0, 1000)}`, describe(generated));
    for (const name in {}) throw failure(number, `every object has "${name}" now`, describe(generated));
    counts.set(answer.status, (counts.get(answer.status) ?? 0) + 1);
    // It may have signed out.
    if (answer.status === 204) world = { ...world, token: await beginSession(world.userId) };
  }
  assertEquals(snapshotPrototypes(), prototypes);
  // A generator that has all its requests refused at the door would prove nothing.
  for (const status of [200, 201, 204, 400, 401, 404, 405, 409, 413, 415]) {
    assertGreater(counts.get(status) ?? 0, REQUESTS / 2000, `${status} in ${JSON.stringify([...counts])}`);
  }
});

/** A few requests no host could make: a header that is not Latin-1. Then the next one is drawn. */
function next(random: Random, world: World): [Generated, Request] {
  while (true) {
    const generated = generate(random, world);
    try {
      return [generated, toRequest(generated)];
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
  }
}

Deno.test(`the served demo app survives ${RAW_REQUESTS} generated connections (seed ${seed})`, async () => {
  await using server = serve(AppRouter, { port: 0, hostname: "127.0.0.1", onListen: () => {}, signals: false });
  const { token } = await makeWorld("raw");
  let answered = 0;
  for (let number = 0; number < RAW_REQUESTS; number++) {
    const raw = generateRaw(Random.at(seed ^ 0x5bd1e995, number), token);
    const received = await withinBound(exchange(server.port, raw)).catch((error) => {
      throw failure(number, error, describeRaw(raw));
    });
    for (const answer of readAnswers(received)) {
      answered++;
      const fault = findRawFault(answer);
      if (fault !== undefined) throw failure(number, `${fault}\n${received.slice(0, 1000)}`, describeRaw(raw));
    }
  }
  assertGreater(answered, RAW_REQUESTS / 2);
  const after = await fetch(`${server.url}/api/v1/sessions`);
  assertEquals(await after.json(), { data: { user: null }, error: null });
});

/** Sends bytes, says that no more will come, and reads what comes back until the server closes. */
async function exchange(port: number, { bytes, hangsUp }: RawRequest): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  // The server may refuse and close while there is still something to send.
  const sending = send(connection, bytes, hangsUp).catch(ignoreClosed);
  if (hangsUp) {
    await sending;
    return "";
  }
  let received = "";
  const buffer = new Uint8Array(65_536);
  try {
    for (let read = await connection.read(buffer); read !== null; read = await connection.read(buffer)) {
      received += Array.from(buffer.subarray(0, read), (byte) => String.fromCharCode(byte)).join("");
      // Events have no end: what comes first is enough.
      if (/^content-type: text\/event-stream[^]*\r\n\r\n[^]*data/im.test(received)) break;
    }
  } catch (error) {
    ignoreClosed(error);
  }
  await sending;
  return received;

  async function send(connection: Deno.TcpConn, bytes: Uint8Array, hangsUp: boolean): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
    if (!hangsUp) await connection.closeWrite();
  }
}

function ignoreClosed(error: unknown): void {
  const kinds = [
    Deno.errors.BrokenPipe,
    Deno.errors.ConnectionReset,
    Deno.errors.NotConnected,
    Deno.errors.BadResource,
  ];
  if (!kinds.some((kind) => error instanceof kind)) throw error;
}

/** The answers of a connection, whose requests all ask to close it: mostly one. */
function readAnswers(received: string): Answer[] {
  return received.split(/(?=HTTP\/1\.[01] \d{3} )/).filter((text) => text !== "").map((text) => {
    const end = text.indexOf("\r\n\r\n");
    const [line = "", ...lines] = text.slice(0, end < 0 ? text.length : end).split("\r\n");
    const headers = new Headers(lines.map((header) => {
      const colon = header.indexOf(":");
      return [header.slice(0, colon), header.slice(colon + 1).trim()] as [string, string];
    }));
    return { status: Number(line.split(" ")[1]), headers, body: end < 0 ? "" : text.slice(end + 4) };
  });
}

/** What Deno's own HTTP parser refuses has no body and no type; the rest is the app's and must be as in process. */
function findRawFault(answer: Answer): string | undefined {
  const refusedByHost = answer.body === "" && [100, 400, 414, 431, 501, 505].includes(answer.status);
  if (refusedByHost) return undefined;
  const method = answer.body === "" ? "HEAD" : "GET";
  return findFault(method, answer);
}

// --- what the generated requests have found

Deno.test("R5 a body that breaks off is the client's failure: 400 with no word of the host, and no entry in the log", async () => {
  const { igniter, logs } = createTestApp();
  const save = igniter.mutation({ handler: () => null });
  const readFirst = igniter.procedure({ handler: async (_, { request }) => void await request.raw.text() });
  const again = igniter.mutation({ path: "/again", use: [readFirst], handler: () => null });
  const router = igniter.router({ controllers: { box: igniter.controller({ path: "/", actions: { save, again } }) } });
  const broken = () =>
    new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new Error("secret of the host")) });

  const lengths: HeadersInit[] = [{}, { "content-length": "9" }];
  for (const length of lengths) {
    for (const type of ["application/json", "text/plain"]) {
      const { status, error } = await send(router, "POST /", {
        body: broken(),
        headers: { "content-type": type, ...length },
      });
      assertEquals([status, error?.code, error?.message], [400, "ERR_BODY_PARSE", "The body broke off"]);
    }
  }
  assertEquals(logs, []);

  // A body that the application itself has read before is its own mistake.
  const headers = { "content-type": "application/json", "content-length": "2" };
  assertEquals((await send(router, "POST /again", { body: "{}", headers })).status, 500);
  assertEquals(logs.length, 1);
});

/**
 * What an application tells `igniter dev`: requests, jobs and connections, without their secrets, and nothing at all
 * outside of development.
 *
 * @module
 */
import { Igniter, type Router } from "@igniter-js/core";
import { createMemoryJobsAdapter } from "@igniter-js/core/drivers/memory";
import { assert, assertEquals, assertMatch, assertNotEquals, assertStringIncludes } from "@std/assert";
import { z } from "zod";
import {
  DEV_FEED,
  type DevConnectionEvent,
  type DevEvent,
  type DevJobEvent,
  type DevRequestEvent,
} from "../../server/ports/dev_feed.ts";

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const BASE = "http://localhost:3000/api/v1";

interface Listening extends Disposable {
  readonly events: DevEvent[];
  /** Waits until an event of a kind passes. */
  find<K extends DevEvent["kind"]>(
    kind: K,
    passes?: (event: Extract<DevEvent, { kind: K }>) => boolean,
  ): Promise<Extract<DevEvent, { kind: K }>>;
}

/** Listens as the agent of `igniter dev` does. */
function listen(feed?: (event: DevEvent) => void): Listening {
  const events: DevEvent[] = [];
  const place = globalThis as { [key: symbol]: unknown };
  place[Symbol.for(DEV_FEED)] = feed ?? ((event: DevEvent) => void events.push(event));
  return {
    events,
    find: async (kind, passes = () => true) => {
      for (const end = Date.now() + 10_000;;) {
        const found = events.find((event) => event.kind === kind && passes(event as never));
        if (found !== undefined) return found as never;
        if (Date.now() > end) throw new Error(`No such ${kind} among ${JSON.stringify(events)}`);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    },
    [Symbol.dispose]: () => void delete place[Symbol.for(DEV_FEED)],
  };
}

function createApp(development = true) {
  const adapter = createMemoryJobsAdapter();
  const work = adapter.register({
    name: "work",
    input: z.object({ password: z.string() }),
    attempts: 2,
    handler: async ({ job }) => {
      await job.progress({ half: true, token: "hunter2" });
      if (job.attempt === 1) throw new Error("not yet");
    },
  });
  const igniter = Igniter.context(() => ({})).config({ development }).logger(silent)
    .jobs(adapter.merge({ main: adapter.router({ namespace: "main", jobs: { work } }) }))
    .realtime({ identity: () => "ada" }).create();
  const AppRouter = igniter.router({
    controllers: {
      users: igniter.controller({
        path: "/users",
        actions: {
          list: igniter.query({
            path: "/",
            query: z.object({ page: z.coerce.number().optional(), apiKey: z.string().optional() }),
            handler: ({ response }) => response.success([]),
          }),
          create: igniter.mutation({
            path: "/",
            method: "POST",
            body: z.object({ name: z.string(), password: z.string(), keys: z.array(z.object({ secret: z.string() })) }),
            handler: ({ response }) => response.created({}),
          }),
          reset: igniter.query({ path: "/reset/:token", handler: ({ response }) => response.success("ok") }),
          gone: igniter.query({ path: "/gone", handler: ({ response }) => response.notFound("No such user") }),
          broken: igniter.query({
            path: "/broken",
            handler: () => {
              throw new Error("The table is missing", { cause: new Error("disk") });
            },
          }),
          start: igniter.mutation({
            path: "/start",
            method: "POST",
            handler: async ({ response }) => {
              await igniter.jobs.main.work.enqueue({ password: "hunter2" });
              return response.success("ok");
            },
          }),
          feed: igniter.query({
            path: "/feed",
            stream: true,
            handler: ({ response }) => response.success("open"),
          }),
        },
      }),
    },
  });
  return AppRouter;
}

async function send(router: Router<unknown>, path: string, init?: RequestInit): Promise<Response> {
  return await router.handler(new Request(BASE + path, init));
}

function post(body: unknown): RequestInit {
  const text = JSON.stringify(body);
  return {
    method: "POST",
    body: text,
    headers: { "content-type": "application/json", "content-length": String(text.length) },
  };
}

Deno.test("R61 a request is told with its action, its input and its time", async () => {
  using dashboard = listen();
  const router = createApp();
  const response = await send(router, "/users?page=2");
  assertEquals((await response.json()).data, []);
  const event = await dashboard.find("request");
  assertEquals([event.method, event.path, event.key, event.status], ["GET", "/api/v1/users?page=2", "users.list", 200]);
  assertEquals(event.input, { query: { page: 2 } });
  assert(event.ms >= 0 && event.ms < 1000 && Math.abs(Date.now() - event.at) < 5000);
  assertEquals(event.error, undefined);
  await router.close();
});

Deno.test("R61 secrets leave neither in the input nor in the path", async () => {
  using dashboard = listen();
  const router = createApp();
  const body = { name: "Ada", password: "hunter2", keys: [{ secret: "hunter2" }] };
  const headers = { authorization: "Bearer hunter2", cookie: "session=hunter2" };
  await (await send(router, "/users?token=hunter2", { ...post(body), headers: { ...post(body).headers, ...headers } }))
    .text();
  await (await send(router, "/users?apiKey=hunter2&page=1", { headers })).text();
  await (await send(router, "/users/reset/hunter2")).text();
  await (await send(router, "/_/rpc/users.reset?~token=hunter2")).text();
  // Refused by its schema: what was sent is shown all the same.
  await (await send(router, "/users", post({ name: 1, password: "hunter2", nested: { refreshToken: "hunter2" } })))
    .text();
  const refused = await dashboard.find("request", ({ status }) => status === 400);
  await dashboard.find("request", ({ path }) => path.includes("_/rpc"));
  assertEquals(dashboard.events.length, 5);
  assertEquals(JSON.stringify(dashboard.events).includes("hunter2"), false);
  assertEquals((refused.input?.body as Record<string, unknown>)["name"], 1);
  const created = await dashboard.find("request", ({ status }) => status === 201);
  assertEquals(created.input?.body, { name: "Ada", password: "[redacted]", keys: [{ secret: "[redacted]" }] } as never);
  assertEquals(created.path, "/api/v1/users?token=[redacted]");
  const reset = await dashboard.find("request", ({ key }) => key === "users.reset");
  assertEquals([reset.path, reset.input?.params], ["/api/v1/users/reset/[redacted]", { token: "[redacted]" } as never]);
  await router.close();
});

Deno.test("R61 a failure is told as the client was told, and what was thrown with its stack", async () => {
  using dashboard = listen();
  const router = createApp();
  for (const path of ["/users/broken", "/users/gone", "/nowhere"]) {
    const response = await send(router, path);
    assertNotEquals((await response.json()).error, undefined);
  }
  await (await send(router, "/users", post({ name: 1 }))).json();
  const byStatus = (status: number, path: string) =>
    dashboard.find("request", (event) => event.status === status && event.path.endsWith(path));
  const broken = await byStatus(500, "/users/broken");
  assertEquals([broken.error?.code, broken.error?.message], ["ERR_INTERNAL", "The table is missing"]);
  assertMatch(broken.error?.stack ?? "", /dev_feed_test\.ts:\d+[^]*Caused by: Error: disk/);
  const gone = await byStatus(404, "/users/gone");
  assertEquals(gone.error, { code: "ERR_NOT_FOUND", message: "No such user" });
  const nowhere = await byStatus(404, "/nowhere");
  assertEquals([nowhere.key, nowhere.error?.code], [undefined, "ERR_NOT_FOUND"]);
  const invalid = await byStatus(400, "/users");
  assertStringIncludes(JSON.stringify(invalid.error?.data), "password");
  await router.close();
});

Deno.test("R61 the calls of a batch are told one by one", async () => {
  using dashboard = listen();
  const router = createApp();
  const response = await send(
    router,
    "/_/batch",
    post([{ key: "users.list", method: "GET" }, { key: "users.gone", method: "GET" }]),
  );
  await response.text();
  await dashboard.find("request", ({ path }) => path.endsWith("/_/batch"));
  const event = await dashboard.find("request", ({ key }) => key === "users.gone");
  assertEquals(event.status, 404);
  await router.close();
});

Deno.test("R61 a job is told from step to step", async () => {
  using dashboard = listen();
  const router = createApp();
  await (await send(router, "/users/start", { method: "POST" })).text();
  const completed = await dashboard.find("job", ({ state }) => state === "completed");
  const steps = dashboard.events.filter((event): event is DevJobEvent => event.kind === "job");
  assertEquals(new Set(steps.map(({ id, name, queue }) => `${id} ${name} ${queue}`)).size, 1);
  assertEquals([completed.name, completed.queue], ["main.work", "main"]);
  const told = steps.map(({ state, attempt }) => `${state} ${attempt ?? "-"}`);
  assertEquals(told.filter((text) => text !== "enqueued -"), [
    "active 1",
    "progress 1",
    "retrying 1",
    "active 2",
    "progress 2",
    "completed 2",
  ]);
  assertEquals(told.includes("enqueued -"), true);
  const retrying = steps.find(({ state }) => state === "retrying");
  assertEquals(retrying?.error?.message, "not yet");
  assertStringIncludes(retrying?.error?.stack ?? "", "dev_feed_test.ts");
  assertEquals(steps.find(({ state }) => state === "progress")?.progress, { half: true, token: "[redacted]" } as never);
  assertEquals(typeof completed.ms, "number");
  assertEquals(JSON.stringify(dashboard.events).includes("hunter2"), false);
  await router.close();
});

Deno.test("R61 an event connection is told when it opens and when it closes", async () => {
  using dashboard = listen();
  const router = createApp();
  const channel = encodeURIComponent("users.feed?token=hunter2&room=7");
  const response = await send(router, `/_/events?channel=users.feed&channel=${channel}`);
  const open = await dashboard.find("connection");
  assertEquals([open.state, open.identity], ["open", "ada"]);
  assertEquals(open.topics, ["users.feed", "users.feed?token=[redacted]&room=7"]);
  await response.body?.cancel();
  const closed: DevConnectionEvent = await dashboard.find("connection", ({ state }) => state === "closed");
  assertEquals([closed.id, typeof closed.ms], [open.id, "number"]);
  const request: DevRequestEvent = await dashboard.find("request");
  assertEquals([request.path, request.key], ["/api/v1/_/events?…", "_.events"]);
  assertEquals(dashboard.events.filter(({ kind }) => kind === "connection").length, 2);
  assertEquals(JSON.stringify(dashboard.events).includes("hunter2"), false);
  await router.close();
});

Deno.test("R61 nothing is told outside of development, nor to who comes after the application", async () => {
  using dashboard = listen();
  const production = createApp(false);
  assertEquals((await send(production, "/users")).status, 200);
  assertEquals((await send(production, "/users/start", { method: "POST" })).status, 200);
  const stream = await send(production, "/_/events?channel=users.feed");
  await stream.body?.cancel();
  // What is told of a later request would come after all that could have been told of these.
  const development = createApp();
  await (await send(development, "/users/gone")).text();
  await dashboard.find("request");
  assertEquals(dashboard.events.length, 1);
  await Promise.all([production.close(), development.close()]);
});

Deno.test("R61 without a listener development answers at once, as production does", async () => {
  const router = createApp();
  assert(router.handler(new Request(`${BASE}/users`)) instanceof Response);
  await router.close();
});

Deno.test("R61 an application does not depend on who listens", async () => {
  using _dashboard = listen(() => {
    throw new Error("The listener failed");
  });
  const router = createApp();
  assertEquals((await send(router, "/users")).status, 200);
  assertEquals((await send(router, "/users/start", { method: "POST" })).status, 200);
  await router.close();
});

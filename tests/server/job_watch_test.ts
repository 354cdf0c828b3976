/**
 * Jobs as clients watch them: tickets, the subscription on the event connection, and cancelling.
 *
 * @module
 */
import { Igniter, IgniterError, type JobTicket, type Store } from "@igniter-js/core";
import { createMemoryJobsAdapter, createMemoryStoreAdapter } from "@igniter-js/core/drivers/memory";
import { createSqliteJobsAdapter } from "@igniter-js/core/drivers/sqlite";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { z } from "zod";
import { jobChannel } from "../../server/contract/job.ts";
import { Tickets } from "../../server/jobs/tickets.ts";
import { createFakeClock } from "../../server/testing/clock.ts";
import { collect, EventReader, type Frame, until } from "./realtime/_events.ts";

interface AppOptions {
  readonly store?: Store;
  readonly secrets?: readonly string[];
  readonly adapter?: ReturnType<typeof createMemoryJobsAdapter>;
  readonly development?: boolean;
}

/** An application whose reports go on when they are told to. */
function createApp({ store, secrets = [], adapter, development = false }: AppOptions = {}) {
  const jobs = adapter ?? createMemoryJobsAdapter();
  const turns = new Map<string, () => void>();
  const logger = collect();
  const reports = jobs.router({
    namespace: "reports",
    jobs: {
      generate: jobs.register({
        name: "generate",
        input: z.object({ pages: z.number(), fail: z.enum(["secret", "told"]).optional() }),
        progress: z.object({ page: z.number(), at: z.date() }),
        handler: async ({ payload, job, signal }) => {
          for (let page = 1; page <= payload.pages; page++) {
            await new Promise<void>((resolve, reject) => {
              turns.set(job.id, resolve);
              signal.addEventListener("abort", () => reject(new Error("interrupted while writing")));
            });
            await job.progress({ page, at: new Date(0) });
          }
          if (payload.fail === "secret") throw new Error("the password is 1234");
          if (payload.fail === "told") {
            throw new IgniterError("ERR_NO_PAPER", { message: "No paper", data: { left: 0n } });
          }
          return { bytes: 10n };
        },
      }),
    },
  });
  const base = Igniter.context(() => ({})).config({ cookieSecrets: secrets, development }).logger(logger);
  const igniter = (store === undefined ? base : base.store(store) as never as typeof base)
    .jobs(jobs.merge({ reports })).create();
  const router = igniter.router({
    controllers: {
      reports: igniter.controller({
        path: "/reports",
        actions: {
          generate: igniter.mutation({
            body: z.object({
              pages: z.number(),
              fail: z.enum(["secret", "told"]).optional(),
              delay: z.number().optional(),
            }),
            handler: async ({ body: { delay, ...input }, response }) =>
              response.accepted(
                await igniter.jobs.reports.generate.enqueue(input, delay === undefined ? {} : { delay }),
              ),
          }),
          status: igniter.mutation({
            path: "/status",
            handler: async ({ response }) =>
              response.status(201).accepted(await igniter.jobs.reports.generate.enqueue({ pages: 0 })),
          }),
        },
      }),
    },
  });
  const send = async (path: string, body: object) => {
    const init = { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } };
    const response = await router.handler(new Request(`http://localhost/api/v1${path}`, init));
    return { status: response.status, ...await response.json() };
  };
  return {
    router,
    jobs,
    logger,
    turns,
    send,
    async start(body: object): Promise<JobTicket> {
      const { status, data } = await send("/reports", body);
      assertEquals(status, 202);
      return data;
    },
    async turn(id: string) {
      await until(() => turns.has(id));
      const go = turns.get(id) as () => void;
      turns.delete(id);
      go();
    },
    async watch({ id, token }: Pick<JobTicket, "id" | "token">) {
      const name = `${jobChannel(id)}?${new URLSearchParams({ token })}`;
      const search = new URLSearchParams({ channel: name });
      const reader = new EventReader(await router.handler(new Request(`http://localhost/api/v1/_/events?${search}`)));
      return { name, reader };
    },
    cancel: (body: object) => send("/_/rpc/_.cancelJob", body),
  };
}

function viewOf(frame: Frame | undefined): unknown {
  return frame?.data.data;
}

Deno.test("D25 accepted(handle) answers with a ticket, and nothing else of the job is told", async () => {
  const app = createApp();
  const ticket = await app.start({ pages: 0 });
  assertEquals(Object.keys(ticket).sort(), ["id", "job", "token"]);
  assertEquals(ticket.job, "reports.generate");
  assertMatch(ticket.token, /\.[0-9a-f]{64}$/);
  const { status, data } = await app.send("/reports/status", {});
  assertEquals([status, typeof data.token], [201, "string"], "with a status of its own too");
  const called = await app.router.caller.reports.generate.mutate({ body: { pages: 0 } });
  assertEquals(typeof called.data?.token, "string", "in process too");
  await app.router.close();
});

Deno.test("D25 who holds the ticket is told how the job stands, its progress, its result and its end", async () => {
  const app = createApp();
  const ticket = await app.start({ pages: 2 });
  await until(() => app.turns.has(ticket.id));
  const { name, reader } = await app.watch(ticket);
  const [open] = await reader.upTo("ready");
  assertEquals([open?.event, open?.data.channel, viewOf(open)], ["open", name, { status: "active" }]);
  await app.turn(ticket.id);
  const progress = await reader.next();
  assertEquals(viewOf(progress), {
    status: "active",
    progress: { page: 1, at: "1970-01-01T00:00:00.000Z" },
  });
  assertEquals(progress?.data.meta, [["date", "progress", "at"]]);
  await app.turn(ticket.id);
  const last = await reader.upTo("end");
  assertEquals(viewOf(last.at(-2)), {
    status: "completed",
    progress: { page: 2, at: "1970-01-01T00:00:00.000Z" },
    data: { bytes: "10" },
  });
  assertEquals(last.at(-1)?.data, { channel: name });
  await reader.cancel();
  await app.router.close();
});

Deno.test("D25 a job that ended before anybody subscribed is told as ended", async () => {
  const app = createApp();
  const ticket = await app.start({ pages: 0 });
  await until(async () => (await app.jobs.get(ticket.id))?.state === "completed");
  const { reader } = await app.watch(ticket);
  const frames = await reader.upTo("ready");
  assertEquals(frames.map(({ event }) => event), ["open", "end", "ready"]);
  assertEquals(viewOf(frames[0]), { status: "completed", data: { bytes: "10" } });
  await reader.cancel();
  await app.router.close();
});

Deno.test("D25 a forged ticket, another job's and an expired one are refused, for watching and for cancelling", async () => {
  const app = createApp();
  const [mine, theirs] = [await app.start({ pages: 1 }), await app.start({ pages: 1 })];
  const forged = mine.token.replace(/.$/, (last) => last === "0" ? "1" : "0");
  const longer = mine.token.replace(/^./, (first) => first === "z" ? "y" : "z");
  const wrong = [
    { id: theirs.id, token: mine.token },
    { id: mine.id, token: forged },
    { id: mine.id, token: longer },
    { id: mine.id, token: mine.token.replace("reports", "other") },
    { id: mine.id, token: "" },
    { id: "no such job", token: mine.token },
  ];
  for (const ticket of wrong) {
    const { reader } = await app.watch(ticket);
    const [refusal] = await reader.upTo("ready");
    assertEquals([refusal?.event, refusal?.data.error.code], ["error", "ERR_FORBIDDEN"], ticket.token);
    await reader.cancel();
    const { status, error } = await app.cancel(ticket);
    assertEquals([status, error.code], [403, "ERR_FORBIDDEN"]);
  }
  assertEquals((await app.cancel({ id: 7 })).error.code, "ERR_VALIDATION");
  assertEquals([(await app.jobs.get(mine.id))?.state, (await app.jobs.get(theirs.id))?.state], ["active", "active"]);
  await app.turn(mine.id);
  await app.turn(theirs.id);
  await app.router.close();
});

Deno.test("D25 a ticket is good for seven days, and for each of the application's secrets", async () => {
  const clock = createFakeClock({ now: Date.UTC(2026, 0, 1) });
  const [old, fresh] = ["o".repeat(32), "n".repeat(32)];
  const adapter = createMemoryJobsAdapter({ autoStartWorker: false });
  const work = adapter.register({ name: "work", input: z.void(), handler: () => 1 });
  const igniter = Igniter.context(() => ({})).jobs(
    adapter.merge({ main: adapter.router({ namespace: "main", jobs: { work } }) }),
  ).create();
  const enqueued = await igniter.jobs.main.work.enqueue();
  const { id, token } = await new Tickets({ secrets: [old], store: undefined, clock }).issue(enqueued);
  const rotated = new Tickets({ secrets: [fresh, old], store: undefined, clock });
  const replaced = new Tickets({ secrets: [fresh], store: undefined, clock });
  assertEquals(await rotated.open(id, token), { id, queue: "main" });
  assertEquals(await replaced.open(id, token), undefined);
  await clock.advance(7 * 86_400_000 - 1);
  assertEquals(await rotated.open(id, token), { id, queue: "main" });
  await clock.advance(1);
  assertEquals(await rotated.open(id, token), undefined);
  await adapter.close();
});

Deno.test("D25 what made a job fail is told as an action's failure: an unknown error says nothing but where it is logged", async () => {
  for (const development of [false, true]) {
    const app = createApp({ development });
    const [secret, told] = [
      await app.start({ pages: 0, fail: "secret" }),
      await app.start({ pages: 0, fail: "told" }),
    ];
    await until(async () => (await app.jobs.counts()).failed === 2);
    const hidden = await (await app.watch(secret)).reader.next();
    assertEquals(viewOf(hidden), {
      status: "failed",
      error: {
        code: "ERR_INTERNAL",
        message: development ? "the password is 1234" : "Internal error",
        id: secret.id,
      },
    });
    assert(app.logger.logs.some(({ fields }) => fields?.["id"] === secret.id && fields?.["error"] instanceof Error));
    const open = await (await app.watch(told)).reader.next();
    assertEquals(viewOf(open), {
      status: "failed",
      error: { code: "ERR_NO_PAPER", message: "No paper", data: { left: "0" } },
    });
    await app.router.close();
  }
});

Deno.test("D25 the ticket's holder cancels the job, while it waits and while it runs, and is told", async () => {
  const app = createApp();
  const waits = await app.start({ pages: 1, delay: 60_000 });
  const first = await app.watch(waits);
  assertEquals(viewOf((await first.reader.upTo("ready"))[0]), { status: "waiting" });
  assertEquals((await app.cancel(waits)).data, true);
  assertEquals((await first.reader.upTo("end")).map(viewOf)[0], { status: "cancelled" });
  assertEquals((await app.cancel(waits)).data, false);

  const runs = await app.start({ pages: 1 });
  await until(() => app.turns.has(runs.id));
  const second = await app.watch(runs);
  assertEquals(viewOf((await second.reader.upTo("ready"))[0]), { status: "active" });
  assertEquals((await app.cancel(runs)).data, true);
  assertEquals((await second.reader.upTo("end")).map(viewOf)[0], { status: "cancelled" });
  // Who comes later is told the same, and not the error that the handler made of its signal.
  const third = await app.watch(runs);
  assertEquals(viewOf(await third.reader.next()), { status: "cancelled" });
  await Promise.all([first, second, third].map(({ reader }) => reader.cancel()));
  await app.router.close();
});

Deno.test("D25 a ticket of one process opens the job in another, which shares the store and the jobs", async () => {
  const folder = Deno.makeTempDirSync();
  const store = createMemoryStoreAdapter();
  const open = (autoStartWorker: boolean) =>
    createSqliteJobsAdapter({ path: `${folder}/jobs.db`, pollInterval: 5, autoStartWorker });
  try {
    const web = createApp({ store, adapter: open(false) });
    const other = createApp({ store, adapter: open(false) });
    const worker = createApp({ store, adapter: open(true) });
    const ticket = await web.start({ pages: 1 });
    const { reader } = await other.watch(ticket);
    await reader.upTo("ready");
    await worker.turn(ticket.id);
    const frames = await reader.upTo("end");
    assertEquals(viewOf(frames.at(-2)), {
      status: "completed",
      progress: { page: 1, at: "1970-01-01T00:00:00.000Z" },
      data: { bytes: "10" },
    });
    const again = await web.start({ pages: 1 });
    await until(() => worker.turns.has(again.id));
    assertEquals((await other.cancel(again)).data, true);
    await until(async () => (await web.jobs.get(again.id))?.state === "failed");
    await reader.cancel();
    await Promise.all([web, other, worker].map(({ router }) => router.close()));
  } finally {
    await store.close();
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("D25 progress faster than anybody can read is told as its last, and its end at once", async () => {
  const app = createApp();
  const ticket = await app.start({ pages: 200 });
  await until(() => app.turns.has(ticket.id));
  const { reader } = await app.watch(ticket);
  await reader.upTo("ready");
  for (let page = 1; page <= 200; page++) await app.turn(ticket.id);
  const frames = await reader.upTo("end");
  const last = viewOf(frames.at(-2)) as { status: string; progress: { page: number } };
  assertEquals([last.status, last.progress.page], ["completed", 200]);
  assert(frames.length < 100, `${frames.length} frames came`);
  await reader.cancel();
  await app.router.close();
});

Deno.test("D25 an application without jobs has neither the channel nor the address", async () => {
  const igniter = Igniter.context(() => ({})).create();
  const router = igniter.router({ controllers: {} });
  const search = new URLSearchParams({ channel: `${jobChannel("1")}?token=x` });
  const reader = new EventReader(await router.handler(new Request(`http://localhost/api/v1/_/events?${search}`)));
  assertEquals((await reader.next())?.data.error.code, "ERR_NOT_FOUND");
  await reader.cancel();
  const init = { method: "POST", body: "{}", headers: { "content-type": "application/json" } };
  const response = await router.handler(new Request("http://localhost/api/v1/_/rpc/_.cancelJob", init));
  assertEquals(response.status, 404);
  await response.body?.cancel();
  await router.close();
});

Deno.test("D25 when the store does not give the secret the reply says so, and the next one tries again", async () => {
  const store = createMemoryStoreAdapter();
  let down = true;
  const moody: Store = Object.assign(Object.create(store), {
    setIfAbsent: (...args: Parameters<Store["setIfAbsent"]>) =>
      down ? Promise.reject(new Error("down")) : store.setIfAbsent(...args),
  });
  const app = createApp({ store: moody });
  const { status, error } = await app.send("/reports", { pages: 0 });
  assertEquals([status, error.code], [503, "ERR_UNAVAILABLE"]);
  down = false;
  assertEquals(typeof (await app.start({ pages: 0 })).token, "string");
  await app.router.close();
  await store.close();
});

Deno.test("D25 a process that only enqueues stops looking at the file when nobody watches any more", async () => {
  const clock = createFakeClock();
  const adapter = createSqliteJobsAdapter({ path: ":memory:", autoStartWorker: false, clock });
  const app = createApp({ adapter });
  const { reader } = await app.watch(await app.start({ pages: 1 }));
  await reader.upTo("ready");
  assertEquals(clock.pending, 1);
  await reader.cancel();
  await until(() => clock.pending === 0);
  await app.router.close();
});

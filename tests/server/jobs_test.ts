/**
 * Jobs in the application: definitions, the context, timetables and time.
 *
 * @module
 */
import { createIgniterPlugin, Igniter, type JobsAdapter } from "@igniter-js/core";
import { createMemoryJobsAdapter, createMemoryStoreAdapter } from "@igniter-js/core/drivers/memory";
import { createFakeClock, type FakeClock } from "@igniter-js/core/testing";
import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { z } from "zod";

const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** An application with one job, `main.work`, and its adapter. */
function createWork(clock: FakeClock, handler: () => unknown, definition: object = {}) {
  const adapter = createMemoryJobsAdapter({ clock });
  const work = adapter.register({ name: "work", input: z.object({}), handler, ...definition });
  const merged = adapter.merge({ main: adapter.router({ namespace: "main", jobs: { work } }) });
  return { adapter, ...Igniter.context(() => ({})).logger(silent).jobs(merged).create() };
}

/** The times at which a timetable started its job. */
async function times(cron: string, timeZone: string, from: string, hours: number): Promise<string[]> {
  const clock = createFakeClock({ now: Date.parse(from) });
  const adapter = createMemoryJobsAdapter({ clock });
  const started: string[] = [];
  const tick = adapter.cron({
    name: "tick",
    cron,
    timeZone,
    handler: () => void started.push(new Date(clock.now()).toISOString().slice(5, 16)),
  });
  Igniter.context(() => ({})).jobs(adapter.merge({ main: adapter.router({ namespace: "main", jobs: { tick } }) }))
    .create();
  await clock.advance(hours * 3_600_000);
  await adapter.close();
  return started;
}

Deno.test("R43 a time of day keeps to its time zone when the clocks change", async () => {
  // New York: 8 March 2026 has no 02:30, 1 November has 01:30 twice.
  assertEquals(await times("0 9 * * *", "America/New_York", "2026-03-07T00:00Z", 72), [
    "03-07T14:00",
    "03-08T13:00",
    "03-09T13:00",
  ]);
  assertEquals(await times("30 2 * * *", "America/New_York", "2026-03-07T00:00Z", 72), [
    "03-07T07:30",
    "03-08T07:30",
    "03-09T06:30",
  ]);
  assertEquals(await times("30 1 * * *", "America/New_York", "2026-10-31T00:00Z", 72), [
    "10-31T05:30",
    "11-01T05:30",
    "11-02T06:30",
  ]);
});

Deno.test("R43 an interval keeps its pace when the clocks change", async () => {
  assertEquals(await times("0 * * * *", "America/New_York", "2026-11-01T03:30Z", 5), [
    "11-01T04:00",
    "11-01T05:00",
    "11-01T06:00",
    "11-01T07:00",
    "11-01T08:00",
  ]);
  assertEquals(await times("0 * * * *", "America/New_York", "2026-03-08T05:30Z", 4), [
    "03-08T06:00",
    "03-08T07:00",
    "03-08T08:00",
    "03-08T09:00",
  ]);
});

Deno.test("R43 a timetable may name days and months, and use @daily", async () => {
  // 2 January 2026 is a Friday.
  assertEquals(await times("0 12 * JAN MON-FRI", "UTC", "2026-01-02T00:00Z", 96), ["01-02T12:00", "01-05T12:00"]);
  assertEquals(await times("@daily", "UTC", "2026-01-02T12:00Z", 48), ["01-03T00:00", "01-04T00:00"]);
});

Deno.test("R41 retries come after d, 2d and 4d, to the millisecond", async () => {
  const clock = createFakeClock();
  const tried: number[] = [];
  const { jobs, adapter } = createWork(clock, () => {
    tried.push(clock.now());
    throw new Error("again");
  }, { attempts: 4, backoff: { type: "exponential", delay: 1_000 } });
  await jobs.main.work.enqueue({});
  await clock.advance(60_000);
  assertEquals(tried, [0, 1_000, 3_000, 7_000]);
  await adapter.close();
});

Deno.test("R43 repeat: { every, times } keeps to its times even when a run takes long", async () => {
  const clock = createFakeClock();
  const ran: number[] = [];
  const { jobs, adapter } = createWork(clock, async () => {
    ran.push(clock.now());
    await new Promise<void>((resolve) => clock.schedule(resolve, 1_500));
  }, { repeat: { every: 1_000, times: 3 } });
  await jobs.main.work.enqueue({});
  await clock.advance(30_000);
  assertEquals(ran, [0, 1_000, 2_000]);
  await adapter.close();
});

Deno.test("R42 a namespace that differs from its merge key works under the merge key", async () => {
  const adapter = createMemoryJobsAdapter();
  const work = adapter.register({ name: "work", input: z.object({}), handler: ({ job }) => job.namespace });
  const merged = adapter.merge({ other: adapter.router({ namespace: "main", jobs: { work } }) });
  const { jobs } = Igniter.context(() => ({})).jobs(merged).create();
  assertEquals(await (await jobs.other.work.enqueue({})).result(), "other");
  await adapter.close();
});

Deno.test("D24 a job's context has the store, the logger, live updates, the jobs and the plugins", async () => {
  const store = createMemoryStoreAdapter();
  const adapter = createMemoryJobsAdapter<{ tenant: string }>();
  const seen: unknown[] = [];
  const work = adapter.register({
    name: "work",
    input: z.object({}),
    handler: async ({ context }) => {
      await context.store.set("seen", context.tenant);
      const { now } = context.$plugins["clock"] as { now(): number };
      seen.push(context.logger === silent, typeof context.realtime.publish, now(), "jobs" in context);
    },
    onSuccess: ({ context }) => void seen.push(context.tenant),
  });
  const plugin = createIgniterPlugin({ name: "clock", build: () => ({ now: () => 5 }) });
  const { jobs } = Igniter.context(() => ({ tenant: "acme" })).logger(silent).store(store).plugin(plugin)
    .jobs(adapter.merge({ main: adapter.router({ namespace: "main", jobs: { work } }) })).create();
  await (await jobs.main.work.enqueue({})).result();
  assertEquals(seen, [true, "function", 5, true, "acme"]);
  assertEquals(await store.get("seen"), "acme");
  await adapter.close();
});

Deno.test("jobs are enqueued only when the reply succeeded, with response.after()", async () => {
  const clock = createFakeClock();
  let runs = 0;
  const { jobs, adapter, ...igniter } = createWork(clock, () => ++runs);
  const post = igniter.mutation({
    body: z.object({ fail: z.boolean() }),
    handler: ({ body, response }) =>
      (body.fail ? response.badRequest("no") : response.success(1)).after(() => jobs.main.work.enqueue({})),
  });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { post } }) } });
  await router.caller.x.post.mutate({ body: { fail: true } });
  await clock.advance(10);
  assertEquals(runs, 0);
  await router.caller.x.post.mutate({ body: { fail: false } });
  await clock.advance(10);
  assertEquals(runs, 1);
  await adapter.close();
});

Deno.test("R47 igniter.jobs is an ordinary object", async () => {
  const { jobs, adapter } = createWork(createFakeClock(), () => 1);
  assertStrictEquals(await jobs, jobs);
  assertEquals(JSON.stringify(jobs), '{"main":{"work":{}}}');
  assertEquals(Deno.inspect(jobs).includes("work"), true);
  await adapter.close();
});

Deno.test("jobs that cannot be meant are refused where they are written", () => {
  const adapter = createMemoryJobsAdapter();
  const input = z.object({});
  const handler = () => 1;
  const register = (more: object) => () => adapter.register({ name: "work", input, handler, ...more } as never);
  assertThrows(register({ name: "" }), TypeError, "it has no name");
  assertThrows(register({ input: {} }), TypeError, 'Cannot register job "work": input is not a schema');
  assertThrows(register({ handler: 5 }), TypeError, "handler is not a function");
  assertThrows(register({ progress: {} }), TypeError, "progress is not a schema");
  assertThrows(register({ onStart: 5 }), TypeError, "onStart is not a function");
  assertThrows(register({ attemps: 5 }), TypeError, 'there is no option "attemps"');
  assertThrows(register({ attempts: 0 }), TypeError, "attempts 0 is not an integer of at least 1");
  assertThrows(register({ backoff: { type: "none" } }), TypeError, "backoff.type");
  assertThrows(register({ removeOnFail: { age: -1 } }), TypeError, "removeOnFail.age");
  assertThrows(register({ timeout: 3e9 }), TypeError, "timeout 3000000000 is more than");
  const work = adapter.register({ name: "work", input, handler });
  assertThrows(() => adapter.router({ namespace: "a.b", jobs: { work } }), TypeError, "a.b");
  assertThrows(() => adapter.router({ namespace: "a", jobs: { "a:b*": work } }), TypeError, "a:b*");
  assertThrows(() => adapter.router({ namespace: "a", jobs: { then: work } }), TypeError, "then");
  assertThrows(() => adapter.router({ namespace: "a", jobs: { work: {} as never } }), TypeError, "register()");
  assertThrows(() => adapter.merge({ a: {} as never }), TypeError, "was not made by router()");
  const cron = (cron: string, timeZone = "UTC") => () => adapter.cron({ name: "tick", cron, timeZone, handler });
  assertThrows(cron("* * *"), TypeError, "it has neither five fields nor six");
  assertThrows(cron("0 25 * * *"), TypeError, "is no timetable");
  assertThrows(cron("0 0 * * *", "Europe/Atlantis"), TypeError, "Europe/Atlantis");
});

Deno.test("options of an adapter that cannot be meant are refused", () => {
  const make = (options: object) => () => createMemoryJobsAdapter(options);
  assertThrows(make({ autoStartWorker: { concurrency: 0 } }), TypeError, "autoStartWorker.concurrency 0");
  assertThrows(make({ autoStartWorker: { threads: 2 } }), TypeError, 'no option "autoStartWorker.threads"');
  assertThrows(make({ queues: { a: { rateLimit: { max: 0, duration: 1 } } } }), TypeError, "rateLimit.max 0");
  assertThrows(make({ gracePeriod: -1 }), TypeError, "gracePeriod -1");
  assertThrows(make({ store: {} }), TypeError, 'no option "store"');
});

Deno.test("an adapter serves one application", () => {
  const adapter: JobsAdapter = createMemoryJobsAdapter();
  const builder = Igniter.context(() => ({})).jobs(adapter.merge({}));
  builder.create();
  assertThrows(() => builder.create(), TypeError, "the adapter already serves an application");
});

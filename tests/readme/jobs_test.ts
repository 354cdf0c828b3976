/**
 * The README's "Igniter.js Queues", on the adapter in memory and a fake clock.
 *
 * @module
 */
import { Igniter, IgniterError, type JobHandle } from "@igniter-js/core";
import { createFakeClock, type Equal, expectType } from "@igniter-js/core/testing";
import { createMemoryJobsAdapter } from "@igniter-js/core/drivers/memory";
import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { z } from "zod";
import { igniter } from "./src/igniter.ts";
import { clock } from "./src/services/clock.ts";
import { jobs, REGISTERED_JOBS } from "./src/services/jobs.ts";
import { logger, logs } from "./src/services/logger.ts";

const input = { userId: "7", email: "ada@example.com", name: "Ada" };

Deno.test("README jobs: merging what is merged gives it back", () => {
  assertStrictEquals(jobs.merge(REGISTERED_JOBS), REGISTERED_JOBS);
});

Deno.test("README jobs: schedule({ task, delay, input }) runs once, after the delay, with the hooks around it", async () => {
  const before = logs.length;
  const handle = await igniter.jobs.system.schedule({ task: "sendWelcomeEmail", delay: 1000, input });
  assertEquals(String(handle), handle.id);
  await clock.advance(999);
  assertEquals(logs.length, before);
  await clock.advance(1_000_000);
  assertEquals(logs.slice(before).filter(({ level }) => level !== "debug"), [
    { level: "info", message: "Job started", fields: { id: handle.id, userId: "7" } },
    { level: "info", message: "Welcome email sent", fields: { userId: "7" } },
    {
      level: "info",
      message: "Job completed",
      fields: { id: handle.id, name: "sendWelcomeEmail", sentAt: new Date(0) },
    },
  ]);
});

Deno.test("README jobs: a job can be enqueued by its name, and its handle knows the result's type", async () => {
  const handle = await igniter.jobs.system.sendWelcomeEmail.enqueue(input, { delay: 5 });
  expectType<Equal<typeof handle, JobHandle<{ sentAt: Date }>>>();
  const before = logs.length;
  await clock.advance(5);
  assertEquals(logs.slice(before).filter(({ level }) => level !== "debug").map(({ message }) => message), [
    "Job started",
    "Welcome email sent",
    "Job completed",
  ]);
});

Deno.test("R40 an input that the schema refuses is not enqueued", async () => {
  const wrong = { ...input, email: "nobody" };
  for (
    const enqueue of [
      () => igniter.jobs.system.schedule({ task: "sendWelcomeEmail", input: wrong }),
      () => igniter.jobs.system.sendWelcomeEmail.enqueue(wrong),
    ]
  ) {
    // No IgniterError: the client of the request that enqueues must not be told of an input it never sent.
    const error = await assertRejects(enqueue, TypeError, 'Cannot enqueue job "system.sendWelcomeEmail": email: ');
    assertEquals(error instanceof IgniterError, false);
  }
  assertEquals(clock.pending, 0);
});

Deno.test("R40 what a definition says of its job holds, unless the call says otherwise", async () => {
  const time = createFakeClock();
  const adapter = createMemoryJobsAdapter({ clock: time });
  const ran: number[] = [];
  const work = adapter.register({
    name: "work",
    delay: 100,
    input: z.object({ n: z.number().default(1) }),
    handler: ({ payload }) => ran.push(payload.n),
  });
  const app = Igniter.context(() => ({})).jobs(
    adapter.merge({ main: adapter.router({ namespace: "another", jobs: { work } }) }),
  ).create();

  await app.jobs.main.work.enqueue({});
  await app.jobs.main.work.enqueue({ n: 2 }, { delay: 10 });
  await time.advance(10);
  assertEquals(ran, [2]);
  await time.advance(90);
  assertEquals(ran, [2, 1], "the schema's default was applied, and the merge key names the group");
});

Deno.test("README jobs: a job's context is the application's, with its features, and says that a job asks", async () => {
  const time = createFakeClock();
  const adapter = createMemoryJobsAdapter<{ source: string | null }>({ clock: time });
  const seen: unknown[] = [];
  const work = adapter.register({
    name: "work",
    input: z.object({}),
    handler: ({ context }) => {
      expectType<Equal<typeof context.source, string | null>>();
      seen.push([context.source, context.logger === logger, typeof context.realtime.publish]);
    },
  });
  const app = Igniter
    .context((request) => ({ source: request.headers.get("x-igniter-source") }))
    .logger(logger)
    .jobs(adapter.merge({ main: adapter.router({ namespace: "main", jobs: { work } }) }))
    .create();
  await app.jobs.main.work.enqueue({});
  await time.advance(0);
  assertEquals(seen, [["job", true, "function"]]);
});

Deno.test("D24 jobs that need a context which the application lacks are refused by the types", () => {
  const time = createFakeClock();
  const adapter = createMemoryJobsAdapter<{ mailer: { send(to: string): void } }>({ clock: time });
  const work = adapter.register({
    name: "work",
    input: z.object({ to: z.string() }),
    handler: ({ payload, context }) => context.mailer.send(payload.to),
  });
  const merged = adapter.merge({ mail: adapter.router({ namespace: "mail", jobs: { work } }) });

  Igniter.context(() => ({ mailer: { send: (_to: string) => {} } })).jobs(merged);
  // @ts-expect-error these jobs need a mailer
  Igniter.context(() => ({ database: 1 })).jobs(merged);
  // @ts-expect-error these jobs need another mailer
  Igniter.context(() => ({ mailer: { send: (_to: number) => {} } })).jobs(merged);
});

Deno.test("R47 igniter.jobs can be awaited, written as JSON and inspected", async () => {
  assertStrictEquals(await igniter.jobs, igniter.jobs);
  assertStrictEquals(await igniter.jobs.system, igniter.jobs.system);
  assertEquals(JSON.parse(JSON.stringify(igniter.jobs)), { system: { sendWelcomeEmail: {} } });
  assertEquals(Deno.inspect(igniter.jobs).includes("sendWelcomeEmail"), true);
});

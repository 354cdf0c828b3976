/**
 * What the types know of jobs.
 *
 * @module
 */
import {
  Igniter,
  type JobHandle,
  type JobPlugins,
  type Logger,
  type Realtime,
  type Store,
  UnrecoverableError,
} from "@igniter-js/core";
import { createMemoryJobsAdapter } from "@igniter-js/core/drivers/memory";
import { createFakeClock, type Equal, expectType } from "@igniter-js/core/testing";
import { assertEquals } from "@std/assert";
import { z } from "zod";

const jobs = createMemoryJobsAdapter<{ tenant: string }>({ clock: createFakeClock() });

const welcome = jobs.register({
  name: "welcome",
  input: z.object({ to: z.string(), at: z.string().transform(Number), copies: z.number().default(1) }),
  progress: z.object({ percent: z.number() }),
  onProgress: (job, progress) => {
    expectType<Equal<typeof progress, { percent: number }>>();
    expectType<Equal<typeof job.payload, { to: string; at: number; copies: number }>>();
  },
  handler: async ({ payload, input, context, job, signal }) => {
    expectType<Equal<typeof payload, { to: string; at: number; copies: number }>>();
    expectType<Equal<typeof input, typeof payload>>();
    expectType<Equal<typeof context.tenant, string>>();
    expectType<Equal<typeof context.logger, Logger>>();
    expectType<Equal<typeof context.store, Store>>();
    expectType<Equal<typeof context.realtime, Realtime>>();
    expectType<Equal<typeof context.$plugins, JobPlugins>>();
    expectType<Equal<typeof signal, AbortSignal>>();
    await job.progress({ percent: 5 });
    // @ts-expect-error the progress has a percentage
    const wrong = () => job.progress({ percents: 5 });
    // @ts-expect-error the application has no such thing
    void [wrong, context.mailer];
    if (payload.to === "") throw new UnrecoverableError("nobody");
    return { sentAt: new Date(0) };
  },
  onSuccess: (job) => {
    expectType<Equal<typeof job.result, { sentAt: Date } | undefined>>();
    expectType<Equal<typeof job.name, "welcome">>();
    expectType<Equal<typeof job.context.tenant, string>>();
  },
});

const cleanup = jobs.cron({
  name: "cleanup",
  cron: "0 3 * * *",
  timeZone: "Europe/Berlin",
  handler: ({ payload }) => {
    expectType<Equal<typeof payload, void>>();
    return 7;
  },
});

const merged = jobs.merge({
  mail: jobs.router({
    namespace: "mail",
    jobs: { welcome, cleanup },
    onSuccess: (job) => {
      expectType<Equal<typeof job.name, "welcome" | "cleanup">>();
      if (job.name === "cleanup") expectType<Equal<typeof job.result, number | undefined>>();
      expectType<Equal<typeof job.context.tenant, string>>();
      // @ts-expect-error no job is called so
      void (job.name === "welcom");
    },
  }),
});

const igniter = Igniter.context(() => ({ tenant: "acme" })).jobs(jobs.merge(merged)).create();

Deno.test("R71 names, inputs, results and progress of jobs are exact", async () => {
  const { mail } = igniter.jobs;
  const input = { to: "ada", at: "5" };
  const handle = await mail.welcome.enqueue(input, { delay: 5 });
  expectType<Equal<typeof handle, JobHandle<{ sentAt: Date }, { percent: number }>>>();
  const byTask = await mail.schedule({ task: "welcome", input, at: new Date(5) });
  expectType<Equal<typeof byTask, JobHandle<{ sentAt: Date }, { percent: number }>>>();
  const many = await mail.bulk([{ task: "welcome", input }, { task: "cleanup" }]);
  assertEquals(many.length, 2);
  const count = await mail.enqueue({ task: "cleanup" });
  expectType<Equal<typeof count, JobHandle<number, unknown>>>();
  await mail.cleanup.enqueue();
  const result = () => handle.result({ timeout: 5 });
  expectType<Equal<ReturnType<typeof result>, Promise<{ sentAt: Date }>>>();
  await jobs.close();
});

Deno.test("R71 what cannot be meant of a job is refused by the types", () => {
  const { mail } = igniter.jobs;
  const input = { to: "ada", at: "5" };
  const refusals = () => [
    // @ts-expect-error no job is called so
    mail.schedule({ task: "welcom", input }),
    // @ts-expect-error the schema takes a string
    mail.schedule({ task: "welcome", input: { to: "ada", at: 5 } }),
    // @ts-expect-error the input is missing
    mail.enqueue({ task: "welcome" }),
    // @ts-expect-error no such option
    mail.enqueue({ task: "welcome", input, dealy: 5 }),
    // @ts-expect-error a job that a timetable starts takes no input
    mail.enqueue({ task: "cleanup", input: { all: true } }),
    // @ts-expect-error no job is called so
    mail.bulk([{ task: "welcom", input }]),
    // @ts-expect-error the schema takes a string
    mail.bulk([{ task: "welcome", input: { to: 1, at: "5" } }]),
    // @ts-expect-error no job is called so
    mail.welcom.enqueue(input),
    // @ts-expect-error no group is called so
    igniter.jobs.mails,
    // @ts-expect-error a function cannot be stored
    mail.welcome.enqueue(input, { backoff: () => 5 }),
    // @ts-expect-error a throttle needs a time
    mail.welcome.enqueue(input, { dedupe: { mode: "throttle", key: "a" } }),
    // @ts-expect-error no such state
    jobs.search({ state: "done" }),
  ];
  assertEquals(typeof refusals, "function");
});

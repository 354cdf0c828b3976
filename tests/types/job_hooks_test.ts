/**
 * What the types know of jobs in a client: tickets and `useJob`.
 *
 * @module
 */
import { Igniter, type JobTicket } from "@igniter-js/core";
import { createIgniterClient } from "@igniter-js/core/client";
import { createIgniterClient as createCoreClient } from "@igniter-js/core/client/core";
import { createMemoryJobsAdapter } from "@igniter-js/core/drivers/memory";
import { createFakeClock, type Equal, expectType } from "@igniter-js/core/testing";
import { assertEquals } from "@std/assert";
import { z } from "zod";

const jobs = createMemoryJobsAdapter({ clock: createFakeClock() });
const igniter = Igniter.context(() => ({})).jobs(jobs.merge({
  reports: jobs.router({
    namespace: "reports",
    jobs: {
      generate: jobs.register({
        name: "generate",
        input: z.object({ pages: z.string().transform(Number) }),
        progress: z.object({ page: z.number().default(0) }),
        handler: async ({ job }) => {
          await job.progress({});
          return { at: new Date(0) };
        },
      }),
      plain: jobs.register({ name: "plain", input: z.void(), handler: () => "done" }),
    },
  }),
})).create();
const body = z.object({ pages: z.string() });
const router = igniter.router({
  controllers: {
    reports: igniter.controller({
      path: "/reports",
      actions: {
        generate: igniter.mutation({
          body,
          handler: async ({ body, response }) => {
            if (body.pages === "0") return response.conflict("Nothing to write", { pages: 0 });
            return response.accepted(await igniter.jobs.reports.generate.enqueue(body));
          },
        }),
        cached: igniter.mutation({
          path: "/cached",
          handler: async ({ request, response }) => {
            if (request.headers.has("x-cached")) return response.success({ cached: true as const });
            return response.accepted(await igniter.jobs.reports.plain.enqueue());
          },
        }),
        touch: igniter.mutation({ path: "/touch", handler: () => ({ touched: true }) }),
        list: igniter.query({ path: "/list", handler: () => [""] }),
      },
    }),
  },
});

interface Progress {
  page: number;
}

Deno.test("D25 a mutation that answers accepted(handle) gives a ticket that knows its job", async () => {
  const core = createCoreClient<typeof router>();
  const calls = () => [core.reports.generate.mutate, router.caller.reports.generate.mutate] as const;
  type Core = Awaited<ReturnType<ReturnType<typeof calls>[0]>>["data"];
  type Caller = Awaited<ReturnType<ReturnType<typeof calls>[1]>>["data"];
  expectType<Equal<Core, JobTicket<{ at: Date }, Progress> | null>>();
  expectType<Equal<Caller, Core>>();
  await jobs.close();
  assertEquals(typeof calls, "function");
});

Deno.test("D25 useJob knows the input, the progress, the result and the errors", () => {
  const api = createIgniterClient<typeof router>();
  const component = async () => {
    const job = api.reports.generate.useJob({
      onProgress: (progress) => expectType<Equal<typeof progress, Progress>>(),
      onSuccess: (data) => expectType<Equal<typeof data, { at: Date }>>(),
    });
    expectType<Equal<typeof job.status, "idle" | "waiting" | "active" | "completed" | "failed" | "cancelled">>();
    if (job.status === "completed") expectType<Equal<typeof job.data, { at: Date }>>();
    if (job.status === "active") expectType<Equal<typeof job.progress, Progress | undefined>>();
    if (job.status === "idle") expectType<Equal<typeof job.error, null>>();
    if (job.status === "failed" && job.error.code === "ERR_CONFLICT") {
      expectType<Equal<typeof job.error.message, string>>();
    }
    const { data, error } = await job.start({ body: { pages: "3" } });
    if (data !== null) expectType<Equal<typeof data, JobTicket<{ at: Date }, Progress>>>();
    if (error === null) expectType<Equal<typeof error, null>>();
    const { data: cancelled } = await job.cancel();
    expectType<Equal<typeof cancelled, boolean | null>>();
    const either = api.reports.cached.useJob();
    if (either.status === "completed") expectType<Equal<typeof either.data, string | { cached: true }>>();
    // @ts-expect-error the body is missing
    job.start();
    // @ts-expect-error the schema takes a string
    job.start({ body: { pages: 3 } });
    // @ts-expect-error there is no progress before there is a job
    if (job.status === "idle") job.progress.page;
    // @ts-expect-error this mutation answers no job
    api.reports.touch.useJob();
    // @ts-expect-error a query starts no job
    api.reports.list.useJob();
    // @ts-expect-error a ticket has a token
    api.reports.generate.useJob({ job: { id: "1", job: "reports.generate" } });
  };
  assertEquals(typeof component, "function");
});

import { createConsumer, check } from "./type_cost/consumer.ts";
const consumer = await createConsumer();
const head = `import { Igniter, createIgniterPlugin, Ensure } from "@igniter-js/core";
import type { Jobs, JobRouter, Job } from "@igniter-js/core";
import { createMemoryStoreAdapter } from "@igniter-js/core/drivers/memory";
import * as z from "zod";
const igniter = Igniter.context(() => ({ tenant: "acme" })).create();
const role = igniter.procedure({ handler: (options: { role: string }) => ({ role: options.role }) });
const router = igniter.router({ controllers: { users: igniter.controller({ path: "/users", actions: {
  list: igniter.query({ query: z.object({ page: z.number().default(1) }), handler: () => 1 }),
  byId: igniter.query({ path: "/:id", handler: ({ params }) => params.id }),
} }) } });
declare const jobs: Jobs<{ mail: JobRouter<{ welcome: Job<"welcome", z.ZodObject<{ to: z.ZodString }>, void> }> }, { mailer: { send(): void } }>;
const withJobs = Igniter.context(() => ({ mailer: { send() {} } })).jobs(jobs).create();
`;
const cases: Record<string,string> = {
  required: `igniter.query({ use: [role], handler: () => 1 });`,
  requiredGlobal: `Igniter.context(() => ({})).use(role);`,
  jobs: `Igniter.context(() => ({ tenant: 1 })).jobs(jobs);`,
  key: `router.revalidate("users.lst");`,
  callerInput: `router.caller.users.list.query({ query: { page: "x" } });`,
  callerName: `router.caller.users.lst.query();`,
  param: `router.caller.users.byId.query();`,
  task: `withJobs.jobs.mail.schedule({ task: "typo", input: {} });`,
  taskInput: `withJobs.jobs.mail.schedule({ task: "welcome", input: { to: 1 } });`,
  job: `withJobs.jobs.mail.welcom.enqueue({ to: "" });`,
  context: `igniter.query({ handler: ({ context }) => context.tenent });`,
  store: `igniter.store;`,
  option: `igniter.query({ pth: "/", handler: () => 1 });`,
  output: `igniter.query({ output: z.object({ id: z.string() }), handler: ({ response }) => response.success({ id: 1 }) });`,
  outputPlain: `igniter.query({ output: z.object({ id: z.string() }), handler: () => ({ id: 1 }) });`,
  method: `igniter.mutation({ method: "GET", handler: () => 1 });`,
};
for (const [k, v] of Object.entries(cases)) console.log("##", k, "\n" + check(consumer, head + v).errors.join("\n---\n"));
Deno.removeSync(consumer.folder, { recursive: true });

/**
 * What TypeScript says when it refuses something: R71 asks for English.
 *
 * @module
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { check, type Consumer, createConsumer } from "./type_cost/consumer.ts";

const app = `
import { Igniter, type Job, type JobRouter, type Jobs } from "@igniter-js/core";
import * as z from "zod";

const igniter = Igniter.context(() => ({ tenant: "acme" })).create();
const role = igniter.procedure({ handler: (options: { role: string }) => ({ role: options.role }) });
const router = igniter.router({
  controllers: {
    users: igniter.controller({
      path: "/users",
      actions: {
        list: igniter.query({ query: z.object({ page: z.number().default(1) }), handler: () => 1 }),
        byId: igniter.query({ path: "/:id", handler: ({ params }) => params.id }),
      },
    }),
  },
});
type Welcome = Job<"welcome", z.ZodObject<{ to: z.ZodString }>, void>;
declare const jobs: Jobs<{ mail: JobRouter<{ welcome: Welcome }> }, { mailer: { send(): void } }>;
const withJobs = Igniter.context(() => ({ mailer: { send() {} } })).jobs(jobs).create();
`;

/** A refused line and how the first complaint about it ends. */
const refusals: readonly (readonly [title: string, line: string, ending: string])[] = [
  [
    "an uncalled procedure whose options are required",
    "igniter.query({ use: [role], handler: () => 1 });",
    `Type '"This procedure has required options: call it"' is not assignable to type 'true'.`,
  ],
  [
    "jobs that need more than the application's context",
    "Igniter.context(() => ({ tenant: 1 })).jobs(jobs);",
    `is not assignable to type '"These jobs need a context that this application does not have"'.`,
  ],
  [
    "a typo in a key",
    `router.revalidate("users.lst");`,
    `Argument of type '"users.lst"' is not assignable to parameter of type '"users" | "users.*" | "users.list" | "users.byId"'.`,
  ],
  [
    "a typo in an action's name",
    "router.caller.users.lst.query();",
    "Did you mean 'list'?",
  ],
  [
    "a caller's wrong input",
    `router.caller.users.list.query({ query: { page: "x" } });`,
    "Type 'string' is not assignable to type 'number'.",
  ],
  [
    "a missing path parameter",
    "router.caller.users.byId.query({ params: {} });",
    "Property 'id' is missing in type '{}' but required in type '{ readonly id: string; }'.",
  ],
  [
    "a typo in a job's name",
    `withJobs.jobs.mail.schedule({ task: "welcom", input: { to: "" } });`,
    `Type '"welcom"' is not assignable to type '"welcome"'.`,
  ],
  [
    "a job's wrong input",
    `withJobs.jobs.mail.schedule({ task: "welcome", input: { to: 1 } });`,
    "Type 'number' is not assignable to type 'string'.",
  ],
  [
    "a typo in the context",
    "igniter.query({ handler: ({ context }) => context.tenent });",
    "Property 'tenent' does not exist on type '{ tenant: string; } & FrameworkContext'. Did you mean 'tenant'?",
  ],
  [
    "a feature that is not enabled",
    "igniter.store;",
    "Property 'store' does not exist on type 'Core<{ tenant: string; }, never, {}, { tenant: string; }>'.",
  ],
  [
    "a typo in an option",
    `igniter.query({ pth: "/", handler: () => 1 });`,
    "Did you mean to write 'path'?",
  ],
  [
    "data that does not fit the output, in a reply",
    "igniter.query({ output: z.object({ id: z.string() }), handler: ({ response }) => response.success({ id: 1 }) });",
    "Type 'number' is not assignable to type 'string'.",
  ],
  [
    "data that does not fit the output, plain",
    "igniter.query({ output: z.object({ id: z.string() }), handler: () => ({ id: 1 }) });",
    "Type 'number' is not assignable to type 'string'.",
  ],
  [
    "a mutation over GET",
    `igniter.mutation({ method: "GET", handler: () => 1 });`,
    `Type '"GET"' is not assignable to type 'MutationMethod | undefined'.`,
  ],
];

Deno.test("R71 what the types refuse, they refuse in English", async (t) => {
  const consumer: Consumer = await createConsumer();
  try {
    await t.step("the app itself is accepted", () => assertEquals(check(consumer, app).errors, []));
    for (const [title, line, ending] of refusals) {
      await t.step(title, () => {
        const [first = "", ...others] = check(consumer, app + line).errors;
        assertEquals(others, []);
        assertEquals(first.slice(-ending.length), ending, first);
      });
    }
    await t.step("a global procedure whose options are required", () => {
      const { errors } = check(consumer, app + "Igniter.context(() => ({})).use(role);");
      assertStringIncludes(errors.join(), `"This procedure has required options: call it"`);
    });
  } finally {
    Deno.removeSync(consumer.folder, { recursive: true });
  }
});

/**
 * What procedures add, and what `use` refuses.
 *
 * @module
 */
import { Igniter } from "@igniter-js/core";
import { type Equal, expectType } from "@igniter-js/core/testing";
import { assertEquals } from "@std/assert";
import { z } from "zod";

const igniter = Igniter.context(() => ({ tenant: "acme" })).create();

const optional = igniter.procedure({
  handler: (options: { loud?: boolean }) => ({ voice: options.loud === true ? "LOUD" : "quiet" }),
});
const required = igniter.procedure({ handler: (options: { role: string }) => ({ role: options.role }) });
const plainOnly = igniter.procedure({ handler: () => ({ plain: true }) });
const defaulted = igniter.procedure({
  options: z.object({ times: z.number().default(2) }),
  handler: (options) => {
    expectType<Equal<typeof options, { times: number }>>();
    return { times: options.times };
  },
});
const transformed = igniter.procedure({
  options: z.object({ max: z.string().transform(Number) }),
  handler: (options) => ({ max: options.max }),
});
const maybe = igniter.procedure({
  handler: (_options, { request }) => request.headers.has("x-user") ? { user: { id: 1 } } : undefined,
});
const guard = igniter.procedure({
  handler: (_options, { request, response }) =>
    request.headers.has("x-out") ? response.unauthorized() : { session: { id: "s" } },
});
const nothing = igniter.procedure({ handler: () => {} });
const transaction = igniter.procedure({
  handler: async (_options, { next }) => {
    const tx = { open: true };
    const reply = await next({ tx });
    tx.open = false;
    return reply.setHeader("x-tx", "done");
  },
});
const timing = igniter.procedure({
  handler: async (_options, { next }) => {
    await next();
  },
});

const router = igniter.router({
  controllers: {
    x: igniter.controller({
      path: "/x",
      actions: {
        all: igniter.query({
          path: "/all",
          use: [optional, required({ role: "admin" }), plainOnly, defaulted, transformed({ max: "3" }), guard, nothing],
          handler: ({ context }) => {
            expectType<Equal<typeof context.voice, string>>();
            expectType<Equal<typeof context.role, string>>();
            expectType<Equal<typeof context.plain, boolean>>();
            expectType<Equal<typeof context.times, number>>();
            expectType<Equal<typeof context.max, number>>();
            expectType<Equal<typeof context.session, { id: string }>>();
            expectType<Equal<typeof context.tenant, string>>();
            // @ts-expect-error no procedure provides `user` here
            void context.user;
            const { voice, role, plain, times, max } = context;
            return { voice, role, plain, times, max };
          },
        }),
        maybe: igniter.query({
          path: "/maybe",
          use: [maybe],
          handler: ({ context }) => {
            expectType<Equal<typeof context.user, { id: number } | undefined>>();
            // @ts-expect-error the procedure may have returned nothing
            void (() => context.user.id);
            return context.user?.id ?? 0;
          },
        }),
        wrapped: igniter.query({
          path: "/wrapped",
          use: [timing, transaction],
          handler: ({ context }) => {
            expectType<Equal<typeof context.tx, { open: boolean }>>();
            return context.tx.open;
          },
        }),
        bare: igniter.query({
          path: "/bare",
          handler: ({ context }) => {
            // @ts-expect-error the action uses no procedure
            void context.voice;
            return Object.keys(context).includes("voice");
          },
        }),
      },
    }),
  },
});

Deno.test("R72 what procedures return is in the context, typed; an early answer is not", async () => {
  assertEquals((await router.caller.x.all.query()).data, {
    voice: "quiet",
    role: "admin",
    plain: true,
    times: 2,
    max: 3,
  });
  assertEquals((await router.caller.x.bare.query()).data, false);
});

Deno.test("R72 what a procedure may not have returned is optional in the context", async () => {
  assertEquals((await router.caller.x.maybe.query()).data, 0);
  assertEquals((await router.caller.with({ headers: { "x-user": "1" } }).x.maybe.query()).data, 1);
});

Deno.test("R72 next({ tx }) adds to the context, typed", async () => {
  assertEquals((await router.caller.x.wrapped.query()).data, true);
});

Deno.test("D5 a procedure with required options is refused uncalled, and called wrongly", () => {
  const uses = () => [
    // @ts-expect-error `role` is required: the procedure must be called
    igniter.query({ use: [required], handler: () => 1 }),
    // @ts-expect-error `role` is required: the procedure must be called
    igniter.mutation({ use: [required], handler: () => 1 }),
    // @ts-expect-error `max` is required: the procedure must be called
    igniter.query({ use: [transformed], handler: () => 1 }),
    // @ts-expect-error `role` is required
    required(),
    // @ts-expect-error `role` is required
    required({}),
    // @ts-expect-error `role` is a string
    required({ role: 1 }),
    // @ts-expect-error the option is called `loud`
    optional({ laud: true }),
    // @ts-expect-error the schema takes a string
    transformed({ max: 3 }),
    // @ts-expect-error not a procedure
    igniter.query({ use: [() => ({})], handler: () => 1 }),
    // @ts-expect-error `role` is required: the procedure must be called
    Igniter.context(() => ({ tenant: "acme" })).use(required),
  ];
  assertEquals(typeof uses, "function");
});

Deno.test("D6 a procedure sees raw strings and no body", () => {
  igniter.procedure({
    handler: (_options, { request, context, plugins }) => {
      expectType<Equal<typeof request.query["page"], string | readonly string[] | undefined>>();
      expectType<Equal<typeof request.params["id"], string | undefined>>();
      expectType<Equal<typeof request.body, undefined>>();
      expectType<Equal<typeof context.tenant, string>>();
      expectType<Equal<typeof plugins, {}>>();
    },
  });
});

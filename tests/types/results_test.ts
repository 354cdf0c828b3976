/**
 * What callers get: the exact union of data and of failures, and what `output` holds a handler to.
 *
 * @module
 */
import { type CommonFailure, type Failure, Igniter, IgniterError, type ValidationFailure } from "@igniter-js/core";
import type { BodyFailure } from "@igniter-js/core";
import { createTestApp, type Equal, expectType } from "@igniter-js/core/testing";
import { assertEquals } from "@std/assert";
import { z } from "zod";

type DataOf<C> = C extends { orThrow: (...args: never[]) => Promise<infer D> } ? D : never;
type ErrorOf<C extends (...args: never[]) => Promise<{ error: unknown }>> = Exclude<
  Awaited<ReturnType<C>>["error"],
  null
>;

const { igniter } = createTestApp();

const limit = igniter.procedure({
  handler: (_options, { request, response }) => {
    if (request.headers.has("x-limited")) return response.tooManyRequests("Slow down", { seconds: 3 });
    return { limit: { left: 1 } };
  },
});

const router = igniter.router({
  controllers: {
    users: igniter.controller({
      path: "/users",
      actions: {
        three: igniter.query({
          path: "/three/:id",
          handler: ({ params, response }) => {
            if (params.id === "0") return response.notFound("No such user", { id: params.id });
            if (params.id === "1") return response.success({ kind: "full" as const, name: "Ada" });
            return response.success({ kind: "short" as const });
          },
        }),
        failures: igniter.query({
          path: "/failures",
          handler: ({ response, query }) => {
            if (query["a"] === "1") return response.forbidden();
            if (query["a"] === "2") return response.error({ code: "ERR_QUOTA", status: 402, data: { left: 0 } });
            return response.success(1);
          },
        }),
        guarded: igniter.query({ path: "/guarded", use: [limit], handler: ({ context }) => context.limit.left }),
        declared: igniter.query({
          path: "/declared",
          errors: { ERR_OUT_OF_STOCK: { status: 409, data: z.object({ sku: z.string() }) }, ERR_CLOSED: {} },
          handler: (): string => {
            throw new IgniterError("ERR_OUT_OF_STOCK", { data: { sku: "1" } });
          },
        }),
        validated: igniter.query({
          path: "/validated",
          query: z.object({ q: z.string().optional() }),
          handler: () => "x",
        }),
        saved: igniter.mutation({ path: "/saved", body: z.object({ n: z.number() }), handler: ({ body }) => body.n }),
        nothing: igniter.query({ path: "/nothing", handler: ({ response }) => response.noContent() }),
        empty: igniter.query({ path: "/empty", handler: () => {} }),
        raw: igniter.query({ path: "/raw", handler: () => Response.json({ data: 1, error: null }) }),
        promised: igniter.query({ path: "/promised", handler: () => Promise.resolve({ n: 1 }) }),
        maybe: igniter.query({
          path: "/maybe/:id",
          handler: ({ params, response }) => params.id === "0" ? null : response.success({ id: params.id }),
        }),
        output: igniter.query({
          path: "/output",
          output: z.object({ at: z.date().transform((at) => at.getTime()), role: z.enum(["admin", "user"]) }),
          handler: ({ response }) => response.success({ at: new Date(5), role: "admin" }),
        }),
        outputPlain: igniter.query({
          path: "/output-plain",
          output: z.object({ role: z.enum(["admin", "user"]), pair: z.tuple([z.string(), z.number()]) }),
          handler: ({ request }): { role: "admin" | "user"; pair: [string, number] } => ({
            role: request.method === "GET" ? "admin" : "user",
            pair: ["a", 1],
          }),
        }),
        outputOrError: igniter.query({
          path: "/output-or-error/:id",
          output: z.object({ role: z.literal("admin") }),
          handler: ({ params, response }) =>
            params.id === "0" ? response.notFound() : response.success({ role: "admin" }),
        }),
      },
    }),
    misfits: igniter.controller({
      path: "/misfits",
      actions: {
        success: igniter.query({
          path: "/1",
          output: z.object({ role: z.enum(["admin", "user"]) }),
          // @ts-expect-error the data does not fit the output
          handler: ({ response }) => response.success({ role: "guest" }),
        }),
        field: igniter.query({
          path: "/2",
          output: z.object({ id: z.string() }),
          handler: ({ response }) =>
            response.success({
              // @ts-expect-error an id is a string
              id: 1,
            }),
        }),
        plain: igniter.query({
          path: "/3",
          output: z.object({ id: z.string() }),
          // @ts-expect-error an id is a string
          handler: () => ({ id: 1 }),
        }),
        promised: igniter.query({
          path: "/4",
          output: z.object({ id: z.string() }),
          // @ts-expect-error an id is a string
          handler: () => Promise.resolve({ id: 1 }),
        }),
        missing: igniter.query({
          path: "/5",
          output: z.object({ id: z.string(), name: z.string() }),
          // @ts-expect-error the name is missing
          handler: () => ({ id: "1" }),
        }),
      },
    }),
  },
});

const { users, misfits } = router.caller;

Deno.test("R70 three return paths give the exact union of data and of failures", async () => {
  expectType<Equal<DataOf<typeof users.three.query>, { kind: "full"; name: string } | { kind: "short" }>>();
  expectType<Equal<ErrorOf<typeof users.three.query>, Failure<"ERR_NOT_FOUND", { id: string }> | CommonFailure>>();

  const { data, error } = await users.three.query({ params: { id: "0" } });
  assertEquals([data, error?.code === "ERR_NOT_FOUND" ? error.data.id : undefined], [null, "0"]);
  const full = await users.three.query.orThrow({ params: { id: "1" } });
  assertEquals(full.kind === "full" ? full.name : undefined, "Ada");
});

Deno.test("R70 failures: helpers', a code of one's own, and the framework's", async () => {
  expectType<
    Equal<
      ErrorOf<typeof users.failures.query>,
      Failure<"ERR_FORBIDDEN", undefined> | Failure<"ERR_QUOTA", { left: number }> | CommonFailure
    >
  >();
  const { error } = await users.failures.query();
  if (error?.code === "ERR_QUOTA") expectType<Equal<typeof error.data, { left: number }>>();
  // @ts-expect-error no path of the handler answers so
  assertEquals(error?.code === "ERR_CONFLICT", false);
});

Deno.test("R70 a procedure's early answer joins the failures, and never the data", async () => {
  expectType<Equal<DataOf<typeof users.guarded.query>, number>>();
  expectType<
    Equal<ErrorOf<typeof users.guarded.query>, Failure<"ERR_RATE_LIMITED", { seconds: number }> | CommonFailure>
  >();
  const { error } = await router.caller.with({ headers: { "x-limited": "1" } }).users.guarded.query();
  assertEquals(error?.code === "ERR_RATE_LIMITED" ? error.data.seconds : undefined, 3);
});

Deno.test("R70 a global procedure's early answer joins the failures of every action", async () => {
  const guarded = Igniter.context(() => ({}))
    .use(Igniter.procedure({
      handler: (_options, { request, response }) =>
        request.headers.has("x-out") ? response.unauthorized("Who?") : { session: { id: 1 } },
    }))
    .use({
      handler: (_options, { context, response }) => {
        expectType<Equal<typeof context.session, { id: number }>>();
        return context.session.id > 1 ? response.forbidden() : undefined;
      },
    })
    .create();
  const { caller } = guarded.router({
    controllers: {
      me: guarded.controller({
        path: "/me",
        actions: { id: guarded.query({ handler: ({ context }) => context.session.id }) },
      }),
    },
  });
  expectType<
    Equal<
      ErrorOf<typeof caller.me.id.query>,
      Failure<"ERR_UNAUTHORIZED", undefined> | Failure<"ERR_FORBIDDEN", undefined> | CommonFailure
    >
  >();
  assertEquals(await caller.me.id.query.orThrow(), 1);
  assertEquals((await caller.with({ headers: { "x-out": "" } }).me.id.query()).error?.code, "ERR_UNAUTHORIZED");
});

Deno.test("R70 declared errors join the failures with their data", async () => {
  expectType<Equal<DataOf<typeof users.declared.query>, string>>();
  expectType<
    Equal<
      ErrorOf<typeof users.declared.query>,
      Failure<"ERR_OUT_OF_STOCK", { sku: string }> | Failure<"ERR_CLOSED", undefined> | CommonFailure
    >
  >();
  const { error } = await users.declared.query();
  assertEquals(error?.code === "ERR_OUT_OF_STOCK" ? error.data.sku : undefined, "1");
});

Deno.test("R70 the framework's failures: validation with a schema, bodies with a body's", () => {
  expectType<Equal<ErrorOf<typeof users.validated.query>, ValidationFailure | CommonFailure>>();
  expectType<Equal<ErrorOf<typeof users.saved.mutate>, ValidationFailure | BodyFailure | CommonFailure>>();
  expectType<Equal<ErrorOf<typeof users.promised.query>, CommonFailure>>();
});

Deno.test("R72 every form of answer has its data", async () => {
  expectType<Equal<DataOf<typeof users.nothing.query>, null>>();
  expectType<Equal<DataOf<typeof users.empty.query>, null>>();
  expectType<Equal<DataOf<typeof users.raw.query>, unknown>>();
  expectType<Equal<DataOf<typeof users.promised.query>, { n: number }>>();
  expectType<Equal<DataOf<typeof users.maybe.query>, { id: string } | null>>();
  assertEquals((await users.raw.query()).data, 1);
  assertEquals(await users.empty.query(), { data: null, error: null });
});

Deno.test("D8 literal data fits an output schema through a reply without `as const`, and typed data plainly", async () => {
  expectType<Equal<DataOf<typeof users.output.query>, { at: number; role: "admin" | "user" }>>();
  expectType<Equal<DataOf<typeof users.outputPlain.query>, { role: "admin" | "user"; pair: [string, number] }>>();
  expectType<Equal<DataOf<typeof users.outputOrError.query>, { role: "admin" }>>();
  expectType<
    Equal<ErrorOf<typeof users.outputOrError.query>, Failure<"ERR_NOT_FOUND", undefined> | CommonFailure>
  >();
  assertEquals((await users.output.query()).data, { at: 5, role: "admin" });
  assertEquals((await users.outputPlain.query()).data, { role: "admin", pair: ["a", 1] });
});

Deno.test("D8 data that does not fit the output is refused by the types, and masked at run time", async () => {
  for (const action of [misfits.success, misfits.field, misfits.plain, misfits.promised, misfits.missing]) {
    assertEquals((await action.query()).error?.code, "ERR_INTERNAL");
  }
});

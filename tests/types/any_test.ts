/**
 * R72: no `any` reaches an author or a caller.
 *
 * @module
 */
import { createIgniterPlugin, createIgniterPluginAction, Igniter } from "@igniter-js/core";
import { createMemoryStoreAdapter } from "@igniter-js/core/drivers/memory";
import { type Equal, expectType } from "@igniter-js/core/testing";
import { assertEquals } from "@std/assert";
import { z } from "zod";

type IsAny<T> = 0 extends 1 & T ? true : false;
/** The members of `T` that are `any`, or functions that return it or a promise of it. */
type AnyIn<T> = {
  [K in keyof T]-?: IsAny<T[K]> extends true ? K
    : T[K] extends (...args: never[]) => infer R
      ? IsAny<R> extends true ? K : IsAny<Awaited<R>> extends true ? K : never
    : never;
}[keyof T];

Deno.test("an `any` is found: among members, returned, promised", () => {
  // deno-lint-ignore no-explicit-any
  type Leaks = { a: any; b: () => any; c: () => Promise<any>; d: string; e?: any };
  expectType<Equal<AnyIn<Leaks>, "a" | "b" | "c" | "e">>();
});

const counter = createIgniterPlugin({
  name: "counter",
  actions: {
    add: createIgniterPluginAction({
      input: z.object({ n: z.number() }),
      handler: ({ input, self }) => {
        expectType<Equal<AnyIn<typeof self>, never>>();
        expectType<Equal<typeof input, { n: number }>>();
        return input.n + 1;
      },
    }),
    bare: createIgniterPluginAction({ handler: ({ input }) => input }),
  },
  controllers: {
    show: {
      path: "/show/:id",
      handler: (ctx) => {
        expectType<Equal<AnyIn<typeof ctx>, never>>();
        expectType<Equal<AnyIn<typeof ctx.request>, never>>();
        expectType<Equal<AnyIn<typeof ctx.self>, never>>();
        expectType<Equal<AnyIn<typeof ctx.self.actions>, never>>();
        return ctx.response.success({ id: ctx.request.params.id });
      },
    },
  },
  hooks: {
    afterRequest: (ctx, req, res, self) => {
      expectType<Equal<AnyIn<typeof ctx>, never>>();
      expectType<Equal<[typeof req, typeof res], [Request, Response]>>();
      expectType<Equal<AnyIn<typeof self>, never>>();
    },
  },
});

const igniter = Igniter
  .context(() => ({ tenant: "acme" }))
  .store(createMemoryStoreAdapter())
  .plugin(counter)
  .create();

const auth = igniter.procedure({
  handler: (options, ctx) => {
    expectType<Equal<IsAny<typeof options>, false>>();
    expectType<Equal<AnyIn<typeof ctx>, never>>();
    expectType<Equal<AnyIn<typeof ctx.request>, never>>();
    expectType<Equal<AnyIn<typeof ctx.context>, never>>();
    return { user: { id: 1 } };
  },
});

const router = igniter.router({
  controllers: {
    x: igniter.controller({
      path: "/x",
      actions: {
        bare: igniter.query({
          path: "/bare",
          handler: (ctx) => {
            expectType<Equal<AnyIn<typeof ctx>, never>>();
            expectType<Equal<AnyIn<typeof ctx.request>, never>>();
            expectType<Equal<AnyIn<typeof ctx.context>, never>>();
            expectType<Equal<AnyIn<typeof ctx.response>, never>>();
            expectType<Equal<AnyIn<typeof ctx.realtime>, never>>();
            expectType<Equal<AnyIn<typeof ctx.plugins.counter>, never>>();
            return null;
          },
        }),
        full: igniter.mutation({
          path: "/full/:id",
          use: [auth],
          query: z.object({ q: z.string() }),
          params: z.object({ id: z.string() }),
          headers: z.object({ h: z.string() }),
          body: z.object({ b: z.string() }),
          errors: { ERR_X: {} },
          handler: (ctx) => {
            expectType<Equal<AnyIn<typeof ctx>, never>>();
            expectType<Equal<AnyIn<typeof ctx.request>, never>>();
            expectType<Equal<AnyIn<typeof ctx.context>, never>>();
            expectType<Equal<AnyIn<typeof ctx.response>, never>>();
            return ctx.response.created({ id: ctx.params.id });
          },
        }),
        stream: igniter.query({
          path: "/stream",
          stream: true,
          handler: (ctx) => {
            expectType<Equal<AnyIn<typeof ctx>, never>>();
            return ctx.response.success();
          },
        }),
        generated: igniter.query({
          path: "/generated",
          stream: true,
          handler: async function* (ctx) {
            expectType<Equal<AnyIn<typeof ctx>, never>>();
            yield await Promise.resolve(1);
          },
        }),
      },
    }),
  },
});

Deno.test("R72 no member of the instance, the router or its caller is `any`", async () => {
  expectType<Equal<AnyIn<typeof igniter>, never>>();
  expectType<Equal<AnyIn<typeof router>, never>>();
  expectType<Equal<AnyIn<typeof router.caller>, never>>();
  expectType<Equal<AnyIn<typeof router.caller.x>, never>>();
  expectType<Equal<AnyIn<typeof router.caller.counter>, never>>();
  const called = await router.caller.counter.show.query({ params: { id: "1" } });
  assertEquals(called.data, { id: "1" });
});

Deno.test("R72 no result of a call is `any`, nor the members of its data and error", async () => {
  const bare = await router.caller.x.bare.query();
  expectType<Equal<AnyIn<typeof bare>, never>>();
  const full = await router.caller.x.full.mutate({
    params: { id: "1" },
    query: { q: "q" },
    headers: { h: "h" },
    body: { b: "b" },
  });
  expectType<Equal<AnyIn<typeof full>, never>>();
  expectType<Equal<AnyIn<NonNullable<typeof full.data>>, never>>();
  expectType<Equal<AnyIn<NonNullable<typeof full.error>>, never>>();
  assertEquals(full, { data: { id: "1" }, error: null });

  const messages = router.caller.x.generated.stream();
  for await (const message of messages) {
    expectType<Equal<typeof message, number>>();
    assertEquals(message, 1);
  }
  type Message = typeof router.caller.x.stream.stream extends () => AsyncIterable<infer M> ? M : never;
  expectType<Equal<Message, unknown>>();
});

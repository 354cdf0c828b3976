/**
 * What handlers receive and callers give: schemas, path parameters, bodies.
 *
 * @module
 */
import { Igniter } from "@igniter-js/core";
import { type Equal, expectType } from "@igniter-js/core/testing";
import { assertEquals } from "@std/assert";
import { z } from "zod";

type Input<C extends (...args: never[]) => unknown> = Parameters<C>[0];

const igniter = Igniter.context(() => ({ greeting: "Hello" })).create();

const router = igniter.router({
  controllers: {
    paths: igniter.controller({
      path: "/paths",
      actions: {
        fixed: igniter.query({
          path: "/fixed",
          handler: ({ params }) => {
            // @ts-expect-error the path has no parameter
            void params.id;
            return params;
          },
        }),
        one: igniter.query({
          path: "/one/:id",
          handler: ({ params, request }) => {
            expectType<Equal<typeof params, Readonly<{ readonly id: string }>>>();
            expectType<Equal<typeof request.params.id, string>>();
            // @ts-expect-error the parameter is `id`
            void params.ID;
            return params.id;
          },
        }),
        two: igniter.query({
          path: "/two/:a/and/:b",
          handler: ({ params }) => {
            expectType<Equal<typeof params.a, string>>();
            expectType<Equal<typeof params.b, string>>();
            return `${params.a} ${params.b}`;
          },
        }),
        optional: igniter.query({
          path: "/optional/:page?",
          handler: ({ params }) => {
            expectType<Equal<typeof params.page, string | undefined>>();
            return params.page ?? "none";
          },
        }),
        rest: igniter.query({
          path: "/rest/*",
          handler: ({ params }) => {
            expectType<Equal<typeof params["*"], string>>();
            return params["*"];
          },
        }),
        schema: igniter.query({
          path: "/schema/:id",
          params: z.object({ id: z.string().transform(Number) }),
          handler: ({ params, request }) => {
            expectType<Equal<typeof params, { id: number }>>();
            expectType<Equal<typeof request.params, { id: number }>>();
            return params.id;
          },
        }),
        partly: igniter.query({
          path: "/partly/:id/:name",
          params: z.object({ id: z.coerce.number<string>() }),
          handler: ({ params }) => params.id,
        }),
      },
    }),
    nested: igniter.controller({
      path: "/orgs/:org",
      actions: {
        member: igniter.query({
          path: "/members/:id",
          handler: ({ params }) => {
            expectType<Equal<typeof params.id, string>>();
            // @ts-expect-error the controller's parameters reach the handler through a `params` schema (D4)
            void params.org;
            return params.id;
          },
        }),
        both: igniter.query({
          path: "/both/:id",
          params: z.object({ org: z.string(), id: z.string() }),
          handler: ({ params }) => `${params.org}/${params.id}`,
        }),
      },
    }),
    inputs: igniter.controller({
      path: "/inputs",
      actions: {
        none: igniter.query({
          path: "/none",
          handler: ({ query, body, headers }) => {
            expectType<Equal<typeof query["page"], string | readonly string[] | undefined>>();
            expectType<Equal<typeof body, undefined>>();
            expectType<Equal<typeof headers["accept"], string | undefined>>();
            return null;
          },
        }),
        transformed: igniter.query({
          path: "/transformed",
          query: z.object({ n: z.string().transform(Number) }),
          handler: ({ query, request }) => {
            expectType<Equal<typeof query, { n: number }>>();
            expectType<Equal<typeof request.query, { n: number }>>();
            return query.n;
          },
        }),
        defaults: igniter.query({
          path: "/defaults",
          query: z.object({ page: z.number().optional().default(1) }),
          handler: ({ query }) => {
            expectType<Equal<typeof query.page, number>>();
            return query.page;
          },
        }),
        headers: igniter.query({
          path: "/headers",
          headers: z.object({ "x-tenant": z.string() }),
          handler: ({ headers }) => {
            expectType<Equal<typeof headers, { "x-tenant": string }>>();
            return headers["x-tenant"];
          },
        }),
        body: igniter.mutation({
          path: "/body",
          body: z.object({
            at: z.iso.datetime().transform((at) => new Date(at)),
            tags: z.array(z.string()).default([]),
          }),
          handler: ({ body, request }) => {
            expectType<Equal<typeof body, { at: Date; tags: string[] }>>();
            expectType<Equal<typeof request.body, { at: Date; tags: string[] }>>();
            return body.at;
          },
        }),
        untyped: igniter.mutation({
          path: "/untyped",
          handler: ({ body, request }) => {
            expectType<Equal<typeof body, unknown>>();
            expectType<Equal<typeof request.body, unknown>>();
            expectType<Equal<typeof request.rawBody, Uint8Array | undefined>>();
            return null;
          },
        }),
      },
    }),
  },
});

const { paths, nested, inputs } = router.caller;

Deno.test("R70 a transform gives its output to the handler and its input to the caller", async () => {
  expectType<Equal<NonNullable<Input<typeof inputs.transformed.query>>["query"], { n: string }>>();
  assertEquals((await inputs.transformed.query({ query: { n: "4" } })).data, 4);
  // @ts-expect-error the schema takes a string
  assertEquals((await inputs.transformed.query({ query: { n: 4 } })).error?.code, "ERR_VALIDATION");
  // @ts-expect-error a query is required
  assertEquals((await inputs.transformed.query()).error?.code, "ERR_VALIDATION");
});

Deno.test("R71 a caller's wrong input is refused by the types", async () => {
  assertEquals((await inputs.defaults.query({ query: { page: 2 } })).data, 2);
  assertEquals((await inputs.defaults.query()).data, 1);
  // @ts-expect-error a page is a number
  assertEquals((await inputs.defaults.query({ query: { page: "x" } })).error?.code, "ERR_VALIDATION");
  // @ts-expect-error the query is called `page`
  assertEquals((await inputs.defaults.query({ query: { pag: 2 } })).data, 1);
  // @ts-expect-error a query has no body
  assertEquals((await inputs.defaults.query({ body: {} })).data, 1);
});

Deno.test("R72 path parameters are typed without `as const`: static, named, optional, wildcard", async () => {
  assertEquals(Object.keys((await paths.fixed.query()).data ?? { id: "" }), []);
  assertEquals((await paths.one.query({ params: { id: "1" } })).data, "1");
  assertEquals((await paths.two.query({ params: { a: "1", b: "2" } })).data, "1 2");
  assertEquals((await paths.optional.query()).data, "none");
  assertEquals((await paths.optional.query({ params: { page: "3" } })).data, "3");
  assertEquals((await paths.rest.query({ params: { "*": "a/b" } })).data, "a/b");
  const refusals = () => [
    // @ts-expect-error the path has a parameter
    paths.one.query(),
    // @ts-expect-error the parameter is `id`
    paths.one.query({ params: { ID: "1" } }),
    // @ts-expect-error a parameter is a string
    paths.one.query({ params: { id: 1 } }),
    // @ts-expect-error `b` is missing
    paths.two.query({ params: { a: "1" } }),
    // @ts-expect-error the rest of the path is missing
    paths.rest.query({ params: {} }),
  ];
  assertEquals(typeof refusals, "function");
});

Deno.test("R72 a params schema types the handler by its output and the caller by its input", async () => {
  assertEquals((await paths.schema.query({ params: { id: "7" } })).data, 7);
  assertEquals((await paths.partly.query({ params: { id: "7", name: "x" } })).data, 7);
  const refusals = () => [
    // @ts-expect-error the schema takes a string
    paths.schema.query({ params: { id: 7 } }),
    // @ts-expect-error `name` is in the path, though not in the schema
    paths.partly.query({ params: { id: "7" } }),
  ];
  assertEquals(typeof refusals, "function");
});

Deno.test("D4 the controller's path parameters are the caller's", async () => {
  assertEquals((await nested.member.query({ params: { org: "acme", id: "1" } })).data, "1");
  assertEquals((await nested.both.query({ params: { org: "acme", id: "1" } })).data, "acme/1");
  // @ts-expect-error the controller's path has `org`
  const refusal = () => nested.member.query({ params: { id: "1" } });
  assertEquals(typeof refusal, "function");
});

Deno.test("R72 headers and bodies: input to the caller, output to the handler", async () => {
  assertEquals((await inputs.headers.query({ headers: { "x-tenant": "acme" } })).data, "acme");
  expectType<
    Equal<NonNullable<Input<typeof inputs.body.mutate>>["body"], { at: string; tags?: string[] | undefined }>
  >();
  assertEquals((await inputs.body.mutate({ body: { at: "2024-01-01T00:00:00Z" } })).data, new Date("2024-01-01"));
  const refusals = () => [
    // @ts-expect-error the header is missing
    inputs.headers.query(),
    // @ts-expect-error the schema takes a string
    inputs.body.mutate({ body: { at: new Date() } }),
  ];
  assertEquals(typeof refusals, "function");
});

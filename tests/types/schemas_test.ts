/**
 * Other Standard Schema libraries infer as zod does.
 *
 * @module
 */
import { createTestApp, type Equal, expectType, send } from "@igniter-js/core/testing";
import { assertEquals } from "@std/assert";
// deno-lint-ignore no-import-prefix -- only this test uses them: deno.json lists what the package needs
import { type } from "npm:arktype@2";
// deno-lint-ignore no-import-prefix -- as above
import * as v from "npm:valibot@1";

const { igniter } = createTestApp();

const router = igniter.router({
  controllers: {
    ark: igniter.controller({
      path: "/ark",
      actions: {
        query: igniter.query({
          query: type({ n: "string.numeric.parse", "tag?": "string" }),
          handler: ({ query }) => {
            expectType<Equal<typeof query.n, number>>();
            expectType<Equal<typeof query.tag, string | undefined>>();
            return query.n;
          },
        }),
        body: igniter.mutation({
          body: type({ name: "string>1", role: "'admin'|'user'" }),
          output: type({ role: "'admin'|'user'" }),
          handler: ({ body }) => {
            expectType<Equal<typeof body, { name: string; role: "admin" | "user" }>>();
            return { role: body.role };
          },
        }),
      },
    }),
    valibot: igniter.controller({
      path: "/valibot",
      actions: {
        query: igniter.query({
          query: v.object({ n: v.pipe(v.string(), v.transform(Number)), tag: v.optional(v.string(), "none") }),
          handler: ({ query }) => {
            expectType<Equal<typeof query, { n: number; tag: string }>>();
            return query;
          },
        }),
        body: igniter.mutation({
          body: v.object({ role: v.picklist(["admin", "user"]) }),
          output: v.object({ role: v.picklist(["admin", "user"]) }),
          handler: ({ response }) => response.success({ role: "admin" }),
        }),
        misfit: igniter.mutation({
          path: "/misfit",
          output: v.object({ role: v.picklist(["admin", "user"]) }),
          // @ts-expect-error not one of the roles
          handler: ({ response }) => response.success({ role: "guest" }),
        }),
      },
    }),
  },
});

Deno.test("R70 ArkType: its output in the handler, its input at the caller, its issues on the wire", async () => {
  const { ark } = router.caller;
  assertEquals((await ark.query.query({ query: { n: "4" } })).data, 4);
  // @ts-expect-error the schema takes a string
  assertEquals((await ark.query.query({ query: { n: 4 } })).error?.code, "ERR_VALIDATION");
  const { data } = await ark.body.mutate({ body: { name: "Ada", role: "admin" } });
  expectType<Equal<typeof data, { role: "admin" | "user" } | null>>();
  assertEquals(data, { role: "admin" });

  assertEquals((await send(router, "GET /ark?n=5")).data, 5);
  const { error } = await send(router, "POST /ark", { body: { name: "A", role: "admin" } });
  assertEquals((error?.data as { issues: { path: string[] }[] }).issues.map(({ path }) => path), [["name"]]);
});

Deno.test("R70 Valibot: its output in the handler, its input at the caller, its issues on the wire", async () => {
  const { valibot } = router.caller;
  assertEquals((await valibot.query.query({ query: { n: "4" } })).data, { n: 4, tag: "none" });
  // @ts-expect-error the schema takes a string
  assertEquals((await valibot.query.query({ query: { n: 4 } })).error?.code, "ERR_VALIDATION");
  assertEquals((await valibot.body.mutate({ body: { role: "user" } })).data, { role: "admin" });
  assertEquals((await valibot.misfit.mutate()).error?.code, "ERR_INTERNAL");

  assertEquals((await send(router, "GET /valibot?n=5&tag=x")).data, { n: 5, tag: "x" });
  const { error } = await send(router, "POST /valibot", { body: { role: "guest" } });
  assertEquals((error?.data as { issues: { path: string[] }[] }).issues.map(({ path }) => path), [["role"]]);
});

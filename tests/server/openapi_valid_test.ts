/** Documents of routers beside others' tools: a validator, a linter, a generator of clients' types. */

import { Igniter, toOpenAPI } from "@igniter-js/core";
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
// deno-lint-ignore no-import-prefix -- only tests use it: deno.json lists what the package needs
import openapiTS, { astToString } from "npm:openapi-typescript@^7.13.0";
import { z } from "zod";
import { AppRouter } from "../../cli/templates/app/src/igniter.router.ts";
import { runDeno } from "../project.ts";
import { assertValid, createEverything } from "./_openapi.ts";

Deno.test("R52 the document of the demo app is valid", async () => {
  await assertValid(toOpenAPI(AppRouter, { title: "Demo", version: "1.0.0" }));
});

Deno.test("R52 the document of every kind of action is valid, with RPC addresses and without", async () => {
  const router = createEverything();
  await assertValid(toOpenAPI(router));
  await assertValid(toOpenAPI(router, {
    rpc: true,
    securitySchemes: { token: { type: "http", scheme: "bearer" } },
    security: [{ token: [] }],
  }));
});

Deno.test("R52 the document of 500 actions is valid, and soon made", async () => {
  const igniter = Igniter.create();
  const Item = z.object({ id: z.uuid(), at: z.date(), tags: z.array(z.string()) }).meta({ id: "Item" });
  const controllers = Object.fromEntries(
    Array.from({ length: 50 }, (_, group) => {
      const actions = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [
        `a${index}`,
        igniter.query({
          path: `/a${index}/:id`,
          params: z.object({ id: z.uuid() }),
          query: z.object({ page: z.number().default(1), [`q${index}`]: z.string().optional() }),
          output: index % 2 === 0 ? z.array(Item) : z.object({ item: Item, number: z.literal(index) }),
          errors: { GONE: { status: 410, data: z.object({ group: z.literal(group) }) } },
          handler: () => [] as never,
        }),
      ]));
      return [`g${group}`, igniter.controller({ path: `/g${group}`, actions })];
    }),
  );
  const router = igniter.router({ controllers });
  const start = performance.now();
  const document = toOpenAPI(router);
  const took = performance.now() - start;
  assertEquals(Object.keys(document.paths).length, 500);
  assert(took < 5_000, `it took ${took} ms`);
  await assertValid(document);
});

Deno.test("R52 types that openapi-typescript makes of the demo app's document fit its calls, and no others", async () => {
  const folder = Deno.makeTempDirSync();
  try {
    const types = await openapiTS(JSON.stringify(toOpenAPI(AppRouter)));
    Deno.writeTextFileSync(join(folder, "api.ts"), astToString(types));
    Deno.writeTextFileSync(
      join(folder, "deno.json"),
      `{ "imports": { "openapi-fetch": "npm:openapi-fetch@^0.17.0" } }`,
    );
    Deno.writeTextFileSync(join(folder, "sample.ts"), SAMPLE);
    const { code, stderr } = await runDeno(["check", "sample.ts"], { cwd: folder });
    assertEquals(code, 0, stderr);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

const SAMPLE = `
import createClient from "openapi-fetch";
import type { paths } from "./api.ts";

const client = createClient<paths>({ baseUrl: "http://localhost:3000/api/v1" });

export async function sample(): Promise<string | undefined> {
  const { data, error } = await client.GET("/users/{id}", { params: { path: { id: "1" } } });
  const code: string | undefined = error?.error?.code;
  const email: string | undefined = data?.data.email;
  await client.GET("/users", { params: { query: { page: 2 } } });
  await client.POST("/users", { body: { name: "Ada", email: "ada@example.com" } });
  // @ts-expect-error a page is a number
  await client.GET("/users", { params: { query: { page: "2" } } });
  // @ts-expect-error an email address is asked for
  await client.POST("/users", { body: { name: "Ada" } });
  // @ts-expect-error a user has no age
  void data?.data.age;
  return email ?? code;
}
`;

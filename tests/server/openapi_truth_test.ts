/** What documents say beside what the server does. */

import { IgniterError, type OpenAPIOperation, toOpenAPI } from "@igniter-js/core";
import { createTestApp } from "@igniter-js/core/testing";
import { assert, assertEquals } from "@std/assert";
// deno-lint-ignore no-import-prefix -- only tests use it: deno.json lists what the package needs
import addFormats from "npm:ajv-formats@^3.0.1";
// deno-lint-ignore no-import-prefix -- as above
import { Ajv2020 } from "npm:ajv@^8.20.0/dist/2020.js";
import { z } from "zod";

const { igniter } = createTestApp();
const events = igniter.controller({
  path: "/events",
  actions: {
    one: igniter.query({
      path: "/:id",
      params: z.object({ id: z.number() }),
      query: z.object({ how: z.enum(["well", "late", "new", "gone", "broken"]).default("well") }),
      output: z.object({ title: z.string(), at: z.date(), tags: z.set(z.string()), size: z.bigint() }),
      errors: { LATE: { status: 409, data: z.object({ until: z.date() }) } },
      handler: ({ query, response }) => {
        if (query.how === "late") throw new IgniterError("LATE", { data: { until: new Date(0) } });
        if (query.how === "gone") return response.notFound();
        if (query.how === "broken") throw new Error("secret");
        const event = { title: "A", at: new Date(0), tags: new Set(["x"]), size: 2n ** 64n };
        return query.how === "new" ? response.created(event) : response.success(event);
      },
    }),
    add: igniter.mutation({
      body: z.object({ at: z.date(), where: z.object({ city: z.string() }) }),
      output: z.object({ year: z.number(), city: z.string() }),
      handler: ({ body }) => ({ year: body.at.getUTCFullYear(), city: body.where.city }),
    }),
    edit: igniter.mutation({
      method: "PATCH",
      body: z.object({ title: z.string(), at: z.date().optional() }),
      output: z.object({ title: z.string() }),
      handler: ({ body }) => body,
    }),
    note: igniter.mutation({
      path: "/note",
      body: z.string(),
      output: z.string(),
      bodyLimit: 20,
      handler: ({ body }) => body,
    }),
  },
});
const router = igniter.router({ controllers: { events } });
const document = toOpenAPI(router);

const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addSchema(document, "api");

/** Sends a request, holds the answer to what the document says of it, and gives status and envelope. */
async function send(
  path: string,
  operation: OpenAPIOperation | undefined,
  init: RequestInit = {},
): Promise<readonly [said: string, status: number, envelope: { readonly data: unknown; readonly error: unknown }]> {
  const answer = await router.handler(new Request(document.servers[0]?.url + path, init));
  const envelope: { readonly data: unknown; readonly error: unknown } = await answer.json() as never;
  assert(operation !== undefined);
  const { responses } = operation;
  const range = `${String(answer.status)[0]}XX`;
  const said = [String(answer.status), range].find((status) => status in responses) ?? "default";
  const pointer = (responses[said] as { readonly $ref?: string }).$ref ??
    `#/paths/~1events~1%7Bid%7D/get/responses/${said}`;
  const validate = ajv.compile({ $ref: `api${pointer}/content/application~1json/schema` });
  assert(validate(envelope), `${path}: ${ajv.errorsText(validate.errors)} in ${JSON.stringify(envelope)}`);
  return [said, answer.status, envelope];
}

Deno.test("R52 answers are as the document says, successes and failures", async () => {
  const one = document.paths["/events/{id}"]?.get;
  const outcomes: (readonly [string, number])[] = [];
  for (const path of ["1", "1?how=new", "1?how=late", "1?how=gone", "1?how=broken", "x", "1?how=x"]) {
    const [said, status] = await send(`/events/${path}`, one);
    outcomes.push([said, status]);
  }
  assertEquals(outcomes, [
    ["200", 200],
    ["2XX", 201],
    ["409", 409],
    ["default", 404],
    ["500", 500],
    ["400", 400],
    ["400", 400],
  ]);
});

Deno.test("R52 the server takes bodies in the forms that the document lists, and says why not in others", async () => {
  const add = document.paths["/events"]?.post;
  assertEquals(Object.keys(add?.requestBody?.content ?? {}), [
    "application/vnd.igniter+json",
    "application/x-www-form-urlencoded",
  ]);
  const json = { at: "2001-02-03T04:05:06.000Z", where: { city: "Porto" } };
  const post = (type: string, body: string): RequestInit => ({
    method: "POST",
    headers: { "content-type": type },
    body,
  });
  const data = { year: 2001, city: "Porto" };
  const rich = JSON.stringify({ json, meta: [["date", "at"]] });
  assertEquals(await send("/events", add, post("application/vnd.igniter+json", rich)), ["200", 200, {
    data,
    error: null,
  }]);
  // Style deepObject, as `encoding` says.
  const form = "at=2001-02-03T04:05:06.000Z&where[city]=Porto";
  assertEquals((await send("/events", add, post("application/x-www-form-urlencoded", form)))[2].data, data);
  assertEquals((await send("/events", add, post("application/json", JSON.stringify(json)))).slice(0, 2), ["400", 400]);

  const edit = document.paths["/events"]?.patch;
  assertEquals(edit?.requestBody?.content["application/json"]?.schema, {
    type: "object",
    properties: { title: { type: "string" } },
    required: ["title"],
  });
  const patch = (body: unknown): RequestInit => ({
    ...post("application/json", JSON.stringify(body)),
    method: "PATCH",
  });
  assertEquals((await send("/events", edit, patch({ title: "A" })))[1], 200);
  assertEquals((await send("/events", edit, patch({ title: "A", at: json.at })))[1], 400);

  const note = document.paths["/events/note"]?.post;
  assertEquals(Object.keys(note?.requestBody?.content ?? {}), ["application/json", "text/plain"]);
  assertEquals((await send("/events/note", note, post("application/json", '"a"')))[2].data, "a");
  assertEquals((await send("/events/note", note, post("text/plain", "b")))[2].data, "b");
  assertEquals((await send("/events/note", note, post("application/json", "{")))[1], 400);
  assertEquals((await send("/events/note", note, post("text/plain", "long ".repeat(9))))[1], 413);
  assertEquals((await send("/events/note", note, post("text/plain; charset=utf-16", "b")))[1], 415);
});

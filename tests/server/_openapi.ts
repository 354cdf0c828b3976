/**
 * An application with every kind of action, and the checks by others that documents must pass.
 *
 * @module
 */
import { createIgniterPlugin, Igniter, type OpenAPIDocument } from "@igniter-js/core";
import { assertEquals } from "@std/assert";
// deno-lint-ignore no-import-prefix -- only tests use it: deno.json lists what the package needs
import { createConfig, lintFromString } from "npm:@redocly/openapi-core@^1.34.6";
// deno-lint-ignore no-import-prefix -- as above
import { Validator } from "npm:@seriousme/openapi-schema-validator@^2.11.0";
import { z } from "zod";

/** Someone, with an id: a component. */
export const Person = z.object({ name: z.string(), born: z.date().optional() }).meta({ id: "Person" });

/** Holds itself, and has no name. */
export const Tree: z.ZodType<unknown> = z.object({
  label: z.string(),
  get children() {
    return z.array(Tree);
  },
});

const Filter = z.object({ name: z.string().optional(), tags: z.array(z.string()).optional() });

/** Makes the router. */
// deno-lint-ignore explicit-function-return-type -- the type is what the tests are about
export function createEverything() {
  const health = createIgniterPlugin({
    name: "health",
    controllers: {
      ping: { path: "/ping", description: "Says that it is there", handler: () => "pong" },
      reset: { path: "/:part", method: "PUT", handler: () => "done" },
    },
  });
  const igniter = Igniter.context(() => ({})).plugin(health).create();
  const things = igniter.controller({
    name: "Things",
    description: "All kinds of things",
    path: "/things",
    actions: {
      list: igniter.query({
        name: "Things",
        description: "Lists things.\n\nWith filters.",
        tags: ["reading", "lists"],
        deprecated: true,
        query: z.object({
          page: z.number().int().min(1).default(1),
          tag: z.array(z.string()).optional().describe("Any of these"),
          filter: Filter.optional(),
          since: z.date().optional(),
          rows: z.array(z.object({ n: z.number() })).optional(),
          id: z.bigint(),
        }),
        headers: z.object({ "x-tenant": z.string(), authorization: z.string(), "if-match": z.string().optional() }),
        output: z.array(Person),
        handler: () => [],
      }),
      one: igniter.query({
        path: "/:id/:part?",
        params: z.object({ id: z.number(), part: z.enum(["a", "b"]).optional() }),
        output: Person.nullable(),
        errors: {
          ERR_NOT_FOUND: { message: "No such thing", data: z.object({ id: z.number() }) },
          OUT_OF_STOCK: { status: 409 },
          STRANGE: { message: "Stranger things" },
        },
        handler: () => null,
      }),
      change: igniter.mutation({
        method: "PATCH",
        path: "/:thing",
        body: Person,
        output: z.object({ tree: Tree, again: Tree }),
        handler: () => ({ tree: null, again: null }),
      }),
      plant: igniter.mutation({ path: "/trees", body: Tree, output: Tree, handler: () => null }),
      upload: igniter.mutation({
        path: "/uploads",
        body: z.object({ file: z.file().mime("image/png"), more: z.array(z.instanceof(File)), about: Filter }),
        timeout: 500,
        handler: () => null,
      }),
      avatar: igniter.mutation({ method: "PUT", path: "/avatar", body: z.file(), handler: () => null }),
      hook: igniter.mutation({ path: "/hook", rawBody: true, handler: () => null }),
      note: igniter.mutation({ path: "/note", body: z.string().optional(), handler: () => null }),
      remove: igniter.mutation({ method: "DELETE", path: "/:id/:part", output: z.void(), handler: () => undefined }),
      file: igniter.query({ path: "/:id/files/*", handler: ({ params }) => params["*"] }),
      anything: igniter.query({ path: "/*", query: z.record(z.string(), z.string()), handler: () => null }),
      live: igniter.query({
        path: "/live",
        stream: true,
        events: Person,
        handler: ({ response }) => response.success(),
      }),
    },
  });
  const home = igniter.controller({ path: "/", actions: { page: igniter.query({ handler: () => "home" }) } });
  return igniter.router({ baseURL: "https://api.example.com", controllers: { things, home } });
}

/** Holds a document to the specification's own schema and to a linter's rules, warnings included. */
export async function assertValid(document: OpenAPIDocument): Promise<void> {
  assertEquals(JSON.parse(JSON.stringify(document)), document, "it is plain JSON");
  const { valid, errors } = await new Validator().validate(structuredClone(document) as never);
  assertEquals([valid, errors], [true, undefined]);
  const config = await createConfig({
    extends: ["recommended"],
    // What an author leaves out, or a test: a licence, a word on each tag, a server's real address.
    rules: { "info-license": "off", "tag-description": "off", "no-server-example.com": "off" },
  });
  const problems = await lintFromString({ source: JSON.stringify(document), config });
  assertEquals(
    problems.map(({ ruleId, message, location }) => `${ruleId}: ${message} at ${location[0]?.pointer}`),
    [],
  );
}

/** Documents of routers: addresses, parameters, bodies, answers. That they are valid is openapi_valid_test.ts. */

import {
  Igniter,
  type OpenAPIDocument,
  type OpenAPIOperation,
  type OpenAPIOptions,
  type OpenAPIPath,
  toOpenAPI,
} from "@igniter-js/core";
import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
// deno-lint-ignore no-import-prefix -- only tests use it: deno.json lists what the package needs
import { scope, type } from "npm:arktype@2";
// deno-lint-ignore no-import-prefix -- as above
import * as v from "npm:valibot@1";
// deno-lint-ignore no-import-prefix -- as above
import { toStandardJsonSchema } from "npm:@valibot/to-json-schema@1";
import { z } from "zod";
import { createEverything, Person, Tree } from "./_openapi.ts";

const igniter = Igniter.create();
type Actions = Parameters<typeof igniter.controller>[0]["actions"];

/** The document of some actions. */
function describe(actions: Actions, options?: OpenAPIOptions): OpenAPIDocument {
  const x = igniter.controller({ path: "/x", actions });
  return toOpenAPI(igniter.router({ controllers: { x } } as never) as never, options);
}

/** The operation of a key. */
function find({ paths }: OpenAPIDocument, key: string): OpenAPIOperation {
  for (const path of Object.values(paths)) {
    for (const operation of Object.values(path) as OpenAPIOperation[]) {
      if (operation.operationId === key) return operation;
    }
  }
  throw new Error(`Cannot find operation "${key}": there is none`);
}

/** What stands in a document at a place. */
function dig(value: unknown, ...keys: readonly string[]): unknown {
  return keys.reduce((at, key) => (at as Record<string, unknown> | undefined)?.[key], value);
}

/** The schema of an operation's answer with a status. */
function answerOf(document: OpenAPIDocument, key: string, status: string, media = "application/json"): unknown {
  const answer = find(document, key).responses[status];
  const reference = dig(answer, "$ref") as string | undefined;
  const response = reference === undefined ? answer : dig(document, ...reference.slice(2).split("/"));
  return dig(response, "content", media, "schema");
}

const everything = toOpenAPI(createEverything());
const handler = () => null;

Deno.test("toOpenAPI() names the specification, the API and where it is", () => {
  const router = igniter.router({ controllers: {} });
  const empty = toOpenAPI(router);
  assertEquals([empty.openapi, empty.info], ["3.1.1", { title: "API", version: "0.0.0" }]);
  assertEquals(empty.servers, [{ url: "http://localhost:3000/api/v1" }]);
  const root = igniter.router({ controllers: {}, baseURL: "https://a.example/", basePath: "/" });
  assertEquals(toOpenAPI(root).servers, [{ url: "https://a.example" }]);

  const given = {
    title: "T",
    version: "1.2.3",
    description: "D",
    servers: [{ url: "/", description: "here" }],
  };
  const { info, servers } = toOpenAPI(router, given);
  assertEquals({ ...info, servers }, given);
});

Deno.test("toOpenAPI() passes security on", () => {
  const { components, security } = describe({ a: igniter.query({ handler }) }, {
    securitySchemes: { token: { type: "http", scheme: "bearer" } },
    security: [{ token: [] }],
  });
  assertEquals(components.securitySchemes, { token: { type: "http", scheme: "bearer" } });
  assertEquals(security, [{ token: [] }]);
  assertEquals("securitySchemes" in everything.components, false);
});

Deno.test("toOpenAPI() refuses what is no router and options that it has not", () => {
  for (const value of [undefined, null, {}, () => null]) {
    assertThrows(() => toOpenAPI(value as never), TypeError, "Cannot make an OpenAPI document: the value is no router");
  }
  const router = igniter.router({ controllers: {} });
  assertThrows(() => toOpenAPI(router, { titel: "x" } as never), TypeError, 'it has no option "titel"');
});

Deno.test("toOpenAPI() has every action and plugin's route under its path, its method and its key", () => {
  const listed = Object.entries(everything.paths).flatMap(([path, item]) =>
    Object.entries(item as OpenAPIPath).map(([method, { operationId }]) => `${method} ${path} ${operationId}`)
  );
  assertEquals(listed, [
    "get /things things.list",
    "get /things/{id} things.one.without.part",
    "patch /things/{id} things.change",
    "get /things/{id}/{part} things.one",
    "delete /things/{id}/{part} things.remove",
    "post /things/trees things.plant",
    "post /things/uploads things.upload",
    "put /things/avatar things.avatar",
    "post /things/hook things.hook",
    "post /things/note things.note",
    "get /things/live things.live",
    "get / home.page",
    "get /health/ping health.ping",
    "put /health/{part} health.reset",
    "get /things/{id}/files/{rest} things.file",
    "get /things/{segment}/{segment_}/{rest} things.anything",
  ]);
});

Deno.test("toOpenAPI() gives paths that differ in the names of their parameters one name", () => {
  const change = find(everything, "things.change");
  assertEquals(change.parameters, [{ name: "id", in: "path", required: true, schema: { type: "string" } }]);
});

Deno.test("toOpenAPI() leaves out the address without a parameter that the schema asks for", () => {
  const { paths } = describe({
    a: igniter.query({ path: "/a/:n?", params: z.object({ n: z.string() }), handler }),
    b: igniter.query({ path: "/b/:n?", handler }),
  });
  assertEquals(Object.keys(paths), ["/x/a/{n}", "/x/b", "/x/b/{n}"]);
});

Deno.test("toOpenAPI() describes path parameters as their schema does, and wildcards in words", () => {
  assertEquals(find(everything, "things.one").parameters, [
    { name: "id", in: "path", required: true, schema: { type: "number" } },
    { name: "part", in: "path", required: true, schema: { type: "string", enum: ["a", "b"] } },
  ]);
  const [id, rest] = find(everything, "things.file").parameters ?? [];
  assertEquals([id?.name, rest?.name], ["id", "rest"]);
  assert(rest?.description?.startsWith("The rest of the path"));
  assertEquals(find(everything, "things.anything").parameters?.slice(0, 3).map(({ name }) => name), [
    "segment",
    "segment_",
    "rest",
  ]);
});

Deno.test("toOpenAPI() says of an action what its author says of it", () => {
  const { summary, description, tags, deprecated } = find(everything, "things.list");
  assertEquals([summary, description], ["Things", "Lists things.\n\nWith filters."]);
  assertEquals([tags, deprecated], [["reading", "lists"], true]);
  const { summary: line, ...ping } = find(everything, "health.ping");
  assertEquals([line, "description" in ping, "deprecated" in ping], ["Says that it is there", false, false]);
  assertEquals([ping.tags, find(everything, "home.page").summary], [["health"], "home.page"]);
  assertEquals(everything.tags, [
    { name: "reading" },
    { name: "lists" },
    { name: "Things", description: "All kinds of things" },
    { name: "home" },
    { name: "health" },
  ]);
});

Deno.test("toOpenAPI() makes parameters of a query's fields and of headers", () => {
  const { parameters = [] } = find(everything, "things.list");
  assertEquals(parameters.map((each) => [each.in, each.name, each.required ?? false]), [
    ["query", "page", false],
    ["query", "tag", false],
    ["query", "filter", false],
    ["query", "since", false],
    ["query", "rows", false],
    ["query", "id", true],
    // `authorization` is a matter of security schemes.
    ["header", "x-tenant", true],
    ["header", "if-match", false],
  ]);
  const [page, tag, filter, since, rows, id] = parameters;
  assertEquals([page?.schema.default, page?.schema.minimum], [1, 1]);
  assertEquals(tag, {
    name: "tag",
    in: "query",
    description: "Any of these",
    schema: { type: "array", items: { type: "string" } },
  });
  assertEquals([filter?.style, filter?.explode, filter?.schema.type], ["deepObject", true, "object"]);
  assertEquals(since?.schema, { type: "string", format: "date-time" });
  assertEquals(rows?.description, "Each item by its index: `rows[0][…]`");
  assertEquals(id?.schema, { type: "string", pattern: "^-?\\d+$" });
});

Deno.test("toOpenAPI() reads the fields of unions, and of what takes others too", () => {
  const document = describe({
    union: igniter.query({
      path: "/union",
      query: z.discriminatedUnion("kind", [
        z.object({ kind: z.literal("a"), at: z.string(), both: z.string() }),
        z.object({ kind: z.literal("b"), both: z.number() }),
      ]),
      handler,
    }),
    open: igniter.query({
      path: "/open",
      query: z.looseObject({ a: z.string(), b: z.string().optional() }),
      handler,
    }),
  });
  assertEquals(find(document, "x.union").parameters, [
    {
      name: "kind",
      in: "query",
      required: true,
      schema: { anyOf: [{ type: "string", const: "a" }, { type: "string", const: "b" }] },
    },
    { name: "at", in: "query", schema: { type: "string" } },
    { name: "both", in: "query", required: true, schema: { anyOf: [{ type: "string" }, { type: "number" }] } },
  ]);
  assertEquals(find(document, "x.open").parameters?.map(({ name, required }) => [name, required ?? false]), [
    ["a", true],
    ["b", false],
    ["others", false],
  ]);
});

Deno.test("toOpenAPI() describes bodies in the forms in which the server takes them", () => {
  const bodyOf = (key: string) => find(everything, key).requestBody;
  const binary = { type: "string", format: "binary" };
  assertEquals(Object.keys(bodyOf("things.plant")?.content ?? {}), ["application/json"]);
  assertEquals(bodyOf("things.plant")?.required, true);
  assertEquals(bodyOf("things.note"), {
    content: { "application/json": { schema: { type: "string" } }, "text/plain": { schema: { type: "string" } } },
  });
  assertEquals(bodyOf("things.avatar")?.content, { "application/octet-stream": { schema: binary } });
  assertEquals(bodyOf("things.hook")?.content, { "application/octet-stream": { schema: binary } });
  const form = dig(bodyOf("things.upload"), "content", "multipart/form-data");
  assertEquals(dig(form, "schema", "properties", "file"), { ...binary, contentMediaType: "image/png" });
  assertEquals(dig(form, "schema", "properties", "more"), { type: "array", items: binary });
  assertEquals(dig(form, "encoding"), { about: { style: "deepObject", explode: true } });
  assertEquals(bodyOf("health.reset"), undefined);
});

Deno.test("toOpenAPI() leaves what plain JSON cannot say out of it: the codec's body and forms have it", () => {
  const person = { $ref: "#/components/schemas/Person" };
  assertEquals(find(everything, "things.change").requestBody?.content, {
    "application/json": { schema: { $ref: "#/components/schemas/PersonJson" } },
    "application/vnd.igniter+json": {
      schema: {
        type: "object",
        required: ["json"],
        properties: { json: person, meta: { $ref: "#/components/schemas/Meta" } },
      },
    },
    "application/x-www-form-urlencoded": { schema: person },
  });
  assertEquals(everything.components.schemas.PersonJson, {
    type: "object",
    properties: { name: { type: "string" } },
    required: ["name"],
  });
  const { requestBody } = find(
    describe({ a: igniter.mutation({ body: z.object({ at: z.coerce.date() }), handler }) }),
    "x.a",
  );
  assertEquals(requestBody?.content["application/json"]?.schema.properties, {
    at: { type: "string", format: "date-time" },
  });
});

Deno.test("toOpenAPI() lists plain JSON only where something is left of a body", () => {
  const bodies: Readonly<Record<string, readonly [body: z.ZodType, plain: unknown]>> = {
    required: [z.object({ at: z.date() }), undefined],
    union: [z.object({ at: z.union([z.date(), z.string()]) }), {
      type: "object",
      properties: { at: { anyOf: [{ type: "string" }] } },
      required: ["at"],
    }],
    list: [z.object({ at: z.array(z.date()) }), {
      type: "object",
      properties: { at: { type: "array", items: false } },
      required: ["at"],
    }],
    some: [z.object({ at: z.array(z.date()).min(1) }), undefined],
    pair: [z.object({ at: z.tuple([z.string(), z.date()]) }), undefined],
    record: [z.record(z.string(), z.bigint()), {
      type: "object",
      propertyNames: { type: "string" },
      additionalProperties: false,
    }],
    both: [z.intersection(z.string(), z.date()), undefined],
    preprocessed: [z.preprocess((value) => new Date(String(value)), z.date()), { type: "string", format: "date-time" }],
    caught: [z.date().catch(new Date(0)), {
      type: "string",
      format: "date-time",
      default: "1970-01-01T00:00:00.000Z",
    }],
  };
  for (const [key, [body, plain]] of Object.entries(bodies)) {
    const { requestBody } = find(describe({ [key]: igniter.mutation({ body, handler }) }), `x.${key}`);
    assertEquals(requestBody?.content["application/json"]?.schema, plain as never, key);
  }
});

Deno.test("toOpenAPI() describes what leaves in the envelope, in the forms that travel", () => {
  const document = describe({
    a: igniter.query({
      output: z.object({
        at: z.date().default(new Date(0)),
        big: z.bigint(),
        set: z.set(z.string()),
        map: z.map(z.string(), z.string()),
        url: z.instanceof(URL),
        bytes: z.instanceof(Uint8Array),
        kind: z.literal([1n, "a"]),
        length: z.string().transform((text) => text.length).pipe(z.number()),
      }),
      handler: handler as never,
    }),
    always: igniter.query({ path: "/always", output: z.string().default("x"), handler: () => "y" }),
    maybe: igniter.query({ path: "/maybe", output: z.string().optional(), handler: () => undefined }),
  });
  const dataOf = (key: string): unknown => {
    const envelope = answerOf(document, key, "200");
    assertEquals(Object.keys(dig(envelope, "properties") as object), ["data", "error"]);
    assertEquals(dig(envelope, "properties", "error"), { type: "null" });
    return dig(envelope, "properties", "data");
  };
  assertEquals(dig(dataOf("x.a"), "properties"), {
    at: { type: "string", format: "date-time", default: "1970-01-01T00:00:00.000Z" },
    big: { type: "string", pattern: "^-?\\d+$" },
    set: { type: "array", uniqueItems: true },
    map: { type: "array", items: { type: "array", minItems: 2, maxItems: 2 } },
    url: { type: "string", format: "uri" },
    bytes: { type: "string", contentEncoding: "base64" },
    kind: { enum: ["1", "a"] },
    length: { type: "number" },
  });
  assertEquals(dataOf("x.always"), { type: "string", default: "x" });
  assertEquals(dataOf("x.maybe"), { anyOf: [{ type: "string" }, { type: "null" }] });
});

Deno.test("toOpenAPI() lists the framework's failures that can occur, and the declared ones, by status", () => {
  const statuses = (key: string) => Object.keys(find(everything, key).responses);
  assertEquals(statuses("home.page"), ["200", "400", "500", "503", "2XX", "default"]);
  assertEquals(statuses("things.upload"), ["200", "400", "413", "415", "500", "503", "504", "2XX", "default"]);
  assertEquals(statuses("things.one"), ["200", "400", "404", "409", "500", "503", "2XX", "default"]);

  const one = find(everything, "things.one");
  const errorOf = (status: string): unknown => dig(answerOf(everything, "things.one", status), "properties", "error");
  assertEquals(errorOf("404"), {
    type: "object",
    required: ["code", "message", "data"],
    properties: {
      code: { type: "string", const: "ERR_NOT_FOUND" },
      message: { type: "string" },
      data: { type: "object", properties: { id: { type: "number" } }, required: ["id"] },
    },
  });
  assertEquals(dig(one.responses, "404", "description"), "`ERR_NOT_FOUND`: No such thing");
  const alternatives = dig(errorOf("400"), "anyOf") as readonly unknown[];
  assertEquals(alternatives.map((each) => dig(each, "$ref") ?? dig(each, "properties", "code", "const")), [
    "#/components/schemas/ERR_BAD_REQUEST",
    "#/components/schemas/ERR_VALIDATION",
    "STRANGE",
  ]);
  assertEquals(find(everything, "things.hook").responses["413"], {
    $ref: "#/components/responses/ERR_BODY_TOO_LARGE",
  });
});

Deno.test("toOpenAPI() describes streams as server-sent events whose data is JSON", () => {
  const live = answerOf(everything, "things.live", "200", "text/event-stream");
  const [message, ...frames] = dig(live, "anyOf") as readonly unknown[];
  assertEquals(dig(message, "properties", "data"), {
    type: "string",
    contentMediaType: "application/json",
    contentSchema: { $ref: "#/components/schemas/Person" },
  });
  assertEquals(
    frames.map((frame) => dig(frame, "$ref")),
    ["Opened", "Failed", "Ended"].map((name) => `#/components/schemas/Stream${name}`),
  );
});

Deno.test("toOpenAPI() makes one component of a schema with an id, and of one that holds itself", () => {
  const own = ({ components: { schemas } }: OpenAPIDocument) =>
    Object.keys(schemas).filter((name) => !/^(ERR_\w+|AnyError|Failure|Issue|Meta|Success|Stream\w+)$/.test(name));
  // As input and as output they are the same.
  assertEquals(own(everything), ["Person", "PersonJson", "things.change.output"]);
  const tree = { $ref: "#/components/schemas/things.change.output" };
  assertEquals(everything.components.schemas["things.change.output"], {
    type: "object",
    properties: { label: { type: "string" }, children: { type: "array", items: tree } },
    required: ["label", "children"],
  });
  assertEquals(find(everything, "things.plant").requestBody?.content["application/json"]?.schema, tree);

  const Job = z.object({ at: z.number().default(1) }).meta({ id: "Job" });
  const Other = z.object({ other: z.string() }).meta({ title: "Job" });
  const Mean = z.object({ x: z.string() }).meta({ title: "Failure" });
  const Label = z.string().meta({ title: "Label" });
  const document = describe({
    a: igniter.mutation({ path: "/a", body: Job, output: Job, handler: handler as never }),
    b: igniter.mutation({ path: "/b", body: Other, output: z.array(Mean), handler: handler as never }),
    c: igniter.mutation({ path: "/c", body: z.object({ Label, nested: z.object({ Other }) }), handler }),
  });
  assertEquals(own(document), ["FailureOutput", "Job", "JobInput", "Job_2"]);
  assertEquals(document.components.schemas.Job?.required, ["at"]);
  assertEquals(document.components.schemas.JobInput?.required, undefined);
  assertEquals(find(document, "x.b").requestBody?.content["application/json"]?.schema, {
    $ref: "#/components/schemas/Job_2",
  });
  assertEquals(
    dig(find(document, "x.c").requestBody, "content", "application/json", "schema", "properties", "Label"),
    { type: "string", title: "Label" },
  );
});

Deno.test("toOpenAPI() says of a schema without a JSON Schema that nothing is known of it", () => {
  const silent = {
    "~standard": { version: 1, vendor: "mine", validate: (value: unknown) => ({ value }) },
  } as const;
  const document = describe({
    a: igniter.mutation({ query: silent, body: silent, output: silent, handler: handler as never }),
  });
  const description = "Validated by mine, which does not describe it as a JSON Schema";
  const { parameters, requestBody } = find(document, "x.a");
  assertEquals(parameters, [
    { name: "query", in: "query", style: "form", explode: true, schema: { type: "object", description } },
  ]);
  assertEquals(requestBody, { content: { "application/json": { schema: { description } } } });
});

Deno.test("toOpenAPI() reads what other libraries say in their own way", () => {
  const { requestBody } = find(
    describe({ a: igniter.mutation({ body: type({ when: "Date", "big?": "bigint", file: "File" }), handler }) }),
    "x.a",
  );
  const { properties } = requestBody?.content["multipart/form-data"]?.schema ?? {};
  assertEquals(properties, {
    when: { type: "string", format: "date-time" },
    big: { type: "string", pattern: "^-?\\d+$" },
    file: { type: "string", format: "binary" },
  });

  // Its own names are counted through the whole process: they would not be the same each time.
  const { node } = scope({ node: { name: "string", "next?": "node" } }).export();
  const list: v.GenericSchema = v.object({ next: v.optional(v.lazy(() => list)) });
  const { components } = describe({
    ark: igniter.mutation({ path: "/ark", body: node, handler }),
    valibot: igniter.mutation({ path: "/valibot", body: toStandardJsonSchema(list), handler }),
    blob: igniter.mutation({ path: "/blob", body: toStandardJsonSchema(v.object({ b: v.blob() })), handler }),
  });
  assertEquals(Object.keys(components.schemas).filter((name) => name.startsWith("x.")), [
    "x.ark.body",
    "x.valibot.body",
  ]);
});

Deno.test("toOpenAPI() leaves out what is not to be included, its tags too", () => {
  const seen: unknown[] = [];
  const document = toOpenAPI(createEverything(), {
    include: (action) => {
      seen.push(action);
      return action.tags.includes("reading");
    },
  });
  assertEquals([Object.keys(document.paths), document.tags], [["/things"], [{ name: "reading" }, { name: "lists" }]]);
  assertEquals(toOpenAPI(createEverything(), { include: ["lists", "reading"] }), document);
  assertThrows(() => toOpenAPI(createEverything(), { include: ["list"] }), TypeError, 'no action has the tag "list"');
  assertEquals(seen[0], {
    key: "things.list",
    method: "GET",
    path: "/things",
    tags: ["reading", "lists"],
    deprecated: true,
  });
});

Deno.test("toOpenAPI() describes RPC addresses when it is asked to", () => {
  assertEquals(Object.keys(everything.paths).filter((path) => path.startsWith("/_/")), []);
  const { paths } = toOpenAPI(createEverything(), { rpc: true });
  const one = paths["/_/rpc/things.one"]?.get;
  assertEquals([one?.operationId, one?.parameters?.map(({ name, required }) => [name, required ?? false])], [
    "things.one.rpc",
    [["~id", true], ["~part", false]],
  ]);
  assertEquals(Object.keys(paths["/_/rpc/things.change"] ?? {}), ["post"]);
  assertEquals(Object.keys(paths["/_/rpc/health.reset"] ?? {}), ["post"]);
});

Deno.test("toOpenAPI() writes the same each time and changes no schema", () => {
  const router = createEverything();
  const first = toOpenAPI(router);
  const schemas = JSON.stringify([Person, Tree].map((schema) => z.toJSONSchema(schema, { unrepresentable: "any" })));
  assertStrictEquals(JSON.stringify(toOpenAPI(router)), JSON.stringify(first));
  assertStrictEquals(JSON.stringify(toOpenAPI(createEverything())), JSON.stringify(first));
  assertEquals(
    JSON.stringify([Person, Tree].map((schema) => z.toJSONSchema(schema, { unrepresentable: "any" }))),
    schemas,
  );
});

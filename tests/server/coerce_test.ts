import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertNotStrictEquals,
  assertObjectMatch,
  assertRejects,
  assertThrows,
} from "@std/assert";
// deno-lint-ignore no-import-prefix -- only this test checks these libraries; the package does not depend on them
import { type } from "npm:arktype@2";
// deno-lint-ignore no-import-prefix -- as above
import * as v from "npm:valibot@1";
// deno-lint-ignore no-import-prefix -- as above
import { toStandardJsonSchema } from "npm:@valibot/to-json-schema@1";
import { z } from "zod";
import { coerceAndValidate, compileCoercion, schemaFacts } from "../../server/coerce.ts";
import { nestQuery, parseQuery } from "../../server/contract/parse_query.ts";
import { stringifyQuery } from "../../server/contract/query_string.ts";
import type { Schema, Validated } from "../../server/contract/schema.ts";

/** Raw strings as a request holds them: objects without a prototype. */
function raw(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(raw);
  if (typeof value !== "object" || value === null || value instanceof File) return value;
  const object = Object.create(null) as Record<string, unknown>;
  for (const [key, item] of Object.entries(value)) object[key] = raw(item);
  return object;
}

/** What the schema makes of the raw strings, with its coercion. */
function read(schema: Schema, input: unknown): Validated | Promise<Validated> {
  return coerceAndValidate(schema, compileCoercion(schema), raw(input));
}

/** The same for a schema that is synchronous, which it is then too. */
function readNow(schema: Schema, input: unknown): Validated {
  const result = read(schema, input);
  assert(!(result instanceof Promise));
  return result;
}

/** What the schema makes of one field: its value, or the refusal's paths. */
function readField(schema: z.ZodType, text: unknown): { value: unknown } | { refused: PropertyKey[][] } {
  const result = readNow(z.object({ field: schema }), text === undefined ? {} : { field: text });
  if (result.issues !== undefined) return { refused: result.issues.map(({ path }) => [...path]) };
  return { value: (result.value as { field?: unknown }).field };
}

/** A row: the field's string(s), and the value or `REFUSED`. */
type Row = readonly [text: unknown, expected: unknown];

const REFUSED = Symbol("refused at the field");

function checkRows(schema: z.ZodType, rows: readonly Row[]): void {
  for (const [text, expected] of rows) {
    const wanted = expected === REFUSED ? { refused: [["field"]] } : { value: expected };
    assertEquals(readField(schema, text), wanted, `for ${Deno.inspect(text)}`);
  }
}

function table(
  name: string,
  cases: Readonly<Record<string, readonly [schema: z.ZodType, ...rows: readonly Row[]]>>,
): void {
  for (const [what, [schema, ...rows]] of Object.entries(cases)) {
    Deno.test(`${name}: ${what}`, () => checkRows(schema, rows));
  }
}

/** A Standard Schema written by hand: `check` gives the complaint, by key. */
function handMade(
  jsonSchema: Record<string, unknown> | undefined,
  check: (value: Record<string, unknown>) => Record<string, string> = () => ({}),
): Schema & { seen: unknown[] } {
  const seen: unknown[] = [];
  const standard = {
    version: 1 as const,
    vendor: "hand",
    validate: (value: unknown) => {
      seen.push(value);
      const issues = Object.entries(check(value as Record<string, unknown>)).map(([key, message]) => ({
        path: [{ key }],
        message,
      }));
      return issues.length > 0 ? { issues } : { value };
    },
  };
  return {
    seen,
    "~standard": jsonSchema === undefined
      ? standard
      : { ...standard, jsonSchema: { input: () => jsonSchema } } as Schema["~standard"],
  };
}

const uuid = "6f1c1d2e-7a3b-4c5d-8e9f-0a1b2c3d4e5f";

// --- R2 and D7

table("R2 coerceAndValidate() reads a number", {
  "z.number()": [z.number(), ["2", 2], ["-1.5", -1.5], ["+3", 3], [".5", 0.5], ["1e3", 1000], ["1E-2", 0.01], [
    "007",
    7,
  ]],
  "only as a strict decimal": [
    z.number(),
    ...["abc", "0x10", " 1", "1 ", " ", "1_000", "1,5", "1.", ".", "-", "Infinity", "NaN", "1e999", "0b1", "١"].map((
      text,
    ) => [text, REFUSED] as const),
  ],
  "README's optional with a default": [z.number().optional().default(1), ["2", 2], [undefined, 1], ["abc", REFUSED]],
  "z.coerce.number(), which may read more": [z.coerce.number(), ["2", 2], ["0x10", 16], ["abc", REFUSED]],
  "optional, nullable, branded, readonly, lazy, prefault, transformed": [
    z.lazy(() => z.number().nullable().optional().readonly()).transform((n) => n ?? null),
    ["2", 2],
    [undefined, null],
    ["null", REFUSED],
  ],
  "z.int(), never rounded": [
    z.int(),
    ["9007199254740991", 9007199254740991],
    ["9007199254740992", REFUSED],
    ["9007199254740993", REFUSED],
    ["1.0", 1],
    ["1e3", 1000],
    ["1.5", REFUSED],
    ["1.00000000000000000001", REFUSED],
    ["1e-400", REFUSED],
  ],
});

table("D7 the empty string is an issue, not a value", {
  "number with a default": [z.number().optional().default(1), ["", REFUSED]],
  "z.coerce.number(), which would make it 0": [z.coerce.number(), ["", REFUSED]],
  "z.int()": [z.int().optional(), ["", REFUSED]],
  "z.coerce.boolean(), which would make it false": [z.coerce.boolean(), ["", REFUSED]],
  "boolean with a default": [z.boolean().default(true), ["", REFUSED]],
  "z.coerce.bigint(), which would make it 0n": [z.coerce.bigint(), ["", REFUSED]],
  "date with a default": [z.date().default(new Date(0)), ["", REFUSED]],
  "number or null": [z.number().nullable(), ["", REFUSED]],
  "a number beside a UUID": [z.uuid().or(z.coerce.number()), ["", REFUSED]],
  "but a string stays one": [z.string(), ["", ""]],
  "and a constant may be it": [z.literal("").or(z.number()), ["", ""], ["5", 5]],
  "and a pattern may take it": [z.string().regex(/^x*$/).or(z.number()), ["", ""], ["5", 5], ["x", "x"]],
  "and .catch() is the schema's own answer": [z.number().catch(3), ["", 3], ["abc", 3], ["5", 5]],
  "and z.preprocess may say what it means": [
    z.preprocess((text) => text === "" ? undefined : text, z.number().optional()),
    ["", undefined],
    ["5", 5],
    ["x", REFUSED],
  ],
});

Deno.test("D7 an empty string's issue comes with the schema's other issues, once for each place", () => {
  const schema = z.object({ n: z.coerce.number(), m: z.number(), list: z.array(z.number()), ok: z.number() });
  const result = read(schema, { n: "", m: "x", list: ["1", ""], ok: "1" });
  assertEquals(result, {
    issues: [
      { path: ["n"], message: "Expected number, received an empty string" },
      { path: ["list", 1], message: "Expected number, received an empty string" },
      { path: ["m"], message: "Invalid input: expected number, received string" },
    ],
  });
});

table("R2 coerceAndValidate() reads a boolean", {
  "z.boolean()": [
    z.boolean(),
    ["true", true],
    ["false", false],
    ["on", true],
    ...["1", "0", "off", "TRUE", "yes", " true"].map((text) => [text, REFUSED] as const),
  ],
  "z.coerce.boolean(), for which false is not truthy": [z.coerce.boolean(), ["false", false], ["true", true]],
  "z.stringbool(), which reads strings itself": [z.stringbool(), ["0", false], ["yes", true], ["on", true]],
});

table("D7 coerceAndValidate() reads a date", {
  "z.date()": [
    z.date(),
    ["2024-02-29", new Date("2024-02-29T00:00:00Z")],
    ["2024-02-29T10:00Z", new Date("2024-02-29T10:00:00Z")],
    ["2024-02-29T10:00:00.123+02:00", new Date("2024-02-29T08:00:00.123Z")],
    ["+275760-09-13T00:00:00.000Z", new Date(8.64e15)],
    ...[
      "2023-02-29",
      "2024-04-31",
      "2024-13-01",
      "2024-1-1",
      "2024",
      "0",
      "1709164800000",
      "2024-02-29T10:00",
      "2024-02-29T24:00Z",
      "2024-02-29 10:00Z",
      "Thu, 29 Feb 2024 00:00:00 GMT",
      "+275760-09-14",
    ].map((text) => [text, REFUSED] as const),
  ],
  "optional, with a bound": [
    z.date().min(new Date("2024-01-01")).optional(),
    ["2024-06-01", new Date("2024-06-01")],
    ["2023-06-01", REFUSED],
    [undefined, undefined],
  ],
  "z.coerce.date(), which may read more": [z.coerce.date(), ["2024-02-29", new Date("2024-02-29")], [
    "1970",
    new Date(0),
  ]],
  "z.iso.datetime() is a string": [z.iso.datetime(), ["2024-02-29T10:00:00Z", "2024-02-29T10:00:00Z"]],
});

table("D7 coerceAndValidate() reads a bigint", {
  "z.bigint()": [
    z.bigint(),
    ["12345678901234567890", 12345678901234567890n],
    ["-1", -1n],
    ...["1.0", "0x1", "1n", "", "9".repeat(1001)].map((text) => [text, REFUSED] as const),
  ],
  "int64, nullable, with a default": [z.int64().nullable().default(7n), ["5", 5n], [undefined, 7n], [
    "9".repeat(30),
    REFUSED,
  ]],
  "a literal": [z.literal(10n), ["10", 10n], ["11", REFUSED]],
  "beside constants": [z.literal([10n, "all"]), ["10", 10n], ["all", "all"]],
  "beside a number, which takes what it can hold": [z.number().or(z.bigint()), ["5", 5], ["1.5", 1.5], [
    "9007199254740993",
    9007199254740993n,
  ]],
});

table("D7 coerceAndValidate() reads constants", {
  "number": [z.literal(1), ["1", 1], ["2", REFUSED]],
  "of several types": [z.literal([1, 2, "x", true]), ["2", 2], ["x", "x"], ["true", true], ["3", REFUSED]],
  "z.enum of numbers": [z.enum({ A: 1, B: 2 }), ["2", 2], ["3", REFUSED]],
  "z.enum of digits stays": [z.enum(["1", "2"]), ["1", "1"]],
  "a string of a union that is the constant stays": [z.enum(["1", "all"]).or(z.number()), ["1", "1"], ["all", "all"], [
    "2",
    2,
  ]],
  "null where nothing else is allowed": [z.null(), ["null", null], ["x", REFUSED]],
});

table("R2 coerceAndValidate() reads a list", {
  "of strings": [z.array(z.string()), [["a", "b"], ["a", "b"]], ["a", ["a"]]],
  "of numbers": [z.array(z.number()), [["1", "2"], [1, 2]], ["1", [1]]],
  "optional": [z.array(z.int()).optional(), ["1", [1]], [undefined, undefined]],
  "of dates": [z.array(z.date()), ["2024-01-01", [new Date("2024-01-01")]]],
  "of lists": [z.array(z.array(z.number())), [["1", "2"], [[1], [2]]]],
  "tuple with a rest": [z.tuple([z.number(), z.string()], z.boolean()), [["1", "2", "true", "false"], [
    1,
    "2",
    true,
    false,
  ]]],
  "not where none is asked for": [z.number(), [["1", "2"], REFUSED]],
  "nor for a string": [z.string(), [["a", "b"], REFUSED]],
  "or one value: the value is preferred": [z.number().or(z.array(z.number())), ["1", 1], [["1", "2"], [1, 2]]],
  "or one string: it stays": [z.string().or(z.array(z.string())), ["1", "1"], [["1", "2"], ["1", "2"]]],
  "or a boolean: what is none is listed": [z.boolean().or(z.array(z.string())), ["true", true], ["x", ["x"]]],
  "or an address: the schema decides": [z.email().or(z.array(z.string())), ["a@b.co", "a@b.co"], ["x", ["x"]]],
});

Deno.test("R2 one empty value of a list of numbers is refused at its place", () => {
  assertEquals(readField(z.array(z.number()), ""), { refused: [["field", 0]] });
});

// --- What the schema takes as it is

table("D7 a string that the schema takes as it is stays", {
  "string": [z.string(), ["1", "1"], ["true", "true"], ["2024-01-01", "2024-01-01"]],
  "any": [z.any(), ["1", "1"], [["1"], ["1"]]],
  "string or number": [z.string().or(z.number()), ["1", "1"]],
  "number or string or null": [z.number().or(z.string()).nullable(), ["null", "null"], ["1", "1"]],
  "z.json()": [z.json(), ["1", "1"], [["1", "true"], ["1", "true"]]],
  "z.string().transform(Number)": [z.string().transform(Number), ["5", 5], ["", 0]],
  "z.string().pipe(z.coerce.number())": [z.string().pipe(z.coerce.number()), ["5", 5]],
  "a codec's input": [
    z.codec(z.iso.datetime(), z.date(), { decode: (text) => new Date(text), encode: (date) => date.toISOString() }),
    ["2024-01-01T00:00:00Z", new Date("2024-01-01")],
  ],
  "a template literal": [z.templateLiteral(["v", z.number()]), ["v1", "v1"]],
  "undefined is no string": [z.union([z.number(), z.undefined()]), ["1", 1], ["x", REFUSED]],
});

table("D7 where only the schema can tell, it sees the string as it is first", {
  "z.uuid().or(z.number())": [z.uuid().or(z.number()), [uuid, uuid], ["5", 5], ["x", REFUSED]],
  "four digits or a number": [z.string().regex(/^\d{4}$/).or(z.number()), ["1234", "1234"], ["123", 123]],
  "a short string or a date": [z.string().max(3).or(z.date()), ["abc", "abc"], ["2024-01-01", new Date("2024-01-01")]],
  "in a list": [z.array(z.uuid().or(z.number())), [[uuid, "5"], [uuid, 5]]],
  "with .catch(), which takes anything": [z.uuid().or(z.number()).catch(0), ["5", 5], [uuid, uuid], ["x", 0]],
  "z.preprocess on strings": [
    z.preprocess((text) => String(text).split(","), z.array(z.coerce.number())),
    ["1,2", [1, 2]],
  ],
  "z.preprocess on one or many": [
    z.preprocess((value) => [value].flat(), z.array(z.number())),
    ["5", [5]],
    [["5", "6"], [5, 6]],
  ],
});

Deno.test("coerceAndValidate() validates twice only when a doubtful string was refused", () => {
  let runs = 0;
  const counted = z.object({ id: z.uuid().or(z.number()), n: z.number() }).superRefine(() => void runs++);
  const coercion = compileCoercion(counted);
  assertEquals(coerceAndValidate(counted, coercion, raw({ id: uuid, n: "1" })), { value: { id: uuid, n: 1 } });
  assertEquals(runs, 1);
  const { seen, ...schema } = handMade(
    { type: "object", properties: { id: { anyOf: [{ type: "string", format: "uuid" }, { type: "number" }] } } },
    ({ id }) => id === "5" ? { id: "not a UUID" } : {},
  );
  assertEquals(read(schema, { id: "5" }), { value: { id: 5 } });
  assertEquals(read(schema, { id: "6" }), { value: { id: "6" } });
  assertEquals(seen, [{ id: "5" }, { id: 5 }, { id: "6" }]);
});

Deno.test("coerceAndValidate() coerces in the second phase only what was refused in the first", () => {
  const either = { anyOf: [{ type: "string", minLength: 1 }, { type: "number" }] };
  const schema = handMade(
    { type: "object", properties: { a: either, b: either, c: { type: "object", properties: { d: either } } } },
    ({ a }) => typeof a === "string" ? { a: "no" } : {},
  );
  assertEquals(read(schema, { a: "1", b: "2", c: { d: "3" } }), { value: { a: 1, b: "2", c: { d: "3" } } });
});

// --- Objects

Deno.test("R34 nested objects are read as the client writes them", () => {
  const schema = z.object({
    filter: z.object({ min: z.number(), tags: z.array(z.int()), since: z.date(), deep: z.object({ on: z.boolean() }) }),
    items: z.array(z.object({ name: z.string(), count: z.number() })),
    q: z.string().optional(),
  });
  const query = {
    filter: { min: 1.5, tags: [7], since: new Date(86_400_000), deep: { on: false } },
    items: [{ name: "1", count: 1 }, { name: "b", count: 2 }],
  };
  assert(schemaFacts(schema)?.nests);
  assertEquals(read(schema, nestQuery(parseQuery(stringifyQuery({ ...query, q: undefined })))), { value: query });
});

Deno.test("coerceAndValidate() reads one object where a list of objects is asked for", () => {
  const schema = z.object({ items: z.array(z.object({ n: z.number() })) });
  assertEquals(read(schema, { items: { n: "1" } }), { value: { items: [{ n: 1 }] } });
});

Deno.test("coerceAndValidate() reads twenty levels of objects and lists", () => {
  let schema: z.ZodType = z.object({ n: z.number() });
  let input: unknown = { n: "1" };
  let output: unknown = { n: 1 };
  for (let level = 0; level < 20; level++) {
    schema = z.object({ n: z.int(), child: level % 2 ? schema : z.array(schema) });
    input = { n: String(level), child: level % 2 ? input : [input] };
    output = { n: level, child: level % 2 ? output : [output] };
  }
  assertEquals(read(schema, input), { value: output });
});

interface Category {
  size: number;
  parts?: Category[] | undefined;
}

Deno.test("coerceAndValidate() follows recursive schemas as deep as the input goes", () => {
  const Category: z.ZodType<Category> = z.object({
    size: z.number(),
    get parts() {
      return z.array(Category).optional();
    },
  });
  const input = { size: "1", parts: [{ size: "2" }, { size: "3", parts: [{ size: "x" }] }] };
  const result = readNow(Category, input);
  assertEquals(result.issues?.map(({ path }) => path), [["parts", 1, "parts", 0, "size"]]);
  assertEquals(read(z.object({ root: z.lazy(() => Category) }), { root: { size: "1", parts: [{ size: "2" }] } }), {
    value: { root: { size: 1, parts: [{ size: 2 }] } },
  });
});

Deno.test("compileCoercion() ends on a recursive schema of strings: there is nothing to coerce", () => {
  const Text: z.ZodType = z.object({
    text: z.string(),
    get next() {
      return Text.optional();
    },
  });
  assertEquals(compileCoercion(Text), undefined);
});

Deno.test("compileCoercion() ends on references that lead nowhere", () => {
  const schema = handMade({
    $defs: { self: { $ref: "#/$defs/self" }, loop: { anyOf: [{ $ref: "#/$defs/loop" }, { type: "number" }] } },
    type: "object",
    properties: {
      self: { $ref: "#/$defs/self" },
      loop: { $ref: "#/$defs/loop" },
      gone: { $ref: "#/$defs/gone" },
      far: { $ref: "https://example.com/schema" },
      proto: { $ref: "#/__proto__" },
    },
  });
  assertEquals(read(schema, { self: "1", loop: "1", gone: "1", far: "1", proto: "1" }), {
    value: { self: "1", loop: 1, gone: "1", far: "1", proto: "1" },
  });
});

Deno.test("compileCoercion() reads local references, escaped ones too", () => {
  const schema = handMade({
    $defs: { "a/b~c d%": { type: "integer" }, list: { type: "array", items: { $ref: "#/$defs/a~1b~0c d%" } } },
    type: "object",
    properties: {
      n: { $ref: "#/$defs/a~1b~0c d%" },
      list: { $ref: "#/$defs/list" },
      encoded: { $ref: "#/%24defs/list" },
    },
  });
  assertEquals(read(schema, { n: "1", list: "2", encoded: "3" }), { value: { n: 1, list: [2], encoded: [3] } });
});

Deno.test("coerceAndValidate() chooses among a union's objects by what tells them apart", () => {
  const byKind = z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("number"), value: z.number() }),
    z.object({ kind: z.literal("text"), value: z.string() }),
    z.object({ kind: z.literal(1), value: z.boolean() }),
    z.discriminatedUnion("unit", [
      z.object({ kind: z.literal("size"), unit: z.literal("px"), value: z.int() }),
      z.object({ kind: z.literal("size"), unit: z.literal("css"), value: z.string() }),
    ]),
  ]);
  const rows: readonly [Record<string, string>, unknown][] = [
    [{ kind: "number", value: "5" }, { kind: "number", value: 5 }],
    [{ kind: "text", value: "5" }, { kind: "text", value: "5" }],
    [{ kind: "1", value: "true" }, { kind: 1, value: true }],
    [{ kind: "size", unit: "px", value: "5" }, { kind: "size", unit: "px", value: 5 }],
    [{ kind: "size", unit: "css", value: "5" }, { kind: "size", unit: "css", value: "5" }],
  ];
  for (const [input, value] of rows) assertEquals(read(byKind, input), { value });
  const unknown = readNow(byKind, { kind: "other", value: "5" });
  assertEquals(unknown.issues?.map(({ path }) => path), [["kind"]]);
});

Deno.test("coerceAndValidate() chooses among a union's objects by the keys they need", () => {
  const schema = z.union([z.object({ id: z.number() }), z.object({ id: z.string(), scope: z.string() })]);
  assertEquals(read(schema, { id: "1" }), { value: { id: 1 } });
  assertEquals(read(schema, { id: "1", scope: "a" }), { value: { id: "1", scope: "a" } });
});

Deno.test("coerceAndValidate() coerces below a union that was refused as a whole", () => {
  const one = z.object({ a: z.number(), kind: z.literal("x").optional() });
  const other = z.object({ a: z.email(), kind: z.literal("y").optional() });
  const schema = z.object({ f: z.union([one, other]) });
  assertEquals(read(schema, { f: { a: "1" } }), { value: { f: { a: 1 } } });
  assertEquals(read(schema, { f: { a: "a@b.co" } }), { value: { f: { a: "a@b.co" } } });
});

Deno.test("compileCoercion() stops multiplying alternatives before it takes long", () => {
  const wide = (prefix: string) => ({
    anyOf: Array.from({ length: 40 }, (_, i) => ({ type: "object", properties: { [prefix + i]: { type: "number" } } })),
  });
  const schema = handMade({ type: "object", allOf: ["a", "b", "c", "d", "e"].map(wide) });
  assertEquals(read(schema, { a7: "1" }), { value: { a7: 1 } });
});

Deno.test("compileCoercion() takes anything where it does not know the type", () => {
  assertEquals(compileCoercion(handMade({ type: "object", properties: { n: { type: "decimal" } } })), undefined);
});

Deno.test("coerceAndValidate() reads intersections", () => {
  const paging = z.object({ page: z.number() });
  assertEquals(read(paging.and(z.object({ all: z.boolean() })), { page: "1", all: "true" }), {
    value: { page: 1, all: true },
  });
  const either = z.union([z.object({ at: z.date() }), z.object({ id: z.bigint() })]);
  const named = z.object({ n: z.number() }).meta({ id: "coerce-test-named" });
  assertEquals(read(z.intersection(paging, either), { page: "1", id: "2" }), { value: { page: 1, id: 2n } });
  assertEquals(read(z.intersection(named, z.record(z.string(), z.number())), { n: "1", m: "2" }), {
    value: { n: 1, m: 2 },
  });
});

Deno.test("coerceAndValidate() reads the open keys of records and catchalls", () => {
  const rows: readonly [Schema, unknown, unknown][] = [
    [z.record(z.string(), z.number()), { a: "1", b: "2" }, { a: 1, b: 2 }],
    [z.record(z.enum(["a", "b"]), z.boolean()), { a: "true", b: "false" }, { a: true, b: false }],
    [z.record(z.string(), z.object({ n: z.number() })), { a: { n: "1" } }, { a: { n: 1 } }],
    [z.object({ a: z.string() }).catchall(z.number()), { a: "1", b: "2" }, { a: "1", b: 2 }],
    [z.looseObject({ a: z.number() }), { a: "1", b: "2" }, { a: 1, b: "2" }],
    [z.looseRecord(z.string().regex(/^n_/), z.number()), { n_a: "1", b: "2" }, { n_a: 1, b: "2" }],
    [
      handMade({
        type: "object",
        properties: { n_text: { type: "string" } },
        patternProperties: { "^b_": { type: "boolean" }, "^n_": { type: ["number", "string"] } },
        additionalProperties: { type: "number" },
      }),
      { b_on: "true", n_text: "1", other: "1" },
      { b_on: true, n_text: "1", other: 1 },
    ],
  ];
  for (const [schema, input, value] of rows) assertEquals(read(schema, input), { value });
});

Deno.test("R5 coerceAndValidate() leaves files as they are and lists a single one", () => {
  const [one, two] = [new File(["a"], "a"), new File(["b"], "b")];
  const schema = z.object({
    cover: z.file(),
    pages: z.array(z.file()),
    either: z.file().or(z.array(z.file())),
    count: z.number(),
    ids: z.array(z.int()),
    agree: z.boolean().default(false),
  });
  const form = { cover: one, pages: two, either: one, count: "2", ids: ["1", "2"], agree: "on" };
  assertEquals(read(schema, form), {
    value: { cover: one, pages: [two], either: one, count: 2, ids: [1, 2], agree: true },
  });
});

Deno.test("coerceAndValidate() never mutates what it is given", () => {
  const schema = z.object({ n: z.number(), list: z.array(z.number()), o: z.object({ n: z.number() }) });
  const input = raw({ n: "1", list: ["1"], o: { n: "1" } }) as Record<string, unknown>;
  for (const part of [input, input.list, input.o]) Object.freeze(part);
  assertEquals(coerceAndValidate(schema, compileCoercion(schema), input), { value: { n: 1, list: [1], o: { n: 1 } } });
  assertEquals(input, raw({ n: "1", list: ["1"], o: { n: "1" } }));
});

Deno.test("R14 coerceAndValidate() drops __proto__ and reads own properties only", () => {
  const { seen, ...schema } = handMade({
    type: "object",
    properties: { n: { type: "number" }, constructor: { type: "number" }, __proto__: { type: "number" } },
    additionalProperties: { type: "number" },
  });
  const polluted = JSON.parse('{ "n": "1", "__proto__": { "admin": "1" }, "toString": "2" }') as object;
  read(schema, polluted);
  const value = seen[0] as Record<string, unknown>;
  assertEquals(Object.entries(value), [["n", 1], ["toString", 2]]);
  assertEquals(Object.getPrototypeOf(value), Object.prototype);
  assertEquals(value.admin, undefined);
  assertEquals(({} as Record<string, unknown>).admin, undefined);
});

Deno.test("coerceAndValidate() hands plain objects to the schema, nested ones too", () => {
  const { seen, ...schema } = handMade({
    type: "object",
    properties: { o: { type: "object", properties: { n: { type: "number" } } } },
  });
  const input = raw({ o: { n: "1" } }) as { o: object };
  coerceAndValidate(schema, compileCoercion(schema), input);
  const value = seen[0] as { o: object };
  assertNotStrictEquals(value, input);
  assertEquals(Object.getPrototypeOf(value.o), Object.prototype);
});

Deno.test("coerceAndValidate() works with strict objects, and without coercion on objects without a prototype", () => {
  assertEquals(read(z.strictObject({ n: z.number() }), { n: "1" }), { value: { n: 1 } });
  for (
    const schema of [z.object({ a: z.string() }), z.strictObject({ a: z.string() }), z.record(z.string(), z.string())]
  ) {
    assertEquals(compileCoercion(schema), undefined);
    assertEquals(read(schema, { a: "1" }), { value: { a: "1" } });
  }
  assertEquals(read(z.looseObject({ a: z.string() }), { a: "1", b: "2" }), { value: { a: "1", b: "2" } });
});

Deno.test("coerceAndValidate() reads a root that is no object", () => {
  const rows: readonly [Schema, unknown, unknown][] = [
    [z.number(), "42", 42],
    [z.array(z.number()), "42", [42]],
    [z.array(z.number()), ["1", "2"], [1, 2]],
    [z.uuid().or(z.number()), "42", 42],
    [z.uuid().or(z.number()), uuid, uuid],
  ];
  for (const [schema, input, value] of rows) assertEquals(read(schema, input), { value });
  assertEquals(read(z.number(), ""), { issues: [{ path: [], message: "Expected number, received an empty string" }] });
});

// --- Standard Schemas of others

Deno.test("R2 compileCoercion() takes any Standard Schema that exposes JSON Schema", () => {
  const schema = handMade({
    type: "object",
    properties: {
      n: { type: "number" },
      i: { type: "integer" },
      b: { type: "boolean" },
      nothing: { const: null },
      choice: { enum: [1, true, "2"] },
      list: { items: { type: "number" } },
      pair: { type: "array", prefixItems: [{ type: "number" }, true], items: false },
      inner: { properties: { n: { type: ["number", "null"] } } },
      both: { allOf: [{ type: ["string", "number"] }, { type: "number", minimum: 1 }] },
      never: false,
      date: { type: "string", format: "date-time" },
      odd: { type: "object", patternProperties: { "(": { type: "number" }, "^\\-": { type: "number" } } },
    },
  });
  const input = {
    n: "1",
    i: "2",
    b: "true",
    nothing: "null",
    choice: "1",
    list: "3",
    pair: ["4", "5", "6"],
    inner: { n: "7" },
    both: "8",
    never: "9",
    date: "2024-01-01T00:00:00Z",
    odd: { "-a": "10", "(": "11" },
  };
  assertEquals(read(schema, input), {
    value: {
      n: 1,
      i: 2,
      b: true,
      nothing: null,
      choice: 1,
      list: [3],
      pair: [4, "5", "6"],
      inner: { n: 7 },
      both: 8,
      never: "9",
      date: "2024-01-01T00:00:00Z",
      odd: { "-a": 10, "(": "11" },
    },
  });
});

Deno.test("compileCoercion() takes Zod's toJSONSchema() where the standard one is missing", () => {
  const inner = z.object({ n: z.number(), at: z.date() });
  const { version, vendor, validate } = inner["~standard"];
  const older = {
    "~standard": { version, vendor, validate },
    toJSONSchema: (options: Parameters<typeof inner.toJSONSchema>[0]) => inner.toJSONSchema(options),
  };
  assertEquals(read(older, { n: "1", at: "2024-01-01" }), { value: { n: 1, at: new Date("2024-01-01") } });
});

Deno.test("compileCoercion() is undefined when there is nothing to coerce or nothing is known", () => {
  const throws = () => {
    throw new Error("cannot be represented");
  };
  const describing = (input: unknown): Schema => {
    const { seen: _seen, ...schema } = handMade(undefined);
    return { "~standard": { ...schema["~standard"], jsonSchema: { input } } as Schema["~standard"] };
  };
  const unknown = [handMade(undefined), describing(throws), describing(() => null), describing(undefined)];
  for (const schema of unknown) {
    assertEquals(compileCoercion(schema), undefined);
    assertEquals(schemaFacts(schema), undefined);
    assertEquals(read(schema, { n: "1" }), { value: raw({ n: "1" }) });
  }
  for (
    const schema of [z.object({ a: z.string(), b: z.enum(["1"]), c: z.any() }), z.string(), z.unknown(), z.never()]
  ) {
    assertEquals(compileCoercion(schema), undefined);
    assert(schemaFacts(schema) !== undefined);
  }
});

Deno.test("coerceAndValidate() is synchronous when the schema is and waits when it is not", async () => {
  const schema = z.object({ id: z.uuid().or(z.number()), n: z.coerce.number() });
  assertFalse(read(schema, { id: "5", n: "1" }) instanceof Promise);
  assertFalse(read(schema, { id: "5", n: "" }) instanceof Promise);

  const slow = schema.refine((value) => Promise.resolve(value.n < 10), { path: ["n"], message: "too much" });
  const pending = read(slow, { id: "5", n: "1" });
  assertInstanceOf(pending, Promise);
  assertEquals(await pending, { value: { id: 5, n: 1 } });
  assertEquals(await read(slow, { id: uuid, n: "11" }), { issues: [{ path: ["n"], message: "too much" }] });
  assertEquals(await read(slow, { id: uuid, n: "" }), {
    issues: [{ path: ["n"], message: "Expected number, received an empty string" }],
  });
});

Deno.test("coerceAndValidate() lets through what a schema throws", async () => {
  const fast = handMade({ type: "object", properties: { n: { type: "number" } } }, () => {
    throw new RangeError("a defect");
  });
  assertThrows(() => read(fast, { n: "1" }), RangeError, "a defect");

  const describes = {
    type: "object",
    properties: { id: { anyOf: [{ type: "string", minLength: 9 }, { type: "number" }] } },
  };
  const { "~standard": standard } = handMade(describes);
  const slow: Schema = {
    "~standard": {
      ...standard,
      validate: (value: unknown) =>
        typeof (value as { id: unknown }).id === "string"
          ? Promise.resolve({ issues: [{ path: ["id"], message: "too short" }] })
          : Promise.reject(new RangeError("a defect")),
    },
  };
  await assertRejects(async () => await read(slow, { id: "5" }), RangeError, "a defect");
});

Deno.test("R2 compileCoercion() takes ArkType's schemas, dates and bigints among them", () => {
  const schema = type({
    page: "number = 1",
    "at?": "Date",
    "id?": "bigint",
    "tags?": "number[]",
    "who?": "string.uuid | number",
    "on?": "boolean",
    "level?": "1 | 2 | 3",
    "count?": "number.integer > 0",
    "parsed?": "string.numeric.parse",
  });
  const input = {
    page: "2",
    at: "2024-01-01",
    id: "3",
    tags: "4",
    who: "5",
    on: "false",
    level: "2",
    count: "6",
    parsed: "7",
  };
  assertEquals(read(schema, input), {
    value: { page: 2, at: new Date("2024-01-01"), id: 3n, tags: [4], who: 5, on: false, level: 2, count: 6, parsed: 7 },
  });
  assertEquals(read(schema, { who: uuid }), { value: { page: 1, who: uuid } });
  const refused = readNow(schema, { count: "", page: "x" });
  // Its paths are arrays of its own class.
  assertEquals(refused.issues?.map(({ path }) => [...path]), [["count"], ["page"]]);
});

Deno.test("R2 compileCoercion() takes Valibot's schemas once they expose JSON Schema", () => {
  const schema = v.object({
    page: v.optional(v.number(), 1),
    at: v.optional(v.date()),
    id: v.optional(v.bigint()),
    tags: v.optional(v.array(v.pipe(v.number(), v.integer()))),
    who: v.optional(v.union([v.pipe(v.string(), v.uuid()), v.number()])),
  });
  const input = { page: "2", at: "2024-01-01", id: "3", tags: ["4"], who: "5" };
  assertEquals(compileCoercion(schema), undefined);
  const described = toStandardJsonSchema(schema);
  // Its results say `typed` as well.
  assertObjectMatch(readNow(described, input), {
    value: { page: 2, at: new Date("2024-01-01"), id: 3n, tags: [4], who: 5 },
  });
  assertObjectMatch(readNow(described, { who: uuid }), { value: { page: 1, who: uuid } });
});

// --- What is known of a schema

Deno.test("schemaFacts() tells what a schema takes and whether a field of it nests", () => {
  const rows: readonly [Schema, kinds: string, nests: boolean][] = [
    [z.object({ a: z.string(), b: z.array(z.string()), c: z.any() }), "object", false],
    [z.object({ filter: z.object({ a: z.string() }) }), "object", true],
    [z.object({ filter: z.object({ a: z.string() }).optional().default({ a: "x" }) }), "object", true],
    [z.object({ items: z.array(z.object({ a: z.string() })) }), "object", true],
    [z.object({ grid: z.array(z.array(z.number())) }), "object", true],
    [z.object({ either: z.string().or(z.record(z.string(), z.string())) }), "object", true],
    [z.record(z.string(), z.string()), "object", false],
    [z.record(z.string(), z.object({})), "object", true],
    [z.union([z.object({ a: z.string() }), z.object({ b: z.object({}) })]), "object", true],
    [z.string(), "text", false],
    [z.date(), "text", false],
    [z.array(z.object({})), "array", false],
    [z.string().or(z.object({ a: z.string() })), "text object", false],
    [z.unknown(), "text object array", false],
    [z.never(), "", false],
  ];
  for (const [schema, kinds, nests] of rows) {
    const takes = (kind: string) => kinds.split(" ").includes(kind);
    assertEquals(schemaFacts(schema), { text: takes("text"), object: takes("object"), array: takes("array"), nests });
  }
});

// --- Hostile inputs

Deno.test("coerceAndValidate() takes linear time on many doubtful, empty or long strings", () => {
  // A search through all issues for each doubtful string would take 2.5 billion steps; 5 million digits are no bigint.
  const many = 50_000;
  const schema = z.object({
    ids: z.array(z.uuid().or(z.number())),
    list: z.array(z.number()),
    big: z.bigint(),
    n: z.int(),
  });
  const digits = "9".repeat(5_000_000);
  const start = performance.now();
  const { issues } = readNow(schema, {
    ids: Array(many).fill("x"),
    list: Array(many).fill(""),
    big: digits,
    n: digits + "x",
  });
  assertEquals(issues?.length, 2 * many + 2);
  assert(performance.now() - start < 20_000);
});

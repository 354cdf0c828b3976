import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { nestQuery, parseQuery } from "../../server/contract/parse_query.ts";
import { isFlat, stringifyQuery } from "../../server/contract/query_string.ts";

/** Numbers in [0, 1) that are the same in each run (mulberry32). */
function createRandom(seed: number): () => number {
  return () => {
    seed = seed + 0x6d2b79f5 | 0;
    let t = Math.imul(seed ^ seed >>> 15, 1 | seed);
    t = t + Math.imul(t ^ t >>> 7, 61 | t) ^ t;
    return ((t ^ t >>> 14) >>> 0) / 4294967296;
  };
}

/** What the server sees of a query that a client wrote; as objects with a prototype, for comparing. */
function received(query: object): unknown {
  return plain(nestQuery(parseQuery(stringifyQuery(query))));
}

function plain(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

/** What a schema's coercion starts from: leaves as strings, absent fields gone, a list of one at the top as its item. */
function expected(query: Record<string, unknown>): unknown {
  const single = (value: unknown) =>
    Array.isArray(value) && value.length === 1 && !isObject(value[0]) ? value[0] : value;
  return texts(Object.fromEntries(Object.entries(query).map(([key, value]) => [key, single(value)])));
}

function texts(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(texts);
  if (!isObject(value)) return String(value);
  return Object.fromEntries(
    Object.entries(value).filter(([, item]) => item !== undefined).map(([key, item]) => [key, texts(item)]),
  );
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !(value instanceof Date);
}

const NAMES = ["a", "b", "id", "0", "1", "x y", "é&=", "+", "%41", "__proto__", "constructor", "a.b", "length"];
const ODD_NAMES = [...NAMES, "", "a[b]", "[", "]", "~id", "\ud800"];

function createGenerator(random: () => number, names: readonly string[], odd: boolean) {
  const below = (limit: number) => Math.floor(random() * limit);
  const pick = <T>(values: readonly T[]): T => values[below(values.length)]!;
  const leaf = () => {
    const texts = ["", "x", "a b", "+", "%zz", "é\u{1f600}", "a=b&c", "[0]"];
    const leaves: unknown[] = [...texts, 0, -1, 0.5, 1e21, true, false, 5n, new Date(below(1e12))];
    if (odd) {
      leaves.push(null, NaN, Infinity, -0, new Date(NaN), new Map([[1, 2]]), new Set([1]), "\udc00", new Uint8Array(2));
    }
    return pick(leaves);
  };
  const generate = (depth: number): unknown => {
    const kind = depth === 0 ? 0 : below(5);
    if (kind <= 1) return leaf();
    if (kind === 2) return list(odd ? 0 : 1, leaf);
    return kind === 3 ? list(odd ? 0 : 1, () => generate(depth - 1)) : object(depth, odd ? 0 : 1);
  };
  const list = (least: number, make: () => unknown) => Array.from({ length: least + below(3) }, make);
  const object = (depth: number, least: number): Record<string, unknown> => {
    const fields: Record<string, unknown> = {};
    for (let count = least + below(4); count > 0; count--) {
      const value = random() < 0.1 ? undefined : generate(depth - 1);
      Object.defineProperty(fields, pick(names), { value, enumerable: true, configurable: true, writable: true });
    }
    return fields;
  };
  return object;
}

Deno.test("parseQuery() gives a field's value, and its values where it is repeated", () => {
  assertEquals(plain(parseQuery("page=2&tag=a&q=x&tag=b&tag=c")), { page: "2", tag: ["a", "b", "c"], q: "x" });
  assertEquals(plain(parseQuery("")), {});
  assertEquals(plain(parseQuery("a&b=&=c&&=&d=e=f")), { a: "", b: "", "": ["c", ""], d: "e=f" });
});

Deno.test("parseQuery() decodes, leaves malformed escapes as they are and never throws", () => {
  const query = parseQuery("a+b=c+d&e=%C3%A9&f=%zz&g=100%&h=%FF&i=%E0%A4%A&j=%2B+%2B&%6b=l&m=é");
  assertEquals(plain(query), {
    "a b": "c d",
    e: "é",
    f: "%zz",
    g: "100%",
    h: "\ufffd",
    i: "\ufffd%A",
    j: "+ +",
    k: "l",
    m: "é",
  });
});

Deno.test("parseQuery() reads any text as URLSearchParams does (5,000 texts)", () => {
  const random = createRandom(2);
  const parts = [
    "a",
    "b",
    "=",
    "=",
    "&",
    "&",
    "+",
    "%",
    "%2",
    "%20",
    "%C3",
    "%A9",
    "%FF",
    "%EF%BB%BF",
    "é",
    "[",
    "]",
    "%u0041",
  ];
  for (let round = 0; round < 5000; round++) {
    let text = "";
    for (let length = random() * 14; length > 0; length--) text += parts[Math.floor(random() * parts.length)];
    const wanted: Record<string, string | string[]> = {};
    const params = new URLSearchParams("&" + text);
    for (const key of params.keys()) {
      const values = params.getAll(key);
      wanted[key] = values.length === 1 ? values[0]! : values;
    }
    assertEquals(plain(parseQuery(text)), wanted, text);
  }
});

Deno.test("R14 parseQuery() takes __proto__ and constructor for fields", () => {
  const query = parseQuery("__proto__=a&constructor=b&__proto__=c&toString=d");
  assertEquals("hasOwnProperty" in query, false);
  assertEquals(Object.entries(query), [["__proto__", ["a", "c"]], ["constructor", "b"], ["toString", "d"]]);
});

Deno.test("nestQuery() answers the raw query itself when no key has a bracket", () => {
  const raw = parseQuery("a=1&b=2&b=3");
  assertStrictEquals(nestQuery(raw), raw);
});

const NESTED: Record<string, unknown> = {
  "filter[name]=x": { filter: { name: "x" } },
  "filter[tags]=a&filter[tags]=b": { filter: { tags: ["a", "b"] } },
  "items[0][name]=x&items[1][name]=y": { items: [{ name: "x" }, { name: "y" }] },
  "items[1]=b&items[0]=a": { items: ["a", "b"] },
  "items[1]=b": { items: { 1: "b" } },
  "items[0]=a&items[2]=b": { items: { 0: "a", 2: "b" } },
  "items[00]=a": { items: { "00": "a" } },
  "items[0]=a&items[x]=b": { items: { 0: "a", x: "b" } },
  "m[0][0]=a&m[0][1]=b&m[1][0]=c": { m: [["a", "b"], ["c"]] },
  "tags[]=a": { tags: ["a"] },
  "tags[]=a&tags[]=b": { tags: ["a", "b"] },
  "a[b][]=c": { a: { b: ["c"] } },
  "a%5Bb%5D=c": { a: { b: "c" } },
  "a[b c]=d": { a: { "b c": "d" } },
};
for (const [text, query] of Object.entries(NESTED)) {
  Deno.test(`R34 nestQuery() expands ${text}`, () => {
    assertEquals(plain(nestQuery(parseQuery(text))), query);
  });
}

for (
  const key of [
    "a[",
    "a]",
    "[a]",
    "[]",
    "a[b",
    "a[b]c",
    "a[b]c[d]",
    "a[[b]]",
    "a[b]]",
    "a][b]",
    "a[][b]",
    "a[][]",
    "a[b][][c]",
  ]
) {
  Deno.test(`nestQuery() leaves the malformed key ${key} literal`, () => {
    assertEquals(plain(nestQuery(parseQuery(key + "=1&ok[x]=2"))), { [key]: "1", ok: { x: "2" } });
  });
}

Deno.test("nestQuery() leaves a key literal that contradicts another", () => {
  for (const text of ["a=1&a[b]=2", "a[b]=2&a=1"]) {
    assertEquals(plain(nestQuery(parseQuery(text))), { a: "1", "a[b]": "2" });
  }
  assertEquals(plain(nestQuery(parseQuery("a=1&a[]=2"))), { a: "1", "a[]": "2" });
  assertEquals(plain(nestQuery(parseQuery("a[b]=1&a[]=2"))), { a: { b: "1" }, "a[]": "2" });
  assertEquals(plain(nestQuery(parseQuery("a[b]=1&a[b][c]=2"))), { a: { b: "1" }, "a[b][c]": "2" });
  assertEquals(plain(nestQuery(parseQuery("a[b][c]=1&a[b]=2"))), { a: { b: { c: "1" } }, "a[b]": "2" });
  assertEquals(plain(nestQuery(parseQuery("a[b]=1&a[b]=2&a[b][0]=3"))), { a: { b: ["1", "2"] }, "a[b][0]": "3" });
});

Deno.test("nestQuery() bounds depth and lists", () => {
  const brackets = (count: number) => "a" + "[x]".repeat(count);
  const fits = plain(nestQuery(parseQuery(brackets(16) + "=1")));
  assertEquals(JSON.stringify(fits), '{"a":' + '{"x":'.repeat(16) + '"1"' + "}".repeat(17));
  assertEquals(plain(nestQuery(parseQuery(brackets(17) + "=1"))), { [brackets(17)]: "1" });
  const huge = brackets(200_000);
  assertEquals(plain(nestQuery(parseQuery(huge + "=1"))), { [huge]: "1" });

  const items = (count: number) => Array.from({ length: count }, (_, index) => `a[${index}]=x`).join("&");
  assert(Array.isArray(nestQuery(parseQuery(items(1000))).a));
  assert(!Array.isArray(nestQuery(parseQuery(items(1001))).a));
  assertEquals(plain(nestQuery(parseQuery("a[4294967294]=x"))), { a: { 4294967294: "x" } });
});

Deno.test("R14 nestQuery() pollutes nothing", () => {
  const query = nestQuery(
    parseQuery("__proto__[a]=1&b[__proto__][c]=2&constructor[prototype][d]=3&e[constructor][prototype][f]=4"),
  );
  assertEquals("hasOwnProperty" in query, false);
  assertEquals(
    JSON.stringify(query),
    '{"__proto__":{"a":"1"},"b":{"__proto__":{"c":"2"}},"constructor":{"prototype":{"d":"3"}},' +
      '"e":{"constructor":{"prototype":{"f":"4"}}}}',
  );
  for (const name of ["a", "c", "d", "f"]) assertEquals(name in {}, false);
});

Deno.test("nestQuery() never throws and keeps every value (5,000 texts)", () => {
  const random = createRandom(3);
  const parts = ["a", "b", "0", "1", "[", "]", "[]", "[0]", "[a]", "][", "=1", "=2", "&", "&", "__proto__"];
  const leaves = (value: unknown): unknown[] => isObject(value) ? Object.values(value).flatMap(leaves) : [value];
  for (let round = 0; round < 5000; round++) {
    let text = "";
    for (let length = random() * 16; length > 0; length--) text += parts[Math.floor(random() * parts.length)];
    const raw = parseQuery(text);
    const before = JSON.stringify(raw);
    assertEquals(leaves(nestQuery(raw)).sort(), leaves(JSON.parse(before)).sort(), text);
    assertEquals(JSON.stringify(raw), before);
  }
});

Deno.test("R34 stringifyQuery() skips undefined, repeats lists, nests objects, writes dates as ISO", () => {
  const query = {
    q: "a b",
    none: undefined,
    tag: ["a", "b"],
    one: ["a"],
    at: new Date(0),
    big: 12345678901234567890n,
    url: new URL("https://deno.com"),
    page: 2,
    draft: false,
    nothing: null,
    empty: [],
    run: () => 1,
  };
  assertEquals(
    stringifyQuery(query),
    "q=a+b&tag=a&tag=b&one=a&at=1970-01-01T00%3A00%3A00.000Z&big=12345678901234567890&url=https%3A%2F%2Fdeno.com%2F" +
      "&page=2&draft=false&nothing=",
  );
  const nested = {
    filter: { name: "x", tags: ["a", "b"], one: ["a"] },
    items: [{ name: "x" }, "y"],
    m: [["a"], ["b", "c"]],
  };
  assertEquals(
    decodeURIComponent(stringifyQuery(nested)),
    "filter[name]=x&filter[tags]=a&filter[tags]=b&filter[one][]=a&items[0][name]=x&items[1]=y&m[0][]=a&m[1]=b&m[1]=c",
  );
  assertEquals(stringifyQuery({}), "");
  assertEquals(stringifyQuery({ bad: "\ud800" }), "bad=%EF%BF%BD");
  assertEquals(stringifyQuery({ at: new Date(NaN) }), "at=");
});

Deno.test("R34 stringifyQuery() round-trips what isFlat() accepts through parseQuery() and nestQuery() (3,000 queries)", () => {
  const generate = createGenerator(createRandom(34), NAMES, false);
  let flat = 0;
  let brackets = 0;
  for (let round = 0; round < 3000; round++) {
    const query = generate(4, 0);
    if (!isFlat(query)) continue;
    flat++;
    if (stringifyQuery(query).includes("%5D%5B")) brackets++;
    assertEquals(received(query), expected(query));
  }
  assert(flat > 1000, `${flat} of 3000 were flat`);
  assert(brackets > 200, `${brackets} were nested`);
});

Deno.test("R34 isFlat() accepts no odd query that does not come back (5,000 queries)", () => {
  const generate = createGenerator(createRandom(35), ODD_NAMES, true);
  let flat = 0;
  for (let round = 0; round < 5000; round++) {
    const query = generate(3, 0);
    if (!isFlat(query)) continue;
    flat++;
    assertEquals(received(query), expected(query));
  }
  assert(flat > 500 && flat < 4500, `${flat} of 5000 were flat`);
});

Deno.test("isFlat() accepts what a schema's coercion finds again", () => {
  const query = {
    text: "",
    page: 2,
    yes: true,
    big: 5n,
    at: new Date(0),
    none: undefined,
    tags: ["a"],
    filter: { tags: ["a"], none: undefined, deep: [{ x: [["a"]] }] },
    sparse: { 1: "b" },
    run: () => 1,
  };
  assertEquals(isFlat(query), true);
  assertEquals(isFlat({}), true);
  assertEquals(isFlat({ id: { toJSON: () => "5f" } }), true);
});

const cyclic: Record<string, unknown> = {};
cyclic.self = cyclic;
const NOT_FLAT: Record<string, object> = {
  "null": { a: null },
  "a null in a list": { a: ["x", null] },
  "undefined in a list": { a: ["x", undefined] },
  "a sparse list": { a: [, "x"] },
  "an empty list": { a: [] },
  "a nested empty list": { a: { b: [] } },
  "an empty object": { a: {} },
  "an object of nothing but undefined": { a: { b: undefined } },
  "NaN": { a: NaN },
  "Infinity": { a: [Infinity] },
  "-0": { a: -0 },
  "a Map": { a: new Map([[1, 2]]) },
  "a Set": { a: { b: new Set([1]) } },
  "a URL": { a: new URL("a:b") },
  "bytes": { a: new Uint8Array(1) },
  "a buffer": { a: new ArrayBuffer(1) },
  "an invalid Date": { a: new Date(NaN) },
  "a lone surrogate": { a: "\ud800" },
  "a lone surrogate in a name": { "\ud800": "a" },
  "a bracket in a name": { "a[b]": "x" },
  "a bracket in a nested name": { a: { "b]": "x" } },
  "an empty name": { "": ["a", ["b"]] },
  "an empty nested name": { a: { "": "x" } },
  "an object that looks like a list": { a: { 0: "x", 1: "y" } },
  "a name of the protocol": { "~id": "x" },
  "more than 1,000 items": { a: Array(1001).fill("x") },
  "a cycle": cyclic,
};
for (const [name, query] of Object.entries(NOT_FLAT)) {
  Deno.test(`isFlat() refuses ${name}`, () => {
    assertEquals(isFlat(query), false);
  });
}

Deno.test("isFlat() refuses more levels than nestQuery() expands, and none that it does", () => {
  const levels = (count: number): unknown => count === 0 ? "x" : { k: levels(count - 1) };
  const deepest = { a: levels(16) };
  assertEquals([isFlat(deepest), isFlat({ a: levels(17) })], [true, false]);
  assertEquals(received(deepest), deepest);
});

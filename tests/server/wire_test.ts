import { assertEquals, assertNotStrictEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { stringifyEnvelope } from "../../server/contract/envelope.ts";
import { decode } from "../../server/contract/decode.ts";
import { encode } from "../../server/contract/encode.ts";
import { needsEncoding } from "../../server/contract/needs_encoding.ts";
import { readEnvelope } from "../../server/contract/result.ts";
import {
  CODEC_HEADER,
  CODEC_VERSION,
  EVENTS_SEGMENT,
  PARAM_PREFIX,
  RICH_MEDIA_TYPE,
  RICH_QUERY,
  RPC_SEGMENT,
} from "../../server/contract/wire.ts";

/** Numbers in [0, 1) that are the same in each run (mulberry32). */
function createRandom(seed: number): () => number {
  return () => {
    seed = seed + 0x6d2b79f5 | 0;
    let t = Math.imul(seed ^ seed >>> 15, 1 | seed);
    t = t + Math.imul(t ^ t >>> 7, 61 | t) ^ t;
    return ((t ^ t >>> 14) >>> 0) / 4294967296;
  };
}

const KEYS = ["a", "b", "id", "", "0", "7", "é", "toString", "constructor", "__proto__", "a.b", "json", "length"];
const STRINGS = ["", "x", "1", "null", "2020-01-01T00:00:00.000Z", "é\u2028\u{1f600}", "__proto__"];
const NUMBERS = [0, 1, -1, 0.5, 1e21, 1e-7, Number.MAX_SAFE_INTEGER, Number.MIN_VALUE];

function createGenerator(random: () => number, rich: boolean) {
  const below = (limit: number) => Math.floor(random() * limit);
  const pick = <T>(values: readonly T[]): T => values[below(values.length)]!;
  const times = <T>(limit: number, make: () => T): T[] => Array.from({ length: below(limit) }, make);

  const plainLeaf = () =>
    pick<() => unknown>([() => null, () => random() < 0.5, () => pick(STRINGS), () => pick(NUMBERS)])();
  const richLeaf = () =>
    pick<() => unknown>([
      () => new Date(below(1e13) - 5e12),
      () => new Date(NaN),
      () => BigInt(below(1e9)) ** 7n * (random() < 0.5 ? -1n : 1n),
      () => undefined,
      () => pick([NaN, Infinity, -Infinity, -0]),
      () => new URL("https://example.com/é?q=" + below(100)),
      () => Uint8Array.from(times(20, () => below(256))),
      () => Uint8Array.from(times(20, () => below(256))).buffer,
    ])();

  const generate = (depth: number): unknown => {
    const kind = depth === 0 ? below(2) : below(rich ? 7 : 6);
    if (kind <= 1) return plainLeaf();
    if (kind === 2) return rich ? richLeaf() : plainLeaf();
    const child = () => generate(depth - 1);
    if (kind === 3) return times(4, child);
    if (kind === 6) return random() < 0.5 ? new Map(times(4, () => [child(), child()])) : new Set(times(4, child));
    const fields = {};
    for (const key of times(5, () => pick(KEYS))) {
      Object.defineProperty(fields, key, { value: child(), enumerable: true, configurable: true, writable: true });
    }
    return fields;
  };
  return generate;
}

/**
 * A text that two values share only when they are the same: unlike `assertEquals` it tells an absent field from an
 * undefined one and an own `__proto__` from none.
 */
function describe(value: unknown): string {
  if (Object.is(value, -0)) return "-0";
  if (typeof value === "bigint") return value + "n";
  if (typeof value !== "object" || value === null) {
    return typeof value === "string" ? JSON.stringify(value) : String(value);
  }
  if (value instanceof Date) return `Date(${value.getTime()})`;
  if (value instanceof URL) return `URL(${value.href})`;
  if (value instanceof ArrayBuffer) return `ArrayBuffer(${new Uint8Array(value)})`;
  if (ArrayBuffer.isView(value)) return `${value.constructor.name}(${value})`;
  if (value instanceof Map) return `Map${describe([...value])}`;
  if (value instanceof Set) return `Set${describe([...value])}`;
  if (Array.isArray(value)) return `[${value.map(describe).join()}]`;
  const fields = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}:${describe(item)}`);
  // A field that was undefined comes back last.
  return `{${fields.sort().join()}}`;
}

function overTheWire(value: unknown): unknown {
  const { json, meta } = JSON.parse(JSON.stringify(encode(value)));
  return decode(json, meta);
}

Deno.test("R37 decode() restores whatever encode() was given (1,000 nested values)", () => {
  const generate = createGenerator(createRandom(37), true);
  let rich = 0;
  for (let round = 0; round < 1000; round++) {
    const value = generate(5);
    const before = describe(value);
    assertEquals(describe(overTheWire(value)), before);
    assertEquals(describe(value), before);
    if (encode(value).meta) rich++;
  }
  assertEquals(rich > 300, true);
});

Deno.test("R37 encode() writes plain values as JSON.stringify does and without meta (1,000 nested values)", () => {
  const generate = createGenerator(createRandom(38), false);
  for (let round = 0; round < 1000; round++) {
    const value = generate(5);
    const encoded = encode(value);
    assertEquals("meta" in encoded, false);
    assertEquals(JSON.stringify(encoded.json), JSON.stringify(value));
  }
});

Deno.test("R37 needsEncoding() is true for a rich receiver exactly when there is meta (1,000 nested values)", () => {
  const generate = createGenerator(createRandom(39), true);
  for (let round = 0; round < 1000; round++) {
    const value = generate(3);
    assertEquals(needsEncoding(value, true), encode(value).meta !== undefined, describe(value));
  }
});

Deno.test("R37 needsEncoding() is false for a plain receiver only where JSON.stringify is right", () => {
  const generate = createGenerator(createRandom(40), true);
  let native = 0;
  for (let round = 0; round < 1000; round++) {
    const value = generate(3);
    if (needsEncoding(value, false)) continue;
    native++;
    assertEquals(JSON.stringify(encode(value).json), JSON.stringify(value) ?? "null");
  }
  assertEquals(native > 100, true);
});

Deno.test("R37 encode() gives plain readers ordinary JSON", () => {
  const { json, meta } = encode({
    at: new Date(0),
    never: new Date(NaN),
    big: 12345678901234567890n,
    map: new Map<unknown, unknown>([["k", new Date(1)]]),
    set: new Set([1, 2n]),
    url: new URL("https://deno.com"),
    gone: undefined,
    list: [undefined, NaN, -Infinity, -0],
    bytes: new Uint8Array([1, 2, 255]),
    plain: { a: [1, "x", null, true] },
  });
  assertEquals(
    JSON.stringify(json),
    '{"at":"1970-01-01T00:00:00.000Z","never":null,"big":"12345678901234567890","map":[["k","1970-01-01T00:00:00.001Z"]],' +
      '"set":[1,"2"],"url":"https://deno.com/","list":[null,null,null,0],"bytes":"AQL/","plain":{"a":[1,"x",null,true]}}',
  );
  assertEquals(meta, [
    ["date", "at"],
    ["date", "never"],
    ["bigint", "big"],
    ["map", "map"],
    ["date", "map", 0, 1],
    ["set", "set"],
    ["bigint", "set", 1],
    ["url", "url"],
    ["undefined", "gone"],
    ["undefined", "list", 0],
    ["NaN", "list", 1],
    ["-Infinity", "list", 2],
    ["-0", "list", 3],
    ["bytes", "bytes"],
  ]);
});

Deno.test("R37 decode() restores a root of each type", () => {
  const roots = [
    new Date(5),
    5n,
    new Map([[1, 2]]),
    new Set([1]),
    new URL("a:b"),
    undefined,
    NaN,
    -0,
    new Uint8Array(3),
  ];
  for (const root of roots) assertEquals(describe(overTheWire(root)), describe(root));
});

Deno.test("D22 encode() lets any typed array or view arrive as a Uint8Array of its own bytes", () => {
  const buffer = Uint8Array.from([0, 1, 2, 3, 4, 5, 6, 7]).buffer;
  for (const view of [new DataView(buffer, 2, 4), new Uint16Array(buffer, 2, 2), new Uint8ClampedArray(buffer, 2, 4)]) {
    assertEquals(overTheWire(view), Uint8Array.from([2, 3, 4, 5]));
  }
  const restored = overTheWire(buffer);
  assertEquals(restored instanceof ArrayBuffer && restored.byteLength, 8);
});

Deno.test("R37 encode() and decode() carry binary without the engine's own base64", () => {
  const bytes = Uint8Array.from({ length: 10_000 }, (_, index) => index % 256);
  const native = encode(bytes).json;
  const to = Object.getOwnPropertyDescriptor(Uint8Array.prototype, "toBase64");
  const from = Object.getOwnPropertyDescriptor(Uint8Array, "fromBase64");
  Reflect.deleteProperty(Uint8Array.prototype, "toBase64");
  Reflect.deleteProperty(Uint8Array, "fromBase64");
  try {
    assertEquals("toBase64" in bytes || "fromBase64" in Uint8Array, false);
    assertEquals(encode(bytes).json, native);
    assertEquals(overTheWire(bytes), bytes);
    assertThrows(() => decode("*", [["bytes"]]), TypeError, "Cannot decode");
  } finally {
    if (to) Object.defineProperty(Uint8Array.prototype, "toBase64", to);
    if (from) Object.defineProperty(Uint8Array, "fromBase64", from);
  }
});

Deno.test("D22 encode() sends a class instance as its own enumerable fields and reports it", () => {
  class User {
    name = "ada";
    born = new Date(0);
    #secret = 1;
    get secret() {
      return this.#secret;
    }
  }
  const seen: string[] = [];
  const { json } = encode({ users: [new User()], plain: {}, bare: Object.create(null), list: [], at: new Map() }, {
    onInstance: (name) => seen.push(name),
  });
  const users = [{ name: "ada", born: "1970-01-01T00:00:00.000Z" }];
  assertEquals(json, { users, plain: {}, bare: {}, list: [], at: [] });
  assertEquals(seen, ["User"]);
  assertEquals(overTheWire(new User()), { name: "ada", born: new Date(0) });
});

Deno.test("D22 encode() sends what toJSON returns, called as JSON.stringify calls it", () => {
  class Money {
    constructor(amount: number) {
      this.amount = amount;
    }
    readonly amount: number;
    toJSON(key: string): unknown {
      return { [key]: BigInt(this.amount), at: new Date(0) };
    }
  }
  const { json, meta } = encode({ price: new Money(7), all: [new Money(1)] });
  assertEquals(json, {
    price: { price: "7", at: "1970-01-01T00:00:00.000Z" },
    all: [{ 0: "1", at: "1970-01-01T00:00:00.000Z" }],
  });
  assertEquals(meta?.[0], ["bigint", "price", "price"]);
  const self = {
    name: "x",
    toJSON() {
      return this;
    },
  };
  assertEquals(encode(self).json, { name: "x" });
  assertEquals(encode({ own: { toJSON: () => undefined } }), { json: {}, meta: [["undefined", "own"]] });
});

Deno.test("encode() leaves functions and symbols out, as JSON.stringify does", () => {
  assertEquals(encode({ a: () => 1, b: Symbol(), c: [() => 1] }), { json: { c: [null] } });
  assertEquals(encode(() => 1), { json: null });
});

Deno.test("R8 encode() copies a value that is referred to twice", () => {
  const shared = { at: new Date(0), in: new Set([1]) };
  const restored = overTheWire({ a: shared, b: shared, list: [shared, shared] }) as Record<string, unknown>;
  assertEquals(restored, { a: shared, b: shared, list: [shared, shared] });
  assertNotStrictEquals(restored.a, restored.b);
});

Deno.test("R8 encode() refuses a true cycle and names its path", () => {
  const user: Record<string, unknown> = { name: "ada", posts: [{}] };
  user.posts = [{ title: "x" }, { author: user }];
  assertThrows(() => encode({ user }), TypeError, 'Cannot encode a cyclic value: "user.posts.1.author"');
  const map = new Map<string, unknown>();
  map.set("self", new Set([map]));
  assertThrows(() => encode(map), TypeError, 'Cannot encode a cyclic value: "0.1.0"');
  const child = { toJSON: () => ({ child }) };
  assertThrows(() => encode({ child }), TypeError, 'Cannot encode a cyclic value: "child.child"');
});

Deno.test("needsEncoding() answers for deep and for cyclic values without exhausting the stack", () => {
  const cyclic: Record<string, unknown> = {};
  for (let index = 0; index < 10; index++) cyclic["k" + index] = cyclic;
  assertEquals(needsEncoding(cyclic, false), true);
  assertEquals(needsEncoding(nested(1_000_000), true), true);
  assertEquals(needsEncoding(nested(50), true), false);
});

Deno.test("needsEncoding() leaves toJSON to JSON.stringify for a plain receiver only", () => {
  const custom = { toJSON: () => 1 };
  assertEquals([needsEncoding(custom, false), needsEncoding(custom, true)], [false, true]);
  assertEquals([needsEncoding(new Date(0), false), needsEncoding(new Date(0), true)], [false, true]);
  const data = { toJSON: "a field" };
  assertEquals([needsEncoding(data, false), needsEncoding(data, true)], [false, false]);
});

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = [value];
  return value;
}

Deno.test("encode() carries 500 levels and throws a RangeError for a million", () => {
  assertEquals(JSON.stringify(overTheWire(nested(500))), JSON.stringify(nested(500)));
  assertThrows(() => encode(nested(1_000_000)), RangeError);
});

Deno.test("decode() answers a value without meta as it is", () => {
  const json = { a: 1 };
  assertStrictEquals(decode(json, undefined), json);
});

const REFUSED: Record<string, [json: unknown, meta: unknown]> = {
  "meta that is no list": [{}, {}],
  "meta that is null": [{}, null],
  "an entry that is no list": [{}, ["date"]],
  "an empty entry": [{}, [[]]],
  "an unknown type": [{ a: "x" }, [["Function", "a"]]],
  "a type of Object.prototype": [{ a: null }, [["constructor", "a"]]],
  "a type that is no string": [{ a: "x" }, [[{ toString: "date" }, "a"]]],
  "an absent key": [{ a: "x" }, [["date", "b"]]],
  "a path through a string": [{ a: "x" }, [["date", "a", 0]]],
  "a path through null": [{ a: null }, [["date", "a", "b"]]],
  "a string index of a list": [{ a: ["x"] }, [["url", "a", "0"]]],
  "a list's length": [{ a: ["x"] }, [["-0", "a", "length"]]],
  "a negative index": [["x"], [["url", -1]]],
  "an index beyond the end": [[null], [["undefined", 4294967294]]],
  "a fractional index": [[null], [["undefined", 0.5]]],
  "a numeric key of an object": [{ 0: "a:b" }, [["url", 0]]],
  "a key that is an object": [{ a: "a:b" }, [["url", { toString: null }]]],
  "a key that is a list": [{ a: "a:b" }, [["url", ["a"]]]],
  "an inherited key": [{}, [["undefined", "constructor", "name"]]],
  "the prototype": [{}, [["undefined", "__proto__", "polluted"]]],
  "the prototype of the constructor": [{}, [["undefined", "constructor", "prototype", "polluted"]]],
  "an inherited value": [{}, [["url", "toString"]]],
  "a path through what is restored already": [{ a: "1970-01-01T00:00:00.000Z" }, [["undefined", "a", "x"], [
    "date",
    "a",
  ]]],
  "a path into restored bytes": [{ a: "AAAA" }, [["-0", "a", 0], ["bytes", "a"]]],
  "a path into a restored map": [{ a: [["k", "a:b"]] }, [["url", "a", 0, 1], ["map", "a"]]],
  "one value twice": [{ a: [] }, [["map", "a"], ["map", "a"]]],
  "undefined in place of a value": [{ password: "x" }, [["undefined", "password"]]],
  "a date of a number": [{ a: 5 }, [["date", "a"]]],
  "a date of words": [{ a: "soon" }, [["date", "a"]]],
  "a bigint of words": [{ a: "0x10" }, [["bigint", "a"]]],
  "a bigint of nothing": [{ a: "" }, [["bigint", "a"]]],
  "a bigint with a line break": [{ a: "1\n" }, [["bigint", "a"]]],
  "a bigint of a million digits": [{ a: "9".repeat(1_000_000) }, [["bigint", "a"]]],
  "a bigint of a number": [{ a: 5 }, [["bigint", "a"]]],
  "a map of an object": [{ a: {} }, [["map", "a"]]],
  "a map of items": [{ a: [1] }, [["map", "a"]]],
  "a map of triples": [{ a: [[1, 2, 3]] }, [["map", "a"]]],
  "a map of strings": [{ a: ["ab"] }, [["map", "a"]]],
  "a set of a string": [{ a: "abc" }, [["set", "a"]]],
  "a set of an object": [{ a: { length: 1e9 } }, [["set", "a"]]],
  "a relative url": [{ a: "/x" }, [["url", "a"]]],
  "a url of a list": [{ a: ["a:b"] }, [["url", "a"]]],
  "bytes that are not base64": [{ a: "a*b" }, [["bytes", "a"]]],
  "bytes of a number": [{ a: 1e9 }, [["bytes", "a"]]],
  "a buffer of a number": [{ a: 1e9 }, [["buffer", "a"]]],
  "NaN of a number": [{ a: 1 }, [["NaN", "a"]]],
  "Infinity of a string": [{ a: "x" }, [["Infinity", "a"]]],
  "-0 of null": [{ a: null }, [["-0", "a"]]],
};

for (const [name, [json, meta]] of Object.entries(REFUSED)) {
  Deno.test(`R37 decode() refuses ${name}`, async () => {
    assertThrows(() => decode(JSON.parse(JSON.stringify(json)), meta), TypeError, "Cannot decode a value");
    const below = (entry: unknown) =>
      Array.isArray(entry) && entry.length ? [entry[0], "data", ...entry.slice(1)] : entry;
    const inEnvelope = Array.isArray(meta) ? meta.map(below) : meta;
    assertEquals(
      await readEnvelope({ data: JSON.parse(JSON.stringify(json)), error: null, meta: inEnvelope }),
      undefined,
    );
  });
}

Deno.test("R14 decode() treats __proto__ as a field like any other and pollutes nothing", () => {
  const json = JSON.parse('{"__proto__":{"at":"1970-01-01T00:00:00.000Z","polluted":null}}');
  const value = decode(json, [["date", "__proto__", "at"], ["undefined", "__proto__", "polluted"]]);
  assertStrictEquals(Object.getPrototypeOf(value), Object.prototype);
  assertEquals(describe(value), '{"__proto__":{"at":Date(0),"polluted":undefined}}');
  const absent = decode({}, [["undefined", "__proto__"]]);
  assertStrictEquals(Object.getPrototypeOf(absent), Object.prototype);
  const replaced = decode(JSON.parse('{"__proto__":[]}'), [["set", "__proto__"]]);
  assertStrictEquals(Object.getPrototypeOf(replaced), Object.prototype);
  assertEquals(({} as Record<string, unknown>).polluted, undefined);
});

Deno.test("R14 encode() keeps an own __proto__ a field", () => {
  const { json } = encode(JSON.parse('{"__proto__":{"polluted":true}}'));
  assertStrictEquals(Object.getPrototypeOf(json), Object.prototype);
  assertEquals(JSON.stringify(json), '{"__proto__":{"polluted":true}}');
});

Deno.test("R37 decode() reads what another realm parsed", () => {
  // Under Jest `Response.json()` gives objects whose prototype is not this realm's Object.prototype.
  const foreign = Object.create(Object.create(null), {
    at: { value: "1970-01-01T00:00:00.000Z", writable: true, enumerable: true, configurable: true },
  });
  assertEquals((decode(foreign, [["date", "at"]]) as { at: unknown }).at, new Date(0));
});

Deno.test("stringifyEnvelope() always writes both keys", () => {
  assertEquals(stringifyEnvelope({ a: 1 }, null, false), '{"data":{"a":1},"error":null}');
  assertEquals(stringifyEnvelope(undefined, null, true), '{"data":null,"error":null}');
  assertEquals(stringifyEnvelope(() => 1, undefined, true), '{"data":null,"error":null}');
  const error = { code: "ERR_CONFLICT", message: "taken", data: undefined };
  assertEquals(
    stringifyEnvelope({ ignored: 1 }, error, false),
    '{"data":null,"error":{"code":"ERR_CONFLICT","message":"taken"}}',
  );
  for (const value of [0, false, "", null, [], {}]) {
    assertEquals(JSON.parse(stringifyEnvelope(value, null, true)), { data: value, error: null });
  }
});

Deno.test("R37 stringifyEnvelope() adds meta for a rich receiver only, and only when needed", () => {
  const data = { at: new Date(0), n: 1n };
  const plain = '{"data":{"at":"1970-01-01T00:00:00.000Z","n":"1"},"error":null';
  assertEquals(stringifyEnvelope(data, null, false), plain + "}");
  assertEquals(stringifyEnvelope(data, null, true), plain + ',"meta":[["date","data","at"],["bigint","data","n"]]}');
  assertEquals(stringifyEnvelope({ n: 1 }, null, true), '{"data":{"n":1},"error":null}');
  const error = { code: "X", message: "y", data: new Set([1]) };
  assertEquals(
    stringifyEnvelope(null, error, true),
    '{"data":null,"error":{"code":"X","message":"y","data":[1]},"meta":[["set","error","data"]]}',
  );
});

Deno.test("R37 stringifyEnvelope() writes for plain receivers what is in toJSON, a bigint included", () => {
  assertEquals(stringifyEnvelope({ toJSON: () => ({ n: 1n }) }, null, false), '{"data":{"n":"1"},"error":null}');
});

Deno.test("D22 stringifyEnvelope() reports class instances when asked to", () => {
  class User {
    name = "ada";
  }
  class Money {
    toJSON() {
      return 1;
    }
  }
  const data = { users: [new User()], price: new Money(), plain: {}, bare: Object.create(null), at: new Date(0) };
  const seen: string[] = [];
  const text = stringifyEnvelope(data, null, false, (name) => seen.push(name));
  assertEquals(
    text,
    '{"data":{"users":[{"name":"ada"}],"price":1,"plain":{},"bare":{},"at":"1970-01-01T00:00:00.000Z"},"error":null}',
  );
  assertEquals(seen, ["User"]);
});

Deno.test("R37 stringifyEnvelope() says what encode() does (1,000 nested values, and what a toJSON returns)", () => {
  const generate = createGenerator(createRandom(42), true);
  const values = Array.from({ length: 1000 }, () => generate(4));
  for (const value of values.slice(0, 100)) values.push({ own: { toJSON: () => value } }, [{ toJSON: () => [value] }]);
  for (const value of values) {
    if (value === undefined) continue;
    const { json, meta } = encode({ data: value, error: null });
    const envelope = { ...json as object, ...(meta && { meta }) };
    assertEquals(JSON.parse(stringifyEnvelope(value, null, true)), envelope, describe(value));
  }
});

Deno.test("R8 stringifyEnvelope() refuses a cycle, plain or rich, and what a toJSON throws", () => {
  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic;
  for (const rich of [true, false]) {
    assertThrows(() => stringifyEnvelope({ cyclic }, null, rich), TypeError, '"data.cyclic.self"');
  }
  const failing = {
    toJSON() {
      throw new TypeError("mine");
    },
  };
  assertThrows(() => stringifyEnvelope(failing, null, false), TypeError, "mine");
});

Deno.test("R37 readEnvelope() restores what stringifyEnvelope() wrote, from text and from parsed JSON", async () => {
  const generate = createGenerator(createRandom(41), true);
  for (let round = 0; round < 300; round++) {
    const data = generate(4) ?? null;
    const text = stringifyEnvelope(data, null, true);
    assertEquals(describe(await readEnvelope(text)), describe({ data, error: null }));
    assertEquals(describe(await readEnvelope(JSON.parse(text))), describe({ data, error: null }));
  }
  const error = { code: "ERR_CONFLICT", message: "taken", data: { until: new Date(9) } };
  assertEquals(await readEnvelope(stringifyEnvelope(null, error, true)), { data: null, error });
});

Deno.test("R33 readEnvelope() answers undefined for what is no envelope", async () => {
  const texts = [
    "",
    "<html>",
    "null",
    "1",
    '"x"',
    "[]",
    "{}",
    '{"data":1}',
    '{"error":null}',
    '{"data":1,"error":null,"more":1}',
    '{"data":1,"error":null,"__proto__":{}}',
    '{"data":null,"error":"oops"}',
    '{"data":null,"error":{"code":1,"message":"x"}}',
    '{"data":1,"error":{"code":"X","message":"x"}}',
    '{"data":1,"error":null,"meta":null}',
    '{"data":1,"error":null,"meta":[["date","data"]]}',
    '{"data":null,"error":null,"meta":[["undefined"]]}',
  ];
  for (const text of texts) assertEquals(await readEnvelope(text), undefined, text);
  assertEquals(await readEnvelope(undefined), undefined);
});

Deno.test("the names on the wire are what other clients rely on", () => {
  assertEquals(
    [CODEC_HEADER, CODEC_VERSION, RICH_MEDIA_TYPE, RPC_SEGMENT, EVENTS_SEGMENT, PARAM_PREFIX, RICH_QUERY],
    ["x-igniter-codec", "1", "application/vnd.igniter+json", "_/rpc", "_/events", "~", "~q"],
  );
});

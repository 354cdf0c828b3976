import { assert, assertEquals, assertInstanceOf, assertStrictEquals, assertThrows } from "@std/assert";
import { IgniterError } from "../../server/contract/error.ts";
import { Ensure, type EnsureChecks, type EnsureMessage } from "../../server/ensure.ts";

const ensure = Ensure.initialize("MyApp");

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** Fails to compile when the type of `value` is not exactly `Expected`. */
function expectType<Expected>() {
  return <Actual>(_value: Actual, ..._equal: Equal<Actual, Expected> extends true ? [] : [never]): void => {};
}

/** What a check fails with. */
function failureOf(check: () => unknown): IgniterError {
  const error = assertThrows(check);
  assertInstanceOf(error, IgniterError);
  return error;
}

/** Tells which values a check takes and, on the way, that it gives each back as it is. */
function taken(values: readonly unknown[], check: (value: unknown, message: EnsureMessage) => unknown): unknown[] {
  return values.filter((value) => {
    try {
      assertStrictEquals(check(value, "no"), value);
      return true;
    } catch (error) {
      assertInstanceOf(error, IgniterError);
      assertEquals(error.message, "no");
      return false;
    }
  });
}

Deno.test("D9 a failed check answers 422 ERR_ENSURE with exactly the given message", () => {
  const error = failureOf(() => ensure.toBeDefined(null, "User not found"));
  assertEquals([error.code, error.status, error.message, error.data], ["ERR_ENSURE", 422, "User not found", undefined]);
  assertEquals(failureOf(() => ensure.toBeDefined(null, "")).message, "");
});

Deno.test("a failed check names service and check in its cause, and no file anywhere", () => {
  const error = failureOf(() => ensure.toBeType(1, "string"));
  assertEquals(error.cause, { service: "MyApp", check: "toBeType" });
  assertEquals(/MyApp|\.ts|file:|[\\/]/.test(JSON.stringify([error.message, error])), false);
  assertEquals(/\.ts|file:/.test(JSON.stringify(error.cause)), false);
});

Deno.test("a failed check can answer with a status, code and data of its own", () => {
  const missing = failureOf(() => ensure.toBeDefined(undefined, { message: "No such user", status: 404 }));
  assertEquals([missing.code, missing.status, missing.message], ["ERR_ENSURE", 404, "No such user"]);
  const taken = failureOf(() => ensure.error({ message: "Taken", code: "ERR_CONFLICT", data: { name: "ada" } }));
  assertEquals([taken.code, taken.status, taken.data], ["ERR_CONFLICT", 409, { name: "ada" }]);
  assertThrows(() => ensure.error({ message: "fine", status: 200 }), RangeError);
});

Deno.test("every check says what it expected when it has no message, and never what the value was", () => {
  const secret = "hunter2";
  const checks: { [K in Exclude<keyof EnsureChecks, "error">]: () => unknown } = {
    toBeDefined: () => ensure.toBeDefined(null),
    toBeNotEmpty: () => ensure.toBeNotEmpty(""),
    toBeTruthy: () => ensure.toBeTruthy(0),
    toBeType: () => ensure.toBeType(secret, "number"),
    toBeInRange: () => ensure.toBeInRange(9, 1, 5),
    toBeAtLeast: () => ensure.toBeAtLeast(1, 2),
    toBeAtMost: () => ensure.toBeAtMost(3, 2),
    toBeValidEmail: () => ensure.toBeValidEmail(secret),
    toBeValidUrl: () => ensure.toBeValidUrl(secret),
    toBeValidDate: () => ensure.toBeValidDate(secret),
    toMatchPattern: () => ensure.toMatchPattern(secret, /^\d+$/),
    toBeOneOf: () => ensure.toBeOneOf(secret, ["a"]),
    toBeEqual: () => ensure.toBeEqual(secret, "a"),
    toBeValidProperty: () => ensure.toBeValidProperty({ [secret]: 1, name: null }, "name"),
  };
  for (const [name, check] of Object.entries(checks)) {
    const { message, cause } = failureOf(check);
    assert(message.startsWith("Expected "), message);
    assertEquals(message.includes(secret), false);
    assertEquals(cause, { service: "MyApp", check: name });
  }
});

Deno.test("checks work when they are taken off the service", () => {
  const { toBeDefined, error } = Ensure.initialize("Other");
  assertEquals(toBeDefined(0), 0);
  assertEquals(failureOf(() => error("no")).cause, { service: "Other", check: "error" });
});

Deno.test("D9 toBeDefined() takes all but null and undefined", () => {
  assertEquals(taken([null, undefined, 0, "", false, NaN], ensure.toBeDefined), [0, "", false, NaN]);
});

Deno.test("toBeNotEmpty() refuses null, undefined, the empty string and the empty array", () => {
  const values = [null, undefined, "", [], " ", 0, false, [0], {}];
  assertEquals(taken(values, ensure.toBeNotEmpty), [" ", 0, false, [0], {}]);
});

Deno.test("toBeTruthy() refuses what is falsy", () => {
  assertEquals(taken([0, 0n, "", false, null, undefined, NaN, "0", [], 1], ensure.toBeTruthy), ["0", [], 1]);
});

Deno.test("toBeType() tells types as typeof does, with null no object and arrays on their own", () => {
  const fn = () => {};
  const symbol = Symbol();
  const values = ["a", 1, NaN, true, 1n, symbol, fn, {}, [1], null, undefined];
  const of = (type: Parameters<EnsureChecks["toBeType"]>[1]) => taken(values, (v, m) => ensure.toBeType(v, type, m));
  assertEquals(of("string"), ["a"]);
  assertEquals(of("number"), [1, NaN]);
  assertEquals(of("boolean"), [true]);
  assertEquals(of("bigint"), [1n]);
  assertEquals(of("symbol"), [symbol]);
  assertEquals(of("function"), [fn]);
  assertEquals(of("object"), [{}, [1]]);
  assertEquals(of("array"), [[1]]);
});

Deno.test("toBeInRange(), toBeAtLeast() and toBeAtMost() include their bounds and refuse what is no number", () => {
  const values = [0, 1, 3, 5, 6, NaN, Infinity, "3", null, undefined, 3n] as number[];
  assertEquals(taken(values, (v, m) => ensure.toBeInRange(v as number, 1, 5, m)), [1, 3, 5]);
  assertEquals(taken(values, (v, m) => ensure.toBeAtLeast(v as number, 5, m)), [5, 6, Infinity]);
  assertEquals(taken(values, (v, m) => ensure.toBeAtMost(v as number, 1, m)), [0, 1]);
});

Deno.test("toBeValidEmail() takes what <input type=email> takes", () => {
  const good = ["a@b", "first.last+tag@sub.example.com", "x_y@1.co", `a@${"b".repeat(63)}.c`];
  const bad = ["", "a", "a@", "@b", "a b@c", "a@b..c", "a@-b", "a@b-", "a@b.", `a@${"b".repeat(64)}`, "a@b\n", 1, null];
  assertEquals(taken([...good, ...bad], ensure.toBeValidEmail), good);
});

Deno.test("toBeValidEmail() stays linear on text made to slow it down", () => {
  const long = [`${"a".repeat(500_000)}`, `a@${"a.".repeat(200_000)}!`, `a@${"a-".repeat(200_000)}`];
  assertEquals(taken(long, ensure.toBeValidEmail), []);
});

Deno.test("toBeValidUrl() takes absolute URLs", () => {
  const good = ["https://example.com/a?b#c", "mailto:a@b", "http://localhost:8000"];
  assertEquals(
    taken([...good, "", "/a", "example.com", "http://", new URL("http://a"), null], ensure.toBeValidUrl),
    good,
  );
});

Deno.test("toBeValidDate() takes valid dates and ISO 8601 text that names a real day", () => {
  const date = new Date(0);
  const good = [date, "2024-02-29", "2024-02-29T10:00Z", "2024-02-29T10:00:00.123+01:00", "2024-02-29T10:00:00"];
  const bad = [
    new Date(NaN),
    "2023-02-29",
    "2024-04-31T00:00Z",
    "2024-13-01",
    "2024-01-01T25:00Z",
    "2024-1-1",
    "01/02/2024",
    "2024-01-01 10:00",
    "today",
    "",
    0,
    null,
  ];
  assertEquals(taken([...good, ...bad], ensure.toBeValidDate), good);
});

Deno.test("toMatchPattern() is not fooled by what a g or y pattern remembers, and does not change it", () => {
  for (const flags of ["", "g", "y", "gy"]) {
    const pattern = new RegExp("^a+$", flags);
    pattern.lastIndex = 2;
    for (let i = 0; i < 3; i++) assertEquals(ensure.toMatchPattern("aaa", pattern), "aaa");
    assertEquals(pattern.lastIndex, 2);
    assertEquals(failureOf(() => ensure.toMatchPattern("b", pattern, "no")).message, "no");
  }
  assertEquals(taken([1, null, "1"], (v, m) => ensure.toMatchPattern(v, /1/, m)), ["1"]);
});

Deno.test("toBeOneOf() takes one of the options", () => {
  assertEquals(taken(["a", "b", NaN, 0, "0"], (v, m) => ensure.toBeOneOf(v, ["a", NaN, 0], m)), ["a", NaN, 0]);
});

Deno.test("toBeEqual() takes the value itself, not one that looks like it", () => {
  const object = {};
  assertEquals(ensure.toBeEqual(NaN, NaN), NaN);
  assertEquals(ensure.toBeEqual(-0, 0), 0);
  assertStrictEquals(ensure.toBeEqual(object, object), object);
  assertEquals(taken([1, "1", {}], (v, m) => ensure.toBeEqual(v, 1, m)), [1]);
  failureOf(() => ensure.toBeEqual(object, {}));
});

Deno.test("toBeValidProperty() gives the property", () => {
  assertEquals(ensure.toBeValidProperty({ name: "ada" }, "name"), "ada");
  assertEquals(ensure.toBeValidProperty({ zero: 0 }, "zero"), 0);
  class Entity {
    get id() {
      return 7;
    }
  }
  assertEquals(ensure.toBeValidProperty(new Entity(), "id"), 7);
  failureOf(() => ensure.toBeValidProperty({ name: null }, "name"));
  failureOf(() => ensure.toBeValidProperty(null as { name: string } | null, "name"));
});

Deno.test("toBeValidProperty() refuses what every object inherits", () => {
  const roles: Record<string, string> = { admin: "all" };
  for (const key of ["constructor", "toString", "__proto__", "absent"]) {
    failureOf(() => ensure.toBeValidProperty(roles, key));
  }
  assertEquals(ensure.toBeValidProperty({ constructor: "own" }, "constructor"), "own");
});

Deno.test("D9 what a check returns is narrowed", () => {
  interface User {
    readonly name: string;
    readonly role?: "admin" | "guest" | null;
  }
  const user = { name: "ada", role: "admin" } as User | null | undefined;
  expectType<User>()(ensure.toBeDefined(user, "no"));
  expectType<"admin" | "guest">()(ensure.toBeValidProperty(user, "role", "no"));
  expectType<"a" | string[]>()(ensure.toBeNotEmpty("a" as "a" | "" | null | string[], "no"));
  expectType<true | string>()(ensure.toBeTruthy("x" as boolean | string | undefined, "no"));
  expectType<string>()(ensure.toBeType("x" as unknown, "string", "no"));
  // deno-lint-ignore no-explicit-any -- what JSON.parse gives
  expectType<number>()(ensure.toBeType(1 as any, "number", "no"));
  expectType<"a" | "b">()(ensure.toBeType("a" as "a" | "b" | 7 | null, "string", "no"));
  expectType<string[]>()(ensure.toBeType(["a"] as string | string[], "array", "no"));
  expectType<User>()(ensure.toBeType(user as User | null | string, "object", "no"));
  expectType<"a" | "b">()(ensure.toBeOneOf("a" as string, ["a", "b"], "no"));
  expectType<"open">()(ensure.toBeEqual("open" as string, "open", "no"));
  expectType<number>()(ensure.toBeInRange(3 as number | null, 1, 5, "no"));
  expectType<string>()(ensure.toBeValidEmail("a@b" as string | number, "no"));
  expectType<Date | string>()(ensure.toBeValidDate("2024-01-01" as unknown, "no"));
  expectType<Date>()(ensure.toBeValidDate(new Date(0) as Date | null, "no"));
  // @ts-expect-error a key that the object does not have
  failureOf(() => ensure.toBeValidProperty({ name: "ada" }, "nam", "no"));
  // @ts-expect-error a type that typeof does not know
  failureOf(() => ensure.toBeType(1, "date", "no"));
  // @ts-expect-error text is no number
  failureOf(() => ensure.toBeInRange("3", 1, 5, "no"));
});

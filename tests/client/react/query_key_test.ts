/**
 * `queryKey()`: two inputs share a key only when they send the same request.
 *
 * @module
 */
import { assertEquals, assertNotEquals } from "@std/assert";
import { hashKey } from "@tanstack/react-query";
import { createApi } from "./_api.ts";

const { api } = createApi();

/** The key of any input. */
function keyOf(query: Record<string, unknown>): readonly unknown[] {
  return api.users.list.queryKey({ query: query as { page?: number } });
}

Deno.test("a key reads as the action's name and the input, in TanStack's devtools too", () => {
  assertEquals<readonly unknown[]>(api.users.list.queryKey(), ["users", "list"]);
  assertEquals<readonly unknown[]>(api.users.list.queryKey({ query: { page: 2 } }), ["users", "list", {
    query: { page: 2 },
  }]);
  assertEquals<readonly unknown[]>(api.users.since.queryKey({ query: { at: new Date(0) } }), ["users", "since", {
    query: { at: { "~Date": "1970-01-01T00:00:00.000Z" } },
  }]);
  assertEquals<readonly unknown[]>(
    api.users.pages.infiniteOptions({
      input: (cursor) => ({ query: { cursor } }),
      initialPageParam: 1,
      getNextPageParam: ({ next }) => next,
    }).queryKey,
    ["users", "pages", { query: { cursor: 1 } }, "infinite"],
  );
});

Deno.test("parts and fields that hold nothing do not change a key", () => {
  assertEquals(keyOf({}), ["users", "list"]);
  assertEquals(keyOf({ page: undefined }), ["users", "list"]);
  assertEquals(keyOf({ page: 1, size: undefined }), ["users", "list", { query: { page: 1 } }]);
});

Deno.test("inputs that JSON cannot tell apart have keys of their own", () => {
  const values = [
    null,
    0,
    1,
    "1",
    true,
    "",
    1n,
    2n,
    NaN,
    Infinity,
    -Infinity,
    new Date(0),
    new Date(1),
    new Date(0).toISOString(),
    new URL("http://a/"),
    "http://a/",
    [],
    [1],
    ["1"],
    [undefined],
    [null],
    new Set(),
    new Set([1]),
    new Set(["1"]),
    new Set([1n]),
    new Map(),
    new Map([[1, 2]]),
    new Map([["1", 2]]),
    new Map([[1, new Date(0)]]),
    {},
    { a: 1 },
    { a: new Map([[1, 2]]) },
    new Uint8Array([1]),
    new Uint8Array([2]),
    new Uint8Array([1]).buffer,
    new Uint8Array([2]).buffer,
    new DataView(new Uint8Array([1]).buffer),
    new DataView(new Uint8Array([2]).buffer),
  ];
  const hashes = values.map((value) => hashKey(keyOf({ value })));
  assertEquals(new Set(hashes).size, values.length, hashes.join("\n"));
  assertEquals(hashKey(keyOf({ a: 1n, b: new Date(0) })), hashKey(keyOf({ b: new Date(0), a: 1n })));
  assertNotEquals(hashKey(keyOf({ value: { "~Date": 1 } })), hashKey(keyOf({ value: new Date(1) })));
});

/** Schemas for clients, and the addresses that are made of them. */

import { createIgniterPlugin, Igniter, toClientSchema } from "@igniter-js/core";
import { createIgniterClient } from "@igniter-js/core/client/core";
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { fillAddress, fillPath } from "../../server/contract/path.ts";

function createShop(basePath?: string) {
  const notes = createIgniterPlugin({
    name: "notes",
    controllers: { all: { path: "/all", handler: () => ["a note"] } },
  });
  const igniter = Igniter.context(() => ({})).plugin(notes).create();
  const params = ({ params }: { readonly params: unknown }): unknown => ({ ...params as object });
  const shops = igniter.controller({
    path: "/shops/:shop",
    actions: {
      list: igniter.query({ handler: params }),
      item: igniter.query({ path: "/items/:id/:part?", handler: params }),
      file: igniter.query({ path: "/files/*", handler: params }),
      remove: igniter.mutation({ path: "/items/:id", method: "DELETE", handler: params }),
      live: igniter.query({ path: "/live", stream: true, handler: ({ response }) => response.success("open") }),
    },
  });
  const home = igniter.controller({ path: "/", actions: { page: igniter.query({ handler: () => "home" }) } });
  return igniter.router({ controllers: { shops, home }, ...(basePath === undefined ? {} : { basePath }) });
}

const ROUTES = {
  "shops.list": ["GET", "/shops/:shop"],
  "shops.item": ["GET", "/shops/:shop/items/:id/:part?"],
  "shops.file": ["GET", "/shops/:shop/files/*"],
  "shops.remove": ["DELETE", "/shops/:shop/items/:id"],
  "shops.live": ["GET", "/shops/:shop/live"],
  "home.page": ["GET", "/"],
  "notes.all": ["GET", "/notes/all"],
};

Deno.test("toClientSchema() lists method and path of each action, and is plain JSON", () => {
  for (const basePath of [undefined, "/", "/a/b/"]) {
    const schema = toClientSchema(createShop(basePath));
    assertEquals(schema, { routes: ROUTES } as unknown as typeof schema);
    assertEquals(JSON.parse(JSON.stringify(schema)), schema);
  }
  assertEquals(toClientSchema(Igniter.create().router({ controllers: {} })), { routes: {} });
});

Deno.test("toClientSchema() refuses what is no router", () => {
  for (const value of [undefined, null, {}, () => null]) {
    assertThrows(() => toClientSchema(value as never), TypeError, "Cannot make a schema for clients");
  }
});

Deno.test("R14 createIgniterClient() calls REST paths with a schema, whatever is in a parameter", async () => {
  const router = createShop("/");
  const sent: string[] = [];
  const api = createIgniterClient<typeof router>({
    basePath: "/",
    router: () => toClientSchema(router),
    fetch: (input, init) => {
      const request = new Request(input, init);
      sent.push(`${request.method} ${new URL(request.url).pathname}`);
      return Promise.resolve(router.handler(request));
    },
  });
  for (const id of ["7", "../boom?x", "a b#c", "%2e%2e", "é/ü", "...", ".x", "//evil.example", "\\..\\x"]) {
    const all = { shop: "s", id };
    assertEquals((await api.shops.item.query({ params: all })).data, all);
    assertEquals((await api.shops.remove.mutate({ params: all })).data, all);
  }
  assertEquals((await api.shops.item.query({ params: { shop: "s", id: "1", part: "a/b" } })).data, {
    shop: "s",
    id: "1",
    part: "a/b",
  });
  assertEquals((await api.shops.file.query({ params: { shop: "s", "*": "a b/c?d/é" } })).data, {
    shop: "s",
    "*": "a b/c?d/é",
  });
  assertEquals((await api.home.page.query()).data, "home");
  assertEquals(sent.slice(0, 2), ["GET /shops/s/items/7", "DELETE /shops/s/items/7"]);
  await router.close();
});

Deno.test("R14 fillAddress() refuses a value that would lead to another action", () => {
  for (const id of [".", ".."]) {
    assertThrows(() => fillAddress("/users/:id", { id }), TypeError, `"/users/${id}" would lead elsewhere`);
    assertThrows(() => fillAddress("/users/:id/posts", { id }), TypeError, "would lead elsewhere");
    assertThrows(() => fillAddress("/files/*", { "*": `a/${id}/b` }), TypeError, "would lead elsewhere");
    assertThrows(() => fillAddress("/files/*", { "*": `a/${id}` }), TypeError, "would lead elsewhere");
  }
  for (const id of ["...", ".a", "a.", "a..b", "%2e", "./a", "a/.."]) {
    const { pathname } = new URL(fillAddress("/users/:id", { id }), "http://localhost");
    assertEquals(pathname.split("/").map(decodeURIComponent), ["", "users", id]);
  }
});

Deno.test("R3 fillPath() puts each value into its own segment", () => {
  const filled: readonly (readonly [pattern: string, params: Record<string, unknown>, path: string])[] = [
    ["/", {}, "/"],
    ["/users", { id: 1 }, "/users"],
    ["/users/:id", { id: 7 }, "/users/7"],
    ["/users/:id", { id: 0 }, "/users/0"],
    ["/users/:id", { id: false }, "/users/false"],
    ["/:a/:b", { a: ":b", b: "*" }, "/%3Ab/*"],
    ["/:a/x/:b_2", { a: "$&", b_2: "$1" }, "/%24%26/x/%241"],
    ["/:id/:part?", { id: "a" }, "/a"],
    ["/:id/:part?", { id: "a", part: "" }, "/a"],
    ["/:id/:part?", { id: "a", part: null }, "/a"],
    ["/:id/:part?", { id: "a", part: "b/c" }, "/a/b%2Fc"],
    ["/:all?", {}, "/"],
    ["/files/*", { "*": "a/b c/é" }, "/files/a/b%20c/%C3%A9"],
    ["/:a.b/x:c/*d", { a: 1 }, "/:a.b/x:c/*d"],
  ];
  for (const [pattern, params, path] of filled) assertEquals(fillPath(pattern, params), path, pattern);
});

Deno.test("R14 fillPath() refuses a parameter that is missing, empty or inherited, and names it", () => {
  const missing: readonly (readonly [pattern: string, params: object, name: string])[] = [
    ["/users/:id", {}, "id"],
    ["/users/:id", { id: undefined }, "id"],
    ["/users/:id", { id: null }, "id"],
    ["/users/:id", { id: "" }, "id"],
    ["/files/*", { id: 1 }, "*"],
    ["/files/*", { "*": "" }, "*"],
    ["/:constructor", {}, "constructor"],
    ["/:__proto__", {}, "__proto__"],
  ];
  for (const [pattern, params, name] of missing) {
    const error = assertThrows(() => fillPath(pattern, params as Record<string, unknown>), TypeError);
    assertStringIncludes(error.message, `Cannot build path "${pattern}": the parameter "${name}" is missing`);
  }
  assertThrows(() => fillPath("/:id", { id: "\ud800" }), URIError);
});

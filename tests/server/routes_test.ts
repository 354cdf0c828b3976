/** The route table: precedence, backtracking, methods. */

import { assertEquals, assertThrows } from "@std/assert";
import { type Lookup, Routes } from "../../server/routes.ts";

/** A table of `"GET /path"` lines; each line is its own target. */
function table(...lines: readonly string[]): Routes<string> {
  const routes = new Routes<string>("", (line) => `"${line}"`);
  for (const line of lines) {
    const [method, path] = line.split(" ") as [string, string];
    routes.add(method, path, line);
  }
  return routes;
}

/** What answers `"GET /path"`: the line and its parameters, or how it failed. */
function find(routes: Routes<string>, request: string): string {
  const [method, path] = request.split(" ") as [string, string];
  const found = show(routes.find(method, path));
  const url = `http://localhost${path}`;
  const quick = routes.quick(method, url, url.length - path.length, url.length);
  // The short way may not know, but never knows better.
  if (quick !== undefined) assertEquals(show({ kind: "found", ...quick }), found, request);
  return found;
}

function show(lookup: Lookup<string>): string {
  if (lookup.kind === "wrong method") return `405 ${[...lookup.allow].sort().join(" ")}`;
  if (lookup.kind !== "found") return lookup.kind;
  const params = Object.entries(lookup.params).map(([name, value]) => ` ${name}=${value}`);
  return lookup.target + params.join("");
}

/** Asserts what answers each request. */
function check(routes: Routes<string>, expected: Readonly<Record<string, string>>): void {
  for (const [request, answer] of Object.entries(expected)) assertEquals(find(routes, request), answer, request);
}

Deno.test("R3 Routes prefers static over parameter over absent optional over wildcard, in any order of registration", () => {
  const lines = ["GET /a/b", "GET /a/:x", "GET /a/*", "GET /:y/b", "GET /*", "GET /a/b/c/:z?"];
  const expected = {
    "GET /a/b": "GET /a/b",
    "GET /a/c": "GET /a/:x x=c",
    "GET /a/c/d": "GET /a/* *=c/d",
    "GET /z/b": "GET /:y/b y=z",
    "GET /z/c": "GET /* *=z/c",
    "GET /a": "GET /* *=a",
    "GET /a/b/c": "GET /a/b/c/:z?",
    "GET /a/b/c/d": "GET /a/b/c/:z? z=d",
    "GET /a/b/c/d/e": "GET /a/* *=b/c/d/e",
    "GET /": "missing",
  };
  check(table(...lines), expected);
  check(table(...lines.toReversed()), expected);
});

Deno.test("R3 Routes goes back from a precise branch that ends nowhere, and leaves no parameter of it behind", () => {
  const routes = table("GET /a/:x/c/d", "GET /:p/b/:q/e", "GET /:p/:q/:r/*", "GET /:p/b/:q");
  check(routes, {
    "GET /a/b/c/d": "GET /a/:x/c/d x=b",
    "GET /a/b/c/e": "GET /:p/b/:q/e p=a q=c",
    "GET /a/b/c/f": "GET /:p/:q/:r/* p=a q=b r=c *=f",
    "GET /a/b/c": "GET /:p/b/:q p=a q=c",
    "GET /a/x/c": "missing",
  });
});

Deno.test("R3 Routes goes back to another branch for a method that the precise one does not have", () => {
  const routes = table("GET /users/me", "DELETE /users/:id", "PATCH /users/*");
  check(routes, {
    "GET /users/me": "GET /users/me",
    "DELETE /users/me": "DELETE /users/:id id=me",
    "PATCH /users/me": "PATCH /users/* *=me",
    "HEAD /users/me": "GET /users/me",
  });
});

Deno.test("R4 Routes names every method of every pattern that fits in Allow, each once", () => {
  const routes = table("GET /users/me", "DELETE /users/:id", "PATCH /users/*", "DELETE /users/me", "POST /users");
  check(routes, {
    "PUT /users/me": "405 DELETE GET HEAD OPTIONS PATCH",
    "PUT /users/7": "405 DELETE OPTIONS PATCH",
    "HEAD /users/7": "405 DELETE OPTIONS PATCH",
    "OPTIONS /users/7/8": "405 OPTIONS PATCH",
    "GET /users": "405 OPTIONS POST",
    "GET /nowhere": "missing",
  });
});

Deno.test("R3 Routes decodes each parameter by itself; static segments match as they were sent", () => {
  const routes = table("GET /files/:name", "GET /caf%C3%A9", "GET /café/:x", "GET /a b", "GET /raw/*");
  check(routes, {
    "GET /files/a%2Fb": "GET /files/:name name=a/b",
    "GET /files/%2E%2E": "GET /files/:name name=..",
    "GET /files/..": "GET /files/:name name=..",
    "GET /fil%65s/x": "missing",
    "GET /caf%C3%A9/1": "GET /café/:x x=1",
    "GET /raw/a%2Fb/c": "GET /raw/* *=a/b/c",
    "GET /files/%": "malformed",
    "GET /nowhere/%zz": "malformed",
    "GET /files/%2F%2F": "GET /files/:name name=//",
  });
});

Deno.test("R3 Routes ignores one trailing slash; a parameter is never empty", () => {
  const routes = table("GET /", "GET /a", "GET /a/:x", "GET /b/:x?", "GET /c/*");
  check(routes, {
    "GET /": "GET /",
    "GET /a": "GET /a",
    "GET /a/": "GET /a",
    "GET /a//": "missing",
    "GET /a/x/": "GET /a/:x x=x",
    "GET //a": "missing",
    "GET /b": "GET /b/:x?",
    "GET /b/": "GET /b/:x?",
    "GET /c": "missing",
    "GET /c/": "missing",
    "GET /c//": "missing",
    "GET /c/x": "GET /c/* *=x",
    "GET /c/x/": "GET /c/* *=x",
    "GET //": "missing",
  });
});

Deno.test("R14 Routes takes names of Object's prototype for what they are: segments and parameters", () => {
  const routes = table("GET /constructor", "GET /x/:__proto__", "GET /y/:toString");
  check(routes, {
    "GET /constructor": "GET /constructor",
    "GET /__proto__": "missing",
    "GET /toString": "missing",
    "GET /x/1": "GET /x/:__proto__ __proto__=1",
    "GET /y/1": "GET /y/:toString toString=1",
  });
  const found = routes.find("GET", "/x/1");
  assertEquals(found.kind === "found" && ["toString" in found.params, found.params["constructor"]], [false, undefined]);
  assertEquals(({} as Record<string, unknown>)["1"], undefined);
});

Deno.test("R4 Routes refuses a second target of one method and pattern, and names both", () => {
  const clashes = [["/a", "/a/"], ["/:x", "/:y"], ["/a/:x?", "/a"], ["/a", "/a/:x?"], ["/a/*", "/a/*"], [
    "/:x?",
    "/:y",
  ]] as const;
  for (const [first, second] of clashes) {
    const error = assertThrows(() => table(`GET ${first}`, `GET ${second}`), TypeError, `"GET ${second}"`);
    assertEquals(error.message, `Cannot register "GET ${second}": GET ${first} belongs to "GET ${first}" already`);
  }
});

Deno.test("R3 Routes refuses patterns that cannot be meant", () => {
  for (const path of ["/:", "/:1", "/a?", "/:x?/b", "/*/b", "/a*", "/:x/:x", "/a#b", "/:x-y"]) {
    assertThrows(() => table(`GET ${path}`), TypeError, `"${path}"`);
  }
});

Deno.test("R3 Routes finds the last of five hundred routes", () => {
  const lines = Array.from({ length: 500 }, (_, index) => `GET /r${index}/:id/end`);
  const routes = table(...lines);
  check(routes, { "GET /r499/7/end": "GET /r499/:id/end id=7", "GET /r499/7/other": "missing" });
});

/** `igniter routes`. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { toRoutesTable } from "../../cli/routes.ts";
import { createDemoProject, createProject } from "./_project.ts";
import { igniter } from "./_cli.ts";

Deno.test("R62 igniter routes lists the demo's actions, from any folder of it", async () => {
  using project = createDemoProject();
  const { code, stdout, stderr } = await igniter(["routes"], { cwd: `${project.folder}/src/features` });
  assertEquals({ code, stderr: stderr.trim() }, { code: 0, stderr: "8 actions under /api/v1" });
  const lines = stdout.trimEnd().split("\n").map((line) => line.split(/ {2,}/));
  assertEquals(lines[0], ["METHOD", "PATH", "KEY", "PROCEDURES", "SCHEMAS"]);
  const byKey = new Map(lines.map((line) => [line[2], line]));
  assertEquals(byKey.get("users.byId"), ["GET", "/api/v1/users/:id", "users.byId", "session, auth", "output"]);
  assertEquals(byKey.get("users.create"), ["POST", "/api/v1/users", "users.create", "session", "body"]);
  assertEquals(byKey.get("notifications.stream")?.[0], "GET (stream)");

  const json = await igniter(["routes", "--json"], { cwd: project.folder });
  const { basePath, routes } = JSON.parse(json.stdout);
  assertEquals({ code: json.code, basePath, count: routes.length }, { code: 0, basePath: "/api/v1", count: 8 });
  assertEquals(routes[1], {
    method: "GET",
    path: "/api/v1/users/:id",
    key: "users.byId",
    kind: "query",
    procedures: ["session", "auth"],
    schemas: ["output"],
    description: "Gives one user",
  });
});

Deno.test("R62 igniter routes tells a plugin's routes and what is on its way out", () => {
  const route = { method: "GET", path: "/a", key: "a.b", kind: "query", procedures: [], schemas: [] } as const;
  assertEquals(toRoutesTable({ routes: [{ ...route, plugin: "a" }, { ...route, deprecated: true }] }), [
    "METHOD  PATH  KEY               PROCEDURES  SCHEMAS",
    "GET     /a    a.b (plugin)      -           -",
    "GET     /a    a.b (deprecated)  -           -",
  ]);
});

Deno.test("R62 igniter routes fails with 1 and a hint where there is no router", async () => {
  using project = createProject({});
  const { code, stdout, stderr } = await igniter(["routes"], { cwd: project.folder });
  assertEquals({ code, stdout }, { code: 1, stdout: "" });
  assertStringIncludes(stderr, "Cannot find the router");
  assertStringIncludes(stderr, "--router path/to/file.ts");
});

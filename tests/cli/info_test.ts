/** `igniter info`. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { toLines, withoutSecrets } from "../../cli/info.ts";
import { readConfig } from "../project.ts";
import { createDemoProject, createProject } from "./_project.ts";
import { igniter } from "./_cli.ts";

Deno.test("R62 igniter info names versions, framework, drivers and features, and no secret", async () => {
  using project = createDemoProject();
  project.write(".env", "COOKIE_SECRET=hush-hush-hush-hush-hush-hush-hush-hush\nREDIS_URL=redis://me:hush@127.0.0.1:1");
  const env = { DATABASE_URL: "postgres://me:hush@127.0.0.1:1/db" };
  const { code, stdout, stderr } = await igniter(["info", "--json"], { cwd: project.folder, env });
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  assertEquals(stdout.includes("hush"), false);
  const { igniter: version, deno, node, os, project: told } = JSON.parse(stdout);
  assertEquals(version, readConfig().version);
  assertStringIncludes(deno, Deno.version.deno);
  assertMatch(node, /^(?:\d+\.\d+\.\d+|none)$/);
  assertStringIncludes(os, Deno.build.os);
  const { packages, ...rest } = told;
  assertEquals(rest, {
    runtime: "deno",
    framework: "deno",
    drivers: ["bullmq", "memory", "redis", "sqlite"],
    router: {
      file: "src/igniter.router.ts",
      basePath: "/api/v1",
      actions: 8,
      features: ["logger", "store", "jobs"],
    },
  });
  assertEquals(packages["zod"], readConfig().imports["zod"]);
  assertEquals(packages["@igniter-js/core"], `jsr:@igniter-js/core@^${version}`);
});

Deno.test("R62 igniter info tells what it cannot find out, and the rest", async () => {
  using project = createProject({ "igniter.router.ts": `throw new Error("no database\\nat all");` });
  const { code, stdout } = await igniter(["info"], { cwd: project.folder });
  assertEquals(code, 0);
  assertMatch(stdout, /^router +Cannot load igniter\.router\.ts: no database$/m);
  assertMatch(stdout, /^framework +deno$/m);

  const lost = await igniter(["info"], { cwd: "/" });
  assertEquals(lost.code, 0);
  assertMatch(lost.stdout, /^project +Cannot find a project: /m);
});

Deno.test("R62 igniter info is a table, and hides what URLs hold", () => {
  const project = { runtime: "node", framework: "nextjs", packages: { zod: "^4" }, drivers: [] };
  const router = { file: "r.ts", basePath: "/", actions: 1, features: [] };
  assertEquals(toLines({ igniter: "1", deno: "2", node: "3", os: "4", project: { ...project, router } }), [
    "igniter    1",
    "deno       2",
    "node       3",
    "os         4",
    "runtime    node",
    "framework  nextjs",
    "drivers    none",
    "router     r.ts, 1 actions under /",
    "features   none",
    "zod        ^4",
  ]);
  assertEquals(withoutSecrets("https://me:hush@example.test/mod.ts?token=hush"), "https://***@example.test/mod.ts?***");
  assertEquals(withoutSecrets("jsr:@igniter-js/core@^0.1.0"), "jsr:@igniter-js/core@^0.1.0");
});

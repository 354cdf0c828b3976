/** What `igniter generate` writes into the demo app: it type-checks, is linted and formatted, and its tests pass. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { runDeno } from "../project.ts";
import { igniter } from "./_cli.ts";
import { createDemoProject, type TestProject } from "./_project.ts";

async function generate(project: TestProject, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await igniter(["generate", ...args], { cwd: project.folder });
  assertEquals({ args, code, stderr }, { args, code: 0, stderr: "" });
  return stdout;
}

async function succeeds(project: TestProject, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runDeno(args, { cwd: project.folder });
  assertEquals(code, 0, `${args.join(" ")}\n${stdout}\n${stderr}`);
  return stdout;
}

Deno.test("R62 what igniter generate adds to the demo type-checks, lints, is formatted, and passes its tests", async () => {
  using project = createDemoProject();
  const before = project.read("src/igniter.router.ts");
  const shown = await generate(project, "feature", "BlogPosts", "--dry-run");
  assertStringIncludes(shown, "create src/features/blog-post/controllers/blog-post.controller.ts");
  assertStringIncludes(shown, "+ blogPosts: blogPostController,");
  assertEquals(project.read("src/igniter.router.ts"), before);

  await generate(project, "feature", "BlogPosts");
  for (const name of ["news", "map", "address", "page"]) await generate(project, "feature", name);
  await generate(project, "feature", "cache", "--plural", "caches");
  await generate(project, "controller", "Audits", "--feature", "user");
  await generate(project, "controller", "health");
  await generate(project, "procedure", "tenant");
  await generate(project, "procedure", "owned_post", "--feature", "blog-post");
  await generate(project, "job", "send-invoice", "--feature", "blog-post");
  await generate(project, "job", "pay invoice", "--feature", "blog-post");
  await generate(project, "job", "cleanUp");
  const schema = await igniter(["generate", "schema"], { cwd: project.folder });
  assertEquals({ code: schema.code, stdout: schema.stdout }, { code: 0, stdout: "" });
  assertStringIncludes(
    project.read("src/igniter.router.ts"),
    `import { auditController, sessionController, userController } from "./features/user/index.ts";`,
  );
  project.write(
    "src/client_test.ts",
    `import { createIgniterClient } from "@igniter-js/core/client/core";
     import { assertEquals } from "@std/assert";
     import type { AppRouter as Router } from "./igniter.router.ts";
     import { AppRouter } from "./igniter.router.ts";
     import { igniter } from "./igniter.ts";
     import { AppRouterSchema } from "./igniter.schema.ts";

     Deno.test("the schema leads the client to the REST paths", async () => {
       const paths: string[] = [];
       const api = createIgniterClient<Router>({
         basePath: "/api/v1",
         baseURL: "http://localhost",
         router: () => AppRouterSchema,
         fetch: (input, init) => {
           const request = new Request(input, init);
           paths.push(new URL(request.url).pathname);
           return Promise.resolve(AppRouter.handler(request));
         },
       });
       await api.blogPosts.list.query.orThrow({ query: { page: 2 } });
       await api.audits.list.query.orThrow();
       assertEquals(paths, ["/api/v1/blog-posts", "/api/v1/audits"]);
     });

     Deno.test("the jobs are done", async () => {
       const { sendInvoice, payInvoice } = igniter.jobs.blogPost;
       await igniter.jobs.tasks.schedule({ task: "cleanUp", input: { id: "1" } });
       const handles = [await sendInvoice.enqueue({ id: "2" }), await payInvoice.enqueue({ id: "3" })];
       for (const handle of handles) assertEquals(typeof handle.id, "string");
     });`,
  );
  await succeeds(project, "fmt", "--quiet", "src/client_test.ts");

  const checks = [["check"], ["lint"], ["fmt", "--check", "src", "main.ts"]];
  const [tests] = await Promise.all([
    succeeds(project, "test", "-A", "--no-check"),
    ...checks.map((args) => succeeds(project, ...args)),
  ]);
  assert(/^ok \| \d+ passed \| 0 failed/m.test(tests ?? ""), tests);
});

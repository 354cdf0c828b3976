/** A project with PostgreSQL, on a real server. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { root } from "../project.ts";
import { igniter } from "./_cli.ts";
import { postgresIsMissing, startPostgres } from "./_postgres.ts";
import { ask, startProject } from "./_started.ts";

const ADA = { email: "ada@example.com", password: "analytical-engine" };
const missing = postgresIsMissing();

Deno.test({
  name: `R60 two processes of a project with PostgreSQL begin at once, and share its tables${
    missing ? ` (ignored: ${missing})` : ""
  }`,
  ignore: missing !== undefined,
  fn: async () => {
    const folder = Deno.makeTempDirSync({ prefix: "igniter-init-" });
    try {
      const app = join(folder, "app");
      const flags = ["--database", "postgres", "--features", "none", "--no-git", "--link", root];
      assertEquals((await igniter(["init", app, ...flags])).code, 0);
      await using postgres = await startPostgres();
      const env = { DATABASE_URL: postgres.url };
      const started = await Promise.all([startProject(app, env), startProject(app, env)]);
      await using one = started[0];
      await using other = started[1];

      const grace = { name: "Grace Hopper", email: "grace@example.com" };
      const created = await ask(one, "POST /users", { body: grace });
      assertEquals(created.status, 201);
      assertEquals((await ask(other, "POST /users", { body: grace })).error.code, "ERR_CONFLICT");
      const { token } = (await ask(other, "POST /sessions", { body: ADA })).data;
      assertEquals((await ask(other, `GET /users/${created.data.id}`, { token })).data, created.data);
      assertEquals((await ask(other, "GET /users/nobody", { token })).status, 404);
      const { users, total } = (await ask(other, "GET /users", { token })).data;
      assertEquals([users[0], users[1].email, total], [created.data, ADA.email, 2]);
      assertEquals((await ask(other, "GET /users?page=2", { token })).data.users, []);
      assertEquals(await one.end("SIGTERM"), 0);
      assertEquals(await other.end("SIGTERM"), 0);

      const lost = await startProject(app, { DATABASE_URL: "" }).then(
        async (running) => {
          await running.end("SIGKILL");
          return "";
        },
        (error) => String(error),
      );
      assertStringIncludes(lost, "Cannot reach the database: DATABASE_URL is not set");
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  },
});

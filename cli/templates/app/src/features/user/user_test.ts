import { testCaller } from "@igniter-js/core/testing";
import { assertEquals } from "@std/assert";
import { AppRouter } from "../../igniter.router.ts";
import { createMemoryDatabase } from "../../services/database.memory.ts";

/** The application's own router, with an empty database. */
function createCaller() {
  return testCaller(AppRouter, { context: { database: createMemoryDatabase() } });
}

Deno.test("a user is listed for one who signed in", async () => {
  const caller = createCaller();
  const ada = { name: "Ada Lovelace", email: "ada@test.example", password: "analytical-engine" };
  const created = await caller.users.create.mutate.orThrow({ body: ada });
  const { token } = await caller.sessions.signIn.mutate.orThrow({ body: ada });

  const signedIn = caller.with({ headers: { authorization: `Bearer ${token}` } });
  const { data } = await signedIn.users.list.query();
  assertEquals(data, { users: [created], total: 1, pages: 1 });
});

Deno.test("a stranger gets no list", async () => {
  const { error } = await createCaller().users.list.query();
  assertEquals(error?.code, "ERR_UNAUTHORIZED");
});

Deno.test("an email address belongs to one user", async () => {
  const caller = createCaller();
  const body = { name: "Ada", email: "ada@test.example" };
  await caller.users.create.mutate.orThrow({ body });

  const { error } = await caller.users.create.mutate({ body: { ...body, email: "ADA@test.example" } });
  assertEquals(error?.code, "ERR_CONFLICT");
  // The code tells the type of the data.
  if (error?.code === "ERR_CONFLICT") assertEquals(error.data, { email: "ada@test.example" });
});

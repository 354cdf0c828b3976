/**
 * The README's "API Creation Guide", steps 1 to 7: its files stand in `src/`, here they are used.
 *
 * @module
 */
import { Igniter } from "@igniter-js/core";
import { type Equal, expectType, send } from "@igniter-js/core/testing";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { DELETE, GET, PATCH, POST, PUT } from "./src/app/api/v1/[[...all]]/route.ts";
import { createIgniterAppContext, type IgniterAppContext } from "./src/igniter.context.ts";
import { igniter } from "./src/igniter.ts";
import { AppRouter } from "./src/igniter.router.ts";
import { auth } from "./src/features/user/procedures/auth.procedure.ts";
import type { UserInput } from "./src/features/user/user.types.ts";
import { clock } from "./src/services/clock.ts";
import type { User } from "./src/services/database.ts";
import { logger, logs } from "./src/services/logger.ts";
import { store } from "./src/services/store.ts";
import { hearRevalidations } from "./listen.ts";

Deno.test("README step 1: the instance has what the builder enabled, and the framework uses it", async () => {
  assertEquals([igniter.logger, igniter.store], [logger, store]);
  assertEquals(typeof igniter.telemetry.span, "function");
  assertEquals(typeof igniter.jobs.system.schedule, "function");

  const failing = igniter.query({
    handler: () => {
      throw new Error("secret");
    },
  });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { failing } }) } });
  const { error } = await send(router, "GET /x");
  const entry = logs.find(({ fields }) => fields?.["id"] === error?.id);
  assertEquals(entry?.level, "error", "the framework logs through the given logger");
});

Deno.test("README step 1: context<T>() names the type, router({ context }) gives the factory", async () => {
  const typed = Igniter.context<IgniterAppContext>().logger(logger).create();
  const list = typed.query({ handler: ({ context }) => context.database.user.findMany({ take: 1, skip: 0 }) });
  const controllers = { users: typed.controller({ path: "/users", actions: { list } }) };

  const router = typed.router({ controllers, context: createIgniterAppContext });
  assertEquals((await send(router, "GET /users")).data, [{ id: "1", name: "User 1", email: "user1@example.com" }]);
});

Deno.test("README step 1: without any factory, reading the context says so", async () => {
  const before = logs.length;
  const typed = Igniter.context<IgniterAppContext>().logger(logger).create();
  const list = typed.query({ handler: ({ context }) => context.database.user.findMany({ take: 1, skip: 0 }) });
  const router = typed.router({ controllers: { users: typed.controller({ path: "/users", actions: { list } }) } });

  assertEquals((await send(router, "GET /users")).error?.code, "ERR_INTERNAL");
  const logged = logs.slice(before).find(({ message }) => message === "Request failed")?.fields?.["error"];
  assertStringIncludes(
    String(logged),
    "Cannot read context.database: no context factory was given; use Igniter.context(factory) or router({ context: factory })",
  );
});

Deno.test("README step 2: the factory is called for each request, with the request", async () => {
  const seen: string[] = [];
  const app = Igniter.context((request) => {
    seen.push(new URL(request.url).search);
    return { agent: request.headers.get("user-agent") };
  }).create();
  const whoami = app.query({ handler: ({ context }) => context.agent });
  const router = app.router({ controllers: { me: app.controller({ path: "/me", actions: { whoami } }) } });

  assertEquals((await send(router, "GET /me?n=1", { headers: { "user-agent": "a" } })).data, "a");
  assertEquals((await send(router, "GET /me?n=2", { headers: { "user-agent": "b" } })).data, "b");
  assertEquals(seen, ["?n=1", "?n=2"]);
});

Deno.test("README step 3: the schema's messages reach the client, with their paths", async () => {
  expectType<Equal<UserInput, { name: string; email: string }>>();
  const { status, error } = await send(AppRouter, "POST /users", { body: { name: "J", email: "nobody" } });
  assertEquals([status, error?.code], [400, "ERR_VALIDATION"]);
  assertEquals(error?.data, {
    issues: [
      { path: ["name"], message: "Name must be at least 2 characters long." },
      { path: ["email"], message: "Invalid email address." },
    ],
  });
});

Deno.test("README step 4: the procedure runs called and plain, and what it returns is in the context, typed", async () => {
  const router = igniter.router({
    controllers: {
      me: igniter.controller({
        path: "/me",
        actions: {
          called: igniter.query({
            path: "/called",
            use: [auth({ isAuthRequired: true })],
            handler: ({ context }) => {
              expectType<Equal<typeof context.auth.user, { id: string; name: string; roles: string[] }>>();
              return context.auth.user.name;
            },
          }),
          plain: igniter.query({
            path: "/plain",
            use: [auth],
            handler: ({ context }) => {
              // @ts-expect-error the procedure provides `auth`, not `auht`
              void context.auht;
              return context.auth.user.roles;
            },
          }),
        },
      }),
    },
  });
  assertEquals((await send(router, "GET /me/called")).data, "John Doe");
  assertEquals((await send(router, "GET /me/plain")).data, ["admin"]);
});

Deno.test("README step 5: list pages as the query says, with the default where it says nothing", async () => {
  const { data: first } = await send(AppRouter, "GET /users");
  assertEquals((first as { users: User[] }).users.map(({ id }) => id), [
    "1",
    "2",
    "3",
    "4",
    "5",
    "6",
    "7",
    "8",
    "9",
    "10",
  ]);
  const { data: second } = await send(AppRouter, "GET /users?page=2");
  assertEquals((second as { users: User[] }).users.slice(0, 2).map(({ id }) => id), ["11", "12"]);
  assertEquals((await send(AppRouter, "GET /users?page=x")).error?.code, "ERR_VALIDATION");
  assert(logs.some(({ message }) => message === "User 1 is listing users."));
});

Deno.test("README step 5: create answers 201, keeps the user for an hour, sends the mail later, refreshes the list", async () => {
  const heard = hearRevalidations(igniter.realtime);
  const before = logs.length;
  const { status, data } = await send(AppRouter, "POST /users", { body: { name: "Ada", email: "ada@example.com" } });
  const user = data as User;
  assertEquals([status, user.name, user.email], [201, "Ada", "ada@example.com"]);
  assertEquals(heard, [{ path: "users.list" }]);
  assertEquals(await store.get(`user:${user.id}`), user);

  const messages = () =>
    logs.slice(before).filter(({ level }) => level !== "debug").map((
      { message, fields },
    ) => [message, fields?.["userId"] ?? fields?.["email"]]);
  await clock.advance(999);
  assertEquals(messages(), [["Attempting to create new user", "ada@example.com"]]);
  await clock.advance(1);
  assertEquals(messages(), [
    ["Attempting to create new user", "ada@example.com"],
    ["Job started", user.id],
    ["Welcome email sent", user.id],
    ["Job completed", undefined],
  ]);

  await clock.advance(3_600_000);
  assertEquals(await store.get(`user:${user.id}`), undefined);
});

Deno.test("README step 6: baseURL and basePath are honoured, by handler, fetch and caller", async () => {
  assertEquals([AppRouter.baseURL, AppRouter.basePath], ["http://localhost:3000", "/api/v1"]);
  const at = (path: string) => new Request(`http://localhost:3000${path}`);
  assertEquals((await AppRouter.handler(at("/api/v1/users"))).status, 200);
  assertEquals((await AppRouter.fetch(at("/users"))).status, 404);

  const elsewhere = igniter.router({
    baseURL: "https://example.com",
    basePath: "/v2",
    controllers: {
      here: igniter.controller({
        path: "/here",
        actions: { url: igniter.query({ handler: ({ request }) => request.url }) },
      }),
    },
  });
  assertEquals((await elsewhere.caller.here.url.query()).data, "https://example.com/v2/here");
});

Deno.test("README step 6: the caller gives what the actions answer, typed", async () => {
  const { data, error } = await AppRouter.caller.users.list.query({ query: { page: 1 } });
  if (data !== null) expectType<Equal<typeof data.users, User[]>>();
  assertEquals([data?.users.length, error], [10, null]);

  const refused = await AppRouter.caller.users.create.mutate({ body: { name: "J", email: "j@example.com" } });
  assertEquals(refused.error?.code, "ERR_VALIDATION");
});

Deno.test("README step 7: the Next.js route exports answer the router's requests", async () => {
  const list = await GET(new Request("http://localhost:3000/api/v1/users?page=1"));
  assertEquals((await list.json()).data.users.length, 10);
  const created = await POST(
    new Request("http://localhost:3000/api/v1/users", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ name: "Grace", email: "grace@example.com" }),
    }),
  );
  assertEquals(created.status, 201);
  for (const [method, answer] of Object.entries({ PUT, DELETE, PATCH })) {
    const { status, headers } = await answer(new Request("http://localhost:3000/api/v1/users", { method }));
    assertEquals([status, headers.get("allow")], [405, "GET, POST, HEAD, OPTIONS"]);
  }
});

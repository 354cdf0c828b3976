/**
 * The README's "Igniter.js Plugins" and "Igniter.js Ensure".
 *
 * @module
 */
import { createIgniterPlugin, createIgniterPluginAction, Ensure, Igniter } from "@igniter-js/core";
import { type Equal, expectType, send } from "@igniter-js/core/testing";
import { assertEquals } from "@std/assert";
import { z } from "zod";
import { logger, logs } from "./src/services/logger.ts";

interface AppContext {
  readonly db: { readonly user: { find(id: string): Promise<{ id: string; name: string } | undefined> } };
}

const db: AppContext["db"] = {
  user: { find: (id) => Promise.resolve(id === "1" ? { id, name: "Ada" } : undefined) },
};

/** What the README's action writes to the console. */
const audited: string[] = [];

const auditPlugin = createIgniterPlugin({
  name: "audit",
  // Internal actions, not exposed as API endpoints
  actions: {
    logEvent: createIgniterPluginAction({
      input: z.object({ event: z.string() }),
      // deno-lint-ignore require-await
      handler: async ({ input }) => {
        audited.push(`[AUDIT]: ${input.event}`);
      },
    }),
  },
  // API endpoints exposed by the plugin
  controllers: {
    logs: {
      path: "/logs/:userId",
      // deno-lint-ignore require-await
      handler: async ({ self, request }) => {
        expectType<Equal<typeof request.params.userId, string>>();
        return self.response.success({ logs: [], userId: request.params.userId });
      },
    },
  },
  // Lifecycle hooks
  hooks: {
    afterRequest: async (_ctx, _req, _res, self) => {
      await self.actions.logEvent({ event: "request:success" });
    },
  },
});

// Register in the builder
const igniter = Igniter.context<AppContext>().logger(logger).plugins({ audit: auditPlugin }).create();
const AppRouter = igniter.router({
  context: () => ({ db }),
  controllers: {
    users: igniter.controller({
      path: "/users",
      actions: {
        audit: igniter.mutation({
          path: "/audit",
          handler: async ({ context, plugins }) => {
            expectType<Equal<typeof plugins.audit, typeof context.$plugins.audit>>();
            await context.$plugins.audit.logEvent({ event: "from a handler" });
          },
        }),
        wrong: igniter.mutation({
          path: "/wrong",
          // @ts-expect-error `event` is a string
          handler: ({ context }) => context.$plugins.audit.logEvent({ event: 1 }),
        }),
      },
    }),
  },
});

Deno.test("README plugins: the plugin's route is mounted below its name, and on the caller, typed", async () => {
  const { status, data } = await send(AppRouter, "GET /audit/logs/7");
  assertEquals([status, data], [200, { logs: [], userId: "7" }]);

  const called = await AppRouter.caller.audit.logs.query({ params: { userId: "8" } });
  expectType<Equal<typeof called.data, { logs: never[]; userId: string } | null>>();
  assertEquals(called.data?.userId, "8");
});

Deno.test("README plugins: afterRequest runs once per request, whatever the exit, before the answer leaves", async () => {
  for (const target of ["GET /audit/logs/7", "GET /nowhere", "DELETE /audit/logs/7", "POST /users/wrong"]) {
    audited.length = 0;
    await send(AppRouter, target);
    assertEquals(audited, ["[AUDIT]: request:success"], target);
  }
});

Deno.test("README plugins: handlers call the plugin's actions, and they are no endpoints", async () => {
  audited.length = 0;
  await send(AppRouter, "POST /users/audit");
  assertEquals(audited, ["[AUDIT]: from a handler", "[AUDIT]: request:success"]);
  assertEquals((await send(AppRouter, "POST /audit/logEvent")).status, 404);
});

Deno.test("R50 an action's input is validated: a handler's wrong one is the server's failure, not the client's", async () => {
  const { status, error } = await send(AppRouter, "POST /users/wrong");
  assertEquals([status, error?.code], [500, "ERR_INTERNAL"]);
  assertEquals(logs.at(-1)?.fields?.["id"], error?.id);
});

Deno.test("README plugins: .plugin() takes one under its own name", async () => {
  const app = Igniter.context(() => ({})).plugin(auditPlugin).create();
  const router = app.router({ controllers: {} });
  assertEquals((await router.caller.audit.logs.query({ params: { userId: "9" } })).data?.userId, "9");
});

// --- Ensure

const ensurePlugin = createIgniterPlugin({
  name: "ensure",
  build: () => Ensure.initialize("MyApp"),
});

Deno.test("README Ensure: as a plugin, its checks narrow and fail with the given message and a 4xx", async () => {
  const igniter = Igniter.context<AppContext>().plugin(ensurePlugin).create();
  const router = igniter.router({
    context: () => ({ db }),
    controllers: {
      users: igniter.controller({
        path: "/users",
        actions: {
          byId: igniter.query({
            path: "/:id",
            handler: async ({ context, params }) => {
              const user = context.$plugins.ensure.toBeDefined(
                await context.db.user.find(params.id),
                "User not found",
              );
              // user is now guaranteed to be non-nullable
              expectType<Equal<typeof user, { id: string; name: string }>>();
              return context.response.success({ user });
            },
          }),
        },
      }),
    },
  });
  assertEquals((await send(router, "GET /users/1")).data, { user: { id: "1", name: "Ada" } });
  const { status, error } = await send(router, "GET /users/2");
  assertEquals([status, error], [422, { code: "ERR_ENSURE", message: "User not found" } as typeof error]);

  const { data } = await router.caller.users.byId.query({ params: { id: "1" } });
  expectType<Equal<typeof data, { user: { id: string; name: string } } | null>>();
});

Deno.test("README Ensure: the key methods give the value back, or fail with the message", () => {
  const ensure = Ensure.initialize("MyApp");
  const maybe = "a" as string | null | undefined;
  expectType<Equal<"a" | "b", ReturnType<typeof pick>>>();
  function pick() {
    return ensure.toBeOneOf(maybe, ["a", "b"], "Not an option");
  }
  assertEquals(ensure.toBeNotEmpty(maybe, "Empty"), "a");
  assertEquals(ensure.toBeDefined(maybe, "Missing").length, 1);
  assertEquals(ensure.toBeValidEmail("ada@example.com", "No address"), "ada@example.com");
  assertEquals(ensure.toMatchPattern("abc", /^a/, "No match"), "abc");
  assertEquals(pick(), "a");
  const failures = [
    () => ensure.toBeNotEmpty("", "Empty"),
    () => ensure.toBeDefined(null, "Missing"),
    () => ensure.toBeValidEmail("nobody", "No address"),
    () => ensure.toMatchPattern("b", /^a/, "No match"),
    () => ensure.toBeOneOf("c", ["a", "b"], "Not an option"),
  ].map((check) => {
    try {
      check();
      return "passed";
    } catch (error) {
      return (error as Error).message;
    }
  });
  assertEquals(failures, ["Empty", "Missing", "No address", "No match", "Not an option"]);
});

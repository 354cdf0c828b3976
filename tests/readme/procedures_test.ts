/**
 * The README's "Procedures (Middleware)": a session in a cookie.
 *
 * @module
 */
import { type Equal, expectType, send } from "@igniter-js/core/testing";
import { assertEquals } from "@std/assert";
import { auth } from "./src/advanced/auth.procedure.ts";
import { igniter } from "./src/igniter.ts";
import { store } from "./src/services/store.ts";

const router = igniter.router({
  controllers: {
    session: igniter.controller({
      path: "/session",
      actions: {
        show: igniter.query({
          use: [auth({ isAuthRequired: true })],
          handler: ({ context, response }) => response.success({ user: context.auth.user }),
        }),
        end: igniter.mutation({
          method: "DELETE",
          use: [auth({ isAuthRequired: true })],
          handler: ({ context, response }) => {
            context.auth.signOut();
            return response.noContent();
          },
        }),
        guest: igniter.query({ path: "/guest", use: [auth], handler: ({ context }) => context.auth.user.id }),
      },
    }),
  },
});

const cookie = "authorization=t%200; other=1";

Deno.test("README procedures: the cookie is decoded, and what the procedure returns is in the context", async () => {
  assertEquals((await send(router, "GET /session", { headers: { cookie } })).data, { user: { id: "t 0" } });
  assertEquals((await send(router, "GET /session/guest")).data, "guest");
});

Deno.test("README procedures: an early response stops the request, and its error is typed on the caller", async () => {
  const { status, error } = await send(router, "GET /session");
  assertEquals([status, error?.code], [401, "ERR_UNAUTHORIZED"]);

  const { data, error: refused } = await router.caller.session.show.query();
  expectType<Equal<typeof data, { user: { id: string } } | null>>();
  // Compiles only when the procedure's failure is one of the action's.
  assertEquals(refused?.code === "ERR_UNAUTHORIZED" ? refused.data : "another", undefined);
});

Deno.test("README procedures: signOut ends the cookie in the browser and publishes through the store", async () => {
  const heard: unknown[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = await store.subscribe("user_logged_out", (message) => {
    heard.push(message);
    resolve();
  });
  const { status, headers } = await send(router, "DELETE /session", { headers: { cookie } });
  await promise;
  await stop();

  assertEquals(status, 204);
  const [deletion, ...others] = headers.getSetCookie();
  assertEquals(others, []);
  assertEquals(deletion?.startsWith("authorization=;"), true, deletion);
  assertEquals(/Max-Age=0|Expires=Thu, 01 Jan 1970/.test(deletion ?? ""), true, deletion);
  assertEquals(heard, [{ userId: "t 0" }]);
});

/**
 * The README's React client, both times that it is described: its files stand in `first/` and `second/`, here they are
 * rendered and used.
 *
 * @module
 */
import { Igniter } from "@igniter-js/core";
import { createIgniterClient } from "@igniter-js/core/client";
import { assertEquals } from "@std/assert";
import { useQueryClient as useTanStack } from "@tanstack/react-query";
import { openPage } from "../../client/react/_page.ts";
import type React from "react";
import { AppRouter } from "../src/igniter.router.ts";
import { CreateUserForm } from "./first/CreateUserForm.tsx";
import { Providers } from "./first/providers.tsx";
import { UserActions } from "./first/UserActions.tsx";
import { UsersList } from "./first/UsersList.tsx";
import { CreateUserForm as SecondForm } from "./second/CreateUserForm.tsx";
import { Providers as SecondProviders } from "./second/providers.tsx";
import { required } from "./second/require.ts";
import { UsersList as SecondList } from "./second/UsersList.tsx";

const ten = Array.from({ length: 10 }, (_, index) => `User ${index + 1}`);

/** The network of a page on which only the README's server is: says what was asked of it. */
function serve(): AsyncDisposable & { readonly calls: string[]; readonly lines: unknown[][] } {
  const { fetch } = globalThis;
  const { log } = console;
  const calls: string[] = [];
  const lines: unknown[][] = [];
  globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    // Live updates have tests of their own; a network takes a turn at least.
    if (request.url.includes("/_/events")) {
      return Response.json({ data: null, error: { code: "ERR_FORBIDDEN", message: "Not here" } }, { status: 403 });
    }
    await new Promise((resolve) => setTimeout(resolve));
    calls.push(`${request.method} ${request.url}`);
    return await AppRouter.handler(request);
  };
  console.log = (...line: unknown[]) => void lines.push(line);
  return {
    calls,
    lines,
    async [Symbol.asyncDispose]() {
      globalThis.fetch = fetch;
      console.log = log;
      // The event connection lets go a moment after the page.
      await new Promise((resolve) => setTimeout(resolve, 300));
    },
  };
}

/** Keeps nothing by timers, and makes the page's own cache its own. */
function Kept({ children }: { children: React.ReactNode }) {
  useTanStack().setDefaultOptions({ queries: { gcTime: Infinity }, mutations: { gcTime: Infinity } });
  return children;
}

Deno.test("README: the list, the form and the refresh button of the step-by-step client", async () => {
  await using server = serve();
  const view = (
    <Providers>
      <Kept>
        <UsersList />
        <CreateUserForm />
        <UserActions />
      </Kept>
    </Providers>
  );
  await using page = await openPage(view, { around: (children) => children });
  assertEquals(page.text(), "Loading users...Create UserRefresh User List");
  await page.until(() => page.text().startsWith(ten.join("")));
  assertEquals(server.calls, ["GET http://localhost:3000/api/v1/_/rpc/users.list?page=1"]);

  await page.fire("submit", "form");
  await page.until(() => server.lines.length === 1);
  assertEquals(server.lines, [["Successfully created user:", "Ada Lovelace"]]);
  assertEquals(server.calls[1], "POST http://localhost:3000/api/v1/_/rpc/users.create");

  await page.fire("click", "button[type=button]");
  await page.until(() => server.calls.length === 3);
  assertEquals(server.calls[2], server.calls[0], "fresh for a minute, and fetched again all the same");
});

Deno.test("README: the list and the form of the second client, by the REST paths of its schema", async () => {
  await using server = serve();
  const view = (
    <SecondProviders>
      <Kept>
        <SecondList />
        <SecondForm />
      </Kept>
    </SecondProviders>
  );
  await using page = await openPage(view, { around: (children) => children });
  assertEquals([page.text(), server.calls, required], ["Create User", [], []], "initialData is fresh for a minute");
  await page.fire("submit", "form");
  await page.until(() => server.lines.some(([what]) => what === "Created user:"));
  const [, response] = server.lines.find(([what]) => what === "Created user:") as [string, { data: { name: string } }];
  assertEquals([response.data.name, required.splice(0)], ["John Doe", ["./igniter.schema"]]);
  assertEquals(server.calls, ["POST http://localhost:3000/api/v1/users"]);
});

Deno.test("README: a server component awaits the second client, in process", async () => {
  await using server = serve();
  // A server's own instance of the file: a client asks for its router once.
  const { api } = await import("./second/igniter.client.ts?server");
  const { data, error } = await api.users.list.query();
  assertEquals([data?.users.map(({ name }) => name), error], [ten, null]);
  assertEquals([server.calls, required.splice(0)], [[], ["./igniter.router"]]);
});

Deno.test("README: useStream hears what is published from anywhere", async () => {
  const igniter = Igniter.create();
  const stream = igniter.query({
    path: "/notifications",
    stream: true, // Mark this action as a stream
    handler: (ctx) => Promise.resolve(ctx.response.success({ status: "connected" })),
  });
  const router = igniter.router({
    controllers: { notifications: igniter.controller({ path: "/", actions: { stream } }) },
  });
  const api = createIgniterClient<typeof router>({
    baseURL: "http://localhost:3000",
    fetch: (url, init) => router.handler(new Request(url, init)),
  });
  const heard: unknown[] = [];
  function Notifications() {
    const { data, state, disconnect } = api.notifications.stream.useStream({
      onMessage: (newMessage) => {
        heard.push(newMessage);
      },
    });
    return <button type="button" onClick={disconnect}>{`${state} ${JSON.stringify(data)}`}</button>;
  }
  await using page = await openPage(<Notifications />, { live: true });
  await page.until(() => page.text().startsWith("open"));
  await page.act(() => igniter.realtime.publish("notifications.stream", { message: "Hello!" }));
  await page.until(() => page.text() === `open {"message":"Hello!"}`);
  assertEquals(heard, [{ message: "Hello!" }]);
  await page.fire("click", "button");
  await page.until(() => page.text().startsWith("closed"));
  await router.close();
});

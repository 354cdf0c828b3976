/**
 * `useIgniterQueryClient`: the cache by action keys, as a hook and at module scope.
 *
 * @module
 */
import { assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { join } from "node:path";
import * as React from "react";
import { renderToString } from "react-dom/server";
import { IgniterProvider, useIgniterQueryClient } from "@igniter-js/core/client";
import { isRendering } from "../../../client/rendering.ts";
import { runDeno } from "../../project.ts";
import { createApi, type Router } from "./_api.ts";
import { createCache, openPage, tanstack } from "./_page.ts";

// The README's two forms: both are evaluated here, at module scope.
const useQueryClient = useIgniterQueryClient<Router>();
const useQueryClientUncalled = useIgniterQueryClient<Router>;

/** Lists and a user, and the cache beside them. */
function open(take: (client: ReturnType<typeof useQueryClient>) => void) {
  const { api, calls, data } = createApi();
  function View() {
    take(useQueryClient());
    const first = api.users.list.useQuery({ query: { page: 1 }, staleTime: Infinity });
    const second = api.users.list.useQuery({ query: { page: 2 }, staleTime: Infinity });
    const user = api.users.byId.useQuery({ params: { id: "1" }, staleTime: Infinity });
    return <p>{`${first.data?.page} ${second.data?.page} ${user.data?.name}`}</p>;
  }
  return { api, calls, data, View };
}

Deno.test("R31 with a staleTime, invalidate by key fetches what is shown again", async () => {
  let client!: ReturnType<typeof useQueryClient>;
  const { View, calls } = open((given) => client = given);
  await using page = await openPage(<View />);
  await page.until(() => page.text() === "1 2 Ada");
  const since = () => calls().splice(0).length && calls().slice(seen).map((call) => call.split(" ")[1]!);
  let seen = calls().length;
  const [one, two, user] = ["users.list?page=1", "users.list?page=2", "users.byId?~id=1"];
  await page.act(() => client.invalidate("users.list"));
  assertEquals(since(), [one, two]);
  seen = calls().length;
  await page.act(() => client.invalidate("users.list", { query: { page: 2 } }));
  assertEquals(since(), [two], "with an input exactly its query");
  seen = calls().length;
  await page.act(() => client.invalidate("users.list", {}));
  assertEquals(since(), [], "{} is the query without an input");
  seen = calls().length;
  await page.act(() => client.invalidate("users.*"));
  assertEquals(since(), [one, two, user]);
  seen = calls().length;
  await page.act(() => client.invalidate("users"));
  assertEquals(since(), [one, two, user]);
  seen = calls().length;
  await page.act(() => client.invalidate("chat"));
  assertEquals(since(), []);
});

Deno.test("an input does not mean a query that has more in its input", async () => {
  const { api, calls } = createApi();
  let client!: ReturnType<typeof useQueryClient>;
  function View() {
    client = useQueryClient();
    return <p>{api.users.list.useQuery({ query: { page: 1, size: 5 }, staleTime: Infinity }).data?.page}</p>;
  }
  await using page = await openPage(<View />);
  await page.until(() => page.text() === "1");
  await page.act(() => client.invalidate("users.list", { query: { page: 1 } }));
  assertEquals(calls().length, 1);
});

Deno.test("get, set, update, remove and cancel work by key and input", async () => {
  let client!: ReturnType<typeof useQueryClient>;
  const { View, api } = open((given) => client = given);
  await using page = await openPage(<View />);
  await page.until(() => page.text() === "1 2 Ada");

  assertEquals(client.get("users.byId", { params: { id: "1" } }), { id: "1", name: "Ada" });
  assertEquals(client.get("users.list"), undefined, "without an input: the query without one");
  client.set("users.byId", { params: { id: "1" } }, { id: "1", name: "Ada L." });
  client.update("users.list", (data) => ({ ...data, page: data.page + 10 }));
  await page.until(() => page.text() === "11 12 Ada L.");
  client.update("users.list", (data) => ({ ...data, page: 7 }), { query: { page: 2 } });
  await page.until(() => page.text() === "11 7 Ada L.");
  client.set("users.list", undefined, { page: 3, users: [] });
  assertEquals(page.queryClient.getQueryData(api.users.list.queryKey())?.page, 3);
  await client.cancel("users");
  await client.remove("users.byId");
  assertEquals(client.get("users.byId", { params: { id: "1" } }), undefined);
  assertEquals(client.get("users.list")?.page, 3);
  assertStrictEquals(client.queryClient, page.queryClient);
});

Deno.test("the hook gives the same cache in each render, and can be called again", async () => {
  const seen: unknown[] = [];
  function View() {
    const client = useQueryClientUncalled();
    seen.push(client, client());
    return null;
  }
  await using page = await openPage(<View />);
  await page.show(<View key="again" />);
  assertEquals([typeof seen[0], seen.length], ["function", 4]);
  assertEquals(seen.every((client) => (client as { queryClient: unknown }).queryClient === page.queryClient), true);
});

Deno.test("the cache is the same object between renders of one component", async () => {
  const seen = new Set<unknown>();
  let again!: (n: number) => void;
  function View() {
    again = React.useState(0)[1];
    seen.add(useQueryClient());
    return null;
  }
  await using page = await openPage(<View />);
  await page.act(() => again(1));
  await page.act(() => again(2));
  assertEquals(seen.size, 1);
});

Deno.test("it works under TanStack's own provider", async () => {
  let client!: ReturnType<typeof useQueryClient>;
  const { View } = open((given) => client = given);
  await using page = await openPage(<View />, { around: tanstack });
  await page.until(() => page.text() === "1 2 Ada");
  assertStrictEquals(client.queryClient, page.queryClient);
});

Deno.test("without a provider a render is refused, naming the provider", () => {
  function View() {
    useQueryClient();
    return null;
  }
  assertThrows(
    () => renderToString(<View />),
    Error,
    "Cannot use useIgniterQueryClient: it has no <IgniterProvider> above it",
  );
});

Deno.test("the module-scope form's own methods say where they work", async () => {
  await assertRejects(async () => await useQueryClient.invalidate("users"), Error, "outside of a component");
  assertThrows(() => useQueryClient.queryClient, Error, "outside of a component");
});

Deno.test("D19 a module that is evaluated while a server renders gets the hook, and not that render's cache", () => {
  let use!: ReturnType<typeof useIgniterQueryClient<Router>>;
  let seen: unknown;
  // As in Next: the module behind a lazy element is evaluated between components, with React's dispatcher set.
  const Lazy = {
    $$typeof: Symbol.for("react.lazy"),
    _payload: null,
    _init: () => {
      use = useIgniterQueryClient<Router>();
      return () => {
        seen = use().queryClient;
        return null;
      };
    },
  } as unknown as React.FC;
  const queryClient = createCache();
  renderToString(
    <IgniterProvider queryClient={queryClient}>
      <Lazy />
    </IgniterProvider>,
  );
  assertStrictEquals(seen, queryClient);
  assertThrows(() => use.queryClient, Error, "outside of a component");
});

Deno.test("D19 a render is told from everything else", async () => {
  assertEquals(isRendering(React), false);
  const seen: Record<string, boolean> = {};
  function View() {
    seen["render"] = isRendering(React);
    React.useEffect(() => {
      seen["effect"] = isRendering(React);
    });
    return React.createElement("button", {
      ref: () => {
        seen["ref"] = isRendering(React);
      },
    });
  }
  await using _page = await openPage(<View />);
  assertEquals(seen, { render: true, effect: false, ref: false });
  seen["server"] = false;
  renderToString(React.createElement(() => (seen["server"] = isRendering(React), null)));
  assertEquals([seen["server"], isRendering(React)], [true, false]);
});

Deno.test("D19 the client works on React 18 as well, module scope and renders told apart", async () => {
  const folder = Deno.makeTempDirSync();
  try {
    const imports = {
      "@tanstack/react-query": "npm:@tanstack/react-query@^5",
      "react": "npm:react@^18.3.1",
      "react-dom": "npm:react-dom@^18.3.1",
    };
    Deno.writeTextFileSync(join(folder, "deno.json"), JSON.stringify({ imports }));
    Deno.writeTextFileSync(
      join(folder, "main.js"),
      `import { createIgniterClient, IgniterProvider, useIgniterQueryClient } from "./client.js";
      import { createElement, version } from "react";
      import { renderToString } from "react-dom/server";
      const useQueryClient = useIgniterQueryClient();
      const api = createIgniterClient();
      function View() {
        const { status } = api.users.list.useQuery();
        const called = typeof useQueryClient().queryClient.getQueryCache;
        const direct = typeof useIgniterQueryClient().queryClient.getQueryCache;
        return createElement("p", null, [version.slice(0, 3), status, called, direct].join(" "));
      }
      console.log(renderToString(createElement(IgniterProvider, null, createElement(View))));
      try { useQueryClient.queryClient } catch (error) { console.log(error.message) }`,
    );
    // Bundled: beside its sources stands the deno.json that names React 19.
    const externals = ["--external=react", "--external=@tanstack/react-query"];
    const bundle = ["bundle", "-q", "--platform=browser", ...externals, "-o", join(folder, "client.js")];
    await runDeno([...bundle, "client/mod.ts"]);
    const config = ["--no-lock", "--config", join(folder, "deno.json")];
    const { stdout, stderr } = await runDeno(["run", "-A", "--no-check", ...config, join(folder, "main.js")]);
    assertEquals(
      stdout,
      "<p>18. loading function function</p>\nCannot use the query client outside of a component: call the hook in one\n",
      stderr,
    );
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("D19 of an unknown React a render is assumed; React for server components never renders with hooks", () => {
  assertEquals(isRendering({ useState() {} }), true);
  assertEquals(
    isRendering({ useState() {}, __CLIENT_INTERNALS_DO_NOT_USE_OR_WARN_USERS_THEY_CANNOT_UPGRADE: {} }),
    true,
  );
  assertEquals(isRendering({ __SERVER_INTERNALS_DO_NOT_USE_OR_WARN_USERS_THEY_CANNOT_UPGRADE: {} }), false);
});

Deno.test("keyPrefix keeps the data of two APIs on one QueryClient apart: keys, the cache by key, optimistic changes", async () => {
  const [one, two] = [createApi(), createApi(true, "billing")];
  two.data.users = [{ id: "1", name: "Grace" }];
  assertEquals<readonly unknown[]>(two.api.users.list.queryKey({ query: { page: 2 } }), ["billing", "users", "list", {
    query: { page: 2 },
  }]);
  const input = { params: { id: "1" } };
  let client!: ReturnType<typeof useQueryClient>;
  let invalidate!: () => Promise<void>;
  let create!: (name: string) => Promise<unknown>;
  function Both() {
    client = useIgniterQueryClient<Router>({ keyPrefix: "billing" });
    const ada = one.api.users.byId.useQuery({ ...input, staleTime: Infinity });
    const grace = two.api.users.byId.useQuery({ ...input, staleTime: Infinity });
    invalidate = grace.invalidate;
    const { mutate } = two.api.users.create.useMutation({
      optimistic: (cache, { body }) => cache.update("users.byId", (user) => ({ ...user, name: body.name })),
    });
    create = (name) => mutate({ body: { name } });
    return <p>{`${ada.data?.name} ${grace.data?.name}`}</p>;
  }
  await using page = await openPage(<Both />);
  const answer = async (count: number) => {
    await page.until(() => two.sent.length === count);
    two.sent[count - 1]!.release();
  };
  await answer(1);
  await page.until(() => page.text() === "Ada Grace");
  assertEquals(client.get("users.byId", input)?.name, "Grace");
  client.set("users.byId", input, { id: "1", name: "Grace H." });
  await page.until(() => page.text() === "Ada Grace H.");
  const byKey = client.invalidate("users.*");
  await answer(2);
  await page.act(() => byKey);
  await page.until(() => page.text() === "Ada Grace");
  const byHook = invalidate();
  await answer(3);
  await page.act(() => byHook);
  const created = create("Eve");
  await page.until(() => page.text() === "Ada Eve");
  await answer(4);
  await page.act(() => created);
  await answer(5);
  await page.until(() => page.text() === "Ada Grace");
  assertEquals(one.calls().length, 1);
});

Deno.test("keyPrefix holds for the module-scope form, too", async () => {
  const use = useIgniterQueryClient<Router>({ keyPrefix: "billing" });
  const { api } = createApi(false, "billing");
  let name: string | undefined;
  function View() {
    const user = api.users.byId.useQuery({ params: { id: "1" } });
    name = use().get("users.byId", { params: { id: "1" } })?.name;
    return <p>{user.status}</p>;
  }
  await using page = await openPage(<View />);
  await page.until(() => page.text() === "success");
  assertEquals(name, "Ada");
});

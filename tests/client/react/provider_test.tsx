/**
 * `IgniterProvider`: the cache that it brings where nobody has given one.
 *
 * @module
 */
import { assertEquals, assertNotStrictEquals, assertStrictEquals } from "@std/assert";
import { type ReactNode, Suspense, useState } from "react";
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { renderToString } from "react-dom/server";
import { IgniterProvider } from "@igniter-js/core/client";
import { createApi } from "./_api.ts";
import { createCache, openPage, tanstack } from "./_page.ts";

/** Shows what is below a provider that was given nothing. */
const alone = { around: (children: ReactNode) => children };

for (const above of [true, false]) {
  const where = above ? "above the provider" : "nowhere";
  Deno.test(`R35 with a Suspense ${where}, useSuspenseQuery sends one request, not one per attempt`, async () => {
    const { api, calls } = createApi();
    function Name() {
      // React would go on for ever.
      if (calls().length > 5) return <p>a storm of requests</p>;
      return <p>{api.users.byId.useSuspenseQuery({ params: { id: "1" } }).data.name}</p>;
    }
    const tree = (
      <IgniterProvider enableRealtime={false}>
        <Name />
      </IgniterProvider>
    );
    await using page = await openPage(above ? <Suspense fallback="wait">{tree}</Suspense> : tree, alone);
    await page.until(() => page.text() !== "" && page.text() !== "wait");
    assertEquals([page.text(), calls().length], ["Ada", 1]);
  });
}

Deno.test("providers of one page share a cache; on a server each render has its own", async () => {
  const seen: QueryClient[] = [];
  function Look() {
    seen.push(useQueryClient());
    return null;
  }
  const tree = (
    <IgniterProvider enableRealtime={false}>
      <Look />
    </IgniterProvider>
  );
  {
    await using page = await openPage(tree, alone);
    await page.show(<div>{tree}</div>);
    assertStrictEquals(seen.length, 2);
    assertStrictEquals(seen[0], seen[1]);
  }
  renderToString(tree);
  renderToString(tree);
  assertEquals(new Set(seen).size, 3);
});

Deno.test("a cache that is given wins over one above, and that over the page's own", async () => {
  const seen: QueryClient[] = [];
  function Look() {
    seen.push(useQueryClient());
    return null;
  }
  const given = createCache();
  const tree = (
    <>
      <IgniterProvider enableRealtime={false}>
        <Look />
      </IgniterProvider>
      <IgniterProvider enableRealtime={false} queryClient={given}>
        <Look />
      </IgniterProvider>
    </>
  );
  await using page = await openPage(tree, { around: tanstack });
  assertStrictEquals(seen[0], page.queryClient);
  assertStrictEquals(seen[1], given);
  assertNotStrictEquals(seen[0], seen[1]);
});

Deno.test("a provider that renders again does not make those render that use it", async () => {
  const { api } = createApi();
  let renders = 0;
  let again = () => {};
  function Users() {
    renders++;
    return <p>{api.users.list.useQuery({ staleTime: Infinity }).status}</p>;
  }
  const users = <Users />;
  function App() {
    const [turn, setTurn] = useState(0);
    again = () => setTurn(turn + 1);
    return <IgniterProvider enableRealtime={false} getScopes={() => [`turn:${turn}`]}>{users}</IgniterProvider>;
  }
  // The page keeps nothing by timers: the QueryClient is the one that is cleared with it.
  const queryClient = createCache();
  await using page = await openPage(<App />, { queryClient, around: (children) => tanstack(children, queryClient) });
  await page.until(() => page.text() === "success");
  const before = renders;
  await page.act(() => again());
  assertEquals(renders, before);
});

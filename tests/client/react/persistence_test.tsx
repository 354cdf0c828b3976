/**
 * A cache that outlives its page, as TanStack's persistQueryClient has it.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { dehydrate, hydrate } from "@tanstack/react-query";
import { deserializeData, serializeData } from "@igniter-js/core/client";
import { createApi } from "./_api.ts";
import { createCache, openPage } from "./_page.ts";

function View({ api }: { api: ReturnType<typeof createApi>["api"] }) {
  const list = api.users.list.useQuery({ query: { page: 2 }, staleTime: Infinity });
  const since = api.users.since.useQuery({ query: { at: new Date(0) }, staleTime: Infinity });
  const user = api.users.byId.useQuery({ params: { id: "7" } });
  return <p>{`${list.status} ${list.data?.page} ${since.status} ${user.status}`}</p>;
}

Deno.test("a cache that is persisted as JSON is restored with its rich values; what failed is all that is fetched again", async () => {
  const first = createApi();
  const queryClient = createCache();
  queryClient.setDefaultOptions({ ...queryClient.getDefaultOptions(), dehydrate: { serializeData } });
  let stored = "";
  {
    await using page = await openPage(<View api={first.api} />, { queryClient });
    await page.until(() => page.text() === "success 2 success error");
    // As text, and what failed is left out.
    stored = JSON.stringify({ buster: "1", timestamp: 0, clientState: dehydrate(queryClient) });
  }
  const second = createApi();
  const restored = createCache();
  restored.setDefaultOptions({ ...restored.getDefaultOptions(), hydrate: { deserializeData } });
  hydrate(restored, JSON.parse(stored).clientState);
  await using page = await openPage(<View api={second.api} />, { queryClient: restored });
  await page.until(() => page.text() === "success 2 success error");
  assertEquals(second.calls(), ["GET users.byId?~id=7"]);
  const since = restored.getQueryData(second.api.users.since.queryKey({ query: { at: new Date(0) } }));
  assertEquals(since, { at: new Date(0), ids: new Set(["1"]), count: 1n });
});

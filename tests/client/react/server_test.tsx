/**
 * Rendering on a server, and taking over in the browser.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { dehydrate, type DehydratedState, HydrationBoundary } from "@tanstack/react-query";
import { renderToReadableStream, renderToString } from "react-dom/server";
import { Suspense } from "react";
import { deserializeData, IgniterProvider, serializeData } from "@igniter-js/core/client";
import { createApi } from "./_api.ts";
import { createCache, openPage } from "./_page.ts";

type Api = ReturnType<typeof createApi>["api"];

function View({ api }: { api: Api }) {
  const list = api.users.list.useQuery({ query: { page: 2 }, staleTime: 60_000 });
  const since = api.users.since.useQuery({ query: { at: new Date(0) }, staleTime: 60_000 });
  const idle = api.users.list.useQuery({ enabled: false });
  const create = api.users.create.useMutation();
  const feed = api.chat.feed.useStream({ params: { room: "a" }, enabled: false });
  return <p>{`${list.status} ${list.data?.page} ${since.status} ${idle.status} ${create.status} ${feed.state}`}</p>;
}

Deno.test("R35 the server's markup is that of the first render in the browser, and nothing is fetched on the server", async () => {
  const server = createApi();
  const markup = renderToString(
    <IgniterProvider>
      <View api={server.api} />
    </IgniterProvider>,
  );
  assertEquals([markup, server.calls()], ["<p>loading undefined loading idle idle closed</p>", []]);

  const browser = createApi(true);
  await using page = await openPage(<View api={browser.api} />, { markup });
  assertEquals([page.html(), page.complaints], [markup, []]);
});

Deno.test("R35 what was prefetched on the server is not fetched again in the browser", async () => {
  const server = createApi();
  const cache = createCache();
  cache.setDefaultOptions({ dehydrate: { serializeData } });
  await cache.prefetchQuery(server.api.users.list.queryOptions({ query: { page: 2 } }));
  await cache.prefetchQuery(server.api.users.since.queryOptions({ query: { at: new Date(0) } }));
  const sent = JSON.parse(JSON.stringify(dehydrate(cache))) as DehydratedState;
  const markup = renderToString(
    <IgniterProvider queryClient={cache}>
      <View api={server.api} />
    </IgniterProvider>,
  );
  assertEquals(markup, "<p>success 2 success idle idle closed</p>");

  const browser = createApi();
  const queryClient = createCache();
  queryClient.setDefaultOptions({ ...queryClient.getDefaultOptions(), hydrate: { deserializeData } });
  const view = (
    <HydrationBoundary state={sent}>
      <View api={browser.api} />
    </HydrationBoundary>
  );
  await using page = await openPage(view, { markup, queryClient, strict: true });
  await page.act(() => {});
  assertEquals([page.html(), page.complaints, browser.calls()], [markup, [], []]);
  const since = queryClient.getQueryData(browser.api.users.since.queryKey({ query: { at: new Date(0) } }));
  assertEquals(since, { at: new Date(0), ids: new Set(["1"]), count: 1n }, "R37 rich values arrive as themselves");
});

Deno.test("R35 a suspense query is fetched while the server streams", async () => {
  const { api, calls } = createApi();
  function List() {
    return <p>{api.users.list.useSuspenseQuery({ query: { page: 3 } }).data.page}</p>;
  }
  const stream = await renderToReadableStream(
    <IgniterProvider>
      <Suspense fallback="waiting">
        <List />
      </Suspense>
    </IgniterProvider>,
  );
  await stream.allReady;
  const markup = await new Response(stream).text();
  assertEquals([markup.includes("<p>3</p>"), calls()], [true, ["GET users.list?page=3"]]);
});

Deno.test("a server's requests do not share a cache", () => {
  const { api } = createApi();
  const caches = new Set<unknown>();
  function Look() {
    caches.add(api.users.list.useQuery({ enabled: false }));
    return null;
  }
  for (const _ of [1, 2]) {
    renderToString(
      <IgniterProvider>
        <Look />
      </IgniterProvider>,
    );
  }
  assertEquals(caches.size, 2);
});

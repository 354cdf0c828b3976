/**
 * `queryOptions`, `infiniteOptions`, `mutationOptions`, and the hooks beside `useQuery`.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { useInfiniteQuery, useMutation, useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { Component, type ReactNode, Suspense } from "react";
import { createApi } from "./_api.ts";
import { createCache, openPage } from "./_page.ts";

/** Catches what is thrown below it. */
class Boundary extends Component<{ readonly children: ReactNode }, { readonly error?: Error }> {
  override state: { readonly error?: Error } = {};
  static getDerivedStateFromError(error: Error) {
    return { error };
  }
  override render(): ReactNode {
    const { error } = this.state;
    return error ? `${(error as Error & { code?: string }).code}: ${error.message}` : this.props.children;
  }
}

Deno.test("R35 useSuspenseQuery waits in Suspense, and gives data at all times", async () => {
  const { api, sent } = createApi(true);
  const shown: string[] = [];
  function List() {
    const { data, status, refetch } = api.users.list.useSuspenseQuery({ query: { page: 2 } });
    shown.push(status);
    return <p onClick={() => refetch()}>{data.page}</p>;
  }
  await using page = await openPage(
    <Suspense fallback="waiting">
      <List />
    </Suspense>,
  );
  assertEquals(page.text(), "waiting");
  await page.until(() => sent.length === 1);
  sent[0]!.release();
  await page.until(() => page.text() === "2");
  assertEquals([new Set(shown), sent.length], [new Set(["success"]), 1]);
});

Deno.test("R35 useSuspenseQuery throws its failure to the error boundary", async () => {
  const { api } = createApi();
  function User() {
    return <p>{api.users.byId.useSuspenseQuery({ params: { id: "7" } }).data.name}</p>;
  }
  const silenced = console.error;
  console.error = () => {};
  try {
    await using page = await openPage(
      <Boundary>
        <Suspense>
          <User />
        </Suspense>
      </Boundary>,
    );
    await page.until(() => page.text() === "ERR_NOT_FOUND: No such user");
  } finally {
    console.error = silenced;
  }
});

Deno.test("R35 useInfiniteQuery shows page after page", async () => {
  const { api, calls } = createApi();
  let pages!: { fetchNextPage(): Promise<{ data: unknown }>; hasNextPage: boolean };
  function Pages() {
    const result = api.users.pages.useInfiniteQuery({
      input: (cursor) => ({ query: { cursor } }),
      initialPageParam: 1,
      getNextPageParam: ({ next }) => next,
    });
    pages = result;
    return <p>{result.data?.pages.flatMap(({ items }) => items).join() ?? result.status}</p>;
  }
  await using page = await openPage(<Pages />);
  assertEquals(page.text(), "loading");
  await page.until(() => page.text() === "1,2");
  await page.act(() => pages.fetchNextPage());
  await page.until(() => page.text() === "1,2,3,4");
  await page.act(() => pages.fetchNextPage());
  await page.until(() => page.text() === "1,2,3,4,5,6" && !pages.hasNextPage);
  assertEquals(calls(), [1, 3, 5].map((cursor) => `GET users.pages?cursor=${cursor}`));
});

Deno.test("R33 fetchNextPage and fetchPreviousPage give { data, error }, also when they fail", async () => {
  const { api, sent, data } = createApi();
  const usePages = () =>
    api.users.pages.useInfiniteQuery({
      input: (cursor: number) => ({ query: { cursor } }),
      initialPageParam: 3,
      getNextPageParam: ({ next }) => next,
      getPreviousPageParam: ({ items }) => items[0]! - 2,
      select: ({ pages }) => pages.map(({ items }) => items[0]),
    });
  let pages!: ReturnType<typeof usePages>;
  function Pages() {
    pages = usePages();
    return <p>{pages.status}</p>;
  }
  await using page = await openPage(<Pages />);
  await page.until(() => page.text() === "success");
  assertEquals(await page.act(() => pages.fetchNextPage()), { data: [3, 5], error: null });
  assertEquals(await page.act(() => pages.fetchPreviousPage()), { data: [1, 3, 5], error: null });
  const before = sent.length;
  data.down = true;
  const { data: none, error } = await page.act(() => pages.fetchPreviousPage());
  assertEquals([none, error?.code, sent.length], [null, "ERR_DOWN", before + 1]);
});

Deno.test("an infinite query and a query with its first page's input do not share their data", async () => {
  const { api } = createApi();
  function View() {
    const one = api.users.pages.useQuery({ query: { cursor: 1 } });
    const all = api.users.pages.useInfiniteQuery({
      input: (cursor) => ({ query: { cursor } }),
      initialPageParam: 1,
      getNextPageParam: ({ next }) => next,
    });
    return <p>{`${one.data?.items} ${all.data?.pages.length}`}</p>;
  }
  await using page = await openPage(<View />);
  await page.until(() => page.text() === "1,2 1");
});

Deno.test("R35 queryOptions serve TanStack's own hooks and its QueryClient", async () => {
  const { api, calls } = createApi();
  const queryClient = createCache();
  const options = api.users.list.queryOptions({ query: { page: 3 }, staleTime: Infinity, select: ({ page }) => page });
  await queryClient.prefetchQuery(options);
  const pages = api.users.pages.infiniteOptions({
    input: (cursor) => ({ query: { cursor } }),
    initialPageParam: 3,
    getNextPageParam: ({ next }) => next,
    staleTime: Infinity,
  });
  await queryClient.prefetchInfiniteQuery(pages);
  function View() {
    const list = useQuery(options);
    const user = useSuspenseQuery(api.users.byId.queryOptions({ params: { id: "1" } }));
    const all = useInfiniteQuery(pages);
    const ours = api.users.list.useQuery({ query: { page: 3 }, staleTime: Infinity });
    return <p>{`${list.data} ${user.data.name} ${all.data?.pages[0]?.items} ${ours.data?.page}`}</p>;
  }
  await using page = await openPage(
    <Suspense>
      <View />
    </Suspense>,
    { queryClient },
  );
  await page.until(() => page.text() === "3 Ada 3,4 3");
  assertEquals(calls(), ["GET users.list?page=3", "GET users.pages?cursor=3", "GET users.byId?~id=1"]);
  assertEquals(queryClient.getQueryData(api.users.list.queryKey({ query: { page: 3 } }))?.page, 3);
});

Deno.test("R35 mutationOptions serve TanStack's own useMutation", async () => {
  const { api, data } = createApi();
  let create!: (input: { body: { name: string } }) => Promise<{ name: string }>;
  function View() {
    const mutation = useMutation(api.users.create.mutationOptions());
    create = mutation.mutateAsync;
    return <p>{mutation.error?.code ?? mutation.data?.name}</p>;
  }
  await using page = await openPage(<View />);
  assertEquals((await page.act(() => create({ body: { name: "Bob" } }))).name, "Bob");
  await page.until(() => page.text() === "Bob");
  assertEquals(data.users.length, 2);
  assertEquals(api.users.create.mutationOptions().mutationKey, ["users", "create"]);
});

Deno.test("R33 options' failures are IgniterErrors, thrown as TanStack has it", async () => {
  const { api, calls } = createApi();
  let caught: unknown;
  await createCache().fetchQuery(api.users.byId.queryOptions({ params: { id: "7" } })).catch((error) => caught = error);
  const { name, code, data } = caught as { name: string; code: string; data: unknown };
  assertEquals([name, code, data, calls().length], ["IgniterError", "ERR_NOT_FOUND", { id: "7" }, 1]);
});

Deno.test("execute on a suspense query shows what was executed", async () => {
  const { api, calls } = createApi();
  let execute!: (input: { query: { page: number } }) => Promise<{ error: unknown }>;
  function List() {
    const list = api.users.list.useSuspenseQuery();
    execute = list.execute;
    return <p>{list.data.page}</p>;
  }
  await using page = await openPage(
    <Suspense fallback="waiting">
      <List />
    </Suspense>,
  );
  await page.until(() => page.text() === "1");
  assertEquals((await page.act(() => execute({ query: { page: 4 } }))).error, null);
  await page.until(() => page.text() === "4");
  assertEquals(calls(), ["GET users.list", "GET users.list?page=4"]);
});

Deno.test("select, placeholderData and refetchInterval are TanStack's", async () => {
  const { api, data, calls } = createApi();
  const shown: string[] = [];
  function List({ page }: { page: number }) {
    const list = api.users.list.useQuery({
      query: { page },
      select: ({ users }) => users.length,
      placeholderData: (before) => before,
      refetchInterval: 1,
    });
    shown.push(`${page}:${list.data}:${list.isPlaceholderData}`);
    return <p>{`${page}:${list.data}`}</p>;
  }
  await using page = await openPage(<List page={1} />);
  await page.until(() => page.text() === "1:1");
  data.users.push({ id: "2", name: "Bob" });
  data.users = [...data.users];
  await page.until(() => page.text() === "1:2");
  await page.show(<List page={2} />);
  await page.until(() => calls().at(-1) === "GET users.list?page=2");
  assertEquals(shown.includes("2:2:true"), true, "the data of before stands in");
});

Deno.test("staleTime and refetchInterval as functions are asked about the query", async () => {
  const { api, data, calls } = createApi();
  function List({ page }: { page: number }) {
    const list = api.users.list.useQuery({
      query: { page },
      staleTime: ({ state }) => state.data?.page === 1 ? Infinity : 0,
      refetchInterval: ({ state }) => state.data?.users.length === 1 && 1,
    });
    return <p>{list.data?.users.length}</p>;
  }
  await using page = await openPage(<List page={1} />);
  await page.until(() => calls().length > 2);
  data.users = [];
  await page.until(() => page.text() === "0");
  await page.show(null);
  const before = calls().length;
  await page.show(<List page={1} />);
  assertEquals([page.text(), calls().length], ["0", before], "it is never stale");
});

/**
 * `useQuery`: one component shows one query.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { useState } from "react";
import { createApi } from "./_api.ts";
import { hearUncaught, openPage } from "./_page.ts";

Deno.test("R30 pages 1, 2, 3, 4 fetch four times, and data is always that of the current page", async () => {
  const { api, calls } = createApi();
  const shown: string[] = [];
  function List({ page }: { page: number }) {
    const list = api.users.list.useQuery({ query: { page } });
    shown.push(`${page}:${list.isSuccess ? list.data.page : list.status}`);
    return <p>{list.data?.page}</p>;
  }
  await using page = await openPage(<List page={1} />);
  for (const number of [1, 2, 3, 4]) {
    await page.show(<List page={number} />);
    await page.until(() => page.text() === String(number));
  }
  assertEquals(calls(), [1, 2, 3, 4].map((page) => `GET users.list?page=${page}`));
  assertEquals(shown.filter((line) => !/^(\d):(\1|loading)$/.test(line)), []);
});

Deno.test("R30 on a fast switch the late first answer never wins, and its request is aborted", async () => {
  const { api, sent } = createApi(true);
  function List({ page }: { page: number }) {
    const list = api.users.list.useQuery({ query: { page } });
    return <p>{list.data?.page ?? list.status}</p>;
  }
  await using page = await openPage(<List page={1} />);
  await page.until(() => sent.length === 1);
  await page.show(<List page={2} />);
  await page.until(() => sent.length === 2);
  assert(sent[0]!.signal.aborted);
  sent[1]!.release();
  await page.until(() => page.text() === "2");
  sent[0]!.release();
  await page.act(() => {});
  assertEquals(page.text(), "2");
});

Deno.test("R31 two components with one key make one request", async () => {
  const { api, calls } = createApi();
  function Name() {
    return <p>{api.users.byId.useQuery({ params: { id: "1" } }).data?.name}</p>;
  }
  await using page = await openPage([<Name key="a" />, <Name key="b" />]);
  await page.until(() => page.text() === "AdaAda");
  assertEquals(calls(), ["GET users.byId?~id=1"]);
});

Deno.test("R31 StrictMode makes one request", async () => {
  const { api, calls } = createApi();
  function List() {
    return <p>{api.users.list.useQuery().data?.page}</p>;
  }
  await using page = await openPage(<List />, { strict: true });
  await page.until(() => page.text() === "1");
  assertEquals(calls(), ["GET users.list"]);
});

Deno.test("R31 unmounting aborts the request", async () => {
  const { api, sent } = createApi(true);
  function List() {
    return <p>{api.users.list.useQuery().status}</p>;
  }
  await using page = await openPage(<List />);
  await page.until(() => sent.length === 1);
  assert(!sent[0]!.signal.aborted);
  await page.show(null);
  assert(sent[0]!.signal.aborted);
});

Deno.test("R32 enabled: false is idle and not loading; refetch and execute still fetch", async () => {
  const { api, calls } = createApi();
  let list!: { refetch(): Promise<unknown>; execute(input: { query: { page: number } }): Promise<unknown> };
  function List() {
    const result = api.users.list.useQuery({ enabled: false });
    list = result;
    return <p>{`${result.status} ${result.isLoading} ${result.loading} ${result.data?.page}`}</p>;
  }
  await using page = await openPage(<List />);
  assertEquals([page.text(), calls()], ["idle false false undefined", []]);
  const users = [{ id: "1", name: "Ada" }];
  assertEquals(await page.act(() => list.refetch()), { data: { page: 1, users }, error: null });
  await page.until(() => page.text() === "success false false 1");
  assertEquals(await page.act(() => list.execute({ query: { page: 7 } })), { data: { page: 7, users }, error: null });
  await page.until(() => page.text() === "success false false 7");
  assertEquals(calls(), ["GET users.list", "GET users.list?page=7"]);
});

Deno.test("R32 enabled turned off while a fetch is on its way lets it arrive, and starts no other until it is on", async () => {
  const { api, sent, calls } = createApi(true);
  function List({ enabled, page = 1 }: { enabled: boolean; page?: number }) {
    const list = api.users.list.useQuery({ query: { page }, enabled, staleTime: 60_000 });
    return <p>{`${list.status} ${list.data?.page}`}</p>;
  }
  await using page = await openPage(<List enabled />);
  await page.until(() => sent.length === 1);
  await page.show(<List enabled={false} />);
  assertEquals([page.text(), sent[0]!.signal.aborted], ["loading undefined", false]);
  sent[0]!.release();
  await page.until(() => page.text() === "success 1");
  await page.show(<List enabled={false} page={2} />);
  assertEquals([page.text(), calls().length], ["idle undefined", 1]);
  await page.show(<List enabled page={2} />);
  await page.until(() => sent.length === 2);
  // Off, and on to something else: the first is nobody's any more.
  await page.show(<List enabled={false} page={1} />);
  assertEquals([page.text(), sent[1]!.signal.aborted], ["success 1", true]);
});

Deno.test("R32 execute survives a parent's re-render, until the hook's own input changes", async () => {
  const { api, calls } = createApi();
  let again!: (n: number) => void;
  let execute!: (input?: { query?: { page?: number } }) => Promise<unknown>;
  function List({ page }: { page: number }) {
    const list = api.users.list.useQuery({ query: { page }, staleTime: 60_000 });
    execute = list.execute;
    return <p>{`${list.data?.page} ${JSON.stringify(list.variables)}`}</p>;
  }
  function Parent() {
    const [n, set] = useState(0);
    again = set;
    return <List page={n < 2 ? 1 : 2} />;
  }
  await using page = await openPage(<Parent />);
  await page.until(() => page.text().startsWith("1"));
  await page.act(() => execute({ query: { page: 7 } }));
  await page.act(() => again(1));
  assertEquals(page.text(), `7 {"query":{"page":7}}`);
  await page.act(() => again(2));
  await page.until(() => page.text().startsWith("2"));
  await page.act(() => again(0));
  assertEquals(page.text(), `1 {"query":{"page":1}}`, "what was executed is over");
  assertEquals(calls().length, 3);
});

Deno.test("R32 execute tells of a failure in { data, error }", async () => {
  const { api, data } = createApi();
  let execute!: () => Promise<{ data: unknown; error: { code: string; data?: unknown } | null }>;
  function List() {
    const list = api.users.list.useQuery({ enabled: false });
    execute = list.execute;
    return <p>{list.isError && list.error.code === "ERR_DOWN" ? list.error.data.minutes : list.status}</p>;
  }
  await using page = await openPage(<List />);
  data.down = true;
  const { data: none, error } = await page.act(() => execute());
  assertEquals([none, error?.code, error?.data], [null, "ERR_DOWN", { minutes: 5 }]);
  await page.until(() => page.text() === "5");
});

Deno.test("R32 execute never rejects, for a select that throws either", async () => {
  const { api } = createApi();
  let execute!: () => Promise<{ readonly error: unknown }>;
  function List() {
    const list = api.users.list.useQuery({
      enabled: false,
      select: (data): number => {
        throw new Error(`select broke on ${data.page}`);
      },
    });
    execute = list.execute;
    return <p>{list.status}</p>;
  }
  await using page = await openPage(<List />);
  assertEquals(String((await page.act(() => execute())).error), "Error: select broke on 1");
});

Deno.test("initialParams lie under the call's query and params, and under what is executed", async () => {
  const { api, calls } = createApi();
  let execute!: (input: { query: { page: number } }) => Promise<unknown>;
  function List() {
    const list = api.users.list.useQuery({ query: { page: 2 }, initialParams: { query: { page: 9, size: 5 } } });
    execute = list.execute;
    return <p>{list.data?.page}</p>;
  }
  await using page = await openPage(<List />);
  await page.until(() => page.text() === "2");
  await page.act(() => execute({ query: { page: 3 } }));
  assertEquals(calls(), ["GET users.list?page=2&size=5", "GET users.list?page=3&size=5"]);
});

Deno.test("R32 initialData is shown at once, and is not taken for the data of another input", async () => {
  const { api, calls } = createApi();
  const shown: string[] = [];
  function List({ page }: { page: number }) {
    const list = api.users.list.useQuery({
      query: { page },
      initialData: { page: 100, users: [] },
      staleTime: 60_000,
    });
    shown.push(`${page}:${list.data?.page}`);
    return <p>{list.data?.page}</p>;
  }
  await using page = await openPage(<List page={1} />);
  assertEquals([page.text(), calls()], ["100", []]);
  await page.show(<List page={2} />);
  await page.until(() => page.text() === "2");
  assertEquals(shown.filter((line) => line === "2:100"), []);
});

Deno.test("initialData with staleTime 0 is fetched again when the component mounts", async () => {
  const { api } = createApi();
  function List() {
    return <p>{api.users.list.useQuery({ initialData: { page: 100, users: [] } }).data?.page}</p>;
  }
  await using page = await openPage(<List />);
  await page.until(() => page.text() === "1");
});

Deno.test("R33 error is the action's failure: its code narrows its data", async () => {
  const { api } = createApi();
  function User() {
    const user = api.users.byId.useQuery({ params: { id: "7" } });
    if (!user.isError) return <p>{user.status}</p>;
    return <p>{user.error.code === "ERR_NOT_FOUND" ? `${user.error.message} ${user.error.data.id}` : "?"}</p>;
  }
  await using page = await openPage(<User />);
  await page.until(() => page.text() === "No such user 7");
});

Deno.test("callbacks are told once per completed fetch, whoever has started it", async () => {
  const { api, data } = createApi();
  const heard: unknown[] = [];
  function List({ name }: { name: string }) {
    const list = api.users.list.useQuery({
      select: ({ page }) => page,
      onLoading: (loading) => heard.push([name, "loading", loading]),
      onSuccess: (page) => heard.push([name, "success", page]),
      onError: (error) => heard.push([name, "error", error.code]),
      onSettled: (page, error) => heard.push([name, "settled", page, error?.code]),
      onRequest: (response) => heard.push([name, "request", response.data, response.error?.code]),
    });
    return <p>{list.data}</p>;
  }
  await using page = await openPage(<List name="a" />, { strict: true });
  const once = [["a", "success", 1], ["a", "settled", 1, undefined], ["a", "request", 1, undefined]];
  await page.until(() => heard.length === 5);
  assertEquals(heard.splice(0).sort(), [["a", "loading", true], ["a", "loading", false], ...once].sort());

  await page.act(() => page.queryClient.refetchQueries());
  assertEquals(heard.splice(0), once);
  page.queryClient.setQueryData(api.users.list.queryKey(), { page: 5, users: [] });
  await page.until(() => page.text() === "5");
  assertEquals(heard, [], "data that was set by hand was not fetched");

  data.down = true;
  await page.show(<List name="b" />);
  await page.act(() => page.queryClient.refetchQueries());
  assertEquals(heard, [["b", "error", "ERR_DOWN"], ["b", "settled", undefined, "ERR_DOWN"], [
    "b",
    "request",
    null,
    "ERR_DOWN",
  ]]);
});

Deno.test("a callback that throws keeps nothing from the others, and is reported once", async () => {
  const { api } = createApi();
  const heard: string[] = [];
  const hear = (name: string) => () => {
    heard.push(name);
    throw new Error(`${name} broke`);
  };
  function List() {
    const list = api.users.list.useQuery({
      onLoading: hear("loading"),
      onSuccess: hear("success"),
      onSettled: hear("settled"),
      onRequest: hear("request"),
    });
    return <p>{list.status}</p>;
  }
  using uncaught = hearUncaught();
  await using page = await openPage(<List />);
  await page.until(() => page.text() === "success" && heard.length === 5);
  assertEquals(heard.sort(), ["loading", "loading", "request", "settled", "success"]);
  assertEquals(uncaught.messages.sort(), heard.map((name) => `${name} broke`));
});

Deno.test("callbacks hear of a select that throws what the component shows", async () => {
  const { api } = createApi();
  const heard: string[] = [];
  function List() {
    const list = api.users.list.useQuery({
      select: (): number => {
        throw new Error("select broke");
      },
      onSuccess: () => heard.push("success"),
      onError: (error) => heard.push(error.message),
    });
    return <p>{list.isError ? list.error.message : list.status}</p>;
  }
  await using page = await openPage(<List />);
  await page.until(() => page.text() === "select broke" && heard.length > 0);
  assertEquals(heard, ["select broke"]);
});

Deno.test("useQuery renders again only for what the component reads", async () => {
  const { api } = createApi();
  let renders = 0;
  function List() {
    const list = api.users.list.useQuery({ staleTime: 60_000 });
    renders++;
    return <p>{list.data?.page}</p>;
  }
  await using page = await openPage(<List />);
  await page.until(() => page.text() === "1");
  const before = renders;
  await page.act(() => page.queryClient.refetchQueries());
  assertEquals(renders, before, "isFetching changed twice, and nobody reads it");
});

Deno.test("the result can be spread, and its methods stay the same between renders", async () => {
  const { api } = createApi();
  const seen: { execute: unknown; refetch: unknown; status: string; data: unknown }[] = [];
  function List() {
    const list = api.users.list.useQuery();
    seen.push({ ...list });
    return <p>{list.data?.page}</p>;
  }
  await using page = await openPage(<List />);
  await page.until(() => page.text() === "1");
  const [first, last] = [seen[0]!, seen.at(-1)!];
  assertEquals([first.status, last.status, last.data !== undefined], ["loading", "success", true]);
  assertEquals([first.execute === last.execute, first.refetch === last.refetch], [true, true]);
});

Deno.test("a failed fetch is not repeated by TanStack, unless the hook or the QueryClient says so", async () => {
  const { api, data, calls } = createApi();
  data.down = true;
  function List({ retry }: { retry?: number }) {
    return <p>{api.users.list.useQuery({ retryDelay: 0, ...(retry && { retry }) }).status}</p>;
  }
  for (
    const [retry, fromClient, expected] of [[undefined, undefined, 1], [1, undefined, 2], [undefined, 2, 3], [1, 2, 2]]
  ) {
    const before = calls().length;
    await using page = await openPage(<List {...(retry && { retry })} />);
    await page.show(null);
    page.queryClient.clear();
    if (fromClient) page.queryClient.setDefaultOptions({ queries: { gcTime: Infinity, retry: fromClient } });
    const start = calls().length;
    await page.show(<List {...(retry && { retry })} />);
    await page.until(() => page.text() === "error");
    assertEquals(calls().length - start, expected);
    assert(start >= before);
  }
});

Deno.test("R37 rich values arrive as themselves, and tell keys apart", async () => {
  const { api } = createApi();
  const at = new Date(0);
  function Since() {
    const since = api.users.since.useQuery({ query: { at } });
    return <p>{since.isSuccess && `${since.data.at.getTime()} ${since.data.ids.has("1")} ${since.data.count + 1n}`}</p>;
  }
  await using page = await openPage(<Since />);
  await page.until(() => page.text() === "0 true 2");
});

Deno.test("a hook without a provider says which provider it needs", async () => {
  const { api } = createApi();
  let said = "";
  function List() {
    try {
      return <p>{api.users.list.useQuery().status}</p>;
    } catch (error) {
      said = (error as Error).message;
      return null;
    }
  }
  await using _page = await openPage(<List />, { around: (children) => children });
  assertEquals(said, "Cannot use users.list: it has no <IgniterProvider> above it");
});

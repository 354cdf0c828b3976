/**
 * Live queries: what the server says is old is fetched again where it is shown, on a connection that the test plays.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { ReactNode } from "react";
import { IgniterProvider } from "@igniter-js/core/client";
import type { ClientEngine } from "../../../client/engine.ts";
import type { IgniterProviderProps } from "../../../client/provider.ts";
import { reactMethod } from "../../../client/react_methods.ts";
import type { ConnectionOptions, EventConnection, RevalidationObserver } from "../../../client/stream.ts";
import { createCache, openPage } from "./_page.ts";

interface Shown {
  readonly data: string | undefined;
}

type UseQuery = (options?: object) => Shown;

/** Queries whose answers count up, and a connection whose events the test sends. */
function createFake(hold = false, keyPrefix?: string) {
  const calls: string[] = [];
  const watchers = new Set<RevalidationObserver>();
  const configured: ConnectionOptions[] = [];
  const gates: (() => void)[] = [];
  let connections = 0;
  const connection = {
    watch(observer: RevalidationObserver) {
      watchers.add(observer);
      return () => watchers.delete(observer);
    },
    configure: (options: ConnectionOptions) => void configured.push(options),
  } as Partial<EventConnection> as EventConnection;
  const engine = {
    events: () => {
      connections++;
      return Promise.resolve(connection);
    },
    async call(key: string, _kind: string, input: object = {}) {
      const call = key + (Object.keys(input).length > 0 ? JSON.stringify(input) : "");
      calls.push(call);
      const count = calls.filter((other) => other === call).length;
      if (hold) await new Promise<void>((resolve) => gates.push(resolve));
      return { data: `${call} ${count}`, error: null };
    },
  } as Partial<ClientEngine> as ClientEngine;
  const hook = (key: string) => reactMethod({ engine, key, keyPrefix }, "useQuery") as UseQuery;
  const useList = hook("users.list"), useById = hook("users.byId"), useBig = hook("users.b");
  return {
    calls,
    watchers,
    configured,
    gates,
    connections: () => connections,
    send: (...targets: { path: string; input?: unknown }[]) =>
      watchers.forEach(({ onRevalidate }) => onRevalidate(targets)),
    reset: () => watchers.forEach(({ onReset }) => onReset("the window is over")),
    List: ({ page }: { page?: number }) => <p>{useList(page === undefined ? {} : { query: { page } }).data}</p>,
    ById: ({ id }: { id: string }) => <i>{useById({ params: { id } }).data}</i>,
    Big: () => <b>{useBig().data}</b>,
  };
}

const queryClient = createCache();

function live(props: IgniterProviderProps = {}): (children: ReactNode) => ReactNode {
  return (children) => <IgniterProvider queryClient={queryClient} {...props}>{children}</IgniterProvider>;
}

Deno.test("R26 a revalidation fetches again what its key means, by whole segments, and nothing else", async () => {
  const fake = createFake();
  const all = (
    <>
      <fake.List />
      <fake.ById id="1" />
      <fake.ById id="2" />
      <fake.Big />
    </>
  );
  await using page = await openPage(all, { around: live() });
  await page.until(() => fake.watchers.size === 1);
  fake.calls.length = 0;
  const after = async (...targets: { path: string; input?: unknown }[]) => {
    fake.calls.length = 0;
    await page.act(() => fake.send(...targets));
    await page.until(() => fake.calls.length > 0);
    await page.act(() => new Promise((resolve) => setTimeout(resolve, 20)));
    return [...fake.calls].sort();
  };
  assertEquals(await after({ path: "users.list" }), ["users.list"]);
  assertEquals(await after({ path: "users.byId", input: { params: { id: "2" } } }), [
    `users.byId{"params":{"id":"2"}}`,
  ]);
  assertEquals(await after({ path: "users.b" }), ["users.b"]);
  assertEquals((await after({ path: "users.*" })).length, 4);
  assertEquals((await after({ path: "users" })).length, 4);
  assertEquals((await after({ path: "users.list" }, { path: "users.b" })).length, 2);
});

Deno.test("R31 a burst of revalidations is one request, and one that comes meanwhile asks for one more", async () => {
  const fake = createFake(true);
  await using page = await openPage(<fake.List />, { around: live() });
  await page.until(() => fake.watchers.size === 1);
  await page.act(() => fake.gates.shift()!());
  for (let i = 0; i < 100; i++) fake.send({ path: "users.list" });
  await page.until(() => fake.calls.length === 2);
  for (let i = 0; i < 100; i++) fake.send({ path: "users.list" });
  await page.act(() => fake.gates.shift()!());
  await page.until(() => fake.calls.length === 3);
  await page.act(() => fake.gates.shift()!());
  await page.until(() => page.text() === "users.list 3");
  assertEquals(fake.calls.length, 3);
});

Deno.test("R31 a revalidation during the very first fetch, whose answer may be older, asks for one more", async () => {
  const fake = createFake(true);
  await using page = await openPage(<fake.List />, { around: live({ queryClient: createCache() }) });
  await page.until(() => fake.watchers.size === 1 && fake.gates.length === 1);
  await page.act(() => fake.send({ path: "users.list" }));
  // The burst is over, and the fetch still on its way.
  await page.act(() => new Promise((resolve) => setTimeout(resolve, 20)));
  await page.act(() => fake.gates.shift()!());
  await page.until(() => fake.gates.length === 1);
  await page.act(() => fake.gates.shift()!());
  await page.until(() => page.text() === "users.list 2");
  assertEquals(fake.calls.length, 2);
});

Deno.test("what is not shown is only marked as old, and a reset fetches all that is", async () => {
  const fake = createFake();
  await using page = await openPage(<fake.List />, { around: live() });
  await page.until(() => fake.watchers.size === 1);
  await page.show(<fake.ById id="1" />);
  await page.until(() => fake.watchers.size === 1);
  await page.act(() => fake.send({ path: "users.list" }));
  await page.until(() => queryClient.getQueryState(["users", "list"])?.isInvalidated === true);
  assertEquals(fake.calls, ["users.list", `users.byId{"params":{"id":"1"}}`]);
  await page.act(() => fake.reset());
  await page.until(() => fake.calls.length === 3);
  assertEquals(fake.calls[2], `users.byId{"params":{"id":"1"}}`);
});

Deno.test("R28 all queries of a client share one watcher, which ends with the last of them", async () => {
  const fake = createFake();
  await using page = await openPage(
    <>
      <fake.List />
      <fake.Big />
    </>,
    { around: live(), strict: true },
  );
  await page.until(() => fake.watchers.size === 1);
  await page.show(<fake.Big />);
  assertEquals(fake.watchers.size, 1);
  await page.show(null);
  assertEquals(fake.watchers.size, 0);
});

Deno.test("the provider's settings reach the connection; with enableRealtime: false there is none", async () => {
  const fake = createFake();
  const getScopes = () => ["user:1"];
  await using page = await openPage(<fake.List />, { around: live({ reconnectDelay: 7, getScopes }) });
  await page.until(() => fake.watchers.size === 1);
  assertEquals([fake.configured[0]?.reconnectDelay, await fake.configured[0]?.scopes?.()], [7, ["user:1"]]);

  const off = createFake();
  await using other = await openPage(<off.List />, { around: live({ enableRealtime: false }) });
  await other.until(() => other.text() !== "");
  assertEquals(off.connections(), 0);
});

Deno.test("what one of two clients on a QueryClient hears concerns the keys with its prefix only", async () => {
  const [one, two] = [createFake(), createFake(false, "billing")];
  const all = (
    <>
      <one.List />
      <two.List />
    </>
  );
  await using page = await openPage(all, { queryClient, around: live() });
  await page.until(() => two.watchers.size === 1 && page.text() === "users.list 1users.list 1");
  two.send({ path: "users" });
  await page.until(() => page.text() === "users.list 1users.list 2");
  two.reset();
  await page.until(() => page.text() === "users.list 1users.list 3");
  assertEquals([one.calls.length, two.calls.length], [1, 3]);
});

Deno.test("R26 the connection is told since when what is shown was fetched: old answers count, from hydration too", async () => {
  const fake = createFake();
  const queryClient = createCache();
  queryClient.setQueryDefaults(["users", "byId"], { staleTime: Infinity });
  queryClient.setQueryData(["users", "byId", { params: { id: "7" } }], "hydrated", { updatedAt: Date.now() - 30_000 });
  await using page = await openPage(
    <>
      <fake.List />
      <fake.ById id="7" />
    </>,
    { around: live({ queryClient }) },
  );
  await page.until(() => fake.watchers.size === 1 && fake.calls.length === 1);
  const [watcher] = fake.watchers;
  const old = watcher?.since?.() ?? 0;
  assert(old >= 33_000 && old < 60_000, `${old} ms`);
  await page.show(<fake.List />);
  const young = watcher?.since?.() ?? 0;
  assert(young >= 3000 && young < 30_000, `${young} ms`);
});

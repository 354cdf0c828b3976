/**
 * `useRealtime`: what the server says is old, and where the connection stands, on a connection that the test plays.
 *
 * @module
 */
import { assertEquals, assertGreaterOrEqual } from "@std/assert";
import type { ReactNode } from "react";
import { IgniterProvider, type RealtimeHookOptions, type RealtimeHookResult } from "@igniter-js/core/client";
import type { ClientEngine } from "../../../client/engine.ts";
import { reactMethod } from "../../../client/react_methods.ts";
import type { ConnectionOptions, EventConnection, RevalidationObserver, StreamState } from "../../../client/stream.ts";
import { openPage as open, type PageOptions } from "./_page.ts";

interface Target {
  readonly path: string;
  readonly input?: unknown;
}

interface Options extends RealtimeHookOptions {
  readonly query?: object;
  readonly params?: object;
}

type UseRealtime = (options: Options) => RealtimeHookResult;

/** A connection that does what the test says, and a component that shows it. */
function createFake(events?: () => Promise<EventConnection>) {
  const watchers = new Set<RevalidationObserver>();
  const listeners = new Set<(state: StreamState) => void>();
  const configured: ConnectionOptions[] = [];
  let reconnects = 0;
  let state: StreamState = "closed";
  const add = <T,>(set: Set<T>, member: T) => {
    set.add(member);
    return () => void set.delete(member);
  };
  const connection = {
    get state() {
      return state;
    },
    watch: (observer: RevalidationObserver) => add(watchers, observer),
    onState: (listener: (state: StreamState) => void) => add(listeners, listener),
    configure: (options: ConnectionOptions) => void configured.push(options),
    reconnect: () => void reconnects++,
  } as Partial<EventConnection> as EventConnection;
  const engine = { events: events ?? (() => Promise.resolve(connection)) } as Partial<ClientEngine> as ClientEngine;
  const heard: Target[] = [];
  let shown!: RealtimeHookResult;
  const create = (key: string) => {
    const useRealtime = reactMethod({ engine, key }, "useRealtime") as UseRealtime;
    return (options: Options) => {
      shown = useRealtime({ onRevalidate: (target) => heard.push(target), ...options });
      return <p>{`${shown.state} ${shown.isConnected}`}</p>;
    };
  };
  return {
    List: create("users.list"),
    ById: create("users.byId"),
    shown: () => shown,
    watchers,
    listeners,
    configured,
    reconnects: () => reconnects,
    toState(next: StreamState) {
      state = next;
      for (const listener of listeners) listener(next);
    },
    /** Gives what was heard of these. */
    tell(...targets: Target[]): Target[] {
      heard.length = 0;
      for (const { onRevalidate } of watchers) onRevalidate(targets);
      return [...heard];
    },
    reset(): Target[] {
      heard.length = 0;
      for (const { onReset } of watchers) onReset("the window is over");
      return [...heard];
    },
  };
}

const openPage = (element: ReactNode, options?: PageOptions) => open(element, { live: true, ...options });

Deno.test("R26 useRealtime hears what its key means, by whole segments and of any input, and fetches nothing", async () => {
  const fake = createFake();
  await using page = await openPage(<fake.List />);
  await page.until(() => fake.watchers.size === 1);
  await page.act(() => {
    const mine = [{ path: "users.list" }, { path: "users" }, { path: "users.*" }, { path: "*" }];
    const ofOneInput = { path: "users.list", input: { query: { page: 2 } } };
    assertEquals(fake.tell(...mine, ofOneInput), [...mine, ofOneInput]);
    const others = [{ path: "users.listed" }, { path: "users.byId" }, { path: "user" }, { path: "users.list.all" }];
    assertEquals(fake.tell(...others, { path: "users", input: { query: { page: 2 } } }), []);
  });
  assertEquals(page.queryClient.getQueryCache().getAll(), []);
});

Deno.test("useRealtime with an input hears of that input and of all, however its fields are ordered", async () => {
  const fake = createFake();
  await using page = await openPage(<fake.ById params={{ id: "1" }} query={{ a: 1, b: new Date(0) }} />);
  await page.until(() => fake.watchers.size === 1);
  await page.act(() => {
    const mine = { path: "users.byId", input: { query: { b: new Date(0), a: 1 }, params: { id: "1" } } };
    const other = { path: "users.byId", input: { query: { b: new Date(1), a: 1 }, params: { id: "1" } } };
    assertEquals(fake.tell(mine, other, { path: "users.byId" }, { path: "users.byId", input: {} }), [mine, {
      path: "users.byId",
    }]);
  });
  // What is heard follows what is shown.
  await page.show(<fake.ById params={{ id: "2" }} />);
  await page.until(() => fake.watchers.size === 1);
  const second = { path: "users.byId", input: { params: { id: "2" } } };
  await page.act(() =>
    assertEquals(fake.tell(second, { path: "users.byId", input: { params: { id: "1" } } }), [second])
  );
});

Deno.test("useRealtime says when data was last said to be old, and after a gap that anything may be", async () => {
  const fake = createFake();
  await using page = await openPage(<fake.List />);
  await page.until(() => fake.watchers.size === 1);
  assertEquals(fake.shown().lastRevalidatedAt, undefined);
  await page.act(() => fake.tell({ path: "users.byId" }));
  assertEquals(fake.shown().lastRevalidatedAt, undefined);
  const before = Date.now();
  await page.act(() => assertEquals(fake.reset(), [{ path: "*" }]));
  assertGreaterOrEqual(fake.shown().lastRevalidatedAt ?? 0, before);
});

Deno.test("useRealtime shows the connection's state: what it is when it comes, and each that follows", async () => {
  const fake = createFake();
  await using page = await openPage(<fake.List />, { strict: true });
  await page.until(() => fake.watchers.size === 1);
  assertEquals(page.text(), "connecting false");
  for (const state of ["open", "reconnecting", "open", "error"] as const) {
    await page.act(() => fake.toState(state));
    assertEquals(page.text(), `${state} ${state === "open"}`);
  }
  await page.act(() => fake.toState("open"));
  // Who comes later sees it at once.
  await page.show(<fake.ById />);
  await page.until(() => page.text() === "open true");
  await page.show(null);
  assertEquals([fake.watchers.size, fake.listeners.size], [0, 0]);
});

Deno.test("reconnect makes the page's connection anew, and who only goes away does not", async () => {
  const fake = createFake();
  await using page = await openPage(<fake.List />);
  await page.until(() => fake.watchers.size === 1);
  await page.act(() => fake.toState("error"));
  const { reconnect } = fake.shown();
  await page.act(() => reconnect());
  assertEquals(fake.reconnects(), 1);
  await page.act(() => fake.toState("open"));
  assertEquals([page.text(), fake.watchers.size], ["open true", 1]);
  assertEquals(fake.shown().reconnect, reconnect);
  await page.show(<fake.ById />);
  await page.show(null);
  assertEquals(fake.reconnects(), 1);
});

Deno.test("useRealtime is closed while it or the provider says so", async () => {
  const fake = createFake();
  await using page = await openPage(<fake.List enabled={false} />);
  assertEquals([page.text(), fake.watchers.size, fake.configured.length], ["closed false", 0, 0]);
  await page.show(<fake.List enabled />);
  await page.until(() => fake.watchers.size === 1);
  await page.show(<fake.List enabled={false} />);
  assertEquals([page.text(), fake.watchers.size, fake.listeners.size], ["closed false", 0, 0]);

  const off = createFake();
  await using other = await openPage(<off.List />, { live: false });
  assertEquals([other.text(), off.watchers.size], ["closed false", 0]);
});

Deno.test("the provider's settings reach the connection of useRealtime", async () => {
  const fake = createFake();
  const around = (children: ReactNode) => (
    <IgniterProvider reconnectDelay={7} getScopes={() => ["user:1"]}>{children}</IgniterProvider>
  );
  await using page = await openPage(<fake.List />, { around });
  await page.until(() => fake.configured.length === 1);
  assertEquals([fake.configured[0]?.reconnectDelay, await fake.configured[0]?.scopes?.()], [7, ["user:1"]]);
});

Deno.test("useRealtime shows an error when the connection's code cannot be loaded, and tries again when asked", async () => {
  let attempts = 0;
  const fake = createFake(() => {
    attempts++;
    return Promise.reject(new TypeError("Failed to fetch"));
  });
  await using page = await openPage(<fake.List />);
  await page.until(() => page.text() === "error false");
  await page.act(() => fake.shown().reconnect());
  await page.until(() => attempts === 2 && page.text() === "error false");
});

/**
 * `useStream`: a subscription as a component sees it, on a connection that the test plays.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import type { ReactNode } from "react";
import { IgniterProvider } from "@igniter-js/core/client";
import type { ClientEngine } from "../../../client/engine.ts";
import type { IgniterProviderProps } from "../../../client/provider.ts";
import { reactMethod } from "../../../client/react_methods.ts";
import type { ConnectionOptions, EventConnection, StreamObserver } from "../../../client/stream.ts";
import type { StreamHookOptions } from "../../../client/react_options.ts";
import type { StreamHookResult } from "../../../client/react_results.ts";
import { openPage as open, type Page, type PageOptions } from "./_page.ts";

interface Subscription {
  readonly key: string;
  readonly input: object | undefined;
  readonly observer: StreamObserver;
  /** How it was stopped: "now", or "later". */
  stopped?: "now" | "later";
}

interface Message {
  readonly text: string;
}

interface Problem extends Error {
  readonly code: string;
}

type UseStream = (
  options: { readonly params: { readonly room: string } } & StreamHookOptions<Message, Problem>,
) => StreamHookResult<Message, Problem>;

/** A connection that does what the test says. */
function createFake(events?: () => Promise<EventConnection>) {
  const subscriptions: Subscription[] = [];
  const configured: ConnectionOptions[] = [];
  const connection = {
    subscribe(key: string, input: object | undefined, observer: StreamObserver) {
      const subscription: Subscription = { key, input, observer };
      subscriptions.push(subscription);
      return (now?: boolean) => {
        subscription.stopped = now ? "now" : "later";
      };
    },
    configure: (options: ConnectionOptions) => void configured.push(options),
  } as Partial<EventConnection> as EventConnection;
  const engine = { events: events ?? (() => Promise.resolve(connection)) } as Partial<ClientEngine> as ClientEngine;
  const useStream = reactMethod({ engine, key: "chat.feed" }, "useStream") as UseStream;
  let shown!: StreamHookResult<Message, Problem>;
  function Feed({ room = "a", ...options }: { room?: string } & StreamHookOptions<Message, Problem>) {
    shown = useStream({ params: { room }, ...options });
    return <p>{`${shown.state} ${shown.data?.text ?? "-"} ${shown.error?.code ?? "-"} ${shown.isConnected}`}</p>;
  }
  const last = () => subscriptions.at(-1)!;
  return {
    Feed,
    subscriptions,
    configured,
    last,
    shown: () => shown,
    state: (page: Page, ...args: Parameters<NonNullable<StreamObserver["onState"]>>) =>
      page.act(() => last().observer.onState!(...args)),
    message: (page: Page, text: string) => page.act(() => last().observer.onMessage!({ text }, "message")),
  };
}

const openPage = (element: ReactNode, options?: PageOptions) => open(element, { live: true, ...options });

const lost = { code: "ERR_NETWORK", message: "The connection broke", data: undefined };

function provided(props: IgniterProviderProps): (children: ReactNode) => ReactNode {
  return (children) => <IgniterProvider {...props}>{children}</IgniterProvider>;
}

Deno.test("useStream goes through connecting, open, reconnecting, open and closed", async () => {
  const fake = createFake();
  const states: string[] = [];
  await using page = await openPage(<fake.Feed onState={(state) => states.push(state)} />);
  assertEquals(page.text(), "connecting - - false");
  // The first of all loads the code.
  await page.until(() => fake.subscriptions.length === 1);
  await fake.state(page, "open");
  assertEquals(page.text(), "open - - true");
  await fake.message(page, "hello");
  assertEquals(page.text(), "open hello - true");
  await fake.state(page, "reconnecting", lost);
  assertEquals(page.text(), "reconnecting hello ERR_NETWORK false");
  await fake.state(page, "open");
  await fake.message(page, "again");
  assertEquals(page.text(), "open again - true");
  await fake.state(page, "closed");
  assertEquals(page.text(), "closed again - false");
  assertEquals(states, ["open", "reconnecting", "open", "closed"]);
  assertEquals([fake.subscriptions.length, fake.last().key, fake.last().input], [1, "chat.feed", {
    params: { room: "a" },
  }]);
});

Deno.test("useStream tells of a refusal, and reconnect subscribes anew", async () => {
  const fake = createFake();
  const errors: string[] = [];
  await using page = await openPage(<fake.Feed onError={(error) => errors.push(`${error.name} ${error.code}`)} />);
  await fake.state(page, "reconnecting", lost);
  assertEquals(errors, [], "it goes on");
  await fake.state(page, "error", { code: "ERR_FORBIDDEN", message: "Not yours", data: undefined });
  assertEquals(page.text(), "error - ERR_FORBIDDEN false");
  assertEquals(errors, ["IgniterError ERR_FORBIDDEN"]);
  await page.act(() => fake.shown().reconnect());
  assertEquals(page.text(), "connecting - - false");
  assertEquals([fake.subscriptions.length, fake.subscriptions[0]!.stopped], [2, "now"]);
  await fake.state(page, "open");
  assertEquals(page.text(), "open - - true");
});

Deno.test("disconnect ends the subscription at once, until reconnect", async () => {
  const fake = createFake();
  await using page = await openPage(<fake.Feed />);
  await fake.state(page, "open");
  await page.act(() => fake.shown().disconnect());
  assertEquals([page.text(), fake.last().stopped], ["closed - - false", "now"]);
  await page.show(<fake.Feed room="b" />);
  assertEquals(fake.subscriptions.length, 1, "another input does not undo it");
  await page.act(() => fake.shown().reconnect());
  assertEquals([fake.subscriptions.length, fake.last().input], [2, { params: { room: "b" } }]);
  assertEquals(page.text(), "connecting - - false");
});

Deno.test("another input is another subscription, and shows nothing of the one before", async () => {
  const fake = createFake();
  const heard: string[] = [];
  const onMessage = ({ text }: Message) => heard.push(text);
  await using page = await openPage(<fake.Feed onMessage={onMessage} />);
  await fake.state(page, "open");
  await fake.message(page, "in a");
  const before = fake.last();
  await page.show(<fake.Feed room="b" onMessage={onMessage} />);
  assertEquals([page.text(), before.stopped], ["connecting - - false", "later"]);
  await page.act(() => before.observer.onMessage!({ text: "late" }, "message"));
  await page.act(() => before.observer.onState!("error", lost));
  assertEquals([page.text(), heard], ["connecting - - false", ["in a"]]);
});

Deno.test("a re-render with the same input does not subscribe again, and its newest callbacks are called", async () => {
  const fake = createFake();
  const heard: string[] = [];
  await using page = await openPage(<fake.Feed onMessage={({ text }) => heard.push(`first ${text}`)} />);
  await page.show(<fake.Feed onMessage={({ text }, type) => heard.push(`second ${text} ${type}`)} />);
  await fake.message(page, "x");
  assertEquals([heard, fake.subscriptions.length], [["second x message"], 1]);
});

Deno.test("onOpen hears the opening reply, onGap what was lost, onMessage every message of a burst", async () => {
  const fake = createFake();
  const heard: unknown[] = [];
  await using page = await openPage(
    <fake.Feed
      onOpen={(data) => heard.push(data)}
      onGap={(missed) => heard.push(missed)}
      onMessage={({ text }) => heard.push(text)}
    />,
  );
  const { observer } = fake.last();
  await page.act(() => {
    observer.onOpen!({ status: "connected" });
    observer.onGap!(3);
    for (const text of ["a", "b", "c"]) observer.onMessage!({ text }, "message");
  });
  assertEquals(heard, [{ status: "connected" }, 3, "a", "b", "c"]);
  assertEquals(fake.shown().data, { text: "c" });
});

Deno.test("enabled: false and enableRealtime: false keep it closed", async () => {
  const fake = createFake();
  await using page = await openPage(<fake.Feed enabled={false} />);
  assertEquals([page.text(), fake.subscriptions.length], ["closed - - false", 0]);
  await page.show(<fake.Feed enabled />);
  assertEquals([page.text(), fake.subscriptions.length], ["connecting - - false", 1]);
  await page.show(<fake.Feed enabled={false} />);
  assertEquals([page.text(), fake.last().stopped], ["closed - - false", "later"]);

  await using other = await openPage(<fake.Feed />, { around: provided({ enableRealtime: false }) });
  assertEquals([other.text(), fake.subscriptions.length], ["closed - - false", 1]);
});

Deno.test("R31 StrictMode and unmounting leave one subscription, and none", async () => {
  const fake = createFake();
  await using page = await openPage(<fake.Feed />, { strict: true });
  assertEquals(fake.subscriptions.filter(({ stopped }) => !stopped).length, 1);
  await page.show(null);
  assertEquals(fake.subscriptions.filter(({ stopped }) => !stopped).length, 0);
});

Deno.test("the provider's settings reach the connection, scopes by the newest context", async () => {
  const fake = createFake();
  let user = "1";
  const around = provided({
    autoReconnect: false,
    maxReconnectAttempts: 3,
    reconnectDelay: 50,
    debug: true,
    getContext: () => Promise.resolve({ user }),
    getScopes: (context) => [`user:${(context as { user: string }).user}`],
  });
  await using page = await openPage(<fake.Feed />, { around });
  const { autoReconnect, maxReconnectAttempts, reconnectDelay, debug, scopes } = fake.configured[0]!;
  assertEquals([autoReconnect, maxReconnectAttempts, reconnectDelay, debug], [false, 3, 50, true]);
  assertEquals(await scopes!(), ["user:1"]);
  user = "2";
  await page.act(() => {});
  assertEquals(await scopes!(), ["user:2"]);

  const plain = createFake();
  await using _other = await openPage(<plain.Feed />);
  assertEquals(plain.configured[0]!.scopes, undefined, "without getScopes all that the server grants");
});

Deno.test("code that cannot be loaded is an error, which reconnect mends", async () => {
  let broken = true;
  const connection = {
    configure() {},
    subscribe: (_key: string, _input: unknown, observer: StreamObserver) => {
      observer.onState!("open");
      return () => {};
    },
  } as Partial<EventConnection> as EventConnection;
  const fake = createFake(() => broken ? Promise.reject(new Error("no such chunk")) : Promise.resolve(connection));
  await using page = await openPage(<fake.Feed />);
  assertEquals([page.text(), fake.shown().error?.message], ["error - ERR_NETWORK false", "Error: no such chunk"]);
  broken = false;
  await page.act(() => fake.shown().reconnect());
  assertEquals(page.text(), "open - - true");
});

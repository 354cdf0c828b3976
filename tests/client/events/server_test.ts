/** The client's event connection over a real server: what the fakes beside this assume of it. */

import { Igniter, serve } from "@igniter-js/core";
import { assert, assertEquals } from "@std/assert";
import { z } from "zod";
import { createEvents } from "../../../client/events.ts";
import type { ClientOptions } from "../../../client/options.ts";
import type { Platform } from "../../../client/platform.ts";
import type { EventConnection } from "../../../client/stream.ts";
import { startProxy } from "../../drivers/_proxy.ts";
import { Heard, until } from "./fakes.ts";

/** An API with every kind of stream; `user` decides. */
function createApp() {
  const igniter = Igniter
    .context((request: Request) => ({ user: request.headers.get("authorization") ?? "nobody" }))
    .logger({ debug() {}, info() {}, warn() {}, error() {} })
    .realtime({ scopes: ({ context }) => [`user:${context.user}`, "everybody"] })
    .create();
  const auth = igniter.procedure({
    handler: (_, { context, response }) =>
      context.user === "nobody" ? response.unauthorized("Who are you?") : undefined,
  });
  let ended = 0;
  const router = igniter.router({
    controllers: {
      chat: igniter.controller({
        path: "/chat",
        actions: {
          feed: igniter.query({
            path: "/:room",
            stream: true,
            events: z.object({ at: z.date(), n: z.number() }),
            handler: ({ params, context }) => ({ room: params.room, user: context.user }),
          }),
          secret: igniter.query({ path: "/secret", stream: true, use: [auth], handler: () => "welcome" }),
          ticks: igniter.query({
            path: "/ticks",
            stream: true,
            query: z.object({ to: z.number() }),
            onDisconnect: "grace",
            handler: async function* ({ query }) {
              try {
                for (let n = 1; n <= query.to; n++) {
                  await new Promise((resolve) => setTimeout(resolve, 1));
                  yield n;
                }
              } finally {
                ended++;
              }
            },
          }),
        },
      }),
    },
  });
  return { igniter, router, ended: () => ended };
}

/** This platform, its delays shortened. */
const HASTE: Platform = {
  // Node's types, which say that it is an object, are among those of the tests.
  setTimeout: (run, milliseconds) => setTimeout(run, milliseconds / 50) as unknown as number,
  clearTimeout,
  Math,
};

const local = { hostname: "127.0.0.1", signals: false, onListen: () => {} } as const;

async function withServer(
  test: (
    app: ReturnType<typeof createApp>,
    connect: (options?: ClientOptions) => EventConnection,
    cut: () => void,
  ) => Promise<void>,
): Promise<void> {
  const app = createApp();
  const server = serve(app.router, { ...local, port: 0 });
  const connections: EventConnection[] = [];
  try {
    await using proxy = await startProxy(server.port);
    try {
      await test(app, (options) => {
        const events = createEvents({ baseURL: `http://127.0.0.1:${proxy.port}`, ...options }, HASTE);
        connections.push(events);
        return events;
      }, proxy.cut);
    } finally {
      for (const events of connections) events.close();
    }
  } finally {
    await server.shutdown();
  }
}

const INPUT = { params: { room: "7" } };

Deno.test("R22 R37 over a server: openings, messages, refusals, revalidations and resets arrive", async () => {
  await withServer(async ({ igniter, router }, connect) => {
    let headers: Record<string, string> = {};
    const events = connect({ headers: () => headers });
    const [feed, secret, watcher] = [new Heard(), new Heard(), new Heard()];
    events.subscribe("chat.feed", INPUT, feed);
    events.subscribe("chat.secret", undefined, secret);
    events.subscribe("chat.nothing", undefined, watcher);
    events.watch(watcher);
    await until(() => feed.lines.length === 2 && secret.lines.length === 1 && watcher.lines.length === 1);
    assertEquals(feed.take(), ["open", 'opened {"room":"7","user":"nobody"}']);
    assertEquals([secret.take(), watcher.take()], [["error ERR_UNAUTHORIZED"], ["error ERR_NOT_FOUND"]]);
    await router.publish("chat.feed", { at: new Date(0), n: 1 });
    await igniter.realtime.revalidate({ path: "chat.feed", input: { query: { at: new Date(0) } } });
    await until(() => feed.lines.length === 1 && watcher.lines.length === 1);
    assertEquals(feed.take(), ["{ at: 1970-01-01T00:00:00.000Z, n: 1 }"]);
    assertEquals(watcher.take(), ["revalidate chat.feed { query: { at: 1970-01-01T00:00:00.000Z } }"]);
    headers = { authorization: "ada" };
    events.reconnect();
    await until(() => secret.lines.length === 3);
    assertEquals(secret.take(), ["connecting", "open", 'opened "welcome"']);
  });
});

Deno.test("R21 over a server: scopes that are asked for narrow what is granted", async () => {
  await withServer(async ({ igniter }, connect) => {
    const events = connect({ headers: { authorization: "ada" } });
    events.configure({ scopes: () => ["user:ada", "user:bob"] });
    const watcher = new Heard();
    events.watch(watcher);
    await until(() => events.state === "open");
    for (const scope of ["user:bob", "everybody", "user:ada"]) {
      await igniter.realtime.revalidate(`chat.${scope === "user:ada" ? "feed" : "secret"}`, { scopes: [scope] });
    }
    await until(() => watcher.lines.length > 0);
    assertEquals(watcher.take(), ["revalidate chat.feed"]);
  });
});

Deno.test("R23 R28 over a server: cut again and again, and with subscriptions that come and go, each message arrives once", async () => {
  await withServer(async ({ router }, connect, cut) => {
    const events = connect();
    const numbers: number[] = [];
    let gaps = 0;
    events.subscribe("chat.feed", INPUT, {
      onMessage: (message) => numbers.push((message as { n: number }).n),
      onGap: () => gaps++,
    });
    await until(() => events.state === "open");
    let others: (() => void)[] = [];
    for (let n = 1; n <= 400; n++) {
      await router.publish("chat.feed", { at: new Date(), n });
      if (n % 23 === 0) cut();
      if (n % 7 === 0) others.push(events.subscribe("chat.feed", { params: { room: String(n) } }, {}));
      if (n % 31 === 0) others = others.filter((stop) => stop());
      if (n % 3 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await until(() => numbers.length >= 400);
    assertEquals([numbers, gaps], [Array.from({ length: 400 }, (_, index) => index + 1), 0]);
  });
});

Deno.test("over a server: a generator goes on where its connection broke, and ends", async () => {
  await withServer(async ({ ended }, connect, cut) => {
    const events = connect();
    const heard: unknown[] = [];
    const states: string[] = [];
    events.subscribe("chat.ticks", { query: { to: 60 } }, {
      onMessage(n) {
        heard.push(n);
        if (n === 20 || n === 40) cut();
      },
      onGap: (missed) => heard.push(`gap ${missed}`),
      onState: (state) => states.push(state),
    });
    await until(() => states.at(-1) === "closed");
    assertEquals(heard, Array.from({ length: 60 }, (_, index) => index + 1));
    assertEquals(states, ["open", "reconnecting", "open", "reconnecting", "open", "closed"]);
    assertEquals(ended(), 1);
  });
});

Deno.test("R23 over a server that ends and begins again on the same port, what may be missing is told once", async () => {
  const first = createApp();
  const server = serve(first.router, { ...local, port: 0 });
  const events = createEvents({ baseURL: server.url }, HASTE);
  const [feed, watcher] = [new Heard(), new Heard()];
  events.subscribe("chat.feed", INPUT, feed);
  events.watch(watcher);
  await until(() => events.state === "open");
  await first.router.publish("chat.feed", { at: new Date(0), n: 1 });
  await until(() => feed.lines.length === 3);
  feed.take();
  await server.shutdown();
  await until(() => events.state === "reconnecting");
  const second = createApp();
  await using again = serve(second.router, { ...local, port: server.port });
  await until(() => events.state === "open" && feed.lines.includes("open"));
  await second.router.publish("chat.feed", { at: new Date(0), n: 2 });
  await until(() => feed.lines.some((line) => line.includes("n: 2")));
  const told = feed.take().filter((line) => !line.startsWith("reconnecting"));
  assertEquals(told.filter((line) => line.startsWith("gap")), ["gap undefined"]);
  assertEquals(told.at(-1), "{ at: 1970-01-01T00:00:00.000Z, n: 2 }");
  assertEquals(watcher.take().length, 1);
  events.close();
  assert(again.port === server.port);
});

import { Igniter, type RealtimeConfig } from "@igniter-js/core";
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { Broker } from "../../../server/realtime/broker.ts";
import { channels, chat, type ChatContext, collect, EventReader, readText, until } from "./_events.ts";

Deno.test("R21 forged scopes get nothing: the server grants, the client can only narrow", async () => {
  const { igniter, router, connect, logger } = chat();
  const forged = await connect(`${channels("chat.feed")}&scope=user:ada&scopes=user:ada&scope[]=user:ada`, {
    "x-scopes": "user:ada",
    "x-user": "eve",
  });
  const ada = await connect(channels("chat.feed"), { "x-user": "ada" });
  const narrowed = await connect(`${channels("chat.feed")}&scope=user:eve`, { "x-user": "ada" });
  const none = await connect(`${channels("chat.feed")}&scope=`, { "x-user": "ada" });
  const all = [forged, ada, narrowed, none];
  for (const events of all) await events.upTo("ready");
  const scopes = ["user:ada", "user:bob"];
  await igniter.realtime.publish("chat.feed", "for ada", { scopes });
  await igniter.realtime.broadcast("for ada", { scopes });
  await igniter.realtime.revalidate("chat.list", { scopes });
  await igniter.realtime.publish("chat.feed", "for nobody", { scopes: [] });
  await igniter.realtime.publish("chat.feed", "for all");
  assertEquals((await ada.take(4)).map(({ event }) => event), ["message", "message", "revalidate", "message"]);
  for (const events of [forged, narrowed, none]) assertEquals((await events.take(1))[0]?.data.data, "for all");
  // Nor what was missed: the same holds for what is sent again.
  const again = await connect(`${channels("chat.feed")}&scope=user:ada`, { "x-user": "eve", "last-event-id": "x" });
  assertEquals((await again.upTo("ready")).map(({ event }) => event), ["open", "reset", "ready"]);
  assertThrows(() => igniter.realtime.publish("chat.feed", 1, { scopes: "user:ada" as never }), TypeError, "no");
  assertEquals(logger.logs, []);
  await router.close();
});

Deno.test("R21 no receiver sees who else was meant", async () => {
  const { igniter, router, request } = chat();
  const response = await router.handler(request(channels("chat.feed"), { "x-user": "ada" }));
  const upTo = readText(response);
  const options = { scopes: ["user:ada", "user:very-secret"] };
  await upTo("event: ready");
  await igniter.realtime.publish("chat.feed", 1, options);
  await igniter.realtime.revalidate("chat.list", options);
  await igniter.realtime.broadcast("end", options);
  const text = await upTo('"end"');
  assertEquals([text.includes("very-secret"), text.includes("scope")], [false, false]);
  await router.close();
});

Deno.test("R21 a scopes resolver that throws, rejects or gives no list of strings refuses the connection", async () => {
  const resolvers: readonly (() => never)[] = [
    () => {
      throw new Error("secret");
    },
    () => Promise.reject(new Error("secret")) as never,
    () => "user:1" as never,
    () => [1] as never,
  ];
  for (const scopes of resolvers) {
    const { router, request, logger, igniter } = chat({ realtime: { scopes } });
    const response = await router.handler(request(channels("chat.feed")));
    const { error } = await response.json();
    assertEquals([response.status, error.code, error.message], [500, "ERR_INTERNAL", "Internal error"]);
    assertEquals([logger.logs.length, (igniter.realtime as Broker).count()], [1, 0]);
    await router.close();
  }
});

Deno.test("R22 foreign channels and unauthorised streams: an error frame, and nothing of them is heard", async () => {
  const { igniter, router, connect } = chat();
  const asked = [
    "chat.secret",
    "~revalidate",
    "~reset",
    "*",
    "__proto__",
    "constructor.name",
    "",
    "chat",
    "../chat.feed",
  ];
  const events = await connect(channels(...asked));
  const frames = await events.upTo("ready");
  assertEquals(frames.slice(0, -1).map(({ event }) => event), asked.map(() => "error"));
  assertEquals(frames.slice(0, -1).map(({ data }) => data.channel).sort(), [...asked].sort());
  await igniter.realtime.publish("chat.secret", "for members");
  await igniter.realtime.publish("chat.feed", "not asked for");
  await igniter.realtime.broadcast("for all");
  assertEquals((await events.take(1))[0]?.data, { channel: "*", data: "for all" });
  await router.close();
});

Deno.test("R27 nothing that a client or a publisher names can begin a frame or a header of its own", async () => {
  const { igniter, router, request } = chat();
  const evil = "x\n\nevent: reset\ndata: {}\n\n";
  const query = channels(evil, `chat.room?~room=${evil}`, `chat.feed#${evil}`) + `&scope=${encodeURIComponent(evil)}` +
    `&Last-Event-ID=${encodeURIComponent(evil)}`;
  const response = await router.handler(request(query, { "x-user": "ada" }));
  const upTo = readText(response);
  await upTo("event: ready");
  for (const type of [evil, "a\rb", "a\0b"]) {
    assertThrows(() => igniter.realtime.publish("chat.feed", 1, { type }), TypeError, "line break");
  }
  for (const type of ["open", "error", "end"]) {
    assertThrows(() => igniter.realtime.publish("chat.feed", 1, { type }), TypeError, "the framework's");
  }
  await igniter.realtime.publish("chat.feed", { [evil]: evil }, { type: "event: reset" });
  const text = await upTo("event: message");
  const kinds = text.split("\n").filter((line) => line.startsWith("event:"));
  // One reset, as the id is not one of the log; the others are data.
  assertEquals(kinds.filter((line) => line === "event: reset").length, 1);
  assertEquals(kinds.filter((line) => line === "event: message").length, 1);
  await router.close();
});

Deno.test("what no honest client sends is refused with 400, or means nothing", async () => {
  const { router, request } = chat({ realtime: { maxChannels: 10 } });
  const many = (name: string, count: number) =>
    "?" + Array.from({ length: count }, (_, n) => `${name}=c${n}`).join("&");
  for (
    const query of [
      many("channel", 11),
      many("scope", 1001),
      `?channel=${"x".repeat(5000)}`,
      `?scope=${"x".repeat(5000)}`,
    ]
  ) {
    const response = await router.handler(request(query));
    assertEquals([response.status, (await response.json()).error.code], [400, "ERR_BAD_REQUEST"]);
  }
  for (const query of ["?channel=%zz", "?channel", "?&&=&channel=%00", "?last-event-id=%ff%fe", many("channel", 10)]) {
    const events = new EventReader(await router.handler(request(query)));
    assertEquals((await events.upTo("ready")).at(-1)?.event, "ready", query);
    await events.cancel();
  }
  await router.close();
});

const SITE = "https://app.example.com";

Deno.test("a page of another origin with its visitor's cookies is refused, unless its origin is allowed", async () => {
  const { router, request } = chat();
  const allowing = chat({ realtime: { origins: [SITE, "https://admin.example.com"] } });
  const cookie = "session=1";
  const cases: readonly (readonly [headers: Record<string, string>, plain: number, allowed: number])[] = [
    [{ origin: SITE, cookie }, 403, 200],
    [{ origin: "https://admin.example.com", cookie }, 403, 200],
    [{ origin: SITE, authorization: "Basic YTpi" }, 403, 200],
    [{ origin: "https://evil.example", cookie }, 403, 403],
    [{ origin: `${SITE}.evil.example`, cookie }, 403, 403],
    [{ origin: "http://app.example.com", cookie }, 403, 403],
    [{ origin: "https://localhost.evil.example", cookie }, 403, 403],
    [{ origin: "http://localhost:1", cookie }, 403, 403],
    [{ origin: "null", cookie }, 403, 403],
    [{ "sec-fetch-site": "cross-site", cookie }, 403, 403],
    [{ "sec-fetch-site": "same-site", cookie }, 403, 403],
    [{ "sec-fetch-site": "cross-site", origin: "http://localhost", cookie }, 403, 403],
    // Nothing that the browser adds by itself: a token is a page's own.
    [{ origin: "https://evil.example" }, 200, 200],
    [{ origin: "https://evil.example", authorization: "Bearer t" }, 200, 200],
    // The same origin, behind a proxy that ends TLS too, and what is no browser.
    [{ origin: "http://localhost", cookie }, 200, 200],
    [{ origin: "https://localhost", cookie }, 200, 200],
    [{ origin: "https://public.example", "sec-fetch-site": "same-origin", cookie }, 200, 200],
    [{ "sec-fetch-site": "none", cookie }, 200, 200],
    [{ cookie }, 200, 200],
  ];
  for (const [headers, plain, allowed] of cases) {
    for (const [app, expected] of [[{ router, request }, plain], [allowing, allowed]] as const) {
      const response = await app.router.handler(app.request("", headers));
      assertEquals(response.status, expected, JSON.stringify(headers));
      // Never without being asked for, and never for everybody.
      const cors = response.headers.get("access-control-allow-origin");
      const listed = app === allowing && [SITE, "https://admin.example.com"].includes(headers["origin"] ?? "");
      assertEquals(cors, listed ? headers["origin"] ?? null : null, JSON.stringify(headers));
      await response.body?.cancel();
    }
  }
  await router.close();
  await allowing.router.close();
});

Deno.test("R25 an allowed origin may connect from a browser: the preflight and the answers have what CORS needs", async () => {
  const { router, request } = chat({ realtime: { origins: [SITE], maxChannels: 1 } });
  const preflight = (origin: string) =>
    router.handler(request("", {
      origin,
      "access-control-request-method": "GET",
      "access-control-request-headers": "authorization,last-event-id",
    }, { method: "OPTIONS" }));
  const { status, headers } = await preflight(SITE);
  assertEquals(
    [
      status,
      ...["origin", "credentials", "methods", "headers"].map((name) => headers.get(`access-control-allow-${name}`)),
    ],
    [204, SITE, "true", "GET", "authorization,last-event-id"],
  );
  assertEquals((await preflight("https://evil.example")).headers.get("access-control-allow-origin"), null);
  const refused = await router.handler(request(channels("a", "b"), { origin: SITE }));
  assertEquals([refused.status, refused.headers.get("access-control-allow-origin")], [400, SITE]);
  await refused.body?.cancel();
  await router.close();
});

Deno.test("a flood of connections is refused: 503 for the process, 429 for one identity, with Retry-After", async () => {
  const realtime: RealtimeConfig<ChatContext> = {
    maxConnections: 5,
    maxPerIdentity: 2,
    identity: ({ context }) => context.user === "nobody" ? undefined : Promise.resolve(context.user),
  };
  const { router, request, connect, logger } = chat({ realtime });
  const open: EventReader[] = [];
  open.push(await connect("", { "x-user": "ada" }), await connect("", { "x-user": "ada" }));
  const statusOf = async (user: string) => {
    const response = await router.handler(request("", { "x-user": user }));
    const { error } = await response.json();
    return [response.status, error.code, response.headers.get("retry-after")];
  };
  assertEquals(await statusOf("ada"), [429, "ERR_RATE_LIMITED", "5"]);
  open.push(await connect("", { "x-user": "eve" }), await connect(), await connect());
  assertEquals(await statusOf("bob"), [503, "ERR_UNAVAILABLE", "5"]);
  // All at once, while contexts are being made: no more get in than may.
  await open.pop()?.cancel();
  const rush = await Promise.all(Array.from({ length: 50 }, () => router.handler(request())));
  assertEquals(rush.filter(({ status }) => status === 200).length, 1);
  for (const response of rush) await response.body?.cancel();
  // Who leaves makes room.
  await open.shift()?.cancel();
  const next = await connect("", { "x-user": "ada" });
  await next.upTo("ready");
  assertEquals(logger.logs, []);
  await router.close();
});

Deno.test("an identity that is no string is the application's defect: masked, logged, and nobody is let in", async () => {
  const { router, request, logger } = chat({ realtime: { identity: () => 7 as never } });
  const response = await router.handler(request());
  assertEquals([response.status, (await response.json()).error.code], [500, "ERR_INTERNAL"]);
  assertEquals((logger.logs[0]?.fields["error"] as Error).message, "Cannot connect: the identity is no string");
  await router.close();
});

Deno.test("R12 contexts of connections and of their subscriptions never mix", async () => {
  const logger = collect();
  const igniter = Igniter.context((request) => ({ user: request.headers.get("x-user") ?? "" })).logger(logger).create();
  const tag = igniter.procedure({
    handler: async (_, { context, request }) => {
      const before = context.user;
      await new Promise((resolve) => setTimeout(resolve, 0));
      return { tag: `${before}:${request.url.split("/").at(-1)}` };
    },
  });
  const actions = Object.fromEntries(["a", "b", "c"].map((name) => [
    name,
    igniter.query({
      path: `/${name}`,
      stream: true,
      use: [tag],
      handler: ({ context }) => ({ tag: context.tag, keys: Object.keys(context).sort().join() }),
    }),
  ]));
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions }) } });
  await Promise.all(Array.from({ length: 50 }, async (_, n) => {
    const events = new EventReader(
      await router.handler(
        new Request(`http://localhost/api/v1/_/events${channels("x.a", "x.b", "x.c")}`, {
          headers: { "x-user": `u${n}` },
        }),
      ),
    );
    const frames = (await events.upTo("ready")).filter(({ event }) => event === "open");
    assertEquals(frames.map(({ data }) => data.data.tag).sort(), ["a", "b", "c"].map((name) => `u${n}:x.${name}`));
    assertEquals(new Set(frames.map(({ data }) => data.data.keys)).size, 1);
    await events.cancel();
  }));
  await router.close();
});

Deno.test("a router that closes, or has closed, takes no connection", async () => {
  const { router, request, connect, igniter } = chat();
  const [open, opening] = [await connect(channels("chat.feed")), router.handler(request(channels("chat.feed")))];
  await open.upTo("ready");
  await router.close();
  assertEquals(await open.rest(), []);
  assertEquals(await new EventReader(await opening).rest(), []);
  assertEquals((await router.handler(request())).status, 503);
  await until(() => (igniter.realtime as Broker).count() === 0);
  await assertRejects(() => connect().then((events) => events.upTo("ready")));
});

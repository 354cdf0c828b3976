import { Igniter, IgniterError } from "@igniter-js/core";
import { createTestApp } from "@igniter-js/core/testing";
import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import type { Broker } from "../../../server/realtime/broker.ts";
import { channels, chat, collect, EventReader, until } from "./_events.ts";

Deno.test("R22 no channel asked: revalidations and broadcasts only, after ready", async () => {
  const { igniter, router, connect } = chat();
  const events = await connect();
  const [ready] = await events.upTo("ready");
  assertEquals([events.status, events.headers.get("content-type")], [200, "text/event-stream"]);
  assertEquals(events.notes, ["retry: 1000"]);
  assertMatch(ready?.data.connection, /^[0-9a-f-]{36}$/);
  await igniter.realtime.publish("chat.feed", "not asked for");
  await igniter.realtime.revalidate({ path: "chat.room", input: { params: { room: 7 } } });
  await igniter.realtime.broadcast({ n: 1n }, { type: "alarm" });
  const [old, all] = await events.take(2);
  assertEquals(old?.data, { targets: [{ path: "chat.room", input: { params: { room: 7 } } }] });
  assertEquals(all?.data, { channel: "*", type: "alarm", data: { n: "1" }, meta: [["bigint", "n"]] });
  await router.close();
});

Deno.test("R22 each channel runs its action's pipeline; a refusal is its own error frame, the others stay up", async () => {
  const { igniter, router, connect, ran } = chat();
  const asked = ["chat.feed", "chat.secret", "chat.room?~room=7", "chat.room?~room=x", "chat.list", "chat.touch", "no"];
  const events = await connect(channels(...asked));
  const frames = await events.upTo("ready");
  const told = Object.fromEntries(frames.slice(0, -1).map(({ event, data }) => [data.channel, { event, ...data }]));
  assertEquals(Object.keys(told).sort(), [...asked].sort());
  assertEquals(told["chat.feed"], {
    event: "open",
    channel: "chat.feed",
    data: { hello: "nobody", at: "1970-01-01T00:00:00.000Z" },
    meta: [["date", "at"]],
  });
  assertEquals(told["chat.secret"].error, { code: "ERR_UNAUTHORIZED", message: "Sign in first" });
  assertEquals(told["chat.room?~room=7"].data, { room: 7, since: 1 });
  assertEquals([told["chat.room?~room=x"].event, told["chat.room?~room=x"].error.code], ["error", "ERR_VALIDATION"]);
  assertEquals(told["chat.room?~room=x"].error.data.issues[0].path, ["room"]);
  for (const name of ["chat.list", "chat.touch", "no"]) {
    assertEquals(told[name].error, { code: "ERR_NOT_FOUND", message: "No such stream" });
  }
  // Nobody hears the channel that refused him, whatever is published there.
  await igniter.realtime.publish("chat.secret", "for members");
  await igniter.realtime.publish("chat.feed", "for all");
  assertEquals((await events.next())?.data, { channel: "chat.feed", data: "for all" });
  assertEquals(ran, ["global", "member"]);
  await router.close();
});

Deno.test("R22 context and global procedures run once for a connection, and their refusal answers it", async () => {
  const { router, connect, ran, contexts } = chat();
  const events = await connect(channels("chat.feed", "chat.secret", "chat.room?~room=1&since=5"), { "x-user": "ada" });
  const frames = await events.upTo("ready");
  assertEquals(frames.map(({ event }) => event), ["open", "open", "open", "ready"]);
  const opened = Object.fromEntries(frames.slice(0, 3).map(({ data }) => [data.channel, data.data]));
  assertEquals([opened["chat.secret"].for, opened["chat.room?~room=1&since=5"].since], ["ada", 5]);
  assertEquals([contexts(), ran], [1, ["global", "member"]]);
  const banned = await router.handler(
    new Request("http://localhost/api/v1/_/events?channel=chat.feed", { headers: { "x-banned": "1" } }),
  );
  assertEquals([banned.status, (await banned.json()).error.message], [403, "You are banned"]);
  await router.close();
});

Deno.test("R22 a global procedure that answers otherwise after all leaves no connection", async () => {
  const igniter = Igniter.context(() => ({})).use({
    handler: async (_, { next, response }) => {
      await next();
      return response.forbidden();
    },
  }).create();
  const router = igniter.router({ controllers: {} });
  assertEquals((await router.handler(new Request("http://localhost/api/v1/_/events"))).status, 403);
  await until(() => (igniter.realtime as Broker).count() === 0);
  await router.close();
});

Deno.test("R26 D16 published messages are held to the events schema, for subscribers of the connection as well", async () => {
  const { igniter, router, connect } = chat();
  const events = await connect(channels("chat.typed"));
  await events.upTo("ready");
  assertThrows(() => igniter.realtime.publish("chat.typed", { txt: 1 }), TypeError, "does not fit the events schema");
  await router.publish("chat.typed", { text: " hi " });
  assertEquals((await events.next())?.data, { channel: "chat.typed", data: { text: "hi" } });
  await router.close();
});

Deno.test("R26 a mutation that revalidates tells the connection after it succeeded; scopes limit who hears", async () => {
  const { router, connect } = chat();
  const [ada, eve] = [await connect("", { "x-user": "ada" }), await connect("", { "x-user": "eve" })];
  await ada.upTo("ready");
  await eve.upTo("ready");
  const post = (path: string, user: string) =>
    router.handler(new Request(`http://localhost/api/v1/chat${path}`, { method: "POST", headers: { "x-user": user } }));
  await post("/mine", "ada");
  await post("", "ada");
  const told = { targets: [{ path: "chat.list" }] };
  assertEquals((await ada.take(2)).map(({ data }) => data), [told, told]);
  const [first] = await eve.take(1);
  assertEquals(first?.data, told);
  // R21: nobody sees who else was meant.
  assertEquals(JSON.stringify(first).includes("user:"), false);
  await router.close();
});

Deno.test("R22 a message to a channel comes once, however many of a connection's subscriptions it is for", async () => {
  const { igniter, router, connect } = chat();
  const events = await connect(channels("chat.room?~room=1", "chat.room?~room=2", "chat.room?~room=2"));
  assertEquals((await events.upTo("ready")).length, 3);
  await igniter.realtime.publish("chat.room", 1);
  await igniter.realtime.publish("chat.room", 2);
  assertEquals((await events.take(2)).map(({ data }) => data), [
    { channel: "chat.room", data: 1 },
    { channel: "chat.room", data: 2 },
  ]);
  await router.close();
});

Deno.test("R27 0, false, '', null and undefined arrive as such over the connection, and frozen ones untouched", async () => {
  const { igniter, router, connect } = chat();
  const events = await connect(channels("chat.feed"));
  await events.upTo("ready");
  const payload = Object.freeze({ a: Object.freeze([1]) });
  const values = [0, false, "", null, [], payload, "a\nb\r\nevent: reset\ndata: {}\n\n", "\u2028"];
  for (const value of [...values, undefined]) await igniter.realtime.publish("chat.feed", value);
  const heard = await events.take(values.length + 1);
  assertEquals(heard.map(({ data }) => data.data), [...values, null]);
  assertEquals(heard.at(-1)?.data.meta, [["undefined"]]);
  assertEquals(heard.every(({ event }) => event === "message"), true);
  await router.close();
});

Deno.test("R25 the address is GET below any base path; another method gets 405 with Allow", async () => {
  for (const basePath of ["/", "/api/v1", "/deep/er"]) {
    const { router, connect, request } = chat({ basePath });
    const events = await connect();
    await events.upTo("ready");
    for (const method of ["POST", "HEAD", "PUT", "DELETE", "PATCH"]) {
      const response = await router.handler(request("", {}, { method }));
      assertEquals([response.status, response.headers.get("allow")], [405, "GET, OPTIONS"]);
    }
    const options = await router.handler(request("", {}, { method: "OPTIONS" }));
    assertEquals([options.status, options.headers.get("allow")], [204, "GET, OPTIONS"]);
    await router.close();
  }
});

Deno.test("R25 proxies are told to leave the events alone; what global procedures add is in the answer", async () => {
  const igniter = Igniter.context(() => ({})).use({
    handler: (_, { request, response }) => {
      response.headers.set("x-own", "1");
      request.cookies.set("seen", "yes");
    },
  }).create();
  const router = igniter.router({ controllers: {} });
  const { headers } = await router.handler(new Request("http://localhost/api/v1/_/events"));
  assertEquals(
    ["cache-control", "x-accel-buffering", "x-own", "set-cookie"].map((name) => headers.get(name)?.split(";")[0]),
    ["no-cache, no-transform", "no", "1", "seen=yes"],
  );
  await router.close();
});

Deno.test("R22 a subscription that never opens is refused after its time, and holds nobody else up for good", async () => {
  const { igniter, logs } = createTestApp();
  const stuck = igniter.query({ stream: true, timeout: 5, handler: () => new Promise<null>(() => {}) });
  const feed = igniter.query({ path: "/feed", stream: true, handler: () => "hi" });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { stuck, feed } }) } });
  const events = new EventReader(
    await router.handler(new Request("http://localhost/api/v1/_/events?channel=x.stuck&channel=x.feed")),
  );
  const frames = await events.upTo("ready");
  assertEquals(frames.map(({ event, data }) => [event, data.channel, data.error?.code]), [
    ["open", "x.feed", undefined],
    ["error", "x.stuck", "ERR_TIMEOUT"],
    ["ready", undefined, undefined],
  ]);
  assertEquals(logs, []);
  await router.close();
});

Deno.test("R22 what is published while a subscription opens is heard by it", async () => {
  const { igniter } = createTestApp();
  let snapshot = 0;
  const opened = Promise.withResolvers<void>();
  const slow = igniter.query({ path: "/slow", stream: true, handler: () => opened.promise.then(() => null) });
  const feed = igniter.query({ stream: true, handler: () => snapshot });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { feed, slow } }) } });
  const events = new EventReader(
    await router.handler(new Request("http://localhost/api/v1/_/events?channel=x.feed&channel=x.slow")),
  );
  assertEquals((await events.next())?.data, { channel: "x.feed", data: 0 });
  snapshot = 1;
  await igniter.realtime.publish("x.feed", "changed to 1");
  opened.resolve();
  assertEquals((await events.upTo("ready")).map(({ event, data }) => [event, data.channel, data.data]), [
    ["open", "x.slow", null],
    ["message", "x.feed", "changed to 1"],
    ["ready", undefined, undefined],
  ]);
  await router.close();
});

Deno.test("R22 a stream that answers no stream, or throws, is a masked error of its channel, with the reason in the log", async () => {
  const logger = collect();
  const igniter = Igniter.context(() => ({})).logger(logger).create();
  const raw = igniter.query({ path: "/raw", stream: true, handler: () => new Response("no") });
  const bad = igniter.query({
    path: "/bad",
    stream: true,
    handler: (): null => {
      throw new Error("secret");
    },
  });
  const taken = igniter.query({
    path: "/taken",
    stream: true,
    handler: (): null => {
      throw new IgniterError("ERR_CONFLICT", { message: "Taken", data: { by: "ada" } });
    },
  });
  const router = igniter.router({
    controllers: { x: igniter.controller({ path: "/x", actions: { raw, bad, taken } }) },
  });
  const events = new EventReader(
    await router.handler(new Request(`http://localhost/api/v1/_/events${channels("x.raw", "x.bad", "x.taken")}`)),
  );
  const frames = await events.upTo("ready");
  const errors = Object.fromEntries(frames.slice(0, -1).map(({ data }) => [data.channel, data.error]));
  for (const name of ["x.raw", "x.bad"]) {
    assertEquals([errors[name].code, errors[name].message], ["ERR_INTERNAL", "Internal error"]);
  }
  assertEquals(errors["x.taken"], { code: "ERR_CONFLICT", message: "Taken", data: { by: "ada" } });
  assertEquals(logger.logs.map(({ fields }) => fields["id"]).sort(), [errors["x.raw"].id, errors["x.bad"].id].sort());
  await router.close();
});

Deno.test("R13 a subscription's handler hears of the end of its connection by request.signal", async () => {
  const { igniter } = createTestApp();
  const online = new Set<string>();
  const feed = igniter.query({
    stream: true,
    handler: ({ request }) => {
      assertEquals(new URL(request.url).pathname, "/api/v1/_/rpc/x.feed");
      const who = request.headers.get("x-user") ?? "";
      online.add(who);
      request.signal.addEventListener("abort", () => online.delete(who));
    },
  });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { feed } }) } });
  const events = new EventReader(
    await router.handler(
      new Request("http://localhost/api/v1/_/events?channel=x.feed", { headers: { "x-user": "ada" } }),
    ),
  );
  await events.upTo("ready");
  assertEquals([...online], ["ada"]);
  await events.cancel();
  assertEquals([...online], []);
  await router.close();
});

Deno.test("R26 an unknown channel is reported when something is first published there", async () => {
  const { igniter, router, logger } = chat();
  for (const channel of ["chat.fed", "chat.fed", "chat.list", "chat.feed"]) await igniter.realtime.publish(channel, 1);
  assertEquals(logger.logs.map(({ level, fields }) => [level, fields["key"]]), [
    ["warn", "chat.fed"],
    ["warn", "chat.list"],
  ]);
  for (const channel of ["*", "~revalidate", "~reset"]) {
    assertThrows(() => igniter.realtime.publish(channel, 1), TypeError, "the name is the framework's");
  }
  await router.close();
});

Deno.test("realtime() refuses what cannot be meant", () => {
  const start = Igniter.context(() => ({}));
  const refused: readonly (readonly [object, string])[] = [
    [{ window: 0 }, "window 0 is not an integer"],
    [{ budget: 1.5 }, "budget 1.5 is not an integer"],
    [{ maxChannels: "9" }, "maxChannels 9 is not an integer"],
    [{ ttl: -1 }, "ttl -1 is not a number"],
    [{ identity: "ip" }, "identity is not a function"],
    [{ origins: "https://a.example" }, "origins is not a list"],
    [{ origins: ["https://a.example/"] }, '"https://a.example/" is not an origin'],
    [{ origins: ["*"] }, '"*" is not an origin'],
    [{ scope: () => [] }, 'there is no setting "scope"'],
  ];
  for (const [config, message] of refused) assertThrows(() => start.realtime(config as never), TypeError, message);
  assertThrows(
    () => start.create().query({ onDisconnect: "stop", handler: () => 1 }),
    TypeError,
    '"onDisconnect" needs stream: true',
  );
  for (const onDisconnect of ["go", { grace: -1 }, {}, null]) {
    assertThrows(
      () => start.create().query({ stream: true, onDisconnect: onDisconnect as never, handler: () => 1 }),
      TypeError,
      "onDisconnect is not",
    );
  }
});

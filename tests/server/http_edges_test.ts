/** What reviews found at the edges, held by a test each. */
import { createIgniterPlugin, Igniter, IgniterError } from "@igniter-js/core";
import { createTestApp, send } from "@igniter-js/core/testing";
import { assertEquals, assertThrows } from "@std/assert";
import { z } from "zod";

Deno.test("R37 an answer that depends on the codec header says so to caches, another does not", async () => {
  const { igniter } = createTestApp();
  const dates = igniter.controller({
    path: "/dates",
    actions: {
      now: igniter.query({ path: "/now", handler: () => ({ at: new Date(0) }) }),
      none: igniter.query({ path: "/none", handler: () => ({ at: "never" }) }),
    },
  });
  const router = igniter.router({ controllers: { dates } });
  assertEquals((await send(router, "GET /dates/now")).headers.get("vary"), "x-igniter-codec");
  assertEquals((await send(router, "GET /dates/none")).headers.get("vary"), null);
});

Deno.test("R13 the time of an action covers the making of its context", async () => {
  const igniter = Igniter.context((): Promise<object> => new Promise(() => {})).config({ logLevel: "silent" }).create();
  const slow = igniter.controller({ path: "/slow", actions: { it: igniter.query({ timeout: 5, handler: () => 1 }) } });
  const router = igniter.router({ controllers: { slow } });
  const { status, error } = await send(router, "GET /slow");
  assertEquals([status, error?.code], [504, "ERR_TIMEOUT"]);
});

Deno.test("R10 work that fails because the client went away is no error in the log", async () => {
  const { igniter, logs } = createTestApp();
  const leaving = new AbortController();
  const wait = igniter.controller({
    path: "/wait",
    actions: {
      it: igniter.query({
        handler: ({ request }) => {
          const { promise, reject } = Promise.withResolvers<never>();
          request.signal.addEventListener("abort", () => reject(request.signal.reason));
          leaving.abort();
          return promise;
        },
      }),
    },
  });
  const router = igniter.router({ controllers: { wait } });
  await router.handler(new Request("http://localhost/api/v1/wait", { signal: leaving.signal }));
  assertEquals(logs.map(({ level, message }) => [level, message]), [["debug", "Request failed"]]);
});

Deno.test("R5 text in another charset than UTF-8 is 415", async () => {
  const { igniter } = createTestApp();
  const notes = igniter.controller({
    path: "/notes",
    actions: { add: igniter.mutation({ body: z.string(), handler: ({ body }) => body }) },
  });
  const router = igniter.router({ controllers: { notes } });
  const post = (type: string) => send(router, "POST /notes", { body: "hello", headers: { "content-type": type } });
  assertEquals((await post("text/plain")).data, "hello");
  assertEquals((await post("text/plain; charset=utf-8")).data, "hello");
  assertEquals((await post("text/plain; charset=iso-8859-1")).error?.code, "ERR_UNSUPPORTED_MEDIA_TYPE");
});

Deno.test("R2 a text body is coerced as its schema asks", async () => {
  const { igniter } = createTestApp();
  const counts = igniter.controller({
    path: "/counts",
    actions: { put: igniter.mutation({ method: "PUT", body: z.number(), handler: ({ body }) => body + 1 }) },
  });
  const router = igniter.router({ controllers: { counts } });
  assertEquals((await send(router, "PUT /counts", { body: "41" })).data, 42);
  assertEquals((await send(router, "PUT /counts", { body: "many" })).error?.code, "ERR_VALIDATION");
});

Deno.test("D6 a query that travels whole is seen alike by procedures and handler", async () => {
  const { igniter } = createTestApp();
  const guard = igniter.procedure({
    handler: (_options: { readonly any?: true }, { request, response }) =>
      request.query["tenant"] === "mine" ? undefined : response.forbidden(),
  });
  const rows = igniter.controller({
    path: "/rows",
    actions: {
      list: igniter.query({
        use: [guard],
        query: z.object({ tenant: z.string(), since: z.date().optional() }),
        handler: ({ query }) => query,
      }),
    },
  });
  const router = igniter.router({ controllers: { rows } });
  const whole = (json: unknown, meta?: unknown) => `~q=${encodeURIComponent(JSON.stringify({ json, meta }))}`;
  const foreign = await send(router, `GET /rows?tenant=mine&${whole({ tenant: "yours" })}`);
  assertEquals(foreign.status, 403);
  const date = { tenant: "mine", since: "1970-01-01T00:00:00.000Z" };
  const mine = await send(router, `GET /_/rpc/rows.list?${whole(date, [["date", "since"]])}`);
  assertEquals(mine.data, { tenant: "mine", since: "1970-01-01T00:00:00.000Z" });
  for (const bad of ["~q=", "~q=1", "~q=%7B", "~q=%7B%22json%22:1%7D", "~q=a&~q=b"]) {
    assertEquals((await send(router, `GET /rows?${bad}`)).error?.code, "ERR_BAD_REQUEST", bad);
  }
});

Deno.test("R10 an answer does not depend on whether it could be logged", async () => {
  const fail = (): never => {
    throw new Error("the disk is full");
  };
  const silenced = console.error;
  console.error = () => {};
  try {
    const igniter = Igniter.context(() => ({})).logger({ debug: fail, info: fail, warn: fail, error: fail }).create();
    const broken = igniter.controller({
      path: "/broken",
      actions: {
        it: igniter.query({
          handler: (): string => {
            throw new Error("secret");
          },
        }),
      },
    });
    const router = igniter.router({ controllers: { broken } });
    const { status, error } = await send(router, "GET /broken");
    assertEquals([status, error?.code, error?.message], [500, "ERR_INTERNAL", "Internal error"]);
  } finally {
    console.error = silenced;
  }
});

Deno.test("R37 a stream sends what JSON cannot carry in the forms of a plain answer", async () => {
  const { igniter } = createTestApp();
  const feed = igniter.controller({
    path: "/feed",
    actions: {
      all: igniter.query({
        stream: true,
        handler: async function* () {
          yield await Promise.resolve({ big: 7n, tags: new Set(["a"]) });
          yield undefined;
        },
      }),
    },
  });
  const router = igniter.router({ controllers: { feed } });
  const response = await router.handler(new Request("http://localhost/api/v1/feed"));
  assertEquals(await response.text(), 'data: {"big":"7","tags":["a"]}\n\ndata: null\n\nevent: end\ndata: null\n\n');
});

Deno.test("D16 what is published or yielded is held to the events schema", async () => {
  const { igniter, logs } = createTestApp();
  const ticks = igniter.controller({
    path: "/ticks",
    actions: {
      all: igniter.query({
        path: "/all",
        stream: true,
        events: z.object({ at: z.number().default(0) }),
        handler: ({ response }) => response.success({ status: "connected" }),
      }),
      made: igniter.query({
        path: "/made",
        stream: true,
        events: z.number(),
        handler: async function* (): AsyncGenerator<number> {
          yield await Promise.resolve(1);
          yield "two" as unknown as number;
        },
      }),
    },
  });
  const router = igniter.router({ controllers: { ticks } });
  const messages = router.caller.ticks.all.stream()[Symbol.asyncIterator]();
  const first = messages.next();
  await Promise.resolve();
  assertThrows(() => igniter.realtime.publish("ticks.all", { at: "now" }), TypeError, 'Cannot publish to "ticks.all"');
  assertThrows(() => igniter.realtime.publish("ticks.all", {}, { type: "open" }), TypeError, "framework's");
  let value: unknown;
  void first.then((turn) => value = turn.value);
  while (value === undefined) {
    await router.publish("ticks.all", {});
    await new Promise((resolve) => setTimeout(resolve));
  }
  assertEquals(value, { at: 0 });
  await messages.return?.();

  const made = await router.handler(new Request("http://localhost/api/v1/ticks/made"));
  const [one, error] = (await made.text()).split("\n\n");
  assertEquals(one, "data: 1");
  assertEquals(error?.startsWith('event: error\ndata: {"code":"ERR_INTERNAL"'), true);
  assertEquals(logs.filter(({ level }) => level === "error").length, 1);
});

Deno.test("R10 an error that is returned counts as thrown, by a handler and by a procedure", async () => {
  const { igniter } = createTestApp();
  const refuse = igniter.procedure({ handler: () => new IgniterError("ERR_FORBIDDEN") as unknown as undefined });
  const x = igniter.controller({
    path: "/x",
    actions: {
      missing: igniter.query({ path: "/missing", handler: () => new IgniterError("ERR_NOT_FOUND") }),
      broken: igniter.query({ path: "/broken", handler: () => Promise.resolve(new Error("secret")) }),
      refused: igniter.query({ path: "/refused", use: [refuse], handler: () => "secret" }),
    },
  });
  const router = igniter.router({ controllers: { x } });
  const answers = await Promise.all(["missing", "broken", "refused"].map((path) => send(router, `GET /x/${path}`)));
  assertEquals(answers.map(({ status, error }) => [status, error?.code]), [
    [404, "ERR_NOT_FOUND"],
    [500, "ERR_INTERNAL"],
    [403, "ERR_FORBIDDEN"],
  ]);
});

Deno.test("D13 a plugin's routes stand below the key it is registered under", async () => {
  const hi = createIgniterPlugin({
    name: "bar",
    controllers: { hi: { path: "/hi", handler: ({ self }) => self.response.success("hi") } },
  });
  const igniter = Igniter.context(() => ({})).plugins({ foo: hi }).create();
  const router = igniter.router({ controllers: {} });
  assertEquals((await send(router, "GET /foo/hi")).data, "hi");
  assertEquals((await router.caller.foo.hi.query()).data, "hi");
  await router.close();
});

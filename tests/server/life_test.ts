import { createIgniterPlugin, Igniter, IgniterError, type Telemetry } from "@igniter-js/core";
import { createTestApp, type LogEntry, send } from "@igniter-js/core/testing";
import { assertEquals, assertInstanceOf, assertRejects, assertStrictEquals } from "@std/assert";
import { z } from "zod";

/** A logger that keeps what it is given. */
function collect() {
  const logs: LogEntry[] = [];
  const at = (level: LogEntry["level"]) => (message: string, fields = {}) => void logs.push({ level, message, fields });
  return { logs, debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** One turn of the event loop: what had nothing left to wait for has happened. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

const url = (path: string) => `http://localhost/api/v1${path}`;

Deno.test("R1 the first request in the tick of router() gets its answer", async () => {
  const { igniter } = createTestApp();
  const get = igniter.query({ handler: () => "here" });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { get } }) } });
  const pending = router.handler(new Request(url("/x")));
  const response = await pending;
  assertEquals([response.status, await response.json()], [200, { data: "here", error: null }]);
  await router.close();
});

Deno.test("R1 the first request waits for asynchronous plugins, and so does the first call", async () => {
  const gate = Promise.withResolvers<string>();
  const plugin = createIgniterPlugin({ name: "slow", build: () => gate.promise });
  const igniter = Igniter.context(() => ({})).plugin(plugin).create();
  const get = igniter.query({ handler: ({ plugins }) => plugins.slow });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { get } }) } });
  const answers = Promise.all([send(router, "GET /x"), send(router, "GET /_/rpc/x.get"), router.caller.x.get.query()]);
  gate.resolve("built");
  assertEquals((await answers).map(({ data }) => data), ["built", "built", "built"]);
  await router.close();
});

Deno.test("handler and fetch are bound and the same", async () => {
  const { igniter } = createTestApp();
  const get = igniter.query({ handler: () => 1 });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { get } }) } });
  const { handler, fetch } = router;
  assertStrictEquals(handler, fetch);
  assertEquals((await handler(new Request(url("/x")))).status, 200);
  await router.close();
});

Deno.test("ready() resolves at once without plugins, and otherwise when they have started", async () => {
  const plain = createTestApp().igniter.router({ controllers: {} });
  assertEquals(await plain.ready(), undefined);

  const gate = Promise.withResolvers<void>();
  let started = false;
  const plugin = createIgniterPlugin({ name: "slow", hooks: { init: () => gate.promise } });
  const router = Igniter.context(() => ({})).plugin(plugin).create().router({ controllers: {} });
  const ready = router.ready().then(() => started = true);
  await turn();
  assertEquals(started, false);
  gate.resolve();
  await ready;
  assertEquals(await router.ready(), undefined);
  await Promise.all([plain.close(), router.close()]);
});

Deno.test("ready() rejects with what requests are answered, the reason as its cause", async () => {
  const reason = new Error("no database");
  const plugin = createIgniterPlugin({ name: "db", build: () => Promise.reject(reason) });
  const router = Igniter.context(() => ({})).logger(collect()).plugin(plugin).create().router({ controllers: {} });
  const error = await assertRejects(() => router.ready(), IgniterError);
  assertEquals([error.code, error.status, error.cause], ["ERR_UNAVAILABLE", 503, reason]);
  await router.close();
});

Deno.test("close() is idempotent: one end, however often it is called", async () => {
  let ends = 0;
  const plugin = createIgniterPlugin({ name: "p", hooks: { destroy: () => void ends++ } });
  const router = Igniter.context(() => ({})).plugin(plugin).create().router({ controllers: {} });
  await router.ready();
  const first = router.close();
  assertStrictEquals(router.close(), first);
  await first;
  await router.close();
  assertEquals(ends, 1);
});

Deno.test("after close() requests and calls answer 503, start no plugin and are told to no plugin", async () => {
  const heard: string[] = [];
  const plugin = createIgniterPlugin({
    name: "p",
    build: () => void heard.push("build"),
    hooks: {
      afterRequest: () => void heard.push("after"),
      error: () => void heard.push("error"),
      destroy: () => void heard.push("destroy"),
    },
  });
  const igniter = Igniter.context(() => ({})).plugin(plugin).create();
  const get = igniter.query({ handler: () => void heard.push("handler") });
  const feed = igniter.query({ path: "/feed", stream: true, handler: () => 1 });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { get, feed } }) } });
  await router.ready();
  await router.close();
  heard.length = 0;
  for (const target of ["GET /x", "GET /nowhere", "POST /x", "GET /_/rpc/x.get"]) {
    const { status, error } = await send(router, target);
    assertEquals([status, error?.code, error?.message], [503, "ERR_UNAVAILABLE", "The service is closing"]);
  }
  assertEquals((await router.caller.x.get.query()).error?.code, "ERR_UNAVAILABLE");
  const refused = await assertRejects(() => Array.fromAsync(router.caller.x.feed.stream()), IgniterError);
  assertEquals(refused.status, 503);
  const error = await assertRejects(() => router.ready(), IgniterError);
  assertEquals(error.code, "ERR_UNAVAILABLE");
  assertEquals(heard, []);
});

Deno.test("requests are refused from the moment of close(), and running ones finish before the plugins stop", async () => {
  const gate = Promise.withResolvers<void>();
  const order: string[] = [];
  const plugin = createIgniterPlugin({
    name: "db",
    build: () => ({ query: () => order.push("query") }),
    hooks: { afterRequest: () => void order.push("after"), destroy: () => void order.push("destroy") },
  });
  const igniter = Igniter.context(() => ({})).plugin(plugin).create();
  const slow = igniter.query({
    handler: async ({ plugins, response }) => {
      await gate.promise;
      plugins.db.query();
      return response.success("done").after(() => void order.push("work"));
    },
  });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { slow } }) } });
  await router.ready();
  const answer = send(router, "GET /x");
  await turn();
  const closed = router.close().then(() => order.push("closed"));
  assertEquals((await send(router, "GET /x")).status, 503);
  order.length = 0;
  await turn();
  assertEquals(order, []);
  gate.resolve();
  assertEquals((await answer).data, "done");
  await closed;
  assertEquals(order, ["query", "after", "work", "destroy", "closed"]);
});

Deno.test("R13 close() does not wait for a request whose client has gone", async () => {
  const { igniter } = createTestApp();
  const started = Promise.withResolvers<void>();
  const stuck = igniter.query({
    handler: () => {
      started.resolve();
      return new Promise<never>(() => {});
    },
  });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { stuck } }) } });
  const client = new AbortController();
  void router.handler(new Request(url("/x"), { signal: client.signal }));
  await started.promise;
  let closed = false;
  const closing = router.close().then(() => closed = true);
  await turn();
  assertEquals(closed, false);
  client.abort();
  await closing;
});

Deno.test("close() waits for no request that has been answered, in whatever way", async () => {
  const { igniter } = createTestApp();
  const later = igniter.query({ path: "/later", handler: () => Promise.resolve(1) });
  const timed = igniter.query({ path: "/timed", timeout: 1, handler: () => new Promise<never>(() => {}) });
  const now = igniter.query({ path: "/now", handler: () => 1 });
  const router = igniter.router({
    controllers: { x: igniter.controller({ path: "/x", actions: { later, timed, now } }) },
  });
  for (
    const target of ["GET /x/later", "HEAD /x/later", "HEAD /x/now", "GET /x/timed", "OPTIONS /x/now", "GET /none"]
  ) {
    await send(router, target);
  }
  await router.close();
});

Deno.test("two routers of one application close by themselves, and the plugins stay for the one that stays", async () => {
  const order: string[] = [];
  const plugin = createIgniterPlugin({
    name: "p",
    hooks: { init: () => void order.push("init"), destroy: () => void order.push("destroy") },
  });
  const igniter = Igniter.context(() => ({})).plugin(plugin).create();
  const get = igniter.query({ handler: () => "still" });
  const controllers = { x: igniter.controller({ path: "/x", actions: { get } }) };
  const one = igniter.router({ controllers });
  const two = igniter.router({ controllers, basePath: "/two" });
  await send(one, "GET /x");
  await one.close();
  assertEquals((await send(one, "GET /x")).status, 503);
  assertEquals((await send(two, "GET /x")).data, "still");
  await two.close();
  assertEquals(order, ["init", "destroy"]);
});

Deno.test("response.after() runs after a success, over HTTP, RPC and in process", async () => {
  const { igniter } = createTestApp();
  const ran: string[] = [];
  const save = igniter.mutation({
    handler: ({ response }) => {
      const reply = response.after(() => ran.push("first")).created(1).after(() => ran.push("second"));
      ran.push("handler");
      return reply;
    },
  });
  const plain = igniter.query({ path: "/plain", handler: ({ response }) => response.after(() => ran.push("draft")) });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { save, plain } }) } });
  const calls = [
    () => send(router, "POST /x"),
    () => send(router, "POST /_/rpc/x.save"),
    () => router.caller.x.save.mutate(),
  ];
  for (const call of calls) {
    ran.length = 0;
    await call();
    await turn();
    assertEquals(ran, ["handler", "first", "second"]);
  }
  ran.length = 0;
  assertEquals((await send(router, "GET /x/plain")).data, null);
  await turn();
  assertEquals(ran, ["draft"]);
  await router.close();
});

Deno.test("response.after() never runs when the reply failed", async () => {
  const { igniter } = createTestApp();
  const ran: string[] = [];
  const undo = igniter.procedure({ handler: async (_, { next }) => (await next()).status(503) });
  const cycle: Record<string, unknown> = {};
  cycle["cycle"] = cycle;
  const router = igniter.router({
    controllers: {
      x: igniter.controller({
        path: "/x",
        actions: {
          error: igniter.query({
            path: "/error",
            handler: ({ response }) => response.after(() => ran.push("error")).notFound(),
          }),
          undone: igniter.query({
            path: "/undone",
            use: [undo],
            handler: ({ response }) => response.success(1).after(() => ran.push("undone")),
          }),
          thrown: igniter.query({
            path: "/thrown",
            handler: ({ response }) => {
              response.success(1).after(() => ran.push("thrown"));
              throw new Error("no");
            },
          }),
          misfit: igniter.query({
            path: "/misfit",
            output: z.number(),
            handler: ({ response }) => response.success("x" as never).after(() => ran.push("misfit")),
          }),
          cycle: igniter.query({
            path: "/cycle",
            handler: ({ response }) => response.success(cycle).after(() => ran.push("cycle")),
          }),
          late: igniter.query({
            path: "/late",
            timeout: 1,
            handler: ({ request, response }) =>
              new Promise((resolve) =>
                request.signal.addEventListener(
                  "abort",
                  () => resolve(response.success(1).after(() => ran.push("late"))),
                )
              ),
          }),
        },
      }),
    },
  });
  for (const name of ["error", "undone", "thrown", "misfit", "cycle", "late"]) {
    assertEquals((await send(router, `GET /x/${name}`)).status >= 400, true);
  }
  assertEquals((await router.caller.x.error.query()).error?.code, "ERR_NOT_FOUND");
  await router.close();
  assertEquals(ran, []);
});

Deno.test("response.after() is not in the way of the answer, and close() waits for it", async () => {
  const { igniter } = createTestApp();
  const gate = Promise.withResolvers<void>();
  const order: string[] = [];
  const save = igniter.mutation({
    handler: ({ response }) => response.success("saved").after(() => gate.promise.then(() => void order.push("work"))),
  });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { save } }) } });
  assertEquals((await send(router, "POST /x")).data, "saved");
  assertEquals((await router.caller.x.save.mutate()).data, "saved");
  const closed = router.close().then(() => order.push("closed"));
  await turn();
  assertEquals(order, []);
  gate.resolve();
  await closed;
  assertEquals(order, ["work", "work", "closed"]);
});

Deno.test("what response.after() throws or rejects with is logged, and harms nothing else", async () => {
  const { igniter, logs } = createTestApp();
  const failures = [new Error("thrown"), new Error("rejected")];
  let ran = false;
  const save = igniter.mutation({
    handler: ({ response }) =>
      response.success(1)
        .after(() => {
          throw failures[0];
        })
        .after(() => Promise.reject(failures[1]))
        .after(() => {
          ran = true;
        }),
  });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { save } }) } });
  assertEquals((await send(router, "POST /x")).status, 200);
  await router.close();
  assertEquals(ran, true);
  assertEquals(logs.map(({ level, message, fields }) => [level, message, fields["error"]]), [
    ["error", "The work after a reply failed", failures[0]],
    ["error", "The work after a reply failed", failures[1]],
  ]);
});

Deno.test("response.after() refuses what is no function", async () => {
  const { igniter, logs } = createTestApp();
  const save = igniter.mutation({ handler: ({ response }) => response.success(1).after("later" as never) });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { save } }) } });
  assertEquals((await send(router, "POST /x")).status, 500);
  assertInstanceOf(logs[0]?.fields["error"], TypeError);
  await router.close();
});

Deno.test("work after a reply that starts more of it is waited for by close() as well", async () => {
  const { igniter } = createTestApp();
  const order: number[] = [];
  const step = igniter.mutation({
    body: z.number(),
    handler: ({ body, response }) =>
      response.success(body).after(async () => {
        order.push(body);
        if (body > 0) await call(body - 1);
      }),
  });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { step } }) } });
  const call = (body: number): Promise<unknown> => router.caller.x.step.mutate({ body });
  await call(2);
  await turn();
  await router.close();
  assertEquals(order, [2, 1, 0]);
});

Deno.test("close() ends the jobs' engine and then the telemetry provider, after the plugins", async () => {
  const order: string[] = [];
  const telemetry: Telemetry = {
    span: (_name, _options, work) => work({ setName: () => {}, setAttributes: () => {}, recordError: () => {} }),
    inject: () => {},
    close: () => Promise.resolve(void order.push("telemetry")),
  };
  const engine = {
    attach: () => {},
    registered: () => new Map(),
    enqueue: () => {},
    close: () => Promise.resolve(void order.push("jobs")),
  };
  const plugin = createIgniterPlugin({ name: "p", hooks: { destroy: () => void order.push("plugin") } });
  const igniter = Igniter.context(() => ({})).telemetry(telemetry).jobs({ "~engine": engine } as never).plugin(plugin)
    .create();
  const router = igniter.router({ controllers: {} });
  await router.ready();
  await router.close();
  assertEquals(order, ["plugin", "jobs", "telemetry"]);
});

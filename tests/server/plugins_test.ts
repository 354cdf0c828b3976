import {
  createIgniterPlugin,
  createIgniterPluginAction,
  Igniter,
  IgniterError,
  type Plugin,
  type PluginTypes,
} from "@igniter-js/core";
import { createTestApp, type Equal, expectType, type LogEntry, send } from "@igniter-js/core/testing";
import {
  assert,
  assertEquals,
  assertMatch,
  assertNotStrictEquals,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { z } from "zod";

/** A logger that keeps what it is given. */
function collect() {
  const logs: LogEntry[] = [];
  const at = (level: LogEntry["level"]) => (message: string, fields = {}) => void logs.push({ level, message, fields });
  return { logs, debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** The README's plugin; it keeps events in place of printing them. */
function auditPlugin(events: string[]) {
  return createIgniterPlugin({
    name: "audit",
    actions: {
      logEvent: createIgniterPluginAction({
        input: z.object({ event: z.string() }),
        handler: ({ input }) => Promise.resolve(void events.push(input.event)),
      }),
    },
    controllers: {
      logs: {
        path: "/logs/:userId",
        handler: ({ self, request }) =>
          Promise.resolve(self.response.success({ logs: [`of ${request.params.userId}`], by: self.name })),
      },
    },
    hooks: {
      afterRequest: async (_ctx, _req, _res, self) => {
        await self.actions.logEvent({ event: "request:success" });
      },
    },
  });
}

Deno.test("R50 the README's audit plugin answers over HTTP, as RPC and through the caller, and logs each of them", async () => {
  const events: string[] = [];
  const logger = collect();
  const igniter = Igniter.context(() => ({})).logger(logger).plugins({ audit: auditPlugin(events) }).create();
  const router = igniter.router({ controllers: {} });

  const data = { logs: ["of a b"], by: "audit" };
  assertEquals((await send(router, "GET /audit/logs/a%20b")).data, data);
  assertEquals((await send(router, "GET /_/rpc/audit.logs?~userId=a%20b")).data, data);
  const called = await router.caller.audit.logs.query({ params: { userId: "a b" } });
  assertEquals(called, { data, error: null });
  expectType<Equal<typeof called.data, { logs: string[]; by: string } | null>>();
  // @ts-expect-error the route's parameter is required
  assertEquals((await router.caller.audit.logs.query({})).error?.code, "ERR_BAD_REQUEST");

  assertEquals(events, Array(4).fill("request:success"));
  assertEquals(logger.logs, []);
  await router.close();
});

Deno.test("R50 actions are no endpoints", async () => {
  const igniter = Igniter.context(() => ({})).plugin(auditPlugin([])).create();
  const router = igniter.router({ controllers: {} });
  assertEquals((await send(router, "POST /_/rpc/audit.logEvent", { body: { event: "x" } })).status, 404);
  assertEquals((await send(router, "POST /audit/logEvent", { body: { event: "x" } })).status, 404);
  await router.close();
});

Deno.test("R50 a failing hook is logged, and harms neither the answer nor the other plugins' hooks", async () => {
  const heard: string[] = [];
  const logger = collect();
  const oops = (hook: string) => () => {
    throw new Error(`${hook} is broken`);
  };
  const broken = createIgniterPlugin({
    name: "broken",
    hooks: {
      beforeRequest: oops("beforeRequest"),
      afterRequest: () => Promise.reject(new Error("afterRequest is broken")),
      error: oops("error"),
      destroy: oops("destroy"),
    },
  });
  const sound = createIgniterPlugin({
    name: "sound",
    hooks: {
      beforeRequest: () => heard.push("before"),
      afterRequest: (_ctx, _req, res) => heard.push(`after ${res.status}`),
      error: (_ctx, error) => heard.push(String(error)),
      destroy: () => heard.push("destroy"),
    },
  });
  const igniter = Igniter.context(() => ({})).logger(logger).plugins({ broken, sound }).create();
  const router = igniter.router({
    controllers: {
      it: igniter.controller({
        path: "/it",
        actions: {
          works: igniter.query({ path: "/works", handler: () => "fine" }),
          fails: igniter.query({
            path: "/fails",
            handler: () => {
              throw new IgniterError("ERR_CONFLICT", { message: "Taken" });
            },
          }),
        },
      }),
    },
  });
  assertEquals((await send(router, "GET /it/works")).data, "fine");
  assertEquals((await send(router, "GET /it/fails")).error, { code: "ERR_CONFLICT", message: "Taken" } as never);
  await router.close();

  assertEquals(heard, ["before", "after 200", "before", "IgniterError: Taken", "after 409", "destroy"]);
  assertEquals(logger.logs.map(({ level, message }) => `${level}: ${message}`), [
    'error: Hook "beforeRequest" of plugin "broken" failed',
    'error: Hook "afterRequest" of plugin "broken" failed',
    'error: Hook "beforeRequest" of plugin "broken" failed',
    'error: Hook "error" of plugin "broken" failed',
    'error: Hook "afterRequest" of plugin "broken" failed',
    'error: Hook "destroy" of plugin "broken" failed',
  ]);
  assertEquals((logger.logs[1]?.fields["error"] as Error).message, "afterRequest is broken");
});

Deno.test("R50 a missing dependency is an error of create(), naming both", () => {
  const mail = createIgniterPlugin({ name: "mail", dependencies: ["queue"] });
  const error = assertThrows(() => Igniter.context(() => ({})).plugin(mail).create(), TypeError);
  assertEquals(error.message, 'Cannot start plugin "mail": it needs plugin "queue"');
});

Deno.test("R50 cyclic dependencies are an error of create(), naming the cycle", () => {
  const plugin = (name: string, ...dependencies: string[]) => createIgniterPlugin({ name, dependencies });
  const plugins = { first: plugin("first", "a"), a: plugin("a", "b"), b: plugin("b", "c"), c: plugin("c", "a") };
  const error = assertThrows(() => Igniter.context(() => ({})).plugins(plugins).create(), TypeError);
  assertStringIncludes(error.message, "a → b → c → a");
  assertThrows(() => Igniter.context(() => ({})).plugin(plugin("me", "me")).create(), TypeError, "me → me");
});

Deno.test("R50 plugins start after what they depend on, run in that order, and stop in the reverse", async () => {
  const order: string[] = [];
  const plugin = (name: string, ...dependencies: string[]) =>
    createIgniterPlugin({
      name,
      dependencies,
      build: () => void order.push(`build ${name}`),
      hooks: {
        init: () => void order.push(`init ${name}`),
        beforeRequest: () => void order.push(`before ${name}`),
        destroy: () => void order.push(`destroy ${name}`),
      },
    });
  const igniter = Igniter.context(() => ({}))
    .plugins({ c: plugin("c", "b"), a: plugin("a"), b: plugin("b", "a") }).create();
  const router = igniter.router({ controllers: { x: oneAction() } });
  await send(router, "GET /x");
  await router.close();
  assertEquals(order, [
    ...["build a", "init a", "build b", "init b", "build c", "init c"],
    ...["before a", "before b", "before c"],
    ...["destroy c", "destroy b", "destroy a"],
  ]);
});

/** A controller at `/x` whose action answers `"x"`. */
function oneAction() {
  const igniter = Igniter.context(() => ({})).create();
  return igniter.controller({ path: "/x", actions: { get: igniter.query({ handler: () => "x" }) } });
}

Deno.test("R50 a failing init answers 503 until it is mended, with the reason in the log only", async () => {
  const logger = collect();
  const calls: string[] = [];
  let up = false;
  const cache = createIgniterPlugin({ name: "cache", hooks: { init: () => void calls.push("cache.init") } });
  const database = createIgniterPlugin({
    name: "database",
    dependencies: ["cache"],
    build: () => {
      calls.push("database.build");
      return { url: "db" };
    },
    hooks: {
      init: (_ctx, self) => {
        calls.push(`database.init ${self.built.url}`);
        if (!up) throw new Error("password of db is hunter2");
      },
      afterRequest: (_ctx, _req, res) => void calls.push(`database.after ${res.status}`),
    },
  });
  const igniter = Igniter.context(() => ({})).logger(logger).plugins({ cache, database }).create();
  const router = igniter.router({ controllers: { x: oneAction() } });

  const refused = await send(router, "GET /x");
  assertEquals([refused.status, refused.error?.code], [503, "ERR_UNAVAILABLE"]);
  assertEquals(JSON.stringify([refused.data, refused.error]).includes("hunter2"), false);
  const { message, fields } = logger.logs[0] as LogEntry;
  assertEquals(message, 'Plugin "database" did not start');
  assertEquals((fields["error"] as Error).message, "password of db is hunter2");
  assertEquals((await router.caller.x.get.query()).error?.code, "ERR_UNAVAILABLE");
  const error = await assertRejects(() => router.ready(), IgniterError);
  assertEquals(error.code, "ERR_UNAVAILABLE");

  up = true;
  assertEquals((await send(router, "GET /x")).data, "x");
  // What had started is not started again, and what is not running hears of no request.
  assertEquals(calls, [
    ...["cache.init", "database.build"],
    ...Array(4).fill("database.init db"),
    "database.after 200",
  ]);
  await router.close();
});

Deno.test("R50 a failing build answers 503, and is tried again", async () => {
  let builds = 0;
  const flaky = createIgniterPlugin({
    name: "flaky",
    build: () => ++builds === 1 ? Promise.reject(new Error("not yet")) : Promise.resolve({ builds }),
  });
  const igniter = Igniter.context(() => ({})).logger(collect()).plugin(flaky).create();
  const x = { path: "/x", actions: { get: igniter.query({ handler: ({ plugins }) => plugins.flaky.builds }) } };
  const router = igniter.router({ controllers: { x } });
  assertEquals((await send(router, "GET /x")).status, 503);
  assertEquals((await send(router, "GET /x")).data, 2);
  await router.close();
});

Deno.test("R50 R1 concurrent first requests wait for one init", async () => {
  const gate = Promise.withResolvers<void>();
  let inits = 0;
  const slow = createIgniterPlugin({
    name: "slow",
    hooks: {
      init: () => {
        inits++;
        return gate.promise;
      },
    },
  });
  const igniter = Igniter.context(() => ({})).plugin(slow).create();
  const router = igniter.router({ controllers: { x: oneAction() } });
  const answers = Promise.all([
    ...Array.from({ length: 20 }, () => send(router, "GET /x")),
    router.ready(),
    router.caller.x.get.query(),
  ]);
  gate.resolve();
  assertEquals((await answers).slice(0, 20).map((sent) => (sent as { data: unknown }).data), Array(20).fill("x"));
  assertEquals(inits, 1);
  await router.close();
});

Deno.test("R50 what is thrown while a plugin starts fails the requests that waited for it, once each", async () => {
  const logger = collect();
  const gate = Promise.withResolvers<void>();
  const slow = createIgniterPlugin({ name: "slow", hooks: { init: () => gate.promise } });
  const igniter = Igniter.context(() => ({})).logger(logger).plugin(slow).create();
  const router = igniter.router({ controllers: { x: oneAction() } });
  const answers = Promise.all([send(router, "GET /x"), send(router, "GET /x")]);
  gate.reject(new Error("no"));
  assertEquals((await answers).map(({ status }) => status), [503, 503]);
  assertEquals(logger.logs.filter(({ message }) => message.includes("did not start")).length, 1);
  await router.close();
});

Deno.test("R50 an action's failure rejects with the error itself", async () => {
  const failure = new RangeError("the disk is full");
  const disk = createIgniterPlugin({
    name: "disk",
    actions: {
      sync: createIgniterPluginAction({
        handler: () => {
          throw failure;
        },
      }),
      async: createIgniterPluginAction({ handler: () => Promise.reject(failure) }),
    },
  });
  const caught: unknown[] = [];
  const igniter = Igniter.context(() => ({})).plugin(disk).create();
  const router = igniter.router({
    controllers: {
      x: igniter.controller({
        path: "/x",
        actions: {
          get: igniter.query({
            handler: async ({ plugins }) => {
              await plugins.disk.sync().catch((error) => caught.push(error));
              await plugins.disk.async().catch((error) => caught.push(error));
            },
          }),
        },
      }),
    },
  });
  assertEquals((await send(router, "GET /x")).status, 200);
  assertEquals(caught.length, 2);
  for (const error of caught) assertStrictEquals(error, failure);
  await router.close();
});

Deno.test("R50 an action validates its input, gives its handler the output, and self", async () => {
  const math = createIgniterPlugin({
    name: "math",
    actions: {
      double: createIgniterPluginAction({
        input: z.object({ of: z.number().default(21) }),
        handler: ({ input, self }) => {
          expectType<Equal<typeof input, { of: number }>>();
          return { doubled: input.of * 2, by: self.name };
        },
      }),
      now: createIgniterPluginAction({ handler: () => 7 }),
    },
  });
  const igniter = Igniter.context(() => ({})).plugin(math).create();
  let double: unknown;
  const router = igniter.router({
    controllers: {
      x: igniter.controller({
        path: "/x",
        actions: {
          get: igniter.query({
            handler: async ({ context: { $plugins: { math } } }) => {
              double = math.double;
              // @ts-expect-error a word is no number
              const refused = await assertRejects(() => math.double({ of: "two" }), TypeError);
              const { doubled, by } = await math.double({});
              return { doubled, by, now: await math.now(), message: refused.message };
            },
          }),
        },
      }),
    },
  });
  const { data } = await router.caller.x.get.query();
  assertEquals([data?.doubled, data?.by, data?.now], [42, "math", 7]);
  assertMatch(data?.message ?? "", /^Cannot call math\.double: of: /);
  assert(typeof double === "function");
  await router.close();
});

/** A router whose plugin notes each answer that it hears of. */
function audited() {
  const heard: string[] = [];
  const logger = collect();
  const ear = createIgniterPlugin({
    name: "ear",
    hooks: {
      afterRequest: (_ctx, req, res) => {
        heard.push(`${req.headers.get("x-igniter-source") ?? "http"} ${req.method} ${res.status}`);
      },
    },
  });
  const igniter = Igniter.context(() => ({})).logger(logger).plugin(ear).create();
  const stop = igniter.procedure({ handler: (_, { response }) => response.unauthorized("Who are you?") });
  const halt = igniter.procedure({
    handler: () => {
      throw new Error("halted");
    },
  });
  const router = igniter.router({
    controllers: {
      it: igniter.controller({
        path: "/it",
        actions: {
          works: igniter.query({ path: "/works", handler: () => "fine" }),
          stopped: igniter.query({ path: "/stopped", use: [stop], handler: () => "never" }),
          halted: igniter.query({ path: "/halted", use: [halt], handler: () => "never" }),
          throws: igniter.query({
            path: "/throws",
            handler: () => {
              throw new Error("no");
            },
          }),
          rejects: igniter.query({ path: "/rejects", handler: () => Promise.reject(new IgniterError("ERR_CONFLICT")) }),
          slow: igniter.query({
            path: "/slow",
            timeout: 1,
            handler: ({ request }) =>
              new Promise((resolve) => request.signal.addEventListener("abort", () => resolve("too late"))),
          }),
          cycle: igniter.query({
            path: "/cycle",
            handler: () => {
              const cycle: Record<string, unknown> = {};
              return Object.assign(cycle, { cycle });
            },
          }),
          checked: igniter.mutation({ path: "/checked", body: z.object({ n: z.number() }), handler: () => null }),
          empty: igniter.query({ path: "/empty", handler: ({ response }) => response.noContent() }),
          moved: igniter.query({ path: "/moved", handler: ({ response }) => response.redirect("/it") }),
          raw: igniter.query({ path: "/raw", handler: () => new Response("tea", { status: 418 }) }),
          file: igniter.query({
            path: "/file",
            handler: ({ response }) => response.file(new Uint8Array([1]), { name: "a.bin" }),
          }),
          ticks: igniter.query({
            path: "/ticks",
            stream: true,
            handler: async function* () {
              yield await Promise.resolve(1);
            },
          }),
          misfit: igniter.query({ path: "/misfit", output: z.object({ n: z.number() }), handler: () => ({} as never) }),
          one: igniter.query({ path: "/one/:id", handler: ({ params }) => params.id }),
        },
      }),
    },
  });
  return { heard, router, logger };
}

Deno.test("R50 afterRequest is called once for every exit", async (t) => {
  const { heard, router } = audited();
  const exits: readonly (readonly [target: string, status: number, body?: string])[] = [
    ["GET /it/works", 200],
    ["HEAD /it/works", 200],
    ["OPTIONS /it/works", 204],
    ["GET /_/rpc/it.works", 200],
    ["GET /nowhere", 404],
    ["GET /_/rpc/it.nothing", 404],
    ["GET /_/rpc/it.one", 400],
    ["GET /it/one/%zz", 400],
    ["POST /it/works", 405],
    ["GET /it/stopped", 401],
    ["GET /it/halted", 500],
    ["GET /it/throws", 500],
    ["GET /it/rejects", 409],
    ["GET /it/slow", 504],
    ["GET /it/cycle", 500],
    ["GET /it/misfit", 500],
    ["POST /it/checked", 400, "{"],
    ["POST /it/checked", 400, '{"n":"no"}'],
    ["POST /it/checked", 413, `{"n":"${"9".repeat(1_100_000)}"}`],
    ["POST /it/checked", 200, '{"n":1}'],
    ["GET /it/empty", 204],
    ["GET /it/moved", 302],
    ["GET /it/raw", 418],
    ["GET /it/file", 200],
    ["GET /it/ticks", 200],
  ];
  for (const [target, status, body] of exits) {
    const [method = "", path = ""] = target.split(" ");
    await t.step(`${target} → ${status}${body === undefined ? "" : ` (${body.slice(0, 9)})`}`, async () => {
      heard.length = 0;
      const headers = { "content-type": "application/json" };
      const url = `http://localhost/api/v1${path}`;
      const response = await router.handler(
        new Request(url, { method, ...(body === undefined ? {} : { body, headers }) }),
      );
      assertEquals(heard, [`http ${method} ${status}`]);
      assertEquals(response.status, status);
      await response.body?.cancel();
    });
  }
  await router.close();
});

Deno.test("R50 afterRequest is called once for every call in process", async () => {
  const { heard, router: { caller: { it }, close } } = audited();
  const calls: readonly (readonly [number, () => Promise<unknown>, method?: string])[] = [
    [200, () => it.works.query()],
    [200, () => it.works.query.orThrow()],
    [401, () => it.stopped.query()],
    [500, () => it.throws.query()],
    [409, () => assertRejects(() => it.rejects.query.orThrow(), IgniterError)],
    [504, () => it.slow.query()],
    [400, () => it.one.query({ params: { id: "" } })],
    [200, () => it.one.query({ params: { id: "a" } })],
    [400, () => it.checked.mutate({ body: { n: "no" } as never }), "POST"],
    [204, () => it.empty.query()],
    [418, () => it.raw.query()],
    [200, () => it.file.query()],
    [200, () => Array.fromAsync(it.ticks.stream())],
    [200, () => it.cycle.query()],
  ];
  for (const [status, call, method = "GET"] of calls) {
    heard.length = 0;
    await call();
    assertEquals(heard, [`caller ${method} ${status}`]);
  }
  await close();
});

Deno.test("R50 afterRequest is awaited before the answer leaves, over HTTP and in process", async () => {
  let gate = Promise.withResolvers<void>();
  const entered: (() => void)[] = [];
  const slow = createIgniterPlugin({
    name: "slow",
    hooks: {
      afterRequest: () => {
        entered.shift()?.();
        return gate.promise;
      },
    },
  });
  const igniter = Igniter.context(() => ({})).plugin(slow).create();
  const router = igniter.router({ controllers: { x: oneAction() } });
  for (const call of [() => send(router, "GET /x"), () => router.caller.x.get.query()]) {
    gate = Promise.withResolvers();
    let answered = false;
    const reached = new Promise<void>((resolve) => entered.push(resolve));
    const answer = call().then((it) => {
      answered = true;
      return it;
    });
    await reached;
    // A turn of the event loop: whatever did not wait would have answered by now.
    await new Promise((resolve) => setTimeout(resolve, 0));
    assertEquals(answered, false);
    gate.resolve();
    assertEquals((await answer).data, "x");
  }
  await router.close();
});

Deno.test("R50 afterRequest sees the answer as it leaves, and may add headers to it", async () => {
  const bodies: unknown[] = [];
  const stamp = createIgniterPlugin({
    name: "stamp",
    hooks: {
      afterRequest: async (_ctx, _req, res) => {
        bodies.push(await res.clone().json());
        res.headers.set("x-stamp", res.headers.get("x-own") ?? "none");
      },
    },
  });
  const igniter = Igniter.context(() => ({})).plugin(stamp).create();
  const get = igniter.query({ handler: ({ response }) => response.setHeader("x-own", "yes").success({ a: 1n }) });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { get } }) } });
  const { headers, data } = await send(router, "GET /x");
  assertEquals([headers.get("x-stamp"), data], ["yes", { a: "1" }]);
  assertEquals((await router.caller.x.get.query()).data, { a: 1n });
  const envelope = { data: { a: "1" }, error: null };
  assertEquals(bodies, [envelope, envelope]);
  await router.close();
});

Deno.test("R50 a request that reaches no action starts the plugins before their hooks hear of it", async () => {
  const built: unknown[] = [];
  const plugin = createIgniterPlugin({
    name: "late",
    build: () => Promise.resolve({ ready: true }),
    hooks: { afterRequest: (_ctx, _req, res, self) => void built.push([res.status, self.built.ready]) },
  });
  const router = Igniter.context(() => ({})).plugin(plugin).create().router({ controllers: {} });
  assertEquals((await send(router, "GET /nowhere")).status, 404);
  assertEquals(built, [[404, true]]);
  await router.close();
});

Deno.test("R50 a request that reaches no action gets its 404 though a plugin does not start", async () => {
  const logger = collect();
  const heard: string[] = [];
  const plugin = createIgniterPlugin({
    name: "down",
    hooks: { init: () => Promise.reject(new Error("down")), afterRequest: () => void heard.push("after") },
  });
  const router = Igniter.context(() => ({})).logger(logger).plugin(plugin).create().router({ controllers: {} });
  assertEquals((await send(router, "GET /nowhere")).status, 404);
  assertEquals(heard, []);
  assertEquals(logger.logs.map(({ message }) => message), ['Plugin "down" did not start']);
  await router.close();
});

Deno.test("R50 beforeRequest runs once, before the procedures, and can add headers to whatever answers", async () => {
  const order: string[] = [];
  const tracer = createIgniterPlugin({
    name: "tracer",
    hooks: {
      beforeRequest: (ctx, req, self) => {
        order.push(`before ${new URL(req.url).pathname}`);
        assertStrictEquals(self.context, ctx);
        self.response.headers.set("x-trace", "t1");
      },
    },
  });
  const igniter = Igniter.context(() => ({})).plugin(tracer)
    .use({ handler: () => void order.push("global") })
    .create();
  const deny = igniter.procedure({
    handler: (_, { response }) => {
      order.push("own");
      return response.forbidden();
    },
  });
  const get = igniter.query({ use: [deny], handler: () => "never" });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { get } }) } });
  const { status, headers } = await send(router, "GET /x");
  assertEquals([status, headers.get("x-trace")], [403, "t1"]);
  assertEquals(order, ["before /api/v1/x", "global", "own"]);
  await router.close();
});

Deno.test("R50 the error hook gets what was thrown, by whomever", async () => {
  const thrown: unknown[] = [];
  const reporter = createIgniterPlugin({
    name: "reporter",
    hooks: { error: (_ctx, error, self) => void thrown.push([self.name, error]) },
  });
  const errors = { context: new Error("context"), procedure: new Error("procedure"), handler: new Error("handler") };
  const igniter = Igniter.context((request) => {
    if (request.headers.has("x-break")) throw errors.context;
    return {};
  }).logger(collect()).plugin(reporter).create();
  const fail = igniter.procedure({ handler: (_, { next }) => next(errors.procedure) });
  const router = igniter.router({
    controllers: {
      x: igniter.controller({
        path: "/x",
        actions: {
          handler: igniter.query({ path: "/handler", handler: () => Promise.reject(errors.handler) }),
          procedure: igniter.query({ path: "/procedure", use: [fail], handler: () => null }),
          fine: igniter.query({ path: "/fine", handler: ({ response }) => response.notFound() }),
        },
      }),
    },
  });
  assertEquals((await send(router, "GET /x/fine", { headers: { "x-break": "1" } })).status, 500);
  assertEquals((await send(router, "GET /x/procedure")).status, 500);
  assertEquals((await router.caller.x.handler.query()).error?.code, "ERR_INTERNAL");
  assertEquals((await send(router, "GET /x/fine")).status, 404);
  assertEquals(thrown, [["reporter", errors.context], ["reporter", errors.procedure], ["reporter", errors.handler]]);
  await router.close();
});

Deno.test("R50 destroy is called once for what was built, and never for what was not", async () => {
  const calls: string[] = [];
  const plugin = (name: string, init: () => void) =>
    createIgniterPlugin({
      name,
      build: () => `${name}'s`,
      hooks: { init, destroy: (_ctx, self) => void calls.push(`${name} ${self.built}`) },
    });
  const fail = () => {
    throw new Error("no");
  };
  const app = () =>
    Igniter.context(() => ({})).logger(collect())
      .plugins({ a: plugin("a", () => {}), b: plugin("b", fail), c: plugin("c", () => {}) }).create();

  const unused = app().router({ controllers: {} });
  await unused.close();
  assertEquals(calls, []);

  const failed = app().router({ controllers: {} });
  await failed.ready().catch(() => {});
  await Promise.all([failed.close(), failed.close()]);
  await failed.close();
  assertEquals(calls, ["b b's", "a a's"]);
});

Deno.test("R50 close() waits for plugins that are still starting, so that none is left running", async () => {
  const gate = Promise.withResolvers<void>();
  const calls: string[] = [];
  const slow = createIgniterPlugin({
    name: "slow",
    hooks: { init: () => gate.promise.then(() => void calls.push("init")), destroy: () => void calls.push("destroy") },
  });
  const router = Igniter.context(() => ({})).plugin(slow).create().router({ controllers: {} });
  const ready = router.ready();
  const closed = router.close();
  gate.resolve();
  await ready;
  await closed;
  assertEquals(calls, ["init", "destroy"]);
});

Deno.test("R50 D13 $plugins.x is what build gave, awaited, else the actions", async () => {
  const sync = createIgniterPlugin({ name: "sync", build: () => ({ n: 1 }) });
  const async = createIgniterPlugin({
    name: "async",
    actions: { hidden: createIgniterPluginAction({ handler: () => 0 }) },
    build: async ({ logger }) => {
      await Promise.resolve();
      logger.info("built");
      return { n: 2 };
    },
  });
  const acts = createIgniterPlugin({
    name: "acts",
    actions: { three: createIgniterPluginAction({ handler: () => 3 }) },
  });
  const logger = collect();
  const igniter = Igniter.context(() => ({})).logger(logger).plugins({ sync, async, renamed: acts }).create();
  const get = igniter.query({
    handler: async ({ context: { $plugins }, plugins }) => {
      expectType<Equal<typeof $plugins.sync, { n: number }>>();
      expectType<Equal<typeof $plugins.async, { n: number }>>();
      expectType<Equal<keyof typeof $plugins.renamed, "three">>();
      // @ts-expect-error no plugin has this key
      assertEquals($plugins.acts, undefined);
      assertStrictEquals<unknown>(plugins, $plugins);
      return [$plugins.sync.n, $plugins.async.n, await $plugins.renamed.three(), "hidden" in $plugins.async];
    },
  });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { get } }) } });
  assertEquals((await send(router, "GET /x")).data, [1, 2, 3, false]);
  assertEquals((await send(router, "GET /x")).data, [1, 2, 3, false]);
  assertEquals(logger.logs.map(({ message }) => message), ["built"]);
  await router.close();
});

Deno.test("R50 build receives the host: logger, store and realtime, and depends on nothing else", async () => {
  const { igniter: { store, logger }, logs } = createTestApp();
  const seen: unknown[] = [];
  const plugin = createIgniterPlugin({ name: "p", build: (host) => void seen.push(host) });
  const igniter = Igniter.context(() => ({})).logger(logger).store(store).plugin(plugin).create();
  const router = igniter.router({ controllers: {} });
  await router.ready();
  const host = seen[0] as Record<string, unknown>;
  (host["logger"] as typeof logger).info("hello");
  assertEquals(logs.map(({ message }) => message), ["hello"]);
  assertStrictEquals(host["store"], store);
  assertStrictEquals(host["realtime"], igniter.realtime);
  await router.close();
});

Deno.test("R50 a plugin's context adds to every request's, typed, after the application's", async () => {
  const tenants = createIgniterPlugin({
    name: "tenants",
    context: async ({ request, context }) => {
      await Promise.resolve();
      return { tenant: { id: request.headers.get("x-tenant") ?? "none", region: context["region"] as string } };
    },
  });
  const igniter = Igniter.context(() => ({ region: "eu" })).plugin(tenants).create();
  const show = igniter.procedure({ handler: (_, { context }) => ({ seen: context.tenant.id }) });
  const get = igniter.query({
    use: [show],
    handler: ({ context }) => {
      expectType<Equal<typeof context.tenant, { id: string; region: string }>>();
      return { ...context.tenant, seen: context.seen };
    },
  });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { get } }) } });
  const { data } = await send(router, "GET /x", { headers: { "x-tenant": "acme" } });
  assertEquals(data, { id: "acme", region: "eu", seen: "acme" });
  await router.close();
});

Deno.test("D3 a plugin's context that takes a name which is taken fails the request, and says so in the log", async () => {
  for (const name of ["logger", "realtime", "response", "$plugins", "region"]) {
    const logger = collect();
    const greedy = createIgniterPlugin({ name: "greedy", context: () => ({ [name]: "mine" }) });
    const igniter = Igniter.context(() => ({ region: "eu" })).logger(logger).plugin(greedy).create();
    const router = igniter.router({ controllers: { x: oneAction() } });
    assertEquals((await send(router, "GET /x")).error?.code, "ERR_INTERNAL");
    assertEquals(
      (logger.logs[0]?.fields["error"] as Error).message,
      `Cannot make the context: plugin "greedy" gave "${name}", which is there already`,
    );
    await router.close();
  }
});

Deno.test("R50 a plugin's context that throws or gives no plain object stops the request", async () => {
  const cases: readonly (readonly [() => object, number])[] = [
    [() => new Date(), 500],
    [() => {
      throw new IgniterError("ERR_FORBIDDEN", { message: "No such tenant" });
    }, 403],
  ];
  for (const [context, status] of cases) {
    let reached = false;
    const plugin = createIgniterPlugin({ name: "p", context });
    const igniter = Igniter.context(() => ({})).logger(collect()).plugin(plugin).create();
    const get = igniter.query({ handler: () => reached = true });
    const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { get } }) } });
    assertEquals((await send(router, "GET /x")).status, status);
    assertEquals(reached, false);
    await router.close();
  }
});

Deno.test("R50 a plugin's middleware runs before every action, typed, and its refusal joins the error types", async () => {
  const order: string[] = [];
  const guard = Igniter.procedure({
    handler: (_: {}, { request, response }) => {
      order.push("guard");
      const token = request.headers.get("authorization");
      if (token === null) return response.unauthorized("Sign in");
      return { session: { token } };
    },
  });
  const auth = createIgniterPlugin({
    name: "auth",
    middleware: [guard],
    controllers: { me: { path: "/me", handler: ({ context }) => context["session"] } },
  });
  const igniter = Igniter.context(() => ({})).use({ handler: () => void order.push("global") }).plugin(auth).create();
  const get = igniter.query({
    handler: ({ context }) => {
      expectType<Equal<typeof context.session, { token: string }>>();
      return context.session.token;
    },
  });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { get } }) } });
  const headers = { authorization: "t" };
  assertEquals((await send(router, "GET /x")).status, 401);
  assertEquals((await send(router, "GET /x", { headers })).data, "t");
  assertEquals((await send(router, "GET /auth/me")).status, 401);
  assertEquals((await send(router, "GET /auth/me", { headers })).data, { token: "t" });
  assertEquals(order, ["guard", "guard", "global", "guard", "guard", "global"]);
  const { error } = await router.caller.x.get.query();
  if (error?.code === "ERR_UNAUTHORIZED") expectType<Equal<typeof error.data, undefined>>();
  assertEquals(error?.code, "ERR_UNAUTHORIZED");
  await router.close();
});

Deno.test("R50 what a plugin's middleware holds that is no procedure is an error of create()", () => {
  const plugin = createIgniterPlugin({ name: "p", middleware: [(() => {}) as never] });
  assertThrows(() => Igniter.context(() => ({})).plugin(plugin).create(), TypeError, "not a procedure");
});

Deno.test("R50 D13 routes stand below the plugin's path, with their methods, bodies and both call forms", async () => {
  const notes: unknown[] = [];
  const plugin = createIgniterPlugin({
    name: "notes",
    path: "/admin/notes",
    controllers: {
      list: { path: "/", handler: () => notes },
      add: {
        path: "/",
        method: "POST",
        handler: ({ request, response }) => {
          notes.push(request.body);
          return response.created({ count: notes.length });
        },
      },
      drop: {
        path: "/:index",
        method: "DELETE",
        handler: ({ request }) => notes.splice(Number(request.params.index), 1),
      },
    },
  });
  const igniter = Igniter.context(() => ({})).plugin(plugin).create();
  const router = igniter.router({ controllers: {} });
  const added = await send(router, "POST /admin/notes", { body: { text: "a" } });
  assertEquals([added.status, added.data], [201, { count: 1 }]);
  assertEquals(
    (await send(router, "POST /_/rpc/notes.add", { body: "b", headers: { "content-type": "text/plain" } })).data,
    {
      count: 2,
    },
  );
  assertEquals((await send(router, "GET /admin/notes")).data, [{ text: "a" }, "b"]);
  const allow = (await send(router, "PUT /admin/notes")).headers.get("allow");
  assertEquals(allow?.split(", ").sort(), ["GET", "HEAD", "OPTIONS", "POST"]);
  assertEquals((await send(router, "GET /_/rpc/notes.add")).status, 405);
  assertEquals((await send(router, "GET /notes")).status, 404);
  assertEquals((await router.caller.notes.drop.mutate({ params: { index: "0" } })).data, [{ text: "a" }]);
  assertEquals((await router.caller.notes.drop.query({ params: { index: "0" } })).data, ["b"]);
  await router.close();
});

Deno.test("R50 two plugins with one name, or one key, are refused", () => {
  const plugin = (name: string) => createIgniterPlugin({ name });
  const start = Igniter.context(() => ({}));
  assertThrows(
    () => start.plugin(plugin("a")).plugin(plugin("a")),
    TypeError,
    'Cannot add plugin "a": a plugin with this name exists',
  );
  assertThrows(
    () => start.plugins({ one: plugin("a"), two: plugin("a") }),
    TypeError,
    'Cannot add plugin "two": a plugin with the name "a" exists',
  );
  assertThrows(() => start.plugins({ one: plugin("a") }).plugins({ one: plugin("b") }), TypeError, '"one"');
  assertThrows(() => start.plugin({} as never), TypeError, "not made by createIgniterPlugin()");
});

Deno.test("D14 a plugin's key cannot be what keys are made with", () => {
  const plugin = createIgniterPlugin({ name: "a" });
  for (const key of ["_", "then", "a.b", "a*", ""]) {
    assertThrows(() => Igniter.context(() => ({})).plugins({ [key]: plugin }), TypeError, "as the name of a plugin");
  }
});

Deno.test("R4 a plugin's route and an action with one method and path are an error of router(), naming both", () => {
  const plugin = createIgniterPlugin({ name: "a", controllers: { logs: { path: "/logs", handler: () => 1 } } });
  const igniter = Igniter.context(() => ({})).plugin(plugin).create();
  const get = igniter.query({ path: "/logs", handler: () => 2 });
  const mine = igniter.controller({ path: "/a", actions: { get } });
  const error = assertThrows(() => igniter.router({ controllers: { mine } }), TypeError);
  assertMatch(error.message, /mine\.get/);
  assertMatch(error.message, /a\.logs/);
});

Deno.test("R12 a plugin's self never mixes a hundred interleaved requests", async () => {
  const mixed: string[] = [];
  const idOf = (context: { readonly [name: string]: unknown }) => context["id"] as string;
  const gates = Array.from({ length: 100 }, () => Promise.withResolvers<void>());
  const plugin = createIgniterPlugin({
    name: "who",
    actions: {
      am: createIgniterPluginAction({
        handler: async ({ self }) => {
          const before = idOf(self.context);
          await gates[Number(before)]?.promise;
          return [before, idOf(self.context)];
        },
      }),
    },
    hooks: {
      beforeRequest: async (ctx, req, self) => {
        self.response.headers.set("x-id", idOf(self.context));
        await Promise.resolve();
        if (idOf(ctx) !== idOf(self.context) || req.headers.get("x-id") !== idOf(ctx)) mixed.push("before");
      },
      afterRequest: async (ctx, req, res, self) => {
        const [one, two] = await self.actions.am();
        const ids = new Set([one, two, idOf(ctx), req.headers.get("x-id"), res.headers.get("x-id")]);
        if (ids.size !== 1) mixed.push(`after ${[...ids]}`);
      },
    },
  });
  const selves = new Set<unknown>();
  const igniter = Igniter.context((request) => ({ id: request.headers.get("x-id") ?? "" })).plugin(plugin).create();
  const get = igniter.query({
    handler: async ({ context, plugins }) => {
      selves.add(plugins.who.am);
      return [context.id, ...await plugins.who.am()];
    },
  });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { get } }) } });
  const answers = gates.map((_, id) =>
    id % 2 === 0
      ? send(router, "GET /x", { headers: { "x-id": String(id) } })
      : router.caller.with({ headers: { "x-id": String(id) } }).x.get.query()
  );
  for (const { resolve } of gates.toReversed()) {
    resolve();
    await Promise.resolve();
  }
  assertEquals((await Promise.all(answers)).map(({ data }) => data), gates.map((_, id) => Array(3).fill(String(id))));
  assertEquals(mixed, []);
  assertEquals(selves.size, 100);
  await router.close();
});

Deno.test("R50 self is the request's: its context, its response, and its host", async () => {
  const { igniter: { store, logger } } = createTestApp();
  const contexts: unknown[] = [];
  const plugin = createIgniterPlugin({
    name: "p",
    build: () => 5,
    controllers: {
      show: {
        path: "/show",
        handler: ({ self, context, response }) => {
          expectType<Equal<typeof self.built, number>>();
          assertStrictEquals(self.context, context);
          assertStrictEquals<unknown>(self.response, response);
          assertStrictEquals(self.store, store);
          contexts.push(context);
          return self.response.setCookie("seen", "1").success([context["app"], self.built, self.name]);
        },
      },
    },
  });
  const igniter = Igniter.context(() => ({ app: "mine" })).logger(logger).store(store).plugin(plugin).create();
  const router = igniter.router({ controllers: {} });
  const { data, headers } = await send(router, "GET /p/show");
  assertEquals(data, ["mine", 5, "p"]);
  assertEquals(headers.getSetCookie().length, 1);
  await send(router, "GET /p/show");
  assertNotStrictEquals(contexts[0], contexts[1]);
  await router.close();
});

Deno.test("R50 outside of an action self.context has the features and the plugins", async () => {
  const { igniter: { store, logger } } = createTestApp();
  const seen: string[][] = [];
  const note = (ctx: object, self: { readonly context: object }) => {
    assertStrictEquals<object>(ctx, self.context);
    seen.push(Object.keys(ctx).sort());
  };
  const plugin = createIgniterPlugin({
    name: "p",
    hooks: {
      init: (ctx, self) => note(ctx, self),
      afterRequest: (ctx, _req, _res, self) => note(ctx, self),
      destroy: (ctx, self) => note(ctx, self),
    },
  });
  const igniter = Igniter.context(() => ({ app: 1 })).logger(logger).store(store).plugin(plugin).create();
  const router = igniter.router({ controllers: {} });
  await send(router, "GET /nowhere");
  await router.close();
  const features = ["$plugins", "logger", "realtime", "store"];
  assertEquals(seen, [features, [...features.slice(0, 3), "response", "store"], features]);
});

Deno.test("R50 createIgniterPlugin() refuses what cannot be meant", () => {
  const cases: readonly (readonly [object, string])[] = [
    [{ name: "" }, "is not a name"],
    [{ name: "a.b" }, "is not a name"],
    [{ name: "a", hook: {} }, 'it has no option "hook"'],
    [{ name: "a", hooks: { onRequest: () => {} } }, 'there is no hook "onRequest"'],
    [{ name: "a", hooks: { init: 1 } }, 'hook "init" is not a function'],
    [{ name: "a", actions: { log: () => {} } }, '"log" is not a plugin action'],
    [{ name: "a", controllers: { x: { path: "/x" } } }, 'the handler of "x" is not a function'],
    [{ name: "a", controllers: { x: { path: "/x", method: "TRACE", handler: () => {} } } }, 'has method "TRACE"'],
    [{ name: "a", controllers: { x: { path: "/:", handler: () => {} } } }, "is not a parameter"],
  ];
  for (const [plugin, message] of cases) {
    assertThrows(() => createIgniterPlugin(plugin as never), TypeError, message);
  }
  assertThrows(() => createIgniterPluginAction({} as never), TypeError, "its handler is not a function");
  assertThrows(
    () => createIgniterPluginAction({ input: {} as never, handler: () => {} }),
    TypeError,
    '"input" is not a Standard Schema',
  );
});

Deno.test("R50 a plugin's type can be written by hand", async () => {
  interface Clock {
    readonly now: () => number;
  }
  const clock: Plugin<"clock", PluginTypes<{}, Clock, {}, {}, { readonly started: number }, []>> = createIgniterPlugin({
    name: "clock",
    build: (): Clock => ({ now: () => 7 }),
    context: (): { readonly started: number } => ({ started: 0 }),
  });
  const igniter = Igniter.context(() => ({})).plugin(clock).create();
  const get = igniter.query({
    handler: ({ context }) => {
      expectType<Equal<typeof context.started, number>>();
      return context.$plugins.clock.now() - context.started;
    },
  });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { get } }) } });
  assertEquals((await router.caller.x.get.query()).data, 7);
  await router.close();
});

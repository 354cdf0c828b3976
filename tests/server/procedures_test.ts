/**
 * Procedures at run time: how often they run, what they add, what `next()` means.
 *
 * @module
 */
import { createIgniterPlugin, Igniter, IgniterError, type LogFields, type Logger } from "@igniter-js/core";
import { createTestApp, type LogEntry, send } from "@igniter-js/core/testing";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { z } from "zod";

/** A logger that keeps its failures. */
function createLog(): { readonly logs: readonly LogEntry[]; readonly logger: Logger } {
  const logs: LogEntry[] = [];
  const error = (message: string, fields: LogFields = {}): void => void logs.push({ level: "error", message, fields });
  return { logs, logger: { debug() {}, info() {}, warn() {}, error } };
}

/** The last failure that the log tells of. */
function loggedError(logs: readonly LogEntry[]): string {
  return String(logs.findLast(({ message }) => message === "Request failed")?.fields["error"]);
}

/** A router with one action at `GET /x`, which `make` defines. */
function createSubject<A>(make: (igniter: ReturnType<typeof createTestApp>["igniter"]) => A) {
  const { igniter, logs } = createTestApp();
  const action = make(igniter) as ReturnType<typeof igniter.query>;
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { get: action } }) } });
  return { router, logs, get: () => send(router, "GET /x") };
}

Deno.test("D5 a plain procedure runs with empty options, as one that is called without any", async () => {
  const seen: unknown[] = [];
  const { get } = createSubject((igniter) => {
    const auth = igniter.procedure({ handler: (options: { role?: string }) => void seen.push(options) });
    const other = igniter.procedure({ handler: (options: { role?: string }) => void seen.push(options) });
    return igniter.query({ use: [auth, other(), auth({ role: "admin" })], handler: () => 1 });
  });
  await get();
  assertEquals(seen, [{}, {}, { role: "admin" }]);
});

Deno.test("D5 a bound value runs once per request, wherever it stands; other options run again", async () => {
  const runs: string[] = [];
  const limit = Igniter.procedure({ name: "limit", handler: ({ by = "all" }: { by?: string }) => void runs.push(by) });
  const byUser = limit({ by: "user" });
  const igniter = Igniter.context(() => ({})).use(limit).use(byUser).create();
  const get = igniter.query({ use: [limit, limit(), byUser, limit({ by: "ip" }), byUser], handler: () => 1 });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { get } }) } });
  await send(router, "GET /x");
  assertEquals(runs, ["all", "user", "ip"]);
  await router.caller.x.get.query();
  assertEquals(runs, ["all", "user", "ip", "all", "user", "ip"]);
});

Deno.test("D5 the options' schema gives its output, defaults included, once and not per request", async () => {
  let parses = 0;
  const seen: unknown[] = [];
  const { get } = createSubject((igniter) => {
    const limit = igniter.procedure({
      options: z.object({ max: z.number().default(10), name: z.string().transform((name) => (parses++, name.trim())) }),
      handler: (options) => void seen.push(options),
    });
    return igniter.query({ use: [limit({ name: " a " })], handler: () => 1 });
  });
  await get();
  await get();
  assertEquals([seen, parses], [[{ max: 10, name: "a" }, { max: 10, name: "a" }], 1]);
});

Deno.test("procedures run in their order: the plugins', the global, the action's; each sees what came before", async () => {
  const middleware = Igniter.procedure({ handler: () => ({ plugin: "plugin" }) });
  const igniter = Igniter.context(() => ({ trail: ["factory"] }))
    .plugin(createIgniterPlugin({ name: "early", middleware: [middleware] }))
    .use({ handler: (_options, { context }) => ({ trail: [...context.trail, context.plugin, "global"] }) })
    .use(Igniter.procedure({ handler: async () => ({ extra: await Promise.resolve("async") }) }))
    .create();
  const first = igniter.procedure({ handler: (_options, { context }) => ({ trail: [...context.trail, "first"] }) });
  const second = igniter.procedure({
    handler: async (_options, { context }) => ({ trail: await Promise.resolve([...context.trail, "second"]) }),
  });
  const get = igniter.query({ use: [first, second], handler: ({ context }) => [...context.trail, context.extra] });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { get } }) } });
  assertEquals((await send(router, "GET /x")).data, ["factory", "plugin", "global", "first", "second", "async"]);
});

Deno.test("a procedure that answers stops the request: no later procedure, no handler", async () => {
  const ran: string[] = [];
  for (const answer of ["reply", "response", "async"]) {
    const { get } = createSubject((igniter) => {
      const stop = igniter.procedure({
        handler: (_options, { response }) => {
          if (answer === "reply") return response.success(answer);
          if (answer === "response") return Response.json({ data: answer, error: null });
          return Promise.resolve(response.success(answer));
        },
      });
      const later = igniter.procedure({ handler: () => void ran.push("procedure") });
      return igniter.query({ use: [stop, later], handler: () => ran.push("handler") });
    });
    assertEquals((await get()).data, answer);
  }
  assertEquals(ran, []);
});

Deno.test("a procedure that returns something else fails the request, and the log names it", async () => {
  for (
    const [value, type] of [[1, "number"], ["x", "string"], [true, "boolean"], [new Date(0), "object"], [[], "object"]]
  ) {
    const { get, logs } = createSubject((igniter) => {
      const odd = igniter.procedure({ name: "odd", handler: () => value as never });
      return igniter.query({ use: [odd], handler: () => 1 });
    });
    assertEquals((await get()).status, 500);
    assertEquals(
      loggedError(logs),
      `TypeError: Cannot go on after procedure "odd": it returned ${type}, not an object, a reply or nothing`,
    );
  }
});

// --- next()

Deno.test("next() wraps what follows, from outside in and from inside out", async () => {
  const trail: string[] = [];
  const { get } = createSubject((igniter) => {
    const wrap = (name: string) =>
      igniter.procedure({
        handler: async (_options, { next }) => {
          trail.push(`> ${name}`);
          const reply = await next();
          trail.push(`< ${name}`);
          return reply;
        },
      });
    const plain = igniter.procedure({ handler: () => void trail.push("plain") });
    return igniter.query({ use: [wrap("a"), plain, wrap("b")], handler: () => void trail.push("handler") });
  });
  assertEquals((await get()).status, 200);
  assertEquals(trail, ["> a", "plain", "> b", "handler", "< b", "< a"]);
});

Deno.test("D1 a procedure may change the reply that next() gave", async () => {
  const { get } = createSubject((igniter) => {
    const stamp = igniter.procedure({
      handler: async (_options, { next }) => (await next()).setHeader("x-stamp", "1").status(203),
    });
    return igniter.query({ use: [stamp], handler: () => "handler" });
  });
  const { status, data, headers } = await get();
  assertEquals([status, data, headers.get("x-stamp")], [203, "handler", "1"]);
});

Deno.test("what next() gave is the answer when the procedure returns nothing, awaited or not", async () => {
  for (const wait of [true, false]) {
    const { get } = createSubject((igniter) => {
      const drop = igniter.procedure({
        handler: async (_options, { next }) => {
          const rest = next();
          if (wait) await rest;
        },
      });
      return igniter.query({ use: [drop], handler: async () => await Promise.resolve("handler") });
    });
    assertEquals((await get()).data, "handler");
  }
});

Deno.test("a failure behind a dropped next() fails the request with it", async () => {
  const { get } = createSubject((igniter) => {
    const drop = igniter.procedure({
      handler: (_options, { next }) => {
        next();
      },
    });
    return igniter.query({
      use: [drop],
      handler: async () => {
        await Promise.resolve();
        throw new IgniterError("ERR_CONFLICT", { message: "Taken" });
      },
    });
  });
  const { status, error } = await get();
  assertEquals([status, error?.message], [409, "Taken"]);
});

Deno.test("a procedure may catch what is thrown behind it, and answer instead", async () => {
  const { get, logs } = createSubject((igniter) => {
    const rescue = igniter.procedure({
      handler: async (_options, { next, response }) => {
        try {
          return await next();
        } catch (error) {
          return response.conflict((error as Error).message);
        }
      },
    });
    return igniter.query({
      use: [rescue],
      handler: () => {
        throw new Error("no such row");
      },
    });
  });
  const { status, error } = await get();
  assertEquals([status, error?.message], [409, "no such row"]);
  assertEquals(logs, []);
});

Deno.test("next() gives refusals as replies: only what is thrown is thrown", async () => {
  const codes: unknown[] = [];
  const { router } = createSubject((igniter) => {
    const look = igniter.procedure({
      handler: async (_options, { next }) => {
        await next().then(() => codes.push("replied"), () => codes.push("threw"));
      },
    });
    return igniter.query({ use: [look], query: z.object({ n: z.number() }), handler: () => 1 });
  });
  assertEquals((await send(router, "GET /x?n=x")).error?.code, "ERR_VALIDATION");
  assertEquals(codes, ["replied"]);
});

Deno.test("next() runs what follows once: a second call is refused", async () => {
  let runs = 0;
  const { get, logs } = createSubject((igniter) => {
    const twice = igniter.procedure({
      handler: async (_options, { next }) => {
        await next();
        return await next();
      },
    });
    return igniter.query({ use: [twice], handler: () => ++runs });
  });
  assertEquals((await get()).status, 500);
  assertEquals(loggedError(logs), "TypeError: Cannot call next() again: a procedure runs what follows once");
  assertEquals(runs, 1);
});

Deno.test("a procedure that answers while the rest runs answers after the rest has ended", async () => {
  const trail: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const { get } = createSubject((igniter) => {
    const early = igniter.procedure({
      handler: (_options, { next, response }) => {
        next();
        trail.push("answered");
        queueMicrotask(resolve);
        return response.success("mine");
      },
    });
    return igniter.query({
      use: [early],
      handler: async () => {
        await promise;
        trail.push("handler");
        return "rest";
      },
    });
  });
  assertEquals((await get()).data, "mine");
  assertEquals(trail, ["answered", "handler"]);
});

Deno.test("a failure of the rest is not lost when the procedure had answered before it", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { get, logs } = createSubject((igniter) => {
    const early = igniter.procedure({
      handler: (_options, { next, response }) => {
        next();
        queueMicrotask(resolve);
        return response.success("mine");
      },
    });
    return igniter.query({
      use: [early],
      handler: async () => {
        await promise;
        throw new Error("late");
      },
    });
  });
  assertEquals((await get()).status, 500);
  assertEquals(loggedError(logs), "Error: late");
});

Deno.test("a procedure that throws after next() fails the request, and the reply's effects do not happen", async () => {
  const effects: string[] = [];
  const { get, router } = createSubject((igniter) => {
    const late = igniter.procedure({
      handler: async (_options, { next }) => {
        await next();
        throw new IgniterError("ERR_UNAVAILABLE", { message: "The commit failed" });
      },
    });
    return igniter.query({
      use: [late],
      handler: ({ response }) => response.success("done").after(() => effects.push("after")),
    });
  });
  const { status, error } = await get();
  assertEquals([status, error?.message], [503, "The commit failed"]);
  await router.close();
  assertEquals(effects, []);
});

Deno.test("R11 next(error) fails the request with it", async () => {
  let runs = 0;
  for (
    const [error, status, message] of [
      [new IgniterError("ERR_FORBIDDEN", { message: "Not you" }), 403, "Not you"],
      [new Error("secret"), 500, "Internal error"],
    ] as const
  ) {
    const { get } = createSubject((igniter) => {
      const fail = igniter.procedure({ handler: (_options, { next }) => next(error) });
      return igniter.query({ use: [fail], handler: () => ++runs });
    });
    const { status: got, error: failure } = await get();
    assertEquals([got, failure?.message], [status, message]);
  }
  assertEquals(runs, 0);
});

Deno.test("next({ … }) adds to the context for what follows; returning an object after it is refused", async () => {
  const good = createSubject((igniter) => {
    const add = igniter.procedure({ handler: (_options, { next }) => next({ tx: 7 }) });
    return igniter.query({ use: [add], handler: ({ context }) => context.tx });
  });
  assertEquals((await good.get()).data, 7);

  const late = createSubject((igniter) => {
    const add = igniter.procedure({
      name: "tx",
      handler: async (_options, { next }) => {
        await next();
        return { tx: 7 };
      },
    });
    return igniter.query({ use: [add], handler: () => 1 });
  });
  assertEquals((await late.get()).status, 500);
  assertEquals(
    loggedError(late.logs),
    'TypeError: Cannot add to the context after procedure "tx" called next(): give it to next({ … })',
  );
});

// --- the context

Deno.test("R12 nothing that one request adds is seen by another, though the factory gives one object for all", async () => {
  const shared = { count: 0 };
  const igniter = Igniter.context(() => shared).create();
  const add = igniter.procedure({
    handler: (_options, { context }) => ({ leaked: "added" in context, added: true, count: context.count + 1 }),
  });
  const get = igniter.query({ use: [add], handler: ({ context }) => [context.leaked, context.count] });
  const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { get } }) } });
  for (let i = 0; i < 3; i++) assertEquals((await send(router, "GET /x")).data, [false, 1]);
  assertEquals(shared, { count: 0 });
});

Deno.test("D3 a factory that returns a name of the framework's fails the request, and the log says so", async () => {
  for (const [name, factory] of Object.entries({ realtime: () => ({ realtime: 1 }), logger: () => ({ logger: {} }) })) {
    const { logs, logger } = createLog();
    const igniter = Igniter.context(factory as () => object).logger(logger).create();
    const get = igniter.query({ handler: () => 1 });
    const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { get } }) } });
    assertEquals((await send(router, "GET /x")).status, 500);
    assertEquals(
      loggedError(logs),
      `TypeError: Cannot make the context: its factory returned "${name}", which is the framework's`,
    );
  }
});

Deno.test("R10 a factory that throws or gives no plain object stops the request", async () => {
  class Services {}
  let runs = 0;
  const statusOf = async (factory: () => object | Promise<object>) => {
    const igniter = Igniter.context(factory).logger(createLog().logger).create();
    const get = igniter.query({ handler: () => ++runs });
    const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { get } }) } });
    return (await send(router, "GET /x")).status;
  };
  assertEquals(
    await Promise.all([
      statusOf(() => {
        throw new Error("no database");
      }),
      statusOf(() => Promise.reject(new IgniterError("ERR_UNAUTHORIZED"))),
      statusOf(() => new Services()),
      statusOf(() => undefined as never),
    ]),
    [500, 401, 500, 500],
  );
  assertEquals(runs, 0);
});

Deno.test("D2 without a factory a missing key says so, in procedures too; what procedures provide is there", async () => {
  const { logs, logger } = createLog();
  const igniter = Igniter.context<{ db: { name: string } }>().logger(logger).create();
  const reads = igniter.procedure({ handler: (_options, { context }) => ({ name: context.db.name }) });
  const provides = igniter.procedure({ handler: () => ({ provided: 7 }) });
  const router = igniter.router({
    controllers: {
      x: igniter.controller({
        path: "/x",
        actions: {
          reads: igniter.query({ path: "/reads", use: [reads], handler: () => 1 }),
          provided: igniter.query({
            path: "/provided",
            use: [provides],
            handler: async ({ context }) => [(await context).provided, typeof context.realtime, "db" in context],
          }),
        },
      }),
    },
  });
  assertEquals((await send(router, "GET /x/provided")).data, [7, "object", false]);
  assertEquals((await send(router, "GET /x/reads")).error?.message, "Internal error");
  assertStringIncludes(loggedError(logs), "Cannot read context.db: no context factory was given");
});

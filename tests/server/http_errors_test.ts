/** R10, R11 with D10 and D11: what is told of a failure, and what is not, on each host. */

import { createConsoleLogger, createIgniterPlugin, Igniter, IgniterError } from "@igniter-js/core";
import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import type { App } from "./_app.ts";
import { eachHost, read, refusal, type Send } from "./_hosts.ts";

const UUID = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;

/** Asserts a masked 500: nothing of the cause in the answer, the cause in the log under the answer's id. */
async function assertMasked(send: Send, app: App, target: string, init: RequestInit = {}): Promise<void> {
  const before = app.logged.length;
  const response = await send(target, init);
  const text = await response.clone().text();
  assert(!text.includes("secret"), `${target} tells ${text}`);
  for (const [name, value] of response.headers) assert(!value.includes("secret"), `${target} tells ${name}: ${value}`);
  const { status, data, error } = await read(response);
  assertEquals([status, data, error.code, error.message], [500, null, "ERR_INTERNAL", "Internal error"], target);
  assertEquals(Object.keys(error).sort(), ["code", "id", "message"], target);
  assertMatch(error.id, UUID);
  const [entry, ...others] = app.logged.slice(before);
  assertEquals([entry?.level, entry?.fields["id"], others.length], ["error", error.id, 0], target);
}

// --- R10: unknown errors

eachHost(
  "R10 an unknown error answers a masked 500, whoever throws it, and is logged under its id",
  async (send, app) => {
    const targets = [
      "GET /replies/throws",
      "GET /replies/rejects",
      "GET /replies/throws-string",
      "GET /replies/throws-undefined",
      "GET /replies/response-used",
      "GET /_/rpc/replies.get?~name=throws",
      "GET /flow/throws",
      "GET /flow/next-error",
      "GET /replies/declared/misfit",
    ];
    for (const target of targets) await assertMasked(send, app, target);
    await assertMasked(send, app, "GET /paths", { headers: { "x-context": "throws" } });
  },
);

eachHost("R10 the log holds the error itself, and what was asked for", async (send, app) => {
  const { error } = await read(send("GET /replies/throws?token=hidden"));
  const [entry] = app.logged;
  assertEquals((entry?.fields["error"] as Error).message, "secret");
  const { error: _error, ...fields } = entry?.fields ?? {};
  assertEquals(fields, { id: error.id, method: "GET", path: "/api/v1/replies/throws", key: "replies.get" });
});

eachHost("R10 a schema's error thrown inside a handler is a masked 500, not a 400", async (send, app) => {
  await assertMasked(send, app, "GET /replies/throws-schema");
  assertEquals((app.logged[0]?.fields["error"] as Error).name, "ZodError");
});

eachHost("R10 a throwing context factory stops the request", async (send, app) => {
  const headers = { "x-context": "throws" };
  await assertMasked(send, app, "GET /flow/order", { headers });
  assertEquals(app.ran, []);
});

eachHost("R10 D10 the development flag shows the message, and nothing else changes", async (send, app) => {
  const { status, error } = await read(send("GET /replies/throws"));
  assertEquals([status, error.code, error.message], [500, "ERR_INTERNAL", "secret"]);
  assertEquals(app.logged.map(({ fields }) => fields["id"]), [error.id]);
  assertEquals((await read(send("GET /replies/throws-string"))).error.message, "secret");
  assertEquals(
    (await read(send("GET /paths", { headers: { "x-context": "throws" } }))).error.message,
    "secret of the context",
  );
}, { development: true });

Deno.test("R10 D10 development is never guessed from the environment", async () => {
  const before = ["NODE_ENV", "DENO_ENV"].map((name) => [name, Deno.env.get(name)] as const);
  try {
    for (const [name] of before) Deno.env.set(name, "development");
    const igniter = Igniter.context(() => ({})).logger(createConsoleLogger({ level: "silent" })).create();
    const it = igniter.query({
      handler: () => {
        throw new Error("secret");
      },
    });
    const { handler } = igniter.router({ controllers: { a: igniter.controller({ path: "/a", actions: { it } }) } });
    const { error } = await read(handler(new Request("http://localhost/api/v1/a")));
    assertEquals(error.message, "Internal error");
  } finally {
    for (const [name, value] of before) value === undefined ? Deno.env.delete(name) : Deno.env.set(name, value);
  }
});

const lines: string[] = [];
eachHost("R10 the console logger writes the id of the answer, and the error with its stack", async (send) => {
  lines.length = 0;
  const { error } = await read(send("GET /replies/throws"));
  const text = lines.join("\n");
  for (const part of ["ERROR Request failed", `id=${error.id}`, "key=replies.get", "secret", "_app.ts:"]) {
    assertStringIncludes(text, part);
  }
}, { logger: createConsoleLogger({ write: (line) => void lines.push(line) }) });

// --- R10: IgniterError

eachHost(
  "R10 a thrown IgniterError answers with its status, code, message and data, whoever throws it",
  async (send, app) => {
    const thrown: readonly (readonly [target: string, headers: HeadersInit, status: number, error: object])[] = [
      ["GET /replies/throws-igniter", {}, 404, { code: "ERR_NOT_FOUND", message: "No user", data: { id: 7 } }],
      ["GET /_/rpc/replies.get?~name=throws-igniter", {}, 404, {
        code: "ERR_NOT_FOUND",
        message: "No user",
        data: { id: 7 },
      }],
      ["GET /replies/throws-own", {}, 402, { code: "ERR_QUOTA", message: "Pay" }],
      ["GET /flow/throws-igniter", {}, 403, { code: "ERR_FORBIDDEN", message: "The procedure refuses" }],
      ["GET /flow/plugin-refuses", {}, 403, { code: "ERR_FORBIDDEN", message: "The action refuses" }],
      ["GET /probe/refuse", {}, 409, { code: "ERR_CONFLICT", message: "The route refuses" }],
      ["GET /paths", { "x-refuse-plugin": "1" }, 429, { code: "ERR_RATE_LIMITED", message: "ERR_RATE_LIMITED" }],
      ["GET /paths", { "x-context": "refuses" }, 401, {
        code: "ERR_UNAUTHORIZED",
        message: "No tenant",
        data: { tenant: 1 },
      }],
    ];
    for (const [target, headers, status, error] of thrown) {
      assertEquals(await read(send(target, { headers })), { status, data: null, error }, target);
    }
    assertEquals(app.logged, []);
  },
);

eachHost("R10 an IgniterError of the server's own fault is logged, and answers as it says", async (send, app) => {
  assertEquals(await refusal(send("GET /replies/throws-unavailable")), [503, "ERR_UNAVAILABLE"]);
  assertEquals(app.logged.map(({ level, fields }) => [level, fields["code"]]), [["error", "ERR_UNAVAILABLE"]]);
});

eachHost("R10 a thrown reply or Response answers as itself", async (send, app) => {
  assertEquals(await refusal(send("GET /replies/throws-reply")), [403, "ERR_FORBIDDEN"]);
  const response = await send("GET /replies/throws-response");
  assertEquals([response.status, await response.text()], [409, "thrown"]);
  assertEquals(app.logged, []);
});

eachHost("R10 a declared error has its declared status, message and data, held to its schema", async (send) => {
  assertEquals(await read(send("GET /replies/declared/quota")), {
    status: 402,
    data: null,
    error: { code: "ERR_QUOTA", message: "Pay first", data: { left: 3 } },
  });
  assertEquals(await read(send("GET /replies/declared/plain")), {
    status: 451,
    data: null,
    error: { code: "ERR_PLAIN", message: "Own words" },
  });
});

Deno.test("R10 a plugin that does not start answers 503 without its reason", async () => {
  const broken = createIgniterPlugin({
    name: "broken",
    build: () => {
      throw new Error("secret");
    },
  });
  const igniter = Igniter.context(() => ({})).logger(createConsoleLogger({ level: "silent" })).plugin(broken).create();
  const it = igniter.query({ handler: () => null });
  const { handler } = igniter.router({ controllers: { a: igniter.controller({ path: "/a", actions: { it } }) } });
  const response = await handler(new Request("http://localhost/api/v1/a"));
  assert(!(await response.clone().text()).includes("secret"));
  assertEquals(await refusal(response), [503, "ERR_UNAVAILABLE"]);
});

Deno.test("R10 a logger that throws takes no answer away", async () => {
  const fails = () => {
    throw new Error("The logger is down");
  };
  const said: unknown[] = [];
  const { error: print } = console;
  console.error = (...parts: unknown[]) => void said.push(parts);
  try {
    const logger = { debug: fails, info: fails, warn: fails, error: fails };
    const igniter = Igniter.context(() => ({})).logger(logger).create();
    const it = igniter.query({
      handler: () => {
        throw new Error("secret");
      },
    });
    const { handler } = igniter.router({ controllers: { a: igniter.controller({ path: "/a", actions: { it } }) } });
    assertEquals(await refusal(handler(new Request("http://localhost/api/v1/a"))), [500, "ERR_INTERNAL"]);
    assertEquals(said.length, 1);
  } finally {
    console.error = print;
  }
});

// --- D11

const CODES: Readonly<Record<string, number>> = {
  ERR_BAD_REQUEST: 400,
  ERR_VALIDATION: 400,
  ERR_BODY_PARSE: 400,
  ERR_UNAUTHORIZED: 401,
  ERR_FORBIDDEN: 403,
  ERR_NOT_FOUND: 404,
  ERR_METHOD_NOT_ALLOWED: 405,
  ERR_CONFLICT: 409,
  ERR_BODY_TOO_LARGE: 413,
  ERR_UNSUPPORTED_MEDIA_TYPE: 415,
  ERR_UNPROCESSABLE: 422,
  ERR_ENSURE: 422,
  ERR_RATE_LIMITED: 429,
  ERR_INTERNAL: 500,
  ERR_UNAVAILABLE: 503,
  ERR_TIMEOUT: 504,
  // One of the application's own, and one that Object has.
  ERR_OWN: 400,
  toString: 400,
};

eachHost("D11 each code answers with its status", async (send) => {
  for (const [code, status] of Object.entries(CODES)) {
    assertEquals(await read(send(`GET /replies/code/${code}`)), { status, data: null, error: { code, message: code } });
  }
});

Deno.test("D11 an error's status is an error's", () => {
  for (const status of [200, 302, 399, 600, 400.5, NaN]) {
    assertThrows(() => new IgniterError("ERR_OWN", { status }), RangeError, `${status}`);
  }
});

// --- R11

Deno.test("R11 what is no procedure in use is a TypeError where the action is defined", () => {
  const igniter = Igniter.context(() => ({})).create();
  const wrong = [
    undefined,
    null,
    0,
    "auth",
    {},
    () => {},
    { handler: () => {} },
    igniter.query({ handler: () => null }),
  ];
  for (const use of wrong) {
    const definition = { name: "list", use: [use as never], handler: () => null };
    assertThrows(() => igniter.query(definition), TypeError, "Cannot define query");
    assertThrows(() => igniter.mutation(definition), TypeError, "Cannot define mutation");
    // A definition may stand in `.use()` as it is.
    if (typeof use === "object" && use !== null && "handler" in use) continue;
    assertThrows(() => Igniter.context(() => ({})).use(use as never), TypeError, "Cannot use a global procedure");
  }
  const { message } = assertThrows(
    () => igniter.query({ name: "list", use: [function auth() {} as never], handler: () => null }),
    TypeError,
  );
  assertStringIncludes(message, '"list"');
  assertStringIncludes(message, '"auth"');
});

eachHost("R11 next(error) in a procedure fails the request with it", async (send, app) => {
  assertEquals(await read(send("GET /flow/next-igniter")), {
    status: 409,
    data: null,
    error: { code: "ERR_CONFLICT", message: "next refuses", data: { at: 1 } },
  });
  assertEquals(await refusal(send("GET /flow/next-dropped")), [409, "ERR_CONFLICT"]);
  assertEquals(await refusal(send("GET /flow/next-ignored")), [409, "ERR_CONFLICT"]);
  await assertMasked(send, app, "GET /flow/next-error");
  assertEquals(app.ran, []);
});

eachHost("R11 next() twice fails the request, and the handler has run once", async (send, app) => {
  await assertMasked(send, app, "GET /flow/next-twice");
  assertEquals(app.ran, ["handler"]);
});

eachHost(
  "R11 D1 procedures run in their order, and one that awaits next() wraps all that follows",
  async (send, app) => {
    const response = await send("GET /flow/order");
    assertEquals([response.headers.get("x-outer"), response.headers.get("x-inner")], ["wrapped", "wrapped"]);
    assertEquals(await read(response), { status: 200, data: "done", error: null });
    assertEquals(app.ran, ["a", "outer in", "b", "inner in", "c", "handler", "inner out", "outer out"]);
  },
);

eachHost(
  "R11 D1 a procedure may add to whatever reply follows: a value, a Response, a stream, an error",
  async (send) => {
    const replies: Readonly<Record<string, number>> = {
      "object": 200,
      "created": 201,
      "no-content": 204,
      "response": 203,
      "response-immutable": 303,
      "generator": 200,
      "notFound": 404,
      "html": 200,
      "redirect": 302,
    };
    for (const [name, status] of Object.entries(replies)) {
      const response = await send(`GET /flow/wrapped/${name}`);
      assertEquals([response.status, response.headers.get("x-outer")], [status, "wrapped"], name);
    }
  },
);

eachHost(
  "R11 a procedure may answer for what follows, by reply, Response, or by catching what it throws",
  async (send, app) => {
    const response = await send("GET /flow/response");
    assertEquals([response.status, await response.text()], [418, "from a procedure"]);
    assertEquals(await read(send("GET /flow/rescued")), {
      status: 200,
      data: { rescued: "caught by the procedure" },
      error: null,
    });
    assertEquals(app.ran, []);
  },
);

eachHost("R11 D3 what procedures return or give to next() is in the context", async (send) => {
  const headers = { "x-who": "Ada" };
  assertEquals((await read(send("GET /flow/context", { headers }))).data, {
    added: "by next",
    provided: "by return",
    who: "Ada",
  });
});

eachHost("R11 D5 one bound procedure runs once in a request, other options run again", async (send, app) => {
  await read(send("GET /flow/once"));
  assertEquals(app.ran, ["once", "other"]);
  await read(send("GET /_/rpc/flow.once"));
  assertEquals(app.ran, ["once", "other", "once", "other"]);
});

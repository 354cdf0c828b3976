/**
 * The application that the HTTP tests talk to. Its actions exercise everything that HTTP shows: inputs, replies,
 * procedures, failures, plugins, time.
 */

import { createIgniterPlugin, createIgniterPluginAction, Igniter, IgniterError } from "@igniter-js/core";
import type { LogFields, Logger, Responder, Schema, Telemetry } from "@igniter-js/core";
import { AsyncLocalStorage } from "node:async_hooks";
import { z } from "zod";

/** What differs between applications under test. */
export interface AppOptions {
  /** Shows the messages of unknown errors. */
  readonly development?: boolean;
  /** In place of the collecting logger. */
  readonly logger?: Logger;
  /** Milliseconds that every action has. */
  readonly timeout?: number;
  /** Bytes that a body may have. */
  readonly bodyLimit?: number;
}

/** A logged line. */
export interface Logged {
  readonly level: string;
  readonly message: string;
  readonly fields: LogFields;
}

/** What the application did, beside answering. */
export interface Notes {
  /** What was logged. */
  readonly logged: Logged[];
  /** What ran, in order. */
  readonly ran: string[];
  /** What its signal said when a waiting handler's request was aborted. */
  readonly aborted: unknown[];
}

/** Two secrets: the first signs, both verify. */
export const SECRETS = ["new-".padEnd(32, "n"), "old-".padEnd(32, "o")] as const;

/** A Standard Schema of another library, which exposes JSON Schema. */
export const portable: Schema<{ n: number }, { n: number }> = standard({
  type: "object",
  properties: { n: { type: "number" } },
});
/** The same without JSON Schema: nothing tells what to coerce to. */
export const bare: Schema<{ n: number }, { n: number }> = standard(undefined);

function standard(jsonSchema: object | undefined): Schema<{ n: number }, { n: number }> {
  const validate = (value: unknown): unknown => {
    const { n } = value as { readonly n?: unknown };
    return typeof n === "number" ? { value: { n } } : { issues: [{ message: "Expected a number", path: ["n"] }] };
  };
  const props: Schema<{ n: number }, { n: number }>["~standard"] = { version: 1, vendor: "portable", validate };
  return {
    "~standard": jsonSchema === undefined ? props : Object.assign(props, { jsonSchema: { input: () => jsonSchema } }),
  };
}

/** Values that JSON alone cannot carry, each once. */
export function richValue(): Record<string, unknown> {
  return {
    date: new Date(0),
    bigint: 2n ** 70n,
    map: new Map([["a", new Set([1])]]),
    url: new URL("https://example.com/x"),
    absent: undefined,
    numbers: [NaN, Infinity, -Infinity, -0],
    bytes: new Uint8Array([1, 2, 255]),
  };
}

const encoder = new TextEncoder();

function bytes(...parts: readonly string[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(encoder.encode(part));
      controller.close();
    },
  });
}

/** Replies by name, for `GET /replies/:name`. */
export const REPLIES: Readonly<Record<string, (response: Responder<unknown>) => unknown>> = {
  "success": (response) => response.success({ ok: true }),
  "success-empty": (response) => response.success(),
  "created": (response) => response.created({ id: 1 }),
  "accepted": (response) => response.accepted("later"),
  "no-content": (response) => response.noContent(),
  "json": (response) => response.json({ bare: true }),
  "html": (response) => response.html("<p>é</p>"),
  "text": (response) => response.text("plain é"),
  "redirect": (response) => response.redirect("/x"),
  "redirect-308": (response) => response.redirect(new URL("https://example.com/y"), 308),
  "file": (response) => response.file(new Blob(["a,b"], { type: "text/csv" }), { name: 'naïve "x".csv' }),
  "file-bytes": (response) => response.file(encoder.encode("raw"), { type: "image/png", inline: true }),
  "file-stream": (response) => response.file(bytes("one", "two")),
  "stream-bytes": (response) => response.stream(bytes("one", "two"), { type: "text/csv" }),
  "stream-events": (response) => response.stream(counting(3)),
  "generator": () => counting(2),
  "generator-fails": () => failing(),
  "badRequest": (response) => response.badRequest("no", { why: 1 }),
  "unauthorized": (response) => response.unauthorized(),
  "forbidden": (response) => response.forbidden(),
  "notFound": (response) => response.notFound(),
  "conflict": (response) => response.conflict(),
  "unprocessable": (response) => response.unprocessable(),
  "tooManyRequests": (response) => response.tooManyRequests(),
  "error": (response) => response.error({ code: "ERR_TEAPOT", status: 418, message: "I am one", data: { cups: 2 } }),
  "error-igniter": (response) => response.error(new IgniterError("ERR_CONFLICT", { message: "taken" })),
  "status-error": (response) => response.status(403).error({ code: "ERR_OWN" }),
  "status-igniter": (response) => response.status(403).error(new IgniterError("ERR_CONFLICT", { data: { at: 1 } })),
  "error-status": (response) => response.error({ code: "ERR_OWN" }).status(403),
  "status-good-error": (response) => response.status(200).error({ code: "ERR_OWN" }),
  "error-good-status": (response) => response.error({ code: "ERR_OWN" }).status(200),
  "chain-before": (response) => response.status(202).setHeader("x-a", "1").setCookie("c", "1").success("chained"),
  "chain-after": (response) => response.success("chained").setCookie("c", "1").setHeader("x-a", "1").status(202),
  "chain-mixed": (response) => response.setCookie("c", "1").success("chained").status(202).setHeader("X-A", "1"),
  "draft": (response) => response.status(202).setHeader("x-a", "1"),
  "two-cookies": (response) => response.success().setCookie("one", "1").setCookie("two", "2"),
  "same-cookie": (response) => response.success().setCookie("one", "1").setCookie("one", "2"),
  "cookie-ends": (response) => response.success().deleteCookie("ended", { path: "/app", domain: "example.com" }),
  "cookie-injects": (response) => response.success().setCookie("a", "b", { path: "/;Domain=evil.example" }),
  "cookie-name": (response) => response.success().setCookie("a;b", "c"),
  "cookie-control": (response) => response.success().setCookie("a\r\nb", "c"),
  "cookie-host": (response) => response.success().setCookie("__Host-a", "b"),
  "cookie-host-path": (response) => response.success().setCookie("__Host-a", "b", { secure: true, path: "/x" }),
  "cookie-host-good": (response) => response.success().setCookie("__Host-a", "b", { secure: true }),
  "cookie-secure": (response) => response.success().setCookie("__Secure-a", "b"),
  "header-injects": (response) => response.success().setHeader("x-a", "b\r\nx-evil: 1"),
  "two-independent"(response) {
    const first = response.success("first").setHeader("x-first", "1").setCookie("first", "1").status(201);
    const second = response.success("second").setHeader("x-second", "1");
    void first.setHeader("x-third", "1");
    return second;
  },
  "two-begun"(response) {
    const begun = response.setHeader("x-begun", "1");
    void begun.setHeader("x-other", "1").status(202);
    return begun.success("second");
  },
  "object": () => ({ plain: true }),
  "string": () => "text",
  "zero": () => 0,
  "false": () => false,
  "null": () => null,
  "undefined": () => undefined,
  "array": () => [1, 2],
  "promise": () => Promise.resolve("later"),
  "response": () =>
    new Response("untouched", {
      status: 203,
      statusText: "Mine",
      headers: [["content-type", "text/x-own"], ["x-own", "1"], ["set-cookie", "own=1"], ["x-list", "own"]],
    }),
  "response-immutable": () => Response.redirect("https://example.com/z", 303),
  "response-null": () => new Response(null, { status: 204 }),
  "response-used": async () => {
    const response = new Response("used");
    await response.text();
    return response;
  },
  "shared"() {
    const shared = { deep: { list: [1] } };
    return { a: shared, b: shared, list: [shared.deep, shared.deep] };
  },
  "cycle"(response) {
    const cycle: Record<string, unknown> = { secret: "in the cycle" };
    cycle["itself"] = { cycle };
    return response.success(cycle).setHeader("x-own", "1");
  },
  "unwritable": (response) =>
    response.success({
      toJSON() {
        throw new Error("secret of toJSON");
      },
    }),
  "rich": (response) => response.success(richValue()),
  "rich-error": (response) => response.badRequest("rich", richValue()),
  "throws": () => {
    throw new Error("secret");
  },
  "throws-igniter": () => {
    throw new IgniterError("ERR_NOT_FOUND", { message: "No user", data: { id: 7 }, cause: new Error("secret") });
  },
  "throws-own": () => {
    throw new IgniterError("ERR_QUOTA", { status: 402, message: "Pay" });
  },
  "throws-unavailable": () => {
    throw new IgniterError("ERR_UNAVAILABLE", { message: "Later" });
  },
  "throws-string": () => {
    throw "secret";
  },
  "throws-undefined": () => {
    throw undefined;
  },
  "throws-reply": (response) => {
    throw response.forbidden("thrown");
  },
  "throws-response": () => {
    throw new Response("thrown", { status: 409 });
  },
  "throws-schema": () => z.object({ secret: z.number() }).parse({ secret: "x" }),
  "rejects": () => Promise.reject(new Error("secret")),
};

async function* counting(to: number): AsyncGenerator<{ readonly n: number }> {
  for (let n = 1; n <= to; n++) yield await Promise.resolve({ n });
}

async function* failing(): AsyncGenerator<string> {
  yield await Promise.resolve("before");
  throw new Error("secret");
}

/** The span that is active where this is read, for the tests' telemetry. */
export const activeSpan: AsyncLocalStorage<string> = new AsyncLocalStorage();

/** Gives each request a span named by its `x-who` header. */
const telemetry: Telemetry = {
  span: (_name, { parent }, work) => {
    const span = { setName() {}, setAttributes() {}, recordError() {} };
    return activeSpan.run(parent?.get("x-who") ?? "nobody", () => work(span));
  },
  inject() {},
};

/** Lets others run, as often and as deep as a request's `x-turns` header says: `m` is a microtask, `t` a task. */
export async function takeTurns(request: Request | { readonly headers: Headers }): Promise<void> {
  for (const kind of request.headers.get("x-turns") ?? "") {
    await (kind === "m" ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, 0)));
  }
}

/** Makes an application. */
// deno-lint-ignore explicit-function-return-type explicit-module-boundary-types -- the router's type is what tests infer
export function createApp(options: AppOptions = {}) {
  const notes: Notes = { logged: [], ran: [], aborted: [] };
  const { ran } = notes;

  const probe = createIgniterPlugin({
    name: "probe",
    actions: {
      who: createIgniterPluginAction({ handler: ({ self }) => self.context["who"] }),
      refuse: createIgniterPluginAction({
        handler: () => {
          throw new IgniterError("ERR_FORBIDDEN", { message: "The action refuses" });
        },
      }),
    },
    controllers: {
      who: {
        path: "/who",
        handler: async ({ self, request }) => {
          await takeTurns(request);
          return { who: await self.actions.who() };
        },
      },
      refuse: {
        path: "/refuse",
        handler: () => {
          throw new IgniterError("ERR_CONFLICT", { message: "The route refuses" });
        },
      },
    },
    context: async ({ request }) => {
      await takeTurns(request);
      if (request.headers.has("x-refuse-plugin")) throw new IgniterError("ERR_RATE_LIMITED");
      return { seenByPlugin: request.headers.get("x-who") };
    },
  });

  const igniter = Igniter
    .context(async (request) => {
      await takeTurns(request);
      const how = request.headers.get("x-context");
      if (how === "throws") throw new Error("secret of the context");
      if (how === "refuses") throw new IgniterError("ERR_UNAUTHORIZED", { message: "No tenant", data: { tenant: 1 } });
      return { who: request.headers.get("x-who") };
    })
    .config({
      cookieSecrets: SECRETS,
      development: options.development,
      timeout: options.timeout,
      bodyLimit: options.bodyLimit,
    })
    .logger(options.logger ?? collect(notes.logged))
    .telemetry(telemetry)
    .plugin(probe)
    .use({
      handler: (_options, { request, response }) => {
        const mark = request.headers.get("x-mark");
        if (mark === null) return;
        response.headers.set("x-mark", mark);
        response.headers.append("x-list", "one");
        response.headers.append("x-list", "two");
        request.cookies.set("mark", mark);
        request.cookies.set("mark", `${mark} é;`);
        request.cookies.delete("gone", { path: "/app" });
      },
    })
    .create();

  // --- procedures

  const trace = igniter.procedure({
    handler: (name: string) => {
      ran.push(name);
    },
  });
  const wrap = igniter.procedure({
    handler: async (name: string, { next }) => {
      ran.push(`${name} in`);
      const reply = await next();
      ran.push(`${name} out`);
      return reply.setHeader(`x-${name}`, "wrapped");
    },
  });
  const rescue = igniter.procedure({
    handler: async (_options: {}, { next, response }) => {
      try {
        return await next();
      } catch (error) {
        return response.success({ rescued: (error as Error).message });
      }
    },
  });
  const add = igniter.procedure({ handler: (_options: {}, { next }) => next({ added: "by next" }) });
  const provide = igniter.procedure({ handler: (value: string) => ({ provided: value }) });
  const refuse = igniter.procedure({
    handler: (_options: {}, { response }) => {
      ran.push("refuse");
      return response.unauthorized("Who are you?");
    },
  });
  const fail = igniter.procedure({
    handler: (how: string, { next, response }) => {
      switch (how) {
        case "throws":
          throw new Error("secret of the procedure");
        case "throws-igniter":
          throw new IgniterError("ERR_FORBIDDEN", { message: "The procedure refuses" });
        case "next-error":
          return next(new Error("secret of next"));
        case "next-igniter":
          return next(new IgniterError("ERR_CONFLICT", { message: "next refuses", data: { at: 1 } }));
        case "next-dropped":
          void next(new IgniterError("ERR_CONFLICT", { message: "next was dropped" }));
          return;
        case "next-ignored":
          void next(new IgniterError("ERR_CONFLICT", { message: "next was ignored" }));
          return response.success("all is well");
        case "next-twice":
          return next().then(() => next());
        case "response":
          return new Response("from a procedure", { status: 418 });
        default:
          throw new TypeError(`Cannot fail in the way "${how}"`);
      }
    },
  });
  const peek = igniter.procedure({
    handler: (_options: {}, { request }) => ({
      peeked: { query: request.query, params: request.params, body: request.body, used: request.raw.bodyUsed },
    }),
  });
  const drain = igniter.procedure({
    handler: async (_options: {}, { request }) => ({ drained: await request.raw.text() }),
  });

  // --- inputs

  const Typed = z.object({
    page: z.number().default(1),
    n: z.number().optional(),
    flag: z.boolean().optional(),
    tag: z.array(z.string()).optional(),
    ids: z.array(z.number()).optional(),
    text: z.string().optional(),
    either: z.union([z.string(), z.number()]).optional(),
    when: z.date().optional(),
    big: z.bigint().optional(),
    filter: z.object({ name: z.string(), min: z.number() }).partial().optional(),
  });
  const inputs = igniter.controller({
    path: "/inputs",
    actions: {
      typed: igniter.query({
        path: "/typed",
        query: Typed,
        handler: ({ query, request, response }) => response.json({ query: show(query), same: request.query === query }),
      }),
      transformed: igniter.query({
        path: "/transformed/:id",
        params: z.object({ id: z.string().transform(Number) }),
        query: z.object({ csv: z.string().transform((text) => text.split(",")) }),
        handler: ({ query, params }) => ({ query, params }),
      }),
      portable: igniter.query({ path: "/portable", query: portable, handler: ({ query }) => query }),
      bare: igniter.query({ path: "/bare", query: bare, handler: ({ query }) => query }),
      raw: igniter.query({
        path: "/raw",
        handler: ({ query, headers, request }) => ({
          query,
          cookies: request.cookies.getAll(),
          who: headers["x-who"],
          header: request.headers.get("x-who"),
          method: request.method,
          path: request.path,
        }),
      }),
      headers: igniter.query({
        path: "/headers",
        headers: z.object({ "x-count": z.number(), "x-flag": z.boolean().default(false) }),
        handler: ({ headers }) => headers,
      }),
      everything: igniter.mutation({
        path: "/everything/:id",
        method: "PUT",
        params: z.object({ id: z.number() }),
        query: z.object({ page: z.number() }),
        headers: z.object({ "x-count": z.number() }),
        body: z.object({ name: z.string().min(2) }),
        handler: ({ params, query, headers, body }) => ({ params, query, headers, body }),
      }),
      any: igniter.mutation({
        path: "/any",
        handler: ({ body }) => ({
          body: body instanceof File ? { file: body.type, size: body.size } : body,
          is: typeof body,
        }),
      }),
      user: igniter.mutation({
        path: "/user",
        body: z.object({ name: z.string().min(2), age: z.number().optional() }),
        handler: ({ body, request, response }) => {
          ran.push("user");
          return response.created({ body, same: request.body === body });
        },
      }),
      loose: igniter.mutation({
        path: "/loose",
        body: z.looseObject({ items: z.record(z.string(), z.unknown()).optional() }),
        handler: ({ body }) => ({ body, polluted: ({} as { readonly polluted?: unknown }).polluted ?? null }),
      }),
      text: igniter.mutation({ path: "/text", body: z.string().min(2), handler: ({ body }) => body }),
      scalar: igniter.mutation({
        path: "/scalar",
        body: z.union([z.number(), z.boolean()]),
        handler: ({ body }) => body,
      }),
      form: igniter.mutation({
        path: "/form",
        body: z.object({
          name: z.string(),
          tags: z.array(z.string()).default([]),
          age: z.number().optional(),
          address: z.object({ city: z.string() }).optional(),
        }),
        handler: ({ body }) => body,
      }),
      upload: igniter.mutation({
        path: "/upload",
        bodyLimit: 4096,
        body: z.object({
          title: z.string(),
          cover: z.file().max(1024).mime("image/png").optional(),
          pages: z.array(z.file()).default([]),
        }),
        handler: async ({ body }) => ({
          title: body.title,
          cover: body.cover === undefined ? null : await describe(body.cover),
          pages: await Promise.all(body.pages.map(describe)),
        }),
      }),
      small: igniter.mutation({ path: "/small", bodyLimit: 16, handler: ({ body }) => body }),
      webhook: igniter.mutation({
        path: "/webhook",
        rawBody: true,
        bodyLimit: 64,
        handler: ({ request, body }) => ({ raw: [...request.rawBody ?? []], body }),
      }),
      guarded: igniter.mutation({
        path: "/guarded/:id",
        use: [refuse],
        params: z.object({ id: z.number() }),
        query: z.object({ page: z.number() }),
        body: z.object({ name: z.string() }),
        handler: () => ran.push("handler"),
      }),
      peeked: igniter.mutation({
        path: "/peeked/:id",
        use: [peek],
        params: z.object({ id: z.number() }),
        query: z.object({ page: z.number() }),
        body: z.object({ name: z.string() }),
        handler: ({ context, params, query, body }) => ({ peeked: context.peeked, params, query, body }),
      }),
      drained: igniter.mutation({
        path: "/drained",
        use: [drain],
        body: z.object({ name: z.string() }),
        handler: ({ body, response }) => response.success(body),
      }),
      rich: igniter.mutation({
        path: "/rich",
        body: z.object({ at: z.date(), big: z.bigint(), tags: z.set(z.string()) }),
        handler: ({ body, response }) => response.success({ ...body, year: body.at.getUTCFullYear() }),
      }),
      richQuery: igniter.query({
        path: "/rich-query",
        query: z.object({ at: z.date(), tags: z.set(z.string()).optional() }),
        handler: ({ query }) => ({ year: query.at.getUTCFullYear(), tags: [...query.tags ?? []] }),
      }),
    },
  });

  // --- paths

  const Verb = (method: "POST" | "PUT" | "PATCH" | "DELETE") =>
    igniter.mutation({ path: "/verbs", method, handler: ({ request }) => ({ verb: request.method }) });
  const paths = igniter.controller({
    path: "/paths",
    actions: {
      root: igniter.query({ handler: () => "root" }),
      one: igniter.query({ path: "/one/:id", handler: ({ params }) => params.id }),
      fixed: igniter.query({ path: "/one/fixed", handler: () => "the fixed one" }),
      pair: igniter.query({ path: "/pair/:a/with/:b", handler: ({ params }) => [params.a, params.b] }),
      optional: igniter.query({ path: "/optional/:id?", handler: ({ params }) => params.id ?? "absent" }),
      rest: igniter.query({ path: "/rest/*", handler: ({ params }) => params["*"] }),
      number: igniter.query({
        path: "/number/:n",
        params: z.object({ n: z.number().int() }),
        handler: ({ params }) => params.n,
      }),
      get: igniter.query({ path: "/verbs", handler: ({ request }) => ({ verb: request.method }) }),
      post: Verb("POST"),
      put: Verb("PUT"),
      patch: Verb("PATCH"),
      remove: Verb("DELETE"),
    },
  });
  const team = igniter.controller({
    path: "/teams/:team",
    actions: {
      member: igniter.query({
        path: "/members/:id",
        params: z.object({ team: z.string(), id: z.number() }),
        handler: ({ params }) => params,
      }),
    },
  });

  // --- replies

  const replies = igniter.controller({
    path: "/replies",
    actions: {
      get: igniter.query({
        path: "/:name",
        handler: ({ params, response }) => (REPLIES[params.name] as (typeof REPLIES)[string])(response),
      }),
      post: igniter.mutation({
        path: "/:name",
        body: z.object({ name: z.string() }),
        handler: ({ params, response }) => (REPLIES[params.name] as (typeof REPLIES)[string])(response),
      }),
      live: igniter.query({ path: "/live/stream", stream: true, handler: ({ response }) => response.success("open") }),
      output: igniter.query({
        path: "/output/:how",
        output: z.object({ id: z.number(), nested: z.object({ kept: z.string() }) }),
        handler: ({ params, response }) => {
          const data = { id: 1, password: "secret", nested: { kept: "yes", dropped: "secret" } };
          if (params.how === "misfit") return { id: "secret" as never, nested: { kept: "yes" } };
          return params.how === "plain" ? data : response.created(data).setHeader("x-own", "1");
        },
      }),
      parsed: igniter.query({
        path: "/output/transform/date",
        output: z.object({ at: z.date().transform((at) => at.getUTCFullYear()) }),
        handler: () => ({ at: new Date(0) }),
      }),
      declared: igniter.query({
        path: "/declared/:how",
        errors: {
          ERR_QUOTA: { status: 402, message: "Pay first", data: z.object({ left: z.number() }) },
          ERR_PLAIN: { status: 451 },
        },
        handler: ({ params }) => {
          if (params.how === "misfit") throw new IgniterError("ERR_QUOTA", { data: { left: "secret" } });
          if (params.how === "plain") throw new IgniterError("ERR_PLAIN", { message: "Own words" });
          throw new IgniterError("ERR_QUOTA", { data: { left: 3, secret: "stripped" } });
        },
      }),
      code: igniter.query({
        path: "/code/:code",
        handler: ({ params }) => {
          throw new IgniterError(params.code);
        },
      }),
    },
  });
  const cookies = igniter.controller({
    path: "/cookies",
    actions: {
      read: igniter.query({ path: "/read", handler: ({ request }) => request.cookies.getAll() }),
      write: igniter.mutation({
        path: "/write",
        body: z.object({ name: z.string(), value: z.string() }),
        handler: ({ request, body }) => {
          request.cookies.set(body.name, body.value, { httpOnly: true });
          return request.cookies.get(body.name);
        },
      }),
      remove: igniter.mutation({
        path: "/remove",
        handler: ({ request }) => {
          request.cookies.delete("session", { path: "/app", domain: "example.com" });
          return request.cookies.get("session") ?? null;
        },
      }),
      sign: igniter.mutation({
        path: "/sign",
        body: z.object({ name: z.string(), value: z.string() }),
        handler: async ({ request, body, response }) => {
          await request.cookies.setSigned(body.name, body.value);
          return response.noContent();
        },
      }),
      verify: igniter.query({
        path: "/verify/:name",
        handler: async ({ request, params }) => await request.cookies.getSigned(params.name) ?? null,
      }),
    },
  });

  // --- flow

  const once = trace("once");
  const flow = igniter.controller({
    path: "/flow",
    actions: {
      order: igniter.query({
        path: "/order",
        use: [trace("a"), wrap("outer"), trace("b"), wrap("inner"), trace("c")],
        handler: () => {
          ran.push("handler");
          return "done";
        },
      }),
      once: igniter.query({ path: "/once", use: [once, trace("other"), once], handler: () => null }),
      context: igniter.query({
        path: "/context",
        use: [add, provide("by return")],
        handler: ({ context }) => ({ added: context.added, provided: context.provided, who: context.who }),
      }),
      rescued: igniter.query({
        path: "/rescued",
        use: [rescue],
        handler: () => {
          throw new Error("caught by the procedure");
        },
      }),
      wrapped: igniter.query({
        path: "/wrapped/:name",
        use: [wrap("outer")],
        handler: ({ params, response }) => (REPLIES[params.name] as (typeof REPLIES)[string])(response),
      }),
      pluginRefuses: igniter.query({ path: "/plugin-refuses", handler: ({ plugins }) => plugins.probe.refuse() }),
      throws: igniter.query({ path: "/throws", use: [fail("throws")], handler: () => null }),
      throwsIgniter: igniter.query({ path: "/throws-igniter", use: [fail("throws-igniter")], handler: () => null }),
      nextError: igniter.query({ path: "/next-error", use: [fail("next-error")], handler: () => ran.push("handler") }),
      nextIgniter: igniter.query({
        path: "/next-igniter",
        use: [fail("next-igniter")],
        handler: () => ran.push("handler"),
      }),
      nextDropped: igniter.query({
        path: "/next-dropped",
        use: [fail("next-dropped")],
        handler: () => ran.push("handler"),
      }),
      nextIgnored: igniter.query({
        path: "/next-ignored",
        use: [fail("next-ignored")],
        handler: () => ran.push("handler"),
      }),
      nextTwice: igniter.query({ path: "/next-twice", use: [fail("next-twice")], handler: () => ran.push("handler") }),
      response: igniter.query({ path: "/response", use: [fail("response")], handler: () => ran.push("handler") }),
    },
  });

  // --- identity and time

  const late = igniter.procedure({
    handler: async (_options: {}, { request }) => {
      await takeTurns(request);
      return { seenByProcedure: request.headers.get("x-who") };
    },
  });
  const identity = igniter.controller({
    path: "/identity",
    actions: {
      who: igniter.mutation({
        path: "/who/:who",
        use: [late],
        body: z.object({ who: z.string() }),
        handler: async ({ context, request, response, params, query, body, plugins }) => {
          await takeTurns(request);
          request.cookies.set("who", String(context.who));
          await takeTurns(request);
          response.headers.set("x-answers", String(request.headers.get("x-who")));
          return {
            context: context.who,
            procedure: context.seenByProcedure,
            plugin: context.seenByPlugin,
            self: await plugins.probe.who(),
            header: request.headers.get("x-who"),
            cookie: request.cookies.get("name"),
            params: params.who,
            query: query["who"],
            body: body.who,
            span: activeSpan.getStore(),
          };
        },
      }),
    },
  });
  const time = igniter.controller({
    path: "/time",
    actions: {
      waits: igniter.query({
        path: "/waits",
        timeout: 0,
        handler: async ({ request }) => {
          ran.push("waits");
          await abortOf(request.signal, notes);
          return "aborted";
        },
      }),
      expires: igniter.query({
        path: "/expires",
        timeout: 20,
        handler: async ({ request }) => {
          await abortOf(request.signal, notes);
          throw new Error("too late to matter");
        },
      }),
      deaf: igniter.query({ path: "/deaf", timeout: 20, handler: () => new Promise<string>(() => {}) }),
      reads: igniter.mutation({ path: "/reads", timeout: 20, handler: () => ran.push("handler") }),
      quick: igniter.query({
        path: "/quick",
        timeout: 10_000,
        handler: ({ request }) => ({ aborted: request.signal.aborted }),
      }),
      inherited: igniter.query({ path: "/inherited", handler: () => new Promise<string>(() => {}) }),
    },
  });

  const router = igniter.router({
    controllers: { inputs, paths, team, replies, cookies, flow, identity, time },
  });
  return { router, igniter, ...notes };
}

/** An application under test. */
export type App = ReturnType<typeof createApp>;

function collect(logged: Logged[]): Logger {
  const at = (level: string) => (message: string, fields: LogFields = {}): void => {
    logged.push({ level, message, fields });
  };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

async function abortOf(signal: AbortSignal, { aborted }: Notes): Promise<void> {
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  aborted.push(signal.reason);
}

async function describe(file: File): Promise<{ readonly name: string; readonly type: string; readonly text: string }> {
  return { name: file.name, type: file.type, text: await file.text() };
}

/** Each value with its type, so that `2` and `"2"` differ in JSON's eyes as in ours. */
function show(values: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      value instanceof Date ? `date ${value.toISOString()}` : typeof value === "bigint" ? `bigint ${value}` : value,
    ]),
  );
}

/**
 * The README's `.telemetry(telemetry)`: R51 as far as a request goes.
 *
 * @module
 */
import { Igniter, IgniterError } from "@igniter-js/core";
import { send } from "@igniter-js/core/testing";
import { assertEquals, assertStrictEquals } from "@std/assert";
import { z } from "zod";
import { createRecordingTelemetry, type RecordedSpan } from "./telemetry.ts";
import { logger } from "./src/services/logger.ts";

function createApp() {
  const telemetry = createRecordingTelemetry();
  const igniter = Igniter.context(() => ({})).logger(logger).telemetry(telemetry).create();
  const refuse = igniter.procedure({ handler: (_options, { response }) => response.unauthorized() });
  const router = igniter.router({
    controllers: {
      users: igniter.controller({
        path: "/users",
        actions: {
          byId: igniter.query({ path: "/:id", handler: ({ params }) => params.id }),
          refused: igniter.query({ path: "/refused/:id", use: [refuse], handler: () => 1 }),
          raw: igniter.query({ path: "/raw/:id", handler: () => new Response("raw") }),
          thrown: igniter.query({
            path: "/thrown/:id",
            handler: () => {
              throw new Error("secret");
            },
          }),
          known: igniter.query({
            path: "/known/:id",
            handler: () => {
              throw new IgniterError("ERR_CONFLICT");
            },
          }),
          slow: igniter.query({
            path: "/slow/:id",
            timeout: 1,
            handler: ({ request }) =>
              new Promise((_, reject) => request.signal.addEventListener("abort", () => reject(request.signal.reason))),
          }),
          cycle: igniter.query({
            path: "/cycle/:id",
            handler: () => {
              const value: Record<string, unknown> = {};
              value["self"] = value;
              return value;
            },
          }),
          create: igniter.mutation({ body: z.object({ name: z.string() }), handler: ({ body }) => body.name }),
          nested: igniter.query({
            path: "/nested/:id",
            handler: async ({ params }) => {
              const inner = await igniter.telemetry.span("load", { attributes: { id: params.id } }, async () => {
                await Promise.resolve();
                const carrier = new Headers();
                igniter.telemetry.inject(carrier);
                return carrier.get("traceparent");
              });
              return { inner };
            },
          }),
        },
      }),
    },
  });
  return { telemetry, router, igniter };
}

const pick = ({ name, kind, attributes, ends }: RecordedSpan) => ({ name, kind, attributes, ends });

Deno.test("R51 every exit of a request ends one span, which has the route's pattern and the status", async () => {
  const exits = [
    ["GET /users/1", "/users/:id", "users.byId", 200, 0],
    ["GET /users/refused/1", "/users/refused/:id", "users.refused", 401, 0],
    ["GET /users/raw/1", "/users/raw/:id", "users.raw", 200, 0],
    ["GET /users/thrown/1", "/users/thrown/:id", "users.thrown", 500, 1],
    ["GET /users/known/1", "/users/known/:id", "users.known", 409, 0],
    ["GET /users/slow/1", "/users/slow/:id", "users.slow", 504, 1],
    ["GET /users/cycle/1", "/users/cycle/:id", "users.cycle", 500, 1],
    ["POST /users", "/users", "users.create", 400, 0],
  ] as const;
  for (const [target, route, action, status, errors] of exits) {
    const { telemetry, router } = createApp();
    await send(router, target);
    const [method, path] = target.split(" ") as [string, string];
    assertEquals(telemetry.spans.map(pick), [{
      name: `${method} /api/v1${route}`,
      kind: "server",
      attributes: {
        "http.request.method": method,
        "url.path": `/api/v1${path}`,
        "http.route": `/api/v1${route}`,
        "igniter.action": action,
        "http.response.status_code": status,
      },
      ends: 1,
    }], target);
    assertEquals(telemetry.spans[0]?.errors.length, errors, target);
  }
});

Deno.test("R51 a request that no route answers has a span without a route", async () => {
  for (
    const [target, status] of [["GET /nowhere", 404], ["DELETE /users/1", 405], ["OPTIONS /users/1", 204]] as const
  ) {
    const { telemetry, router } = createApp();
    await send(router, target);
    const [method, path] = target.split(" ") as [string, string];
    assertEquals(telemetry.spans.map(pick), [{
      name: method,
      kind: "server",
      attributes: {
        "http.request.method": method,
        "url.path": `/api/v1${path}`,
        "http.response.status_code": status,
      },
      ends: 1,
    }]);
  }
});

Deno.test("R51 the span records what was thrown, itself", async () => {
  const { telemetry, router } = createApp();
  await send(router, "GET /users/thrown/1");
  assertEquals(telemetry.spans[0]?.errors.map(String), ["Error: secret"]);
});

Deno.test("R51 a remote parent is passed on", async () => {
  const { telemetry, router } = createApp();
  const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  await send(router, "GET /users/1", { headers: { traceparent } });
  assertEquals(telemetry.spans[0]?.traceparent, traceparent);
});

Deno.test("R51 R12 spans of a hundred interleaved requests nest each in its own", async () => {
  const { telemetry, router } = createApp();
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, index) => send(router, `GET /users/nested/${index}`)),
  );
  assertEquals(telemetry.spans.length, 200);
  assertEquals(telemetry.spans.every(({ ends }) => ends === 1), true);
  const byId = new Map(telemetry.spans.map((span) => [span.id, span]));
  for (const [index, { data }] of answers.entries()) {
    const inner = byId.get((data as { inner: string }).inner);
    assertEquals([inner?.name, inner?.attributes["id"]], ["load", String(index)]);
    assertEquals(byId.get(inner?.parent ?? "")?.attributes["url.path"], `/api/v1/users/nested/${index}`);
  }
});

Deno.test("R51 a call in process has a span named by its key, inside of the caller's", async () => {
  const { telemetry, router } = createApp();
  await telemetry.span("outer", {}, () => router.caller.users.byId.query({ params: { id: "1" } }));
  assertEquals(telemetry.spans.map(({ name, kind, parent, ends }) => [name, kind, parent, ends]), [
    ["outer", "internal", undefined, 1],
    ["users.byId", "internal", "span-1", 1],
  ]);
});

Deno.test("R51 router.close() sends what is buffered", async () => {
  const { telemetry, router, igniter } = createApp();
  assertStrictEquals(igniter.telemetry, telemetry);
  assertEquals(telemetry.closed, false);
  await router.close();
  assertEquals(telemetry.closed, true);
});

Deno.test("R51 a provider that throws or rejects costs no answer", async () => {
  const fail = () => new Error("no collector");
  for (
    const span of [() => Promise.reject(fail()) as never, () => {
      throw fail();
    }]
  ) {
    const igniter = Igniter.context(() => ({})).logger(logger).telemetry({ ...createRecordingTelemetry(), span })
      .create();
    const get = igniter.query({ handler: () => "here" });
    const router = igniter.router({ controllers: { x: igniter.controller({ path: "/x", actions: { get } }) } });
    assertEquals((await send(router, "GET /x")).data, "here");
    assertEquals((await send(router, "GET /nowhere")).status, 404);
  }
});

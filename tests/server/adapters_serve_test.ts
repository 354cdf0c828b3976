/** `serve()` on Deno. */

import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { serve } from "../../server/adapters/serve.ts";
import type { RunningServer, ServeOptions } from "../../server/adapters/serve.ts";
import type { WebRouter } from "../../server/adapters/web_router.ts";

const local: ServeOptions = { port: 0, hostname: "127.0.0.1", signals: false, onListen: () => {} };
const hello: WebRouter = { handler: () => Promise.resolve(new Response("hello")) };

/** A router of which each request waits until it is let go, or aborted. */
class Waiting implements WebRouter {
  readonly arrived: PromiseWithResolvers<void> = Promise.withResolvers<void>();
  readonly gate: PromiseWithResolvers<void> = Promise.withResolvers<void>();
  readonly aborted: PromiseWithResolvers<void> = Promise.withResolvers<void>();
  readonly handler = async (request: Request): Promise<Response> => {
    request.signal.addEventListener("abort", () => this.aborted.resolve());
    this.arrived.resolve();
    await Promise.race([this.gate.promise, this.aborted.promise]);
    return new Response("done");
  };
}

/** A router with one live stream, which `close()` ends. */
class Live implements WebRouter {
  closes = 0;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  readonly handler = (): Promise<Response> => {
    const start = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
      this.#controller = controller;
      controller.enqueue(new TextEncoder().encode("data: open\n\n"));
    };
    return Promise.resolve(new Response(new ReadableStream({ start })));
  };
  close(): Promise<void> {
    this.closes++;
    this.#controller?.close();
    return Promise.resolve();
  }
}

function refusesConnections(server: RunningServer): Promise<Error> {
  return assertRejects(async () => {
    (await Deno.connect({ hostname: "127.0.0.1", port: server.port })).close();
  }, Error);
}

/** Knocks until nobody opens any more. */
async function untilRefused(port: number): Promise<void> {
  for (;;) {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    } catch {
      return;
    }
  }
}

Deno.test("serve() answers, tells its address, and ends with `await using`", async () => {
  const heard: unknown[] = [];
  let ended: RunningServer;
  {
    await using server = serve(hello, { ...local, onListen: (address) => heard.push(address) });
    ended = server;
    assert(server.port > 0);
    assertEquals(server.url, `http://127.0.0.1:${server.port}`);
    assertEquals(heard, [{ url: server.url, port: server.port, hostname: "127.0.0.1" }]);
    assertEquals(await (await fetch(server.url)).text(), "hello");
  }
  await ended.finished;
  await refusesConnections(ended);
});

Deno.test("serve() on every interface gives an address that a browser can open", async () => {
  await using server = serve(hello, { ...local, hostname: "0.0.0.0" });
  assertEquals([server.hostname, server.url], ["0.0.0.0", `http://localhost:${server.port}`]);
});

Deno.test("serve() says that a port is in use", async () => {
  await using server = serve(hello, local);
  const error = assertThrows(() => serve(hello, { ...local, port: server.port }), Error);
  assertEquals(error.message, `Cannot listen on 127.0.0.1:${server.port}: the port is in use`);
});

Deno.test("serve() refuses a grace period that is none, and a signal that has aborted", () => {
  for (const gracePeriod of [-1, NaN]) assertThrows(() => serve(hello, { ...local, gracePeriod }), RangeError);
  assertThrows(() => serve(hello, { ...local, signal: AbortSignal.abort(new Error("over")) }), Error, "over");
});

Deno.test("serve() leaves nothing behind when onListen throws or a signal has no such name", async () => {
  let port = 0;
  const onListen = (address: { readonly port: number }): void => {
    port = address.port;
    throw new Error("no");
  };
  assertThrows(() => serve(hello, { ...local, signals: ["SIGINT", "SIGNONE"], onListen }), TypeError);
  assertEquals(port, 0, "it did not listen");
  assertThrows(() => serve(hello, { ...local, onListen }), Error, "no");
  await untilRefused(port);
});

/** Sends text as it is, and gives what comes back until the connection ends. */
async function converse(server: RunningServer, request: string): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  await connection.write(new TextEncoder().encode(request));
  return await new Response(connection.readable).text();
}

// Deno puts Host and target together as text: "Host: x/admin?" made GET /public a request to /admin.
Deno.test("serve() refuses a Host that is more than a host", async () => {
  const urls: string[] = [];
  await using server = serve({ handler: ({ url }) => (urls.push(url), new Response("hello")) }, local);
  const ask = (target: string, host: string, version = "1.1"): Promise<string> =>
    converse(server, `GET ${target} HTTP/${version}\r\n${host}Connection: close\r\n\r\n`);
  const hosts = [
    "x/api/v1/t/p/HOSTILE?",
    "x/y",
    "x/",
    "x?y",
    "x#y",
    "x\\y",
    "u@x",
    "x y",
    "x%2fy",
    "é",
    "x:99999",
    "/x",
  ];
  for (const host of hosts) {
    for (const target of ["/", "/public", "/api/v1/public?at=/x", "http://a.test/api/v1/public"]) {
      const heard = await ask(target, `Host: ${host}\r\n`);
      assertStringIncludes(heard, "HTTP/1.1 400 ", `${host} ${target}`);
      assertStringIncludes(heard, '"data":null,"error":{"code":"ERR_BAD_REQUEST"', `${host} ${target}`);
    }
  }
  assertStringIncludes(await ask("/a/b", "Host: x/y?\r\n", "1.0"), " 400 ");
  assertEquals(urls, []);

  for (const host of ["a.test", "a.test:8080", "[::1]:80", "127.0.0.1", "A_b-c.test."]) {
    assertStringIncludes(await ask("/a/b?c=d/e", `Host: ${host}\r\n`), "HTTP/1.1 200 ", host);
    assertEquals(urls.pop(), `http://${host}/a/b?c=d/e`);
  }
  assertStringIncludes(await ask("http://other.test/a/b", "Host: a.test\r\n"), "HTTP/1.1 200 ");
  assertEquals(urls.pop(), "http://other.test/a/b");
  for (const none of ["", "Host:\r\n"]) {
    assertStringIncludes(await ask("/a/b", none), "HTTP/1.1 200 ");
    assertStringIncludes(urls.pop() ?? "", `:${server.port}/a/b`);
  }
});

Deno.test("serve() masks what a handler throws", async () => {
  const printed: unknown[] = [];
  const print = console.error;
  console.error = (value) => printed.push((value as Error).message);
  try {
    await using server = serve({ handler: () => Promise.reject(new Error("secret")) }, local);
    const answer = await fetch(server.url);
    const error = { code: "ERR_INTERNAL", message: "Internal server error" };
    assertEquals([answer.status, await answer.json()], [500, { data: null, error }]);
  } finally {
    console.error = print;
  }
  assertEquals(printed, ["secret"]);
});

Deno.test("serve().shutdown() lets running requests finish and refuses new ones", async () => {
  const router = new Waiting();
  const server = serve(router, local);
  const running = fetch(server.url);
  await router.arrived.promise;
  const down = server.shutdown();
  assertStrictEquals(server.shutdown(), down);

  const refused = await fetch(server.url);
  assertEquals(refused.status, 503);
  assertEquals((await refused.json()).error.code, "ERR_UNAVAILABLE");

  router.gate.resolve();
  assertEquals(await (await running).text(), "done");
  await down;
  await server.finished;
  await refusesConnections(server);
});

Deno.test("serve().shutdown() closes the router once, which ends its live streams", async () => {
  const router = new Live();
  const server = serve(router, local);
  const stream = await fetch(server.url);
  await server.shutdown();
  assertEquals(await stream.text(), "data: open\n\n");
  assertEquals(router.closes, 1);
  await server.shutdown();
  assertEquals(router.closes, 1);
});

Deno.test("R13 serve().shutdown() aborts what runs on after the grace period", async () => {
  const router = new Waiting();
  const server = serve(router, { ...local, gracePeriod: 0 });
  const running = assertRejects(() => fetch(server.url));
  await router.arrived.promise;
  await server.shutdown();
  await router.aborted.promise;
  await running;
  await refusesConnections(server);
});

// The router's close() waits for requests until their clients are gone, which is when the cut has come.
Deno.test("serve().shutdown() ends in order when close() ends a little after the cut", async () => {
  const router = new Waiting();
  const ended: string[] = [];
  const close = async (): Promise<void> => {
    await router.aborted.promise;
    for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setTimeout(resolve));
    ended.push("close");
  };
  const server = serve({ handler: router.handler, close }, { ...local, gracePeriod: 0 });
  const running = assertRejects(() => fetch(server.url));
  await router.arrived.promise;
  await server.shutdown();
  assertEquals(ended, ["close"]);
  await running;
});

Deno.test("serve().shutdown() cuts a response that never ends after the grace period", async () => {
  const cancelled = Promise.withResolvers<void>();
  const endless = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new Uint8Array(1)),
    cancel: () => cancelled.resolve(),
  });
  const server = serve({ handler: () => Promise.resolve(new Response(endless)) }, { ...local, gracePeriod: 0 });
  const answer = await fetch(server.url);
  await server.shutdown();
  await cancelled.promise;
  await assertRejects(() => answer.text());
});

Deno.test("serve().shutdown() does not wait beyond the grace period for half a request", async () => {
  const server = serve(hello, { ...local, gracePeriod: 0 });
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  await connection.write(new TextEncoder().encode("GET / HTTP/1.1\r\nHost: a"));
  await server.shutdown();
  await server.finished;
});

Deno.test("serve().shutdown() ends the server and rejects when close() of the router fails", async () => {
  for (
    const close of [() => Promise.reject(new Error("stuck")), (): Promise<void> => {
      throw new Error("stuck");
    }]
  ) {
    const server = serve({ ...hello, close }, local);
    await assertRejects(() => server.shutdown(), Error, "stuck");
    await server.finished;
    await refusesConnections(server);
  }
});

Deno.test("serve().shutdown() says so when close() of the router does not end in time", async () => {
  const delays: (number | undefined)[] = [];
  const { setTimeout } = globalThis;
  globalThis.setTimeout = ((run: () => void, delay?: number) => {
    delays.push(delay);
    return setTimeout(run);
  }) as unknown as typeof setTimeout;
  try {
    const server = serve({ ...hello, close: () => new Promise<void>(() => {}) }, { ...local, gracePeriod: 70 });
    await assertRejects(
      () => server.shutdown(),
      Error,
      "close() has not ended within 70 ms, nor 1000 ms after the cut",
    );
    await refusesConnections(server);
    assertEquals(delays, [70, 1000]);
  } finally {
    globalThis.setTimeout = setTimeout;
  }
});

Deno.test("serve() shuts down when its signal aborts", async () => {
  const over = new AbortController();
  const router = new Live();
  const server = serve(router, { ...local, signal: over.signal });
  over.abort();
  await server.finished;
  assertEquals(router.closes, 1);
  await refusesConnections(server);
});

/** What a program never prints: to hear it out. */
const END = "\0";

/** Runs a program of its own, whose router answers "/" and waits for ever on any other path. */
async function start(): Promise<
  { readonly child: Deno.ChildProcess; readonly url: string; hear(until: string): Promise<string> }
> {
  const program = `
    import { serve } from ${JSON.stringify(new URL("../../server/adapters/serve.ts", import.meta.url).href)};
    const handler = (request) => {
      if (new URL(request.url).pathname === "/") return Promise.resolve(new Response("hello"));
      console.log("waiting");
      return new Promise(() => {});
    };
    const close = () => Promise.resolve(console.log("closing"));
    await serve({ handler, close }, { port: 0, hostname: "127.0.0.1" }).finished;
    console.log("finished");
  `;
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-lock",
      "--no-check",
      "--allow-net=127.0.0.1",
      `data:application/javascript,${encodeURIComponent(program)}`,
    ],
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let heard = "";
  const hear = async (until: string): Promise<string> => {
    while (!heard.includes(until)) {
      const { value, done } = await reader.read();
      if (done) return heard;
      heard += value;
    }
    return heard;
  };
  const url = /Listening on (\S+)/.exec(await hear("\n"))?.[1];
  assert(url !== undefined, heard);
  return { child, url, hear };
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test({
    name: `serve() ends in order on ${signal}`,
    ignore: Deno.build.os === "windows",
    async fn(): Promise<void> {
      const { child, url, hear } = await start();
      assertEquals(await (await fetch(url)).text(), "hello");
      child.kill(signal);
      assertEquals((await child.status).code, 0);
      assertStringIncludes(await hear(END), "closing\nfinished\n");
    },
  });
}

Deno.test({
  name: "serve() ends at once on a second SIGINT",
  ignore: Deno.build.os === "windows",
  async fn(): Promise<void> {
    const { child, url, hear } = await start();
    const running = assertRejects(() => fetch(`${url}/waits`));
    await hear("waiting");
    child.kill("SIGINT");
    await hear("closing");
    child.kill("SIGINT");
    assertEquals((await child.status).code, 130);
    await running;
    assertEquals((await hear(END)).includes("finished"), false);
  },
});

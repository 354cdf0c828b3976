/** `nodeAdapter` and `expressAdapter` on real servers: Deno's `node:http`, Node itself, Express. */

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { createServer as createHttpServer } from "node:http";
import express from "npm:express@^5";
import { expressAdapter, nodeAdapter } from "../../server/adapters/mod.ts";
import type { WebRouter } from "../../server/adapters/mod.ts";

/**
 * A router that shows what the adapter does to it. It is written without a name from outside, because its source is
 * sent to Node. `/until` answers once a counter has arrived, so that nobody has to sleep.
 */
function createProbe(): WebRouter {
  const counts: Record<string, number> = { aborted: 0, cancelled: 0, pulled: 0, received: 0, broken: 0 };
  let watchers: (() => void)[] = [];
  const gate = { open: (): void => {}, opened: Promise.resolve() };
  const count = (name: string, by = 1): void => {
    counts[name] = (counts[name] ?? 0) + by;
    for (const watch of watchers) watch();
  };
  const text = (line: string): Uint8Array => new TextEncoder().encode(line);
  const lock = (): void => {
    gate.opened = new Promise((resolve) => gate.open = resolve);
  };

  async function read(request: Request): Promise<number> {
    let total = 0;
    for await (const chunk of request.body ?? []) {
      total += chunk.length;
      count("received", chunk.length);
    }
    return total;
  }

  async function answer(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const path = url.pathname;
    if (path === "/counts") return Response.json(counts);
    if (path === "/open") {
      gate.open();
      return new Response("opened");
    }
    if (path === "/until") {
      const [name, least] = [...url.searchParams][0] ?? ["", "0"];
      await new Promise<void>((resolve) => {
        const watch = (): void => {
          if ((counts[name] ?? 0) < Number(least)) return;
          watchers = watchers.filter((watcher) => watcher !== watch);
          resolve();
        };
        watchers.push(watch);
        watch();
      });
      return Response.json(counts);
    }
    if (path === "/upload") return Response.json({ bytes: await read(request) });
    if (path === "/held") {
      lock();
      const reader = (request.body as ReadableStream<Uint8Array>).getReader();
      let bytes = (await reader.read()).value?.length ?? 0;
      count("received", bytes);
      await gate.opened;
      for (let next = await reader.read(); !next.done; next = await reader.read()) {
        bytes += next.value.length;
        count("received", next.value.length);
      }
      return Response.json({ bytes });
    }
    if (path === "/broken-upload") {
      await read(request).catch((error) => count("broken", error instanceof Error ? 1 : 0));
      return new Response("too late");
    }
    if (path === "/refused") return new Response("too large", { status: 413 });
    if (path === "/peeked") {
      await request.body?.getReader().read();
      return new Response("enough");
    }
    if (path === "/streamed") {
      let part = 0;
      const stream = new ReadableStream<Uint8Array>({
        async pull(controller): Promise<void> {
          await new Promise((resolve) => setTimeout(resolve));
          if (part++ < 2) controller.enqueue(text(`part ${part}`));
          else controller.close();
        },
      }, { highWaterMark: 0 });
      return new Response(stream);
    }
    if (path === "/flood") {
      const stream = new ReadableStream<Uint8Array>({
        pull(controller): void {
          count("pulled");
          // Nobody shall wait for ever where backpressure fails.
          if (counts.pulled! % 4000 === 0) controller.close();
          else controller.enqueue(new Uint8Array(65536));
        },
        cancel(): void {
          count("cancelled");
        },
      }, { highWaterMark: 0 });
      return new Response(stream);
    }
    if (path === "/large") {
      let left = 512;
      const stream = new ReadableStream<Uint8Array>({
        pull(controller): void {
          if (left-- === 0) controller.close();
          else controller.enqueue(new Uint8Array(65536));
        },
      });
      return new Response(stream);
    }
    if (path === "/events" || path === "/silent") {
      lock();
      const opened = gate.opened;
      let sent = path === "/silent" ? 1 : 0;
      const stream = new ReadableStream<Uint8Array>({
        async pull(controller): Promise<void> {
          if (sent++ === 0) return controller.enqueue(text("data: one\n\n"));
          await opened;
          controller.enqueue(text("data: two\n\n"));
          controller.close();
        },
        cancel(): void {
          count("cancelled");
        },
      }, { highWaterMark: 0 });
      return new Response(stream, { headers: { "content-type": "text/event-stream" } });
    }
    if (path === "/waiting") {
      count("waiting");
      await new Promise((resolve) => request.signal.addEventListener("abort", resolve));
      count("aborted");
      return new Response("nobody is there");
    }
    if (path === "/head") {
      const headers = new Headers({ "x-one": "1", vary: "cookie" });
      headers.append("set-cookie", "a=1; Path=/");
      headers.append("set-cookie", "b=2; Expires=Wed, 21 Oct 2035 07:28:00 GMT");
      return new Response("made", { status: 201, statusText: "Made Up", headers });
    }
    if (path === "/empty") return new Response(null, { status: 204 });
    if (path === "/declared") {
      const { body, status, ...headers } = Object.fromEntries(url.searchParams);
      const init = { headers, status: Number(status ?? 200) };
      if (body === "none") return new Response(null, init);
      if (body === "whole") return new Response("0123456789", init);
      let part = 0;
      const stream = new ReadableStream<Uint8Array>({
        async pull(controller): Promise<void> {
          await new Promise((resolve) => setTimeout(resolve));
          if (part++ < 2) controller.enqueue(text(`part ${part}`));
          else controller.close();
        },
      }, { highWaterMark: 0 });
      return new Response(stream, init);
    }
    if (path === "/cut") {
      let first = true;
      return new Response(
        new ReadableStream<Uint8Array>({
          async pull(controller): Promise<void> {
            if (first) controller.enqueue(text("half"));
            else {
              await gate.opened;
              controller.error(new Error("secret"));
            }
            first = false;
          },
        }, { highWaterMark: 0 }),
      );
    }
    if (path === "/unreadable") {
      return new Response(new ReadableStream({ pull: () => Promise.reject(new Error("secret")) }));
    }
    if (path === "/objects") {
      const objects = new ReadableStream<unknown>({ start: (controller) => controller.enqueue({}) });
      return new Response(objects as ReadableStream<Uint8Array>);
    }
    if (path === "/throws") throw new Error("secret");
    if (path === "/lock") {
      lock();
      return new Response("locked");
    }
    const body = await request.text();
    return Response.json({ method: request.method, url: request.url, headers: [...request.headers], body });
  }
  return { handler: answer };
}

interface Host extends AsyncDisposable {
  readonly port: number;
  readonly origin: string;
}

interface HostKind {
  readonly name: string;
  readonly ignore?: boolean;
  start(): Promise<Host>;
}

interface Closable {
  listen(port: number, hostname: string, ready: () => void): unknown;
  close(closed: () => void): unknown;
  closeAllConnections?(): void;
  address(): unknown;
}

async function listen(server: Closable): Promise<Host> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose](): Promise<void> {
      const closed = new Promise<void>((resolve) => server.close(resolve));
      server.closeAllConnections?.();
      await closed;
    },
  };
}

const silent = { onError: (): void => {} };
const ADAPTERS = new URL("../../server/adapters/mod.ts", import.meta.url).href;

/** Bundles a program for Node and runs it until it is disposed. It prints its port when it listens. */
async function startNode(program: string): Promise<Host> {
  const folder = await Deno.makeTempDir({ prefix: "igniter-node-" });
  await Deno.writeTextFile(`${folder}/entry.ts`, program);
  const bundled = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--no-lock", "--platform", "deno", "--output", `${folder}/entry.mjs`, `${folder}/entry.ts`],
    stdout: "null",
    stderr: "piped",
  }).output();
  assert(bundled.success, new TextDecoder().decode(bundled.stderr));
  const child = new Deno.Command("node", {
    args: [`${folder}/entry.mjs`],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.getReader();
  let line = "";
  while (!line.includes("\n")) {
    const { value, done } = await reader.read();
    assert(!done, "Node ended before it listened");
    line += new TextDecoder().decode(value);
  }
  const port = Number(line);
  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose](): Promise<void> {
      child.kill("SIGKILL");
      await reader.cancel();
      await child.status;
      await Deno.remove(folder, { recursive: true });
    },
  };
}

function hasNode(): boolean {
  try {
    return new Deno.Command("node", { args: ["--version"], stdout: "null", stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

const noNode = !hasNode();

const HOSTS: readonly HostKind[] = [
  { name: "node:http of Deno", start: () => listen(createHttpServer(nodeAdapter(createProbe(), silent))) },
  {
    name: "Express 5",
    start(): Promise<Host> {
      const app = express();
      app.use(expressAdapter(createProbe(), silent));
      // deno-lint-ignore no-explicit-any -- the package has no types here
      app.use((_error: unknown, _request: unknown, response: any, _next: unknown) =>
        response.status(500).send("express")
      );
      return listen(createHttpServer(app));
    },
  },
  {
    name: "Node",
    ignore: noNode,
    start: () =>
      startNode(`
        import { createServer } from "node:http";
        import { nodeAdapter } from ${JSON.stringify(ADAPTERS)};
        const server = createServer(nodeAdapter((${createProbe})(), { onError() {} }));
        server.listen(0, "127.0.0.1", () => console.log(server.address().port));
      `),
  },
];

interface Echo {
  readonly method: string;
  readonly url: string;
  readonly headers: [string, string][];
  readonly body: string;
}

type Counts = Record<"aborted" | "cancelled" | "pulled" | "received" | "broken" | "waiting", number>;

async function json<T>(answer: Response | Promise<Response>): Promise<T> {
  return await (await answer).json();
}

/** Sends text as it is, and gives what comes back until the connection ends or `until` has come. */
async function converse(host: Host, request: string, until?: string): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: host.port });
  const bytes = new TextEncoder().encode(request);
  for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
  const decoder = new TextDecoder();
  let heard = "";
  const buffer = new Uint8Array(65536);
  for (;;) {
    const size = await connection.read(buffer);
    if (size === null) return heard;
    heard += decoder.decode(buffer.subarray(0, size), { stream: true });
    if (until !== undefined && heard.includes(until)) return heard;
  }
}

/** Asks until a number has not changed for fifty answers in a row: whatever moved it has stopped. */
async function standstill(read: () => Promise<number>): Promise<number> {
  let last = -1;
  let same = 0;
  for (let asked = 0; asked < 5000; asked++) {
    const now = await read();
    same = now === last ? same + 1 : 0;
    last = now;
    if (same === 50) return now;
  }
  throw new Error(`It still moves, at ${last}`);
}

const MIB = 1024 * 1024;

/** Uploads `size` bytes; `sent()` tells how many have been asked for. */
function upload(size: number): { readonly body: ReadableStream<Uint8Array<ArrayBuffer>>; sent(): number } {
  let sent = 0;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller): void {
      if (sent >= size) return controller.close();
      sent += 65536;
      controller.enqueue(new Uint8Array(65536));
    },
  }, { highWaterMark: 0 });
  return { body, sent: () => sent };
}

for (const kind of HOSTS) {
  // One server for all scenarios of a host: starting Node costs a bundle.
  Deno.test({
    name: `R7 R13 nodeAdapter() carries requests and responses faithfully on ${kind.name}`,
    ignore: kind.ignore ?? false,
    async fn(test): Promise<void> {
      await using host = await kind.start();
      const { origin } = host;
      const counts = (): Promise<Counts> => json(fetch(`${origin}/counts`));
      const until = (name: keyof Counts, least: number): Promise<Counts> =>
        json(fetch(`${origin}/until?${name}=${least}`, { signal: AbortSignal.timeout(10_000) }));
      const byExpress = kind.name.startsWith("Express");

      await test.step("method, address, headers and body reach the handler", async () => {
        const answer = await fetch(`${origin}/a%20b?x=1&x=2`, {
          method: "PATCH",
          headers: { "x-odd": "ä", "content-type": "text/plain", cookie: "a=1; b=2" },
          body: "héllo",
        });
        const echo = await json<Echo>(answer);
        assertEquals(echo.method, "PATCH");
        assertEquals(echo.url, `${origin}/a%20b?x=1&x=2`);
        assertEquals(echo.body, "héllo");
        const headers = new Headers(echo.headers);
        assertEquals(headers.get("x-odd"), "ä");
        assertEquals(headers.get("cookie"), "a=1; b=2");
      });

      await test.step("a body that is there at once has its length", async () => {
        const answer = await fetch(`${origin}/counts`);
        const body = await answer.text();
        assertEquals(answer.headers.get("content-length"), String(body.length));
      });

      // An upstream's length, passed on with a body that fetch() has unpacked, made the next answer part of this one.
      for (
        const [asked, length, sent] of [
          ["body=whole&content-length=3", 10, "0123456789"],
          ["body=whole&content-length=30", 10, "0123456789"],
          ["body=whole&content-length=3&transfer-encoding=identity", 10, "0123456789"],
          ["body=whole&trailer=x-sum&transfer-encoding=chunked", 10, "0123456789"],
          ["body=none&content-length=5", 0, ""],
          ["body=none&content-length=5&status=205", 0, ""],
          ["body=stream&content-length=12", 12, "part 1part 2"],
        ] as const
      ) {
        await test.step(`${asked} is sent with its true length, and the connection serves on`, async () => {
          const first = `GET /declared?${asked} HTTP/1.1\r\nHost: a.test\r\n\r\n`;
          const next = "GET /next HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n";
          const heard = await converse(host, first + next);
          const [head = "", rest = ""] = heard.split(/\r\n\r\n(.*)/s);
          assertStringIncludes(`${head.toLowerCase()}\r\n`, `\r\ncontent-length: ${length}\r\n`);
          assert(!/^(?:transfer-encoding|trailer):/im.test(head), head);
          assert(rest.startsWith(`${sent}HTTP/1.1 200 `), heard);
          assertStringIncludes(rest, '"url":"http://a.test/next"');
        });
      }

      await test.step("a stream that declares no length that is one has none", async () => {
        const answer = await fetch(`${origin}/declared?body=stream&content-length=12,%2012`);
        assertEquals(answer.headers.get("content-length"), null);
        assertEquals(await answer.text(), "part 1part 2");
      });

      for (const length of [9, 20]) {
        await test.step(`a stream of 12 bytes that declares ${length} is cut`, async () => {
          await assertRejects(async () => {
            await (await fetch(`${origin}/declared?body=stream&content-length=${length}`)).text();
          });
        });
      }

      await test.step("a stream that goes on after the length it declares ends the connection", async () => {
        using connection = await Deno.connect({ hostname: "127.0.0.1", port: host.port });
        const first = "GET /declared?body=stream&content-length=6 HTTP/1.1\r\nHost: a.test\r\n\r\n";
        await connection.write(new TextEncoder().encode(`${first}GET /next HTTP/1.1\r\nHost: a.test\r\n\r\n`));
        let heard = "";
        try {
          for await (const chunk of connection.readable) heard += new TextDecoder().decode(chunk);
        } catch (error) {
          assert(error instanceof Deno.errors.ConnectionReset, String(error));
        }
        assert(!heard.includes("part 2") && !heard.includes("/next"), heard);
      });

      await test.step("HEAD and 304 keep the length that is declared, 204 has none", async () => {
        const head = async (method: string, asked: string): Promise<string> => {
          const request = `${method} /declared?${asked} HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n`;
          return (await converse(host, request)).toLowerCase();
        };
        assertStringIncludes(await head("HEAD", "body=none&content-length=7"), "\r\ncontent-length: 7\r\n");
        assertStringIncludes(await head("HEAD", "body=whole&content-length=7"), "\r\ncontent-length: 7\r\n");
        assertStringIncludes(await head("GET", "body=none&content-length=7&status=304"), "\r\ncontent-length: 7\r\n");
        assert(!(await head("GET", "body=none&content-length=7&status=204")).includes("content-length"));
      });

      await test.step("status, reason and each Set-Cookie arrive", async () => {
        const heard = await converse(host, "GET /head HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n");
        assertStringIncludes(heard, "HTTP/1.1 201 Made Up\r\n");
        const answer = await fetch(`${origin}/head`);
        assertEquals(answer.headers.getSetCookie(), [
          "a=1; Path=/",
          "b=2; Expires=Wed, 21 Oct 2035 07:28:00 GMT",
        ]);
        assertEquals(answer.headers.get("x-one"), "1");
        assertEquals(await answer.text(), "made");
      });

      await test.step("HEAD and 204 have no body", async () => {
        const head = await converse(host, "HEAD /head HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n");
        assertStringIncludes(head, "x-one: 1");
        assert(head.endsWith("\r\n\r\n"), head);
        const empty = await converse(host, "GET /empty HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n");
        assertStringIncludes(empty, " 204 ");
        assert(empty.endsWith("\r\n\r\n"), empty);
      });

      await test.step("HEAD of a stream cancels the stream", async () => {
        const { cancelled } = await counts();
        await (await fetch(`${origin}/flood`, { method: "HEAD" })).body?.cancel();
        await until("cancelled", cancelled + 1);
      });

      await test.step("a target in absolute form names the host", async () => {
        const heard = await converse(
          host,
          "GET http://other.test:81/x?y=1 HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n",
        );
        assertStringIncludes(heard, '"url":"http://other.test:81/x?y=1"');
      });

      await test.step("a path of two slashes does not become a host", async () => {
        const heard = await converse(host, "GET //evil.test/x HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n");
        assertStringIncludes(heard, '"url":"http://a.test//evil.test/x"');
      });

      await test.step("X-Forwarded headers are not believed", async () => {
        const headers = { "x-forwarded-proto": "https", "x-forwarded-host": "evil.test" };
        assertEquals((await json<Echo>(fetch(`${origin}/x`, { headers }))).url, `${origin}/x`);
      });

      for (const name of ["a/b", "a.test?x", "user@a.test", "a b", "a.test:99999", "[::1", "256.256.256.256"]) {
        await test.step(`the host "${name}" is a bad request`, async () => {
          const heard = await converse(host, `GET /x HTTP/1.1\r\nHost: ${name}\r\nConnection: close\r\n\r\n`);
          assertStringIncludes(heard, "HTTP/1.1 400 ");
        });
      }

      for (
        const path of [
          "/x/../y",
          "/./y",
          "/x/..",
          "/x/%2e%2E/y",
          "/x/.%2e?z",
          "/x/%2E#y",
          "/x\\y",
          "/x\\..\\y",
          "http://a.test/../y",
        ]
      ) {
        await test.step(`the target ${path}, which a Request would change, is a bad request`, async () => {
          const heard = await converse(host, `GET ${path} HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n`);
          assertStringIncludes(heard, "HTTP/1.1 400 ");
        });
      }

      for (const path of ["/.well-known/x", "/x...", "/.../y", "/a.b/..c?d=/../e\\f"]) {
        await test.step(`the target ${path} arrives as it is`, async () => {
          const heard = await converse(host, `GET ${path} HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n`);
          assertStringIncludes(heard, `"url":${JSON.stringify(`http://a.test${path}`)}`);
        });
      }

      await test.step("a request without a host is one to localhost", async () => {
        const heard = await converse(host, "GET /x HTTP/1.0\r\n\r\n");
        assertStringIncludes(heard, '"url":"http://localhost/x"');
      });

      await test.step("TRACE is not allowed", async () => {
        const heard = await converse(host, "TRACE /x HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n");
        assertStringIncludes(heard, "HTTP/1.1 405 ");
        assertStringIncludes(heard.toLowerCase(), "\r\nallow: get, ");
      });

      await test.step("a response of 32 MiB arrives whole", async () => {
        assertEquals((await (await fetch(`${origin}/large`)).bytes()).length, 32 * MIB);
      });

      await test.step("a client that does not read stops the producer, and leaving cancels it", async () => {
        const before = await counts();
        const connection = await Deno.connect({ hostname: "127.0.0.1", port: host.port });
        await connection.write(new TextEncoder().encode("GET /flood HTTP/1.1\r\nHost: a.test\r\n\r\n"));
        await until("pulled", before.pulled + 1);
        const pulled = await standstill(async () => (await counts()).pulled) - before.pulled;
        assert(pulled < 400, `${pulled} pulls of 64 KiB`);
        connection.close();
        await until("cancelled", before.cancelled + 1);
      });

      await test.step("a client that leaves aborts request.signal", async () => {
        const before = await counts();
        const leaving = new AbortController();
        const answer = fetch(`${origin}/waiting`, { signal: leaving.signal });
        await until("waiting", (before.waiting ?? 0) + 1);
        leaving.abort();
        await assertRejects(() => answer);
        await until("aborted", before.aborted + 1);
      });

      await test.step("50 MiB go up as a stream", async () => {
        const { body } = upload(50 * MIB);
        assertEquals(await json(fetch(`${origin}/upload`, { method: "POST", body })), { bytes: 50 * MIB });
      });

      await test.step("a handler that does not read on holds the upload back", async () => {
        const before = await counts();
        const { body, sent } = upload(50 * MIB);
        const answer = json(fetch(`${origin}/held`, { method: "POST", body }));
        await until("received", before.received + 1);
        await standstill(async () => {
          await counts();
          return sent();
        });
        assert(sent() < 25 * MIB, `${sent()} bytes have been taken`);
        assert((await counts()).received - before.received <= 128 * 1024);
        await (await fetch(`${origin}/open`)).body?.cancel();
        assertEquals(await answer, { bytes: 50 * MIB });
      });

      await test.step("an upload that breaks off fails the handler's read", async () => {
        const before = await counts();
        const connection = await Deno.connect({ hostname: "127.0.0.1", port: host.port });
        await connection.write(
          new TextEncoder().encode("POST /broken-upload HTTP/1.1\r\nHost: a.test\r\nContent-Length: 100\r\n\r\nsome"),
        );
        await until("received", before.received + 4);
        connection.close();
        await until("broken", before.broken + 1);
      });

      for (const path of ["/refused", "/peeked"]) {
        await test.step(`the connection serves on after ${path} has left a small upload unread`, async () => {
          const size = 300_000;
          const head = `POST ${path} HTTP/1.1\r\nHost: a.test\r\nContent-Length: ${size}\r\n\r\n`;
          const next = "GET /next HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n";
          const heard = await converse(host, head + "x".repeat(size) + next, '"url":"http://a.test/next"');
          assertStringIncludes(heard, '"url":"http://a.test/next"');
        });

        await test.step(`R5 the answer of ${path} arrives, however much of a chunked upload it has left unread`, async () => {
          for (const size of [960 * 1024, 1536 * 1024, 4 * MIB, 1024 * MIB]) {
            const { body, sent } = upload(size);
            const answer = await fetch(`${origin}${path}`, { method: "POST", body });
            assertEquals(await answer.text(), path === "/refused" ? "too large" : "enough", `${size} bytes`);
            assert(sent() < 64 * MIB, `${sent()} bytes have been taken`);
          }
        });

        for (const connection of ["keep-alive", "close"]) {
          await test.step(`R5 the answer of ${path} waits for a client that looks after its upload [${connection}]`, async () => {
            const size = 16 * MIB;
            const head =
              `POST ${path} HTTP/1.1\r\nHost: a.test\r\nConnection: ${connection}\r\nContent-Length: ${size}`;
            const heard = await converse(host, `${head}\r\n\r\n${"x".repeat(size)}`);
            assert(heard.endsWith(path === "/refused" ? "too large" : "enough"), heard);
            assertStringIncludes(heard.toLowerCase(), "\r\nconnection: close\r\n");
          });
        }

        await test.step(`the connection serves on after ${path} has left a chunked upload unread that is there`, async () => {
          const post =
            `POST ${path} HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nsome\r\n0\r\n\r\n`;
          const next = "GET /next HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n";
          assertStringIncludes(await converse(host, post + next), '"url":"http://a.test/next"');
        });

        await test.step(`the connection ends when ${path} has left an endless upload unread`, async () => {
          using connection = await Deno.connect({ hostname: "127.0.0.1", port: host.port });
          await connection.write(
            new TextEncoder().encode(`POST ${path} HTTP/1.1\r\nHost: a.test\r\nContent-Length: ${2 ** 40}\r\n\r\n`),
          );
          let sent = 0;
          const piece = new Uint8Array(65536);
          let late = false;
          const giveUp = setTimeout(() => {
            late = true;
            connection.close();
          }, 10_000);
          await assertRejects(async () => {
            while (sent < 200 * MIB) sent += await connection.write(piece);
          });
          clearTimeout(giveUp);
          assertEquals(late, false, "it has been left open");
        });
      }

      await test.step("R5 a streamed answer waits for a client that looks after its upload", async () => {
        const size = 16 * MIB;
        const head = `POST /streamed HTTP/1.1\r\nHost: a.test\r\nContent-Length: ${size}\r\n\r\n`;
        const heard = await converse(host, head + "x".repeat(size));
        assertStringIncludes(heard, "part 1");
        assert(heard.endsWith("part 2\r\n0\r\n\r\n"), heard);
      });

      await test.step("a first event arrives before the second exists", async () => {
        const answer = await fetch(`${origin}/events`);
        const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
        assertEquals((await reader.read()).value, "data: one\n\n");
        await (await fetch(`${origin}/open`)).body?.cancel();
        assertEquals((await reader.read()).value, "data: two\n\n");
        assertEquals((await reader.read()).done, true);
      });

      await test.step("the head of a stream that is silent arrives at once", async () => {
        const answer = await fetch(`${origin}/silent`, { signal: AbortSignal.timeout(10_000) });
        assertEquals(answer.headers.get("content-type"), "text/event-stream");
        const { cancelled } = await counts();
        await answer.body?.cancel();
        await until("cancelled", cancelled + 1);
      });

      await test.step("a stream that fails cuts the response", async () => {
        await (await fetch(`${origin}/lock`)).body?.cancel();
        const answer = await fetch(`${origin}/cut`);
        assertEquals(answer.status, 200);
        await (await fetch(`${origin}/open`)).body?.cancel();
        await assertRejects(() => answer.text());
      });

      for (const path of ["/throws", "/unreadable", "/objects"]) {
        await test.step(`R10 ${path} is a masked 500, and the server lives`, async () => {
          const answer = await fetch(`${origin}${path}`);
          assertEquals(answer.status, 500);
          const body = await answer.text();
          if (byExpress) assertEquals(body, "express");
          else {
            const error = { code: "ERR_INTERNAL", message: "Internal server error" };
            assertEquals(JSON.parse(body), { data: null, error });
          }
          assertEquals((await json<Echo>(fetch(`${origin}/x`))).method, "GET");
        });
      }
    },
  });
}

Deno.test("nodeAdapter() with trustProxy takes scheme and host of the proxy", async () => {
  await using host = await listen(createHttpServer(nodeAdapter(createProbe(), { trustProxy: true })));
  const ask = async (headers: Record<string, string>): Promise<string> =>
    (await json<Echo>(fetch(`${host.origin}/x`, { headers }))).url;
  assertEquals(
    await ask({ "x-forwarded-proto": "https, http", "x-forwarded-host": "shop.test, inner" }),
    "https://shop.test/x",
  );
  assertEquals(await ask({ "x-forwarded-proto": "javascript" }), `${host.origin}/x`);
  const refused = await fetch(`${host.origin}/x`, { headers: { "x-forwarded-host": "a/b" } });
  assertEquals([refused.status, (await json<{ error: { code: string } }>(refused)).error.code], [
    400,
    "ERR_BAD_REQUEST",
  ]);
});

Deno.test("nodeAdapter() reports what fails to onError, and not what fails because the client left", async () => {
  const errors: unknown[] = [];
  const left = Promise.withResolvers<void>();
  const router: WebRouter = {
    async handler(request: Request): Promise<Response> {
      if (new URL(request.url).pathname === "/throws") throw new Error("first");
      await new Promise((resolve) => request.signal.addEventListener("abort", resolve));
      left.resolve();
      throw request.signal.reason;
    },
  };
  const arrived = Promise.withResolvers<void>();
  const handler = nodeAdapter(router, { onError: (error) => errors.push((error as Error).message) });
  const server = createHttpServer((request, response) => {
    if (request.url === "/waits") arrived.resolve();
    return handler(request, response);
  });
  await using host = await listen(server);
  const leaving = new AbortController();
  const answer = fetch(`${host.origin}/waits`, { signal: leaving.signal });
  await arrived.promise;
  leaving.abort();
  await assertRejects(() => answer);
  await left.promise;
  await (await fetch(`${host.origin}/throws`)).body?.cancel();
  assertEquals(errors, ["first"]);
});

Deno.test("R5 nodeAdapter() ends the connection of a client that does not stop its unread upload within 5 s", async () => {
  await using host = await listen(createHttpServer(nodeAdapter(createProbe(), silent)));
  const timers: { readonly run: () => void; readonly delay: number | undefined }[] = [];
  const { setTimeout } = globalThis;
  globalThis.setTimeout = ((run: () => void, delay?: number) => {
    if (delay) timers.push({ run, delay });
    else setTimeout(run);
    return 0;
  }) as unknown as typeof setTimeout;
  try {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port: host.port });
    const write = async (text: string): Promise<void> => {
      const bytes = new TextEncoder().encode(text);
      for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
    };
    await write(`POST /refused HTTP/1.1\r\nHost: a.test\r\nContent-Length: ${2 ** 40}\r\n\r\n`);
    await write("x".repeat(2 * MIB));
    const buffer = new Uint8Array(65536);
    let heard = "";
    for (let size = await connection.read(buffer); size !== null; size = await connection.read(buffer)) {
      heard += new TextDecoder().decode(buffer.subarray(0, size));
    }
    assert(heard.endsWith("too large"), heard);
    assertEquals(timers.map(({ delay }) => delay), [5000]);
    await write("x".repeat(8 * MIB));
    timers[0]?.run();
    await assertRejects(() => write("x".repeat(32 * MIB)));
  } finally {
    globalThis.setTimeout = setTimeout;
  }
});

Deno.test("nodeAdapter() does not start a handler for a client that has gone", async () => {
  let calls = 0;
  const handler = nodeAdapter({ handler: () => (calls++, Promise.resolve(new Response())) });
  const handled = Promise.withResolvers<void>();
  const server = createHttpServer((request, response) => {
    response.on("close", () => handler(request, response).then(handled.resolve, handled.reject));
    response.destroy();
  });
  await using host = await listen(server);
  await assertRejects(() => fetch(host.origin));
  await handled.promise;
  assertEquals(calls, 0);
});

Deno.test({
  name: "nodeAdapter() answers HTTP/2 on Node, and resets a stream that fails",
  ignore: noNode,
  async fn(): Promise<void> {
    // The client is Node's as well: it tells how a stream ended.
    await using host = await startNode(`
      import { connect, createServer } from "node:http2";
      import { createServer as createHttp } from "node:http";
      import { nodeAdapter } from ${JSON.stringify(ADAPTERS)};
      const server = createServer(nodeAdapter((${createProbe})(), { onError() {} }));
      function ask(client, headers, body, onText) {
        return new Promise((resolve) => {
          const stream = client.request(headers, { endStream: body === undefined });
          const answer = { body: "", error: null };
          stream.on("response", (head) => { answer.status = head[":status"]; answer.cookies = head["set-cookie"]; });
          stream.setEncoding("utf8").on("data", (text) => { answer.body += text; onText?.(); });
          stream.on("error", (error) => answer.error = error.message);
          stream.on("close", () => resolve(answer));
          if (body !== undefined) stream.end(body);
        });
      }
      const front = createHttp(async (request, response) => {
        const client = connect("http://127.0.0.1:" + server.address().port);
        const answers = [
          await ask(client, { ":path": "/x?y=1", ":method": "POST", cookie: "a=1" }, "hello"),
          await ask(client, { ":path": "/x", ":method": "DELETE" }),
          await ask(client, { ":path": "/head" }),
          await ask(client, { ":path": "/refused", ":method": "POST" }, "x".repeat(100000)),
          await ask(client, { ":path": "/lock" }).then(() =>
            ask(client, { ":path": "/cut" }, undefined, () => ask(client, { ":path": "/open" }))
          ),
          await ask(client, { ":path": "/x" }),
        ];
        client.close();
        response.end(JSON.stringify(answers));
      });
      server.listen(0, "127.0.0.1", () => front.listen(0, "127.0.0.1", () => console.log(front.address().port)));
    `);
    interface Answer {
      readonly status: number;
      readonly body: string;
      readonly error: string | null;
      readonly cookies?: string[];
    }
    const [post, remove, head, refused, broken, last] = await json<Answer[]>(fetch(host.origin));
    const echo = JSON.parse(post?.body ?? "") as Echo;
    assertEquals([echo.method, new URL(echo.url).pathname, echo.body], ["POST", "/x", "hello"]);
    assert(echo.headers.every(([name]) => !name.startsWith(":")), "no pseudo header");
    assertEquals((JSON.parse(remove?.body ?? "") as Echo).body, "");
    assertEquals([head?.status, head?.cookies?.length, head?.body], [201, 2, "made"]);
    assertEquals([refused?.status, refused?.body], [413, "too large"]);
    assertEquals(broken?.body, "half");
    assertStringIncludes(broken?.error ?? "none", "NGHTTP2_INTERNAL_ERROR");
    assertEquals((JSON.parse(last?.body ?? "") as Echo).method, "GET");
  },
});

Deno.test({
  name: "serve() on Node says what to use instead",
  ignore: noNode,
  async fn(): Promise<void> {
    await using host = await startNode(`
      import { createServer } from "node:http";
      import { nodeAdapter } from ${JSON.stringify(ADAPTERS)};
      import { serve } from ${JSON.stringify(new URL("./serve.ts", ADAPTERS).href)};
      let thrown;
      try {
        serve({ handler: () => Promise.resolve(new Response()) });
      } catch (error) {
        thrown = error;
      }
      const server = createServer(nodeAdapter({ handler: () => Promise.resolve(new Response(String(thrown))) }));
      server.listen(0, "127.0.0.1", () => console.log(server.address().port));
    `);
    assertEquals(
      await (await fetch(host.origin)).text(),
      "TypeError: Cannot serve: this is not Deno; use nodeAdapter or expressAdapter",
    );
  },
});

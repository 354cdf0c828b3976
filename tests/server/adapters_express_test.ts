/** `expressAdapter` among Express's own middleware. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
// @ts-types="npm:@types/express@^5"
import express from "npm:express@^5";
import type { ErrorRequestHandler, Express } from "npm:@types/express@^5";
import { expressAdapter } from "../../server/adapters/mod.ts";
import type { WebRouter } from "../../server/adapters/mod.ts";

/** Answers with what the router was given. */
function echo(basePath?: string): WebRouter {
  return {
    ...(basePath === undefined ? {} : { basePath }),
    async handler(request: Request): Promise<Response> {
      const headers = new Headers({ vary: "cookie", "x-router": "yes" });
      headers.append("set-cookie", "ours=1");
      headers.append("set-cookie", "more=2");
      const body = await request.text();
      const encoding = request.headers.get("content-encoding");
      return Response.json({ url: new URL(request.url).pathname, body, encoding }, { headers });
    },
  };
}

interface Seen {
  readonly url: string;
  readonly body: string;
  readonly encoding: string | null;
}

async function visit(app: Express, path: string, init?: RequestInit): Promise<{ response: Response; text: string }> {
  const server = app.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  try {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, init);
    return { response, text: await response.text() };
  } finally {
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  }
}

const page: express.RequestHandler = (_request, response) => void response.send("page");
const problem: ErrorRequestHandler = (error, _request, response, _next) => {
  response.status(500).send((error as Error).message);
};

Deno.test("expressAdapter() leaves paths outside basePath to the next handler", async () => {
  const app = express().use(expressAdapter(echo("/api/v1"))).use(page);
  assertEquals((await visit(app, "/about")).text, "page");
  assertEquals((await visit(app, "/api/v10")).text, "page");
  assertEquals((await visit(app, "/other?at=/api/v1")).text, "page");
  for (const path of ["/api/v1", "/api/v1/users", "/api/v1?x=1"]) {
    assertStringIncludes((await visit(app, path)).text, '"url":"/api/v1');
  }
});

Deno.test("expressAdapter() gives the router the whole path below a mount", async () => {
  const app = express().use("/x", expressAdapter(echo("/x/api"))).use(page);
  assertEquals((JSON.parse((await visit(app, "/x/api/users")).text) as Seen).url, "/x/api/users");
  assertEquals((await visit(app, "/x/users")).text, "page");
});

Deno.test("expressAdapter() keeps what middleware has set on the response, and adds cookies up", async () => {
  const app = express();
  app.use((_request, response, next) => {
    response.setHeader("Set-Cookie", ["theirs=0"]);
    response.setHeader("Vary", "Origin");
    response.setHeader("X-Router", "no");
    next();
  });
  app.use(expressAdapter(echo()));
  const { response } = await visit(app, "/");
  assertEquals(response.headers.getSetCookie(), ["theirs=0", "ours=1", "more=2"]);
  assertEquals(response.headers.get("vary"), "Origin, cookie");
  assertEquals(response.headers.get("x-router"), "yes");
});

Deno.test("expressAdapter() gives a rejection to Express's error handler", async () => {
  const app = express().use(expressAdapter({ handler: () => Promise.reject(new Error("broken")) })).use(problem);
  const { response, text } = await visit(app, "/");
  assertEquals([response.status, text], [500, "broken"]);
});

const EXACT = '{ "b": 1.0,  "a": "é" }';
const post = { method: "POST", headers: { "content-type": "application/json" }, body: EXACT };

Deno.test("R5 expressAdapter() refuses a body that a parser has consumed, and says what to do", async () => {
  const app = express().use(express.json()).use(expressAdapter(echo())).use(problem);
  const { response, text } = await visit(app, "/", post);
  assertEquals(response.status, 500);
  assertStringIncludes(text, "Cannot read the request's body: a body parser has consumed it");
  assertStringIncludes(text, "use the router before express.json()");
  assertEquals((await visit(app, "/")).response.status, 200, "without a body there is nothing to miss");
  const other = await visit(app, "/", { method: "POST", headers: { "content-type": "text/plain" }, body: "as it is" });
  assertEquals((JSON.parse(other.text) as Seen).body, "as it is", "a parser that did not fit has left the body alone");
});

Deno.test("R5 expressAdapter() takes the bytes that verify has kept, as its message advises", async () => {
  const app = express();
  app.use(express.json({
    verify(request, _response, bytes): void {
      (request as { rawBody?: Uint8Array }).rawBody = bytes;
    },
  }));
  app.use(expressAdapter(echo()));
  assertEquals((JSON.parse((await visit(app, "/", post)).text) as Seen).body, EXACT);
});

Deno.test("R5 expressAdapter() takes the bytes of express.raw() and the text of express.text()", async () => {
  for (const parser of [express.raw({ type: "*/*" }), express.text({ type: "*/*" })]) {
    const app = express().use(parser).use(expressAdapter(echo()));
    assertEquals((JSON.parse((await visit(app, "/", post)).text) as Seen).body, EXACT);
  }
});

Deno.test("R5 expressAdapter() does not guess the bytes of a text that was not UTF-8", async () => {
  const app = express().use(express.text({ type: "*/*" })).use(expressAdapter(echo())).use(problem);
  const { response, text } = await visit(app, "/", {
    method: "POST",
    headers: { "content-type": "text/plain; charset=latin1" },
    body: new Uint8Array([0xe9]),
  });
  assertEquals(response.status, 500);
  assert(text.startsWith("Cannot read the request's body"), text);
});

Deno.test("R5 expressAdapter() drops Content-Encoding of a body that a parser has unpacked", async () => {
  const app = express().use(express.raw({ type: "*/*" })).use(expressAdapter(echo()));
  const packed = new Response(new Blob([EXACT]).stream().pipeThrough(new CompressionStream("gzip")));
  const { text } = await visit(app, "/", {
    method: "POST",
    headers: { "content-encoding": "gzip", "content-type": "application/json" },
    body: await packed.bytes(),
  });
  assertEquals(JSON.parse(text), { url: "/", body: EXACT, encoding: null });
});

// A guard saw the target as it was sent, the router what a Request had made of it.
Deno.test("expressAdapter() answers no path that a guard before it has not seen", async () => {
  const app = express();
  app.use("/api/v1/admin", (_request, response) => void response.status(403).send("guarded"));
  app.use(expressAdapter(echo("/api/v1"))).use(page);
  const server = app.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  const ask = async (path: string): Promise<string> => {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port });
    const request = `GET ${path} HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n`;
    await connection.write(new TextEncoder().encode(request));
    return await new Response(connection.readable).text();
  };
  try {
    assertStringIncludes(await ask("/api/v1/admin"), "HTTP/1.1 403 ");
    for (
      const path of [
        "/api/v1/x/../admin",
        "/api/v1/x/%2e%2E/admin",
        "/api/v1/./admin",
        "/api/v1/%2e/admin",
        "/api/v1/x\\..\\admin",
        "/api/v1/\\admin",
        "http://a.test/api/v1/x/../admin",
      ]
    ) {
      const heard = await ask(path);
      assertStringIncludes(heard, "HTTP/1.1 400 ", path);
      assertStringIncludes(heard, '"data":null,"error":{"code":"ERR_BAD_REQUEST"', path);
    }
  } finally {
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  }
});

Deno.test("expressAdapter() does not send a stream with a length that middleware has set", async () => {
  const stream = (): ReadableStream<Uint8Array> => {
    const parts = ["part 1", "part 2"];
    return new ReadableStream<Uint8Array>({
      async pull(controller): Promise<void> {
        await new Promise((resolve) => setTimeout(resolve));
        const part = parts.shift();
        if (part === undefined) controller.close();
        else controller.enqueue(new TextEncoder().encode(part));
      },
    }, { highWaterMark: 0 });
  };
  const app = express();
  app.use((_request, response, next) => {
    response.setHeader("content-length", "3");
    next();
  });
  app.use(expressAdapter({ handler: () => new Response(stream()) }));
  assertEquals((await visit(app, "/")).text, "part 1part 2");
});

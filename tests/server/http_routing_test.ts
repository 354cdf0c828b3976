/** R1, R3, R4: which action answers, on each host. */

import { Igniter } from "@igniter-js/core";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { dataOf, eachHost, read, refusal } from "./_hosts.ts";

const igniter = Igniter.context(() => ({})).create();
const nothing = igniter.query({ handler: () => null });

// --- R1

Deno.test("R1 router() answers a request issued in the same tick", async () => {
  const { handler } = igniter.router({
    controllers: { hello: igniter.controller({ path: "/hello", actions: { nothing } }) },
  });
  assertEquals(await read(handler(new Request("http://localhost/api/v1/hello"))), {
    status: 200,
    data: null,
    error: null,
  });
});

eachHost("R1 the first request is answered though the plugins have not started", async (send) => {
  assertEquals(await dataOf(send("GET /paths")), "root");
});

// --- R3

eachHost("R3 a path parameter is percent-decoded, within its own segment", async (send) => {
  const decoded = {
    "a%20b": "a b",
    "a%2Fb": "a/b",
    "a%2fb": "a/b",
    "%C3%A9": "é",
    "%F0%9F%A6%95": "🦕",
    "a+b": "a+b",
    "a%3Fb%23c": "a?b#c",
    "%2525": "%25",
    "a%00b": "a\0b",
    "__proto__": "__proto__",
    "a.b~c": "a.b~c",
    "%5C": "\\",
  };
  for (const [segment, value] of Object.entries(decoded)) {
    assertEquals(await dataOf(send(`GET /paths/one/${segment}`)), value, segment);
    assertEquals(await dataOf(send(`GET /paths/one/${segment}?x=%2F`)), value, `${segment} with a query`);
  }
  assertEquals(await dataOf(send("GET /paths/pair/1%2F2/with/3%2F4")), ["1/2", "3/4"]);
});

eachHost("R3 malformed percent-encoding in a path answers 400", async (send) => {
  for (const segment of ["%zz", "%", "%2", "%E9", "%C3%28", "%ED%A0%80"]) {
    assertEquals(await refusal(send(`GET /paths/one/${segment}`)), [400, "ERR_BAD_REQUEST"], segment);
  }
});

eachHost("R3 an optional segment may be absent, a wildcard takes all the rest", async (send) => {
  assertEquals(await dataOf(send("GET /paths/optional")), "absent");
  assertEquals(await dataOf(send("GET /paths/optional/")), "absent");
  assertEquals(await dataOf(send("GET /paths/optional/7")), "7");
  assertEquals(await refusal(send("GET /paths/optional/7/8")), [404, "ERR_NOT_FOUND"]);
  assertEquals(await dataOf(send("GET /paths/rest/a")), "a");
  assertEquals(await dataOf(send("GET /paths/rest/a/b%20c/d.txt")), "a/b c/d.txt");
  assertEquals(await refusal(send("GET /paths/rest")), [404, "ERR_NOT_FOUND"]);
});

eachHost("R3 a static segment goes before a parameter, and one trailing slash is ignored", async (send) => {
  assertEquals(await dataOf(send("GET /paths/one/fixed")), "the fixed one");
  assertEquals(await dataOf(send("GET /paths/one/fixed/")), "the fixed one");
  assertEquals(await dataOf(send("GET /paths/one/fixe")), "fixe");
  assertEquals(await refusal(send("GET /paths/one//")), [404, "ERR_NOT_FOUND"]);
});

eachHost("R3 R2 a params schema coerces, over REST and RPC; its refusal answers 400", async (send) => {
  assertEquals(await dataOf(send("GET /paths/number/7")), 7);
  assertEquals(await dataOf(send("GET /_/rpc/paths.number?~n=7")), 7);
  for (const target of ["GET /paths/number/x", "GET /_/rpc/paths.number?~n=x", "GET /paths/number/1.5"]) {
    const { status, error } = await read(send(target));
    assertEquals([status, error.code, error.data.issues[0].path], [400, "ERR_VALIDATION", ["n"]], target);
  }
});

eachHost("R3 D4 parameters of the controller's path reach the action's params schema", async (send) => {
  assertEquals(await dataOf(send("GET /teams/red%2Fblue/members/7")), { team: "red/blue", id: 7 });
});

// --- R4

eachHost("R4 an unknown route answers 404 with the envelope", async (send) => {
  for (const target of ["GET /nowhere", "POST /nowhere", "DELETE /paths/nowhere", "OPTIONS /nowhere", "GET /inputs"]) {
    const response = await send(target);
    assertEquals(response.headers.get("content-type"), "application/json", target);
    const { status, data, error } = await read(response);
    assertEquals([status, data, error.code, typeof error.message], [404, null, "ERR_NOT_FOUND", "string"], target);
  }
});

Deno.test("R4 a path outside the base path answers 404, whatever it begins with", async () => {
  const { handler, basePath } = igniter.router({
    basePath: "api//v2/",
    controllers: { hello: igniter.controller({ path: "hello", actions: { nothing } }) },
  });
  assertEquals(basePath, "/api/v2");
  const statusOf = async (path: string) => (await handler(new Request("http://localhost" + path))).status;
  assertEquals(await statusOf("/api/v2/hello"), 200);
  for (
    const path of ["/", "/api", "/api/v2", "/api/v2/", "/api/v20/hello", "/api/v2hello", "/hello", "/API/V2/hello"]
  ) {
    assertEquals(await statusOf(path), 404, path);
  }
});

Deno.test("R4 D10 router() takes basePath and baseURL from .config(), and its own before those", async () => {
  const configured = Igniter.context(() => ({}))
    .config({ basePath: "/", baseURL: "https://api.example.com" }).create();
  const controllers = {
    hello: configured.controller({
      path: "/hello",
      actions: { where: configured.query({ handler: ({ request }) => request.url }) },
    }),
  };
  const root = configured.router({ controllers });
  assertEquals([root.basePath, root.baseURL], ["/", "https://api.example.com"]);
  assertEquals(await dataOf(root.handler(new Request("http://localhost/hello"))), "http://localhost/hello");
  assertEquals((await root.caller.hello.where.query()).data, "https://api.example.com/hello");
  const own = configured.router({ basePath: "/v3", baseURL: "https://own.example.com", controllers });
  assertEquals((await own.caller.hello.where.query()).data, "https://own.example.com/v3/hello");
  assertEquals((await own.handler(new Request("http://localhost/hello"))).status, 404);
});

eachHost("R4 a known path with the wrong verb answers 405 with Allow", async (send) => {
  const allowed = {
    "POST /paths/one/7": "GET, HEAD, OPTIONS",
    "PATCH /paths": "GET, HEAD, OPTIONS",
    "GET /inputs/user": "POST, OPTIONS",
    "HEAD /inputs/user": "POST, OPTIONS",
    "POST /inputs/everything/7": "PUT, OPTIONS",
    "POST /_/rpc/paths.one?~id=7": "GET, HEAD, OPTIONS",
    "GET /_/rpc/inputs.user": "POST, OPTIONS",
    "PUT /_/rpc/inputs.everything": "POST, OPTIONS",
    "DELETE /probe/who": "GET, HEAD, OPTIONS",
  };
  for (const [target, allow] of Object.entries(allowed)) {
    const response = await send(target);
    assertEquals([response.status, response.headers.get("allow")], [405, allow], target);
    if (!target.startsWith("HEAD")) assertEquals((await read(response)).error.code, "ERR_METHOD_NOT_ALLOWED", target);
  }
});

eachHost("R4 each verb reaches its own action", async (send) => {
  for (const verb of ["GET", "POST", "PUT", "PATCH", "DELETE"]) {
    assertEquals(await dataOf(send(`${verb} /paths/verbs`)), { verb });
  }
});

eachHost("R4 OPTIONS answers 204 with Allow", async (send) => {
  const allowed = {
    "/paths/verbs": "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT",
    "/paths/one/7": "GET, HEAD, OPTIONS",
    "/inputs/user": "OPTIONS, POST",
    "/_/rpc/inputs.user": "OPTIONS, POST",
  };
  for (const [path, allow] of Object.entries(allowed)) {
    const response = await send(`OPTIONS ${path}`);
    assertEquals([response.status, await response.text()], [204, ""], path);
    assertEquals(response.headers.get("allow")?.split(", ").sort().join(", "), allow, path);
  }
});

eachHost("R4 HEAD of a GET has its status and headers, and no body", async (send) => {
  const targets = [
    "/paths/one/a%20b",
    "/_/rpc/paths.one?~id=7",
    "/replies/success",
    "/replies/created",
    "/replies/html",
    "/replies/file",
    "/replies/chain-before",
    "/replies/response",
    "/replies/redirect",
    "/replies/no-content",
    "/replies/notFound",
    "/replies/two-cookies",
    "/replies/stream-events",
    "/replies/throws-igniter",
    "/nowhere",
  ];
  for (const target of targets) {
    const [get, head] = [await send(`GET ${target}`), await send(`HEAD ${target}`)];
    assertEquals(await head.text(), "", target);
    assertEquals(head.status, get.status, target);
    assertEquals(comparable(head), comparable(get), target);
    if (get.headers.get("content-type") === "application/json") {
      assertEquals(head.headers.get("content-length"), String((await get.arrayBuffer()).byteLength), target);
    }
  }
});

/** The headers that the application sent: those of the connection and of compression aside. */
function comparable({ headers }: Response): Record<string, string> {
  const own = Object.fromEntries(headers);
  for (const name of ["date", "connection", "keep-alive", "transfer-encoding", "content-length"]) delete own[name];
  // Deno.serve says by it that a body would be compressed; HEAD has none.
  if (own["vary"]?.toLowerCase() === "accept-encoding") delete own["vary"];
  return own;
}

Deno.test("R4 HEAD ends a stream that nobody reads", async () => {
  let ended = 0;
  async function* endless(): AsyncGenerator<number> {
    try {
      for (let n = 0;; n++) yield await Promise.resolve(n);
    } finally {
      ended++;
    }
  }
  const started: AsyncGenerator<number>[] = [];
  const stream = igniter.query({
    handler: async () => {
      const numbers = endless();
      await numbers.next();
      started.push(numbers);
      return numbers;
    },
  });
  const { handler } = igniter.router({
    controllers: { it: igniter.controller({ path: "/it", actions: { stream } }) },
  });
  const response = await handler(new Request("http://localhost/api/v1/it", { method: "HEAD" }));
  assertEquals([response.body, response.headers.get("content-type")], [null, "text/event-stream"]);
  await Promise.resolve();
  assertEquals([started.length, ended], [1, 1]);
});

Deno.test("R4 router() refuses two actions with one method and path, and names both", () => {
  const at = (path: string, key: string) => igniter.controller({ path, actions: { [key]: nothing } });
  const error = assertThrows(
    () => igniter.router({ controllers: { users: at("/people", "list"), people: at("/people/", "all") } }),
    TypeError,
    "people.all",
  );
  assert(error.message.includes("users.list"), error.message);
  assert(error.message.includes("GET"), error.message);
});

Deno.test("R4 two patterns that fit the same paths are one: parameters by other names, an optional one left out", () => {
  const query = (path: string) => igniter.query({ path, handler: () => null });
  const clash = (first: string, second: string) =>
    assertThrows(
      () =>
        igniter.router({
          controllers: {
            a: igniter.controller({ path: "/x", actions: { first: query(first), second: query(second) } }),
          },
        }),
      TypeError,
      "a.second",
    );
  for (
    const [first, second] of [["/:id", "/:name"], ["/:id?", "/"], ["/", "/:id?"], ["/*", "/*"], ["/a/", "a"], [
      "/:a/b/:c",
      "/:c/b/:a",
    ]] as const
  ) {
    const { message } = clash(first, second);
    assert(message.includes("a.first"), message);
  }
});

Deno.test("R4 one path with another method is another route", async () => {
  const { handler } = igniter.router({
    controllers: {
      a: igniter.controller({
        path: "/x",
        actions: {
          get: igniter.query({ path: "/:id", handler: ({ params }) => params.id }),
          put: igniter.mutation({ path: "/:name", method: "PUT", handler: ({ params }) => params.name }),
        },
      }),
    },
  });
  for (const method of ["GET", "PUT"]) {
    assertEquals(await dataOf(handler(new Request("http://localhost/api/v1/x/7", { method }))), "7", method);
  }
});

// --- D12, D13

eachHost("D12 an RPC address takes query fields flat, path parameters as ~name, and the body as body", async (send) => {
  assertEquals(await dataOf(send("GET /_/rpc/paths.pair?~a=1%2F2&~b=3")), ["1/2", "3"]);
  assertEquals(await dataOf(send("GET /_/rpc/paths.rest?~*=a/b")), "a/b");
  assertEquals(await dataOf(send("GET /_/rpc/paths.optional")), "absent");
  const headers = { "x-count": "3" };
  const body = { json: { name: "Ada" }, headers };
  const expected = { params: { id: 7 }, query: { page: 2 }, headers: { "x-count": 3 }, body: { name: "Ada" } };
  assertEquals(await dataOf(send("PUT /inputs/everything/7?page=2", body)), expected);
  assertEquals(await dataOf(send("POST /_/rpc/inputs.everything?~id=7&page=2", body)), expected);
});

eachHost("D12 an RPC address without a path parameter, or with one twice, answers 400", async (send) => {
  for (const search of ["", "?id=7", "?~id=", "?~id=1&~id=2"]) {
    assertEquals(await refusal(send(`GET /_/rpc/paths.one${search}`)), [400, "ERR_BAD_REQUEST"], search);
  }
  for (const key of ["paths.nowhere", "paths", "", "nowhere.one", "constructor", "__proto__"]) {
    assertEquals(await refusal(send(`GET /_/rpc/${key}`)), [404, "ERR_NOT_FOUND"], key);
  }
});

eachHost("D13 a plugin's routes answer below its name, over REST and RPC", async (send) => {
  const headers = { "x-who": "Ada" };
  assertEquals(await dataOf(send("GET /probe/who", { headers })), { who: "Ada" });
  assertEquals(await dataOf(send("GET /_/rpc/probe.who", { headers })), { who: "Ada" });
});

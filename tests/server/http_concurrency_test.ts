/** R12, R13: many requests at once, and requests that end early, on each host. */

import { assert, assertEquals } from "@std/assert";
import { createApp } from "./_app.ts";
import { dataOf, eachHost, read, refusal, type Send, until } from "./_hosts.ts";

// --- R12

/** Numbers from 0 to below 2³², the same ones for the same seed (mulberry32). */
function random(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t ^= t + Math.imul(t ^ (t >>> 7), 61 | t);
    return (t ^ (t >>> 14)) >>> 0;
  };
}

/** Up to four turns, `m`icrotasks and `t`asks. */
function turns(next: () => number): string {
  return Array.from({ length: next() % 5 }, () => next() % 2 === 0 ? "m" : "t").join("");
}

async function identify(send: Send, who: string, path: string, pause: string): Promise<void> {
  const response = await send(`POST ${path}`, {
    json: { who },
    headers: { "x-who": who, "x-turns": pause, "x-mark": who, "cookie": `name=${who}` },
  });
  const cookies = response.headers.getSetCookie().map((text) => text.split(";")[0]);
  assertEquals([response.headers.get("x-answers"), response.headers.get("x-mark")], [who, who]);
  assertEquals(cookies.filter((text) => !text?.startsWith("gone=")), [`mark=${who}%20%C3%A9%3B`, `who=${who}`]);
  assertEquals(await dataOf(response), {
    context: who,
    procedure: who,
    plugin: who,
    self: who,
    header: who,
    cookie: who,
    params: who,
    query: who,
    body: who,
    span: who,
  });
}

eachHost("R12 a hundred interleaved requests never mix contexts, plugin self, cookies or spans", async (send) => {
  const next = random(12);
  await Promise.all(Array.from({ length: 100 }, (_, index) => {
    const who = `u${index}`;
    const path = index % 2 === 0 ? `/identity/who/${who}?who=${who}` : `/_/rpc/identity.who?~who=${who}&who=${who}`;
    return identify(send, who, path, turns(next));
  }));
});

eachHost("R12 failures between them do not either", async (send, app) => {
  const next = random(13);
  await Promise.all(Array.from({ length: 100 }, async (_, index) => {
    const who = `u${index}`;
    const headers = { "x-who": who, "x-turns": turns(next), "x-mark": who };
    if (index % 2 === 0) return await identify(send, who, `/identity/who/${who}?who=${who}`, headers["x-turns"]);
    const response = await send(`GET /replies/${index % 4 === 1 ? "throws" : "notFound"}`, { headers });
    assertEquals(response.headers.get("x-mark"), who);
    assertEquals(response.status, index % 4 === 1 ? 500 : 404);
  }));
  assertEquals(new Set(app.logged.map(({ fields }) => fields["id"])).size, 25);
});

Deno.test("R12 calls in process between requests do not mix with them", async () => {
  const { router } = createApp();
  const next = random(14);
  const results = await Promise.all(Array.from({ length: 100 }, async (_, index) => {
    const who = `u${index}`;
    const caller = router.caller.with({ headers: { "x-who": who, "x-turns": turns(next), "cookie": `name=${who}` } });
    const { data } = await caller.identity.who.mutate({ params: { who }, body: { who } });
    return [data?.context, data?.procedure, data?.plugin, data?.self, data?.cookie, data?.params, data?.body];
  }));
  results.forEach((seen, index) => assertEquals(seen, Array(7).fill(`u${index}`)));
  await router.close();
});

// --- R13

eachHost("R13 request.signal aborts when the client goes away, and nothing is logged of it", async (send, app) => {
  const client = new AbortController();
  const left = send("GET /time/waits", { signal: client.signal }).then(() => "answered", () => "gone");
  await until(() => app.ran.includes("waits"));
  assertEquals(app.aborted, []);
  client.abort();
  await until(() => app.aborted.length === 1);
  await left;
  assertEquals(app.logged, []);
});

eachHost(
  "R13 an action that takes longer than its timeout answers 504, and its signal aborts with that error",
  async (send, app) => {
    for (const target of ["GET /time/expires", "GET /_/rpc/time.expires"]) {
      const { status, data, error } = await read(send(target));
      assertEquals([status, data, error.code], [504, null, "ERR_TIMEOUT"], target);
    }
    await until(() => app.aborted.length === 2);
    assertEquals(app.aborted.map((reason) => (reason as { readonly code?: string }).code), [
      "ERR_TIMEOUT",
      "ERR_TIMEOUT",
    ]);
  },
);

eachHost("R13 a handler that hears no signal answers 504 as well", async (send) => {
  assertEquals(await refusal(send("GET /time/deaf")), [504, "ERR_TIMEOUT"]);
});

eachHost("R13 a client that never ends its body is answered 504", async (send, app) => {
  const answered = Promise.withResolvers<void>();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      await answered.promise;
      controller.close();
    },
  }, { highWaterMark: 0 });
  const init: RequestInit & { readonly duplex: "half" } = { body, duplex: "half" };
  assertEquals(await refusal(send("POST /time/reads", init)), [504, "ERR_TIMEOUT"]);
  answered.resolve();
  assertEquals(app.ran, []);
});

eachHost("R13 D10 timeout of .config() holds for every action, an action's own before it", async (send, app) => {
  assertEquals(await refusal(send("GET /time/inherited")), [504, "ERR_TIMEOUT"]);
  assertEquals(await dataOf(send("GET /time/quick")), { aborted: false });
  // 0 is no timeout: it is still waiting when the inherited one has long ended.
  const client = new AbortController();
  const waiting = send("GET /time/waits", { signal: client.signal }).then(() => "answered", () => "gone");
  assertEquals(await refusal(send("GET /time/inherited")), [504, "ERR_TIMEOUT"]);
  assertEquals(app.aborted, []);
  client.abort();
  await until(() => app.aborted.length === 1);
  await waiting;
}, { timeout: 20 });

Deno.test("R13 an action that answers in time leaves no timer behind, and its late failure harms nobody", async () => {
  // The sanitizers of this test are what checks it: a timer of ten seconds would be found.
  const { router, logged, aborted } = createApp();
  assertEquals(await dataOf(router.handler(new Request("http://localhost/api/v1/time/quick"))), { aborted: false });
  assertEquals(await refusal(router.handler(new Request("http://localhost/api/v1/time/expires"))), [
    504,
    "ERR_TIMEOUT",
  ]);
  await until(() => aborted.length === 1);
  await router.close();
  assert(logged.every(({ level }) => level !== "error"), JSON.stringify(logged));
});

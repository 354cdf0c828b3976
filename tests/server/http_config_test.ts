/** D10: what `.config()` takes and refuses, and what holds without it. */

import { type Config, Igniter } from "@igniter-js/core";
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { SECRETS } from "./_app.ts";
import { read, refusal } from "./_hosts.ts";

/** A router whose one action throws. */
function failing(config: Config) {
  const igniter = Igniter.context(() => ({})).config(config).create();
  const it = igniter.query({
    handler: () => {
      throw new Error("secret");
    },
  });
  return igniter.router({ controllers: { a: igniter.controller({ path: "/a", actions: { it } }) } });
}

/** What is written to the console while `work` runs. */
async function written(work: () => Promise<unknown>): Promise<readonly string[]> {
  const lines: string[] = [];
  const { error } = console;
  console.error = (line: string) => void lines.push(line);
  try {
    await work();
  } finally {
    console.error = error;
  }
  return lines;
}

Deno.test("D10 without settings a router is at http://localhost:3000/api/v1 and masks errors", async () => {
  const { baseURL, basePath, handler } = failing({});
  assertEquals([baseURL, basePath], ["http://localhost:3000", "/api/v1"]);
  const lines = await written(async () => {
    const { error } = await read(handler(new Request("http://localhost/api/v1/a")));
    assertEquals(error.message, "Internal error");
  });
  assertEquals(lines.length, 1);
  assertStringIncludes(lines[0] as string, "secret");
});

Deno.test("D10 logLevel is that of the framework's own logger", async () => {
  const { handler } = failing({ logLevel: "silent" });
  const lines = await written(async () => {
    assertEquals(await refusal(handler(new Request("http://localhost/api/v1/a"))), [500, "ERR_INTERNAL"]);
  });
  assertEquals(lines, []);
});

Deno.test("D10 a later .config() changes what it names and keeps the rest; a builder is never changed", () => {
  const base = Igniter.context(() => ({})).config({ basePath: "/one", baseURL: "https://one.example" });
  const later = base.config({ basePath: "/two" });
  const addressOf = (builder: typeof base) => {
    const { baseURL, basePath } = builder.create().router({ controllers: {} });
    return baseURL + basePath;
  };
  assertEquals(addressOf(later), "https://one.example/two");
  assertEquals(addressOf(base), "https://one.example/one");
});

Deno.test("D10 .config() refuses what cannot be meant, and says what", () => {
  const refused: readonly (readonly [config: object, message: string])[] = [
    [{ bodyLimit: -1 }, "bodyLimit -1"],
    [{ bodyLimit: NaN }, "bodyLimit NaN"],
    [{ timeout: -1 }, "timeout -1"],
    [{ timeout: Infinity }, "timeout Infinity"],
    [{ baseURL: "example.com" }, '"example.com"'],
    [{ cookieSecrets: ["short"] }, "fewer than 32"],
    [{ cookieSecrets: [...SECRETS, ""] }, "fewer than 32"],
    [{ port: 3000 }, '"port"'],
  ];
  for (const [config, message] of refused) {
    assertThrows(() => Igniter.config(config as Config), TypeError, message);
  }
});

Deno.test("D10 an action's own timeout and bodyLimit are refused alike", () => {
  const igniter = Igniter.context(() => ({})).create();
  for (const options of [{ timeout: -1 }, { timeout: NaN }, { bodyLimit: -1 }]) {
    assertThrows(() => igniter.mutation({ ...options, handler: () => null }), TypeError, "at least 0");
  }
});

Deno.test("D10 signed cookies without secrets are a masked 500 that says in the log what is missing", async () => {
  const igniter = Igniter.context(() => ({})).create();
  const it = igniter.query({ handler: ({ request }) => request.cookies.setSigned("a", "b") });
  const { handler } = igniter.router({ controllers: { a: igniter.controller({ path: "/a", actions: { it } }) } });
  const lines = await written(async () => {
    assertEquals(await refusal(handler(new Request("http://localhost/api/v1/a"))), [500, "ERR_INTERNAL"]);
  });
  assertStringIncludes(lines.join(), "cookieSecrets");
});

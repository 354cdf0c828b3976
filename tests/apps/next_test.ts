/**
 * The package in a Next app, as its users have it: from the npm tarball, built, started, and used in a browser.
 *
 * @module
 */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { createIgniterClient } from "@igniter-js/core/client/core";
import { join } from "node:path";
import { type OpenWindow, shareBrowser } from "../browser/chromium.ts";
import { filesOf } from "../npm/emitted.ts";
import { shareNpm } from "../npm/npm.ts";
import type { AppRouterType } from "./next/igniter.router.ts";
import { type NextApp, startNextApp } from "./next_app.ts";

let app: NextApp;
const { ignore, testNpm } = shareNpm(async () => app = await startNextApp());
const declareInBrowser = shareBrowser();

function testInBrowser(name: string, fn: (open: OpenWindow) => Promise<void>): void {
  if (ignore) testNpm(name, () => {});
  else declareInBrowser(name, fn);
}

function createClient() {
  return createIgniterClient<AppRouterType>({ baseURL: app.url, retry: 0 });
}

testNpm("D20 a Next page's markup holds what a server component has awaited through the client", async () => {
  const markup = await (await fetch(app.url)).text();
  assertStringIncludes(markup, '<p id="server">Ada, Grace</p><p id="date">1990</p>');
  assertStringIncludes(markup, '<p id="client">Loading...</p>');
});

testNpm("R35 a Next page's markup holds what queryOptions() has prefetched", async () => {
  assertStringIncludes(await (await fetch(app.url)).text(), '<p id="count">2</p>');
});

testNpm("what a Next page loads holds nothing of the server", () => {
  const served = join(app.folder, ".next/static");
  const scripts = filesOf(served).filter((file) => file.endsWith(".js"))
    .map((file) => Deno.readTextFileSync(join(served, file)));
  assert(scripts.some((script) => script.includes("Loading...")));
  assertEquals(scripts.filter((script) => script.includes("only the server knows this text")), []);
});

testNpm("nextRouteHandlerAdapter answers with values, failures and headers", async () => {
  const api = createClient();
  const { users } = await api.users.list.query.orThrow({ query: { page: 1 } });
  assertEquals(users[0], { id: 1, name: "Ada", since: new Date("1990-01-01") });
  const { error } = await api.users.create.mutate({ body: { name: "A" } });
  assert(error?.code === "ERR_VALIDATION");
  assertEquals(error.data.issues[0]?.path, ["name"]);

  const ask = async (method: string, path: string) => {
    const response = await fetch(`${app.url}/api/v1${path}`, { method });
    return [response.status, response.headers.get("allow"), (await response.text()).length > 0];
  };
  assertEquals(await ask("HEAD", "/users"), [200, null, false]);
  assertEquals(await ask("OPTIONS", "/users"), [204, "GET, POST, HEAD, OPTIONS", false]);
  assertEquals(await ask("PATCH", "/users"), [405, "GET, POST, HEAD, OPTIONS", true]);
  assertEquals(await ask("GET", "/nothing"), [404, null, true]);
});

testNpm("nextRouteHandlerAdapter streams events as they come, and ends them when the reader goes away", async () => {
  const api = createClient();
  const controller = new AbortController();
  // Whoever compresses a stream holds it back.
  const headers = { "accept-encoding": "gzip" };
  const response = await fetch(`${app.url}/api/v1/users/feed`, { headers, signal: controller.signal });
  assertEquals(response.headers.get("content-type"), "text/event-stream");
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let events = "";
  while (!events.includes('"Grace"}\n\n')) events += (await reader.read()).value;
  assertEquals(events, 'data: {"name":"Ada"}\n\ndata: {"name":"Grace"}\n\n');
  assertEquals((await api.users.count.query.orThrow()).feeds, 1);
  controller.abort();
  await assertRejects(() => reader.read(), DOMException, "abort");
  await until(async () => (await api.users.count.query.orThrow()).feeds === 0);
});

testInBrowser("D20 a Next page's client components fetch, send and refetch through the client", async (open) => {
  // Browsers themselves report an answer with status 400.
  await open(app.url, { expected: /400/ }, async (page) => {
    await page.getByText("Ada 1990, Grace 1990").waitFor();
    const calls: string[] = [];
    page.on("request", (request) => {
      const { pathname } = new URL(request.url());
      // The event connection is open beside them.
      if (pathname.startsWith("/api/") && !pathname.endsWith("/_/events")) {
        calls.push(`${request.method()} ${pathname.replace("/api/v1/_/rpc/", "")}`);
      }
    });

    await page.reload();
    await page.getByText("Ada 1990, Grace 1990").waitFor();
    assertEquals(await page.textContent("#server"), "Ada, Grace");
    assertEquals(await page.textContent("#count"), "2");
    // The count was hydrated.
    assertEquals(calls.splice(0), ["GET users.list"]);

    await page.fill("input", "A");
    await page.click("button");
    assertEquals(await page.textContent("#error"), "ERR_VALIDATION");
    await page.fill("input", "Lin");
    await page.click("button");
    assertEquals(await page.textContent("#created"), "Lin");
    await page.getByText(`Ada 1990, Grace 1990, Lin ${new Date().getFullYear()}`).waitFor();
    // The list is fetched again because the page says so, and because the server does.
    assertEquals(calls.slice(0, 3), ["POST users.create", "POST users.create", "GET users.list"]);
    assertEquals(calls.slice(3).filter((call) => call !== "GET users.list"), []);

    await page.reload();
    await page.getByText("Ada, Grace, Lin", { exact: true }).waitFor();
    assertEquals(await page.textContent("#count"), "3");
  });
});

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 1000; turn++) if (await condition()) return;
  throw new Error("Cannot go on: the condition never came true");
}

/**
 * The package in a Next app, as its users have it: from the npm tarball, built and started.
 *
 * @module
 */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { createIgniterClient } from "@igniter-js/core/client/core";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { filesOf } from "../npm/emitted.ts";
import { withoutNpm } from "../npm/npm.ts";
import type { AppRouterType } from "./next/igniter.router.ts";
import { startNextApp } from "./next_app.ts";

const CHROMIUM = "/usr/bin/chromium";

Deno.test({
  name: "D20 a built Next app calls its API in server components and in client components from one file (needs npm)",
  ignore: withoutNpm(),
  fn: async (test) => {
    await using app = await startNextApp();
    const api = createIgniterClient<AppRouterType>({ baseURL: app.url, retry: 0 });

    await test.step("R35 the markup holds what the page has awaited and what it has prefetched", async () => {
      const markup = await (await fetch(app.url)).text();
      assertStringIncludes(markup, '<p id="server">Ada, Grace</p><p id="date">1990</p>');
      assertStringIncludes(markup, '<p id="count">2</p>');
      assertStringIncludes(markup, '<p id="client">Loading...</p>');
    });

    await test.step("what the browser loads holds nothing of the server", () => {
      const served = join(app.folder, ".next/static");
      const scripts = filesOf(served).filter((file) => file.endsWith(".js"))
        .map((file) => Deno.readTextFileSync(join(served, file)));
      assert(scripts.some((script) => script.includes("Loading...")));
      assertEquals(scripts.filter((script) => script.includes("only the server knows this text")).length, 0);
    });

    await test.step("nextRouteHandlerAdapter answers with values, failures and headers", async () => {
      const { users } = await api.users.list.query.orThrow({ query: { page: 1 } });
      assertEquals(users[0], { id: 1, name: "Ada", since: new Date("1990-01-01") });
      const { error } = await api.users.create.mutate({ body: { name: "A" } });
      assertEquals([error?.code, error?.code === "ERR_VALIDATION" && error.data.issues[0]?.path], [
        "ERR_VALIDATION",
        ["name"],
      ]);

      const ask = async (method: string, path: string) => {
        const response = await fetch(`${app.url}/api/v1${path}`, { method });
        return [response.status, response.headers.get("allow"), await response.text()];
      };
      assertEquals((await ask("HEAD", "/users")).slice(0, 3), [200, null, ""]);
      assertEquals((await ask("OPTIONS", "/users")).slice(0, 2), [204, "GET, POST, HEAD, OPTIONS"]);
      assertEquals((await ask("PATCH", "/users")).slice(0, 2), [405, "GET, POST, HEAD, OPTIONS"]);
      assertEquals((await ask("GET", "/nothing"))[0], 404);
    });

    await test.step("nextRouteHandlerAdapter streams events, and ends them when the reader goes away", async () => {
      const controller = new AbortController();
      const response = await fetch(`${app.url}/api/v1/users/feed`, {
        headers: { "accept-encoding": "gzip" },
        signal: controller.signal,
      });
      assertEquals(response.headers.get("content-type"), "text/event-stream");
      const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
      let events = "";
      while (!events.includes("Grace")) events += (await reader.read()).value;
      assertEquals(events, 'data: {"name":"Ada"}\n\ndata: {"name":"Grace"}\n\n');
      assertEquals((await api.users.count.query.orThrow()).feeds, 1);
      controller.abort();
      await assertRejects(() => reader.read(), DOMException, "abort");
      await until(async () => (await api.users.count.query.orThrow()).feeds === 0);
    });

    await test.step({
      name: "useQuery, useMutation and useQueryClient work in a browser (needs Chromium)",
      ignore: !hasChromium() && Deno.env.get("CI") === undefined,
      fn: () => useInBrowser(app.url),
    });
  },
});

async function useInBrowser(url: string): Promise<void> {
  const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"];
  const browser = await chromium.launch({ executablePath: CHROMIUM, args });
  try {
    const page = await browser.newPage();
    const asked: string[] = [];
    const wrong: string[] = [];
    page.on("request", (request) => asked.push(`${request.method()} ${new URL(request.url()).pathname}`));
    page.on("pageerror", (error) => wrong.push(error.message));
    page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
    await page.goto(url);

    await page.getByText("Ada 1990, Grace 1990").waitFor();
    assertEquals(await page.textContent("#server"), "Ada, Grace");
    assertEquals(await page.textContent("#count"), "2");
    assertEquals(asked.filter((line) => line.includes("/_/rpc/")), ["GET /api/v1/_/rpc/users.list"]);
    assertEquals(wrong, []);

    await page.fill("input", "A");
    await page.click("button");
    assertEquals(await page.textContent("#error"), "ERR_VALIDATION");
    // What a browser says of the answer with status 400.
    assertEquals(wrong.splice(0).length, 1);

    await page.fill("input", "Lin");
    await page.click("button");
    assertEquals(await page.textContent("#created"), "Lin");
    await page.getByText(`Ada 1990, Grace 1990, Lin ${new Date().getFullYear()}`).waitFor();
    assertEquals(asked.filter((line) => line.includes("/_/rpc/")), [
      "GET /api/v1/_/rpc/users.list",
      "POST /api/v1/_/rpc/users.create",
      "POST /api/v1/_/rpc/users.create",
      "GET /api/v1/_/rpc/users.list",
    ]);

    await page.reload();
    await page.getByText("Ada, Grace, Lin", { exact: true }).waitFor();
    assertEquals(await page.textContent("#count"), "3");
    assertEquals(wrong, []);
    await page.close();
  } finally {
    await browser.close();
  }
}

function hasChromium(): boolean {
  try {
    return Deno.statSync(CHROMIUM).isFile;
  } catch {
    return false;
  }
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 1000; turn++) if (await condition()) return;
  throw new Error("Cannot go on: the condition never came true");
}

/**
 * The event connection in Chromium: its own fetch, streams, locks and channels between tabs.
 *
 * @module
 */
import { Igniter, serve } from "@igniter-js/core";
import { assertEquals } from "@std/assert";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { z } from "zod";
import { root, runDeno } from "../project.ts";
import { shareBrowser } from "./chromium.ts";

const igniter = Igniter.create();
const router = igniter.router({
  controllers: {
    news: igniter.controller({
      path: "/news",
      actions: {
        feed: igniter.query({ path: "/feed", stream: true, events: z.object({ at: z.date() }), handler: () => null }),
        count: igniter.query({
          path: "/count",
          stream: true,
          query: z.object({ to: z.number() }),
          handler: async function* ({ query }) {
            for (let n = 1; n <= query.to; n++) yield await Promise.resolve(n);
          },
        }),
      },
    }),
  },
});

/** The API of the page. */
export type EventsRouter = typeof router;

const browserTest = shareBrowser();

/** Serves the page and its API; tells which event connections are open. */
async function serveEvents() {
  const folder = Deno.makeTempDirSync({ prefix: "igniter_events_" });
  const script = join(folder, "page.js");
  const bundle = await runDeno([
    "bundle",
    join(root, "tests/browser/events_page.ts"),
    "--platform",
    "browser",
    "-o",
    script,
  ]);
  assertEquals(bundle.code, 0, bundle.stderr);
  const code = Deno.readTextFileSync(script);
  Deno.removeSync(folder, { recursive: true });
  const open = new Set<Request>();
  let connections = 0;
  const server = serve({
    handler(request: Request) {
      const { pathname } = new URL(request.url);
      if (pathname === "/page.js") {
        return Promise.resolve(new Response(code, { headers: { "content-type": "text/javascript" } }));
      }
      if (pathname === "/favicon.ico") return Promise.resolve(new Response(null, { status: 204 }));
      if (pathname === "/") {
        const page = `<!doctype html><title>closed</title><body><script type="module" src="/page.js"></script>`;
        return Promise.resolve(new Response(page, { headers: { "content-type": "text/html" } }));
      }
      if (pathname.endsWith("/_/events")) {
        connections++;
        open.add(request);
        request.signal.addEventListener("abort", () => open.delete(request));
      }
      return router.handler(request);
    },
  }, { port: 0, hostname: "127.0.0.1", signals: false, gracePeriod: 0, onListen: () => {} });
  return {
    url: server.url,
    get open() {
      return open.size;
    },
    get connections() {
      return connections;
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

const at = (second: number) => new Date(second * 1000);
const shows = (page: Page, second: number) => page.getByText(at(second).toISOString()).waitFor();
const lines = (page: Page) => page.locator("li").allTextContents();
const isOpen = (page: Page) => page.waitForFunction('document.title === "open"');

browserTest(
  "R23 R28 in Chromium tabs share one connection, and go on when the one that had it is closed",
  async (open) => {
    await using site = await serveEvents();
    await open(site.url, {}, async (one) => {
      await isOpen(one);
      const two = await one.context().newPage();
      await two.goto(site.url);
      const three = await one.context().newPage();
      await three.goto(site.url);
      for (const page of [two, three]) await isOpen(page);
      await router.publish("news.feed", { at: at(1) });
      await router.revalidate("news.feed");
      for (const page of [one, two, three]) {
        await shows(page, 1);
        await page.getByText("old: news.feed").waitFor();
      }
      assertEquals(site.open, 1);
      const before = site.connections;
      await two.close();
      await three.close();
      const four = await one.context().newPage();
      await four.goto(site.url);
      await isOpen(four);
      // Whoever has it: of two tabs each is closed once.
      await router.publish("news.feed", { at: at(2) });
      await Promise.all([one, four].map((page) => shows(page, 2)));
      await one.evaluate(() => location.href = "about:blank");
      await router.publish("news.feed", { at: at(3) });
      await shows(four, 3);
      await router.publish("news.feed", { at: at(4) });
      await shows(four, 4);
      assertEquals(
        (await lines(four)).filter((line) => !line.startsWith("old")),
        [2, 3, 4].map((second) => at(second).toISOString()),
      );
      assertEquals([site.open, site.connections > before], [1, true]);
    });
  },
);

browserTest("R28 in Chromium a page that is left and restored goes on, and stream() is an iteration", async (open) => {
  await using site = await serveEvents();
  await open(`${site.url}/#iterate`, {}, async (page) => {
    await page.getByText("counted").waitFor();
    await isOpen(page);
    await router.publish("news.feed", { at: at(1) });
    await shows(page, 1);
    await page.goto("about:blank");
    await router.publish("news.feed", { at: at(2) });
    await page.goBack();
    await isOpen(page);
    await router.publish("news.feed", { at: at(3) });
    await shows(page, 3);
    const [restored] = [await lines(page)];
    const counted = restored.filter((line) => line.startsWith("count"));
    assertEquals(counted, ["count 1", "count 2", "count 3", "counted"]);
    // Restored from the browser's cache it has all; loaded anew it has what came since.
    const news = restored.filter((line) => !line.startsWith("count"));
    const seconds = news.length === 3 ? [1, 2, 3] : [3];
    assertEquals(news, seconds.map((second) => at(second).toISOString()));
  });
});

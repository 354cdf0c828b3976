/**
 * The demo page while others change what it shows: live lists, announcements, and what it says of its connection.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { Locator, Page } from "playwright-core";
import { shareBrowser } from "./chromium.ts";
import { AWAY, create, names, people, REFUSED, signIn, signOut } from "./demo_page.ts";
import { createDemoApp, serveDemo, until } from "./demo_site.ts";

const app = await createDemoApp({ development: true });
Deno.test.afterAll(async () => await app.close?.());
const browserTest = shareBrowser();

/** What the page says of its connection. */
function connection(page: Page, state: "Live" | "Reconnecting…" | "Offline"): Locator {
  return page.getByRole("banner").getByRole("status").getByText(state, { exact: true });
}

/** What was announced last, where a screen reader reads it by itself. */
function announced(page: Page, text: string): Locator {
  return page.getByRole("main").getByRole("status").getByText(text);
}

/** Signs in, and waits until the page hears what its user may hear. */
async function signInLive(page: Page): Promise<void> {
  await signIn(page);
  await connection(page, "Live").waitFor();
}

browserTest("the demo page shows a user created in another browser, and announces him, unasked", async (open) => {
  await using site = await serveDemo(app);
  await open(site.url, {}, async (ours) => {
    await open(site.url, {}, async (theirs) => {
      await signInLive(ours);
      await signInLive(theirs);
      await until(() => site.listeners().length === 2);
      site.takeRequests();

      await create(ours, { name: "Grace Hopper", email: "grace@example.com" });
      await people(theirs).getByText("Grace Hopper").waitFor();
      await people(ours).getByText("Grace Hopper").waitFor();
      assertEquals((await names(theirs))[0], "Grace Hopper");
      await announced(theirs, "Grace Hopper has joined.").waitFor();
      // Each page has asked for its list once.
      assertEquals(site.takeRequests().sort(), [
        "GET users.list?page=1",
        "GET users.list?page=1",
        "POST users.create",
      ]);
    });
  });
});

browserTest("signing out ends the stream of announcements, in all windows of the session", async (open) => {
  await using site = await serveDemo(app);
  await open(site.url, { expected: REFUSED }, async (page) => {
    await signInLive(page);
    const other = await page.context().newPage();
    await other.goto(site.url);
    await people(other).waitFor();
    await until(() => site.listeners().length === 2);

    await signOut(page);
    await other.getByRole("heading", { name: "Sign in" }).waitFor();
    await until(() => site.listeners().length === 0 && site.connections().length === 2);
    await connection(other, "Live").waitFor();

    // Whoever comes next hears it again, on a connection that was granted what he may hear.
    await signInLive(page);
    await until(() => site.listeners().length === 1 && site.connections().length === 2);
    await site.addUser("Karen Jones");
    await announced(page, "Karen Jones has joined.").waitFor();
    await people(page).getByText("Karen Jones").waitFor();
  });
});

browserTest("signing out of the demo page ends its connection also when there is no stream on it", async (open) => {
  await using site = await serveDemo(app);
  const { store } = await import("../../cli/templates/app/src/services/store.ts");
  await open(site.url, { expected: new RegExp(`${AWAY.source}|${REFUSED.source}`) }, async (page) => {
    await signInLive(page);
    await until(() => site.listeners().length === 1);
    // While the session cannot be found the stream is refused, so that its end changes nothing any more.
    const [cookie] = await page.context().cookies();
    const session = `session:${cookie?.value.split(".")[0]}`;
    const userId = await store.get(session);
    assert(await store.delete(session));
    await site.stop();
    await connection(page, "Reconnecting…").waitFor();
    site.restart();
    await connection(page, "Live").waitFor();
    await store.set(session, userId);

    const [before] = site.connections();
    assert(before);
    await signOut(page);
    await until(() => site.connections().length === 1 && site.connections()[0] !== before);
  });
});

browserTest("the demo page says that its server is away, and catches up when it is back", async (open) => {
  await using site = await serveDemo(app);
  await open(site.url, { expected: AWAY }, async (page) => {
    await signInLive(page);
    await until(() => site.listeners().length === 1);
    let loads = 0;
    page.on("load", () => loads++);
    await site.stop();
    await connection(page, "Reconnecting…").waitFor();
    await site.addUser("Lynn Conway");
    site.restart();
    await connection(page, "Live").waitFor();
    await people(page).getByText("Lynn Conway").waitFor();
    await announced(page, "Lynn Conway has joined.").waitFor();
    assertEquals(loads, 0);
  });
});

browserTest(
  "the demo page says that it is offline: without a network, and when the server has refused it",
  async (open) => {
    await using site = await serveDemo(app);
    await open(site.url, { expected: new RegExp(`${REFUSED.source}|net::ERR_`) }, async (page) => {
      await connection(page, "Live").waitFor();
      await page.context().setOffline(true);
      await connection(page, "Offline").waitFor();
      await page.context().setOffline(false);
      await connection(page, "Live").waitFor();

      const error = { code: "ERR_FORBIDDEN", message: "Not you" };
      await page.route("**/_/events?*", (route) => route.fulfill({ status: 403, json: { data: null, error } }));
      await page.reload();
      await connection(page, "Offline").waitFor();
      await page.unroute("**/_/events?*");
      await page.getByRole("banner").getByRole("button", { name: "Reconnect" }).click();
      await connection(page, "Live").waitFor();
    });
  },
);

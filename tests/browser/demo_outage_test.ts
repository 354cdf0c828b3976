/**
 * The demo page while its server is away, and after.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { startDemo } from "../apps/demo_process.ts";
import { shareBrowser } from "./chromium.ts";
import { AWAY, create, createForm, names, people, REFUSED, signIn, signOut } from "./demo_page.ts";
import { ADA, createDemoApp, serveDemo } from "./demo_site.ts";

const app = await createDemoApp({ development: true });
Deno.test.afterAll(async () => await app.close?.());
const browserTest = shareBrowser();

/** Counts how often the page is loaded: a reload would hide what is tested here. */
function countLoads(page: Page): { readonly loads: number } {
  const counted = { loads: 0 };
  page.on("load", () => counted.loads++);
  return counted;
}

browserTest(
  "the demo page recovers from a stopped and restarted server: lists and creates, no reload",
  async (open) => {
    await using site = await serveDemo(app);
    for (let i = 1; i <= 10; i++) await site.addUser(`Patient ${i}`);
    await open(site.url, { expected: AWAY }, async (page) => {
      await signIn(page);
      const counted = countLoads(page);
      const alert = page.getByRole("region", { name: /Everybody/ }).getByRole("alert");
      const retry = alert.getByRole("button", { name: "Try again" });

      await site.stop();
      await page.getByRole("button", { name: "Next" }).click();
      await alert.getByText("The server cannot be reached.").waitFor();
      await create(page, { name: "Katherine Johnson", email: "katherine@example.com" });
      const formAlert = createForm(page).getByRole("alert");
      await formAlert.getByText("The server cannot be reached.").waitFor();
      // Still away: it says so again.
      await retry.click();
      await alert.waitFor({ state: "hidden" });
      await alert.getByText("The server cannot be reached.").waitFor();

      site.restart();
      await retry.click();
      await page.getByText("Page 2 of 2").waitFor();
      assertEquals(await names(page), [ADA.name]);
      // What was entered is still there, and need not be entered again.
      await createForm(page).getByRole("button", { name: "Add" }).click();
      await createForm(page).getByRole("status").getByText("Katherine Johnson was added.").waitFor();
      assertEquals(await formAlert.count(), 0);
      await page.getByRole("button", { name: "Previous" }).click();
      await people(page).getByText("Katherine Johnson").waitFor();
      assertEquals(counted.loads, 0);
    });
  },
);

browserTest("the demo page says that signing out failed while its server is away", async (open) => {
  await using site = await serveDemo(app);
  await open(site.url, { expected: AWAY }, async (page) => {
    await signIn(page);
    await site.stop();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("banner").getByText("The server cannot be reached.").waitFor();
    assertEquals(await people(page).count(), 1);

    site.restart();
    await signOut(page);
  });
});

browserTest("the demo page asks to sign in again when its process was restarted, without a reload", async (open) => {
  const first = await startDemo({ PORT: "0" });
  const { page: url } = first;
  try {
    // Bundled for production this time.
    await open(url, { expected: new RegExp(`${AWAY.source}|${REFUSED.source}`) }, async (page) => {
      await signIn(page);
      assertEquals(await names(page), [ADA.name]);
      const counted = countLoads(page);
      assertEquals(await first.end("SIGTERM"), 0);

      await create(page, { name: "Dorothy Vaughan", email: "dorothy@example.com" });
      await createForm(page).getByText("The server cannot be reached.").waitFor();
      await using _second = await startDemo({ PORT: new URL(url).port });
      // The sessions have ended with the process, and so have its events: told that it has missed some, the page asks.
      await page.getByRole("heading", { name: "Sign in" }).waitFor();

      await signIn(page);
      await create(page, { name: "Dorothy Vaughan", email: "dorothy@example.com" });
      await people(page).getByText("Dorothy Vaughan").waitFor();
      assert((await names(page)).includes(ADA.name));
      assertEquals(counted.loads, 0);
    });
  } finally {
    await first[Symbol.asyncDispose]();
  }
});

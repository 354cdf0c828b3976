/**
 * The demo page in Chromium, used as a person uses it. It is bundled for development, so React checks it.
 *
 * @module
 */
/// <reference lib="dom" />
import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { shareBrowser } from "./chromium.ts";
import { create, createForm, errorOf, names, people, REFUSED, signIn, signOut } from "./demo_page.ts";
import { ADA, createDemoApp, serveDemo } from "./demo_site.ts";

const app = await createDemoApp({ development: true });
Deno.test.afterAll(async () => await app.close?.());
const browserTest = shareBrowser();

browserTest("R31 the demo page signs in and lists with one request per query", async (open) => {
  await using site = await serveDemo(app);
  await open(site.url, {}, async (page) => {
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    assertEquals(site.takeRequests(), ["GET sessions.current"]);

    await signIn(page);
    assert((await names(page)).includes(ADA.name));
    assertEquals(await page.getByRole("banner").getByText(ADA.name).count(), 1);
    assertEquals(site.takeRequests(), ["POST sessions.signIn", "GET users.list?page=1"]);

    await page.reload();
    await people(page).waitFor();
    assertEquals(site.takeRequests(), ["GET sessions.current", "GET users.list?page=1"]);
  });
});

/** What React says of the root of a page: whether it is the build for development, and whether StrictMode holds. */
async function readReact(page: Page): Promise<{ isDevelopment: boolean; isStrict: boolean }> {
  return await page.evaluate(() => {
    const { renderer, root } = (globalThis as unknown as { __REACT_DEVTOOLS_GLOBAL_HOOK__: Hook })
      .__REACT_DEVTOOLS_GLOBAL_HOOK__;
    const strictEffects = 0b10000;
    return {
      isDevelopment: renderer?.bundleType === 1,
      isStrict: ((root?.current.child?.mode ?? 0) & strictEffects) !== 0,
    };
  });
}

/** What React's developer tools put into a page before React. */
interface Hook {
  renderer?: { readonly bundleType: number };
  root?: { readonly current: { readonly child: { readonly mode: number } | null } };
}

browserTest("the demo page is tested under React's StrictMode, in its build for development", async (open) => {
  await using site = await serveDemo(app);
  await open("about:blank", {}, async (page) => {
    await page.addInitScript(() => {
      const hook: Hook & Record<string, unknown> = {
        supportsFiber: true,
        inject: (renderer: NonNullable<Hook["renderer"]>) => (hook.renderer = renderer, 1),
        onCommitFiberRoot: (_: number, root: NonNullable<Hook["root"]>) => void (hook.root = root),
      };
      Object.assign(globalThis, { __REACT_DEVTOOLS_GLOBAL_HOOK__: hook });
    });
    await page.goto(site.url);
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    assertEquals(await readReact(page), { isDevelopment: true, isStrict: true });
  });
});

browserTest("the demo page says beside its field what is wrong with a sign-in", async (open) => {
  await using site = await serveDemo(app);
  await open(site.url, { expected: REFUSED }, async (page) => {
    const email = page.getByLabel("Email");
    await email.fill("ada");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("Invalid email address.").waitFor();
    assertEquals(await errorOf(email), "Invalid email address.");

    await email.fill(ADA.email);
    await page.getByLabel("Password").fill("difference-engine");
    await page.getByRole("button", { name: "Sign in" }).click();
    // It must not say which of the two is wrong.
    await page.getByRole("alert").getByText("Wrong email address or password.").waitFor();
    assertEquals(await errorOf(email), undefined);

    await page.getByLabel("Password").fill(ADA.password);
    await signIn(page);
  });
});

browserTest("the demo page forgets what a user has seen when he signs out", async (open) => {
  await using site = await serveDemo(app);
  await open(site.url, {}, async (page) => {
    await signIn(page);
    await signOut(page);
    assertEquals(await people(page).count(), 0);
    site.takeRequests();

    await signIn(page);
    assertEquals(site.takeRequests(), ["POST sessions.signIn", "GET users.list?page=1"]);
  });
});

browserTest("the demo page creates a user, who is on the list without a reload", async (open) => {
  await using site = await serveDemo(app);
  await open(site.url, {}, async (page) => {
    await signIn(page);
    site.takeRequests();
    await create(page, { name: "Grace Hopper", email: "Grace.Hopper@Example.com", password: "first-compiler" });
    await createForm(page).getByRole("status").getByText("Grace Hopper was added.").waitFor();
    await people(page).getByText("grace.hopper@example.com").waitFor();
    assertEquals((await names(page))[0], "Grace Hopper");
    assertEquals(site.takeRequests(), ["POST users.create", "GET users.list?page=1"]);

    // Ready for the next one.
    for (const label of ["Name", "Email", "Password"]) {
      assertEquals(await createForm(page).getByLabel(label).inputValue(), "", label);
    }

    await signOut(page);
    await page.getByLabel("Email").fill("grace.hopper@example.com");
    await page.getByLabel("Password").fill("first-compiler");
    await signIn(page);
    assertEquals(await page.getByRole("banner").getByText("Grace Hopper").count(), 1);
  });
});

browserTest("the demo page shows validation errors beside their fields, and keeps what was entered", async (open) => {
  await using site = await serveDemo(app);
  await open(site.url, { expected: REFUSED }, async (page) => {
    await signIn(page);
    const [name, email, password] = ["Name", "Email", "Password"].map((label) => createForm(page).getByLabel(label));
    const errors = async () => [await errorOf(name!), await errorOf(email!), await errorOf(password!)];
    await create(page, { name: "G", email: "grace", password: "short" });
    await page.getByText("Name must be at least 2 characters long.").waitFor();
    assertEquals(await errors(), [
      "Name must be at least 2 characters long.",
      "Invalid email address.",
      "Password must be at least 8 characters long.",
    ]);
    assertEquals(await createForm(page).getByRole("alert").count(), 0);
    // The first wrong one has the focus.
    assert(await name!.evaluate((input) => input === document.activeElement));
    assertEquals([await name!.inputValue(), await email!.inputValue()], ["G", "grace"]);

    await create(page, { name: "Annie Easley", email: ADA.email.toUpperCase() });
    await page.getByText("This email address is taken.").waitFor();
    assertEquals(await errors(), [undefined, "This email address is taken.", undefined]);
    assert(await email!.evaluate((input) => input === document.activeElement));

    await create(page, { name: "Annie Easley", email: "annie@example.com" });
    await createForm(page).getByRole("status").getByText("Annie Easley was added.").waitFor();
    assertEquals(await errors(), [undefined, undefined, undefined]);
  });
});

browserTest("R30 the demo page leads from page to page, and asks once for each", async (open) => {
  await using site = await serveDemo(app);
  for (let i = 1; i <= 10; i++) await site.addUser(`Page Turner ${i}`);
  await open(site.url, {}, async (page) => {
    await signIn(page);
    const paging = page.getByRole("navigation", { name: "Pages" });
    const previous = paging.getByRole("button", { name: "Previous" });
    assertEquals(await names(page), Array.from({ length: 10 }, (_, i) => `Page Turner ${10 - i}`));
    assertEquals(await previous.getAttribute("aria-disabled"), "true");
    // A press on what is off does nothing, least of all ask for page 0.
    await previous.click({ force: true });
    site.takeRequests();

    await paging.getByRole("button", { name: "Next" }).click();
    await paging.getByText("Page 2 of 2").waitFor();
    assertEquals((await names(page)).at(-1), ADA.name);
    assertEquals(await paging.getByRole("button", { name: "Next" }).getAttribute("aria-disabled"), "true");

    await previous.click();
    await people(page).getByText("Page Turner 10", { exact: true }).waitFor();
    // Page 1 is still fresh.
    assertEquals(site.takeRequests(), ["GET users.list?page=2"]);
  });
});

browserTest("the demo page loads nothing from elsewhere and no server code", async (open) => {
  await using site = await serveDemo(app);
  await open("about:blank", {}, async (page) => {
    const loaded: string[] = [];
    const texts: Promise<string>[] = [];
    page.on("response", (response) => {
      loaded.push(new URL(response.url()).origin);
      if (response.request().resourceType() === "script") texts.push(response.text());
    });
    await page.goto(site.url);
    await signIn(page);
    assertEquals([...new Set(loaded)], [new URL(site.url).origin]);
    const scripts = (await Promise.all(texts)).join("\n");
    assert(scripts.includes("useSyncExternalStore"));
    // What hashes passwords on the server, and what is found in each of its controllers.
    for (const name of ["PBKDF2", "igniter.controller"]) assertEquals(scripts.includes(name), false, name);
  });
});

/**
 * The demo page for those who have no mouse, a small screen, or other eyes; and pictures of it.
 *
 * @module
 */
/// <reference lib="dom" />
import { assertEquals, assertGreaterOrEqual } from "@std/assert";
import type { Page } from "playwright-core";
import { keepPictures, shareBrowser } from "./chromium.ts";
import { create, people, REFUSED, signIn } from "./demo_page.ts";
import { createDemoApp, serveDemo } from "./demo_site.ts";

const app = await createDemoApp({ development: false });
Deno.test.afterAll(async () => await app.close?.());
const browserTest = shareBrowser();

/** Tells what has the focus, by its label or its text. */
async function focused(page: Page): Promise<string> {
  return await page.evaluate(() => {
    const element = document.activeElement;
    return element instanceof HTMLInputElement ? element.labels?.[0]?.textContent ?? "" : element?.textContent ?? "";
  });
}

/** Presses Tab until an element has the focus, which must then be seen. */
async function tabTo(page: Page, label: string): Promise<void> {
  for (let presses = 0; presses < 12; presses++) {
    await page.keyboard.press("Tab");
    if (await focused(page) !== label) continue;
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement as Element).outlineStyle);
    assertEquals(outline, "solid", `the focus on "${label}" is not to be seen`);
    return;
  }
  throw new Error(`Cannot reach "${label}" with the Tab key`);
}

browserTest("the demo page can be used with the keyboard alone", async (open) => {
  await using site = await serveDemo(app);
  for (let i = 1; i <= 10; i++) await site.addUser(`Typist ${i}`);
  await open(site.url, { expected: REFUSED }, async (page) => {
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await tabTo(page, "Email");
    await page.keyboard.press("Enter");
    await people(page).waitFor();

    await tabTo(page, "Next");
    await page.keyboard.press("Enter");
    await page.getByText("Page 2 of 2").waitFor();

    await tabTo(page, "Name");
    await page.keyboard.type("Mary Jackson");
    await page.keyboard.press("Enter");
    await page.getByText("Invalid email address.").waitFor();
    // It went where it is needed.
    assertEquals(await focused(page), "Email");
    await page.keyboard.type("mary@example.com");
    await page.keyboard.press("Enter");
    await page.getByText("Mary Jackson was added.").waitFor();

    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Shift+Tab");
    assertEquals(await focused(page), "Next");
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Space");
    await people(page).getByText("Mary Jackson").waitFor();
    // A button that is off keeps the focus.
    assertEquals(await focused(page), "Previous");
  });
});

const PHONE = { viewport: { width: 375, height: 667 }, hasTouch: true, isMobile: true };

browserTest("the demo page fits a phone, with names as long as they may be", async (open) => {
  await using site = await serveDemo(app);
  await open(site.url, { ...PHONE, expected: REFUSED }, async (page) => {
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await assertFits(page);

    await signIn(page);
    const email = `${"a".repeat(60)}@${"b".repeat(60)}.example`;
    await create(page, { name: "W".repeat(100), email });
    await page.getByText("was added.").waitFor();
    await people(page).getByText(email).waitFor();
    await create(page, { name: "", email: "" });
    await page.getByText("Invalid email address.").waitFor();
    await assertFits(page);
  });
});

/** No part of it is beside the screen, what is pressed is as large as a finger, and no input makes a phone zoom in. */
async function assertFits(page: Page): Promise<void> {
  const { width, targets, sizes } = await page.evaluate(() => ({
    width: document.documentElement.scrollWidth,
    targets: [...document.querySelectorAll("button, input")].map((element) => element.getBoundingClientRect().height),
    sizes: [...document.querySelectorAll("input")].map((element) => parseFloat(getComputedStyle(element).fontSize)),
  }));
  assertEquals(width, 375);
  assertGreaterOrEqual(Math.min(...targets), 44);
  assertGreaterOrEqual(Math.min(...sizes), 16);
}

/** The lowest contrast of a text to what is behind it (WCAG 2.2, 1.4.3), and where it is. */
async function lowestContrast(page: Page): Promise<{ readonly ratio: number; readonly text: string }> {
  return await page.evaluate(() => {
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true })!;
    const toRgba = (color: string): number[] => {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = color;
      canvas.fillRect(0, 0, 1, 1);
      return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const luminance = (rgba: number[]): number => {
      const [red = 0, green = 0, blue = 0] = rgba.map((part) => {
        const share = part / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const behind = (element: Element | null): number[] => {
      if (element === null) return [255, 255, 255];
      const rgba = toRgba(getComputedStyle(element).backgroundColor);
      return rgba[3] === 0 ? behind(element.parentElement) : rgba;
    };
    let lowest = { ratio: 21, text: "" };
    for (const element of document.querySelectorAll("h1, h2, p, span, strong, label, input, button")) {
      // Of what is off no contrast is asked.
      if (element.getAttribute("aria-disabled") === "true" || element.closest(".hidden")) continue;
      const both = [luminance(toRgba(getComputedStyle(element).color)), luminance(behind(element))];
      const ratio = (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05);
      if (ratio < lowest.ratio) lowest = { ratio, text: element.textContent || element.tagName };
    }
    return lowest;
  });
}

browserTest("the demo page is legible in light and in dark; pictures are kept", async (open) => {
  await using site = await serveDemo(app);
  for (const name of ["Radia Perlman", "Barbara Liskov", "Margaret Hamilton"]) await site.addUser(name);
  const keep = await keepPictures("demo_page");
  for (const colorScheme of ["light", "dark"] as const) {
    await open(site.url, { colorScheme, expected: REFUSED }, async (page) => {
      await page.getByRole("heading", { name: "Sign in" }).waitFor();
      await keep(page, `sign_in_${colorScheme}`);
      await signIn(page);
      await create(page, { name: "A", email: "grace@example.com" });
      await page.getByText("Name must be").waitFor();
      const { ratio, text } = await lowestContrast(page);
      assertGreaterOrEqual(ratio, 4.5, `${colorScheme}: ${text}`);
      await keep(page, `people_${colorScheme}`);
      await page.setViewportSize(PHONE.viewport);
      await keep(page, `people_${colorScheme}_phone`);
    });
  }
});

/**
 * Chromium, driven by playwright: one browser for the tests of a file, a window of its own for each.
 *
 * Where there is no Chromium the tests are ignored, and their names say why; with `CI` set they fail.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

/** How a window is opened. */
export interface WindowOptions extends BrowserContextOptions {
  /** What may be written to the console as an error: a browser itself reports each answer that is one. */
  readonly expected?: RegExp;
}

/** Opens a page in a window without cookies. At its end it must have reported no error. */
export type OpenWindow = (url: string, options: WindowOptions, use: (page: Page) => Promise<void>) => Promise<void>;

/** Declares a test that drives the shared browser; `missing` says what else it needs and this machine has not. */
export type DeclareTest = (
  name: string,
  fn: (open: OpenWindow) => Promise<void>,
  missing?: string | undefined,
) => void;

const PATHS = [
  Deno.env.get("CHROMIUM_PATH"),
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

const ARGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Milliseconds until an element that does not come is a failure. */
const PATIENCE = 15_000;

const executablePath = PATHS.find((path) => path && existsSync(path));
const noBrowser = executablePath === undefined && !Deno.env.get("CI") ? "no Chromium is installed" : undefined;

/** Shares one browser among the tests of a file, and declares them with what it gives. */
export function shareBrowser(): DeclareTest {
  let browser: Browser | undefined;
  Deno.test.beforeAll(async () => {
    if (noBrowser === undefined) browser = await launch();
  });
  Deno.test.afterAll(async () => {
    await browser?.close();
  });
  return (name, fn, missing) => {
    const reason = noBrowser ?? missing;
    Deno.test({
      name: reason === undefined ? name : `${name} (ignored: ${reason})`,
      ignore: reason !== undefined,
      fn: async () => await fn((url, options, use) => open(browser as Browser, url, options, use)),
    });
  };
}

/** Launches a browser of one's own; `undefined` where there is none. */
export async function launchBrowser(): Promise<Browser | undefined> {
  return executablePath === undefined ? undefined : await launch();
}

async function launch(): Promise<Browser> {
  if (executablePath === undefined) throw new Error("Cannot launch Chromium: none is installed, and CI is set");
  return await chromium.launch({ executablePath, args: ARGS });
}

async function open(
  browser: Browser,
  url: string,
  { expected = /$^/, ...options }: WindowOptions,
  use: (page: Page) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext({
    reducedMotion: "reduce",
    viewport: { width: 1100, height: 800 },
    ...options,
  });
  try {
    context.setDefaultTimeout(PATIENCE);
    const page = await context.newPage();
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type()) && !expected.test(message.text())) errors.push(message.text());
    });
    await page.goto(url);
    await use(page);
    assertEquals(errors, [], "the page has reported errors");
  } finally {
    await context.close();
  }
}

/** Gives what keeps pictures, in a folder outside the repository: that of `CI_ARTIFACTS`, or a temporary one. It says where. */
export async function keepPictures(of: string): Promise<(page: Page, name: string) => Promise<void>> {
  const folder = Deno.env.get("CI_ARTIFACTS") || await Deno.makeTempDir({ prefix: "igniter_pictures_" });
  console.log(`Pictures: ${join(folder, `${of}_*.png`)}`);
  return async (page, name) => void await page.screenshot({ path: join(folder, `${of}_${name}.png`), fullPage: true });
}

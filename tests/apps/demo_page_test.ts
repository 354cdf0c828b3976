/**
 * How the demo app serves its page, without a browser: see `tests/browser` for what happens in one.
 *
 * @module
 */
import { assert, assertEquals, assertLess, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { bundlePage } from "../../cli/templates/app/src/app/page.bundle.ts";
import { createPageHandler } from "../../cli/templates/app/src/app/page.server.ts";
import { startDemo } from "./demo_process.ts";

const ORIGIN = "http://localhost";

async function createHandler() {
  return createPageHandler(await bundlePage({ development: false }));
}

/** The files that the page names. */
async function filesOf(page: Response): Promise<string[]> {
  return [...(await page.text()).matchAll(/(?:src|href)="\.\/([^"]+)"/g)].map(([, file]) => `${ORIGIN}/${file}`);
}

Deno.test("the demo app prints its page's address first, and serves page and API side by side", async () => {
  await using demo = await startDemo({ PORT: "0" });
  assertEquals(demo.guide.split("\n")[0], `Page  ${demo.page}`);
  assertEquals(new URL("/api/v1", demo.page).href, demo.base);

  const page = await fetch(demo.page);
  assertEquals([page.status, page.headers.get("content-type")], [200, "text/html; charset=utf-8"]);
  assertStringIncludes(await page.text(), '<div id="root">');
  // Unknown below the API's path is the API's answer, elsewhere the page's.
  const inApi = await fetch(`${demo.base}/nothing`);
  assertEquals([inApi.status, (await inApi.json()).error.code], [404, "ERR_NOT_FOUND"]);
  const beside = await fetch(`${demo.base}x`);
  assertEquals([beside.status, await beside.text()], [404, "Not found\n"]);
  // HEAD gets the head of what GET gets.
  const head = await fetch(demo.page, { method: "HEAD" });
  assertEquals([head.status, await head.text()], [200, ""]);
  assert(Number(head.headers.get("content-length")) > 0);
});

Deno.test("the demo page's files are named by their content and kept for good, the page itself is asked for", async () => {
  const show = await createHandler();
  const page = show(new Request(`${ORIGIN}/`));
  assertEquals(page.headers.get("cache-control"), "no-cache");

  const urls = await filesOf(page);
  const types = urls.map((url) => {
    const { status, headers } = show(new Request(url));
    assertEquals([status, headers.get("cache-control")], [200, "public, max-age=31536000, immutable"], url);
    return headers.get("content-type");
  });
  assertEquals(types.sort(), ["text/css; charset=utf-8", "text/javascript; charset=utf-8"]);
  for (const url of urls) assertMatch(url, /-[A-Z0-9]{8}\.(?:js|css)$/);
  // The same sources, the same names: a restart leaves the caches warm.
  assertEquals(await filesOf((await createHandler())(new Request(`${ORIGIN}/`))), urls);
});

Deno.test("the demo page may load from its own server only, and stand in no frame", async () => {
  const show = await createHandler();
  const { headers } = show(new Request(`${ORIGIN}/`));
  const policy = new Map(
    headers.get("content-security-policy")?.split("; ").map((rule) => rule.split(" ") as [string, ...string[]])
      .map(([name, ...sources]) => [name, sources.join(" ")]),
  );
  assertEquals(policy.get("default-src"), "'self'");
  assertEquals(policy.get("frame-ancestors"), "'none'");
  assertEquals(policy.get("script-src"), undefined);
  assertEquals(headers.get("x-content-type-options"), "nosniff");
  assertEquals(show(new Request(`${ORIGIN}/nothing`)).status, 404);
  const posted = show(new Request(`${ORIGIN}/`, { method: "POST" }));
  assertEquals([posted.status, posted.headers.get("allow")], [405, "GET, HEAD"]);
});

Deno.test("the demo page's script is minified, and carries no server code", async () => {
  const files = await bundlePage({ development: false });
  const scripts = [...files].filter(([path]) => path.endsWith(".js"));
  const text = scripts.map(([, { body }]) => new TextDecoder().decode(body)).join("\n");
  assertLess(text.length, 350_000);
  assertStringIncludes(text, "Add a person");
  for (const name of ["PBKDF2", "COOKIE_SECRET", "sourceMappingURL"]) assertEquals(text.includes(name), false, name);
});

Deno.test("the demo app says why it cannot bundle its page", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const entry = pathToFileURL(join(folder, "index.html"));
    await Deno.writeTextFile(entry, '<!DOCTYPE html><script type="module" src="./page.ts"></script>');
    await Deno.writeTextFile(join(folder, "page.ts"), 'import "./missing.ts";');
    const error = await assertRejects(
      () => bundlePage({ development: false, entry }),
      Error,
      "Cannot bundle the page: ",
    );
    assertStringIncludes(error.message, "missing.ts");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

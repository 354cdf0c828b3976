/**
 * A background job on the demo page: the app runs as a process of its own, with its worker, as `deno task dev` starts it.
 *
 * @module
 */
/// <reference lib="dom" />
import { assert, assertEquals } from "@std/assert";
import { type DemoProcess, startDemo } from "../apps/demo_process.ts";
import { redisIsMissing, startRedis } from "../redis.ts";
import { shareBrowser } from "./chromium.ts";
import { create, createForm, signIn } from "./demo_page.ts";

const browserTest = shareBrowser();
type Open = Parameters<Parameters<typeof browserTest>[1]>[0];

/** Creates somebody, and reads all that the form says until his welcome email was sent. */
async function welcome(open: Open, demo: DemoProcess): Promise<void> {
  await open(demo.page, {}, async (page) => {
    await signIn(page);
    const said: string[] = [];
    await page.exposeFunction("hear", (text: string) => void said.push(text));
    await createForm(page).locator("[role=status]").evaluate((element: Node) => {
      const hear = (globalThis as unknown as { hear(text: string | null): void }).hear;
      new MutationObserver(() => hear(element.textContent)).observe(element, {
        childList: true,
        subtree: true,
        characterData: true,
      });
    });
    await create(page, { name: "Grace Hopper", email: "grace@example.com" });
    await createForm(page).getByRole("status").getByText("The welcome email was sent.").waitFor();
    const progress = said.map((text) => /being sent: (\d+) %/.exec(text)?.[1]).filter((percent) =>
      percent !== undefined
    );
    assert(said.some((text) => text.includes("Grace Hopper was added. The welcome email waits")), String(said));
    assert(new Set(progress).size >= 3, `it told ${progress}`);
    assertEquals(progress, progress.toSorted((a, b) => Number(a) - Number(b)));
  });
}

browserTest("D25 the demo page shows the progress of a welcome email, without any server but its own", async (open) => {
  await using demo = await startDemo({ PORT: "0" });
  await welcome(open, demo);
});

browserTest("D25 the demo page shows the progress of a welcome email that BullMQ keeps", async (open) => {
  await using redis = await startRedis();
  await using demo = await startDemo({ PORT: "0", REDIS_URL: redis.url });
  await welcome(open, demo);
}, redisIsMissing());

browserTest("D25 the demo page shows what another process of the app does for it", async (open) => {
  await using redis = await startRedis();
  await using demo = await startDemo({ PORT: "0", REDIS_URL: redis.url, JOBS_WORKER: "off" });
  await using _worker = await startDemo({ PORT: "0", REDIS_URL: redis.url });
  await welcome(open, demo);
}, redisIsMissing());

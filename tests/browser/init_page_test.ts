/**
 * The page of projects that `igniter init` writes without live updates: it follows what it does itself.
 *
 * @module
 */
/// <reference lib="dom" />
import { assertEquals } from "@std/assert";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { igniter } from "../cli/_cli.ts";
import { startProject } from "../cli/_started.ts";
import { root } from "../project.ts";
import { redisIsMissing, startRedis } from "../redis.ts";
import { shareBrowser } from "./chromium.ts";
import { create, createForm, names, people, signIn } from "./demo_page.ts";

const browserTest = shareBrowser();

async function withProject(flags: readonly string[], use: (app: string) => Promise<void>): Promise<void> {
  const folder = Deno.makeTempDirSync({ prefix: "igniter-init-" });
  try {
    const app = join(folder, "app");
    const { code, stderr } = await igniter(["init", app, ...flags, "--no-git", "--link", root]);
    assertEquals({ code, stderr }, { code: 0, stderr: "" });
    await use(app);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

async function addGrace(page: Page): Promise<void> {
  await signIn(page);
  await create(page, { name: "Grace Hopper", email: "grace@example.com" });
  await people(page).getByText("Grace Hopper", { exact: true }).waitFor();
  assertEquals(await names(page), ["Grace Hopper", "Ada Lovelace"]);
}

browserTest("R60 the page of a project without features lists who was created on it", async (open) => {
  await withProject(["--framework", "express", "--features", "none"], async (app) => {
    await using running = await startProject(app);
    await open(running.page, {}, async (page) => {
      await addGrace(page);
      assertEquals(await createForm(page).getByRole("status").textContent(), "Grace Hopper was added.");
      assertEquals(await page.getByText("Live", { exact: true }).count(), 0);
    });
  });
});

browserTest("R60 the page of a project with jobs alone shows what becomes of one, which Redis keeps", async (open) => {
  await withProject(["--framework", "hono", "--features", "jobs"], async (app) => {
    await using redis = await startRedis();
    await using running = await startProject(app, { REDIS_URL: redis.url });
    await open(running.page, {}, async (page) => {
      await addGrace(page);
      await createForm(page).getByRole("status").getByText("The welcome email was sent.").waitFor();
    });
  });
}, redisIsMissing());

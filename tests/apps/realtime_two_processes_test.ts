/**
 * Two server processes on one Redis: what is done at the one is seen at the other, by clients and on pages. The limits
 * are those of a busy machine; `deno task bench:realtime` gives the figures.
 *
 * @module
 */
import { assertEquals, assertLess } from "@std/assert";
import { shareBrowser } from "../browser/chromium.ts";
import { create, people, signIn } from "../browser/demo_page.ts";
import { redisIsMissing, startRedis, testWithRedis } from "../redis.ts";
import { measureMessages, measurePage, measureRevalidations, percentile, startDemoPair } from "./demo_pair.ts";

/** Milliseconds, on a machine that does other things as well. */
const LIMIT = { half: 250, nearlyAll: 2500 };
const ROUNDS = 40;

testWithRedis(
  "R23 what is done at one process of the demo app, clients of another hear within moments",
  async (redis) => {
    await using pair = await startDemoPair(redis.url);
    for (const measure of [measureMessages, measureRevalidations]) {
      const times = await measure(pair, ROUNDS);
      assertEquals(times.length, ROUNDS);
      assertLess(percentile(times, 0.5), LIMIT.half, measure.name);
      assertLess(percentile(times, 0.99), LIMIT.nearlyAll, measure.name);
    }
    // Each has the users of both, and the session that began at the other.
    const [atA, atB] = [await pair.clientA.users.list.query.orThrow(), await pair.clientB.users.list.query.orThrow()];
    assertEquals(atA, atB);
  },
);

testWithRedis("the demo app's processes end in order while Redis is there and others go on", async (redis) => {
  await using pair = await startDemoPair(redis.url);
  assertEquals(await pair.a.end("SIGTERM"), 0);
  assertEquals((await pair.clientB.users.list.query.orThrow()).users.map(({ name }) => name), ["Ada Lovelace"]);
});

shareBrowser()(
  "R23 a user created on a page of one process appears on the page of another, both ways",
  async (open) => {
    await using redis = await startRedis();
    await using pair = await startDemoPair(redis.url);
    await open(pair.a.page, {}, async (pageA) => {
      await open(pair.b.page, {}, async (pageB) => {
        for (const page of [pageA, pageB]) {
          await signIn(page);
          await page.getByText("Live", { exact: true }).waitFor();
        }
        await create(pageA, { name: "Grace Hopper", email: "grace@example.com" });
        await people(pageB).getByText("Grace Hopper").waitFor();
        await pageB.getByText("Grace Hopper has joined.").waitFor();
        await create(pageB, { name: "Mary Jackson", email: "mary@example.com" });
        await people(pageA).getByText("Mary Jackson").waitFor();

        const times = await measurePage(pair, pageB, 10);
        assertLess(percentile(times, 0.5), LIMIT.half + 250);
      });
    });
  },
  redisIsMissing(),
);

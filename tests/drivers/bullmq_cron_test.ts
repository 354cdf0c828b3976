/**
 * Timetables on BullMQ beyond the contract: what becomes of those that nobody defines any more, and of single runs.
 *
 * @module
 */
import { Igniter } from "@igniter-js/core";
import { createBullMQAdapter } from "@igniter-js/core/drivers/bullmq";
import { assert, assertEquals } from "@std/assert";
import { Redis } from "ioredis";
import { redisIsMissing, startRedis, type TestRedis } from "../redis.ts";

const missing = redisIsMissing();
const ignore = missing !== undefined;

/** Starts an application whose namespaces have one timetable each. */
async function start(redis: TestRedis, namespaces: readonly string[], cron = "0 3 * * *") {
  const jobs = createBullMQAdapter({ url: redis.url });
  const routers = namespaces.map((namespace) => {
    const nightly = jobs.cron({ name: "nightly", cron, handler: () => 1 });
    return [namespace, jobs.router({ namespace, jobs: { nightly } })] as const;
  });
  Igniter.context(() => ({})).config({ logLevel: "silent" }).jobs(jobs.merge(Object.fromEntries(routers))).create();
  await until(async () => (await jobs.search({ state: "delayed" })).length === namespaces.length);
  return jobs;
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!await condition()) {
    if (Date.now() > deadline) throw new Error(`It did not come to that: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

Deno.test({
  name: "R43 bullmq: the timetable of a namespace that is gone as a whole ends; another application's goes on",
  ignore,
  fn: async () => {
    await using redis = await startRedis();
    const client = new Redis(redis.url);
    const schedulers = async () => (await client.keys("bull:*:repeat")).sort();
    const other = await start(redis, ["billing"]);
    await (await start(redis, ["mail", "reports"])).close();
    assertEquals(await schedulers(), ["bull:billing:repeat", "bull:mail:repeat", "bull:reports:repeat"]);
    const next = await start(redis, ["mail"]);
    await until(async () => (await schedulers()).length === 2);
    assertEquals(await schedulers(), ["bull:billing:repeat", "bull:mail:repeat"]);
    assertEquals(await client.zcard("bull:reports:delayed"), 0);
    await other.close();
    await next.close();
    const again = await start(redis, ["billing"]);
    assertEquals(await schedulers(), ["bull:billing:repeat", "bull:mail:repeat"]);
    await again.close();
    await client.quit();
  },
});

Deno.test({
  name: "R44 bullmq: a timetable's run that waits for its time can be cancelled; the next one follows in its place",
  ignore,
  fn: async () => {
    await using redis = await startRedis();
    const jobs = await start(redis, ["mail"]);
    const [run] = await jobs.search({ state: "delayed" });
    assert(run?.runAt !== undefined);
    assertEquals(await jobs.cancel(run.id), true);
    assertEquals(await jobs.get(run.id), undefined);
    const runs = await jobs.search();
    assertEquals(runs.map(({ runAt }) => runAt?.getTime()), [run.runAt.getTime() + 86_400_000]);
    await jobs.close();
    // It is as it was defined, so a restart leaves it alone.
    const again = await start(redis, ["mail"]);
    assertEquals((await again.search()).map(({ runAt }) => runAt), runs.map(({ runAt }) => runAt));
    await again.close();
  },
});

Deno.test({
  name: "R44 bullmq: a timetable's run whose time has come can be cancelled while its queue is paused",
  ignore,
  fn: async () => {
    await using redis = await startRedis();
    const jobs = await start(redis, ["mail"], "*/2 * * * * *");
    await jobs.pause();
    const waiting = () => jobs.search({ state: "waiting" });
    await until(async () => (await waiting()).length === 1);
    const [run] = await waiting();
    assertEquals(await jobs.cancel(run!.id), true);
    assertEquals(await jobs.get(run!.id), undefined);
    await jobs.resume();
    await until(async () => (await jobs.search({ state: "completed" })).length > 0);
    await jobs.close();
  },
});

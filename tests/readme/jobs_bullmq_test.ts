/**
 * The README's "Igniter.js Queues" as it is written there: BullMQ on the store's Redis, a real one.
 *
 * @module
 */
import { Igniter } from "@igniter-js/core";
import { createBullMQAdapter } from "@igniter-js/core/drivers/bullmq";
import { createRedisStoreAdapter } from "@igniter-js/core/drivers/redis";
import { assertEquals, assertThrows } from "@std/assert";
import { createMemoryStoreAdapter } from "@igniter-js/core/drivers/memory";
import { Queue } from "bullmq";
import { Redis } from "ioredis";
import { z } from "zod";
import { testWithRedis } from "../redis.ts";

testWithRedis("README jobs on BullMQ: a mail is scheduled, sent, and reported", async (redis) => {
  const lines: unknown[] = [];
  const console = {
    log: (...line: unknown[]) => lines.push(line[0]),
    error: (...line: unknown[]) => lines.push(line[0]),
  };
  const store = createRedisStoreAdapter({ url: redis.url });

  const jobs = createBullMQAdapter({
    store,
    autoStartWorker: {
      concurrency: 2,
      debug: true,
    },
  });

  const REGISTERED_JOBS = jobs.merge({
    system: jobs.router({
      namespace: "system",
      jobs: {
        sendWelcomeEmail: jobs.register({
          name: "sendWelcomeEmail",
          input: z.object({
            userId: z.string(),
            email: z.string().email(),
            name: z.string(),
          }),
          handler: async ({ payload, context }) => {
            await context.store.set(`mail:${payload.userId}`, payload.email);
            context.logger.info("Welcome email sent", { userId: payload.userId });
            return { sentAt: new Date(5) };
          },
        }),
      },
      onSuccess: (job) => {
        console.log("Job completed", job);
      },
      onFailure: (job) => {
        console.error("Job failed", job);
      },
      onStart: (job) => {
        console.log("Job started", job);
      },
    }),
  });

  const igniter = Igniter.context(() => ({})).config({ logLevel: "silent" }).store(store)
    .jobs(jobs.merge(REGISTERED_JOBS)).create();
  const handle = await igniter.jobs.system.schedule({
    task: "sendWelcomeEmail",
    delay: 100,
    input: { userId: "7", email: "ada@example.com", name: "Ada" },
  });
  assertEquals(await handle.result({ timeout: 10_000 }), { sentAt: new Date(5) });
  assertEquals(lines, ["Job started", "Job completed"]);
  assertEquals(await store.get("mail:7"), "ada@example.com");
  await jobs.close();
  await store.close();
});

testWithRedis(
  "BullMQ's own tools read our queues, names and inputs, and no key is outside the prefix",
  async (redis) => {
    const jobs = createBullMQAdapter({
      client: new Redis(redis.url, { lazyConnect: true }),
      prefix: "shop",
      autoStartWorker: false,
    });
    const send = jobs.register({ name: "send", input: z.object({ to: z.string() }), handler: () => 1 });
    const tick = jobs.cron({ name: "tick", cron: "0 3 * * *", handler: () => 1 });
    const igniter = Igniter.context(() => ({})).jobs(
      jobs.merge({ mail: jobs.router({ namespace: "mail", jobs: { send, tick } }) }),
    ).create();
    const { id } = await igniter.jobs.mail.send.enqueue({ to: "ada" }, { priority: 2, idempotencyKey: "welcome:ada" });

    const connection = new Redis(redis.url, { maxRetriesPerRequest: null });
    const queue = new Queue("mail", { connection, prefix: "shop" });
    assertEquals(id, "mail/1");
    const job = await queue.getJob("1");
    assertEquals([job?.name, job?.data, job?.opts.priority], [
      "mail.send",
      { input: { to: "ada" }, idempotencyKey: "welcome:ada" },
      2,
    ]);
    const keys = await connection.keys("*");
    assertEquals(keys.filter((key) => !key.startsWith("shop:")), []);
    await queue.close();
    connection.disconnect();
    await jobs.close();
  },
);

Deno.test("createBullMQAdapter() refuses a store that is not on Redis, and none at all", () => {
  assertThrows(
    () => createBullMQAdapter({ store: createMemoryStoreAdapter() }),
    TypeError,
    "the store is not on Redis",
  );
  assertThrows(() => createBullMQAdapter({}), TypeError, "nothing says where Redis is");
  assertThrows(() => createBullMQAdapter({ url: "redis://127.0.0.1", prefix: "" }), TypeError, "prefix");
});

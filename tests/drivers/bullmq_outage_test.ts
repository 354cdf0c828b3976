/**
 * BullMQ without Redis: at the start, and for a while.
 *
 * @module
 */
import { Igniter, type JobHandle, type WorkerOptions } from "@igniter-js/core";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { z } from "zod";
import { createBullMQAdapter } from "../../drivers/bullmq.ts";
import { testWithRedis } from "../redis.ts";

function createApp(url: string, handler: (n: number) => void, options: WorkerOptions & { timeout?: number } = {}) {
  const adapter = createBullMQAdapter({ url, lockTime: 2_000, ...options });
  const work = adapter.register({
    name: "work",
    input: z.object({ n: z.number() }),
    removeOnComplete: true,
    handler: ({ payload }) => handler(payload.n),
  });
  const { jobs } = Igniter.context(() => ({})).config({ logLevel: "silent" })
    .jobs(adapter.merge({ main: adapter.router({ namespace: "main", jobs: { work } }) })).create();
  return { adapter, work: jobs.main.work };
}

async function until(condition: () => boolean | Promise<boolean>, what: string, timeout = 20_000): Promise<void> {
  const end = performance.now() + timeout;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`Waited ${timeout} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

Deno.test("without Redis a call fails at once and says so, and close() ends", async () => {
  const { adapter, work } = createApp(`redis://127.0.0.1:${freePort()}`, () => {});
  const start = performance.now();
  const error = await assertRejects(() => work.enqueue({ n: 1 }), Error, "Cannot reach Redis at 127.0.0.1:");
  assert(error.message.includes("ECONNREFUSED"), error.message);
  assert(performance.now() - start < 1_000, "it took long");
  await adapter.close();
  await assertRejects(() => work.enqueue({ n: 1 }), Error, "the adapter is closed");
});

Deno.test("a Redis that accepts and says nothing fails a call within the timeout", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const held: Deno.Conn[] = [];
  const accepting = (async () => {
    for await (const connection of listener) held.push(connection);
  })().catch(() => {});
  const { adapter, work } = createApp(`redis://127.0.0.1:${listener.addr.port}`, () => {}, { timeout: 300 });
  const start = performance.now();
  await assertRejects(() => work.enqueue({ n: 1 }), Error, "Cannot reach Redis");
  assert(performance.now() - start < 2_000, "it took long");
  await adapter.close();
  listener.close();
  await accepting;
  for (const connection of held) connection.close();
});

testWithRedis("workers start when Redis does", async (redis) => {
  await redis.kill();
  const ran: number[] = [];
  const { adapter, work } = createApp(redis.url, (n) => void ran.push(n));
  await assertRejects(() => work.enqueue({ n: 1 }), Error, "Cannot reach Redis");
  await redis.restart();
  await until(() => work.enqueue({ n: 2 }).then(() => true, () => false), "a call to succeed");
  await until(() => ran.includes(2), "the job to run");
  await adapter.close();
});

testWithRedis(
  "an outage under load: each call succeeds or fails, none hangs, and what was accepted runs",
  async (redis) => {
    const ran = new Set<number>();
    const { adapter, work } = createApp(redis.url, (n) => void ran.add(n), { timeout: 1_000 });
    const accepted: number[] = [];
    let [next, refused, longest] = [0, 0, 0];
    let stop = false;
    const load = Array.from({ length: 10 }, async () => {
      while (!stop) {
        const n = next++;
        const start = performance.now();
        const outcome: JobHandle | Error = await work.enqueue({ n }).catch((error) => error);
        longest = Math.max(longest, performance.now() - start);
        if (outcome instanceof Error) refused++;
        else accepted.push(n);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    });
    await until(() => accepted.length > 200, "the load to begin");
    await redis.kill();
    await until(() => refused > 30, "calls to be refused");
    await redis.restart();
    const before = accepted.length;
    await until(() => accepted.length > before + 200, "calls to succeed again");
    stop = true;
    await Promise.all(load);
    assert(longest < 4_000, `a call took ${Math.round(longest)} ms`);
    await until(() => accepted.every((n) => ran.has(n)), "all accepted jobs to run");
    assertEquals(accepted.filter((n) => !ran.has(n)), []);
    await adapter.close();
  },
  { appendOnly: true, args: ["--appendfsync", "always"] },
);

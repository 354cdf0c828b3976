/**
 * Workers that are killed without warning while 10,000 jobs run.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { redisIsMissing, startRedis } from "../redis.ts";
import { createApp, openJobs } from "./_jobs_worker.ts";

const PLAIN = 8_000;
const KEYED = 2_000;
const KILLS = 8;
const CONCURRENCY = 20;
const script = fileURLToPath(new URL("./_jobs_worker.ts", import.meta.url));

async function crash(kind: string, place: string, folder: string): Promise<void> {
  const file = `${folder}/effects`;
  const adapter = openJobs(kind, place, { autoStartWorker: false });
  const { jobs } = createApp(adapter, () => {});
  for (let from = 0; from < PLAIN; from += 1_000) {
    await jobs.main.bulk(Array.from({ length: 1_000 }, (_, i) => ({ task: "again" as const, input: { n: from + i } })));
  }
  await jobs.main.bulk(
    Array.from({ length: KEYED }, (_, n) => ({ task: "once" as const, input: { n }, idempotencyKey: `key ${n}` })),
  );

  const start = (): Deno.ChildProcess =>
    new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", script, kind, place, file],
      stdin: "null",
      stdout: "inherit",
      stderr: "inherit",
    }).spawn();
  const workers = [start(), start(), start()];
  try {
    let kills = 0;
    for (let finished = 0; finished < PLAIN + KEYED;) {
      const counts = await adapter.counts();
      finished = counts.completed + counts.failed;
      if (kills < KILLS && finished >= (kills + 1) * (PLAIN + KEYED) / (KILLS + 2)) {
        const unlucky = Math.floor(Math.random() * workers.length);
        const worker = workers[unlucky] as Deno.ChildProcess;
        worker.kill("SIGKILL");
        await worker.status;
        workers[unlucky] = start();
        kills++;
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    assertEquals(kills, KILLS, "how many workers were killed");

    const effects = new Map<string, number>();
    for (const line of Deno.readTextFileSync(file).trim().split("\n")) effects.set(line, (effects.get(line) ?? 0) + 1);
    const failed = await adapter.search({ state: "failed", limit: KEYED + PLAIN });
    assertEquals(failed.filter(({ name }) => name === "again"), [], "plain jobs that were lost to a kill");
    assert(failed.every(({ error }) => error?.message.includes("was interrupted")), "an interrupted job says so");
    assert(failed.length <= KILLS * CONCURRENCY, `${failed.length} jobs with a key were interrupted`);
    assertEquals((await adapter.counts()).completed + failed.length, PLAIN + KEYED, "jobs that are accounted for");

    let doubled = 0;
    for (let n = 0; n < PLAIN; n++) {
      const count = effects.get(`again ${n}`) ?? 0;
      assert(count >= 1, `job ${n} completed without running`);
      doubled += count - 1;
    }
    assert(doubled <= KILLS * CONCURRENCY, `${doubled} plain jobs ran again, more than were running at the kills`);
    const interrupted = new Set(failed.map(({ input }) => (input as { n: number }).n));
    for (let n = 0; n < KEYED; n++) {
      const count = effects.get(`once ${n}`) ?? 0;
      assert(count <= 1, `job ${n} with a key took effect ${count} times`);
      assert(count === 1 || interrupted.has(n), `job ${n} with a key completed without running`);
    }
  } finally {
    for (const worker of workers) worker.kill("SIGKILL");
    await Promise.all(workers.map((worker) => worker.status));
    await adapter.close();
  }
}

Deno.test("R46 sqlite: of 10,000 jobs none is lost to killed workers, and none with a key takes effect twice", async () => {
  const folder = Deno.makeTempDirSync();
  try {
    await crash("sqlite", `${folder}/jobs.db`, folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

const missing = redisIsMissing();
Deno.test({
  name: "R46 bullmq: of 10,000 jobs none is lost to killed workers, and none with a key takes effect twice",
  ignore: missing !== undefined,
  fn: async () => {
    await using redis = await startRedis();
    const folder = Deno.makeTempDirSync();
    try {
      await crash("bullmq", redis.url, folder);
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  },
});

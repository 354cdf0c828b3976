/**
 * Three workers, restarted one after the other 50 times, while the definitions of their timetables change.
 *
 * @module
 */
import { Igniter, type JobsAdapter } from "@igniter-js/core";
import { createBullMQAdapter } from "@igniter-js/core/drivers/bullmq";
import { createSqliteJobsAdapter } from "@igniter-js/core/drivers/sqlite";
import { createFakeClock } from "@igniter-js/core/testing";
import { assert, assertEquals } from "@std/assert";
import { redisIsMissing, startRedis } from "../redis.ts";

const RESTARTS = 50;
const WORKERS = 3;
/** From this deployment on, `removed` is defined no more. */
const REMOVED_AT = 8;

/** One run: of what, for which second, and in which deployment's worker. */
interface Run {
  readonly name: string;
  readonly second: number;
  readonly deployment: number;
}

/** Starts a worker of a deployment. */
function startWorker(jobs: JobsAdapter, deployment: number, secondOf: (id: string) => number, runs: Run[]): void {
  const cron = (name: string, pattern: string) =>
    jobs.cron({
      name,
      cron: pattern,
      handler: ({ job }) => void runs.push({ name, second: secondOf(job.id), deployment }),
    });
  const definitions = {
    always: cron("always", "* * * * * *"),
    changed: cron("changed", deployment % 2 === 0 ? "0-58/2 * * * * *" : "1-59/2 * * * * *"),
    ...(deployment < REMOVED_AT ? { removed: cron("removed", "* * * * * *") } : undefined),
  };
  Igniter.context(() => ({})).config({ logLevel: "silent" })
    .jobs(jobs.merge({ main: jobs.router({ namespace: "main", jobs: definitions }) })).create();
}

/** Restarts the workers in turn; each time round is a deployment. `pass` lets the workers work for a while. */
async function roll(
  open: () => JobsAdapter,
  secondOf: (id: string) => number,
  pass: () => Promise<void>,
): Promise<{ readonly runs: readonly Run[]; readonly last: JobsAdapter }> {
  const runs: Run[] = [];
  const workers: JobsAdapter[] = [];
  const begin = (at: number, deployment: number) => {
    const jobs = workers[at] = open();
    startWorker(jobs, deployment, secondOf, runs);
  };
  for (let at = 0; at < WORKERS; at++) begin(at, 0);
  await pass();
  for (let restart = 0; restart < RESTARTS; restart++) {
    const at = restart % WORKERS;
    await workers[at]!.close();
    begin(at, 1 + Math.floor(restart / WORKERS));
    await pass();
  }
  await Promise.all(workers.slice(1).map((worker) => worker.close()));
  return { runs, last: workers[0]! };
}

function check(runs: readonly Run[]): void {
  const secondsOf = (name: string) => runs.filter((run) => run.name === name).map(({ second }) => second);
  const always = secondsOf("always").sort((a, b) => a - b);
  const first = always[0] as number;
  assertEquals(always, always.map((_, index) => first + index), "each second once");
  assert(always.length > 5, `${always.length} seconds passed`);
  const changed = secondsOf("changed");
  assertEquals(new Set(changed).size, changed.length, "no run of the changed one twice");
  assert(changed.length > 0);
  const removed = runs.filter(({ name }) => name === "removed");
  const seconds = removed.map(({ second }) => second);
  assertEquals(new Set(seconds).size, seconds.length, "no run of the removed one twice");
  assert(removed.length > 0 && removed.every(({ deployment }) => deployment < REMOVED_AT));
}

Deno.test("R43 sqlite: 50 rolling restarts miss no run, double none and leave no timetable behind", async () => {
  const folder = Deno.makeTempDirSync();
  const clock = createFakeClock({ now: Date.UTC(2026, 0, 5, 12) });
  const open = () => createSqliteJobsAdapter({ path: `${folder}/jobs.db`, clock, pollInterval: 20 });
  try {
    const secondOf = () => Math.floor(clock.now() / 1000);
    const { runs, last } = await roll(open, secondOf, () => clock.advance(700));
    check(runs);
    const before = runs.length;
    await clock.advance(10_000);
    const later = runs.slice(before);
    assertEquals(later.filter(({ name }) => name === "always").length, 10);
    assertEquals(later.filter(({ name }) => name === "changed").length, 5);
    assertEquals(later.filter(({ name }) => name === "removed").length, 0);
    await last.close();
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

const missing = redisIsMissing();
Deno.test({
  name: "R43 bullmq: 50 rolling restarts miss no run, double none and leave no timetable behind",
  ignore: missing !== undefined,
  fn: async () => {
    await using redis = await startRedis();
    const open = () => createBullMQAdapter({ url: redis.url });
    // BullMQ names a timetable's run after its time.
    const secondOf = (id: string) => Math.round(Number(id.split(":").at(-1)) / 1000);
    // BullMQ goes by the machine's clock, and time is what a timetable is about.
    const pass = () => new Promise<void>((resolve) => setTimeout(resolve, 230));
    const { runs, last } = await roll(open, secondOf, pass);
    check(runs);
    const delayed = await last.search({ state: ["delayed", "waiting"] });
    assertEquals(delayed.map(({ name }) => name).sort(), ["always", "changed"]);
    await last.close();
  },
});

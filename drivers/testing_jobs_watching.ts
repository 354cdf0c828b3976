/**
 * The contract of jobs: how those who watch one are told.
 *
 * @module
 */
import { equal } from "./testing_checks.ts";
import { aborted, deferred, type TestedAdapter } from "./testing_jobs_application.ts";
import type { JobsTest } from "./testing_jobs.ts";
import { worker } from "./testing_jobs_runs.ts";

/** Registers the tests. */
export function testWatching(test: JobsTest, shared: boolean): void {
  test("D25 who watches a job is told each step, and its end last", async (bench) => {
    const gates = [deferred(), deferred(), deferred()] as const;
    const { adapter, enqueue, watch } = await bench.start((jobs) =>
      worker(jobs, async ({ job }) => {
        await gates[0].promise;
        await job.progress({ done: 1 });
        await gates[1].promise;
        await job.progress({ done: 2 });
        await gates[2].promise;
        return { pages: 3 };
      })
    );
    await adapter.pause("main");
    const { told } = await watch(await enqueue("main.work", 1));
    equal(told, ["waiting"], "what is told at first");
    await adapter.resume("main");
    await bench.until(() => told.at(-1) === "active", "the start to be told");
    gates[0].resolve();
    await bench.until(() => told.at(-1) === 'active {"done":1}', "the progress to be told");
    gates[1].resolve();
    await bench.until(() => told.at(-1) === 'active {"done":2}', "more progress to be told");
    gates[2].resolve();
    await bench.until(() => told.at(-1)?.startsWith("completed") === true, "the end to be told");
    await bench.quiet();
    equal(told, ["waiting", "active", 'active {"done":1}', 'active {"done":2}', 'completed {"pages":3}'], "all");
  });

  test("D25 a job that has ended is told as such to who watches it later", async (bench) => {
    const { enqueue, watch } = await bench.start((jobs) =>
      worker(jobs, ({ payload }) => {
        if (payload === "fail") throw new Error("broken");
        return "done";
      })
    );
    const [good, bad] = [await enqueue("main.work", 1), await enqueue("main.work", "fail")];
    await bench.outcome(good);
    await bench.outcome(bad);
    equal((await watch(good)).told, ['completed "done"'], "of one that completed");
    equal((await watch(bad)).told, ['failed "broken"'], "of one that failed");
    const waits = await enqueue("main.work", 1, { delay: 60_000 });
    await waits.cancel();
    equal((await watch(waits)).told, ["gone"], "of one that is not kept");
  });

  test("D25 attempts, their failure, and cancellation are told; who stopped watching is told nothing", async (bench) => {
    let runs = 0;
    const { enqueue, watch } = await bench.start((jobs) =>
      worker(jobs, ({ payload, signal }) => {
        runs++;
        if (payload === "wait") return aborted(signal);
        throw new Error("broken");
      })
    );
    const failing = await enqueue("main.work", 1, { delay: 300, attempts: 2, backoff: 200 });
    const [{ told }, stopped] = [await watch(failing), await watch(failing)];
    stopped.stop();
    await bench.until(() => told.at(-1) === 'failed "broken"', "the end to be told");
    // Of several changes in a row the last is enough.
    equal([told[0], told.filter((one) => one.startsWith("failed")).length], ["delayed", 1], "what was told");
    equal([stopped.told, runs], [["delayed"], 2], "what the other was told, and how often it ran");
    const running = await enqueue("main.work", "wait");
    const seen = (await watch(running)).told;
    await bench.until(() => seen.at(-1) === "active", "the start to be told");
    await running.cancel();
    await bench.until(() => seen.at(-1) === 'failed "The job was cancelled"', "the cancellation to be told");
    const waits = await enqueue("main.work", 1, { delay: 60_000 });
    const other = (await watch(waits)).told;
    await waits.cancel();
    await bench.until(() => other.at(-1) === "gone", "the removal to be told");
  });

  test("D25 the end of a job that is not kept is told", async (bench) => {
    const { enqueue, watch } = await bench.start((jobs) => worker(jobs, () => "done"));
    const { told } = await watch(await enqueue("main.work", 1, { removeOnComplete: true, delay: 100 }));
    await bench.until(() => told.at(-1) === 'completed "done"', "the end to be told");
  });

  if (!shared) return;
  test("D25 what happens to a job in one process is told in another", async (bench) => {
    const gate = deferred();
    const define = (jobs: TestedAdapter) =>
      worker(jobs, async ({ job }) => {
        await job.progress(50);
        await gate.promise;
        return "done";
      });
    const producer = await bench.start(define, { autoStartWorker: false });
    const { told } = await producer.watch(await producer.enqueue("main.work", 1));
    await bench.start(define);
    await bench.until(() => told.at(-1) === "active 50", "the progress to be told");
    gate.resolve();
    await bench.until(() => told.at(-1) === 'completed "done"', "the end to be told");
  });
}

/**
 * The contract of jobs: what an operator can do, and how an engine ends.
 *
 * @module
 */
import { equal, rejects } from "./testing_checks.ts";
import { aborted, deferred, schema } from "./testing_jobs_application.ts";
import type { JobsTest } from "./testing_jobs.ts";
import { worker } from "./testing_jobs_runs.ts";

/** Registers the tests. */
export function testManagement(test: JobsTest): void {
  test("R44 pause lets nothing start, resume ends that", async (bench) => {
    const ran: unknown[] = [];
    const { enqueue, adapter } = await bench.start((jobs) => worker(jobs, ({ payload }) => void ran.push(payload)));
    await adapter.pause("main");
    const handle = await enqueue("main.work", 1);
    await bench.quiet();
    equal([ran.length, (await adapter.get(handle.id))?.state], [0, "waiting"], "runs and state while paused");
    await adapter.resume("main");
    await bench.outcome(handle);
    await rejects(() => adapter.pause("nowhere"), TypeError, "pause() of a queue that does not exist");
  });

  test("R44 search finds jobs by state, namespace, name and queue, the latest first", async (bench) => {
    const { enqueue, adapter } = await bench.start((jobs) => {
      const work = jobs.register({ name: "work", input: schema(), handler: () => 1 });
      const fail = jobs.register({ name: "fail", input: schema(), handler: () => Promise.reject(new Error("no")) });
      return {
        main: jobs.router({ namespace: "main", jobs: { work, fail } }),
        other: jobs.router({ namespace: "other", jobs: { work } }),
      };
    });
    const ids: string[] = [];
    for (const key of ["main.work", "main.fail", "other.work", "main.work"]) {
      const handle = await enqueue(key, key);
      ids.push(handle.id);
      await bench.outcome(handle);
      // The order is that of enqueuing, which engines tell by the millisecond.
      await bench.advance(3);
    }
    const found = async (filter: Parameters<typeof adapter.search>[0]) =>
      (await adapter.search(filter)).map(({ id }) => ids.indexOf(id));
    equal(await found({ queue: "main" }), [3, 1, 0], "of a queue");
    equal(await found({ state: "failed" }), [1], "of a state");
    equal(await found({ namespace: "main", state: ["completed", "failed"] }), [3, 1, 0], "of a namespace");
    equal(await found({ name: "work", namespace: "other" }), [2], "of a name");
    equal(await found({ queue: "main", limit: 1, offset: 1 }), [1], "of a page");
    equal((await found({})).sort(), [0, 1, 2, 3], "of all");
    const { completed, failed, waiting } = await adapter.counts();
    equal([completed, failed, waiting], [3, 1, 0], "counts()");
    const { completed: inMain } = await adapter.counts("main");
    equal(inMain, 2, "counts() of a queue");
    equal(await adapter.get("no such job"), undefined, "get() of a job that is not kept");
  });

  test("R44 retry runs a failed job again, with all its attempts", async (bench) => {
    let broken = true;
    const attempts: number[] = [];
    const { enqueue, adapter } = await bench.start((jobs) =>
      worker(jobs, ({ job }) => {
        attempts.push(job.attempt);
        if (broken) throw new Error("broken");
        return "mended";
      })
    );
    const handle = await enqueue("main.work", 1, { attempts: 2 });
    await bench.outcome(handle);
    broken = false;
    equal(await adapter.retry(handle.id), true, "retry() of a failed job");
    equal((await bench.outcome(handle)).result, "mended", "the result");
    equal(attempts, [1, 2, 1], "the attempts");
    equal(await adapter.retry(handle.id), false, "retry() of a completed job");
    equal(await adapter.retry("no such job"), false, "retry() of no job");
  });

  test("R44 cancel removes a job that waits, and aborts one that runs without a retry", async (bench) => {
    const reasons: string[] = [];
    const failed: string[] = [];
    const { enqueue, adapter } = await bench.start((jobs) => ({
      main: jobs.router({
        namespace: "main",
        onFailure: (_job, error) => void failed.push((error as Error).name),
        jobs: {
          work: jobs.register({
            name: "work",
            attempts: 3,
            input: schema(),
            handler: async ({ signal }) => {
              signal.addEventListener("abort", () => reasons.push((signal.reason as Error).name));
              await aborted(signal);
            },
          }),
        },
      }),
    }));
    const waits = await enqueue("main.work", 1, { delay: 60_000 });
    equal(await waits.cancel(), true, "cancel() of a delayed job");
    equal(await adapter.get(waits.id), undefined, "get() of it");
    const runs = await enqueue("main.work", 2);
    await bench.until(async () => (await adapter.get(runs.id))?.state === "active", "the job to run");
    equal(await adapter.cancel(runs.id), true, "cancel() of a running job");
    equal((await bench.outcome(runs)).error?.name, "AbortError", "its error");
    equal([reasons, failed], [["AbortError"], ["AbortError"]], "what its signal and onFailure were told");
    equal((await adapter.get(runs.id))?.state, "failed", "its state");
    equal(await adapter.cancel(runs.id), false, "cancel() of a finished job");
    equal(await adapter.cancel("no such job"), false, "cancel() of no job");
  });

  test("R44 drain removes what waits, and what is delayed only when told", async (bench) => {
    const { enqueue, adapter } = await bench.start((jobs) => worker(jobs, () => 1));
    await adapter.pause();
    await enqueue("main.work", 1);
    await enqueue("main.work", 2, { priority: 3 });
    await enqueue("main.work", 3, { delay: 60_000 });
    equal(await adapter.drain({ queue: "main" }), 2, "drain()");
    const { waiting, delayed } = await adapter.counts("main");
    equal([waiting, delayed], [0, 1], "counts()");
    equal(await adapter.drain({ delayed: true }), 1, "drain() of delayed ones");
    await adapter.resume();
  });

  test("R40 removeOnComplete and removeOnFail say what is kept", async (bench) => {
    const gate = deferred();
    const { enqueue, adapter } = await bench.start((jobs) =>
      worker(jobs, async ({ payload }) => {
        if (payload === "fail") throw new Error("no");
        await gate.promise;
        return "kept nowhere";
      })
    );
    const gone = await enqueue("main.work", 1, { removeOnComplete: true });
    const awaited = bench.outcome(gone);
    // Who asks for the result before the job ends gets it, although it is not kept.
    await bench.quiet();
    gate.resolve();
    equal((await awaited).result, "kept nowhere", "the result of a job whose end was awaited");
    await bench.until(async () => await adapter.get(gone.id) === undefined, "the completed job to be removed");
    const failed = await enqueue("main.work", "fail", { removeOnFail: true });
    await bench.outcome(failed);
    await bench.until(async () => await adapter.get(failed.id) === undefined, "the failed job to be removed");
    for (let index = 0; index < 6; index++) {
      await bench.outcome(await enqueue("main.work", index, { removeOnComplete: 2 }));
      await bench.advance(400);
    }
    await bench.until(async () => (await adapter.counts()).completed <= 3, "all but a few to be removed");
    equal((await adapter.counts()).completed >= 2, true, "whether two are kept");
  });

  test("R46 close() lets running jobs finish and takes no new one", async (bench) => {
    const gate = deferred();
    const ran: unknown[] = [];
    const { enqueue, adapter } = await bench.start((jobs) =>
      worker(jobs, async ({ payload }) => {
        ran.push(payload);
        await gate.promise;
        ran.push("finished");
      }), { autoStartWorker: { concurrency: 1 } });
    await enqueue("main.work", 1);
    await enqueue("main.work", 2);
    await bench.until(() => ran.length === 1, "the first job to run");
    const closing = adapter.close();
    await bench.quiet();
    gate.resolve();
    await bench.settled(closing, "close()");
    await bench.quiet();
    equal(ran, [1, "finished"], "what ran");
    await rejects(() => enqueue("main.work", 3), Error, "enqueue() after close()");
    await rejects(() => adapter.counts(), Error, "counts() after close()");
    await adapter.close();
  });

  test("R46 close() aborts what outlasts the grace period", async (bench) => {
    const reasons: string[] = [];
    const { enqueue, adapter } = await bench.start((jobs) =>
      worker(jobs, ({ signal }) => {
        signal.addEventListener("abort", () => reasons.push((signal.reason as Error).message));
        return new Promise(() => {});
      }), { gracePeriod: 50 });
    const handle = await enqueue("main.work", 1);
    await bench.until(async () => (await adapter.get(handle.id))?.state === "active", "the job to run");
    await bench.settled(adapter.close(), "close()");
    equal(reasons, ["The worker is shutting down"], "why the signal aborted");
  });
}

/**
 * The contract of jobs: which calls mean the same job.
 *
 * @module
 */
import { equal } from "./testing_checks.ts";
import { deferred } from "./testing_jobs_application.ts";
import type { JobsTest } from "./testing_jobs.ts";
import { worker } from "./testing_jobs_runs.ts";

/** Registers the tests. */
export function testIdentity(test: JobsTest): void {
  test("R44 jobId names a job: a second call gives the first one's", async (bench) => {
    const ran: unknown[] = [];
    const { enqueue } = await bench.start((jobs) => worker(jobs, ({ payload }) => void ran.push(payload)));
    const first = await enqueue("main.work", 1, { jobId: "invoice-7" });
    const second = await enqueue("main.work", 2, { jobId: "invoice-7" });
    equal([first.id, second.id], ["invoice-7", "invoice-7"], "the ids");
    await bench.outcome(second);
    const third = await enqueue("main.work", 3, { jobId: "invoice-7" });
    await bench.outcome(third);
    await bench.quiet();
    equal(ran, [1], "what ran");
  });

  test("R46 idempotencyKey lets a work take effect once, also after it was done", async (bench) => {
    const ran: unknown[] = [];
    const { enqueue } = await bench.start((jobs) =>
      worker(jobs, ({ payload }) => {
        ran.push(payload);
        return payload;
      })
    );
    const call = { idempotencyKey: "payment:1" };
    const first = await enqueue("main.work", 1, call);
    equal((await bench.outcome(first)).result, 1, "the result of the first call");
    const second = await enqueue("main.work", 2, call);
    equal(second.id, first.id, "the id of the second call");
    equal((await bench.outcome(second)).result, 1, "the result of the second call");
    await bench.outcome(await enqueue("main.work", 3, { idempotencyKey: "payment:2" }));
    equal(ran, [1, 3], "what ran");
  });

  test("R46 a job with an idempotencyKey is tried again when it says that it failed", async (bench) => {
    const { enqueue } = await bench.start((jobs) =>
      worker(jobs, ({ job }) => {
        if (job.attempt === 1) throw new Error("refused by the bank");
        return job.attempt;
      })
    );
    const handle = await enqueue("main.work", 1, { idempotencyKey: "payment:1", attempts: 2 });
    equal((await bench.outcome(handle)).result, 2, "the attempt that succeeded");
  });

  test("R44 dedupe simple: one job until it has finished", async (bench) => {
    const ran: unknown[] = [];
    const gate = deferred();
    const { enqueue } = await bench.start((jobs) =>
      worker(jobs, async ({ payload }) => {
        ran.push(payload);
        await gate.promise;
      })
    );
    const call = { dedupe: { mode: "simple", key: "a" } } as const;
    const first = await enqueue("main.work", 1, call);
    equal((await enqueue("main.work", 2, call)).id, first.id, "the id of the second call");
    await bench.until(() => ran.length === 1, "the job to start");
    equal((await enqueue("main.work", 3, call)).id, first.id, "the id of a call while it runs");
    gate.resolve();
    await bench.outcome(first);
    const next = await enqueue("main.work", 4, call);
    equal(next.id !== first.id, true, "whether a call after it gives another job");
    await bench.outcome(next);
    equal(ran, [1, 4], "what ran");
  });

  test("R44 dedupe throttle: the first call of a time, even when its job has finished", async (bench) => {
    const ran: unknown[] = [];
    const { enqueue } = await bench.start((jobs) => worker(jobs, ({ payload }) => void ran.push(payload)));
    const call = { dedupe: { mode: "throttle", key: "a", ttl: 300 } } as const;
    const first = await enqueue("main.work", 1, call);
    await bench.outcome(first);
    equal((await enqueue("main.work", 2, call)).id, first.id, "the id of a call in that time");
    await bench.advance(320);
    const next = await enqueue("main.work", 3, call);
    equal(next.id !== first.id, true, "whether a later call gives another job");
    await bench.outcome(next);
    equal(ran, [1, 3], "what ran");
  });

  test("R44 dedupe debounce: the last call's input, when no further call came for a time", async (bench) => {
    const ran: unknown[] = [];
    const { enqueue } = await bench.start((jobs) => worker(jobs, ({ payload }) => void ran.push(payload)));
    const call = { dedupe: { mode: "debounce", key: "a", ttl: 300 } } as const;
    await enqueue("main.work", 1, call);
    await bench.advance(200);
    await enqueue("main.work", 2, call);
    await bench.advance(200);
    equal(ran, [], "what ran while calls came");
    await enqueue("main.work", 3, call);
    await bench.until(() => ran.length > 0, "the job to run");
    equal(ran, [3], "what ran");
    const later = await enqueue("main.work", 4, call);
    await bench.outcome(later);
    equal(ran, [3, 4], "what ran after another call");
  });

  test("R44 bulk gives a handle for each job, in order", async (bench) => {
    const { bulk } = await bench.start((jobs) => worker(jobs, ({ payload }) => payload));
    const handles = await bulk(Array.from({ length: 20 }, (_, index) => ["main.work", index] as const));
    const results: unknown[] = [];
    for (const handle of handles) results.push((await bench.outcome(handle)).result);
    equal(results, Array.from({ length: 20 }, (_, index) => index), "the results");
  });
}

/**
 * The contract of jobs: what several processes, and a process and the next one, share.
 *
 * @module
 */
import type { JobRouters } from "../server/ports/jobs/definition.ts";
import { equal } from "./testing_checks.ts";
import { aborted, type JobsBench, schema, type TestedAdapter } from "./testing_jobs_application.ts";
import type { JobsCapabilities, JobsTest } from "./testing_jobs.ts";
import { worker } from "./testing_jobs_runs.ts";

/** Registers the tests. */
export function testPeers(test: JobsTest, can: Required<JobsCapabilities>): void {
  test("R46 what one process enqueues another runs; results and progress come back", async (bench) => {
    const producer = await bench.start((jobs) => worker(jobs, () => "never here"), { autoStartWorker: false });
    const handle = await producer.enqueue("main.work", 5);
    const result = bench.outcome(handle);
    await bench.start((jobs) => worker(jobs, ({ payload }) => `ran ${payload}`));
    equal((await result).result, "ran 5", "the result");
    equal((await producer.adapter.get(handle.id))?.state, "completed", "the state");
  });

  test("R46 two workers run each job once", async (bench) => {
    const ran: unknown[] = [];
    const define = (jobs: TestedAdapter) => worker(jobs, ({ payload }) => void ran.push(payload));
    const first = await bench.start(define);
    await bench.start(define);
    await first.bulk(Array.from({ length: 200 }, (_, index) => ["main.work", index] as const));
    await bench.until(() => ran.length >= 200, "all jobs to run");
    await bench.quiet();
    equal([ran.length, new Set(ran).size], [200, 200], "how many ran, and how many different ones");
  });

  test("R44 pause and cancel reach the worker in another process", async (bench) => {
    const ran: unknown[] = [];
    const operator = await bench.start((jobs) => worker(jobs, () => 1), { autoStartWorker: false });
    await bench.start((jobs) =>
      worker(jobs, ({ payload, signal }) => {
        ran.push(payload);
        return aborted(signal);
      })
    );
    await operator.adapter.pause("main");
    const handle = await operator.enqueue("main.work", 1);
    await bench.quiet();
    equal(ran, [], "what ran while paused");
    await operator.adapter.resume("main");
    await bench.until(() => ran.length === 1, "the job to run");
    equal(await operator.adapter.cancel(handle.id), true, "cancel()");
    equal((await bench.outcome(handle)).error?.name, "AbortError", "its error");
  });

  test("R42 a job whose name no worker knows waits for one that does, and is never completed", async (bench) => {
    const ran: string[] = [];
    const define = (name: string) => (jobs: TestedAdapter): JobRouters => ({
      main: jobs.router({
        namespace: "main",
        jobs: { [name]: jobs.register({ name, input: schema(), handler: () => void ran.push(name) }) },
      }),
    });
    const producer = await bench.start(define("fresh"), { autoStartWorker: false });
    const old = await bench.start(define("old"));
    const handle = await producer.enqueue("main.fresh", 1);
    await bench.outcome(await old.enqueue("main.old", 1));
    await bench.quiet();
    const state = (await producer.adapter.get(handle.id))?.state;
    equal(state === "waiting" || state === "delayed", true, `whether it waits, being ${state}`);
    await old.adapter.close();
    await bench.start(define("fresh"));
    await bench.outcome(handle);
    equal(ran, ["old", "fresh"], "what ran");
  });

  test("R46 a job that a shutdown interrupts is delivered again, as the same attempt", async (bench) => {
    const seen: number[] = [];
    const first = await bench.start((jobs) =>
      worker(jobs, ({ job, signal }) => {
        seen.push(job.attempt);
        return aborted(signal);
      }), { gracePeriod: 20 });
    const handle = await first.enqueue("main.work", 1);
    await bench.until(() => seen.length === 1, "the job to run");
    await bench.settled(first.adapter.close(), "close()");
    const next = await bench.start((jobs) =>
      worker(jobs, ({ job }) => {
        seen.push(job.attempt);
        return "done";
      })
    );
    await bench.until(async () => (await next.adapter.get(handle.id))?.state === "completed", "the job to complete");
    equal(seen, [1, 1], "the attempts");
  });

  test("R46 a job with an idempotencyKey that a shutdown interrupts is not delivered again by itself", async (bench) => {
    const seen: number[] = [];
    const first = await bench.start((jobs) =>
      worker(jobs, ({ signal }) => {
        seen.push(1);
        return aborted(signal);
      }), { gracePeriod: 20 });
    const handle = await first.enqueue("main.work", 1, { idempotencyKey: "a", attempts: 3 });
    await bench.until(() => seen.length === 1, "the job to run");
    await bench.settled(first.adapter.close(), "close()");
    const next = await bench.start((jobs) => worker(jobs, () => void seen.push(2)));
    await bench.quiet();
    equal((await next.adapter.get(handle.id))?.state, "failed", "its state");
    equal(await next.adapter.retry(handle.id), true, "retry()");
    await bench.until(() => seen.length === 2, "it to run when told");
  });

  if (!can.cron) return;

  const cron = (cron: string, ran: string[], name = "tick") => (jobs: TestedAdapter): JobRouters => ({
    main: jobs.router({
      namespace: "main",
      jobs: {
        [name]: jobs.cron({ name, cron, handler: ({ job }) => void ran.push(job.id) }),
        work: jobs.register({ name: "work", input: schema(), handler: () => 1 }),
      },
    }),
  });

  const restart = async (bench: JobsBench, define: (jobs: TestedAdapter) => JobRouters): Promise<void> => {
    const app = await bench.start(define);
    await bench.outcome(await app.enqueue("main.work", 1));
    await bench.settled(app.adapter.close(), "close()");
  };

  test("R43 several workers and restarts run a timetable's times once each", async (bench) => {
    const ran: string[] = [];
    const define = cron("* * * * * *", ran);
    for (let count = 0; count < 3; count++) await restart(bench, define);
    await bench.start(define);
    await bench.start(define);
    await bench.until(() => ran.length >= 3, "three runs");
    equal(new Set(ran).size, ran.length, "how many different runs");
  });

  test("R43 a changed timetable takes the place of the old one, a removed one ends", async (bench) => {
    const old: string[] = [];
    const changed: string[] = [];
    await restart(bench, cron("* * * * * *", old));
    const seen = old.length;
    await bench.start(cron("0 0 1 1 *", changed));
    await bench.advance(2_500);
    // A run that the old timetable had made before it was changed may still come; no further one.
    const [late, early] = [old.length - seen, changed.length];
    equal(late + early <= 1, true, `whether not more than one of ${late} and ${early} runs came`);
    const other: string[] = [];
    await bench.close();
    await restart(bench, cron("* * * * * *", old));
    await restart(bench, cron("0 0 1 1 *", other, "another"));
    const before = old.length;
    await bench.start(cron("0 0 1 1 *", other, "another"));
    await bench.advance(1_500);
    equal(old.length, before, "the runs of a removed timetable");
  });
}

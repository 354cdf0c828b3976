/**
 * The contract of jobs: when they run, and how many at once.
 *
 * @module
 */
import type { EnqueueOptions } from "../server/ports/jobs/options.ts";
import { equal, rejects } from "./testing_checks.ts";
import { deferred, type JobsBench, schema, type StartedJobs, type StartOptions } from "./testing_jobs_application.ts";
import type { JobsCapabilities, JobsTest } from "./testing_jobs.ts";
import { worker } from "./testing_jobs_runs.ts";

/** Registers the tests. */
export function testTimes(test: JobsTest, can: Required<JobsCapabilities>): void {
  const order = async (
    bench: JobsBench,
    options: StartOptions,
    calls: readonly EnqueueOptions[],
  ): Promise<unknown[]> => {
    const ran: unknown[] = [];
    const app = await bench.start((jobs) => worker(jobs, ({ payload }) => void ran.push(payload)), options);
    await app.adapter.pause();
    for (const [index, call] of calls.entries()) await app.enqueue("main.work", index, call);
    await app.adapter.resume();
    await bench.until(() => ran.length === calls.length, "all jobs to run");
    return ran;
  };
  const single: StartOptions = { autoStartWorker: { concurrency: 1 } };

  test("jobs run in the order in which they were enqueued", async (bench) => {
    equal(await order(bench, single, [{}, {}, {}, {}]), [0, 1, 2, 3], "the order");
  });

  if (can.priority) {
    test("R40 a lower priority number runs earlier, 0 before all", async (bench) => {
      const calls = [{ priority: 9 }, { priority: 2 }, { priority: 2 }, {}, { priority: 1 }];
      equal(await order(bench, single, calls), [3, 4, 1, 2, 0], "the order");
    });
  } else {
    test("a priority is refused", async (bench) => {
      const { enqueue } = await bench.start((jobs) => worker(jobs, () => 1));
      await rejects(() => enqueue("main.work", 1, { priority: 1 }), TypeError, "enqueue() with a priority");
    });
  }

  test("R40 a delay holds a job back; the call's wins over the definition's", async (bench) => {
    const ran: unknown[] = [];
    const { enqueue, adapter } = await bench.start((jobs) => ({
      main: jobs.router({
        namespace: "main",
        jobs: {
          work: jobs.register({
            name: "work",
            delay: 60_000,
            input: schema(),
            handler: ({ payload }) => void ran.push(payload),
          }),
        },
      }),
    }));
    const late = await enqueue("main.work", "late");
    await enqueue("main.work", "soon", { delay: 80 });
    await enqueue("main.work", "now", { delay: 0 });
    await bench.until(() => ran.length === 1, "the job without a delay");
    equal(ran, ["now"], "what ran at once");
    await bench.until(() => ran.length === 2, "the job with a short delay");
    equal(ran, ["now", "soon"], "what ran");
    const kept = await adapter.get(late.id);
    equal([kept?.state, kept?.runAt instanceof Date], ["delayed", true], "the state of the one with a long delay");
    equal(Math.round(((kept?.runAt?.getTime() ?? 0) - (kept?.createdAt.getTime() ?? 0)) / 1000), 60, "its time");
  });

  test("R44 a time in the past means at once", async (bench) => {
    const { enqueue } = await bench.start((jobs) => worker(jobs, () => "ran"));
    equal((await bench.outcome(await enqueue("main.work", 1, { at: -1 }))).result, "ran", "the result");
  });

  test("options that cannot be meant are refused", async (bench) => {
    const { enqueue } = await bench.start((jobs) => worker(jobs, () => 1));
    const wrong: readonly object[] = [
      { delay: -1 },
      { delay: NaN },
      { delay: 5, at: 5 },
      { attempts: 0 },
      { attempts: 1.5 },
      { priority: -1 },
      { timeout: 0 },
      { backoff: { type: "linear", delay: 1 } },
      { backoff: () => 1 },
      { repeat: { every: 0 } },
      { removeOnFail: -1 },
      { jobId: "" },
      { jobId: "a:b" },
      { idempotencyKey: "a", dedupe: { mode: "simple", key: "a" } },
      { dedupe: { mode: "throttle", key: "a" } },
      { queue: "nowhere" },
      { dealy: 5 },
    ];
    for (const options of wrong) {
      await rejects(() => enqueue("main.work", 1, options as EnqueueOptions), TypeError, JSON.stringify(options));
    }
  });

  const most = async (bench: JobsBench, options: StartOptions): Promise<number> => {
    let running = 0;
    let peak = 0;
    const gates: (() => void)[] = [];
    const app = await bench.start((jobs) =>
      worker(jobs, async () => {
        peak = Math.max(peak, ++running);
        const gate = deferred();
        gates.push(gate.resolve);
        await gate.promise;
        running--;
      }), options);
    await app.bulk(Array.from({ length: 6 }, (_, index) => ["main.work", index] as const));
    for (let done = 0; done < 6; done++) {
      await bench.until(() => gates.length > done, "a job to start");
      await bench.quiet();
      (gates[done] as () => void)();
    }
    await bench.settled(app.adapter.close(), "close()");
    return peak;
  };

  test("R44 concurrency limits how many jobs of a queue run at once", async (bench) => {
    equal(await most(bench, { autoStartWorker: { concurrency: 2 } }), 2, "the most at once");
    equal(
      await most(bench, { autoStartWorker: { concurrency: 5 }, queues: { main: { concurrency: 1 } } }),
      1,
      "the most at once of a queue with a limit of its own",
    );
  });

  test("R40 a queue of its own, by definition or by call", async (bench) => {
    const seen: string[] = [];
    const { enqueue } = await bench.start((jobs) => ({
      main: jobs.router({
        namespace: "main",
        jobs: {
          work: jobs.register({
            name: "work",
            queue: "slow",
            input: schema(),
            handler: ({ job }) => void seen.push(job.queue),
          }),
        },
      }),
    }), { queues: { urgent: {} } });
    await bench.outcome(await enqueue("main.work", 1));
    await bench.outcome(await enqueue("main.work", 1, { queue: "urgent" }));
    equal(seen, ["slow", "urgent"], "the queues");
  });

  if (can.rateLimit) {
    test("R44 a rate limit spreads the jobs of a queue over time", async (bench) => {
      const ran: unknown[] = [];
      const options = { queues: { main: { rateLimit: { max: 2, duration: 400 } } } };
      const app = await bench.start((jobs) => worker(jobs, ({ payload }) => void ran.push(payload)), options);
      await app.bulk(Array.from({ length: 5 }, (_, index) => ["main.work", index] as const));
      await bench.until(() => ran.length >= 2, "the first window");
      await bench.quiet();
      equal(ran.length, 2, "how many ran in the first window");
      await bench.until(() => ran.length >= 4, "the second window");
      await bench.quiet();
      equal(ran.length, 4, "how many ran in the second window");
      await bench.until(() => ran.length === 5, "the third window");
    });
  }

  if (can.repeat) {
    test("R43 repeat runs a job so many times, and cancelling it ends that", async (bench) => {
      const ran: unknown[] = [];
      const app = await bench.start((jobs) => worker(jobs, ({ payload }) => void ran.push(payload)));
      await app.enqueue("main.work", "thrice", { repeat: { every: 50, times: 3 } });
      await bench.until(() => ran.length === 3, "three runs");
      await bench.advance(120);
      equal(ran, ["thrice", "thrice", "thrice"], "the runs");
      const endless = await app.enqueue("main.work", "endless", { repeat: { every: 50 } });
      await bench.until(() => ran.length >= 5, "two more runs");
      equal(await endless.cancel(), true, "cancel()");
      await bench.quiet();
      const count = ran.length;
      await bench.advance(160);
      equal(ran.length, count, "the runs after cancel()");
    });
  } else {
    test("repeat is refused", async (bench) => {
      const { enqueue } = await bench.start((jobs) => worker(jobs, () => 1));
      await rejects(() => enqueue("main.work", 1, { repeat: { every: 5 } }), TypeError, "enqueue() with repeat");
    });
  }

  if (can.cron) {
    test("R43 a timetable starts its job, and by hand it is started as well", async (bench) => {
      const ran: string[] = [];
      const app = await bench.start((jobs) => ({
        main: jobs.router({
          namespace: "main",
          jobs: {
            tick: jobs.cron({
              name: "tick",
              cron: "* * * * * *",
              timeZone: "America/New_York",
              handler: ({ payload, job }) => void ran.push(`${payload} ${job.id}`),
            }),
          },
        }),
      }));
      await bench.until(() => ran.length >= 2, "two runs");
      equal(new Set(ran).size, ran.length, "how many ids there are");
      await bench.outcome(await app.enqueue("main.tick"));
    });

    test("R43 a timetable that is none is refused where it is written", async (bench) => {
      await bench.start((jobs) => {
        for (const wrong of [{ cron: "61 * * * *" }, { cron: "* * * * *", timeZone: "Mars/Olympus" }, { cron: "" }]) {
          let error: unknown;
          try {
            jobs.cron({ name: "tick", handler: () => {}, ...wrong });
          } catch (thrown) {
            error = thrown;
          }
          equal(error instanceof TypeError, true, `whether ${JSON.stringify(wrong)} is refused`);
        }
        return worker(jobs, () => 1);
      });
    });

    test("R43 skipIfRunning leaves a run out while the one before goes on", async (bench) => {
      const gate = deferred();
      const started: number[] = [];
      const app = await bench.start((jobs) => ({
        main: jobs.router({
          namespace: "main",
          jobs: {
            tick: jobs.cron({
              name: "tick",
              cron: "* * * * * *",
              skipIfRunning: true,
              handler: async () => {
                started.push(1);
                await gate.promise;
              },
            }),
          },
        }),
      }));
      await bench.until(() => started.length === 1, "the first run");
      await bench.advance(2_200);
      equal(started.length, 1, "the runs while the first goes on");
      gate.resolve();
      await bench.until(() => started.length >= 2, "a run after it");
      await app.adapter.close();
    });
  } else {
    test("a timetable is refused", async (bench) => {
      const start = (): Promise<StartedJobs> =>
        bench.start((jobs) => ({
          main: jobs.router({
            namespace: "main",
            jobs: { tick: jobs.cron({ name: "tick", cron: "* * * * *", handler: () => {} }) },
          }),
        }));
      await rejects(start, TypeError, "a timetable");
    });
  }
}

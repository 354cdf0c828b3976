/**
 * The contract of jobs: what an attempt is, and what follows it.
 *
 * @module
 */
import { IgniterError } from "../server/contract/error.ts";
import type { BackoffFunction, BackoffOptions } from "../server/ports/jobs/options.ts";
import { UnrecoverableError } from "../server/ports/jobs/failure.ts";
import type { JobRouters, RunningJob } from "../server/ports/jobs/definition.ts";
import { equal, rejects } from "./testing_checks.ts";
import { aborted, deferred, type JobsBench, schema, type TestedAdapter } from "./testing_jobs_application.ts";
import type { JobsTest } from "./testing_jobs.ts";

/** Registers the tests. */
export function testRuns(test: JobsTest): void {
  test("R40 a job runs with its parsed input, its context and what is known of it", async (bench) => {
    const seen: unknown[] = [];
    const { enqueue, adapter } = await bench.start((jobs) => ({
      main: jobs.router({
        namespace: "main",
        jobs: {
          work: jobs.register({
            name: "work",
            attempts: 3,
            input: schema<{ n?: number }, { n: number }>(({ n = 7 }) => ({ n })),
            handler: ({ payload, input, context, job, signal }) => {
              seen.push([payload, input === payload, (context as { tenant?: string }).tenant, signal.aborted]);
              seen.push([job.name, job.namespace, job.queue, job.attempt, job.attempts]);
              return { doubled: payload.n * 2 };
            },
          }),
        },
      }),
    }));
    const handle = await enqueue("main.work", {});
    equal((await bench.outcome(handle)).result, { doubled: 14 }, "result()");
    equal(seen, [[{ n: 7 }, true, "acme", false], ["work", "main", "main", 1, 3]], "what the handler saw");
    equal(String(handle), handle.id, "String(handle)");
    equal(JSON.parse(JSON.stringify(handle)), { id: handle.id, job: "main.work" }, "the handle as JSON");
    const kept = await adapter.get(handle.id);
    const { name, namespace, queue, state, input, attemptsMade, attempts, result } = kept ?? {};
    equal(
      [name, namespace, queue, state, input, attemptsMade, attempts, result],
      ["work", "main", "main", "completed", { n: 7 }, 1, 3, { doubled: 14 }],
      "get()",
    );
  });

  test("R37 inputs, progress and results keep what JSON would lose", async (bench) => {
    const told: unknown[] = [];
    const { enqueue, adapter } = await bench.start((jobs) => ({
      main: jobs.router({
        namespace: "main",
        jobs: {
          work: jobs.register({
            name: "work",
            input: schema<{ at: Date; ids: Set<bigint> }>(),
            onProgress: (_job, progress) => void told.push(progress instanceof Map),
            handler: async ({ payload, job }) => {
              await job.progress(new Map([["day", payload.at.getTime()]]));
              return { next: new Date(payload.at.getTime() + 1), has: payload.ids.has(5n) };
            },
          }),
        },
      }),
    }));
    const handle = await enqueue("main.work", { at: new Date(1000), ids: new Set([5n]) });
    const { result } = await bench.outcome(handle) as { result: { next: Date; has: boolean } };
    equal([result.next instanceof Date, result.next.getTime(), result.has], [true, 1001, true], "the result");
    equal(told, [true], "whether onProgress got a Map");
    const kept = await adapter.get(handle.id);
    equal((kept?.input as { at: Date }).at.getTime(), 1000, "get(): the input");
    equal((kept?.progress as Map<string, number>).get("day"), 1000, "get(): the progress");
  });

  test("R40 a default is applied once, however often the job is tried", async (bench) => {
    const seen: number[] = [];
    const made: number[] = [];
    const { enqueue } = await bench.start((jobs) => ({
      main: jobs.router({
        namespace: "main",
        jobs: {
          work: jobs.register({
            name: "work",
            attempts: 3,
            input: schema<{ id?: number }, { id: number }>(({ id = made.push(0) }) => ({ id })),
            handler: ({ payload, job }) => {
              seen.push(payload.id);
              if (job.attempt < 3) throw new Error("again");
            },
          }),
        },
      }),
    }));
    await bench.outcome(await enqueue("main.work", {}));
    equal(seen, [1, 1, 1], "the default that each attempt saw");
  });

  test("R40 a schema that transforms is applied to the input, also by the worker", async (bench) => {
    const { enqueue } = await bench.start((jobs) => ({
      main: jobs.router({
        namespace: "main",
        jobs: {
          work: jobs.register({
            name: "work",
            input: schema<string, number>((text) => {
              if (typeof text !== "string") throw new Error("not a string");
              return text.length;
            }),
            handler: ({ payload }) => payload + 1,
          }),
        },
      }),
    }));
    equal((await bench.outcome(await enqueue("main.work", "four"))).result, 5, "the result");
  });

  test("R40 an input that the schema refuses is not enqueued", async (bench) => {
    const { enqueue, bulk, adapter } = await bench.start((jobs) => ({
      main: jobs.router({
        namespace: "main",
        jobs: { work: jobs.register({ name: "work", input: refusing(() => true), handler: () => 1 }) },
      }),
    }));
    await rejects(() => enqueue("main.work", 1), TypeError, "enqueue()");
    await rejects(() => bulk([["main.work", 1]]), TypeError, "bulk()");
    equal(total(await adapter.counts()), 0, "how many jobs there are");
  });

  test("R40 a stored input that no longer fits its schema fails without another attempt", async (bench) => {
    let refuse = false;
    const failed: string[] = [];
    const handled: number[] = [];
    const { enqueue, adapter } = await bench.start((jobs) => ({
      main: jobs.router({
        namespace: "main",
        onFailure: (job, error) => void failed.push(`${job.attempt}: ${(error as Error).message}`),
        jobs: {
          work: jobs.register({
            name: "work",
            attempts: 5,
            input: refusing(() => refuse),
            handler: () => void handled.push(1),
          }),
        },
      }),
    }));
    await adapter.pause();
    const handle = await enqueue("main.work", 1);
    refuse = true;
    await adapter.resume();
    const { error } = await bench.outcome(handle);
    equal(
      [failed.length, handled.length, (await adapter.get(handle.id))?.attemptsMade],
      [1, 0, 1],
      "calls and attempts",
    );
    equal(failed[0]?.includes("no longer fits"), true, `what onFailure was told: ${failed[0]}`);
    equal(error?.message.includes("refused"), true, "whether the error says what is wrong");
  });

  test("R41 what a handler throws reaches the hooks as itself, and result() by name and message", async (bench) => {
    class QuotaError extends Error {
      override readonly name = "QuotaError";
    }
    const thrown = new QuotaError("used up");
    const heard: unknown[] = [];
    const { enqueue, adapter } = await bench.start((jobs) => ({
      main: jobs.router({
        namespace: "main",
        onFailure: (_job, error) => void heard.push(error === thrown),
        onComplete: (_job, error) => void heard.push(error === thrown),
        jobs: {
          work: jobs.register({
            name: "work",
            input: schema(),
            handler: () => {
              throw thrown;
            },
          }),
        },
      }),
    }));
    const handle = await enqueue("main.work", 1);
    const { error } = await bench.outcome(handle);
    equal(heard, [true, true], "whether the hooks got the error itself");
    equal([error?.name, error?.message], ["QuotaError", "used up"], "the error of result()");
    const kept = await adapter.get(handle.id);
    equal([kept?.state, kept?.error?.name, kept?.error?.message], ["failed", "QuotaError", "used up"], "get()");
  });

  test("R41 an IgniterError comes back from result() as one", async (bench) => {
    const { enqueue } = await bench.start((jobs) => ({
      main: jobs.router({
        namespace: "main",
        jobs: {
          work: jobs.register({
            name: "work",
            input: schema(),
            handler: () => {
              throw new IgniterError("ERR_CONFLICT", { message: "taken", data: { since: new Date(5) } });
            },
          }),
        },
      }),
    }));
    const { error } = await bench.outcome(await enqueue("main.work", 1)) as { error: IgniterError };
    equal([error instanceof IgniterError, error.code, error.status, error.message], [
      true,
      "ERR_CONFLICT",
      409,
      "taken",
    ], "the error");
    equal((error.data as { since: Date }).since.getTime(), 5, "the error's data");
  });

  const delays = async (
    bench: JobsBench,
    backoff: number | BackoffOptions | BackoffFunction | undefined,
    call?: number | BackoffOptions,
  ): Promise<number[]> => {
    const waited: number[] = [];
    const { enqueue, adapter } = await bench.start((jobs) => ({
      main: jobs.router({
        namespace: "main",
        jobs: {
          work: jobs.register({
            name: "work",
            attempts: 4,
            backoff,
            input: schema(),
            onRetry: (_job, _error, delay) => void waited.push(delay),
            handler: () => {
              throw new Error("again");
            },
          }),
        },
      }),
    }));
    await bench.outcome(await enqueue("main.work", 1, call === undefined ? {} : { backoff: call }));
    await bench.settled(adapter.close(), "close()");
    return waited;
  };

  test("R41 exponential backoff waits d, 2d, 4d; fixed backoff d each time; none not at all", async (bench) => {
    equal(await delays(bench, { type: "exponential", delay: 10 }), [10, 20, 40], "exponential");
    equal(await delays(bench, { type: "exponential", delay: 10, max: 25 }), [10, 20, 25], "exponential with a maximum");
    equal(await delays(bench, 10), [10, 10, 10], "fixed");
    equal(await delays(bench, undefined), [0, 0, 0], "none");
  });

  test("R41 a custom backoff is asked with the attempt and the error", async (bench) => {
    const asked: string[] = [];
    const custom: BackoffFunction = ({ attempt, error }) => {
      asked.push(`${attempt} ${(error as Error).message}`);
      return attempt * 3;
    };
    equal(await delays(bench, custom), [3, 6, 9], "the delays");
    equal(asked, ["1 again", "2 again", "3 again"], "what it was asked");
  });

  test("R41 jitter shortens a delay by a share of it, and the call's backoff wins", async (bench) => {
    const waited = await delays(bench, 1, { type: "fixed", delay: 20, jitter: 0.5 });
    equal(waited.length, 3, "how many retries");
    equal(waited.every((delay) => delay >= 10 && delay <= 20), true, `whether ${waited} are from 10 to 20`);
  });

  test("R41 an unrecoverable error stops the retries", async (bench) => {
    let runs = 0;
    const { enqueue } = await bench.start((jobs) => ({
      main: jobs.router({
        namespace: "main",
        jobs: {
          work: jobs.register({
            name: "work",
            attempts: 5,
            input: schema(),
            handler: () => {
              runs++;
              throw new UnrecoverableError("closed");
            },
          }),
        },
      }),
    }));
    equal((await bench.outcome(await enqueue("main.work", 1))).error?.message, "closed", "the error");
    equal(runs, 1, "how often it ran");
  });

  test("R40 a timeout aborts the signal and fails the attempt, whatever the handler does", async (bench) => {
    const reasons: unknown[] = [];
    const { enqueue } = await bench.start((jobs) => ({
      main: jobs.router({
        namespace: "main",
        jobs: {
          work: jobs.register({
            name: "work",
            attempts: 2,
            timeout: 30,
            input: schema(),
            handler: ({ signal }) => {
              signal.addEventListener("abort", () => reasons.push((signal.reason as IgniterError).code));
              return new Promise<void>(() => {});
            },
          }),
        },
      }),
    }));
    const { error } = await bench.outcome(await enqueue("main.work", 1));
    equal((error as IgniterError).code, "ERR_TIMEOUT", "the error's code");
    equal(reasons, ["ERR_TIMEOUT", "ERR_TIMEOUT"], "why the signals aborted");
  });

  test("R45 hooks of job and router fire in order, with the context; one that throws changes nothing", async (bench) => {
    const heard: string[] = [];
    const hooks = (who: string) => {
      const hook = (name: string) => (job: { id: string; name: string; attempt: number; context: unknown }) => {
        const { tenant } = job.context as { tenant: string };
        heard.push(`${who} ${name} ${job.name} ${job.attempt} ${tenant}`);
        if (name === "onStart") throw new Error("a hook that fails");
      };
      return {
        onStart: hook("onStart"),
        onSuccess: hook("onSuccess"),
        onRetry: hook("onRetry"),
        onFailure: hook("onFailure"),
        onComplete: hook("onComplete"),
      };
    };
    const { enqueue, logs } = await bench.start((jobs) => ({
      main: jobs.router({
        namespace: "main",
        ...hooks("router"),
        jobs: {
          work: jobs.register({
            name: "work",
            attempts: 2,
            input: schema(),
            ...hooks("job"),
            handler: ({ job }) => {
              if (job.attempt === 1) throw new Error("again");
              return "done";
            },
          }),
        },
      }),
    }));
    equal((await bench.outcome(await enqueue("main.work", 1))).result, "done", "the result");
    const both = (line: string) => [`job ${line} acme`, `router ${line} acme`];
    equal(
      heard,
      ["onStart work 1", "onRetry work 1", "onStart work 2", "onSuccess work 2", "onComplete work 2"].flatMap(both),
      "the hooks",
    );
    equal(
      logs.filter(({ message }) => message.startsWith("onStart of job")).length,
      4,
      "how many failures were logged",
    );
  });

  test("R45 an event has the job's id and name at its top and under .job, the payload and the result", async (bench) => {
    const events: unknown[] = [];
    const { enqueue } = await bench.start((jobs) => ({
      main: jobs.router({
        namespace: "main",
        onStart: ({ id, job, payload, result }) => void events.push([id === job.id, payload, result]),
        onSuccess: ({ name, job, payload, result }) => void events.push([name === job.name, payload, result]),
        jobs: { work: jobs.register({ name: "work", input: schema<number>(), handler: ({ input }) => input + 1 }) },
      }),
    }));
    await bench.outcome(await enqueue("main.work", 1));
    equal(events, [[true, 1, undefined], [true, 1, 2]], "what the hooks saw");
  });

  test("R45 progress is checked, kept and told", async (bench) => {
    const told: unknown[] = [];
    const go = deferred();
    const { enqueue, adapter } = await bench.start((jobs) => ({
      main: jobs.router({
        namespace: "main",
        onProgress: (_job, progress) => void told.push(progress),
        jobs: {
          work: jobs.register({
            name: "work",
            input: schema(),
            progress: schema<number>((value) => {
              if (value > 100) throw new Error("more than all");
              return value;
            }),
            handler: async ({ job }) => {
              await job.progress(50);
              await go.promise;
              await job.progress(101);
            },
          }),
        },
      }),
    }));
    const handle = await enqueue("main.work", 1);
    await bench.until(async () => (await adapter.get(handle.id))?.progress === 50, "the progress to be kept");
    equal((await adapter.get(handle.id))?.state, "active", "the state meanwhile");
    go.resolve();
    equal((await bench.outcome(handle)).error?.message.includes("more than all"), true, "whether the schema was asked");
    equal(told, [50], "what onProgress was told");
  });

  test("R40 a context that cannot be made fails the attempt", async (bench) => {
    let broken = true;
    const { enqueue, logs } = await bench.start((jobs) => worker(jobs, () => "done"), {
      context: () => broken ? Promise.reject(new Error("no database")) : Promise.resolve({}),
    });
    const { error } = await bench.outcome(await enqueue("main.work", 1));
    equal(error?.message, "no database", "the error");
    equal(logs.some(({ level }) => level === "error"), true, "whether it was logged");
    broken = false;
    equal((await bench.outcome(await enqueue("main.work", 1))).result, "done", "the result with a context");
  });

  test("result() ends with its timeout or signal, and of a job that is gone", async (bench) => {
    const { enqueue, adapter } = await bench.start((jobs) => worker(jobs, ({ signal }) => aborted(signal)));
    const handle = await enqueue("main.work", 1);
    const late = await bench.settled(
      handle.result({ timeout: 20 }).catch((error) => error),
      "the timeout",
    ) as IgniterError;
    equal(late.code, "ERR_TIMEOUT", "the code of the timeout");
    const controller = new AbortController();
    const waiting: Promise<unknown> = handle.result({ signal: controller.signal }).catch((error) => error);
    controller.abort(new Error("no longer interested"));
    equal((await bench.settled(waiting, "the abort") as Error).message, "no longer interested", "the abort's reason");
    await bench.until(() => handle.cancel(), "the job to be cancelled");
    equal((await bench.outcome(handle)).error?.name, "AbortError", "the error of a cancelled job");
    await adapter.pause();
    const waits = await enqueue("main.work", 1);
    const gone = waits.result().catch((error) => error);
    await adapter.drain();
    equal(
      (await bench.settled(gone, "the drained job") as IgniterError).code,
      "ERR_NOT_FOUND",
      "the code of a job that is gone",
    );
    await adapter.resume();
  });
}

/** One job, `main.work`. */
export function worker(
  jobs: TestedAdapter,
  handler: (ctx: { payload: unknown; signal: AbortSignal; job: RunningJob }) => unknown,
): JobRouters {
  return {
    main: jobs.router({
      namespace: "main",
      jobs: { work: jobs.register({ name: "work", input: schema(), handler }) },
    }),
  };
}

function refusing(when: () => boolean): ReturnType<typeof schema<unknown, unknown>> {
  return schema((value) => {
    if (when()) throw new Error("refused");
    return value;
  });
}

function total(counts: { readonly [state: string]: number }): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

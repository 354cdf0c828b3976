/**
 * A worker process for the crash test: `<kind> <place> <effects file>`. Each effect is one line of the file, written
 * before anything else can happen, so that it survives SIGKILL as an effect on the outside world does.
 *
 * @module
 */
import { Igniter, type JobsAdapter, type WorkerOptions } from "@igniter-js/core";
import { createBullMQAdapter } from "@igniter-js/core/drivers/bullmq";
import { createSqliteJobsAdapter } from "@igniter-js/core/drivers/sqlite";
import { z } from "zod";

/** Milliseconds after which a killed worker's jobs come back. */
const lockTime = 1_000;

/** Makes the adapter of a kind. */
export function openJobs(kind: string, place: string, options: WorkerOptions): JobsAdapter {
  const all = { ...options, lockTime, maxStalls: 100 };
  return kind === "sqlite"
    ? createSqliteJobsAdapter({ ...all, path: place })
    : createBullMQAdapter({ ...all, url: place });
}

/** Makes the application around an adapter. */
export function createApp(jobs: JobsAdapter, effect: (line: string) => void) {
  const input = z.object({ n: z.number() });
  const handler = async ({ payload, job }: { payload: { n: number }; job: { name: string } }): Promise<number> => {
    effect(`${job.name} ${payload.n}`);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 4));
    return payload.n;
  };
  const keep = { removeOnComplete: false, removeOnFail: false } as const;
  return Igniter.context(() => ({})).config({ logLevel: "silent" }).jobs(jobs.merge({
    main: jobs.router({
      namespace: "main",
      jobs: {
        again: jobs.register({ name: "again", input, handler, ...keep }),
        once: jobs.register({ name: "once", input, handler, ...keep }),
      },
    }),
  })).create();
}

if (import.meta.main) {
  const [kind = "", place = "", file = ""] = Deno.args;
  const effects = Deno.openSync(file, { append: true, create: true });
  const encoder = new TextEncoder();
  createApp(
    openJobs(kind, place, { autoStartWorker: { concurrency: 20 } }),
    (line) => void effects.writeSync(encoder.encode(`${line}\n`)),
  );
}

/**
 * What jobs cost: `deno task bench:jobs`. BullMQ by itself and through the adapter, side by side and in turns, in one
 * process per measurement, on a Redis of its own; and the engines in memory and SQLite. A rate is that of this machine at
 * this moment, with whatever else it does; the processor time of a job depends on that far less, so shares are of it.
 *
 * @module
 */
import { Igniter, type JobsAdapter } from "@igniter-js/core";
import { createBullMQAdapter } from "@igniter-js/core/drivers/bullmq";
import { createMemoryJobsAdapter } from "@igniter-js/core/drivers/memory";
import { createSqliteJobsAdapter } from "@igniter-js/core/drivers/sqlite";
import { Queue, Worker } from "bullmq";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { startRedis } from "../redis.ts";

const ROUNDS = 3;
const JOBS = 20_000;
const CONCURRENCY = 10;
const data = { userId: "u_1", email: "ada@example.com", name: "Ada Lovelace" };
const schema = z.object({ userId: z.string(), email: z.string(), name: z.string() });

/** Jobs per second and microseconds of processor time for each, by what was measured. */
type Rates = Record<string, { readonly rate: number; readonly cpu: number }>;

/** What is measured: how jobs are added, one or many, and how they are all run; `begin` is called with the first. */
interface Subject {
  add(): Promise<unknown>;
  bulk(count: number): Promise<unknown>;
  run(begin: () => void): Promise<void>;
  close(): Promise<void>;
}

function openRaw(url: string): Subject {
  const connection = { url, maxRetriesPerRequest: null };
  const queue = new Queue("bench", { connection, prefix: "raw" });
  const options = { removeOnComplete: true, removeOnFail: true };
  let worker: Worker | undefined;
  return {
    add: () => queue.add("bench.work", data, options),
    bulk: (count) => queue.addBulk(Array.from({ length: count }, () => ({ name: "bench.work", data, opts: options }))),
    run: (begin) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      let left = JOBS;
      worker = new Worker("bench", async () => {
        if (left === JOBS) begin();
        await Promise.resolve();
        if (--left === 0) resolve();
        return { ok: true };
      }, { connection, prefix: "raw", concurrency: CONCURRENCY });
      return promise;
    },
    close: async () => {
      await worker?.close();
      await queue.close();
    },
  };
}

function openOurs(make: (autoStartWorker: false | { concurrency: number }) => JobsAdapter): Subject {
  let [first, finish] = [() => {}, () => {}];
  let left = JOBS;
  const start = (adapter: JobsAdapter) => {
    const work = adapter.register({
      name: "work",
      input: schema,
      removeOnComplete: true,
      removeOnFail: true,
      handler: async () => {
        if (left === JOBS) first();
        await Promise.resolve();
        if (--left === 0) finish();
        return { ok: true };
      },
    });
    const { jobs } = Igniter.context(() => ({})).config({ logLevel: "silent" })
      .jobs(adapter.merge({ bench: adapter.router({ namespace: "bench", jobs: { work } }) })).create();
    return jobs.bench;
  };
  const producer = make(false);
  const bench = start(producer);
  let worker: JobsAdapter | undefined;
  return {
    add: () => bench.work.enqueue(data),
    bulk: (count) => bench.bulk(Array.from({ length: count }, () => ({ task: "work" as const, input: data }))),
    run: (begin) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      [first, finish] = [begin, resolve];
      worker = make({ concurrency: CONCURRENCY });
      if (worker !== producer) start(worker);
      else void worker.resume();
      return promise;
    },
    close: async () => {
      await worker?.close();
      await producer.close();
    },
  };
}

function open(what: string, place: string): Subject {
  switch (what) {
    case "raw":
      return openRaw(place);
    case "bullmq":
      return openOurs((autoStartWorker) => createBullMQAdapter({ url: place, autoStartWorker }));
    case "sqlite":
      return openOurs((autoStartWorker) => createSqliteJobsAdapter({ path: place, autoStartWorker }));
    default: {
      // In memory the producer is the worker.
      let adapter: JobsAdapter | undefined;
      return openOurs(() => adapter ??= createMemoryJobsAdapter({ autoStartWorker: { concurrency: CONCURRENCY } }));
    }
  }
}

async function measure(what: string, place: string): Promise<Rates> {
  const subject = open(what, place);
  const timed = async (count: number, work: (begin: () => void) => Promise<unknown>): Promise<Rates[string]> => {
    let [start, cpu] = [performance.now(), process.cpuUsage()];
    await work(() => [start, cpu] = [performance.now(), process.cpuUsage()]);
    const { user, system } = process.cpuUsage(cpu);
    return { rate: Math.round(count / (performance.now() - start) * 1_000), cpu: (user + system) / count };
  };
  const parallel = async (count: number): Promise<void> => {
    let left = count;
    const one = async (): Promise<void> => {
      while (left-- > 0) await subject.add();
    };
    await Promise.all(Array.from({ length: 50 }, one));
  };
  const rates: Rates = {};
  await parallel(JOBS / 10);
  rates["add, 50 at once"] = await timed(JOBS * 0.4, () => parallel(JOBS * 0.4));
  rates["add, 1000 in bulk"] = await timed(JOBS / 2, async () => {
    for (let added = 0; added < JOBS / 2; added += 1_000) await subject.bulk(1_000);
  });
  if (what !== "memory") rates["process"] = await timed(JOBS, (begin) => subject.run(begin));
  await subject.close();
  return rates;
}

async function inProcess(what: string, place: string): Promise<Rates> {
  const { stdout, stderr, success } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", fileURLToPath(import.meta.url), what, place],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] as number;
}

if (Deno.args.length > 0) {
  console.log(JSON.stringify(await measure(Deno.args[0] as string, Deno.args[1] ?? "")));
  Deno.exit(0);
}

const results: Record<string, Rates[]> = { raw: [], bullmq: [], sqlite: [], memory: [] };
for (let round = 0; round < ROUNDS; round++) {
  for (const what of Object.keys(results)) {
    await using redis = await startRedis();
    const folder = Deno.makeTempDirSync();
    results[what]?.push(await inProcess(what, what === "sqlite" ? `${folder}/jobs.db` : redis.url));
    Deno.removeSync(folder, { recursive: true });
  }
}
const figure = (what: string, name: string, key: "rate" | "cpu"): number =>
  Math.round(median((results[what] ?? []).map((rates) => rates[name]?.[key] ?? 0)));
console.log(`The median of ${ROUNDS} rounds; validation with zod at both ends but in "BullMQ alone"\n`);
for (const [key, title] of [["cpu", "µs of processor time per job"], ["rate", "jobs per second"]] as const) {
  console.log(`| ${title} | BullMQ alone | BullMQ adapter | share | SQLite | memory |`);
  console.log("| --- | ---: | ---: | ---: | ---: | ---: |");
  for (const name of ["add, 50 at once", "add, 1000 in bulk", "process"]) {
    const [raw, ours] = [figure("raw", name, key), figure("bullmq", name, key)];
    const share = `${Math.round((key === "cpu" ? raw / ours : ours / raw) * 100)} %`;
    const [sqlite, memory] = [figure("sqlite", name, key), figure("memory", name, key)];
    console.log(`| ${name} | ${raw} | ${ours} | ${share} | ${sqlite} | ${memory || "-"} |`);
  }
  console.log();
}

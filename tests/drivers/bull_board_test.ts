/**
 * bull-board, BullMQ's dashboard, on our queues: what its API gives its page to show. `redis-cli` sees the same keys.
 *
 * @module
 */
import { Igniter, IgniterError } from "@igniter-js/core";
import { createBullMQAdapter } from "@igniter-js/core/drivers/bullmq";
// deno-lint-ignore no-import-prefix -- a tool of others, for this test only
import { createBullBoard } from "npm:@bull-board/api@^9.10.2";
// deno-lint-ignore no-import-prefix -- as above
import { BullMQAdapter } from "npm:@bull-board/api@^9.10.2/bullMQAdapter";
import { assertEquals, assertMatch } from "@std/assert";
import { Queue } from "bullmq";
import { Redis } from "ioredis";
import { z } from "zod";
import { redisIsMissing, startRedis } from "../redis.ts";

type Board = Parameters<typeof createBullBoard>[0]["serverAdapter"];

interface Request {
  readonly queues: unknown;
  readonly query: Record<string, string>;
  readonly params: Record<string, string>;
  readonly body: object;
  readonly headers: Record<string, string>;
}

interface Route {
  readonly route: string | readonly string[];
  readonly method: string | readonly string[];
  readonly handler: (request: Request) => Promise<{ readonly body: unknown }>;
}

/** A host of bull-board without a page: it keeps the routes, to be asked. */
class BoardHost {
  #queues: unknown;
  #routes: readonly Route[] = [];

  setQueues(queues: unknown): this {
    this.#queues = queues;
    return this;
  }
  setApiRoutes(routes: unknown): this {
    this.#routes = routes as readonly Route[];
    return this;
  }
  setViewsPath(): this {
    return this;
  }
  setStaticPath(): this {
    return this;
  }
  setEntryRoute(): this {
    return this;
  }
  setErrorHandler(): this {
    return this;
  }
  setUIConfig(): this {
    return this;
  }

  /** Asks for the queues, as the page does; `status` of the jobs of `activeQueue`. */
  async queues(query: Record<string, string>): Promise<unknown> {
    const found = this.#routes.find(({ route }) => [route].flat().includes("/api/queues"));
    const request = { queues: this.#queues, query, params: {}, body: {}, headers: {} };
    return (await found!.handler(request)).body;
  }
}

interface ShownQueue {
  readonly name: string;
  readonly counts: Record<string, number>;
  readonly jobs: readonly {
    readonly name: string;
    readonly data: unknown;
    readonly progress: unknown;
    readonly returnValue: unknown;
    readonly failedReason: string;
  }[];
}

Deno.test({
  name: "bull-board shows our queues, and the names, payloads, progress and results of their jobs, readably",
  ignore: redisIsMissing() !== undefined,
  fn: async () => {
    await using redis = await startRedis();
    const jobs = createBullMQAdapter({ url: redis.url, prefix: "shop" });
    const igniter = Igniter.context(() => ({})).config({ logLevel: "silent" }).jobs(jobs.merge({
      mail: jobs.router({
        namespace: "mail",
        jobs: {
          welcome: jobs.register({
            name: "welcome",
            input: z.object({ to: z.string(), copies: z.number().default(1) }),
            handler: async ({ payload, job }) => {
              await job.progress({ percent: 100 });
              if (payload.to === "nobody") throw new IgniterError("ERR_NO_ADDRESS", { message: "Nobody lives there" });
              return { sent: payload.copies };
            },
          }),
        },
      }),
      reports: jobs.router({
        namespace: "reports",
        jobs: { nightly: jobs.cron({ name: "nightly", cron: "0 3 * * *", handler: () => 1 }) },
      }),
    })).create();
    await (await igniter.jobs.mail.welcome.enqueue({ to: "ada" })).result();
    await (await igniter.jobs.mail.welcome.enqueue({ to: "nobody" })).result().catch(() => {});
    await igniter.jobs.mail.welcome.enqueue({ to: "grace" }, { delay: 60_000 });

    const connection = new Redis(redis.url, { maxRetriesPerRequest: null });
    const queues = ["mail", "reports"].map((name) => new Queue(name, { connection, prefix: "shop" }));
    const host = new BoardHost();
    createBullBoard({
      queues: queues.map((queue) => new BullMQAdapter(queue)),
      serverAdapter: host as unknown as Board,
      // Its page is not of interest; without a path it looks for it.
      options: { uiBasePath: import.meta.dirname! },
    });
    const read = async (activeQueue: string, status: string) => {
      const { queues } = await host.queues({ activeQueue, status, page: "1", jobsPerPage: "10" }) as {
        queues: ShownQueue[];
      };
      return queues;
    };

    const shown = await read("mail", "completed");
    assertEquals(shown.map(({ name }) => name), ["mail", "reports"]);
    const { completed, failed, delayed } = shown[0]!.counts;
    assertEquals([completed, failed, delayed], [1, 1, 1]);
    const [done] = shown[0]!.jobs;
    assertEquals([done?.name, done?.data, done?.progress, done?.returnValue], [
      "mail.welcome",
      { input: { to: "ada", copies: 1 } },
      { percent: 100 },
      { sent: 1 },
    ]);
    const [bad] = (await read("mail", "failed"))[0]!.jobs;
    assertEquals([bad?.name, bad?.failedReason], ["mail.welcome", "Nobody lives there"]);
    const [waits] = (await read("mail", "delayed"))[0]!.jobs;
    assertEquals(waits?.data, { input: { to: "grace", copies: 1 } });
    const [nightly] = (await read("reports", "delayed"))[1]!.jobs;
    assertEquals(nightly?.name, "reports.nightly");
    for (const key of await connection.keys("*")) assertMatch(key, /^shop:/);

    await Promise.all(queues.map((queue) => queue.close()));
    await connection.quit();
    await jobs.close();
  },
});

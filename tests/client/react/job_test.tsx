/**
 * `useJob`: a job as a component sees it, on a connection that the test plays, and on a real server.
 *
 * @module
 */
import { Igniter } from "@igniter-js/core";
import { createIgniterClient, IgniterProvider, type JobTicket } from "@igniter-js/core/client";
import { createMemoryJobsAdapter } from "@igniter-js/core/drivers/memory";
import { assert, assertEquals } from "@std/assert";
import { StrictMode } from "react";
import { z } from "zod";
import type { ClientEngine } from "../../../client/engine.ts";
import type { JobHook, JobHookOptions, JobHookResult } from "../../../client/job_types.ts";
import { reactMethod } from "../../../client/react_methods.ts";
import type { ConnectionOptions, EventConnection, StreamObserver } from "../../../client/stream.ts";
import type { Failure } from "../../../server/contract/error.ts";
import { openPage, type Page } from "./_page.ts";

interface Progress {
  readonly percent: number;
}

type Args = [input?: { body: { pages: number } }];
type Hook = JobHook<JobTicket, string, Progress, Failure, Args>;
type Shown = JobHookResult<JobTicket, string, Progress, Failure, Args>;

const ticket: JobTicket = { id: "a/1", job: "reports.generate", token: "secret.reports.0f" };

/** A client's engine that does what the test says. */
function createFake(answer: (key: string, input: unknown) => unknown = () => ({ data: ticket, error: null })) {
  const calls: unknown[] = [];
  const subscriptions: { channel: string; input: unknown; observer: StreamObserver; stopped: boolean }[] = [];
  const configured: ConnectionOptions[] = [];
  const connection = {
    state: "open",
    subscribe(channel: string, input: object | undefined, observer: StreamObserver) {
      const subscription = { channel, input, observer, stopped: false };
      subscriptions.push(subscription);
      return () => void (subscription.stopped = true);
    },
    configure: (options: ConnectionOptions) => void configured.push(options),
  };
  const engine = {
    call: async (key: string, kind: string, input: unknown) => {
      calls.push([key, kind, input]);
      return await answer(key, input);
    },
    events: () => Promise.resolve(connection as unknown as EventConnection),
  } as Partial<ClientEngine> as ClientEngine;
  const useJob = reactMethod({ engine, key: "reports.generate" }, "useJob") as Hook["useJob"];
  let shown!: Shown;
  function Report(options: JobHookOptions<string, Progress, Failure>) {
    shown = useJob(options);
    return <p>{[shown.status, shown.progress?.percent, shown.data, shown.error?.code].join(" ").trim()}</p>;
  }
  const last = () => subscriptions.at(-1)!;
  return {
    Report,
    calls,
    subscriptions,
    configured,
    connection,
    last,
    shown: () => shown,
    open: (page: Page, view: object) => page.act(() => last().observer.onOpen!(view)),
    change: (page: Page, view: object) => page.act(() => last().observer.onMessage!(view, "message")),
  };
}

Deno.test("useJob is idle, then waiting, active with progress, and completed with the job's result", async () => {
  const fake = createFake();
  const heard: unknown[] = [];
  const { Report } = fake;
  await using page = await openPage(
    <Report onProgress={({ percent }) => heard.push(percent)} onSuccess={(data) => heard.push(data)} />,
  );
  assertEquals([page.text(), fake.calls.length, fake.subscriptions.length], ["idle", 0, 0]);
  const started = page.act(() => fake.shown().start({ body: { pages: 3 } }));
  assertEquals(await started, { data: ticket, error: null });
  await page.until(() => fake.subscriptions.length === 1);
  assertEquals(fake.calls, [["reports.generate", "mutation", { body: { pages: 3 } }]]);
  assertEquals([fake.last().channel, fake.last().input], ["~job:a%2F1", { query: { token: ticket.token } }]);
  assertEquals([page.text(), fake.shown().job], ["waiting", ticket]);
  await fake.open(page, { status: "active" });
  assertEquals(page.text(), "active");
  await fake.change(page, { status: "active", progress: { percent: 50 } });
  assertEquals(page.text(), "active 50");
  await fake.change(page, { status: "completed", progress: { percent: 100 }, data: "report.pdf" });
  assertEquals(page.text(), "completed 100 report.pdf");
  assertEquals([heard, fake.last().stopped], [[50, 100, "report.pdf"], true]);
  await page.act(() => fake.shown().reset());
  assertEquals([page.text(), fake.shown().job], ["idle", undefined]);
});

Deno.test("useJob shows why a job failed, why it could not be started, and that it was cancelled", async () => {
  let answer: unknown = { data: ticket, error: null };
  const fake = createFake(() => answer);
  const errors: string[] = [];
  const { Report } = fake;
  await using page = await openPage(<Report onError={({ code }) => errors.push(code)} />);
  await page.act(() => fake.shown().start());
  await page.until(() => fake.subscriptions.length === 1);
  await fake.open(page, { status: "failed", error: { code: "ERR_NO_PAPER", message: "No paper" } });
  assertEquals([page.text(), fake.shown().error instanceof Error], ["failed   ERR_NO_PAPER", true]);

  answer = { data: null, error: { code: "ERR_CONFLICT", message: "One is running" } };
  const refused = await page.act(() => fake.shown().start());
  assertEquals([refused.data, refused.error?.code], [null, "ERR_CONFLICT"]);
  assertEquals([page.text(), fake.shown().job], ["failed   ERR_CONFLICT", undefined]);
  assertEquals(errors, ["ERR_NO_PAPER", "ERR_CONFLICT"]);

  answer = { data: ticket, error: null };
  await page.act(() => fake.shown().start());
  await page.until(() => fake.subscriptions.length === 2);
  answer = { data: true, error: null };
  assertEquals(await page.act(() => fake.shown().cancel()), { data: true, error: null });
  const { id, token } = ticket;
  assertEquals(fake.calls.at(-1), ["_.cancelJob", "mutation", { body: { id, token } }]);
  assertEquals(page.text(), "waiting", "the job says when it is cancelled");
  await fake.change(page, { status: "cancelled" });
  assertEquals(page.text(), "cancelled");
});

Deno.test("useJob cancels a job that is being started as soon as it is there, and none where there is none", async () => {
  const gate = Promise.withResolvers<unknown>();
  const fake = createFake((key) => key === "_.cancelJob" ? { data: true, error: null } : gate.promise);
  await using page = await openPage(<fake.Report />);
  assertEquals(await page.act(() => fake.shown().cancel()), { data: false, error: null });
  assertEquals(fake.calls, []);
  const started = fake.shown().start();
  await page.until(() => fake.calls.length === 1);
  const cancelled = fake.shown().cancel();
  gate.resolve({ data: ticket, error: null });
  await page.act(() => started);
  assertEquals(await page.act(() => cancelled), { data: true, error: null });
});

Deno.test("useJob completes at once when the mutation answers without a job", async () => {
  const fake = createFake(() => ({ data: "cached.pdf", error: null }));
  await using page = await openPage(<fake.Report />);
  await page.act(() => fake.shown().start());
  assertEquals([page.text(), fake.subscriptions.length], ["completed  cached.pdf", 0]);
});

Deno.test("useJob shows a job that was started before the page was loaded, and another when it is given another", async () => {
  const fake = createFake();
  await using page = await openPage(<fake.Report job={ticket} />);
  assertEquals(page.text(), "waiting");
  await page.until(() => fake.subscriptions.length === 1);
  await fake.open(page, { status: "completed", data: "report.pdf" });
  assertEquals([page.text(), fake.calls.length, fake.shown().job], ["completed  report.pdf", 0, ticket]);
  await page.show(<fake.Report job={{ ...ticket, id: "b" }} />);
  await page.until(() => fake.subscriptions.length === 2);
  assertEquals([page.text(), fake.last().channel], ["waiting", "~job:b"]);
  const before = fake.subscriptions[0]!;
  await page.act(() => before.observer.onMessage!({ status: "failed" }, "message"));
  assertEquals(page.text(), "waiting", "what an earlier job tells is not shown");
});

Deno.test("useJob says that a ticket is refused; what may pass leaves the status as it is", async () => {
  const fake = createFake();
  await using page = await openPage(<fake.Report job={ticket} />);
  await page.until(() => fake.subscriptions.length === 1);
  await fake.open(page, { status: "active" });
  fake.connection.state = "error";
  const down = { code: "ERR_NETWORK", message: "The connection broke", data: undefined };
  await page.act(() => fake.last().observer.onState!("error", down));
  assertEquals([page.text(), fake.last().stopped], ["active   ERR_NETWORK", false]);
  await fake.open(page, { status: "active" });
  assertEquals(page.text(), "active", "it was made anew");
  const forbidden = { code: "ERR_FORBIDDEN", message: "The ticket does not open this job", data: undefined };
  await page.act(() => fake.last().observer.onState!("error", forbidden));
  assertEquals(page.text(), "failed   ERR_FORBIDDEN");
});

Deno.test("useJob follows one job at a time, also where React runs effects twice, and none after it is gone", async () => {
  const fake = createFake();
  await using page = await openPage(
    <StrictMode>
      <fake.Report job={ticket} />
    </StrictMode>,
  );
  await page.until(() => fake.subscriptions.length > 0);
  assertEquals(fake.subscriptions.filter(({ stopped }) => !stopped).length, 1);
  await page.show(<p>gone</p>);
  await page.until(() => fake.subscriptions.every(({ stopped }) => stopped));
});

Deno.test("useJob tells the connection what the provider says", async () => {
  const fake = createFake();
  await using page = await openPage(<fake.Report job={ticket} />, {
    around: (children) => <IgniterProvider maxReconnectAttempts={3}>{children}</IgniterProvider>,
  });
  await page.until(() => fake.configured.length > 0);
  assertEquals(fake.configured[0]?.maxReconnectAttempts, 3);
});

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 5000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`It did not come to that: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve));
  }
}

/** An application whose jobs go on when they are told to, and its client. */
function createReports() {
  const jobs = createMemoryJobsAdapter();
  const turns = new Map<number, () => void>();
  const igniter = Igniter.context(() => ({})).config({ logLevel: "silent" }).jobs(jobs.merge({
    reports: jobs.router({
      namespace: "reports",
      jobs: {
        generate: jobs.register({
          name: "generate",
          input: z.object({ pages: z.number() }),
          progress: z.object({ page: z.number() }),
          handler: async ({ payload, job, signal }) => {
            for (let page = 1; page <= payload.pages; page++) {
              await new Promise<void>((resolve, reject) => {
                turns.set(page, resolve);
                signal.addEventListener("abort", () => reject(signal.reason));
              });
              await job.progress({ page });
            }
            return { at: new Date(0), pages: payload.pages };
          },
        }),
      },
    }),
  })).create();
  const router = igniter.router({
    controllers: {
      reports: igniter.controller({
        path: "/reports",
        actions: {
          generate: igniter.mutation({
            body: z.object({ pages: z.number() }),
            handler: async ({ body, response }) => response.accepted(await igniter.jobs.reports.generate.enqueue(body)),
          }),
        },
      }),
    },
  });
  const connections: AbortController[] = [];
  const signals: AbortSignal[] = [];
  const api = createIgniterClient<typeof router>({
    baseURL: "http://localhost",
    fetch: async (url, init) => {
      const response = await router.handler(new Request(url, init));
      if (!url.includes("/_/events")) return response;
      const broken = new AbortController();
      connections.push(broken);
      signals.push(init.signal!);
      return new Response(response.body!.pipeThrough(new TransformStream(), { signal: broken.signal }), response);
    },
  });
  const hurry = (children: React.ReactNode) => <IgniterProvider reconnectDelay={1}>{children}</IgniterProvider>;
  /** The client keeps the connection for a moment after the last who wanted it. */
  const end = async () => {
    await until(() => signals.every(({ aborted }) => aborted));
    await router.close();
  };
  return { api, turns, connections, hurry, end };
}

Deno.test("D25 over a real server: progress and result arrive as themselves, also across a broken connection", async () => {
  const { api, turns, connections, hurry, end } = createReports();
  let shown!: ReturnType<typeof api.reports.generate.useJob>;
  function Report() {
    shown = api.reports.generate.useJob();
    return <p>{`${shown.status} ${shown.progress?.page ?? "-"}`}</p>;
  }
  {
    await using page = await openPage(<Report />, { around: hurry });
    await page.act(() => shown.start({ body: { pages: 3 } }));
    await page.until(() => page.text() === "active -");
    turns.get(1)!();
    await page.until(() => page.text() === "active 1");
    connections.at(-1)!.abort(new Error("The cable was cut"));
    turns.get(2)!();
    await page.until(() => connections.length === 2 && page.text() === "active 2");
    await page.until(() => turns.has(3));
    turns.get(3)!();
    await page.until(() => page.text() === "completed 3");
    assertEquals(shown.data, { at: new Date(0), pages: 3 });
  }
  await end();
});

Deno.test("D25 over a real server: a kept ticket shows the job after a reload, and cancels it", async () => {
  const { api, hurry, end } = createReports();
  let shown!: ReturnType<typeof api.reports.generate.useJob>;
  function Report({ kept }: { kept?: JobTicket }) {
    shown = api.reports.generate.useJob({ job: kept });
    return <p>{shown.status}</p>;
  }
  let kept: string;
  {
    await using page = await openPage(<Report />, { around: hurry });
    await page.act(() => shown.start({ body: { pages: 1 } }));
    await page.until(() => page.text() === "active");
    kept = JSON.stringify(shown.job);
  }
  {
    await using page = await openPage(<Report kept={JSON.parse(kept)} />, { around: hurry });
    await page.until(() => page.text() === "active");
    assertEquals(await page.act(() => shown.cancel()), { data: true, error: null });
    await page.until(() => page.text() === "cancelled");
  }
  {
    await using page = await openPage(<Report kept={{ ...JSON.parse(kept), id: "another" }} />, { around: hurry });
    await page.until(() => page.text() === "failed");
    assert(shown.error?.code === "ERR_FORBIDDEN");
  }
  await end();
});

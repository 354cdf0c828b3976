/**
 * Two processes of the demo app on one Redis, and how long it takes until the one's clients know what the other did.
 *
 * Times count from the moment at which the mutation's reply is read at A. What arrives at B before that is early: the
 * time is negative.
 *
 * @module
 */
/// <reference lib="dom" />
import { createIgniterClient } from "@igniter-js/core/client/core";
import type { CoreClient } from "@igniter-js/core/client/core";
import type { Page } from "playwright-core";
import type { AppRouter } from "../../cli/templates/app/src/igniter.router.ts";
import { createEvents } from "../../client/events.ts";
import { type DemoProcess, startDemo } from "./demo_process.ts";

/** Two processes, with a client that has signed in at each. */
export interface DemoPair extends AsyncDisposable {
  readonly a: DemoProcess;
  readonly b: DemoProcess;
  readonly clientA: DemoClient;
  readonly clientB: DemoClient;
  /** Creates a user at A, whose name nobody has, and gives it with the moments of the call and of the reply. */
  create(): Promise<{ readonly name: string; readonly called: number; readonly replied: number }>;
}

/** A client of the demo app, without React. */
export type DemoClient = CoreClient<AppRouter["~controllers"]>;

const ADA = { email: "ada@example.com", password: "analytical-engine" };

/** Starts two processes on a Redis. */
export async function startDemoPair(redis: string): Promise<DemoPair> {
  const started = await Promise.allSettled([0, 1].map(() => startDemo({ PORT: "0", REDIS_URL: redis })));
  const demos = started.flatMap((start) => start.status === "fulfilled" ? [start.value] : []);
  const end = async () => void await Promise.all(demos.map((demo) => demo[Symbol.asyncDispose]()));
  const [a, b] = demos;
  if (!a || !b) {
    await end();
    throw new Error("Cannot start two processes of the demo app", { cause: started });
  }
  // One session for both: it is in the store.
  const { token } = await connect(a).sessions.signIn.mutate.orThrow({ body: ADA });
  const [clientA, clientB] = [connect(a, token), connect(b, token)];
  let count = 0;
  return {
    a,
    b,
    clientA,
    clientB,
    async create() {
      const name = `Person ${++count}`;
      const called = performance.now();
      await clientA.users.create.mutate.orThrow({ body: { name, email: `person.${count}@example.com` } });
      return { name, called, replied: performance.now() };
    },
    [Symbol.asyncDispose]: end,
  };
}

function connect(demo: DemoProcess, token?: string): DemoClient {
  return createIgniterClient<AppRouter>(optionsOf(demo, token));
}

function optionsOf({ page }: DemoProcess, token?: string) {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return { baseURL: page.replace(/\/$/, ""), basePath: "/api/v1", headers };
}

/** Milliseconds from the call of A to its reply. */
export async function measureReplies({ create }: DemoPair, rounds: number): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const { called, replied } = await create();
    times.push(replied - called);
  }
  return times;
}

/** Milliseconds from A's reply to the announcement at B's client. */
export async function measureMessages({ create, clientB }: DemoPair, rounds: number): Promise<number[]> {
  const messages = clientB.notifications.stream.stream()[Symbol.asyncIterator]();
  const receive = async () => {
    const { value } = await messages.next();
    return { text: (value as { text: string }).text, at: performance.now() };
  };
  let next = receive();
  // The first one that is heard says that the stream is open.
  for (let heard = false; !heard;) {
    await create();
    heard = await Promise.race([next.then(() => true), sleep(50).then(() => false)]);
  }
  const times: number[] = [];
  next = receive();
  for (let round = 0; round < rounds; round++) {
    const { name, replied } = await create();
    // One of before may still be on its way.
    for (;;) {
      const { text, at } = await next;
      next = receive();
      if (text !== `${name} has joined.`) continue;
      times.push(at - replied);
      break;
    }
  }
  await messages.return?.();
  await next.catch(() => {});
  return times;
}

/** Milliseconds from A's reply to the revalidation of the list at B's client. */
export async function measureRevalidations(pair: DemoPair, rounds: number): Promise<number[]> {
  const { token } = await pair.clientB.sessions.signIn.mutate.orThrow({ body: ADA });
  const events = createEvents(optionsOf(pair.b, token));
  let heard = Promise.withResolvers<number>();
  const stop = events.watch({
    onRevalidate: (targets) => targets.some(({ path }) => path === "users.list") && heard.resolve(performance.now()),
    onReset: (reason) => heard.reject(new Error(`Cannot measure: ${reason}`)),
  });
  try {
    while (events.state !== "open") await sleep(1);
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) {
      heard = Promise.withResolvers<number>();
      const { replied } = await pair.create();
      times.push(await heard.promise - replied);
    }
    return times;
  } finally {
    stop();
    events.close();
  }
}

/** Milliseconds from A's reply to the list that B's page has fetched again; the page shows the list's first page. */
export async function measurePage({ create }: DemoPair, page: Page, rounds: number): Promise<number[]> {
  let fetched = Promise.withResolvers<number>();
  await page.exposeFunction("noteFetched", (at: number) => fetched.resolve(at - performance.timeOrigin));
  await page.evaluate(() => {
    const { fetch } = globalThis;
    const { noteFetched } = globalThis as unknown as { noteFetched(at: number): void };
    globalThis.fetch = async (input, init) => {
      const response = await fetch(input, init);
      // In the wall clock's time, which both processes have.
      if (String(input).includes("users.list")) noteFetched(performance.timeOrigin + performance.now());
      return response;
    };
  });
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    fetched = Promise.withResolvers();
    const { name, replied } = await create();
    times.push(await fetched.promise - replied);
    await page.getByRole("list").getByText(name, { exact: true }).waitFor();
  }
  return times;
}

/** The value below which a share of all is. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

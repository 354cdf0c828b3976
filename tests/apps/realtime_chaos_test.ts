/**
 * Events under failure: two server processes on one Redis, clients behind proxies, and more than two hundred rounds in
 * which one of them is killed (SIGKILL) and started again, or connections are cut, while events are published.
 *
 * Every message whose publication was confirmed must reach each subscriber once, or stand behind an explicit gap upon
 * which the subscriber has asked anew; and a view that refetches only when it is told to must end with the last state.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { createEvents } from "../../client/events.ts";
import type { Platform } from "../../client/platform.ts";
import type { EventConnection } from "../../client/stream.ts";
import { type Proxy, startProxy } from "../drivers/_proxy.ts";
import { root } from "../project.ts";
import { testWithRedis } from "../redis.ts";
import type { Numbered } from "./realtime_process.ts";

const ROUNDS = 210;
const CLIENTS_PER_SERVER = 3;
/** What may happen, out of a hundred; what is left are cut connections. */
const KILL_SERVER = 14;
const KILL_REDIS = 7;
const SWALLOW = 20;

/** This platform, its delays shortened: three heartbeats are 3 seconds. */
const HASTE: Platform = {
  // Node's types, which say that it is an object, are among those of the tests.
  setTimeout: (run, milliseconds) => setTimeout(run, milliseconds / 15) as unknown as number,
  clearTimeout,
  Math,
};

class ServerProcess {
  port = 0;
  readonly #redis: string;
  #child: Deno.ChildProcess | undefined;

  constructor(redis: string) {
    this.#redis = redis;
  }

  async start(): Promise<void> {
    const args = ["run", "-A", join(root, "tests/apps/realtime_process.ts"), this.#redis, String(this.port)];
    const child = new Deno.Command(Deno.execPath(), { args, stdin: "piped", stdout: "piped", stderr: "piped" })
      .spawn();
    this.#child = child;
    let text = "";
    for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      if (text.includes("\n")) break;
    }
    this.port = Number(text);
    // Read all the time: a full pipe would stop the server.
    const errors = new Response(child.stderr).text();
    if (!this.port) throw new Error(`Cannot start a server process: ${await errors}`);
  }

  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    try {
      child?.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
    await child?.status;
    await child?.stdin.close().catch(() => {});
  }
}

/** What one client has seen: numbers in order, and among them its refetches after losses. */
class Client {
  readonly seen: (number | { state: number | undefined })[] = [];
  /** What a view shows that refetches when it is told to. */
  view = 0;
  readonly events: EventConnection;
  readonly #base: string;
  /** Without idle connections that are kept: a swallowed one would be taken again and again. */
  readonly #http: Deno.HttpClient = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
  #busy = 0;
  #closed = false;
  #stop: (() => void) | undefined;

  constructor(port: number) {
    this.#base = `http://127.0.0.1:${port}`;
    this.events = createEvents({ baseURL: this.#base, fetch: this.#fetch }, HASTE);
    this.events.subscribe("feed.live", undefined, {
      onMessage: (message) => this.seen.push((message as Numbered).n),
      onGap: () => {
        const mark: { state: number | undefined } = { state: undefined };
        this.seen.push(mark);
        this.#refetch((state) => mark.state = state);
      },
    });
    const refresh = () => this.#refetch((state) => this.view = Math.max(this.view, state));
    this.events.watch({ onRevalidate: refresh, onReset: refresh });
  }

  readonly #fetch = (url: string, init: RequestInit) => fetch(url, { ...init, client: this.#http });

  async close(): Promise<void> {
    this.#closed = true;
    this.events.close();
    while (this.busy) await sleep(5);
    this.#http.close();
  }

  /** Subscribes to something more, or to that no longer: either way one connection takes over from another. */
  toggle(): void {
    if (this.#stop) this.#stop();
    this.#stop = this.#stop ? undefined : this.events.subscribe("feed.live", { query: { more: this.seen.length } }, {});
  }

  /** Whether refetches are under way. */
  get busy(): boolean {
    return this.#busy > 0;
  }

  async #refetch(use: (state: number) => void): Promise<void> {
    this.#busy++;
    for (let done = false; !done && !this.#closed;) {
      try {
        const response = await this.#fetch(`${this.#base}/api/v1/feed/state`, { signal: AbortSignal.timeout(2000) });
        const { data } = await response.json();
        done = typeof data === "number";
        if (done) use(data);
      } catch {
        // The server is away.
      }
      if (!done) await sleep(20);
    }
    this.#busy--;
  }

  /**
   * What was lost in silence, and what came twice. When Redis is killed while it takes an event, the store's driver does
   * not know whether it did and sends it again: that is another event, with another id, of a log that was begun anew,
   * which is told. So only what came twice with no gap in between is a fault.
   */
  faults(confirmed: ReadonlySet<number>): { readonly silent: number[]; readonly doubled: number[] } {
    const all = new Set<unknown>(this.seen);
    const silent = [...confirmed].filter((n) => !all.has(n) && !this.#isCovered(n, confirmed));
    const doubled: number[] = [];
    let seen = new Set<number>();
    for (const entry of this.seen) {
      if (typeof entry === "object") seen = new Set();
      else if (seen.has(entry)) doubled.push(entry);
      else seen.add(entry);
    }
    return { silent, doubled };
  }

  /** Whether a refetch that stands where a missing number would, or later, has found a state that includes it. */
  #isCovered(n: number, confirmed: ReadonlySet<number>): boolean {
    const at = this.seen.findLastIndex((entry) => typeof entry === "number" && confirmed.has(entry) && entry < n);
    const next = this.seen.findIndex((entry, index) => index > at && typeof entry === "number" && confirmed.has(entry));
    const between = this.seen.slice(at + 1, next < 0 ? undefined : next);
    return between.some((entry) => typeof entry === "object" && (entry.state ?? 0) >= n);
  }
}

testWithRedis(
  "R23 under more than 200 rounds of failures nothing is lost in silence, and nothing comes twice",
  async (redis) => {
    const started = performance.now();
    const servers = [new ServerProcess(redis.url), new ServerProcess(redis.url)] as const;
    await Promise.all(servers.map((server) => server.start()));
    const proxies = await Promise.all(servers.map(({ port }) => startProxy(port)));
    const clients = proxies.flatMap(({ port }) => Array.from({ length: CLIENTS_PER_SERVER }, () => new Client(port)));
    const confirmed = new Set<number>();
    let failed = 0;
    let stopped = false;
    try {
      await until(() => clients.every(({ events }) => events.state === "open"));

      const publish = async (): Promise<void> => {
        for (let turn = 0; !stopped; turn++) {
          const n = await publishTo(servers[turn % 2 as 0 | 1].port);
          if (n === undefined) failed++;
          else confirmed.add(n);
          await sleep(2);
        }
      };
      const publishing = publish();

      const done = { server: 0, redis: 0, swallow: 0, cut: 0 };
      for (let round = 0; round < ROUNDS; round++) {
        const dice = (round * 37) % 100;
        const which = round % 2 as 0 | 1;
        if (dice < KILL_SERVER) {
          await servers[which].kill();
          await servers[which].start();
          done.server++;
        } else if (dice < KILL_SERVER + KILL_REDIS) {
          await redis.kill();
          await sleep(20);
          await redis.restart();
          done.redis++;
        } else if (dice < KILL_SERVER + KILL_REDIS + SWALLOW) {
          (proxies[which] as Proxy).swallow();
          done.swallow++;
        } else {
          (proxies[which] as Proxy).cut();
          done.cut++;
        }
        for (const client of clients) if (Math.random() < 0.3) client.toggle();
        await sleep(60 + (round % 5) * 20);
      }
      stopped = true;
      await publishing;

      let last: number | undefined;
      await until(async () => (last = await publishTo(servers[0].port)) !== undefined);
      confirmed.add(last as number);
      await until(() => clients.every(({ view, busy }) => view >= (last as number) && !busy), 20_000);
      await until(() => clients.every(({ seen }) => seen.includes(last as number) || typeof seen.at(-1) === "object"));

      const faults = clients.map((client) => client.faults(confirmed));
      const resets = clients.map(({ seen }) => seen.filter((entry) => typeof entry === "object").length);
      const received = clients.map(({ seen }) => seen.length);
      console.log(
        `${ROUNDS} rounds in ${Math.round((performance.now() - started) / 1000)} s: ${JSON.stringify(done)}; ` +
          `${confirmed.size} events confirmed, ${failed} refused; received ${received}, of these gaps ${resets}`,
      );
      assertEquals(faults, clients.map(() => ({ silent: [], doubled: [] })));
      assert(confirmed.size > ROUNDS, "events were published all the time");
    } finally {
      stopped = true;
      await Promise.all(clients.map((client) => client.close()));
      await Promise.all(servers.map((server) => server.kill()));
      for (const proxy of proxies) await proxy[Symbol.asyncDispose]();
    }
  },
  // What Redis has confirmed it has after a SIGKILL, too: it is not Redis that is tested.
  { appendOnly: true, args: ["--appendfsync", "always"] },
);

async function publishTo(port: number): Promise<number | undefined> {
  try {
    const init = { method: "POST", signal: AbortSignal.timeout(3000) };
    const { data } = await (await fetch(`http://127.0.0.1:${port}/api/v1/feed`, init)).json();
    return data ?? undefined;
  } catch {
    // Its server is away.
    return undefined;
  }
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

async function until(condition: () => boolean | Promise<boolean>, limit = 10_000): Promise<void> {
  const end = performance.now() + limit;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`Cannot wait any longer: it does not come true that ${condition}`);
    await sleep(5);
  }
}

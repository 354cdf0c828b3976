/**
 * `deno task bench:http`: what one request costs a server under load, beside hand-written code, Hono and Elysia.
 *
 * The figure is the CPU time of the server's process, user and system of all its threads, by the requests that `wrk`
 * counted: unlike requests per second it hardly changes when other programs want the same cores. Every figure comes
 * from a fresh server, which must give the right answers before it is timed. The rounds are interleaved, peer after
 * peer on each work item; what counts is the median of the ratios to `raw` of the same round.
 *
 * `--rounds 5 --secs 2 --peers raw,ours,hono,elysia --items static,query`
 *
 * @module
 */
import { parseArgs } from "node:util";
import manifest from "../../deno.json" with { type: "json" };
import { check } from "./check.ts";
import { count, median } from "./figures.ts";
import { lines } from "./lines.ts";
import { type Peer, work, type WorkItem } from "./work.ts";

/** How long a server works before it is timed, in milliseconds. */
const warmUp = 1500;

/** The length of a tick of `/proc`, in microseconds: on Linux USER_HZ is 100. */
const tick = 10_000;

/** A peer's process. */
class Server implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #output: AsyncGenerator<string>;

  constructor(name: string, app: WorkItem["app"], pinned: boolean) {
    const program = new URL("./server.ts", import.meta.url).href;
    // taskset becomes the program it starts, so the process's id is the server's either way.
    this.#process = command(Deno.execPath(), ["run", "-A", program, name, app], pinned ? 0 : undefined, {
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#output = lines(this.#process.stdout);
  }

  /** Resolves to where it answers, once it does. */
  async origin(): Promise<string> {
    const { value, done } = await this.#output.next();
    if (done) throw new Error("Cannot load a server: it has ended");
    return `http://127.0.0.1:${value}`;
  }

  /** The CPU time of all its threads until now, in microseconds. */
  async cpu(): Promise<number> {
    const stat = await Deno.readTextFile(`/proc/${this.#process.pid}/stat`);
    // The second field is the program's name in brackets, which may hold blanks; utime is the 14th, stime the 15th.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) * tick;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.stdin.close().catch(() => {});
    await this.#output.return(undefined);
    await this.#process.status;
  }
}

function command(program: string, args: string[], core: number | undefined, options: Deno.CommandOptions) {
  if (core === undefined) return new Deno.Command(program, { ...options, args });
  return new Deno.Command("taskset", { ...options, args: ["-c", String(core), program, ...args] });
}

async function isInstalled(program: string): Promise<boolean> {
  try {
    await new Deno.Command(program, { args: ["--version"], stdout: "null", stderr: "null" }).output();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Loads a server and resolves to how many requests it answered; a load that is broken off by the signal has no count. */
async function load(url: string, item: WorkItem, secs: number, pinned: boolean, signal?: AbortSignal) {
  const args = ["-t1", "-c64", `-d${secs}s`];
  const script = item.body === undefined ? undefined : await Deno.makeTempFile({ suffix: ".lua" });
  try {
    if (script !== undefined) {
      await Deno.writeTextFile(script, `wrk.method = "POST"\nwrk.body = [==[${JSON.stringify(item.body)}]==]\n`);
      args.push("-s", script, "-H", "content-type: application/json");
    }
    const options: Deno.CommandOptions = signal === undefined ? {} : { signal };
    const { stdout, stderr } = await command("wrk", [...args, url], pinned ? 1 : undefined, options).output();
    if (signal?.aborted) return NaN;
    const report = new TextDecoder().decode(stdout);
    const requests = Number(/(\d+) requests in/.exec(report)?.[1] ?? 0);
    if (requests === 0 || /Non-2xx|Socket errors/.test(report)) {
      throw new Error(`Cannot count the requests: wrk said ${report}${new TextDecoder().decode(stderr)}`);
    }
    return requests;
  } finally {
    if (script !== undefined) await Deno.remove(script);
  }
}

/** The microseconds of CPU that one request cost a fresh server. */
async function measure(name: string, peer: Peer, title: string, secs: number, pinned: boolean): Promise<number> {
  const item = work[title];
  if (item === undefined) throw new Error(`Cannot measure ${name}: there is no work item "${title}"`);
  await using server = new Server(name, item.app, pinned);
  const origin = await server.origin();
  const wrong = await check(peer, (request) => fetch(request), item, origin);
  if (wrong !== undefined) throw new Error(`Cannot compare ${name} on ${title}: it answered ${wrong}`);
  const url = `${origin}${peer.prefix}${item.path}`;
  // wrk takes whole seconds only, so the warm-up is cut short.
  await load(url, item, Math.ceil(warmUp / 1000), pinned, AbortSignal.timeout(warmUp));
  const before = await server.cpu();
  const requests = await load(url, item, secs, pinned);
  return (await server.cpu() - before) / requests;
}

/** The name of a peer's row; the version is the one that its module imports. */
async function titleOf(name: string): Promise<string> {
  if (name === "raw") return `raw (Deno ${Deno.version.deno})`;
  if (name === "ours") return `${manifest.name} ${manifest.version}`;
  const source = await Deno.readTextFile(new URL(`./peers/${name}.ts`, import.meta.url));
  return `${name} ${new RegExp(`"npm:${name}@([^"/]+)`).exec(source)?.[1] ?? "of unknown version"}`;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      rounds: { type: "string", default: "5" },
      secs: { type: "string", default: "2" },
      peers: { type: "string", default: "raw,ours,hono,elysia" },
      items: { type: "string", default: Object.keys(work).join(",") },
    },
  });
  const [rounds, secs] = [count(values.rounds), count(values.secs)];
  const items = values.items.split(",");
  if (Deno.build.os !== "linux") throw new Error("Cannot measure a server's CPU time: only Linux has /proc/<pid>/stat");
  if (!await isInstalled("wrk")) throw new Error("Cannot load the servers: wrk is missing (apt-get install wrk)");
  const pinned = navigator.hardwareConcurrency > 1 && await isInstalled("taskset");
  const peers = new Map<string, Peer>();
  // The ratios need raw, whoever else takes part.
  for (const name of new Set(["raw", ...values.peers.split(",")])) {
    peers.set(name, (await import(new URL(`./peers/${name}.ts`, import.meta.url).href)).peer);
  }

  const costs = new Map<string, number[]>();
  for (let round = 0; round < rounds; round++) {
    for (const item of items) {
      for (const [name, peer] of peers) {
        const cost = await measure(name, peer, item, secs, pinned);
        costs.set(`${name} ${item}`, [...costs.get(`${name} ${item}`) ?? [], cost]);
        console.error(`round ${round + 1}, ${item}, ${name}: ${cost.toFixed(1)} µs`);
      }
    }
  }

  const cores = pinned ? "server on core 0, wrk on core 1" : "not pinned to cores";
  console.log(`Deno ${Deno.version.deno}, ${rounds} rounds of ${secs} s, ${cores}; the server's CPU per request\n`);
  console.log(`| ${["Ratio to raw", ...items].join(" | ")} |`);
  console.log(`| ${["---", ...items.map(() => "---:")].join(" | ")} |`);
  for (const name of peers.keys()) {
    const cells = items.map((item) => {
      const [own, raw] = [costs.get(`${name} ${item}`) ?? [], costs.get(`raw ${item}`) ?? []];
      const ratio = median(own.map((cost, round) => cost / (raw[round] ?? NaN))).toFixed(2);
      return name === "raw" ? `${ratio} (${median(own).toFixed(1)} µs)` : ratio;
    });
    console.log(`| ${[await titleOf(name), ...cells].join(" | ")} |`);
  }
}

await main();

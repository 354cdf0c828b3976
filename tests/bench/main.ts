/**
 * `deno task bench`: what one request costs in process, beside hand-written code, Hono and Elysia.
 *
 * Before anything is timed every peer must give the same answers and refuse the same requests. The rounds are
 * interleaved, peer after peer on each work item, so that a machine that slows down slows all of them; what counts is
 * the median of the ratios to `raw` of the same round. Nothing is sent over a network.
 *
 * `--rounds 9 --requests 10000 --peers raw,ours,hono,elysia --items static,query`
 *
 * @module
 */
import { parseArgs } from "node:util";
import type { Answer, Command } from "./competitor.ts";
import { count, median } from "./figures.ts";
import { lines } from "./lines.ts";
import { work } from "./work.ts";

/** A peer's process. */
class Competitor implements AsyncDisposable {
  readonly name: string;
  readonly #process: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #answers: AsyncGenerator<string>;

  constructor(name: string) {
    this.name = name;
    const program = new URL("./competitor.ts", import.meta.url).href;
    this.#process = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", program, name],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#input = this.#process.stdin.getWriter();
    this.#answers = lines(this.#process.stdout);
  }

  async check(item: string): Promise<void> {
    const answer = await this.#ask({ check: item });
    if ("wrong" in answer) throw new Error(`Cannot compare ${this.name} on ${item}: it answered ${answer.wrong}`);
  }

  async time(item: string, requests: number): Promise<number> {
    const answer = await this.#ask({ time: item, requests });
    if (!("nanoseconds" in answer)) throw new Error(`Cannot time ${this.name} on ${item}: ${JSON.stringify(answer)}`);
    return answer.nanoseconds;
  }

  async #ask(command: Command): Promise<Answer> {
    await this.#input.write(new TextEncoder().encode(`${JSON.stringify(command)}\n`));
    const { value, done } = await this.#answers.next();
    if (done) throw new Error(`Cannot go on: ${this.name} has ended`);
    return JSON.parse(value);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#input.close().catch(() => {});
    await this.#process.status;
  }
}

/** Costs by peer, in nanoseconds, one per round. */
async function measure(item: string, peers: readonly Competitor[], rounds: number, requests: number) {
  const costs = new Map(peers.map((peer) => [peer.name, [] as number[]]));
  for (const peer of peers) await peer.time(item, requests);
  for (let round = 0; round < rounds; round++) {
    for (const peer of peers) costs.get(peer.name)?.push(await peer.time(item, requests));
  }
  return costs;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      rounds: { type: "string", default: "9" },
      requests: { type: "string", default: "10000" },
      peers: { type: "string", default: "raw,ours,hono,elysia" },
      items: { type: "string", default: Object.keys(work).join(",") },
    },
  });
  const [rounds, requests] = [count(values.rounds), count(values.requests)];
  const items = values.items.split(",");
  await using started = new AsyncDisposableStack();
  // The ratios need raw, whoever else takes part.
  const names = new Set(["raw", ...values.peers.split(",")]);
  const peers = [...names].map((name) => started.use(new Competitor(name)));
  for (const item of items) await Promise.all(peers.map((peer) => peer.check(item)));

  console.log(
    `Deno ${Deno.version.deno}, ${rounds} rounds of ${requests} requests, CPU per request as a ratio to raw\n`,
  );
  console.log(`| ${["", ...peers.map((peer) => peer.name)].join(" | ")} |`);
  console.log(`| ${["---", ...peers.map(() => "---")].join(" | ")} |`);
  for (const item of items) {
    const costs = await measure(item, peers, rounds, requests);
    const raw = costs.get("raw") ?? [];
    const cells = peers.map((peer) => {
      const own = costs.get(peer.name) ?? [];
      const ratio = median(own.map((cost, round) => cost / (raw[round] ?? NaN)));
      return `${ratio.toFixed(2)} (${(median(own) / 1000).toFixed(1)} µs)`;
    });
    console.log(`| ${[item, ...cells].join(" | ")} |`);
  }
}

await main();

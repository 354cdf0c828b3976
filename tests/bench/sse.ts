/**
 * `deno task bench:sse`: how many events per second reach their clients, beside the loop that one would write by hand.
 *
 * A server on one core, all clients in one program on another (C, as anything slower would be what is measured). Each
 * event is published once and delivered to every client; the next one follows when few are on their way. The rounds are
 * interleaved; what counts is the median of the ratios to `raw` of the same round.
 *
 * `--clients 5000 --bytes 1024 --secs 10 --rounds 3 --window 4`
 *
 * @module
 */
import { parseArgs } from "node:util";
import { count, median } from "./figures.ts";
import { lines } from "./lines.ts";

interface Load {
  readonly clients: number;
  readonly bytes: number;
  readonly secs: number;
  readonly window: number;
}

interface Outcome {
  /** Deliveries per second. */
  readonly rate: number;
  /** Microseconds of the server's CPU per delivery. */
  readonly cost: number;
  /** Kilobytes of the server's memory per client. */
  readonly memory: number;
}

function spawn(core: number, program: string, args: readonly string[]): Deno.ChildProcess {
  return new Deno.Command("taskset", {
    args: ["-c", String(core), program, ...args],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
}

async function measure(name: string, client: string, load: Load): Promise<Outcome> {
  const program = new URL("./sse_server.ts", import.meta.url).pathname;
  const server = spawn(0, Deno.execPath(), ["run", "-A", program, name, String(load.window), String(load.bytes)]);
  const said = lines(server.stdout);
  const [port, path] = String((await said.next()).value).split(" ");
  const readers = spawn(1, client, [String(port), String(path), String(load.clients)]);
  const commands = server.stdin.getWriter();
  const tell = (line: string) => commands.write(new TextEncoder().encode(`${line}\n`));
  let rounds = 0;
  let started = 0;
  for await (const line of lines(readers.stdout)) {
    if (line === "ready") {
      started = performance.now();
      await tell("0");
      continue;
    }
    rounds = Number(line);
    if (performance.now() - started > load.secs * 1000) break;
    await tell(line);
  }
  if (rounds === 0) throw new Error(`Cannot measure ${name}: its clients got nothing`);
  await tell("stop");
  const { ms, cpu, rss } = JSON.parse(String((await said.next()).value));
  await commands.close().catch(() => {});
  await readers.stdin.close();
  await Promise.all([readers.status, server.status, said.return(undefined)]);
  const delivered = rounds * load.clients;
  return { rate: delivered / ms * 1000, cost: cpu * 1000 / delivered, memory: rss / 1024 / load.clients };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      clients: { type: "string", default: "5000" },
      bytes: { type: "string", default: "1024" },
      secs: { type: "string", default: "10" },
      rounds: { type: "string", default: "3" },
      window: { type: "string", default: "4" },
    },
  });
  const load: Load = {
    clients: count(values.clients),
    bytes: count(values.bytes),
    secs: count(values.secs),
    window: count(values.window),
  };
  const client = await Deno.makeTempFile();
  try {
    const source = new URL("./sse_client.c", import.meta.url).pathname;
    const { success } = await new Deno.Command("gcc", { args: ["-O2", "-o", client, source] }).spawn().status;
    if (!success) throw new Error("Cannot build the clients: gcc failed");
    const outcomes: Record<string, Outcome[]> = { raw: [], ours: [] };
    for (let round = 0; round < count(values.rounds); round++) {
      for (const name of ["raw", "ours"]) {
        const outcome = await measure(name, client, load);
        outcomes[name]?.push(outcome);
        console.error(
          `round ${round + 1}, ${name}: ${outcome.rate.toFixed(0)}/s, ${outcome.cost.toFixed(2)} µs each, ` +
            `${outcome.memory.toFixed(1)} kB per client`,
        );
      }
    }
    const ratioOf = (figure: keyof Outcome) =>
      median((outcomes["ours"] ?? []).map((ours, round) => ours[figure] / (outcomes["raw"]?.[round]?.[figure] ?? NaN)));
    console.log(`${load.clients} clients, ${load.bytes} bytes, ${values.rounds} rounds of ${load.secs} s`);
    console.log(`deliveries per second, ours to raw: ${ratioOf("rate").toFixed(2)}`);
    // What other programs take of the cores does not show in this one.
    console.log(`deliveries per second of the server's CPU, ours to raw: ${(1 / ratioOf("cost")).toFixed(2)}`);
  } finally {
    await Deno.remove(client);
  }
}

if (import.meta.main) await main();

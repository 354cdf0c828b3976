/**
 * One peer behind `Deno.serve`, in a process of its own: `server.ts <peer> <small|large>`. It prints its port and ends
 * when its stdin does, so that it cannot outlive who started it.
 *
 * @module
 */
import type { Peer } from "./work.ts";

async function main(name: string, app: string): Promise<void> {
  const { peer }: { peer: Peer } = await import(new URL(`./peers/${name}.ts`, import.meta.url).href);
  const handler = app === "large" ? peer.large() : peer.small();
  Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: ({ port }) => console.log(port) }, handler);
  await Deno.stdin.readable.pipeTo(new WritableStream());
  Deno.exit();
}

if (import.meta.main) await main(Deno.args[0] ?? "", Deno.args[1] ?? "");

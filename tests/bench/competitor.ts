/**
 * One peer in a process of its own, where it shares neither inline caches nor garbage with the others. It reads
 * commands from stdin, one line of JSON each, and answers each with one line.
 *
 * @module
 */
import process from "node:process";
import { check, requestsOf } from "./check.ts";
import { lines } from "./lines.ts";
import { type Handler, type Peer, work, type WorkItem } from "./work.ts";

/** What a peer is asked. */
export type Command = { readonly check: string } | { readonly time: string; readonly requests: number };

/** What it answers: what is wrong, if anything, or the nanoseconds of CPU per request. */
export type Answer = { readonly wrong: string } | { readonly right: true } | { readonly nanoseconds: number };

async function answer(peer: Peer, apps: Readonly<Record<WorkItem["app"], Handler>>, command: Command): Promise<Answer> {
  const name = "check" in command ? command.check : command.time;
  const item = work[name];
  if (item === undefined) return { wrong: `no work item ${name}` };
  const handler = apps[item.app];
  const make = requestsOf(peer, item);
  if ("time" in command) return { nanoseconds: await time(handler, make, item.status, command.requests) };
  const wrong = await check(peer, handler, item);
  return wrong === undefined ? { right: true } : { wrong };
}

/** CPU time of the whole process: other programs on the machine do not count. */
async function time(handler: Handler, make: () => Request, status: number, requests: number): Promise<number> {
  const start = process.cpuUsage();
  for (let done = 0; done < requests; done++) {
    const response = await handler(make());
    if (response.status !== status) throw new Error(`Cannot time a request: it was answered with ${response.status}`);
  }
  const { user, system } = process.cpuUsage(start);
  return (user + system) * 1000 / requests;
}

async function main(name: string): Promise<void> {
  const { peer }: { peer: Peer } = await import(new URL(`./peers/${name}.ts`, import.meta.url).href);
  const apps = { small: peer.small(), large: peer.large() };
  for await (const line of lines(Deno.stdin.readable)) {
    console.log(JSON.stringify(await answer(peer, apps, JSON.parse(line))));
  }
}

if (import.meta.main) await main(Deno.args[0] ?? "");

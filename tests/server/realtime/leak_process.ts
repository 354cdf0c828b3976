/**
 * Connects and breaks off many times over, and prints what is left: run with `--v8-flags=--expose-gc`, as only a
 * collection tells memory that is kept from memory that nobody asked back yet.
 *
 * @module
 */
import { createMemoryStoreAdapter } from "@igniter-js/core/drivers/memory";
import type { Broker } from "../../../server/realtime/broker.ts";
import { channels, chat, until } from "./_events.ts";

const { igniter, router, request, logger, ran } = chat({ store: createMemoryStoreAdapter() });
const count = (): number => (igniter.realtime as Broker).count();

async function round(connections: number): Promise<void> {
  for (let n = 0; n < connections; n++) {
    const abort = new AbortController();
    const response = await router.handler(
      request(channels("chat.feed", "chat.secret"), { "x-user": "ada" }, { signal: abort.signal }),
    );
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    // Some leave before they read, some in the middle of it, some by breaking off the request.
    if (n % 4 > 0) await reader.read();
    if (n % 4 > 1) await reader.read();
    if (n % 2 === 0) await reader.cancel();
    else abort.abort();
    if (n % 100 === 0) await turn();
  }
  await until(() => count() === 0);
}

/** What is referred to weakly stays until the turn of the event loop ends. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

async function heap(): Promise<number> {
  ran.length = 0;
  for (let time = 0; time < 5; time++) {
    await turn();
    (globalThis as unknown as { gc(): void }).gc();
  }
  return Deno.memoryUsage().heapUsed;
}

await round(1000);
const before = await heap();
await round(10_000);
const after = await heap();
// Nothing but what is left would keep the process from its end: it is not told to exit.
await router.close();
console.log(JSON.stringify({ before, after, count: count(), logs: logger.logs.length }));

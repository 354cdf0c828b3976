import { serve } from "@igniter-js/core";
import { nodeAdapter } from "@igniter-js/core/adapters";
import { assertEquals, assertLess } from "@std/assert";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Broker } from "../../../server/realtime/broker.ts";
import { channels, chat, until } from "./_events.ts";

Deno.test("R20 10,000 connections that come and go leave no listener, no timer, no stream and no memory", async () => {
  const program = new URL("./leak_process.ts", import.meta.url).pathname;
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--v8-flags=--expose-gc", program],
    stderr: "inherit",
    // A timer that is left would keep it running.
    signal: AbortSignal.timeout(60_000),
  }).output();
  assertEquals(code, 0);
  const { before, after, count, logs } = JSON.parse(new TextDecoder().decode(stdout));
  assertEquals([count, logs], [0, 0]);
  assertLess(after, before * 1.1);
});

/** Opens a connection by hand, so that it can be broken off without a word. */
async function dial(port: number, path: string): Promise<Deno.TcpConn> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new TextEncoder().encode(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nx-user: ada\r\n\r\n`));
  return connection;
}

async function readUpTo(connection: Deno.TcpConn, mark: string): Promise<void> {
  const buffer = new Uint8Array(4096);
  for (let text = ""; !text.includes(mark);) {
    const size = await connection.read(buffer);
    if (size === null) throw new Error(`Cannot read up to "${mark}": the connection ended after ${text}`);
    text += new TextDecoder().decode(buffer.subarray(0, size));
  }
}

Deno.test("R20 over TCP: clients that vanish leave nothing", async () => {
  const { igniter, router } = chat({ realtime: { budget: 64_000 } });
  const broker = igniter.realtime as Broker;
  await using server = serve(router, { port: 0, hostname: "127.0.0.1", signals: false, onListen: () => {} });
  const path = `/api/v1/_/events${channels("chat.feed")}`;
  for (let round = 0; round < 5; round++) {
    const connections = await Promise.all(Array.from({ length: 40 }, () => dial(server.port, path)));
    // Half of them go before they have an answer.
    await Promise.all(
      connections.map((connection, n) => n % 2 === 0 ? undefined : readUpTo(connection, "event: ready")),
    );
    for (const connection of connections) connection.close();
    await until(async () => {
      await igniter.realtime.publish("chat.feed", "is anybody there?");
      return broker.count() === 0;
    });
  }
});

Deno.test("R20 over node:http: clients that vanish leave nothing", async () => {
  const { igniter, router } = chat();
  const broker = igniter.realtime as Broker;
  const server = createServer(nodeAdapter(router));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const connections = await Promise.all(
    Array.from({ length: 20 }, () => dial(port, `/api/v1/_/events${channels("chat.feed")}`)),
  );
  await Promise.all(connections.map((connection) => readUpTo(connection, "event: ready")));
  assertEquals(broker.count("chat.feed"), 20);
  await igniter.realtime.publish("chat.feed", "hello");
  await Promise.all(connections.map((connection) => readUpTo(connection, "hello")));
  for (const connection of connections) connection.close();
  await until(async () => {
    await igniter.realtime.publish("chat.feed", "is anybody there?");
    return broker.count() === 0;
  });
  await router.close();
  await new Promise((resolve) => server.close(resolve));
});

Deno.test("R24 over TCP: a stalled client costs at most 256 kB, and does not slow the others", async () => {
  const { igniter, router } = chat({ realtime: { window: 1 } });
  const broker = igniter.realtime as Broker;
  await using server = serve(router, { port: 0, hostname: "127.0.0.1", signals: false, onListen: () => {} });
  const path = `/api/v1/_/events${channels("chat.feed")}`;
  const stalled = await Promise.all(Array.from({ length: 200 }, () => dial(server.port, path)));
  const quick = await dial(server.port, path);
  for (const connection of [...stalled, quick]) await readUpTo(connection, "event: ready");
  const text = "z".repeat(10_000);
  const publish = async (count: number) => {
    for (let n = 0; n < count; n++) {
      await igniter.realtime.publish("chat.feed", { n, text });
      await readUpTo(quick, `"n":${n},`);
    }
  };
  // The machine takes in some megabytes for each of them first.
  const before = Deno.memoryUsage().rss;
  await publish(1000);
  const growth = Deno.memoryUsage().rss - before;
  assertLess(growth / stalled.length, 256_000);
  for (const connection of [...stalled, quick]) connection.close();
  await until(async () => {
    await igniter.realtime.publish("chat.feed", "is anybody there?");
    return broker.count() === 0;
  });
});

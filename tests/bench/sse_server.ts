/**
 * One side of the fan-out benchmark in a process of its own: `sse_server.ts <raw|ours> <window> <bytes>`. It prints its
 * port and path. Each line of its input is the number of rounds that all clients have had; it publishes as long as fewer
 * than `window` are on their way. "stop" lets it print what it did, and end.
 *
 * @module
 */
import { Igniter } from "@igniter-js/core";
import { lines } from "./lines.ts";

/** Something that sends one text to all of its clients. */
interface Side {
  readonly path: string;
  readonly handler: (request: Request) => Response | Promise<Response>;
  readonly publish: (text: string) => void;
}

/** The loop that one would write by hand: encoded once, handed to every stream, whatever its client has read. */
function raw(): Side {
  const encoder = new TextEncoder();
  const clients = new Set<ReadableStreamDefaultController<Uint8Array>>();
  let id = 0;
  return {
    path: "/events",
    handler: () => {
      let own: ReadableStreamDefaultController<Uint8Array>;
      const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
        start: (controller) => {
          own = controller as ReadableStreamDefaultController<Uint8Array>;
          clients.add(own);
          own.enqueue(encoder.encode(":\n\n"));
        },
        cancel: () => void clients.delete(own),
      });
      return new Response(stream, { headers: { "content-type": "text/event-stream" } });
    },
    publish: (text) => {
      const data = JSON.stringify({ channel: "bench.feed", data: { text } });
      const bytes = encoder.encode(`event: message\nid: ${++id}\ndata: ${data}\n\n`);
      for (const client of clients) client.enqueue(bytes);
    },
  };
}

function ours(): Side {
  const igniter = Igniter.context(() => ({})).create();
  const feed = igniter.query({ stream: true, handler: () => null });
  const router = igniter.router({
    controllers: { bench: igniter.controller({ path: "/bench", actions: { feed } }) },
  });
  return {
    path: "/api/v1/_/events?channel=bench.feed",
    handler: router.handler,
    publish: (text) => void igniter.realtime.publish("bench.feed", { text }),
  };
}

/** The process's CPU time in milliseconds: on Linux a tick of `/proc` is 10. */
function cpu(): number {
  const stat = Deno.readTextFileSync("/proc/self/stat");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

async function main(name: string, window: number, size: number): Promise<void> {
  const side = name === "raw" ? raw() : ours();
  const text = "@" + "x".repeat(size);
  Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: ({ port }) => console.log(`${port} ${side.path}`) },
    side.handler,
  );
  let sent = 0;
  let start = { at: 0, cpu: 0 };
  for await (const line of lines(Deno.stdin.readable)) {
    if (line === "stop") break;
    const had = Number(line);
    if (had === 0) start = { at: performance.now(), cpu: cpu() };
    while (sent - had < window) {
      side.publish(text);
      sent++;
    }
  }
  const { rss } = Deno.memoryUsage();
  console.log(JSON.stringify({ ms: performance.now() - start.at, cpu: cpu() - start.cpu, sent, rss }));
  Deno.exit();
}

if (import.meta.main) await main(Deno.args[0] ?? "", Number(Deno.args[1]), Number(Deno.args[2]));

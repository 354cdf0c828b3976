/**
 * A server process of the chaos test: `realtime_process.ts <redis url> <port>`. It says where it listens, and ends with
 * its parent, whose end closes its standard input.
 *
 * @module
 */
import { Igniter, serve } from "@igniter-js/core";
import { createRedisStoreAdapter } from "../../drivers/redis.ts";

/** The number of a message, and of the state that the messages led to. */
export interface Numbered {
  readonly n: number;
}

function start(url: string, port: number): void {
  const store = createRedisStoreAdapter({ url, timeout: 1000, onError: () => {} });
  const igniter = Igniter
    .context(() => ({}))
    .logger({ debug() {}, info() {}, warn() {}, error() {} })
    .store(store)
    .realtime({ window: 200 })
    .create();
  const router = igniter.router({
    controllers: {
      feed: igniter.controller({
        path: "/feed",
        actions: {
          live: igniter.query({ path: "/live", stream: true, handler: () => "hello" }),
          state: igniter.query({ path: "/state", handler: async () => (await store.get<number>("n")) ?? 0 }),
          publish: igniter.mutation({
            path: "/",
            handler: async () => {
              const n = await store.increment("n");
              await igniter.realtime.publish("feed.live", { n } satisfies Numbered);
              await igniter.realtime.revalidate("feed.state");
              return n;
            },
          }),
        },
      }),
    },
  });
  serve(router, { hostname: "127.0.0.1", port, signals: false, onListen: ({ port }) => console.log(port) });
}

if (import.meta.main) {
  start(String(Deno.args[0]), Number(Deno.args[1]));
  for await (const _ of Deno.stdin.readable) { /* Nobody says anything. */ }
  Deno.exit();
}

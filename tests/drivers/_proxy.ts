/**
 * A TCP proxy of our own, between a client and a server, that fails as networks do.
 *
 * @module
 */
import { connect, createServer, type Server, type Socket } from "node:net";

/** A proxy to one port of this machine. */
export interface Proxy extends AsyncDisposable {
  /** Where it listens. */
  readonly port: number;
  /** How many connections it has. */
  readonly connections: number;
  /** Ends all connections. */
  cut(): void;
  /** Forwards nothing more on the connections there are, and leaves them open; new ones work. */
  swallow(): void;
  /** Whether new connections are refused. */
  refusing: boolean;
}

/** Starts a proxy. */
export async function startProxy(target: number): Promise<Proxy> {
  const pairs = new Set<[Socket, Socket]>();
  const state = { refusing: false };
  const server: Server = createServer((client) => {
    if (state.refusing) {
      client.destroy();
      return;
    }
    const upstream = connect(target, "127.0.0.1");
    const pair: [Socket, Socket] = [client, upstream];
    pairs.add(pair);
    for (const [from, to] of [[client, upstream], [upstream, client]] as const) {
      from.on("data", (data) => to.write(data));
      from.on("error", () => {});
      from.on("close", () => {
        to.destroy();
        pairs.delete(pair);
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as { port: number }).port,
    get connections() {
      return pairs.size;
    },
    cut() {
      for (const [client, upstream] of pairs) {
        client.destroy();
        upstream.destroy();
      }
    },
    swallow() {
      for (const [client, upstream] of pairs) {
        client.removeAllListeners("data").on("data", () => {});
        upstream.removeAllListeners("data").on("data", () => {});
      }
    },
    get refusing() {
      return state.refusing;
    },
    set refusing(refusing) {
      state.refusing = refusing;
    },
    async [Symbol.asyncDispose]() {
      const closed = [...pairs].flat().map((socket) =>
        socket.destroyed ? undefined : new Promise((resolve) => socket.once("close", resolve).destroy())
      );
      await new Promise((resolve) => server.close(resolve));
      await Promise.all(closed);
    },
  };
}

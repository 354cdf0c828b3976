import { type RunningServer, serve, type WebRouter } from "@igniter-js/core";

/** Where to listen, as the environment says it. */
export interface ListenOptions {
  /** A port that must be free. @default the first free one of 3000 to 3099 */
  readonly port: string | undefined;
  /** The address of the interface. @default 127.0.0.1, which only this machine can reach */
  readonly host: string | undefined;
}

const FIRST_PORT = 3000;
const LAST_PORT = 3099;

/**
 * Serves the app.
 *
 * @throws RangeError when the port is no port, Error when it is in use.
 */
export async function listen(app: WebRouter, options: ListenOptions): Promise<RunningServer> {
  const host = options.host || "127.0.0.1";
  if (options.port) return await listenOn(app, toPort(options.port), host);
  for (let port = FIRST_PORT; port < LAST_PORT; port++) {
    try {
      return await listenOn(app, port, host);
    } catch (error) {
      if (!isBusy(error)) throw error;
    }
  }
  return await listenOn(app, LAST_PORT, host);
}

function listenOn(app: WebRouter, port: number, hostname: string): RunningServer {
  return serve(app, { port, hostname, onListen: () => {} });
}

function toPort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65535) return port;
  throw new RangeError(`Cannot listen: PORT "${text}" is not a number from 0 to 65535`);
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && error.cause instanceof Deno.errors.AddrInUse;
}

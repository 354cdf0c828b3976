/**
 * Ports of this machine: which are free, and whether somebody answers there.
 *
 * @module
 */
import { CliError } from "../errors.ts";

/** How many ports are tried before giving up. */
const TRIED = 100;
const LAST_PORT = 65_535;

/** What an application may listen on: each of these can be taken while the others are free. */
const ADDRESSES = ["0.0.0.0", "127.0.0.1", "::"];

/** Finds the first free port from the one that is asked for. @throws CliError when there is none. */
export function findFreePort(asked: number): number {
  if (!Number.isInteger(asked) || asked < 1 || asked > LAST_PORT) {
    throw new CliError(`Cannot use port ${asked}: it is not a number from 1 to ${LAST_PORT}`, { exitCode: 2 });
  }
  const last = Math.min(asked + TRIED - 1, LAST_PORT);
  for (let port = asked; port <= last; port++) {
    if (ADDRESSES.every((hostname) => isFree(hostname, port))) return port;
  }
  throw new CliError(`Cannot find a free port: ${asked} to ${last} are all in use`, {
    hint: "--port names the first one to try.",
  });
}

/** Waits until somebody accepts connections at a port; false when the time is over, or the signal aborts. */
export async function waitForPort(port: number, time: number, signal: AbortSignal): Promise<boolean> {
  for (const end = performance.now() + time; !signal.aborted && performance.now() < end;) {
    if (await accepts("127.0.0.1", port) || await accepts("::1", port)) return true;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return false;
}

function isFree(hostname: string, port: number): boolean {
  try {
    Deno.listen({ hostname, port }).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) {
      throw new CliError(`Cannot listen on port ${port}: this user may not`, { cause: error });
    }
    // An address that this machine does not have is nobody's.
    return !(error instanceof Deno.errors.AddrInUse);
  }
}

async function accepts(hostname: string, port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname, port })).close();
    return true;
  } catch {
    return false;
  }
}

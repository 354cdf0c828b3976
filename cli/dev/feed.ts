/**
 * Receives what applications tell, on this machine only and only from processes that know the session's token.
 *
 * @module
 */
import type { DevConnectionEvent, DevEvent } from "../../server/ports/dev_feed.ts";
import { readLines } from "./lines.ts";

/** Where agents connect. */
export interface FeedReceiver {
  readonly port: number;
  readonly token: string;
  /** Ends it. */
  close(): void;
}

const KINDS: ReadonlySet<unknown> = new Set(["request", "job", "connection"]);

/** Begins to receive. */
export function receiveFeed(onEvent: (event: DevEvent) => void): FeedReceiver {
  const token = crypto.randomUUID();
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.Conn>();
  void accept();
  return {
    port: listener.addr.port,
    token,
    close: () => {
      listener.close();
      for (const connection of open) end(connection);
    },
  };

  async function accept(): Promise<void> {
    for await (const connection of listener) {
      open.add(connection);
      // A process that is killed breaks its connection: as good an end as any.
      receive(connection).catch(() => {}).finally(() => end(connection));
    }
  }

  async function receive(connection: Deno.Conn): Promise<void> {
    const connected = new Map<number, DevConnectionEvent>();
    let known = false;
    try {
      for await (const line of readLines(connection.readable)) {
        if (!known) {
          if (line !== token) return;
          known = true;
          continue;
        }
        const event = parseEvent(line);
        if (event?.kind === "connection") {
          if (event.state === "open") connected.set(event.id, event);
          else connected.delete(event.id);
        }
        if (event !== undefined) onEvent(event);
      }
    } finally {
      // The process is gone, and its clients' connections with it; it could not tell.
      const at = Date.now();
      for (const event of connected.values()) onEvent({ ...event, at, state: "closed", ms: at - event.at });
    }
  }

  function end(connection: Deno.Conn): void {
    if (!open.delete(connection)) return;
    try {
      connection.close();
    } catch {
      // Reading to its end has closed it.
    }
  }
}

function parseEvent(line: string): DevEvent | undefined {
  try {
    const event = JSON.parse(line) as DevEvent | null;
    return KINDS.has(event?.kind) && typeof event?.at === "number" ? event : undefined;
  } catch {
    return undefined;
  }
}

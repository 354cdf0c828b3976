/**
 * What `useRealtime` hears and shows. Loaded with the first of them.
 *
 * @module
 */
import { hashKey } from "@tanstack/react-query";
import { configureBy } from "./connection_settings.ts";
import type { ClientEngine } from "./engine.ts";
import { inputOf, pathOf, queryKey } from "./query_key.ts";
import type { CallInput } from "./request.ts";
import type { Latest, Shown } from "./show_stream.ts";
import type { StreamState } from "./stream.ts";

/** What the server says is old. */
interface OldTarget {
  readonly path: string;
  readonly input?: unknown;
}

/** What the hook is told. */
export interface RealtimeGiven extends CallInput {
  /** Whether it listens. */
  readonly enabled?: boolean;
  /** The action's data is old. */
  readonly onRevalidate?: (target: OldTarget) => void;
}

/** Listens; gives back how to stop, `now` for who asked to connect anew, which concerns all of the page. */
export async function show(
  engine: ClientEngine,
  key: string,
  latest: () => Latest<RealtimeGiven>,
  see: (next: Partial<Shown>) => void,
): Promise<(now?: boolean) => void> {
  const connection = await engine.events();
  configureBy(connection, latest()[1].settings);
  const hear = (target: OldTarget) => {
    const [given] = latest();
    if (!means(target, key, given)) return;
    see({ lastRevalidatedAt: Date.now() });
    given.onRevalidate?.(target);
  };
  const stopWatching = connection.watch({
    onRevalidate: (targets) => targets.forEach(hear),
    // All of it may be.
    onReset: () => hear({ path: "*" }),
  });
  // It is closed only until the next tick: somebody watches now.
  const seeState = (state: StreamState) => see({ state: state === "closed" ? "connecting" : state });
  seeState(connection.state);
  const stopState = connection.onState(seeState);
  return (now) => {
    stopState();
    stopWatching();
    if (now) connection.reconnect();
  };
}

/** Whether a target means an action's data: of any input, or of the one that was given. */
function means({ path, input }: OldTarget, key: string, given: CallInput): boolean {
  const names = pathOf(key);
  if (!input) return pathOf(path).every((name, at) => name === names[at]);
  const wanted = inputOf(given);
  const isAny = Object.keys(wanted).length === 0;
  return path === key && (isAny || hashKey(queryKey({ key }, wanted)) === hashKey(queryKey({ key }, input)));
}

/**
 * A subscription to a job: not to a channel of the log, but to how the job stands.
 *
 * @module
 */
import type { JobDesk } from "../jobs/desk.ts";
import type { Connection } from "./connection.ts";
import { toEventValue, writeFrame } from "./event.ts";
import type { Subscription } from "./subscription.ts";

/** Subscribes a connection to a job. @throws IgniterError when its ticket does not open it, or the engine fails. */
export async function watchJob(desk: JobDesk, connection: Connection, subscription: Subscription): Promise<void> {
  const { name: channel, key, search } = subscription;
  const { outflow } = connection;
  const ending = new AbortController();
  connection.onEnd(() => ending.abort());
  await desk.watch(key, search, ending.signal, {
    open: (view) => connection.open(channel, view),
    change: (view) => {
      const bytes = writeFrame("message", { channel, ...toEventValue(view) });
      // Progress may be dropped where the client reads too slowly; that something begins or ends may not.
      if (view.status === "active" && "progress" in view) outflow.message(bytes, channel);
      else outflow.control(bytes);
    },
    end: () => {
      outflow.control(writeFrame("end", { channel }));
      ending.abort();
    },
  });
}

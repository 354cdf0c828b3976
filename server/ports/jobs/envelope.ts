/**
 * What travels with a job from the process that enqueues it to the one that runs it.
 *
 * @module
 */
import type { QueueHost } from "../queue.ts";
import type { BackoffOptions, SettledOptions } from "./options.ts";
import type { Packed } from "./payload.ts";

/** A job's data as every engine keeps it. Tools that show an engine's jobs show this. */
export interface Envelope {
  /** The input, as plain JSON. */
  readonly input?: unknown;
  /** What restores the input. */
  readonly meta?: Packed["meta"];
  /** Said by the call. */
  readonly timeout?: number | undefined;
  /** Said by the call. */
  readonly backoff?: BackoffOptions | undefined;
  /** Said by the call. */
  readonly idempotencyKey?: string | undefined;
  /** The span that enqueued it, as W3C Trace Context. */
  readonly trace?: { readonly [name: string]: string } | undefined;
}

/** Makes the envelope; it has no keys without a value. */
export function toEnvelope(payload: Packed, options: SettledOptions, host: QueueHost): Envelope {
  const { timeout, backoff, idempotencyKey } = options;
  const trace = host.inject === undefined ? undefined : readTrace(host.inject);
  return {
    ...(payload.json === undefined ? undefined : { input: payload.json }),
    ...(payload.meta === undefined ? undefined : { meta: payload.meta }),
    ...(timeout === undefined ? undefined : { timeout }),
    ...(backoff === undefined ? undefined : { backoff }),
    ...(idempotencyKey === undefined ? undefined : { idempotencyKey }),
    ...(trace === undefined ? undefined : { trace }),
  };
}

function readTrace(inject: NonNullable<QueueHost["inject"]>): Envelope["trace"] {
  const trace: Record<string, string> = {};
  inject({ set: (name, value) => void (trace[name] = value) });
  return Object.keys(trace).length > 0 ? trace : undefined;
}

/**
 * What `enqueue` gives.
 *
 * @module
 */
import { IgniterError } from "../../contract/error.ts";
import type { Clock } from "../clock.ts";
import { raceAbort } from "./race_abort.ts";
import type { JobAddress } from "../queue.ts";
import type { JobHandle, JobReference, ResultOptions } from "./client.ts";

/** What a handle needs of its engine. */
export interface HandleEngine {
  /** Measures time limits. */
  readonly clock: Clock;
  /** Gives the result when there is one; `signal` ends the waiting. */
  result(id: string, queue: string, signal: AbortSignal): Promise<unknown>;
  /** Cancels. */
  cancel(id: string, queue: string): Promise<boolean>;
}

/** Makes a handle. */
export function createHandle(engine: HandleEngine, id: string, job: string, queue: string): JobHandle {
  return new Handle(engine, id, job, queue);
}

/** Says where a handle's job is found; `undefined` of any other value. */
export function addressOf(value: unknown): JobAddress | undefined {
  return value instanceof Handle ? value["~address"] : undefined;
}

class Handle implements JobHandle {
  readonly id: string;
  readonly job: string;
  readonly #engine: HandleEngine;
  readonly #queue: string;

  constructor(engine: HandleEngine, id: string, job: string, queue: string) {
    this.id = id;
    this.job = job;
    this.#engine = engine;
    this.#queue = queue;
  }

  get "~address"(): JobAddress {
    return { id: this.id, queue: this.#queue };
  }

  async result({ timeout, signal }: ResultOptions = {}): Promise<never> {
    const controller = new AbortController();
    const onAbort = (): void => controller.abort(signal?.reason);
    if (signal?.aborted) onAbort();
    signal?.addEventListener("abort", onAbort, { once: true });
    const stop = timeout === undefined ? undefined : this.#engine.clock.schedule(() => {
      const message = `Job "${this.job}" (${this.id}) did not finish within ${timeout} ms`;
      controller.abort(new IgniterError("ERR_TIMEOUT", { message }));
    }, timeout);
    try {
      controller.signal.throwIfAborted();
      // The engine may not get so far as to listen to the signal: it may be waiting for its server.
      return await raceAbort(this.#engine.result(this.id, this.#queue, controller.signal), controller.signal) as never;
    } finally {
      stop?.();
      signal?.removeEventListener("abort", onAbort);
    }
  }

  cancel(): Promise<boolean> {
    return this.#engine.cancel(this.id, this.#queue);
  }

  toString(): string {
    return this.id;
  }

  toJSON(): JobReference {
    return { id: this.id, job: this.job };
  }
}

/** The error of a job that nobody keeps. */
export function notKept(id: string): IgniterError {
  return new IgniterError("ERR_NOT_FOUND", {
    message: `Job "${id}" is not kept: it was cancelled, drained, or removed after it finished`,
  });
}

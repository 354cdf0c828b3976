/**
 * One attempt of one job, the same for every engine: payload, context, hooks, handler, time limit, and what follows.
 *
 * Hooks are called before the engine records the outcome: a worker that dies in between delivers the job again, so a
 * hook is called at least once, as the handler is.
 *
 * @module
 */
import { IgniterError } from "../../contract/error.ts";
import { validate } from "../../contract/schema.ts";
import type { Clock } from "../clock.ts";
import type { DevJobEvent } from "../dev_feed.ts";
import type { QueueHost } from "../queue.ts";
import type { AttemptControl } from "./attempt_control.ts";
import { backoffDelay } from "./backoff.ts";
import type { JobEvent, JobInfo } from "./definition.ts";
import type { Envelope } from "./envelope.ts";
import { isUnrecoverable, type StoredFailure, toFailure } from "./failure.ts";
import { fromPayload, pack, type Packed, toSentence, unpack, unpackCopy } from "./payload.ts";
import type { HookName, RegisteredJob } from "./registry.ts";

/** A job as it is handed to a worker. */
export interface Delivery {
  /** Its id. */
  readonly id: string;
  /** What it is. */
  readonly job: RegisteredJob;
  /** Its queue. */
  readonly queue: string;
  /** Its freshly parsed data. */
  readonly envelope: Envelope;
  /** Which attempt this is, from 1. */
  readonly attempt: number;
  /** How many there are. */
  readonly attempts: number;
  /** Ends it. */
  readonly control: AttemptControl;
  /** Keeps the progress. */
  progress(value: Packed): void | Promise<void>;
}

/** What became of an attempt. */
export type Outcome =
  | {
    /** It succeeded. */
    readonly kind: "completed";
    /** What the handler gave. */
    readonly result: Packed;
  }
  | {
    /** It failed, and another one follows. */
    readonly kind: "retry";
    /** Milliseconds before it. */
    readonly delay: number;
    /** What was thrown. */
    readonly error: unknown;
  }
  | {
    /** It failed for good. */
    readonly kind: "failed";
    /** What was thrown. */
    readonly error: unknown;
  }
  | {
    /** It was ended by a shutdown and counts for nothing. */
    readonly kind: "released";
  };

/** What attempts need of their worker. */
export interface AttemptHost {
  /** The application. */
  readonly app: QueueHost;
  /** Measures time limits. */
  readonly clock: Clock;
  /** Gives 0 to 1, for jitter. */
  readonly random: () => number;
  /** Logs starts and ends. */
  readonly debug: boolean;
}

/** Runs an attempt. Never rejects. */
export function runAttempt(host: AttemptHost, delivery: Delivery): Promise<Outcome> {
  const { trace } = host.app;
  if (trace === undefined) return new Attempt(host, delivery).run();
  const { job, id, queue, attempt, envelope } = delivery;
  const parent = envelope.trace;
  const options = {
    kind: "consumer" as const,
    attributes: {
      "messaging.system": "igniter",
      "messaging.destination.name": queue,
      "messaging.message.id": id,
      "igniter.job": job.key,
      "igniter.job.attempt": attempt,
    },
    ...(parent === undefined ? undefined : { parent: { get: (name: string) => parent[name] ?? null } }),
  };
  return trace(job.key, options, async (span) => {
    const outcome = await new Attempt(host, delivery).run();
    if (outcome.kind === "failed" || outcome.kind === "retry") span.recordError(outcome.error);
    return outcome;
  });
}

/** Tells the hooks that a job failed because its workers died. Never rejects. */
export async function announceInterruption(host: AttemptHost, delivery: Delivery, error: unknown): Promise<void> {
  await new Attempt(host, delivery).interrupt(error);
}

type Event = JobEvent<string, unknown, unknown>;

class Attempt {
  readonly #host: AttemptHost;
  readonly #delivery: Delivery;
  readonly #info: JobInfo;
  /** Absent until there is a context: hooks are never called with half of what they were promised. */
  #told: Pick<Event, "context" | "payload" | "result"> | undefined = undefined;
  #startedAt: number | undefined = undefined;

  constructor(host: AttemptHost, delivery: Delivery) {
    this.#host = host;
    this.#delivery = delivery;
    const { id, job, queue, attempt, attempts, envelope } = delivery;
    this.#info = {
      id,
      name: job.name,
      namespace: job.namespace,
      queue,
      attempt,
      attempts,
      ...(envelope.idempotencyKey === undefined ? undefined : { idempotencyKey: envelope.idempotencyKey }),
    };
  }

  async run(): Promise<Outcome> {
    const { app, debug } = this.#host;
    const { job, id, attempt, attempts } = this.#delivery;
    if (debug) app.logger.debug(`Job "${job.key}" starts`, { id, attempt, attempts });
    if (app.tell !== undefined) {
      this.#startedAt = Date.now();
      this.#tell({ state: "active" });
    }
    let outcome: Outcome;
    try {
      outcome = { kind: "completed", result: pack(await this.#work()) };
    } catch (error) {
      outcome = this.#judge(error);
    }
    const quiet = !debug && app.tell === undefined && job.hooks.length === 0;
    if (!quiet || outcome.kind !== "completed") await this.#announce(outcome);
    return outcome;
  }

  async interrupt(error: unknown): Promise<void> {
    const { app } = this.#host;
    const { job, id, envelope } = this.#delivery;
    try {
      const context = await app.context();
      this.#told = { context, payload: unpack({ json: envelope.input, meta: envelope.meta }), result: undefined };
    } catch (cause) {
      app.logger.error(`The context of job "${job.key}" could not be made`, { id, error: cause });
    }
    await this.#announce({ kind: "failed", error });
  }

  async #work(): Promise<unknown> {
    const { app, clock } = this.#host;
    const { job, envelope, control } = this.#delivery;
    const context = await app.context();
    const kept = unpack({ json: envelope.input, meta: envelope.meta });
    this.#told = { context, payload: kept, result: undefined };
    const parsed = fromPayload(job.key, job.input, kept);
    const payload = parsed instanceof Promise ? await parsed : parsed;
    this.#told = { context, payload, result: undefined };
    const started = this.#call("onStart");
    if (started !== undefined) await started;
    if (control.ended) throw control.reason;
    const timeout = envelope.timeout ?? job.options.timeout;
    const stop = timeout === undefined ? undefined : clock.schedule(() => {
      const message = `Job "${job.key}" took longer than ${timeout} ms`;
      control.end(new IgniterError("ERR_TIMEOUT", { message }));
    }, timeout);
    const running = { ...this.#info, progress: (value: unknown) => this.#progress(value) };
    try {
      const given = job.handler({
        payload,
        input: payload,
        context: context as never,
        job: running,
        get signal() {
          return control.signal;
        },
      });
      const result = given instanceof Promise ? await control.race(given) : await given;
      this.#told = { context, payload, result };
      return result;
    } finally {
      stop?.();
    }
  }

  async #progress(value: unknown): Promise<void> {
    const { job, control } = this.#delivery;
    // An attempt that has ended says nothing more, whatever its handler goes on doing.
    if (control.ended) throw control.reason;
    let told = value;
    if (job.progress !== undefined) {
      const checked = validate(job.progress, value);
      const result = checked instanceof Promise ? await checked : checked;
      if (result.issues !== undefined) {
        throw new TypeError(`Cannot tell the progress of job "${job.key}": ${toSentence(result.issues)}`);
      }
      told = result.value;
    }
    await this.#delivery.progress(pack(told));
    this.#tell({ state: "progress", progress: told });
    await this.#call("onProgress", told);
  }

  #judge(error: unknown): Outcome {
    const { job, envelope, attempt, attempts, control } = this.#delivery;
    if (control.why === "shutdown") return { kind: "released" };
    // Whatever the handler made of its signal: what the job failed of is the cancellation.
    if (control.why === "cancelled") return { kind: "failed", error: control.reason };
    if (attempt >= attempts || isUnrecoverable(error)) return { kind: "failed", error };
    try {
      const backoff = envelope.backoff ?? job.options.backoff;
      return { kind: "retry", error, delay: backoffDelay(backoff, { attempt, error }, this.#host.random) };
    } catch (cause) {
      return { kind: "failed", error: cause };
    }
  }

  async #announce(outcome: Outcome): Promise<void> {
    const { app, debug } = this.#host;
    const { job, id, attempt, attempts } = this.#delivery;
    const { logger } = app;
    switch (outcome.kind) {
      case "completed":
        this.#tell({ state: "completed" });
        if (debug) logger.debug(`Job "${job.key}" completed`, { id, attempt });
        await this.#call("onSuccess");
        await this.#call("onComplete");
        break;
      case "retry":
        this.#tell({ state: "retrying", error: toFailure(outcome.error) });
        logger.warn(`Job "${job.key}" failed and is tried again`, {
          id,
          attempt,
          attempts,
          delay: outcome.delay,
          error: outcome.error,
        });
        await this.#call("onRetry", outcome.error, outcome.delay);
        break;
      case "failed":
        this.#tell({ state: "failed", error: toFailure(outcome.error) });
        logger.error(`Job "${job.key}" failed`, { id, attempt, attempts, error: outcome.error });
        await this.#call("onFailure", outcome.error);
        await this.#call("onComplete", outcome.error);
        break;
      case "released":
        logger.warn(`Job "${job.key}" did not end within the grace period and is delivered again`, { id, attempt });
    }
  }

  /** Tells whoever looks on in development, by the machine's clock. */
  #tell(
    step: { readonly state: DevJobEvent["state"]; readonly progress?: unknown; readonly error?: StoredFailure },
  ): void {
    const { tell } = this.#host.app;
    if (tell === undefined) return;
    const { job, id, queue, attempt } = this.#delivery;
    const { state, progress, error } = step;
    const at = Date.now();
    const over = state !== "active" && state !== "progress" && this.#startedAt !== undefined;
    tell({
      kind: "job",
      id,
      at,
      queue,
      name: job.key,
      state,
      attempt,
      ...(over ? { ms: at - (this.#startedAt ?? at) } : undefined),
      ...(progress === undefined ? undefined : { progress }),
      ...(error === undefined ? undefined : {
        error: { message: error.message, ...(error.stack === undefined ? undefined : { stack: error.stack }) },
      }),
    });
  }

  /** Calls hooks; nothing is waited for where there are none. */
  #call(name: HookName, ...args: readonly unknown[]): Promise<void> | undefined {
    return this.#delivery.job.hooks.some((hooks) => hooks[name] !== undefined) ? this.#callAll(name, args) : undefined;
  }

  async #callAll(name: HookName, args: readonly unknown[]): Promise<void> {
    const { job, id } = this.#delivery;
    const { logger } = this.#host.app;
    const event = this.#told === undefined ? undefined : { ...this.#info, ...this.#told, job: this.#info };
    for (const hooks of job.hooks) {
      const hook = hooks[name] as ((event: Event, ...rest: readonly unknown[]) => unknown) | undefined;
      if (hook === undefined) continue;
      if (event === undefined) {
        logger.error(`${name} of job "${job.key}" was not called: the context could not be made`, { id });
        continue;
      }
      try {
        await hook(event, ...args);
      } catch (error) {
        logger.error(`${name} of job "${job.key}" failed`, { id, error });
      }
    }
  }
}

/** Restores what an engine keeps of a result or a progress. */
export function readPacked(text: string | null | undefined): unknown {
  return text === null || text === undefined ? undefined : unpackCopy(JSON.parse(text));
}

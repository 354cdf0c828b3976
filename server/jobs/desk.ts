/**
 * Where clients ask for their jobs: tickets for what was accepted, and for who shows one, how the job stands and its
 * cancellation.
 *
 * How a job stands is asked of its engine, which knows it from whatever process and for as long as the job is kept: so a
 * job that nobody watches costs its workers nothing, one that ended before somebody asked is told as one that ends later,
 * and who comes back after a break is told how it stands now.
 *
 * @module
 */
import { type Failure, IgniterError } from "../contract/error.ts";
import { JOB_CHANNEL, type JobTicket, type JobView } from "../contract/job.ts";
import type { Clock } from "../ports/clock.ts";
import { isCancelled, type StoredFailure } from "../ports/jobs/failure.ts";
import type { JobHandle } from "../ports/jobs/client.ts";
import type { JobChange } from "../ports/jobs/management.ts";
import { unpackCopy } from "../ports/jobs/payload.ts";
import type { JobAddress, QueueEngine } from "../ports/queue.ts";
import { type TicketOptions, Tickets } from "./tickets.ts";

/** What a desk is made of. */
export interface DeskOptions extends TicketOptions {
  /** Keeps the jobs. */
  readonly engine: QueueEngine;
  /** Whether clients see the messages of unknown errors. */
  readonly development: boolean;
}

/** Who hears of a job. */
export interface JobAudience {
  /** How it stands at first. */
  open(view: JobView): void;
  /** How it stands now. */
  change(view: JobView): void;
  /** It has ended; nothing more comes. */
  end(): void;
}

/** Milliseconds between two messages of progress: faster than anybody can read. The last one always comes. */
const PACE = 50;

/** Serves those who hold tickets. */
export class JobDesk {
  readonly #options: DeskOptions;
  readonly #tickets: Tickets;

  constructor(options: DeskOptions) {
    this.#options = options;
    this.#tickets = new Tickets(options);
  }

  /** Makes a ticket. @throws IgniterError `ERR_UNAVAILABLE` when the store does not give the secret. */
  async issue(handle: JobHandle): Promise<JobTicket> {
    try {
      return await this.#tickets.issue(handle);
    } catch (cause) {
      const message = "The job was accepted, but cannot be watched: the store does not answer";
      throw new IgniterError("ERR_UNAVAILABLE", { message, cause });
    }
  }

  /**
   * Tells somebody how a job stands until it ends; `key` and `search` are a subscription's.
   *
   * @throws IgniterError `ERR_FORBIDDEN` when the token opens no such job.
   */
  async watch(key: string, search: string, signal: AbortSignal, audience: JobAudience): Promise<void> {
    const id = decode(key.slice(JOB_CHANNEL.length));
    const job = await this.#open(id, new URLSearchParams(search).get("token") ?? "");
    const watching = new Watching(audience, this.#options.clock, (change) => this.#toView(id, change));
    signal.addEventListener("abort", () => watching.stop(), { once: true });
    try {
      await this.#options.engine.watch(job, signal, (change) => watching.tell(change));
    } catch (cause) {
      throw new IgniterError("ERR_UNAVAILABLE", { message: "The job cannot be watched at present", cause });
    }
  }

  /** Cancels a job; tells whether there was something to cancel. @throws IgniterError `ERR_FORBIDDEN` */
  async cancel(id: string, token: string): Promise<boolean> {
    return await this.#options.engine.cancel(await this.#open(id, token));
  }

  async #open(id: string, token: string): Promise<JobAddress> {
    const job = await this.#tickets.open(id, token);
    if (job === undefined) throw new IgniterError("ERR_FORBIDDEN", { message: "The ticket does not open this job" });
    return job;
  }

  #toView(id: string, change: JobChange): JobView {
    const { state, progress, result, error } = change;
    const base = progress === undefined ? {} : { progress };
    switch (state) {
      case "completed":
        return { ...base, status: "completed", data: result };
      case "failed":
        if (error !== undefined && isCancelled(error)) return { ...base, status: "cancelled" };
        return { ...base, status: "failed", error: this.#toFailure(id, error) };
      case "active":
        return { ...base, status: "active" };
      default:
        return { ...base, status: "waiting" };
    }
  }

  /** As an action's failure: an unknown error says nothing, but under which id the log has it. */
  #toFailure(id: string, error: StoredFailure | undefined): Failure {
    if (error?.code === undefined) {
      const message = this.#options.development ? error?.message ?? "The job failed" : "Internal error";
      return { code: "ERR_INTERNAL", message, data: undefined, id };
    }
    const { code, message, data, meta } = error;
    return { code, message, data: unpackCopy({ json: data, meta }) };
  }
}

/** One who watches one job. */
class Watching {
  readonly #audience: JobAudience;
  readonly #clock: Clock;
  readonly #toView: (change: JobChange) => JobView;
  #last: JobView | undefined = undefined;
  /** What waits for its time. */
  #waiting: JobView | undefined = undefined;
  #cancel: () => void = () => {};
  #paced = false;

  constructor(audience: JobAudience, clock: Clock, toView: (change: JobChange) => JobView) {
    this.#audience = audience;
    this.#clock = clock;
    this.#toView = toView;
  }

  tell(change: JobChange | undefined): void {
    const before = this.#waiting ?? this.#last;
    const view = change === undefined ? gone(before) : this.#toView(change);
    const progress = before?.progress;
    // The end may be known where the last progress is not.
    this.#show("progress" in view || progress === undefined ? view : { ...view, progress });
  }

  stop(): void {
    this.#cancel();
  }

  #show(view: JobView): void {
    const first = this.#last === undefined;
    const moved = view.status !== this.#last?.status;
    if (!moved && this.#paced) {
      this.#waiting = view;
      return;
    }
    this.#cancel();
    this.#waiting = undefined;
    this.#last = view;
    if (first) this.#audience.open(view);
    else this.#audience.change(view);
    if (view.status !== "waiting" && view.status !== "active") return this.#audience.end();
    this.#paced = true;
    this.#cancel = this.#clock.schedule(() => {
      this.#paced = false;
      if (this.#waiting !== undefined) this.#show(this.#waiting);
    }, PACE);
  }
}

/** What is not kept and was not seen to end: one that waited was taken away, of another nobody knows. */
function gone(before: JobView | undefined): JobView {
  if (before?.status === "waiting") return { status: "cancelled" };
  const message = "The job is not kept: it was cancelled, drained, or removed after it finished";
  return { status: "failed", error: { code: "ERR_NOT_FOUND", message, data: undefined } };
}

/** What is malformed names nothing. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}

/**
 * A job's handle on its way to the client: `response.accepted(handle)` answers with its ticket, which takes a signature
 * and so a promise.
 *
 * @module
 */
import type { JobTicket } from "../contract/job.ts";
import type { JobHandle, JobReference } from "../ports/jobs/client.ts";
import { addressOf } from "../ports/jobs/handle.ts";
import type { JobDesk } from "./desk.ts";

/** A job that was accepted. */
export class AcceptedJob {
  readonly #handle: JobHandle;

  constructor(handle: JobHandle) {
    this.#handle = handle;
  }

  /** Makes what the client gets; without jobs of its own the application can open none, so it is the bare reference. */
  toData(desk: JobDesk | undefined): Promise<JobTicket | JobReference> {
    return desk === undefined ? Promise.resolve(this.toJSON()) : desk.issue(this.#handle);
  }

  toJSON(): JobReference {
    return this.#handle.toJSON();
  }
}

/** Marks a handle; other data stays as it is. */
export function toAccepted(data: unknown): unknown {
  return addressOf(data) === undefined ? data : new AcceptedJob(data as JobHandle);
}

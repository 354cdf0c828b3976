/**
 * From a call to what an engine is asked to keep.
 *
 * @module
 */
import type { EnqueueRequest } from "../queue.ts";
import type { EnqueueOptions } from "./options.ts";
import { toPayload } from "./payload.ts";
import type { RegisteredJob } from "./registry.ts";
import { settleOptions } from "./settle.ts";

/** Checks options and input; synchronous when the schema is. @throws TypeError for what is refused. */
export function prepareJob(
  job: RegisteredJob,
  input: unknown,
  call: EnqueueOptions,
): EnqueueRequest | Promise<EnqueueRequest> {
  const options = settleOptions(job, call);
  const payload = toPayload(job.key, job.input, input);
  return payload instanceof Promise
    ? payload.then((value) => ({ job, payload: value, options }))
    : { job, payload, options };
}

/**
 * The key under which an engine remembers which calls mean the same job.
 *
 * @module
 */
import type { SettledOptions } from "./options.ts";

/** Gives the key; none when each call means a job of its own. */
export function toDedupeKey(job: string, { dedupe, idempotencyKey }: SettledOptions): string | undefined {
  if (idempotencyKey !== undefined) return `once:${job}:${idempotencyKey}`;
  return dedupe === undefined ? undefined : `${dedupe.mode}:${job}:${dedupe.key}`;
}

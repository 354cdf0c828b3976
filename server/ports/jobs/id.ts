/**
 * Ids of jobs.
 *
 * @module
 */

/**
 * Makes a UUID of version 7 (RFC 9562): ids grow with time, so an index of them is written at its end and not all over.
 */
export function createJobId(now: number): string {
  const time = Math.max(0, Math.floor(now)).toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8, 12)}-7${crypto.randomUUID().slice(15)}`;
}

/**
 * What every store refuses, in the same words, and how it writes JSON.
 *
 * @module
 */

/** Writes a value as JSON. @throws TypeError `Cannot <action>: …` for what JSON cannot carry. */
export function encodeJson(value: unknown, action: string): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    // An engine may draw a cycle below its first line.
    const reason = cause instanceof Error ? cause.message.split("\n", 1)[0] : String(cause);
    throw new TypeError(`Cannot ${action}: ${reason}`, { cause });
  }
  if (text === undefined) {
    throw new TypeError(`Cannot ${action}: JSON has no text for a value of type ${typeof value}`);
  }
  return text;
}

/** Gives a ttl in whole milliseconds, `Infinity` when there is none. @throws RangeError */
export function toLifetime(ttl: number | undefined): number {
  if (ttl === undefined) return Infinity;
  // Whole milliseconds, as 1.1 * 1000 is a little more than 1100; at least one, as 0 would be no life at all.
  if (Number.isFinite(ttl) && ttl > 0) return Math.max(1, Math.round(ttl * 1000));
  throw new RangeError(`Cannot set a ttl of ${ttl}: it is not a finite number of seconds greater than 0`);
}

/** Gives a log's limit back. @throws RangeError when it is not a positive integer. */
export function checkLimit(limit: number): number {
  if (Number.isSafeInteger(limit) && limit > 0) return limit;
  throw new RangeError(`Cannot keep ${limit} entries of a log: it is not a positive integer`);
}

/** The refusal to count what is not a number that 1 can be added to. */
export function countError(key: string): TypeError {
  return new TypeError(`Cannot increment "${key}": its value is not a safe integer`);
}

/** The refusal of a call after `close()`. */
export function closedError(verb: string): Error {
  return new Error(`Cannot ${verb}: the store is closed`);
}

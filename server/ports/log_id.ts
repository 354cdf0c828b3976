/**
 * Ids of log entries: `<epoch>-<n>`, where the epoch is hexadecimal and n counts the log's entries from 1.
 *
 * @module
 */

/** The parts of an id. */
export interface LogId {
  /** Names one life of a log. */
  readonly epoch: string;
  /** The entry's number in it; 0 stands before the first. */
  readonly n: number;
}

const FORM = /^([0-9a-f]{1,64})-(0|[1-9][0-9]{0,15})$/;

/**
 * Tells which of two ids of a log comes first: negative when `a` does, positive when `b` does, 0 when they are one.
 * `undefined` when they have no order: they are of different epochs, or one is no id.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { compareLogIds } from "@igniter-js/core";
 *
 * assertEquals(compareLogIds("a1-9", "a1-10"), -1);
 * assertEquals(compareLogIds("a1-9", "b2-10"), undefined);
 * ```
 */
export function compareLogIds(a: string, b: string): number | undefined {
  const left = parseLogId(a);
  const right = parseLogId(b);
  return left && right && left.epoch === right.epoch ? Math.sign(left.n - right.n) : undefined;
}

/** Takes an id apart; `undefined` when the text, which may come from anybody, is none. */
export function parseLogId(id: string): LogId | undefined {
  const [, epoch, digits] = FORM.exec(id) ?? [];
  const n = Number(digits);
  return epoch !== undefined && Number.isSafeInteger(n) ? { epoch, n } : undefined;
}

/** Writes an id. */
export function toLogId({ epoch, n }: LogId): string {
  return `${epoch}-${n}`;
}

/** Makes an epoch that no other log has: 64 random bits. */
export function createEpoch(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * What made a job fail, as an engine keeps it and as a waiting caller gets it back.
 *
 * @module
 */
import { IgniterError } from "../../contract/error.ts";
import { decode } from "../../contract/decode.ts";
import { encode } from "../../contract/encode.ts";
import type { Meta } from "../../contract/wire.ts";

/**
 * An error after which a job is not tried again.
 *
 * @example
 * ```ts
 * import { UnrecoverableError } from "@igniter-js/core";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(new UnrecoverableError("The account is closed").name, "UnrecoverableError");
 * ```
 */
export class UnrecoverableError extends Error {
  /** Always `"UnrecoverableError"`. An error of this name from elsewhere (BullMQ has one) means the same. */
  override readonly name: string = "UnrecoverableError";
}

/** An error as it is kept. */
export interface StoredFailure {
  /** The error's name. */
  readonly name: string;
  /** Its message. */
  readonly message: string;
  /** Where it was thrown. */
  readonly stack?: string | undefined;
  /** The code, of an IgniterError. */
  readonly code?: string | undefined;
  /** The status, of an IgniterError. */
  readonly status?: number | undefined;
  /** The data, of an IgniterError. */
  readonly data?: unknown;
  /** What restores the data. */
  readonly meta?: Meta | undefined;
}

/** What a cancelled job fails with says so. */
export const CANCELLED = "The job was cancelled";

/** Whether a job failed because it was cancelled. */
export function isCancelled({ name, message }: Pick<StoredFailure, "name" | "message">): boolean {
  return name === "AbortError" && message === CANCELLED;
}

/** Whether nothing is gained by another attempt. */
export function isUnrecoverable(error: unknown): boolean {
  return error instanceof Error && error.name === "UnrecoverableError";
}

/** Makes of whatever was thrown what can be kept. */
export function toFailure(error: unknown): StoredFailure {
  if (!(error instanceof Error)) return { name: "Error", message: describe(error) };
  const { name, message, stack } = error;
  const base = { name, message, ...(stack === undefined ? undefined : { stack }) };
  if (!(error instanceof IgniterError)) return base;
  return { ...base, code: error.code, status: error.status, ...dataOf(error) };
}

/** Makes the error again: an IgniterError, or an Error of the same name and message. */
export function fromFailure(failure: StoredFailure): Error {
  const { name, message, stack, code, status, data, meta } = failure;
  if (code !== undefined && status !== undefined) {
    return new IgniterError(code, { message, status, data: decode(structuredClone(data), meta) });
  }
  const error = new Error(message);
  error.name = name;
  if (stack !== undefined) error.stack = stack;
  return error;
}

/** An error's data may hold anything; that it cannot be written must not hide the error. */
function dataOf({ data }: IgniterError): Pick<StoredFailure, "data" | "meta"> {
  if (data === undefined) return {};
  try {
    const { json, meta } = encode(data);
    return { data: json, ...(meta === undefined ? undefined : { meta }) };
  } catch {
    return {};
  }
}

function describe(thrown: unknown): string {
  try {
    return String(thrown);
  } catch {
    return "A value that cannot be described was thrown";
  }
}

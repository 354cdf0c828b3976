/**
 * The error vocabulary: one table of codes, one shape on the wire, one class to throw.
 *
 * @module
 */

/** The codes whose status is not that of a code of one's own, 400: all that clients need. */
const UNUSUAL = {
  ERR_UNAUTHORIZED: 401,
  ERR_FORBIDDEN: 403,
  ERR_NOT_FOUND: 404,
  ERR_METHOD_NOT_ALLOWED: 405,
  ERR_CONFLICT: 409,
  ERR_BODY_TOO_LARGE: 413,
  ERR_UNSUPPORTED_MEDIA_TYPE: 415,
  ERR_UNPROCESSABLE: 422,
  ERR_ENSURE: 422,
  ERR_RATE_LIMITED: 429,
  ERR_INTERNAL: 500,
  ERR_UNAVAILABLE: 503,
  ERR_TIMEOUT: 504,
} as const;

import { FailureError } from "./failure_error.ts";

/** Every code of the framework and the HTTP status it answers with. */
export const ERROR_STATUS: {
  readonly ERR_BAD_REQUEST: 400;
  readonly ERR_VALIDATION: 400;
  readonly ERR_BODY_PARSE: 400;
  readonly ERR_UNAUTHORIZED: 401;
  readonly ERR_FORBIDDEN: 403;
  readonly ERR_NOT_FOUND: 404;
  readonly ERR_METHOD_NOT_ALLOWED: 405;
  readonly ERR_CONFLICT: 409;
  readonly ERR_BODY_TOO_LARGE: 413;
  readonly ERR_UNSUPPORTED_MEDIA_TYPE: 415;
  readonly ERR_UNPROCESSABLE: 422;
  readonly ERR_ENSURE: 422;
  readonly ERR_RATE_LIMITED: 429;
  readonly ERR_INTERNAL: 500;
  readonly ERR_UNAVAILABLE: 503;
  readonly ERR_TIMEOUT: 504;
} = /* @__PURE__ */ Object.assign({ ERR_BAD_REQUEST: 400, ERR_VALIDATION: 400, ERR_BODY_PARSE: 400 } as const, UNUSUAL);

/** A code of the framework. */
export type ErrorCode = keyof typeof ERROR_STATUS;

/** An error as it travels in the envelope; `code` narrows `data`. */
export interface Failure<Code extends string = string, Data = unknown> {
  /** Says what happened, for programs. */
  readonly code: Code;
  /** Says what happened, for people. */
  readonly message: string;
  /** What belongs to the code. */
  readonly data: Data;
  /** The id under which the server logged an unknown failure. */
  readonly id?: string;
}

/** What may be said of an error beside its code. */
export interface IgniterErrorOptions {
  /** For people. @default the code */
  readonly message?: string | undefined;
  /** The HTTP status. @default the code's in {@link ERROR_STATUS}, 400 for a code of your own */
  readonly status?: number | undefined;
  /** What belongs to the code; it reaches the client. */
  readonly data?: unknown;
  /** The original error; it is logged and never reaches the client. */
  readonly cause?: unknown;
}

/**
 * An error that a caller may handle. Thrown anywhere on the way of a request (handler, procedure, plugin, context
 * factory) it answers with its status, code, message and data.
 *
 * @example
 * ```ts
 * import { IgniterError } from "@igniter-js/core";
 * import { assertEquals } from "@std/assert";
 *
 * const error = new IgniterError("ERR_CONFLICT", { message: "The name is taken", data: { name: "ada" } });
 * assertEquals(error.status, 409);
 * assertEquals(error.code, "ERR_CONFLICT");
 * ```
 */
export class IgniterError extends FailureError {
  /**
   * Makes an error.
   *
   * @throws RangeError when the status is not an error status (400 to 599).
   */
  constructor(code: string, options: IgniterErrorOptions = {}) {
    super(code, options, options.status ?? statusOf(code));
    if (!isErrorStatus(this.status)) {
      throw new RangeError(`Cannot make error "${code}": its status is ${this.status}`);
    }
  }

  /** A client's failure is one too: on a server both may be caught in one place. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return this === IgniterError
      ? value instanceof FailureError
      : Function.prototype[Symbol.hasInstance].call(this, value);
  }
}

/** The status of a code; 400 for a code that is not the framework's. */
export function statusOf(code: string): number {
  return Object.hasOwn(UNUSUAL, code) ? UNUSUAL[code as keyof typeof UNUSUAL] : 400;
}

/** Tells whether a status says that something failed. */
export function isErrorStatus(status: number): boolean {
  return /^[45]\d\d$/.test(String(status));
}

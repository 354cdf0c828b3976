/**
 * A failure as an error to throw, by itself: what a client needs of `IgniterError`, whose table of statuses is the
 * server's. Clients export it under that name.
 *
 * @module
 */

/** A failure of a call, as an error. */
export class FailureError extends Error {
  /** Always `"IgniterError"`. */
  override readonly name: string = "IgniterError";
  /** Says what happened, for programs. */
  declare readonly code: string;
  /** The HTTP status; 0 where there was no answer over HTTP. */
  declare readonly status: number;
  /** What belongs to the code. */
  declare readonly data: unknown;
  /** The id under which the server logged an unknown failure. */
  declare readonly id?: string;

  /** Makes an error; for people it says `message`, else the code. */
  constructor(code: string, options: FailureErrorOptions = {}, status: number = options.status ?? 0) {
    super(options.message ?? code, options);
    const { data, id } = options;
    Object.assign(this, { code, status, data }, id && { id });
  }
}

/** What may be said of a failure beside its code. */
export interface FailureErrorOptions {
  /** For people. @default the code */
  readonly message?: string | undefined;
  /** The HTTP status of the answer. @default 0 */
  readonly status?: number | undefined;
  /** What belongs to the code. */
  readonly data?: unknown;
  /** The id under which the server logged it. */
  readonly id?: string | undefined;
  /** The original error. */
  readonly cause?: unknown;
}

/**
 * What a command says when it cannot do what it was asked to.
 *
 * @module
 */

/** What an error for people may say besides its message. */
export interface CliErrorOptions {
  /** What to do about it; it may have several lines. */
  readonly hint?: string;
  /** The process's exit code; 2 is for wrong usage. @default 1 */
  readonly exitCode?: number;
  /** What happened below. */
  readonly cause?: unknown;
}

/** A failure that is told in words, without a stack: its message reads `Cannot <action>: <what is>`. */
export class CliError extends Error {
  /** What to do about it. */
  readonly hint: string | undefined;
  /** The process's exit code. */
  readonly exitCode: number;

  /** Makes one. */
  constructor(message: string, { hint, exitCode = 1, cause }: CliErrorOptions = {}) {
    super(message, cause === undefined ? {} : { cause });
    this.name = "CliError";
    this.hint = hint;
    this.exitCode = exitCode;
  }
}

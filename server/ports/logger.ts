/**
 * The logger port.
 *
 * @module
 */

/** What is logged beside the message. */
export interface LogFields {
  /** One field. */
  readonly [name: string]: unknown;
}

/** What Igniter logs through. `console`, pino's and most others' loggers with `(message, fields)` fit. */
export interface Logger {
  /** For those who look for something. */
  debug(message: string, fields?: LogFields): void;
  /** What happened. */
  info(message: string, fields?: LogFields): void;
  /** What may become a failure. */
  warn(message: string, fields?: LogFields): void;
  /** A failure. */
  error(message: string, fields?: LogFields): void;
  /** A logger that adds `fields` to all it logs. */
  child?(fields: LogFields): Logger;
}

/** How much is logged: a level and all that are graver. */
export type LogLevel = "debug" | "info" | "warn" | "error" | "silent";

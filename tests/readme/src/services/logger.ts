import type { LogFields, Logger } from "@igniter-js/core";

/** What was logged. */
export const logs: { readonly level: string; readonly message: string; readonly fields: LogFields | undefined }[] = [];

export const logger: Logger = {
  debug: (message, fields) => void logs.push({ level: "debug", message, fields }),
  info: (message, fields) => void logs.push({ level: "info", message, fields }),
  warn: (message, fields) => void logs.push({ level: "warn", message, fields }),
  error: (message, fields) => void logs.push({ level: "error", message, fields }),
};

import { createConsoleLogger, type LogLevel } from "@igniter-js/core";
import process from "node:process";

/** The application's logger; the framework logs through it too. LOG_LEVEL: debug, info, warn, error or silent. */
export const logger = createConsoleLogger({ level: process.env["LOG_LEVEL"] as LogLevel | undefined });

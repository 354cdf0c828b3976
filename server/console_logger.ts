/**
 * The logger for those who bring none: lines for people or JSON for machines, with secrets left out.
 *
 * What is logged is read defensively, because a log line is often written while something else is failing: getters that
 * throw, cycles, bigints and hostile proxies become text in the line and never an error of the logger's.
 *
 * @module
 */
import { systemClock } from "./ports/clock.ts";
import type { Clock } from "./ports/clock.ts";
import type { LogFields, Logger, LogLevel } from "./ports/logger.ts";

/** How a {@link ConsoleLogger} logs. */
export interface ConsoleLoggerOptions {
  /** The least grave level that is logged. @default "info" */
  readonly level?: LogLevel | undefined;
  /** One JSON object per line, `{ time, level, message, …fields }`, rather than text. @default false */
  readonly json?: boolean | undefined;
  /** Fields of every line. */
  readonly fields?: LogFields | undefined;
  /** Receives each entry, without a line end; in text an error's stack follows on lines of its own. What it throws reaches who logged. @default the `console` method of the level */
  readonly write?: ((line: string, level: Exclude<LogLevel, "silent">) => void) | undefined;
  /** Tells the time of each line. @default the machine's clock */
  readonly clock?: Clock | undefined;
  /** Names, beside {@link REDACTED_NAMES}, whose values are replaced, in any case and at any depth. */
  readonly redact?: readonly string[] | undefined;
  /** ANSI colours in text; never guessed from the terminal. Refused with `json`. @default false */
  readonly color?: boolean | undefined;
}

/** A {@link Logger} that always has `child`. */
export interface ConsoleLogger extends Logger {
  /** Makes a logger that adds `fields` to each line; they win over this logger's. */
  child(fields: LogFields): ConsoleLogger;
}

/** An error as it is logged. */
export interface ErrorFields extends LogFields {
  /** Its `name`; the type of what was thrown when it is no error. */
  readonly name: string;
  /** Its `message`, or what was thrown as text. */
  readonly message: string;
  /** Its stack. */
  readonly stack?: string;
  /** Its `code`. */
  readonly code?: unknown;
  /** Its `cause`, in this shape when it is an error. */
  readonly cause?: unknown;
  /** What an `AggregateError` holds. */
  readonly errors?: readonly unknown[];
}

/** The names whose values never reach a log: keys of objects, headers, and pairs. */
export const REDACTED_NAMES: readonly string[] = [
  "authorization",
  "proxy-authorization",
  "cookie",
  "set-cookie",
  "x-api-key",
  "password",
  "token",
];

type Severity = Exclude<LogLevel, "silent">;
type Names = ReadonlySet<string>;

interface Config {
  readonly least: number;
  readonly names: Names;
  readonly format: (time: Date, level: Severity, message: string, fields: ReadonlyMap<string, unknown>) => string;
  readonly write: (line: string, level: Severity) => void;
  readonly clock: Clock;
}

const LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error", "silent"];
const HIDDEN = "[redacted]";
const UNREADABLE = "[unreadable]";
/** Deeper values are cut: what is logged may have been nested by a client. */
const MAX_DEPTH = 8;

/**
 * Makes a logger that writes to the console.
 *
 * Text is `HH:MM:SS LEVEL message key=value …` with the time in UTC. Control characters, line ends and bidirectional
 * overrides are escaped, so that what a client sent cannot forge a line; only the indented lines of a stack follow.
 * In JSON a field named `time`, `level` or `message` is written as `field.time`, `field.level`, `field.message`.
 *
 * @throws TypeError when the level is unknown, or `color` is asked for with `json`.
 *
 * @example
 * ```ts
 * import { createConsoleLogger } from "@igniter-js/core";
 * import { assertEquals } from "@std/assert";
 *
 * const lines: string[] = [];
 * const clock = { now: () => 0, schedule: () => () => {} };
 * const logger = createConsoleLogger({ clock, fields: { app: "shop" }, write: (line) => lines.push(line) });
 *
 * logger.info("Order paid", { order: 7, authorization: "Bearer abc" });
 * assertEquals(lines, ["00:00:00 INFO Order paid app=shop order=7 authorization=[redacted]"]);
 * ```
 */
export function createConsoleLogger(options: ConsoleLoggerOptions = {}): ConsoleLogger {
  const { level = "info", json = false, fields, write = writeToConsole, clock = systemClock, color = false } = options;
  const least = LEVELS.indexOf(level);
  if (least === -1) throw new TypeError(`Cannot create logger: "${level}" is not one of ${LEVELS.join(", ")}`);
  if (json && color) throw new TypeError("Cannot create logger: color is for text, not for JSON");
  const names = namesOf(options.redact);
  const format: Config["format"] = json
    ? (time, level, message, fields) => toJson(time, level, message, fields, names)
    : (time, level, message, fields) => toText(time, level, message, fields, names, color);
  return createLogger({ least, names, format, write, clock }, readFields(fields));
}

/**
 * Makes of anything thrown what a log can carry: name, message, stack, code and cause. Never throws.
 */
export function toErrorFields(error: unknown): ErrorFields {
  return errorFields(error, { names: namesOf(), path: new Set() });
}

function createLogger(config: Config, base: ReadonlyMap<string, unknown>): ConsoleLogger {
  const { least, names, format, write, clock } = config;
  function logAt(level: Severity): Logger["info"] {
    if (LEVELS.indexOf(level) < least) return ignore;
    return (message, fields) => {
      write(format(new Date(clock.now()), level, textOf(message, names), merge(base, fields)), level);
    };
  }
  return {
    debug: logAt("debug"),
    info: logAt("info"),
    warn: logAt("warn"),
    error: logAt("error"),
    child: (fields) => createLogger(config, merge(base, fields)),
  };
}

function merge(base: ReadonlyMap<string, unknown>, fields: LogFields | undefined): ReadonlyMap<string, unknown> {
  if (fields === undefined) return base;
  const own = readFields(fields);
  return base.size === 0 ? own : new Map([...base, ...own]);
}

function ignore(): void {}

function writeToConsole(line: string, level: Severity): void {
  console[level](line);
}

function namesOf(more: readonly string[] = []): Names {
  return new Set([...REDACTED_NAMES, ...more].map((name) => name.toLowerCase()));
}

/** Callers without types pass what `console` takes: an error or a bare value becomes a field. */
function readFields(fields: unknown): Map<string, unknown> {
  if (fields === undefined || fields === null) return new Map();
  if (typeof fields !== "object") return new Map([["value", fields]]);
  try {
    if (fields instanceof Error) return new Map([["error", fields]]);
    return new Map(Object.keys(fields).map((key) => [key, readProperty(fields, key)]));
  } catch {
    return new Map([["value", UNREADABLE]]);
  }
}

/** Messages are strings by type; who calls without types must not make the logger throw. */
function textOf(message: unknown, names: Names): string {
  if (typeof message === "string") return message;
  return inline(toPlain(message, { names, path: new Set() }));
}

// --- lines

function toJson(
  time: Date,
  level: Severity,
  message: string,
  fields: ReadonlyMap<string, unknown>,
  names: Names,
): string {
  const line: Record<string, unknown> = Object.create(null);
  line.time = time.toISOString();
  line.level = level;
  line.message = message;
  for (const [key, value] of fields) {
    const reserved = key === "time" || key === "level" || key === "message";
    line[reserved ? `field.${key}` : key] = plainField(key, value, names);
  }
  // Still JSON: what stringify leaves of these characters stands inside strings.
  return escape(JSON.stringify(line));
}

function toText(
  time: Date,
  level: Severity,
  message: string,
  fields: ReadonlyMap<string, unknown>,
  names: Names,
  color: boolean,
): string {
  const label = level.toUpperCase();
  let line = `${time.toISOString().slice(11, 19)} ${color ? colored(label, level) : label} ${escape(message)}`;
  let below = "";
  for (const [key, value] of fields) {
    const plain = plainField(key, value, names);
    if (isErrorFields(plain)) {
      line += ` ${escape(quoted(key))}=${escape(quoted(`${plain.name}: ${plain.message}`))}`;
      below += stackLines(plain, "");
    } else {
      line += ` ${escape(quoted(key))}=${escape(inline(plain))}`;
    }
  }
  return line + below;
}

function colored(label: string, level: Severity): string {
  const code = { debug: 90, info: 32, warn: 33, error: 31 }[level];
  return `\x1b[${code}m${label}\x1b[0m`;
}

/** Indented, so that no line of a stack (which holds the error's message) can pass for an entry. */
function stackLines(error: ErrorFields, label: string): string {
  const stack = error.stack ?? `${error.name}: ${error.message}`;
  let lines = (label + stack).split("\n").map((line) => `\n  ${escape(line)}`).join("");
  if (error.code !== undefined) lines += `\n  code: ${escape(inline(error.code))}`;
  if (error.cause !== undefined) lines += causeLines(error.cause, "caused by: ");
  for (const inner of error.errors ?? []) lines += causeLines(inner, "one of: ");
  return lines;
}

function causeLines(cause: unknown, label: string): string {
  return isErrorFields(cause) ? stackLines(cause, label) : `\n  ${label}${escape(inline(cause))}`;
}

function inline(plain: unknown): string {
  if (typeof plain === "string") return quoted(plain);
  return plain === undefined ? "undefined" : JSON.stringify(plain);
}

/** Bare where it reads as one word. */
function quoted(text: string): string {
  return /^[^\s"=\\]+$/.test(text) ? text : JSON.stringify(text);
}

/** Controls, line ends, and the overrides that make a terminal show text in another order. */
function escape(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu,
    (character) => ESCAPES[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

const ESCAPES: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

// --- values
//
// Any value becomes plain data: null, booleans, finite numbers, strings, arrays, and objects without a prototype.

interface Walk {
  readonly names: Names;
  /** The objects that hold the current one: a cycle is an object inside itself, not one that stands in two places. */
  readonly path: Set<object>;
}

/** Errors are told from objects that look like them: only these get lines of their own. */
const KIND: unique symbol = Symbol("error fields");

function isErrorFields(plain: unknown): plain is ErrorFields {
  return typeof plain === "object" && plain !== null && KIND in plain;
}

function plainField(key: string, value: unknown, names: Names): unknown {
  return names.has(key.toLowerCase()) ? HIDDEN : toPlain(value, { names, path: new Set() });
}

function toPlain(value: unknown, walk: Walk): unknown {
  if (value === null) return null;
  if (typeof value !== "object") return plainPrimitive(value);
  const { path } = walk;
  if (path.has(value)) return "[circular]";
  if (path.size >= MAX_DEPTH) return "[too deep]";
  path.add(value);
  try {
    return plainObject(value, walk);
  } catch {
    return UNREADABLE;
  } finally {
    path.delete(value);
  }
}

function plainPrimitive(value: unknown): unknown {
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (typeof value === "bigint" || typeof value === "symbol") return String(value);
  return typeof value === "function" ? "[function]" : value;
}

function plainObject(value: object, walk: Walk): unknown {
  if (value instanceof Error) return plainError(value, walk);
  if (Array.isArray(value)) return plainArray(value, walk);
  if (value instanceof Headers) return plainEntries(value, walk);
  // As pairs, because their keys may be anything and may come twice.
  if (value instanceof Map || value instanceof URLSearchParams) {
    return [...value].map((pair) => plainArray(pair, walk));
  }
  if (value instanceof Set) return plainArray([...value], walk);
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  const toJSON = (value as { readonly toJSON?: unknown }).toJSON;
  if (typeof toJSON === "function") return toPlain(toJSON.call(value), walk);
  return plainEntries(Object.keys(value).map((key) => [key, () => readProperty(value, key)]), walk);
}

function plainArray(array: readonly unknown[], walk: Walk): unknown[] {
  const [name] = array;
  if (array.length === 2 && typeof name === "string" && walk.names.has(name.toLowerCase())) return [name, HIDDEN];
  return Array.from(array, (item) => toPlain(item, walk));
}

/** A function is how to read a value that may not be needed. */
function plainEntries(entries: Iterable<readonly [string, string | (() => unknown)]>, walk: Walk): object {
  const plain: Record<string, unknown> = Object.create(null);
  for (const [key, value] of entries) {
    if (walk.names.has(key.toLowerCase())) plain[key] = HIDDEN;
    else plain[key] = typeof value === "string" ? value : toPlain(value(), walk);
  }
  return plain;
}

function errorFields(error: unknown, walk: Walk): ErrorFields {
  const plain = toPlain(error, walk);
  if (isErrorFields(plain)) return plain;
  return { name: typeof error, message: typeof plain === "string" ? plain : inline(plain) };
}

function plainError(error: Error, walk: Walk): ErrorFields {
  const name = readProperty(error, "name");
  const message = readProperty(error, "message");
  const stack = readProperty(error, "stack");
  const code = toPlain(readProperty(error, "code"), walk);
  const cause = toPlain(readProperty(error, "cause"), walk);
  const errors = error instanceof AggregateError ? toPlain(readProperty(error, "errors"), walk) : undefined;
  const fields: ErrorFields = {
    name: typeof name === "string" ? name : "Error",
    message: typeof message === "string" ? message : "",
    ...(typeof stack === "string" ? { stack } : undefined),
    ...(code === undefined ? undefined : { code }),
    ...(cause === undefined ? undefined : { cause }),
    ...(Array.isArray(errors) ? { errors } : undefined),
  };
  // Not enumerable: it must show neither in JSON nor to who compares.
  return Object.defineProperty(fields, KIND, { value: true });
}

function readProperty(object: object, key: string): unknown {
  try {
    return (object as Record<string, unknown>)[key];
  } catch {
    return UNREADABLE;
  }
}

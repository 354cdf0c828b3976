/**
 * Payloads: what is kept of an input, and what a worker makes of it.
 *
 * A worker validates again, with the schema it has by then. What is kept must therefore be an *input* of the schema;
 * and the defaults that were applied at enqueue (a date, an id) must be the ones the handler sees, at every attempt. The
 * parsed value is both wherever parsing it again gives the same, which holds for all schemas but those that transform to
 * something else: of these the input is kept, and the worker transforms it.
 *
 * @module
 */
import { type Issue, type Schema, validate, type Validated } from "../../contract/schema.ts";
import { decode } from "../../contract/decode.ts";
import { encode } from "../../contract/encode.ts";
import { needsEncoding } from "../../contract/needs_encoding.ts";
import type { Meta } from "../../contract/wire.ts";
import { UnrecoverableError } from "./failure.ts";

/** A value as it is kept: JSON, and what restores the rest. */
export interface Packed {
  /** Plain JSON; absent for `undefined`. */
  readonly json?: unknown;
  /** What restores the value. */
  readonly meta?: Meta | undefined;
}

/** Packs a value. @throws TypeError when it holds itself. */
export function pack(value: unknown): Packed {
  if (value === undefined) return {};
  if (needsEncoding(value, true)) return encode(value);
  return { json: value };
}

/** Unpacks freshly parsed JSON, in place. */
export function unpack(packed: Packed): unknown {
  return packed.meta === undefined ? packed.json : decode(packed.json, packed.meta);
}

/** Unpacks without harm to what was given. */
export function unpackCopy({ json, meta }: Packed): unknown {
  return meta === undefined ? json : decode(structuredClone(json), meta);
}

/** Validates an input and gives what to keep of it. @throws TypeError when the schema refuses it. */
export function toPayload(key: string, schema: Schema, input: unknown): Packed | Promise<Packed> {
  const first = validate(schema, input);
  if (first instanceof Promise) return first.then((result) => settle(key, schema, input, result));
  return settle(key, schema, input, first);
}

function settle(key: string, schema: Schema, input: unknown, first: Validated): Packed | Promise<Packed> {
  // A defect of the enqueuing code, not of the request it may be serving: so no IgniterError.
  if (first.issues !== undefined) {
    throw new TypeError(`Cannot enqueue job "${key}": ${toSentence(first.issues)}`, { cause: first.issues });
  }
  const parsed = pack(first.value);
  if (parsed.meta === undefined && isSame(first.value, input)) return parsed;
  const text = JSON.stringify(parsed);
  if (text === JSON.stringify(pack(input))) return parsed;
  const choose = (second: Validated): Packed =>
    second.issues === undefined && JSON.stringify(pack(second.value)) === text ? parsed : pack(input);
  const second = validate(schema, first.value);
  return second instanceof Promise ? second.then(choose) : choose(second);
}

/**
 * Whether two values are the same plain JSON. It may answer false for some that are: written as JSON they are compared
 * again, at several times the cost.
 */
function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b) || "toJSON" in a) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  for (const key of keys) {
    if (!isSame((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key])) return false;
  }
  return true;
}

/** Gives the handler's payload of what was kept. @throws UnrecoverableError when the schema now refuses it. */
export function fromPayload(key: string, schema: Schema, kept: unknown): unknown {
  const result = validate(schema, kept);
  return result instanceof Promise ? result.then((value) => valueOf(key, value)) : valueOf(key, result);
}

function valueOf(key: string, result: Validated): unknown {
  if (result.issues === undefined) return result.value;
  throw new UnrecoverableError(
    `Cannot run job "${key}": what was enqueued no longer fits its input: ${toSentence(result.issues)}`,
  );
}

/** Writes issues in one line. */
export function toSentence(issues: readonly Issue[]): string {
  return issues.map(({ path, message }) => [...path.map(String), message].join(": ")).join("; ");
}

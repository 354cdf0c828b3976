/**
 * The types that `meta` knows.
 *
 * @module
 */
import { isBinary } from "./values.ts";

/** The type of a value that JSON does not carry as itself. */
export function kindOf(value: unknown): string | undefined {
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : isFinite(value) ? undefined : String(value);
  if (typeof value === "bigint" || value === undefined) return typeof value;
  if (value instanceof Date) return "date";
  if (value instanceof URL) return "url";
  if (value instanceof Map) return "map";
  if (value instanceof Set) return "set";
  if (isBinary(value)) return ArrayBuffer.isView(value) ? "bytes" : "buffer";
}

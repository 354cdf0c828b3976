/**
 * Whether a value needs more than JSON.
 *
 * @module
 */
import { type Fields, isBinary, isOrdinary, isPlain } from "./values.ts";

/** Beyond this depth {@link needsEncoding} leaves the question, and the search for cycles, to the encoder. */
const SCAN_DEPTH = 100;

/**
 * Tells whether `JSON.stringify(value)` alone is not right for the receiver. For a plain one (`rich` false) that is so
 * of what JSON throws on or loses: bigint, Map, Set, binary. For a rich one of all that `decode` can restore.
 * It may answer true without need (very deep values, a `toJSON`), never false in need, with one exception: for a plain
 * receiver it does not look into what a `toJSON` returns.
 */
export function needsEncoding(value: unknown, rich: boolean): boolean {
  return scan(value, rich, 0);
}

function scan(value: unknown, rich: boolean, depth: number): boolean {
  switch (typeof value) {
    case "object":
      break;
    case "number":
      return rich && !isOrdinary(value);
    case "undefined":
      return rich;
    default:
      return typeof value === "bigint";
  }
  if (value === null) return false;
  if (depth > SCAN_DEPTH) return true;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      const item: unknown = value[index];
      if (typeof item !== "string" && scan(item, rich, depth + 1)) return true;
    }
    return false;
  }
  if (!isPlain(value)) {
    if (isBinary(value) || value instanceof Map || value instanceof Set) return true;
    if (typeof (value as Fields).toJSON === "function") return rich;
  }
  // `for in` over a plain object is served from the engine's cache; inherited fields can only lead to a needless true.
  for (const key in value) {
    const item = (value as Fields)[key];
    // The common leaves are settled here: a call for each costs a third of the time.
    if (typeof item === "string" || typeof item === "boolean" || item === null) continue;
    if (typeof item === "number" && (!rich || isOrdinary(item))) continue;
    if (typeof item === "function" ? key === "toJSON" && rich : scan(item, rich, depth + 1)) return true;
  }
  return false;
}

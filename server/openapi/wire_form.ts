/**
 * What JSON Schema has no word for, as it travels: a date is text, a set is a list.
 *
 * @module
 */
import type { OpenAPISchema } from "./types.ts";

/** A kind of value that JSON has no form for by itself. */
export type WireKind = "date" | "bigint" | "file" | "url" | "bytes" | "map" | "set" | "absent";

/** How a value of a kind travels. */
export function wireForm(kind: WireKind): OpenAPISchema {
  switch (kind) {
    case "date":
      return { type: "string", format: "date-time" };
    case "bigint":
      return { type: "string", pattern: "^-?\\d+$" };
    case "file":
      return { type: "string", format: "binary" };
    case "url":
      return { type: "string", format: "uri" };
    case "bytes":
      return { type: "string", contentEncoding: "base64" };
    case "map":
      return { type: "array", items: { type: "array", minItems: 2, maxItems: 2 } };
    case "set":
      return { type: "array", uniqueItems: true };
    case "absent":
      return { not: {} };
  }
}

/** Marks, within a JSON Schema that is still being read, what a place holds. No document has it. */
export const MARK = "~wire";

/** How a value of a kind travels, with its mark. */
export function marked(kind: WireKind): OpenAPISchema {
  return { ...wireForm(kind), [MARK]: kind };
}

/** The kind of a class's instances; `undefined` for what travels as its fields. */
export function kindOfClass(constructor: unknown): WireKind | undefined {
  switch ((constructor as { readonly name?: unknown } | null | undefined)?.name) {
    case "Date":
      return "date";
    case "File":
    case "Blob":
      return "file";
    case "URL":
      return "url";
    case "ArrayBuffer":
    case "Uint8Array":
      return "bytes";
    case "Map":
      return "map";
    case "Set":
      return "set";
  }
  return undefined;
}

/** Whether plain JSON cannot say such a value to the server: only the codec, or for some a form, can. */
export function needsCodec(kind: unknown): boolean {
  return kind !== undefined && kind !== "file" && kind !== "absent";
}

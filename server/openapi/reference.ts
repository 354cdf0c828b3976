/**
 * Walks JSON Schemas: where a schema holds others, and what its references mean.
 *
 * @module
 */
import type { OpenAPISchema } from "./types.ts";

/** Keywords whose value is a schema. */
const ONE = new Set([
  "not",
  "if",
  "then",
  "else",
  "items",
  "contains",
  "additionalProperties",
  "propertyNames",
  "unevaluatedItems",
  "unevaluatedProperties",
  "contentSchema",
]);
/** Keywords whose value is a list of schemas. */
const LIST = new Set(["allOf", "anyOf", "oneOf", "prefixItems"]);
/** Keywords whose value is an object of schemas. */
const MAP = new Set(["properties", "patternProperties", "dependentSchemas", "$defs"]);

/** Copies a schema with what `replace` makes of each schema that it holds directly; anything else is data, and stays. */
export function mapSchemas(schema: OpenAPISchema, replace: (inner: unknown) => unknown): OpenAPISchema {
  const copy: Record<string, unknown> = {};
  for (const [keyword, value] of Object.entries(schema)) {
    if (ONE.has(keyword)) copy[keyword] = replace(value);
    else if (LIST.has(keyword) && Array.isArray(value)) copy[keyword] = value.map(replace);
    else if (MAP.has(keyword) && isSchemaObject(value)) {
      copy[keyword] = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, replace(inner)]));
    } else copy[keyword] = value;
  }
  return copy;
}

/** Tells a schema that is an object; `true` and `false` are schemas too. */
export function isSchemaObject(value: unknown): value is OpenAPISchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What a reference within a schema's own document means; `undefined` for one that leads elsewhere, or nowhere. */
export function resolveReference(document: OpenAPISchema, reference: unknown): OpenAPISchema | undefined {
  if (reference === "#") return document;
  if (typeof reference !== "string" || !reference.startsWith("#/")) return undefined;
  let at: unknown = document;
  for (const segment of reference.slice(2).split("/")) {
    const key = decodeSegment(segment);
    if (!isSchemaObject(at) || !Object.hasOwn(at, key)) return undefined;
    at = at[key];
  }
  return isSchemaObject(at) ? at : undefined;
}

function decodeSegment(segment: string): string {
  const pointer = segment.replaceAll("~1", "/").replaceAll("~0", "~");
  // Zod does not percent-encode the ids it writes into references.
  return /%(?![\da-f]{2})/i.test(pointer) ? pointer : decodeURIComponent(pointer);
}

/**
 * A schema as text, its references followed: two are equal exactly when they mean the same structure, whatever the names
 * in their documents are.
 */
export function signatureOf(schema: OpenAPISchema, document: OpenAPISchema): string {
  const met = new Map<OpenAPISchema, number>();
  const write = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(write);
    if (!isSchemaObject(value)) return value;
    const before = met.get(value);
    if (before !== undefined) return { "~": before };
    met.set(value, met.size);
    const target = resolveReference(document, value["$ref"]);
    const keys = Object.keys(value).filter((key) => key !== "$defs" && !(key === "$ref" && target !== undefined));
    const own = keys.sort().map((key) => [key, write(value[key])]);
    return target === undefined ? own : [...own, ["$ref", write(target)]];
  };
  return JSON.stringify(write(schema));
}

/**
 * What a marked JSON Schema says once its marks are read, and what is left of it for a client that has plain JSON only.
 *
 * @module
 */
import { isSchemaObject, mapSchemas, resolveReference } from "./reference.ts";
import type { OpenAPISchema } from "./types.ts";
import { MARK, needsCodec } from "./wire_form.ts";

/** A copy without marks; `meet` hears of each. */
export function unmark(schema: OpenAPISchema, meet: (kind: unknown) => void): OpenAPISchema {
  const { [MARK]: kind, ...own } = schema;
  if (kind !== undefined) meet(kind);
  return mapSchemas(own, (inner) => isSchemaObject(inner) ? unmark(inner, meet) : inner);
}

/**
 * The part of a marked schema that plain JSON can satisfy: optional fields and alternatives that it has no form for are
 * not there. `undefined` when nothing is left.
 */
export function plainPart(document: OpenAPISchema): OpenAPISchema | undefined {
  const visiting = new Set<OpenAPISchema>();

  const prune = (schema: OpenAPISchema): OpenAPISchema | undefined => {
    if (needsCodec(schema[MARK])) return undefined;
    const target = resolveReference(document, schema.$ref);
    if (target !== undefined && !visiting.has(target)) {
      // What holds itself is possible if the rest of it is.
      visiting.add(target);
      const left = prune(target);
      visiting.delete(target);
      if (left === undefined) return undefined;
    }
    const copy: Record<string, unknown> = {};
    for (const [keyword, value] of Object.entries(schema)) {
      const left = pruneKeyword(keyword, value, schema);
      if (left === undefined) return undefined;
      copy[keyword] = left;
    }
    return copy;
  };

  /** `undefined` when nothing can satisfy the keyword. */
  const pruneKeyword = (keyword: string, value: unknown, { required, minItems }: OpenAPISchema): unknown => {
    switch (keyword) {
      case "properties": {
        const names = Array.isArray(required) ? required : [];
        const fields = entriesOf(value).map(([name, inner]): [string, unknown] => [name, pruneAny(inner)]);
        if (fields.some(([name, left]) => left === undefined && names.includes(name))) return undefined;
        return Object.fromEntries(fields.filter(([, left]) => left !== undefined));
      }
      case "$defs":
        return Object.fromEntries(entriesOf(value).map(([name, inner]) => [name, pruneAny(inner) ?? { not: {} }]));
      case "anyOf":
      case "oneOf": {
        const left = (value as readonly unknown[]).map(pruneAny).filter((inner) => inner !== undefined);
        return left.length === 0 ? undefined : left;
      }
      case "allOf":
      case "prefixItems": {
        const left = (value as readonly unknown[]).map(pruneAny);
        return left.includes(undefined) ? undefined : left;
      }
      case "items": {
        const left = pruneAny(value);
        return left === undefined && typeof minItems === "number" && minItems > 0 ? undefined : left ?? false;
      }
      case "additionalProperties":
        return pruneAny(value) ?? false;
    }
    return value;
  };

  const pruneAny = (inner: unknown): unknown => isSchemaObject(inner) ? prune(inner) : inner;

  return prune(document);
}

function entriesOf(value: unknown): readonly [string, unknown][] {
  return isSchemaObject(value) ? Object.entries(value) : [];
}

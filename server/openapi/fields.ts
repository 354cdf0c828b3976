/**
 * The fields of what is an object: a query, path parameters, headers, a form. In a document each stands by itself.
 *
 * @module
 */
import { isSchemaObject, resolveReference } from "./reference.ts";
import type { OpenAPISchema } from "./types.ts";

/** One field. */
export interface Field {
  /** What it may be; one schema for each shape of the object that has another. */
  readonly schemas: readonly OpenAPISchema[];
  /** Whether each shape of the object has it. */
  readonly required: boolean;
}

/** The fields of an object. */
export interface Fields {
  /** The ones it names. */
  readonly named: ReadonlyMap<string, Field>;
  /** What all others may be; absent when nothing is said of them. */
  readonly others: OpenAPISchema | undefined;
}

/** Reads the fields of a schema. Parts that must all hold add up; of alternatives any may be meant. */
export function fieldsOf(schema: OpenAPISchema, document: OpenAPISchema): Fields {
  return read(schema, document, []);
}

/** Whether a value of this schema may be an object, and nothing but null beside it. */
export function isObject(schema: OpenAPISchema, document: OpenAPISchema): boolean {
  return isKind(schema, document, "object", []);
}

/** Whether it may be a list. */
export function isList(schema: OpenAPISchema, document: OpenAPISchema): boolean {
  return isKind(schema, document, "array", []);
}

/** What the items of a list may be, if it says so. */
export function itemsOf(schema: OpenAPISchema, document: OpenAPISchema): OpenAPISchema | undefined {
  const target = resolveReference(document, schema.$ref) ?? schema;
  return isSchemaObject(target.items) ? target.items : undefined;
}

function read(schema: OpenAPISchema, document: OpenAPISchema, within: readonly OpenAPISchema[]): Fields {
  if (within.includes(schema)) return { named: new Map(), others: undefined };
  const inside = [...within, schema];
  const target = resolveReference(document, schema.$ref);
  const parts = [own(schema), ...(target === undefined ? [] : [read(target, document, inside)])];
  for (const part of partsOf(schema.allOf)) parts.push(read(part, document, inside));
  for (const union of [schema.anyOf, schema.oneOf]) {
    const shapes = partsOf(union).filter((part) => isKind(part, document, "object", []));
    if (shapes.length > 0) parts.push(merge(shapes.map((part) => read(part, document, inside)), "every"));
  }
  return merge(parts, "some");
}

function own({ properties, required, additionalProperties, patternProperties }: OpenAPISchema): Fields {
  const must = new Set(Array.isArray(required) ? required : []);
  const named = new Map<string, Field>();
  for (const [name, value] of Object.entries(isSchemaObject(properties) ? properties : {})) {
    const schema = isSchemaObject(value) ? value : value === false ? { not: {} } : {};
    named.set(name, { schemas: [schema], required: must.has(name) });
  }
  const others = patternProperties !== undefined || additionalProperties === true
    ? {}
    : isSchemaObject(additionalProperties)
    ? additionalProperties
    : undefined;
  return { named, others };
}

function merge(parts: readonly Fields[], needed: "every" | "some"): Fields {
  const names = new Set(parts.flatMap(({ named }) => [...named.keys()]));
  const named = new Map<string, Field>();
  for (const name of names) {
    const all = parts.map((part) => part.named.get(name));
    const found = all.filter((field) => field !== undefined);
    const distinct = new Map(found.flatMap(({ schemas }) => schemas).map((each) => [JSON.stringify(each), each]));
    named.set(name, { schemas: [...distinct.values()], required: all[needed]((field) => field?.required === true) });
  }
  return { named, others: parts.find(({ others }) => others !== undefined)?.others };
}

function isKind(
  schema: OpenAPISchema,
  document: OpenAPISchema,
  kind: "object" | "array",
  within: readonly OpenAPISchema[],
): boolean {
  if (within.includes(schema)) return false;
  const target = resolveReference(document, schema.$ref);
  const { type, properties, items, prefixItems } = schema;
  if (type === kind || (Array.isArray(type) && type.includes(kind))) return true;
  if (kind === "object" ? properties !== undefined : (items ?? prefixItems) !== undefined) return true;
  const inner = [schema.allOf, schema.anyOf, schema.oneOf].flatMap(partsOf);
  if (target !== undefined) inner.push(target);
  return inner.some((part) => isKind(part, document, kind, [...within, schema]));
}

function partsOf(value: unknown): readonly OpenAPISchema[] {
  return Array.isArray(value) ? value.filter(isSchemaObject) : [];
}

/**
 * Parameters: the fields of the path, the query string and the headers, each by itself.
 *
 * @module
 */
import type { ActionRecord } from "../action.ts";
import type { Schema } from "../contract/schema.ts";
import { PARAM_PREFIX } from "../contract/wire.ts";
import type { PathParameter } from "./addresses.ts";
import { type Components, type Origin, undescribed } from "./components.ts";
import { type Field, type Fields, fieldsOf, isList, isObject, itemsOf } from "./fields.ts";
import type { OpenAPIParameter, OpenAPISchema } from "./types.ts";

/** What an action reads beside its body. */
export interface ParametersInput {
  readonly components: Components;
  readonly record: ActionRecord;
  /** The action's key. */
  readonly key: string;
}

/** Parameters of the path. Without a schema, or a word of it in the schema, one is a text. */
export function pathParameters(input: ParametersInput, parameters: readonly PathParameter[]): OpenAPIParameter[] {
  const read = readFields(input, "params");
  return parameters.map(({ name, key }, index) => {
    const more = parameters.slice(index + 1).some((other) => other.key === key);
    const description = key !== "*"
      ? undefined
      : more
      ? "One segment of the path; what follows is part of the same value"
      : "The rest of the path: one or more segments, with the slashes between them as they are";
    // A wildcard that stands in two parts is validated as a whole.
    const field = key === "*" && parameters.filter((other) => other.key === key).length > 1
      ? undefined
      : read?.fields.named.get(key);
    return toParameter(input, name, "path", { ...(field ?? TEXT), required: true }, read, description);
  });
}

/** Path parameters as RPC addresses have them: in the query string. */
export function rpcParameters(input: ParametersInput, keys: readonly RpcParameter[]): OpenAPIParameter[] {
  const read = readFields(input, "params");
  return keys.map(({ key, required }) => {
    const field = read?.fields.named.get(key) ?? TEXT;
    return toParameter(input, PARAM_PREFIX + key, "query", { ...field, required }, read);
  });
}

/** A path parameter of an action that is called by its key. */
export interface RpcParameter {
  readonly key: string;
  readonly required: boolean;
}

/** Parameters of the query string. What has no fields of its own, or any, is one that stands for all of them. */
export function queryParameters(input: ParametersInput): OpenAPIParameter[] {
  const { query } = input.record;
  if (query === undefined) return [];
  const read = readFields(input, "query");
  if (read === undefined) {
    return [{
      name: "query",
      in: "query",
      style: "form",
      explode: true,
      schema: { type: "object", ...undescribed(query) },
    }];
  }
  const { fields: { named, others }, origin } = read;
  const parameters = [...named].map(([name, field]) => toParameter(input, name, "query", field, read));
  if (others === undefined) return parameters;
  return [...parameters, {
    name: named.size === 0 ? "query" : named.has("others") ? "others_" : "others",
    in: "query",
    description: named.size === 0 ? "Fields, under any names" : "Other fields, under any names",
    style: "form",
    explode: true,
    schema: { type: "object", additionalProperties: input.components.copy(others, origin) },
  }];
}

/** Headers that have places of their own in a document, and may not stand among the parameters. */
const ELSEWHERE = new Set(["accept", "content-type", "authorization"]);

/** Parameters of the headers. */
export function headerParameters(input: ParametersInput): OpenAPIParameter[] {
  const read = readFields(input, "headers");
  const named = [...read?.fields.named ?? []].filter(([name]) => !ELSEWHERE.has(name.toLowerCase()));
  return named.map(([name, field]) => toParameter(input, name, "header", field, read));
}

const TEXT: Field = { schemas: [{ type: "string" }], required: true };

interface Read {
  readonly fields: Fields;
  readonly origin: Origin;
}

function readFields(
  { components, record, key }: ParametersInput,
  part: "params" | "query" | "headers",
): Read | undefined {
  const schema: Schema | undefined = record[part];
  const document = schema && components.describe(schema, "input")?.schema;
  if (document === undefined) return undefined;
  return { fields: fieldsOf(document, document), origin: { document, suffix: "Input", place: `${key}.${part}` } };
}

function toParameter(
  { components }: ParametersInput,
  name: string,
  place: OpenAPIParameter["in"],
  { schemas, required }: Field,
  read: Read | undefined,
  note?: string,
): OpenAPIParameter {
  const origin: Origin = read?.origin ?? { document: {}, suffix: "Input", place: name };
  const written = schemas.map((schema) => components.copy(schema, origin));
  const { description, deprecated, ...schema }: OpenAPISchema = written.length === 1
    ? written[0] as OpenAPISchema
    : { anyOf: written };
  const nested = place === "query" && schemas.some((each) => isObject(each, origin.document));
  const says = [description, note, place === "query" ? listNote(name, schemas, origin.document) : undefined]
    .filter((text) => typeof text === "string");
  return {
    name,
    in: place,
    ...(says.length === 0 ? {} : { description: says.join(". ") }),
    ...(required ? { required: true } : {}),
    ...(deprecated === true ? { deprecated: true } : {}),
    ...(nested ? { style: "deepObject", explode: true } as const : {}),
    schema,
  };
}

/** OpenAPI has no style for lists of objects. */
function listNote(name: string, schemas: readonly OpenAPISchema[], document: OpenAPISchema): string | undefined {
  const nests = schemas.some((schema) => {
    const items = isList(schema, document) ? itemsOf(schema, document) : undefined;
    return items !== undefined && (isObject(items, document) || isList(items, document));
  });
  return nests ? `Each item by its index: \`${name}[0][…]\`` : undefined;
}

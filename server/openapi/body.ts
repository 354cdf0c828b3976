/**
 * The body that an action takes, in the forms in which it can be sent.
 *
 * @module
 */
import type { ActionRecord } from "../action.ts";
import { type Schema, validate } from "../contract/schema.ts";
import { RICH_MEDIA_TYPE } from "../contract/wire.ts";
import { type Components, referTo } from "./components.ts";
import { fieldsOf, isObject } from "./fields.ts";
import { resolveReference } from "./reference.ts";
import type { OpenAPIBody, OpenAPIContent, OpenAPIEncoding, OpenAPIMediaType, OpenAPISchema } from "./types.ts";
import { wireForm } from "./wire_form.ts";

/** Describes an action's body; `undefined` when it says nothing of one. */
export function requestBodyOf(record: ActionRecord, key: string, components: Components): OpenAPIBody | undefined {
  const { kind, body, rawBody } = record;
  if (kind === "query") return undefined;
  if (body !== undefined) {
    const content = contentOf(body, `${key}.body`, components);
    return takesNothing(body) ? { content } : { required: true, content };
  }
  if (!rawBody) return undefined;
  return {
    description: "Its exact bytes are read",
    content: { "application/octet-stream": { schema: wireForm("file") } },
  };
}

function contentOf(body: Schema, place: string, components: Components): OpenAPIContent {
  const schema = components.use(body, "input", place);
  const described = components.describe(body, "input");
  if (described === undefined) return { "application/json": { schema } };
  const document = described.schema;
  const { type, format } = resolveReference(document, document.$ref) ?? document;
  if (type === "string" && format === "binary") return { "application/octet-stream": { schema } };
  const form: OpenAPIMediaType = { schema, ...encodingOf(document) };
  if (described.files) return { "multipart/form-data": form };
  if (described.rich) {
    const { plain } = described;
    // A form's texts become dates and bigints as the schema asks; JSON's have a type already, and it is another one.
    return {
      ...(plain === undefined ? {} : { "application/json": { schema: components.useDocument(plain, "Json", place) } }),
      [RICH_MEDIA_TYPE]: { schema: toRich(schema) },
      ...(isObject(document, document) ? { "application/x-www-form-urlencoded": form } : {}),
    };
  }
  return { "application/json": { schema }, ...(type === "string" ? { "text/plain": { schema } } : {}) };
}

/** Objects in forms: `filter[name]=x`. */
function encodingOf(document: OpenAPISchema): { readonly encoding?: Readonly<Record<string, OpenAPIEncoding>> } {
  const nested = [...fieldsOf(document, document).named]
    .filter(([, { schemas }]) => schemas.some((schema) => isObject(schema, document)))
    .map(([name]): [string, OpenAPIEncoding] => [name, { style: "deepObject", explode: true }]);
  return nested.length === 0 ? {} : { encoding: Object.fromEntries(nested) };
}

function toRich(schema: OpenAPISchema): OpenAPISchema {
  return { type: "object", required: ["json"], properties: { json: schema, meta: referTo("Meta") } };
}

/** Whether a body may be absent. JSON Schema cannot say that, the schema itself can. */
function takesNothing(schema: Schema): boolean {
  return outcomeOfNothing(schema) !== undefined;
}

/** What a schema makes of `undefined`; `undefined` when it refuses it, or makes nothing of it at once. */
export function outcomeOfNothing(schema: Schema): { readonly value: unknown } | undefined {
  try {
    const result = validate(schema, undefined);
    if (!(result instanceof Promise)) return result.issues === undefined ? result : undefined;
    result.catch(() => {}); // nobody waits for it, so its failure must not end the process
  } catch {
    // A schema that throws at it does not take it.
  }
  return undefined;
}

/**
 * The schemas of a document. One that has a name (an id, or the title of a structure) or that holds itself becomes a
 * component, once, however many actions use it; the others stand where they are used.
 *
 * @module
 */
import type { Schema } from "../contract/schema.ts";
import type { Side } from "./dialects.ts";
import { type Described, describeSchema } from "./json_schema.ts";
import { isSchemaObject, mapSchemas, resolveReference, signatureOf } from "./reference.ts";
import { compareText } from "./text.ts";
import type { OpenAPIReference, OpenAPISchema } from "./types.ts";

/** What a component is beside another one of its name: what goes in, what comes out, what plain JSON can say of it. */
export type Suffix = "Input" | "Output" | "Json";

/** Where a schema is being copied from, and to. */
export interface Origin {
  /** The JSON Schema that its references lead into. */
  readonly document: OpenAPISchema;
  /** What is added to a name that something else has. */
  readonly suffix: Suffix;
  /** The name for what holds itself and has no name. */
  readonly place: string;
}

/** The components of one document. */
export class Components {
  readonly #schemas = new Map<string, OpenAPISchema>();
  readonly #names = new Map<string, string>();
  readonly #described = {
    input: new Map<Schema, Described | undefined>(),
    output: new Map<Schema, Described | undefined>(),
  };

  /** Begins with the framework's own, whose names are taken. */
  constructor(own: Readonly<Record<string, OpenAPISchema>>) {
    for (const [name, schema] of Object.entries(own)) this.#schemas.set(name, schema);
  }

  /** All of them, by name. */
  get schemas(): Readonly<Record<string, OpenAPISchema>> {
    return Object.fromEntries([...this.#schemas].sort(([a], [b]) => compareText(a, b)));
  }

  /** Describes a schema, once. */
  describe(schema: Schema, side: Side): Described | undefined {
    const known = this.#described[side];
    if (!known.has(schema)) known.set(schema, describeSchema(schema, side));
    return known.get(schema);
  }

  /** A schema as it may stand in the document; one without a JSON Schema takes anything, and says so. */
  use(schema: Schema, side: Side, place: string): OpenAPISchema {
    const described = this.describe(schema, side);
    if (described === undefined) return undescribed(schema);
    return this.useDocument(described.schema, side === "input" ? "Input" : "Output", place);
  }

  /** The same of a JSON Schema. */
  useDocument(document: OpenAPISchema, suffix: Suffix, place: string): OpenAPISchema {
    const copy = this.copy(document, { document, suffix, place });
    // One that holds itself has become a component on the way: there it is whole.
    const name = this.#names.get(signatureOf(document, document));
    return name === undefined ? copy : referTo(name);
  }

  /** Copies a part of a JSON Schema into the document. */
  copy(part: OpenAPISchema, origin: Origin): OpenAPISchema {
    const name = nameOf(part);
    return name === undefined ? this.#copyHere(part, origin) : this.#refer(part, name, origin);
  }

  #copyHere(part: OpenAPISchema, origin: Origin): OpenAPISchema {
    const { $ref, $defs: _, $id: __, ...own } = part;
    const copy = mapSchemas(own, (inner) => isSchemaObject(inner) ? this.copy(inner, origin) : inner);
    const target = resolveReference(origin.document, $ref);
    if (target === undefined) return $ref === undefined ? copy : { ...copy, $ref };
    return { ...copy, ...this.#refer(target, nameOf(target) ?? nameIn($ref as string) ?? origin.place, origin) };
  }

  #refer(target: OpenAPISchema, wanted: string, origin: Origin): OpenAPIReference & OpenAPISchema {
    // An input and an output that are the same are one component.
    const signature = signatureOf(target, origin.document);
    const known = this.#names.get(signature);
    if (known !== undefined) return referTo(known);
    const name = this.#freeName(wanted, wanted === origin.place ? "" : origin.suffix);
    // Before its content is copied: it may hold itself.
    this.#names.set(signature, name);
    this.#schemas.set(name, {});
    this.#schemas.set(name, this.#copyHere(target, origin));
    return referTo(name);
  }

  #freeName(wanted: string, suffix: Suffix | ""): string {
    const name = wanted.replace(/[^A-Za-z0-9._-]+/g, "_");
    for (const each of [name, name + suffix]) if (!this.#schemas.has(each)) return each;
    for (let count = 2;; count++) {
      if (!this.#schemas.has(`${name}_${count}`)) return `${name}_${count}`;
    }
  }
}

/** A reference to a component. */
export function referTo(name: string): OpenAPIReference & OpenAPISchema {
  return { $ref: `#/components/schemas/${name}` };
}

/** What stands for a schema without a JSON Schema. */
export function undescribed(schema: Schema): OpenAPISchema {
  return { description: `Validated by ${schema["~standard"].vendor}, which does not describe it as a JSON Schema` };
}

/** A schema's own name: its id, or the title of what has a structure. A title of a text is a label, and stays. */
function nameOf(schema: OpenAPISchema): string | undefined {
  const { $id, title } = schema;
  if (typeof $id === "string") return /[^/#?]+(?=[#?]*$)/.exec($id)?.[0];
  if (typeof title !== "string" || !/[A-Za-z0-9]/.test(title) || !hasStructure(schema)) return undefined;
  return title.replace(/[^A-Za-z0-9._-]+(.)?/g, (_, next?: string) => next?.toUpperCase() ?? "");
}

function hasStructure({ type, enum: values, anyOf, oneOf, allOf }: OpenAPISchema): boolean {
  return type === "object" || [values, anyOf, oneOf, allOf].some((keyword) => keyword !== undefined);
}

/** What Zod (`__schema0`), ArkType (`intersection7`, counted through the whole process) and Valibot (`0`) call nameless. */
const NUMBERED =
  /^(__schema|alias|domain|intersection|morph|optional|proto|required|sequence|structure|union|unit)?\d+$/;

/** The name under which a schema stands in its own document, unless it was numbered only. */
function nameIn(reference: string): string | undefined {
  const name = reference.split("/").at(-1) ?? "";
  return name === "#" || name === "" || NUMBERED.test(name) ? undefined : name;
}

/**
 * Asks a schema for its JSON Schema, of what goes in or of what comes out, in the forms that travel.
 *
 * Standard JSON Schema (`~standard.jsonSchema`) is asked where there is one, else Zod's own method of before it. Each
 * library has its own way of telling what it has no word for; all of them end in {@link wireForm}, with a mark at what plain JSON cannot say.
 *
 * @module
 */
import type { Schema } from "../contract/schema.ts";
import type { OpenAPISchema } from "./types.ts";
import { plainPart, unmark } from "./plain_json.ts";
import { kindOfClass, MARK, marked, needsCodec, wireForm } from "./wire_form.ts";

/** What is described: what a schema takes, or what it gives. */
export type Side = "input" | "output";

/** A schema in the words of JSON Schema. */
export interface Described {
  /** The JSON Schema: plain JSON of its own. */
  readonly schema: OpenAPISchema;
  /** Whether it holds files. */
  readonly files: boolean;
  /** Whether it holds values that plain JSON cannot say. */
  readonly rich: boolean;
  /** What plain JSON can say of it; `undefined` for nothing. */
  readonly plain: OpenAPISchema | undefined;
}

/** The part of Standard JSON Schema that is read here, and Zod's method of before it. */
interface Describing {
  readonly "~standard": { readonly jsonSchema?: { readonly [S in Side]?: (options: unknown) => unknown } };
  readonly toJSONSchema?: (options: unknown) => unknown;
}

const TARGET = "draft-2020-12";

/** Describes a schema; `undefined` when it exposes no JSON Schema, or cannot write this one. */
export function describeSchema(schema: Schema, side: Side): Described | undefined {
  const libraryOptions = optionsOf(side);
  // The schema port names only what validation needs.
  const describing = schema as unknown as Describing;
  const ask = describing["~standard"].jsonSchema?.[side];
  try {
    const described = typeof ask === "function"
      ? ask({ target: TARGET, libraryOptions })
      : describing.toJSONSchema?.({ target: TARGET, io: side, ...libraryOptions });
    if (typeof described !== "object" || described === null) return undefined;
    // A copy: libraries keep theirs. What JSON cannot carry, such as an undefined default, goes with it.
    const { $schema: _, ...own } = JSON.parse(JSON.stringify(described)) as OpenAPISchema;
    const kinds = new Set<unknown>();
    const schema = unmark(own, (kind) => kinds.add(kind));
    const rich = [...kinds].some(needsCodec);
    const part = rich ? plainPart(own) : own;
    return { schema, files: kinds.has("file"), rich, plain: part && unmark(part, () => {}) };
  } catch {
    // The libraries throw at what they cannot describe: the document says that nothing is known.
    return undefined;
  }
}

/** Each library reads its own of these. */
function optionsOf(side: Side): Readonly<Record<string, unknown>> {
  return {
    unrepresentable: "any", // Zod
    override: (node: ZodContext) => writeZod(node, side), // Zod
    fallback: writeArkType, // ArkType
    errorMode: "ignore", // Valibot
    overrideSchema: writeValibot, // Valibot
  };
}

interface ZodContext {
  readonly zodSchema: {
    readonly _zod: {
      readonly def: {
        readonly type: string;
        readonly coerce?: boolean;
        readonly values?: readonly unknown[];
        readonly catchall?: unknown;
        readonly in?: ZodContext["zodSchema"];
      };
      readonly bag?: { readonly Class?: unknown };
    };
  };
  readonly jsonSchema: Record<string, unknown>;
}

function writeZod({ zodSchema: { _zod: { def, bag } }, jsonSchema }: ZodContext, side: Side): void {
  const { type, coerce, values = [], catchall } = def;
  switch (type) {
    case "date":
    case "bigint":
      // One that is coerced takes the text itself.
      Object.assign(jsonSchema, coerce === true ? wireForm(type) : marked(type));
      return;
    case "map":
    case "set":
      Object.assign(jsonSchema, marked(type));
      return;
    case "file":
      delete jsonSchema.contentEncoding;
      Object.assign(jsonSchema, marked("file"));
      return;
    case "custom": {
      const kind = kindOfClass(bag?.Class);
      if (kind !== undefined) Object.assign(jsonSchema, marked(kind));
      return;
    }
    case "literal":
      writeLiterals(values, jsonSchema);
      return;
    case "object":
      // Unknown keys are stripped, not refused: that nothing else comes now is no promise that nothing ever will.
      if (side === "output" && catchall === undefined) delete jsonSchema.additionalProperties;
      return;
    case "nan":
      // JSON has null in its place.
      Object.assign(jsonSchema, side === "output" ? { type: "null" } : marked("absent"));
      return;
    case "catch":
      takeAnything(jsonSchema);
      return;
    case "pipe":
      // `z.preprocess`: described as what it is made into.
      if (def.in?._zod.def.type === "transform") takeAnything(jsonSchema);
      return;
    case "readonly":
      // A matter of TypeScript. In OpenAPI it says that a field is not to be sent.
      delete jsonSchema.readOnly;
      return;
    case "undefined":
    case "void":
    case "symbol":
    case "function":
      Object.assign(jsonSchema, marked("absent"));
  }
}

/** What looks at every value by itself takes text too. */
function takeAnything(jsonSchema: Record<string, unknown>): void {
  const plain = unmark(jsonSchema, () => {});
  delete jsonSchema[MARK];
  Object.assign(jsonSchema, plain);
}

/** Zod writes bigint literals as numbers; they travel as text. */
function writeLiterals(values: readonly unknown[], jsonSchema: Record<string, unknown>): void {
  if (!values.some((value) => typeof value === "bigint" || value === undefined)) return;
  for (const keyword of ["type", "const", "enum"]) delete jsonSchema[keyword];
  const texts = values.filter((value) => value !== undefined).map((value) =>
    typeof value === "bigint" ? String(value) : value
  );
  Object.assign(jsonSchema, texts.length === 0 ? marked("absent") : { enum: texts });
}

interface ArkTypeContext {
  readonly code: string;
  readonly base: object;
  readonly domain?: unknown;
  readonly proto?: unknown;
}

function writeArkType({ code, base, domain, proto }: ArkTypeContext): object {
  const kind = code === "date"
    ? "date"
    : code === "domain" && domain === "bigint"
    ? "bigint"
    : code === "proto"
    ? kindOfClass(proto)
    : undefined;
  return kind === undefined ? base : { ...base, ...marked(kind) };
}

interface ValibotContext {
  readonly valibotSchema: { readonly type: string; readonly class?: unknown };
}

function writeValibot({ valibotSchema: { type, class: own } }: ValibotContext): object | undefined {
  switch (type) {
    case "date":
    case "bigint":
    case "file":
    case "map":
    case "set":
      return marked(type);
    case "blob":
      return marked("file");
    case "undefined":
    case "void":
      return marked("absent");
    case "instance": {
      const kind = kindOfClass(own);
      return kind === undefined ? undefined : marked(kind);
    }
  }
  return undefined;
}

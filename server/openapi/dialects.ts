/**
 * What the libraries of schemas have no word for in JSON Schema, each in its own way: all of them end in the form that
 * travels, with a mark of what it is.
 *
 * @module
 */
import { unmark } from "./plain_json.ts";
import { kindOfClass, MARK, marked, wireForm } from "./wire_form.ts";

/** What is described: what a schema takes, or what it gives. */
export type Side = "input" | "output";

/** What to ask with. Each library reads its own of these. */
export function libraryOptions(side: Side): Readonly<Record<string, unknown>> {
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

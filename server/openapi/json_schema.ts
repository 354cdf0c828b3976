/**
 * Asks a schema for its JSON Schema, of what goes in or of what comes out, in the forms that travel.
 *
 * Standard JSON Schema (`~standard.jsonSchema`) is asked where there is one, else Zod's own method of before it.
 *
 * @module
 */
import type { Schema } from "../contract/schema.ts";
import { libraryOptions, type Side } from "./dialects.ts";
import type { OpenAPISchema } from "./types.ts";
import { plainPart, unmark } from "./plain_json.ts";
import { needsCodec } from "./wire_form.ts";

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
  const options = libraryOptions(side);
  // The schema port names only what validation needs.
  const describing = schema as unknown as Describing;
  const ask = describing["~standard"].jsonSchema?.[side];
  try {
    const described = typeof ask === "function"
      ? ask({ target: TARGET, libraryOptions: options })
      : describing.toJSONSchema?.({ target: TARGET, io: side, ...options });
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

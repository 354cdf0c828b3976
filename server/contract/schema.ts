/**
 * The schema port: any library that implements Standard Schema v1 (https://standardschema.dev) can validate here.
 *
 * @module
 */

/** The part of Standard Schema v1 that Igniter reads. Zod, Valibot, ArkType and others implement it. */
export interface Schema<Input = unknown, Output = unknown> {
  /** The standard's one property. */
  readonly "~standard": StandardProps<Input, Output>;
}

/** What stands behind `~standard` (Standard Schema v1). */
export interface StandardProps<Input = unknown, Output = unknown> {
  /** The version of the standard. */
  readonly version: 1;
  /** The library that made the schema. */
  readonly vendor: string;
  /** Validates a value; answers `{ value }` or `{ issues }`, at once or as a promise. */
  readonly validate: (value: unknown, ...rest: never[]) => unknown;
  /** Types only; never present at run time. */
  readonly types?: SchemaTypes<Input, Output> | undefined;
}

/** A schema's two types. */
export interface SchemaTypes<Input, Output> {
  /** What goes in. */
  readonly input: Input;
  /** What comes out. */
  readonly output: Output;
}

/** The type a schema takes: what clients send. */
export type In<S extends Schema> = NonNullable<S["~standard"]["types"]>["input"];

/** The type a schema gives: what handlers receive. */
export type Out<S extends Schema> = NonNullable<S["~standard"]["types"]>["output"];

/** One thing that is wrong with an input. */
export interface Issue {
  /** Where, from the validated value's root. */
  readonly path: readonly PropertyKey[];
  /** What, for a person. */
  readonly message: string;
}

/** The answer of {@link validate}: a value or the issues. */
export type Validated =
  | {
    /** The schema's output. */
    readonly value: unknown;
    /** Absent when valid. */
    readonly issues?: undefined;
  }
  | {
    /** What is wrong, at least one. */
    readonly issues: readonly Issue[];
  };

/** Tells whether a value is a Standard Schema. ArkType's schemas are functions, so both are looked at. */
export function isSchema(value: unknown): value is Schema {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return false;
  const props = (value as Partial<Schema>)["~standard"];
  return typeof props === "object" && props !== null && typeof props.validate === "function";
}

interface RawIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/**
 * Validates `value`; synchronous when the schema is, so that nothing waits without need.
 * What the schema itself throws is thrown on: it is a defect of the schema, not of the input.
 */
export function validate(schema: Schema, value: unknown): Validated | Promise<Validated> {
  const result = schema["~standard"].validate(value);
  // Any thenable: a schema may come from another realm or library, whose promises are not ours.
  return typeof (result as { readonly then?: unknown } | null)?.then === "function"
    ? Promise.resolve(result).then(normalize)
    : normalize(result);
}

function normalize(result: unknown): Validated {
  const { issues } = result as { readonly issues?: readonly RawIssue[] | undefined };
  if (issues === undefined || issues === null) return result as Validated;
  return { issues: issues.map(({ message, path }) => ({ path: path?.map(keyOf) ?? [], message })) };
}

/** Standard Schema lets a path hold bare keys or `{ key }` segments. */
function keyOf(segment: PropertyKey | { readonly key: PropertyKey }): PropertyKey {
  return typeof segment === "object" ? segment.key : segment;
}

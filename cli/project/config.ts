/**
 * A project's own configuration: `deno.json`, `deno.jsonc` or `package.json`.
 *
 * @module
 */
import { parse, type ParseError, printParseErrorCode } from "jsonc-parser";
import { CliError } from "../errors.ts";

/** What names a project's packages, as far as commands ask. */
export interface ProjectConfig {
  /** What the sources may import by name, with what stands behind it: `npm:zod@^4`, or a range of versions. */
  readonly dependencies: Readonly<Record<string, string>>;
}

/** Reads JSON that may have comments and trailing commas. @throws CliError when it is no object. */
export function parseJsonc(text: string, path: string): Record<string, unknown> {
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, { allowTrailingComma: true });
  const [error] = errors;
  if (error !== undefined) {
    const line = text.slice(0, error.offset).split("\n").length;
    throw new CliError(`Cannot read ${path}: ${printParseErrorCode(error.error)} in line ${line}`);
  }
  if (!isRecord(value)) throw new CliError(`Cannot read ${path}: it holds no object`);
  return value;
}

/** Reads what concerns commands out of a configuration, whichever of the two it is. */
export function toProjectConfig(json: Readonly<Record<string, unknown>>): ProjectConfig {
  const dependencies: Record<string, string> = {};
  for (const field of ["devDependencies", "dependencies", "imports"]) {
    const named = json[field];
    // The imports of a package.json begin with "#": they are the project's own.
    if (!isRecord(named)) continue;
    for (const [name, value] of Object.entries(named)) {
      if (typeof value === "string" && !name.startsWith("#")) dependencies[name] = value;
    }
  }
  return { dependencies };
}

/** Tells a JSON object from the other values. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

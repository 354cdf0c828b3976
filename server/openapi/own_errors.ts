/**
 * The framework's own errors: which of them an action can answer with, and what they look like.
 *
 * @module
 */
import type { ErrorCode } from "../contract/error.ts";
import type { Plan } from "../dispatch.ts";
import { referTo } from "./components.ts";
import { errorOf } from "./own_schemas.ts";
import type { OpenAPISchema } from "./types.ts";

/** A code that the framework answers with by itself at an action's address. */
export type OwnCode = Extract<
  ErrorCode,
  | "ERR_BAD_REQUEST"
  | "ERR_VALIDATION"
  | "ERR_BODY_PARSE"
  | "ERR_BODY_TOO_LARGE"
  | "ERR_UNSUPPORTED_MEDIA_TYPE"
  | "ERR_INTERNAL"
  | "ERR_UNAVAILABLE"
  | "ERR_TIMEOUT"
>;

/** What these codes say. */
export const MEANINGS: Readonly<Record<OwnCode, string>> = {
  ERR_BAD_REQUEST: "The request is malformed",
  ERR_VALIDATION: "The input does not fit its schema",
  ERR_BODY_PARSE: "The body cannot be read",
  ERR_BODY_TOO_LARGE: "The body is too large",
  ERR_UNSUPPORTED_MEDIA_TYPE: "The body may not be of this media type",
  ERR_INTERNAL: "The server failed, and logged how under the id that is given",
  ERR_UNAVAILABLE: "The server cannot answer now",
  ERR_TIMEOUT: "The action took too long",
};

/** The codes that an action can answer with whatever its handler does. */
export function ownCodesOf({ record, timeout }: Plan): readonly OwnCode[] {
  const { kind, query, params, headers, body } = record;
  const validates = [query, params, headers, body].some((schema) => schema !== undefined);
  return [
    "ERR_BAD_REQUEST",
    ...(validates ? ["ERR_VALIDATION"] as const : []),
    ...(kind === "mutation" ? ["ERR_BODY_PARSE", "ERR_BODY_TOO_LARGE", "ERR_UNSUPPORTED_MEDIA_TYPE"] as const : []),
    "ERR_INTERNAL",
    "ERR_UNAVAILABLE",
    ...(timeout > 0 ? ["ERR_TIMEOUT"] as const : []),
  ];
}

/** The errors of these codes, as components. */
export function ownErrors(): Readonly<Record<string, OpenAPISchema>> {
  const issues: OpenAPISchema = {
    type: "object",
    required: ["issues"],
    properties: { issues: { type: "array", items: referTo("Issue") } },
  };
  const id: OpenAPISchema = { type: "string", description: "What to look for in the server's log" };
  const toError = (code: string): OpenAPISchema => {
    if (code === "ERR_VALIDATION") return errorOf(code, { schema: issues, required: true });
    return code === "ERR_INTERNAL" ? errorOf(code, undefined, { id }) : errorOf(code);
  };
  return Object.fromEntries(Object.keys(MEANINGS).map((code) => [code, toError(code)]));
}

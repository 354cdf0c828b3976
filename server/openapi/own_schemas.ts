/**
 * The framework's own components: envelopes, failures, the frames of streams.
 *
 * @module
 */
import type { OpenAPISchema } from "./types.ts";
import { referTo } from "./components.ts";

const TEXT: OpenAPISchema = { type: "string" };
const NULL: OpenAPISchema = { type: "null" };

/** What an answer that succeeded looks like: the data of one schema, or any. */
export function successOf(data: OpenAPISchema): OpenAPISchema {
  return { type: "object", required: ["data", "error"], properties: { data, error: NULL } };
}

/** What an answer that failed looks like. */
export function failureOf(error: OpenAPISchema): OpenAPISchema {
  return { type: "object", required: ["data", "error"], properties: { data: NULL, error } };
}

/** An error with its code, and what belongs to the code. */
export function errorOf(
  code: string,
  data?: { readonly schema: OpenAPISchema; readonly required: boolean },
  more: Readonly<Record<string, OpenAPISchema>> = {},
): OpenAPISchema {
  return {
    type: "object",
    required: ["code", "message", ...(data?.required ? ["data"] : [])],
    properties: {
      code: { type: "string", const: code },
      message: TEXT,
      ...(data === undefined ? {} : { data: data.schema }),
      ...more,
    },
  };
}

/** One event of a stream, its data as the JSON text that it is sent as. */
export function eventOf(event: OpenAPISchema, data: OpenAPISchema, optional: boolean): OpenAPISchema {
  return {
    type: "object",
    required: [...(optional ? [] : ["event"]), "data"],
    properties: { event, data: { type: "string", contentMediaType: "application/json", contentSchema: data } },
  };
}

/** The components that every document may refer to, by name. */
export function ownSchemas(): Readonly<Record<string, OpenAPISchema>> {
  const named = (name: string): OpenAPISchema => ({ type: "string", const: name });
  return {
    Success: { ...successOf({}), description: "An answer that succeeded" },
    Failure: { ...failureOf(referTo("AnyError")), description: "An answer that failed" },
    AnyError: {
      type: "object",
      required: ["code", "message"],
      properties: {
        code: { ...TEXT, description: "What happened, for programs" },
        message: { ...TEXT, description: "What happened, for people" },
        data: { description: "What belongs to the code" },
        id: { ...TEXT, description: "The id under which the server logged a failure that it says nothing else of" },
      },
    },
    Issue: {
      type: "object",
      required: ["path", "message"],
      properties: {
        path: {
          type: "array",
          items: { type: ["string", "integer"] },
          description: "Where, from the root of the query, the path parameters, the headers or the body",
        },
        message: { ...TEXT, description: "What, for a person" },
      },
    },
    Meta: {
      type: "array",
      items: { type: "array", minItems: 1, items: { type: ["string", "integer"] } },
      description: "What restores the values that JSON has no form for: of each its type (`date`, `bigint`, `map`, " +
        "`set`, `url`, `bytes`, `undefined`) and the path to it",
    },
    StreamOpened: {
      ...eventOf(named("open"), {}, false),
      description: "The first event of a stream whose handler answers with data: that data",
    },
    StreamFailed: {
      ...eventOf(named("error"), referTo("AnyError"), false),
      description: "The stream failed, and is over",
    },
    StreamEnded: { ...eventOf(named("end"), NULL, false), description: "The stream is over" },
  };
}

/**
 * From an action's input to a query string and a body.
 *
 * @module
 */
import { isFlat, stringifyQuery } from "../server/contract/query_string.ts";
import { encode, needsEncoding, PARAM_PREFIX, RICH_MEDIA_TYPE, RICH_QUERY } from "../server/contract/wire.ts";

/** The input of a call. */
export interface CallInput {
  /** The query. */
  readonly query?: object | undefined;
  /** The path parameters. */
  readonly params?: object | undefined;
  /** The body. */
  readonly body?: unknown;
  /** The headers. */
  readonly headers?: object | undefined;
}

/** A body with its media type; where that is absent, `fetch` knows it by itself. */
export type EncodedBody = readonly [body?: BodyInit, type?: string];

/** The query string of an input, with its `?`; path parameters travel in it where an address has no place for them. */
export function toSearch(query: object | undefined, params: object | undefined): string {
  const fields: Record<string, unknown> = !query || isFlat(query)
    ? { ...query }
    : { [RICH_QUERY]: JSON.stringify(encode(query)) };
  for (const [name, value] of Object.entries(params ?? {})) fields[PARAM_PREFIX + name] = value;
  const search = stringifyQuery(fields);
  return search && "?" + search;
}

/**
 * Writes a body: JSON, in its rich form where JSON alone would lose something. What `fetch` takes as it is (forms,
 * blobs, streams) stays; an object that holds files becomes a form.
 */
export async function toBody(value: unknown): Promise<EncodedBody> {
  if (value === undefined) return [];
  // By their names: not every platform has all of these classes.
  const name = Object.prototype.toString.call(value).slice(8, -1);
  if (/^(FormData|URLSearchParams)$/.test(name)) return [value as BodyInit];
  if (/^(Blob|File|ReadableStream)$/.test(name)) {
    return [value as BodyInit, (value as Blob).type || "application/octet-stream"];
  }
  if (name === "Object" && Object.values(value as object).flat().some((item) => item instanceof Blob)) {
    return [(await import("./form.ts")).toForm(value as object)];
  }
  return needsEncoding(value, true)
    ? [JSON.stringify(encode(value)), RICH_MEDIA_TYPE]
    : [JSON.stringify(value), "application/json"];
}

/**
 * From an action's key and input to an address and a body.
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

/** A body with its media type; `fetch` knows the type by itself where it is `undefined`. */
export interface EncodedBody {
  /** What `fetch` takes. */
  readonly body: BodyInit | undefined;
  /** The `Content-Type`. */
  readonly type: string | undefined;
}

/** The query string of an input, with its `?`; path parameters travel in it where an address has no place for them. */
export function toSearch(query: object | undefined, params: object | undefined): string {
  const named = Object.entries(params ?? {}).map(([name, value]) => [PARAM_PREFIX + name, value]);
  const flat = !query || isFlat(query);
  const rich = flat ? {} : { [RICH_QUERY]: JSON.stringify(encode(query)) };
  const search = stringifyQuery({ ...(flat ? query : rich), ...Object.fromEntries(named) });
  return search && "?" + search;
}

/**
 * Writes a body: JSON, in its rich form where JSON alone would lose something. What `fetch` takes as it is (forms,
 * blobs, streams) stays; an object that holds files becomes a form.
 *
 * @throws TypeError when a value beside a file has no form in a form.
 */
export function toBody(value: unknown): EncodedBody {
  if (value === undefined) return { body: undefined, type: undefined };
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  if (tag === "FormData" || tag === "URLSearchParams") return { body: value as BodyInit, type: undefined };
  if (isBlob(value) || tag === "ReadableStream") {
    return { body: value as BodyInit, type: (value as Blob).type || "application/octet-stream" };
  }
  if (tag === "Object" && Object.values(value as object).some(holdsBlob)) {
    return { body: toForm(value as object), type: undefined };
  }
  return needsEncoding(value, true)
    ? { body: JSON.stringify(encode(value)), type: RICH_MEDIA_TYPE }
    : { body: JSON.stringify(value), type: "application/json" };
}

function toForm(fields: object): FormData {
  const form = new FormData();
  const rest: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (holdsBlob(value)) [value].flat().forEach((file) => form.append(name, file));
    else rest[name] = value;
  }
  if (!isFlat(rest)) throw new TypeError("Cannot send files: a form has no place for what stands beside them");
  new URLSearchParams(stringifyQuery(rest)).forEach((value, name) => form.append(name, value));
  return form;
}

function holdsBlob(value: unknown): boolean {
  return Array.isArray(value) ? value.some(isBlob) : isBlob(value);
}

function isBlob(value: unknown): value is Blob {
  return value instanceof Blob;
}

/**
 * Inputs that plain JSON or a plain query string would lose something of, and files. Loaded by the first call that has
 * such: most pages never do.
 *
 * @module
 */
import { needsEncoding } from "../server/contract/needs_encoding.ts";
import { isFlat, stringifyQuery } from "../server/contract/query_string.ts";
import { encode } from "../server/contract/encode.ts";
import { RICH_MEDIA_TYPE, RICH_QUERY } from "../server/contract/wire.ts";
import { kindOf } from "./exact.ts";
import type { EncodedBody } from "./request.ts";

/** Adds a query's fields. */
export function addQuery(search: URLSearchParams, query: object): void {
  if (!isFlat(query)) search.append(RICH_QUERY, JSON.stringify(encode(query)));
  else new URLSearchParams(stringifyQuery(query)).forEach((value, name) => search.append(name, value));
}

/**
 * Writes a body that is not plain JSON. What `fetch` takes as it is (forms, blobs, streams) stays; an object that holds
 * files becomes a form; what JSON would lose travels with what restores it.
 */
export function toRichBody(value: unknown): EncodedBody {
  if (isA(value, "FormData") || isA(value, "URLSearchParams")) return [value as BodyInit];
  if (isBlob(value) || isA(value, "ReadableStream")) {
    return [value as BodyInit, (value as Blob).type || "application/octet-stream"];
  }
  if (kindOf(value) === "Object" && Object.values(value as object).flat().some(isBlob)) {
    return [toForm(value as object)];
  }
  return needsEncoding(value, true)
    ? [JSON.stringify(encode(value)), RICH_MEDIA_TYPE]
    : [JSON.stringify(value), "application/json"];
}

/**
 * Makes `multipart/form-data` of an object that holds files: lists repeat a field, objects stand in brackets, as in
 * query strings.
 *
 * @throws TypeError when a value beside the files has no form in a form.
 */
function toForm(fields: object): FormData {
  const form = new FormData();
  const rest: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    const items: unknown[] = [value].flat();
    if (!items.some(isBlob)) rest[name] = value;
    else items.forEach((item) => form.append(name, item as Blob));
  }
  if (!isFlat(rest)) throw new TypeError("Cannot send files: a form has no place for a value that stands beside them");
  new URLSearchParams(stringifyQuery(rest)).forEach((value, name) => form.append(name, value));
  return form;
}

function isBlob(value: unknown): value is Blob {
  return isA(value, "Blob") || isA(value, "File");
}

/** By its tag, which crosses realms, or by its class; not every platform has both of all. */
function isA(value: unknown, name: "Blob" | "File" | "FormData" | "ReadableStream" | "URLSearchParams"): boolean {
  const type = globalThis[name];
  return kindOf(value) === name || typeof type === "function" && value instanceof type;
}

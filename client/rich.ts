/**
 * Inputs that plain JSON or a plain query string would lose something of, and files. Loaded by the first call that has
 * such: most pages never do.
 *
 * @module
 */
import { isFlat, stringifyQuery } from "../server/contract/query_string.ts";
import { encode } from "../server/contract/encode.ts";
import { RICH_MEDIA_TYPE, RICH_QUERY } from "../server/contract/wire.ts";

/** Adds a query's fields. */
export function addQuery(search: URLSearchParams, query: object): void {
  if (!isFlat(query)) search.append(RICH_QUERY, JSON.stringify(encode(query)));
  else new URLSearchParams(stringifyQuery(query)).forEach((value, name) => search.append(name, value));
}

/** Writes a body with what restores its values. */
export function toRichBody(value: unknown): readonly [body: string, type: string] {
  return [JSON.stringify(encode(value)), RICH_MEDIA_TYPE];
}

/**
 * Makes `multipart/form-data` of an object that holds files: lists repeat a field, objects stand in brackets, as in
 * query strings.
 *
 * @throws TypeError when a value beside the files has no form in a form.
 */
export function toForm(fields: object): FormData {
  const form = new FormData();
  const rest: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    const items: unknown[] = [value].flat();
    if (!items.some((item) => item instanceof Blob)) rest[name] = value;
    else items.forEach((item) => form.append(name, item as Blob));
  }
  if (!isFlat(rest)) throw new TypeError("Cannot send files: a form has no place for a value that stands beside them");
  new URLSearchParams(stringifyQuery(rest)).forEach((value, name) => form.append(name, value));
  return form;
}

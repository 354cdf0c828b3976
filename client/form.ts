/**
 * Forms of objects that hold files. Loaded by the first call that sends one.
 *
 * @module
 */
import { isFlat, stringifyQuery } from "../server/contract/query_string.ts";

/**
 * Makes `multipart/form-data` of an object: lists repeat a field, objects stand in brackets, as in query strings.
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

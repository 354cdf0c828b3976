/**
 * Headers, from the several places that add to them.
 *
 * @module
 */
import type { HeadersOption } from "./options.ts";

/**
 * Puts headers together: later parts win, and what is null takes those of earlier ones away. What is `undefined` is left
 * out; functions are asked.
 */
export async function headersOf(...given: (HeadersOption | object | undefined)[]): Promise<Headers> {
  const headers = new Headers();
  for (const part of given) {
    const made: object = (typeof part === "function" ? await part() : part) ?? {};
    const entries = Symbol.iterator in made ? made as Iterable<[string, unknown]> : Object.entries(made);
    const own = new Headers();
    for (const [name, value] of entries) {
      if (value === null) headers.delete(name);
      else if (value !== undefined) own.append(name, value);
    }
    own.forEach((value, name) => headers.set(name, value));
  }
  return headers;
}

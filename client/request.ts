/**
 * From an action's input to a query string and a body.
 *
 * @module
 */
import { PARAM_PREFIX } from "../server/contract/wire.ts";
import { isExact } from "./exact.ts";
import { unreachable } from "./limits.ts";

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
export async function toSearch(query: object = {}, params: object = {}): Promise<string> {
  const search = new URLSearchParams();
  const fields = Object.entries(query).filter(([, value]) => value !== undefined);
  if (!fields.every(isSimple)) (await rich()).addQuery(search, query);
  else for (const [name, value] of fields) [value].flat().forEach((item) => search.append(name, item));
  for (const [name, value] of Object.entries(params)) {
    if (value !== undefined) search.append(PARAM_PREFIX + name, value?.toJSON?.() ?? value);
  }
  const text = String(search);
  return text && "?" + text;
}

/** Tells a field whose name and values are themselves in a query string; `isFlat` knows what else is. */
function isSimple([name, value]: [string, unknown]): boolean {
  const items: unknown[] = [value].flat();
  return /^[^~[\]][^[\]]*$/.test(name) && items.length > 0 &&
    items.every((item) => typeof item !== "object" && isExact(item) && !/[\ud800-\udfff]/u.test(item as string));
}

/** Writes a body. What holds more than plain JSON (dates, files, forms, streams, …) is left to `rich.ts`. */
export async function toBody(value: unknown): Promise<EncodedBody> {
  if (value === undefined) return [];
  // Some platforms' forms and blobs look like any object.
  const { FormData, Blob } = globalThis;
  let plain = ![FormData, Blob].some((type) => type && value instanceof type);
  const text = JSON.stringify(value, function (key, item) {
    // What it was before its own toJSON.
    plain &&= isExact(this[key]);
    return plain ? item : null;
  });
  return plain ? [text, "application/json"] : (await rich()).toRichBody(value);
}

function rich() {
  return import("./rich.ts").catch(unreachable);
}

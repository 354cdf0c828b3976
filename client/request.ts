/**
 * From an action's input to a query string and a body.
 *
 * @module
 */
import { PARAM_PREFIX } from "../server/contract/wire.ts";
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
    items.every((item) =>
      typeof item === "boolean" || typeof item === "string" && !/\p{Surrogate}/u.test(item) ||
      Number.isFinite(item) && !Object.is(item, -0)
    );
}

/** What JSON alone would lose, by its `Object.prototype.toString`; `encode` knows how to write it. */
const RICH = /^(Date|URL|Map|Set|\w+Array|ArrayBuffer|DataView|BigInt|Undefined)$/;

/**
 * Writes a body: JSON, in its rich form where JSON alone would lose something. What `fetch` takes as it is (forms,
 * blobs, streams) stays; an object that holds files becomes a form.
 */
export async function toBody(value: unknown): Promise<EncodedBody> {
  if (value === undefined) return [];
  // By their names: not every platform has all of these classes.
  const name = nameOf(value);
  if (/^(FormData|URLSearchParams)$/.test(name)) return [value as BodyInit];
  if (/^(Blob|File|ReadableStream)$/.test(name)) {
    return [value as BodyInit, (value as Blob).type || "application/octet-stream"];
  }
  if (name === "Object" && Object.values(value as object).flat().some((item) => item instanceof Blob)) {
    return [(await rich()).toForm(value as object)];
  }
  let isRich = false;
  const text = JSON.stringify(value, function (key, item) {
    const given = this[key];
    const lost = typeof given === "number" ? !Number.isFinite(given) || Object.is(given, -0) : RICH.test(nameOf(given));
    isRich ||= lost;
    return lost ? null : item;
  });
  return isRich ? (await rich()).toRichBody(value) : [text, "application/json"];
}

function nameOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

function rich() {
  return import("./rich.ts").catch(unreachable);
}

/**
 * From a `Response` to `{ data, error }`.
 *
 * @module
 */
import type { Failure } from "./error.ts";
import type { Result } from "./reply.ts";
import type { Envelope } from "./wire.ts";

/**
 * Reads an answer. An envelope gives its data or error; other JSON, text and bytes (as a `Blob`) are the data; no
 * content is `null`. An error status without an envelope is `ERR_BAD_RESPONSE`; so is what is not JSON, unless it is known
 * to be `ours`: proxies and single-page applications answer for servers that are not there.
 *
 * @throws when the answer breaks off, or the code that restores its rich values does not arrive.
 */
export async function readResult(response: Response, ours = true): Promise<Result<unknown, Failure>> {
  const { status, ok, headers } = response;
  const type = headers.get("content-type") ?? "";
  const json = /^application\/([^;]+\+)?json/i.test(type);
  // No content, and redirects, whose content is for people.
  const empty = /^(204|205|3..)$/.test(String(status));
  if (ok && !json && !empty && ours) {
    return { data: await (/^text/i.test(type) ? response.text() : response.blob()), error: null };
  }
  const text = await response.text();
  if (empty) return { data: null, error: null };
  const envelope = json ? await readEnvelope(text) : undefined;
  if (envelope) return envelope as Result<unknown, Failure>;
  try {
    if (ok && json) return { data: JSON.parse(text), error: null };
  } catch {
    // It says it is JSON and is not.
  }
  return failed("ERR_BAD_RESPONSE", `The server answered ${status} ${type} without an envelope`);
}

/** A result that failed. */
export function failed(code: string, message: string): Result<never, Failure> {
  return { data: null, error: { code, message, data: undefined } };
}

/**
 * Reads an answer, as text or as parsed JSON (which is restored in place). Answers undefined for anything that
 * `stringifyEnvelope` does not write: text that is not JSON, other keys, an error without code and message, a
 * malformed `meta`.
 */
export async function readEnvelope(answer: unknown): Promise<Envelope | undefined> {
  let loading: Promise<{ decode(json: unknown, meta: unknown): unknown }> | undefined;
  try {
    const { meta, ...rest } = typeof answer === "string" ? JSON.parse(answer) : answer;
    if (Object.keys(rest).sort().join() !== "data,error") return undefined;
    // What restores rich values is loaded by the first answer that has some: most pages get none.
    if (meta !== undefined) loading = import("./decode.ts");
    const { data, error } = loading ? (await loading).decode(rest, meta) as Envelope : rest;
    if (error === null || data === null && [error.code, error.message].every((text) => typeof text === "string")) {
      return { data, error };
    }
  } catch {
    // Not JSON, or nothing that has fields, or the meta of something else; but code that did not arrive is a failure.
    await loading;
  }
}

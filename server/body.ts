/**
 * Reads bodies without ever holding more than a limit allows.
 *
 * A body that breaks off, because the client went away or its framing is malformed, is the client's failure: it is
 * `ERR_BODY_PARSE`, where what the platform throws would become a masked 500 and an entry in the error log. A body that
 * somebody has read before is the application's mistake, and stays what the platform throws.
 *
 * @module
 */
import { IgniterError } from "./contract/error.ts";

/**
 * Reads a body's bytes; `undefined` when there are more than `limit`.
 *
 * With a `Content-Length` within the limit the platform's own reader is used: HTTP framing keeps a body to its length.
 * Without one (chunked, HTTP/2, in process) the bytes are counted as they come, and the rest is not read.
 */
export async function readBytes(request: Request, limit: number): Promise<Uint8Array | undefined> {
  const length = lengthOf(request);
  if (length !== undefined && length > limit) return await discard(request);
  if (length !== undefined) {
    try {
      const bytes = new Uint8Array(await request.arrayBuffer());
      return bytes.length > limit ? undefined : bytes;
    } catch (error) {
      throw brokenOff(error);
    }
  }
  if (request.body === null) return new Uint8Array();
  const reader = request.body.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    while (true) {
      const { done, value } = await reader.read();
      if (done) break;
      size += value.length;
      if (size > limit) {
        // Not awaited: a peer that never ends its body must not hold the answer back.
        reader.cancel().catch(() => {});
        return undefined;
      }
      chunks.push(value);
    }
  } catch (error) {
    throw brokenOff(error);
  }
  return chunks.length === 1 ? chunks[0] as Uint8Array : concat(chunks, size);
}

/**
 * What to throw when the platform could not read a body.
 *
 * That somebody had read it before is told by what the platform says ("already consumed", "already been read",
 * "unusable"): to ask `bodyUsed` first makes Deno give up its short way of reading, at a tenth of a request's cost.
 */
export function brokenOff(cause: unknown): unknown {
  if (cause instanceof TypeError && /\balready\b|\bunusable\b|\blocked\b|\bdisturbed\b/i.test(cause.message)) {
    return cause;
  }
  return new IgniterError("ERR_BODY_PARSE", { message: "The body broke off", cause });
}

/** Tells the platform that nobody reads on. */
function discard(request: Request): undefined {
  request.body?.cancel().catch(() => {});
  return undefined;
}

/** What `Content-Length` says; `undefined` without one. */
export function lengthOf(request: Request): number | undefined {
  const text = request.headers.get("content-length");
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function concat(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const all = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

/** A form's fields: a field that repeats has all its values, a file is a `File`. */
export interface FormFields {
  /** One field. */
  [name: string]: string | File | (string | File)[];
}

/** Reads `multipart/form-data` (RFC 7578); `undefined` when it is malformed. The fields have no prototype. */
export async function readForm(bytes: Uint8Array, type: string): Promise<FormFields | undefined> {
  let form: FormData;
  try {
    form = await new Response(bytes as BodyInit, { headers: { "content-type": type } }).formData();
  } catch {
    return undefined;
  }
  const fields: FormFields = Object.create(null);
  for (const [name, value] of form) {
    const before = fields[name];
    if (before === undefined) fields[name] = value;
    else if (Array.isArray(before)) before.push(value);
    else fields[name] = [before, value];
  }
  return fields;
}

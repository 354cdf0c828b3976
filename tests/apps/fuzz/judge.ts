/**
 * What an answer of the demo app must never be, whatever it was asked.
 *
 * @module
 */

/** An answer, read. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** Statuses that the demo app and the framework have a reason for; above all there is no 500 among them. */
const STATUSES = new Set([200, 201, 202, 204, 400, 401, 403, 404, 405, 409, 413, 415, 429]);

/** Traces of the inside: stacks, places of files, names of what it is made of. */
const LEAKS = [
  /\n\s+at /,
  /\bat (?:async )?\S+ \(/,
  /[a-z)\]]:\d+:\d+/i,
  /file:\/\//,
  /node_modules/,
  /\.(?:ts|js|mjs)\b/,
  /\/(?:work|root|home|usr|tmp)\//,
  /Zod|_zod|~standard/,
  /\b(?:Type|Range|Syntax|Reference|Eval|URI)Error\b/,
  /secret/,
  /pbkdf2/i,
];

/** Says what is wrong with an answer; `undefined` when nothing is. `sent` is what the client may get back. */
export function findFault(method: string, { status, headers, body }: Answer, sent = ""): string | undefined {
  if (!STATUSES.has(status)) return `it answered ${status}`;
  if (status === 405 && headers.get("allow") === null) return "405 without Allow";
  const shown = [...headers].map(([name, value]) => `${name}: ${value}`).join("\n") + "\n" + body;
  const leak = LEAKS.map((pattern) => pattern.exec(shown)?.[0]).find((found) => found !== undefined);
  // What a client wrote himself is no leak when it comes back: the address in a conflict, say.
  if (leak !== undefined && !sent.includes(leak)) return `it leaks ${JSON.stringify(leak)}`;
  if (method === "HEAD" || status === 204) return body === "" ? undefined : "it has a body";
  return findEnvelopeFault(status, headers, body);
}

function findEnvelopeFault(status: number, headers: Headers, body: string): string | undefined {
  if (status === 200 && headers.get("content-type") === "text/event-stream") {
    return /(^|\n)(retry|event|data|id|:)/.test(body) ? undefined : "it has no events";
  }
  if (headers.get("content-type") !== "application/json") return `its type is ${headers.get("content-type")}`;
  let envelope: unknown;
  try {
    envelope = JSON.parse(body);
  } catch {
    return "it is not JSON";
  }
  if (typeof envelope !== "object" || envelope === null) return "it is no envelope";
  const { data, error, meta: _, ...rest } = envelope as Record<string, unknown>;
  if (data === undefined || error === undefined || Object.keys(rest).length > 0) return "it is no envelope";
  if (status < 400) return error === null ? undefined : "a success has an error";
  if (data !== null) return "a failure has data";
  const { code, message } = (error ?? {}) as Record<string, unknown>;
  if (typeof code !== "string" || !/^ERR_[A-Z_]+$/.test(code)) return "the error has no code";
  if (typeof message !== "string" || message === "") return "the error has no message";
  return undefined;
}

/** A picture of what all objects inherit. */
export function snapshotPrototypes(): string {
  const prototypes = [Object.prototype, Array.prototype, Function.prototype, String.prototype, Promise.prototype];
  return prototypes.map((prototype) => Reflect.ownKeys(prototype).map(String).join(",")).join(";");
}

/**
 * Inputs: read once, coerced where they came as strings, validated, and only after the procedures have let the request
 * pass (D6).
 *
 * @module
 */
import type { ActionRecord } from "./action.ts";
import { nestQuery, parseQuery } from "./contract/parse_query.ts";
import type { WireIssue } from "./contract/reply.ts";
import { type Issue, type Schema, validate, type Validated } from "./contract/schema.ts";
import { decode } from "./contract/decode.ts";
import { RICH_MEDIA_TYPE } from "./contract/wire.ts";
import { coerceAndValidate, type CompiledSchema, compileSchema } from "./coerce.ts";
import { brokenOff, lengthOf, readBytes, readForm } from "./body.ts";
import type { MaybePromise } from "./plain.ts";
import { ReplyValue, toReplyError } from "./reply.ts";
import type { IncomingRequest } from "./request.ts";

/** One part of an input, compiled once. */
interface Part extends CompiledSchema {
  readonly schema: Schema;
}

/** How an action reads its input, compiled once. */
export interface InputPlan {
  readonly params: Part | undefined;
  readonly query: Part | undefined;
  readonly headers: Part | undefined;
  readonly body: Part | undefined;
  /** Whether the action reads a body at all. */
  readonly hasBody: boolean;
  readonly bodyLimit: number;
  readonly rawBody: boolean;
}

/** Compiles how an action reads its input; `undefined` when it reads none. */
export function compileInput(record: ActionRecord, bodyLimit: number): InputPlan | undefined {
  const { kind, params, query, headers } = record;
  if (kind === "query" && params === undefined && query === undefined && headers === undefined) return undefined;
  return {
    params: toPart(record.params),
    query: toPart(record.query),
    headers: toPart(record.headers),
    body: toPart(record.body),
    hasBody: record.kind === "mutation",
    bodyLimit: record.bodyLimit ?? bodyLimit,
    rawBody: record.rawBody,
  };
}

function toPart(schema: Schema | undefined): Part | undefined {
  return schema === undefined ? undefined : { schema, ...compileSchema(schema) };
}

/**
 * Reads the input into the request, then goes on with `go`; a refusal is the reply instead. Synchronous when there is
 * no body and the schemas are. The continuation comes in, rather than a promise going out, because each further step
 * of a promise costs a small request about a tenth of its time.
 */
export function readInput(
  plan: InputPlan,
  request: IncomingRequest,
  go: () => MaybePromise<ReplyValue>,
): MaybePromise<ReplyValue> {
  if (plan.params === undefined && plan.query === undefined && plan.headers === undefined) {
    return plan.hasBody ? readBody(plan, request, go) : go();
  }
  const query = plan.query === undefined ? undefined : validateQuery(plan.query, request);
  const params = plan.params === undefined ? undefined : validateParams(plan.params, request);
  const headers = plan.headers === undefined ? undefined : validatePart(plan.headers, request.headerFields);
  if (query instanceof Promise || params instanceof Promise || headers instanceof Promise) {
    return Promise.all([query, params, headers]).then((parts) => putParts(plan, request, go, ...parts));
  }
  return putParts(plan, request, go, query, params, headers);
}

function putParts(
  plan: InputPlan,
  request: IncomingRequest,
  go: () => MaybePromise<ReplyValue>,
  query: Validated | undefined,
  params: Validated | undefined,
  headers: Validated | undefined,
): MaybePromise<ReplyValue> {
  if (query?.issues !== undefined || params?.issues !== undefined || headers?.issues !== undefined) {
    return refuse([...params?.issues ?? [], ...query?.issues ?? [], ...headers?.issues ?? []]);
  }
  if (query !== undefined) request.query = query.value;
  if (params !== undefined) request.params = params.value;
  if (headers !== undefined) request.headerFields = headers.value;
  return plan.hasBody ? readBody(plan, request, go) : go();
}

function validatePart({ schema, coercion }: Part, raw: unknown): MaybePromise<Validated> {
  return coercion === undefined ? validate(schema, raw) : coerceAndValidate(schema, coercion, raw as never);
}

/** Values given in process have their types already; only strings from outside are coerced. */
function validateParams(part: Part, request: IncomingRequest): MaybePromise<Validated> {
  return request.given === undefined
    ? validatePart(part, request.params)
    : validate(part.schema, request.given.params ?? {});
}

function validateQuery(part: Part, request: IncomingRequest): MaybePromise<Validated> {
  if (request.given !== undefined) return validate(part.schema, request.given.query ?? {});
  const raw = request.query;
  const { richQuery } = request;
  if (richQuery !== undefined) return validate(part.schema, richQuery);
  return validatePart(part, part.facts === undefined || part.facts.nests ? nestQuery(raw as never) : raw);
}

// --- bodies

function readBody(
  plan: InputPlan,
  request: IncomingRequest,
  go: () => MaybePromise<ReplyValue>,
): MaybePromise<ReplyValue> {
  const part = plan.body;
  if (request.given === undefined) {
    const { raw } = request;
    const type = raw.headers.get("content-type");
    const media = type === null ? "" : mediaOf(type);
    const length = lengthOf(raw);
    // The common case. With a length that fits, the platform's own parser is the fastest there is.
    if (isJson(media) && !plan.rawBody && length !== undefined && length > 0 && length <= plan.bodyLimit) {
      return raw.json().then(
        (json) => orGo(putJson(request, part, media, type as string, json), go),
        (error) => {
          if (error instanceof SyntaxError) return notJson();
          throw brokenOff(error);
        },
      );
    }
    return readOther(plan, request, media, type ?? "").then((refused) => refused ?? go());
  }
  const given = plan.rawBody
    ? givenBytes(plan, request, request.given.body)
    : givenBody(request.given.body).then((body) => putBody(request, part, body));
  return given.then((refused) => refused ?? go());
}

function orGo(
  refused: MaybePromise<ReplyValue | undefined>,
  go: () => MaybePromise<ReplyValue>,
): MaybePromise<ReplyValue> {
  return refused instanceof Promise ? refused.then((reply) => reply ?? go()) : refused ?? go();
}

async function readOther(
  plan: InputPlan,
  request: IncomingRequest,
  media: string,
  type: string,
): Promise<ReplyValue | undefined> {
  const bytes = await readBytes(request.raw, plan.bodyLimit);
  return bytes === undefined ? tooLarge(plan.bodyLimit) : await takeBytes(plan, request, media, type, bytes);
}

async function takeBytes(
  plan: InputPlan,
  request: IncomingRequest,
  media: string,
  type: string,
  bytes: Uint8Array,
): Promise<ReplyValue | undefined> {
  const part = plan.body;
  if (plan.rawBody) request.rawBody = bytes;
  if (bytes.length === 0) return await putBody(request, part, NO_BODY);
  if (isJson(media)) {
    let json: unknown;
    try {
      json = JSON.parse(new TextDecoder().decode(bytes));
    } catch {
      return isUtf8(type) ? notJson() : unsupported(`JSON is read as UTF-8, not as "${type}"`);
    }
    return await putJson(request, part, media, type, json);
  }
  if (media === "multipart/form-data" || media === "application/x-www-form-urlencoded") {
    return await putForm(request, part, media, type, bytes);
  }
  return await putOther(request, part, media, type, bytes);
}

function putJson(
  request: IncomingRequest,
  part: Part | undefined,
  media: string,
  type: string,
  json: unknown,
): MaybePromise<ReplyValue | undefined> {
  if (!isUtf8(type)) return unsupported(`JSON is read as UTF-8, not as "${type}"`);
  if (media !== RICH_MEDIA_TYPE) return putBody(request, part, { raw: json, strings: false });
  let value: unknown;
  try {
    const { json: inner, meta } = json as { readonly json: unknown; readonly meta: unknown };
    value = decode(inner, meta);
  } catch {
    return fail(400, "ERR_BODY_PARSE", `The body is not valid ${RICH_MEDIA_TYPE}`);
  }
  return putBody(request, part, { raw: value, strings: false });
}

function notJson(): ReplyValue {
  return fail(400, "ERR_BODY_PARSE", "The body is not valid JSON");
}

async function putForm(
  request: IncomingRequest,
  part: Part | undefined,
  media: string,
  type: string,
  bytes: Uint8Array,
): Promise<ReplyValue | undefined> {
  if (part?.facts !== undefined && !part.facts.object) return unsupported(`The body may not be ${media}`);
  const fields = media === "multipart/form-data"
    ? await readForm(bytes, type)
    : parseQuery(new TextDecoder().decode(bytes));
  if (fields === undefined) return fail(400, "ERR_BODY_PARSE", "The body is not a valid form");
  return await putBody(request, part, { raw: fields, strings: true });
}

/** Text, and bytes as a `File`. A schema that wants an object gets neither. */
async function putOther(
  request: IncomingRequest,
  part: Part | undefined,
  media: string,
  type: string,
  bytes: Uint8Array,
): Promise<ReplyValue | undefined> {
  const text = media.startsWith("text/");
  if (text && !isUtf8(type)) return unsupported(`Text is read as UTF-8, not as "${type}"`);
  if (part?.facts !== undefined && !part.facts.text) {
    return unsupported(media === "" ? "The body has no content type" : `The body may not be ${media}`);
  }
  const raw = text ? new TextDecoder().decode(bytes) : new File([bytes as BlobPart], "body", { type: media });
  return await putBody(request, part, { raw, strings: text });
}

interface RawBody {
  readonly raw: unknown;
  /** Whether it is a string, or holds strings, to coerce: text and forms. */
  readonly strings: boolean;
}

/** In process a body whose exact bytes count is given as text or bytes, and read as the content type given says. */
async function givenBytes(plan: InputPlan, request: IncomingRequest, body: unknown): Promise<ReplyValue | undefined> {
  if (body !== undefined && typeof body !== "string" && !(body instanceof Uint8Array) && !(body instanceof Blob)) {
    throw new TypeError("Cannot read rawBody: give the body as text, a Uint8Array or a Blob");
  }
  const assumed = plan.body?.facts?.object ? "application/json" : typeof body === "string" ? "text/plain" : "";
  const type = request.headers.get("content-type") ?? assumed;
  const bytes = new Uint8Array(await new Blob(body === undefined ? [] : [body as BlobPart]).arrayBuffer());
  return await takeBytes(plan, request, mediaOf(type), type, bytes);
}

/** In process a form is read as over HTTP; anything else is a value already. */
async function givenBody(body: unknown): Promise<RawBody> {
  if (body instanceof URLSearchParams) return { raw: parseQuery(body.toString()), strings: true };
  if (!(body instanceof FormData)) return { raw: body, strings: false };
  const response = new Response(body);
  const type = response.headers.get("content-type") as string;
  return { raw: await readForm(new Uint8Array(await response.arrayBuffer()), type), strings: true };
}

const NO_BODY: RawBody = { raw: undefined, strings: false };

function putBody(
  request: IncomingRequest,
  part: Part | undefined,
  { raw, strings }: RawBody,
): MaybePromise<ReplyValue | undefined> {
  if (part === undefined) {
    request.body = raw as never;
    return undefined;
  }
  const nests = strings && typeof raw === "object" && (part.facts === undefined || part.facts.nests);
  const value = nests ? nestQuery(raw as never) : raw;
  const result = strings ? validatePart(part, value) : validate(part.schema, value);
  return result instanceof Promise
    ? result.then((valid) => takeBody(request, valid, value))
    : takeBody(request, result, value);
}

function takeBody(request: IncomingRequest, result: Validated, value: unknown): ReplyValue | undefined {
  if (result.issues !== undefined) {
    request.refusedBody = value;
    return refuse(result.issues);
  }
  request.body = result.value as never;
  return undefined;
}

// --- media types (RFC 9110)

function mediaOf(type: string): string {
  if (type === "application/json") return type;
  const end = type.indexOf(";");
  return (end < 0 ? type : type.slice(0, end)).trim().toLowerCase();
}

function isJson(media: string): boolean {
  return media === "application/json" || (media.startsWith("application/") && media.endsWith("+json"));
}

function isUtf8(type: string): boolean {
  if (type === "application/json") return true;
  const at = type.toLowerCase().indexOf("charset=");
  if (at < 0) return true;
  const charset = /^"?([^";\s]*)/.exec(type.slice(at + "charset=".length))?.[1]?.toLowerCase();
  return charset === "utf-8" || charset === "utf8" || charset === "us-ascii";
}

// --- refusals

/** The reply to an input that a schema refused. */
function refuse(issues: readonly Issue[]): ReplyValue {
  const wire: WireIssue[] = issues.map(({ path, message }) => ({
    path: path.map((key) => typeof key === "symbol" ? String(key) : key),
    message,
  }));
  return new ReplyValue("error", 400, toReplyError("ERR_VALIDATION", summary(wire), { issues: wire }), undefined);
}

function summary([first, ...others]: readonly WireIssue[]): string {
  if (first === undefined) return "The input is not valid";
  const where = first.path.length === 0 ? "" : `${first.path.join(".")}: `;
  return `${where}${first.message}${others.length === 0 ? "" : ` (and ${others.length} more)`}`;
}

function tooLarge(limit: number): ReplyValue {
  return fail(413, "ERR_BODY_TOO_LARGE", `The body is larger than ${limit} bytes`);
}

function unsupported(message: string): ReplyValue {
  return fail(415, "ERR_UNSUPPORTED_MEDIA_TYPE", message);
}

function fail(status: number, code: string, message: string): ReplyValue {
  return new ReplyValue("error", status, toReplyError(code, message, undefined), undefined);
}

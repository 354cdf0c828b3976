/**
 * `request`: the incoming request, parsed no further than somebody reads.
 *
 * @module
 */
import type { RawQuery } from "./contract/action.ts";
import type { ParamsOf, RawParams } from "./contract/path.ts";
import { IgniterError } from "./contract/error.ts";
import { parseQuery, type RawQueryObject } from "./contract/parse_query.ts";
import { createRecord } from "./contract/record.ts";
import type { Out, Schema } from "./contract/schema.ts";
import { decode } from "./contract/decode.ts";
import { encode } from "./contract/encode.ts";
import { RICH_QUERY } from "./contract/wire.ts";
import { type Cookies, createCookies } from "./cookies.ts";
import type { Answerer } from "./outgoing.ts";
import { isPlainObject } from "./plain.ts";

/** The types a handler is made for: what its author wrote beside it. */
export interface HandlerInputs {
  /** The procedures. */
  readonly use: readonly unknown[];
  /** The path. */
  readonly path: string;
  /** The schema of the query. */
  readonly query: Schema;
  /** The schema of the body. */
  readonly body: Schema;
  /** The schema of the path parameters. */
  readonly params: Schema;
  /** The schema of the headers. */
  readonly headers: Schema;
  /** The schema of what leaves. */
  readonly output: Schema;
}

/** The query a handler gets: its schema's output, raw strings without a schema. */
export type QueryOf<Q extends Schema> = unknown extends Out<Q> ? RawQuery : Out<Q>;

/** The path parameters a handler gets: its schema's output, strings without a schema. */
export type ParamsFor<Path extends string, P extends Schema> = unknown extends Out<P> ? Readonly<ParamsOf<Path>>
  : Out<P>;

/** The incoming request. */
export interface IgniterRequest<X extends HandlerInputs = HandlerInputs> {
  /** The platform's own request. Its body is consumed when the action has read it. */
  readonly raw: Request;
  /** The HTTP verb. */
  readonly method: string;
  /** The whole URL. */
  readonly url: string;
  /** The URL's path, as it was sent. */
  readonly path: string;
  /** The query string: validated in handlers, raw strings in procedures. */
  readonly query: QueryOf<X["query"]>;
  /** The path parameters: validated in handlers, raw strings in procedures. */
  readonly params: ParamsFor<X["path"], X["params"]>;
  /** The body: validated in handlers, `undefined` in procedures (it has not been read). */
  readonly body: Out<X["body"]>;
  /** The body's exact bytes, when the action sets `rawBody: true`. */
  readonly rawBody: Uint8Array | undefined;
  /** The headers. */
  readonly headers: Headers;
  /** The cookies: reads the request's, writes to the answer. */
  readonly cookies: Cookies;
  /** Aborts when the client goes away or the action's time is over. */
  readonly signal: AbortSignal;
}

/** What a call in process was given, instead of strings. */
export interface GivenInput {
  /** The query's values. */
  readonly query?: object | undefined;
  /** The path parameters' values. */
  readonly params?: object | undefined;
  /** The body. */
  readonly body?: unknown;
}

/** Where a request goes. */
export interface Target {
  /** Whether it is a HEAD request. */
  readonly headOnly?: boolean;
  /** The path, as it was sent. */
  readonly path: string;
  /** The query string without its `?`. */
  readonly search: string;
  /** The path parameters, decoded. */
  readonly params: RawParams;
  /** The query's fields where they were parsed already. */
  readonly fields?: RawQueryObject | undefined;
}

/** The request as the engine keeps it. `query`, `params` and `body` are replaced by their validated values. */
export class IncomingRequest implements IgniterRequest {
  readonly raw: Request;
  readonly path: string;
  /** The query string without its `?`. */
  readonly search: string;
  /** What a call in process was given; `undefined` for a request from outside. */
  readonly given: GivenInput | undefined;
  body: never = undefined as never;
  rawBody: Uint8Array | undefined = undefined;
  /** The body that its schema refused, for who looks on in development. Not among the fields of those that are well. */
  declare refusedBody?: unknown;
  /** The query's fields where they were parsed already. */
  readonly fields: RawQueryObject | undefined;
  /** Aborts at the action's timeout; absent without one. */
  deadline: AbortController | undefined = undefined;
  readonly #answerer: Answerer;
  #query: unknown = undefined;
  #rich: object | undefined = undefined;
  #params: unknown;
  #headerFields: unknown = undefined;
  #cookies: Cookies | undefined = undefined;
  #signal: AbortSignal | undefined = undefined;

  constructor(raw: Request, target: Target, answerer: Answerer, given?: GivenInput) {
    this.raw = raw;
    this.path = target.path;
    this.search = target.search;
    this.fields = target.fields;
    this.given = given;
    this.#params = target.params;
    this.#answerer = answerer;
  }

  get method(): string {
    return this.raw.method;
  }

  get url(): string {
    return this.raw.url;
  }

  get headers(): Headers {
    return this.raw.headers;
  }

  get query(): RawQuery {
    return (this.#query ??= this.#readQuery(this.fields ?? parseQuery(this.search))) as RawQuery;
  }

  /** Puts the validated query in place. */
  set query(value: unknown) {
    this.#query = value;
  }

  /**
   * The query's values where our client sent them whole, with their types, in one field. The raw query is then made of
   * them: a procedure must not see another query than the handler.
   */
  get richQuery(): object | undefined {
    void this.query;
    return this.#rich;
  }

  /** @throws IgniterError `ERR_BAD_REQUEST` when the field is malformed. */
  #readQuery(fields: RawQueryObject): RawQuery {
    if (!(RICH_QUERY in fields)) return fields;
    try {
      const { json, meta } = JSON.parse(String(fields[RICH_QUERY])) as {
        readonly json: unknown;
        readonly meta: unknown;
      };
      const value = meta === undefined ? json : decode(json, meta);
      if (!isPlainObject(value)) throw new TypeError("The query is no object");
      this.#rich = value;
      return toRaw(value);
    } catch (cause) {
      throw new IgniterError("ERR_BAD_REQUEST", { message: `The query field "${RICH_QUERY}" is malformed`, cause });
    }
  }

  get params(): RawParams {
    return this.#params as RawParams;
  }

  /** Puts the validated parameters in place. */
  set params(value: unknown) {
    this.#params = value;
  }

  /** The headers as a record: raw strings, or what the `headers` schema gave. */
  get headerFields(): unknown {
    return this.#headerFields ??= Object.assign(Object.create(null), Object.fromEntries(this.raw.headers));
  }

  /** Puts the validated headers in place. */
  set headerFields(value: unknown) {
    this.#headerFields = value;
  }

  get cookies(): Cookies {
    return this.#cookies ??= createCookies({
      header: () => this.raw.headers.get("cookie"),
      outgoing: (text, key) => this.#answerer.outgoing.addCookie(text, key),
      secrets: this.#answerer.cookieSecrets,
    });
  }

  /** Whether the client is gone, as far as somebody asked: on some hosts merely reading the signal costs. */
  get isAborted(): boolean {
    return this.#signal?.aborted ?? false;
  }

  get signal(): AbortSignal {
    return this.#signal ??= this.deadline === undefined
      ? this.raw.signal
      : AbortSignal.any([this.raw.signal, this.deadline.signal]);
  }
}

/**
 * What procedures see of a query that travelled whole: a text for each field, texts for a list of plain values, JSON
 * for what is nested. Linear in the query: its form as a query string may be many times as long.
 */
function toRaw(query: Record<string, unknown>): RawQuery {
  const raw = createRecord<string | string[]>();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    raw[name] = Array.isArray(value) && value.every((item) => !isNested(item)) ? value.map(toText) : toText(value);
  }
  return raw;
}

function isNested(value: unknown): boolean {
  return typeof value === "object" && value !== null && !(value instanceof Date) && !(value instanceof URL);
}

function toText(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "" : value.toISOString();
  return isNested(value) ? JSON.stringify(encode(value).json) : String(value);
}

/**
 * The types of answers: what `response.*` makes, and how data and errors are read off it.
 *
 * @module
 */
import type { Failure } from "./error.ts";

/** What a revalidation names: a key (`users.list`), several, or one query by its input. */
export type RevalidateTarget = string | readonly string[] | RevalidateQuery;

/** One query by its key and input. */
export interface RevalidateQuery {
  /** The key: `users.byId`. */
  readonly path: string;
  /** The input of the query; all its inputs when absent. */
  readonly input?: unknown;
}

/** Attributes of a cookie (RFC 6265bis). */
export interface CookieOptions {
  /** When it ends. */
  readonly expires?: Date | undefined;
  /** Seconds until it ends. */
  readonly maxAge?: number | undefined;
  /** The domain it is sent to. */
  readonly domain?: string | undefined;
  /** The path it is sent to. @default "/" */
  readonly path?: string | undefined;
  /** Only over HTTPS. */
  readonly secure?: boolean | undefined;
  /** Not readable by scripts. */
  readonly httpOnly?: boolean | undefined;
  /** Partitioned by top-level site (CHIPS). */
  readonly partitioned?: boolean | undefined;
  /** Whether it goes with cross-site requests. */
  readonly sameSite?: "Strict" | "Lax" | "None" | undefined;
}

/** What tells a cookie from another of its name. */
export type CookiePlace = Pick<CookieOptions, "path" | "domain" | "partitioned">;

/** An immutable answer. Each method gives a new one and touches only its own copy. */
export interface Reply<Data = unknown, Error = unknown, Context = unknown> {
  /** Types only: what the answer holds. */
  readonly "~reply": ReplyTypes<Data, Error>;
  /** Refreshes the named queries on every subscribed client once this reply has succeeded; `scopes` limits who hears. */
  revalidate(target: RevalidateTarget, scopes?: (context: Context) => readonly string[]): Reply<Data, Error, Context>;
  /** Sets the HTTP status. @throws RangeError when it is not 200 to 599, or no error status on an error. */
  status(code: number): Reply<Data, Error, Context>;
  /** Sets a header, in place of one of that name. */
  setHeader(name: string, value: string): Reply<Data, Error, Context>;
  /** Adds a `Set-Cookie`. */
  setCookie(name: string, value: string, options?: CookieOptions): Reply<Data, Error, Context>;
  /** Adds a `Set-Cookie` that ends the cookie; give the path and domain it was set with. */
  deleteCookie(name: string, options?: CookiePlace): Reply<Data, Error, Context>;
  /** Runs `work` after this reply was made and succeeded; what it throws is logged. */
  after(work: () => unknown): Reply<Data, Error, Context>;
}

/** Types only: what a reply holds. */
export interface ReplyTypes<Data, Error> {
  /** The data of a success. */
  readonly data: Data;
  /** The union of failures. */
  readonly error: Error;
}

/** Any reply: opaque on purpose, opened by `infer` only. */
export interface AnyReply {
  /** Types only. */
  readonly "~reply": unknown;
}

/** What `next({ … })` gives a procedure: the reply of all that follows, carrying what was added to the context. */
export interface Forwarded<Added> extends Reply<unknown, never, never> {
  /** Types only: what was added to the context. */
  readonly "~added": Added;
  /** As of a reply. */
  revalidate(target: RevalidateTarget, scopes?: (context: never) => readonly string[]): Forwarded<Added>;
  /** As of a reply. */
  status(code: number): Forwarded<Added>;
  /** As of a reply. */
  setHeader(name: string, value: string): Forwarded<Added>;
  /** As of a reply. */
  setCookie(name: string, value: string, options?: CookieOptions): Forwarded<Added>;
  /** As of a reply. */
  deleteCookie(name: string, options?: CookiePlace): Forwarded<Added>;
  /** As of a reply. */
  after(work: () => unknown): Forwarded<Added>;
}

/** The data a handler's result answers with. */
export type DataOf<R> = R extends { readonly "~reply": ReplyTypes<infer D, infer _E> } ? D
  : R extends Response ? unknown
  : R extends undefined | void ? null
  : R;

/** The failures a handler's or a procedure's result answers with. */
export type ErrorOf<R> = R extends { readonly "~reply": ReplyTypes<infer _D, infer E> } ? E : never;

/** What every call gives: data or an error, never both. */
export type Result<Data, Error> =
  | {
    /** The data. */
    readonly data: Data;
    /** Null: it succeeded. */
    readonly error: null;
  }
  | {
    /** Null: it failed. */
    readonly data: null;
    /** What failed. */
    readonly error: Error;
  };

/** Failures that any action can answer with. */
export type CommonFailure = Failure<"ERR_BAD_REQUEST" | "ERR_INTERNAL" | "ERR_UNAVAILABLE" | "ERR_TIMEOUT", undefined>;

/** What a schema refused. */
export type ValidationFailure = Failure<"ERR_VALIDATION", ValidationData>;

/** The data of `ERR_VALIDATION`. */
export interface ValidationData {
  /** Every issue that was found. */
  readonly issues: readonly WireIssue[];
}

/** One issue, as JSON carries it. */
export interface WireIssue {
  /** Where, from the root of the query, params, headers or body. */
  readonly path: readonly (string | number)[];
  /** What, for a person. */
  readonly message: string;
}

/** What a body can fail with before its schema sees it. */
export type BodyFailure = Failure<"ERR_BODY_PARSE" | "ERR_BODY_TOO_LARGE" | "ERR_UNSUPPORTED_MEDIA_TYPE", undefined>;

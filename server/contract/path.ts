/**
 * Path patterns: static segments, `:param`, a last `:param?`, a last `*`.
 *
 * @module
 */

/** The parameters that a pattern names. A `*` is the rest of the path, under the key `"*"`. */
export type ParamsOf<P extends string> = string extends P ? RawParams
  : P extends `${infer A}/${infer B}` ? ParamsOf<A> & ParamsOf<B>
  : P extends `:${infer N}?` ? { readonly [K in N]?: string }
  : P extends `:${infer N}` ? { readonly [K in N]: string }
  : P extends "*" ? { readonly "*": string }
  : unknown;

/** Path parameters before validation. */
export interface RawParams {
  /** One parameter, percent-decoded. */
  readonly [name: string]: string | undefined;
}

/** One segment of a pattern. */
export type Segment =
  | {
    /** Matches itself. */
    readonly kind: "static";
    /** The text. */
    readonly text: string;
  }
  | {
    /** Matches one segment; an optional one also none. */
    readonly kind: "param" | "optional";
    /** The parameter's name. */
    readonly name: string;
  }
  | {
    /** Matches the rest, at least one segment. */
    readonly kind: "wildcard";
    /** Always `"*"`. */
    readonly name: "*";
  };

const PARAM = /^:([A-Za-z_][A-Za-z0-9_]*)(\?)?$/;

/**
 * Parses a pattern.
 *
 * @throws TypeError when the pattern is malformed; the message names it.
 */
export function parsePath(pattern: string): readonly Segment[] {
  const seen = new Set<string>();
  const texts = pattern.split("/").filter((text) => text !== "");
  return texts.map((text, index) => {
    const segment = parseSegment(pattern, text);
    if (segment.kind === "static") return segment;
    if (seen.has(segment.name)) throw refuse(pattern, `the parameter "${segment.name}" stands in it twice`);
    seen.add(segment.name);
    if (segment.kind !== "param" && index !== texts.length - 1) {
      throw refuse(pattern, `"${text}" must be its last segment`);
    }
    return segment;
  });
}

function parseSegment(pattern: string, text: string): Segment {
  if (text === "*") return { kind: "wildcard", name: "*" };
  if (text.startsWith(":")) {
    const [, name, optional] = PARAM.exec(text) ?? [];
    if (name === undefined) throw refuse(pattern, `"${text}" is not a parameter (":name" or ":name?")`);
    return { kind: optional === undefined ? "param" : "optional", name };
  }
  if (/[*?#\s]/.test(text)) throw refuse(pattern, `"${text}" has a character that a path segment cannot have`);
  return { kind: "static", text };
}

function refuse(pattern: string, why: string): TypeError {
  return new TypeError(`Cannot use path "${pattern}": ${why}`);
}

/** A path as URL parsers write it: what needs percent-encoding has it (WHATWG URL). */
export function canonicalPath(path: string): string {
  return new URL(path, "http://localhost").pathname;
}

/** Joins parts of a path with single slashes; starts with one and ends with none, except for the root. */
export function joinPath(...parts: readonly string[]): string {
  return "/" + parts.flatMap((part) => part.split("/")).filter((text) => text !== "").join("/");
}

/**
 * Fills a pattern as a router or a schema holds it (`/users/:id`). Each value goes into its own segment, percent-encoded,
 * so `../x?y` stays one segment. It reads the pattern by itself: clients fill patterns that a router has parsed, and
 * have no need of the parser's refusals.
 *
 * @throws TypeError when a required parameter is absent or empty.
 */
export function fillPath(pattern: string, params: { readonly [name: string]: unknown }): string {
  // Behind each "/": a parameter (with "?" or without), a wildcard, or what stands for itself.
  const path = pattern.replace(/\/(?::(\w+)(\?)?|\*)(?=\/|$)/g, (_, name = "*", optional) => {
    const text = encodeURIComponent(String((Object.hasOwn(params, name) ? params[name] : undefined) ?? ""));
    if (text !== "") return "/" + (name === "*" ? text.replaceAll("%2F", "/") : text);
    if (optional !== undefined) return "";
    throw new TypeError(`Cannot build path "${pattern}": the parameter "${name}" is missing`);
  });
  return path || "/";
}

/**
 * Fills a pattern for a request that leaves the process.
 *
 * @throws TypeError when a required parameter is absent or empty, and when a segment would be `.` or `..`: no encoding
 * keeps URL parsers from removing those (WHATWG URL), and the request would go to another action.
 */
export function fillAddress(pattern: string, params: { readonly [name: string]: unknown }): string {
  const path = fillPath(pattern, params);
  if (/\/\.\.?(\/|$)/.test(path)) {
    throw new TypeError(`Cannot build path "${pattern}": "${path}" would lead elsewhere, for its "." or ".."`);
  }
  return path;
}

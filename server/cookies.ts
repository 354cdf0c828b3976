/**
 * Cookies: the request's are read, the answer's are serialised (RFC 6265bis), some are signed.
 *
 * `@std/http` writes `Set-Cookie`. Reading is ours: its `getCookies` keeps the last of two cookies of one name, where
 * browsers send the most specific first, and throws on `a=1;` and `=x`, which any client may send.
 *
 * @module
 */
import { deleteCookie, setCookie } from "@std/http/cookie";
import type { Cookie } from "@std/http/cookie";
import type { CookieOptions, CookiePlace } from "./contract/reply.ts";

/** The cookies of a request, and those that its answer will set. */
export interface Cookies {
  /** Gives a cookie's value, percent-decoded; what this request has set or deleted counts already. */
  get(name: string): string | undefined;
  /** Gives all values by name, on an object without a prototype. */
  getAll(): Readonly<Record<string, string>>;
  /**
   * Gives the value of a signed cookie; `undefined` when it is absent, was tampered with, or was signed under another
   * name or with none of the secrets.
   *
   * @throws TypeError when no secrets are configured.
   */
  getSigned(name: string): Promise<string | undefined>;
  /**
   * Sets a cookie on whatever answers, in place of an earlier one of the same name, path and domain.
   *
   * @throws TypeError when a browser would refuse or misread it; see {@link serializeCookie}.
   */
  set(name: string, value: string, options?: CookieOptions): void;
  /**
   * Signs a value with the first secret and sets it. Await it before answering. Signed is not encrypted: the client can
   * read the value.
   *
   * @throws TypeError as `set` does, and when no secrets are configured.
   */
  setSigned(name: string, value: string, options?: CookieOptions): Promise<void>;
  /**
   * Ends a cookie; give the path and domain it was set with.
   *
   * @throws TypeError when the name, path or domain cannot be a cookie's.
   */
  delete(name: string, options?: CookiePlace): void;
}

/** What {@link createCookies} reads from and writes to. */
export interface CookiesOptions {
  /** Gives the request's `Cookie` header; called at most once, when a cookie is first read. */
  readonly header: () => string | null;
  /**
   * Receives each `Set-Cookie` value. A browser takes a later text of the same `key` in place of the earlier one, so
   * keep one text per key; see {@link cookieKey}.
   */
  readonly outgoing: (setCookie: string, key: string) => void;
  /** Secrets of signed cookies: the first signs, each verifies. Empty when there are none. */
  readonly secrets: readonly string[];
}

/** Makes the cookies of one request. Nothing is parsed before a cookie is read. */
export function createCookies(options: CookiesOptions): Cookies {
  return new RequestCookies(options);
}

class RequestCookies implements Cookies {
  readonly #options: CookiesOptions;
  #received: ReadonlyMap<string, string> | undefined;
  /** What this request set; `undefined` is deleted. */
  #changed: Map<string, string | undefined> | undefined;

  constructor(options: CookiesOptions) {
    this.#options = options;
  }

  get(name: string): string | undefined {
    if (this.#changed?.has(name)) return this.#changed.get(name);
    return this.#parsed().get(name);
  }

  getAll(): Readonly<Record<string, string>> {
    const all: Record<string, string> = Object.create(null);
    for (const [name, value] of this.#parsed()) all[name] = value;
    for (const [name, value] of this.#changed ?? []) {
      if (value === undefined) delete all[name];
      else all[name] = value;
    }
    return all;
  }

  async getSigned(name: string): Promise<string | undefined> {
    const { secrets } = this.#options;
    if (secrets.length === 0) throw withoutSecrets("verify", name);
    const signed = this.get(name);
    return signed === undefined ? undefined : await verifyCookie(name, signed, secrets);
  }

  set(name: string, value: string, options: CookieOptions = {}): void {
    this.#options.outgoing(serializeCookie(name, value, options), cookieKey(name, options));
    // `maxAge: 0` ends a cookie, so the rest of the request must not see it.
    this.#change(name, options.maxAge === 0 ? undefined : value);
  }

  async setSigned(name: string, value: string, options: CookieOptions = {}): Promise<void> {
    const [secret] = this.#options.secrets;
    if (secret === undefined) throw withoutSecrets("sign", name);
    this.set(name, await signCookie(name, value, secret), options);
  }

  delete(name: string, options: CookiePlace = {}): void {
    this.#options.outgoing(serializeDeletion(name, options), cookieKey(name, options));
    this.#change(name, undefined);
  }

  #parsed(): ReadonlyMap<string, string> {
    return this.#received ??= parseCookies(this.#options.header());
  }

  #change(name: string, value: string | undefined): void {
    (this.#changed ??= new Map()).set(name, value);
  }
}

function withoutSecrets(action: string, name: string): TypeError {
  return refusal(action, name, "there are no secrets, give them with .config({ cookieSecrets })");
}

/**
 * Reads a `Cookie` header. Values are percent-decoded, one pair of double quotes is stripped, and a value that is not
 * valid percent-encoding stays as it came. Of two cookies with one name the first counts: browsers send the one with
 * the longest path first. Pairs without a name are skipped. Never throws.
 */
export function parseCookies(header: string | null): ReadonlyMap<string, string> {
  const cookies = new Map<string, string>();
  if (header === null) return cookies;
  let start = 0;
  let equals = header.indexOf("=");
  while (start < header.length && equals !== -1) {
    let end = header.indexOf(";", start);
    if (end === -1) end = header.length;
    if (equals < end) {
      const name = header.slice(start, equals).trim();
      if (name !== "" && !cookies.has(name)) cookies.set(name, decode(header.slice(equals + 1, end).trim()));
    }
    start = end + 1;
    // Only once it is passed: to look for it at each pair would be quadratic in a header of semicolons.
    if (equals < start) equals = header.indexOf("=", start);
  }
  return cookies;
}

function decode(raw: string): string {
  const value = raw.length >= 2 && raw.startsWith('"') && raw.endsWith('"') ? raw.slice(1, -1) : raw;
  if (!value.includes("%")) return value;
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/**
 * Serialises a cookie as the value of a `Set-Cookie` header. The value is percent-encoded, the path is `/` unless given.
 *
 * Nothing is mended in silence. What a browser would drop, cut or read otherwise is refused: a name that is no token; a
 * path or domain with `;`, a control or a non-ASCII character; a path that does not begin with `/`; a `maxAge` that is
 * no whole number from 0; an invalid date; `SameSite=None` or `Partitioned` without `secure`; names beginning with
 * `__Secure` without `secure`, or with `__Host` without `secure`, with a domain or another path than `/`.
 *
 * @throws TypeError for all of these.
 */
export function serializeCookie(name: string, value: string, options: CookieOptions = {}): string {
  const { expires, maxAge, domain, path = "/", secure, httpOnly, partitioned, sameSite } = options;
  if (typeof value !== "string") throw refusal("set", name, "its value is not a string");
  if (!value.isWellFormed()) throw refusal("set", name, "its value holds a lone surrogate, which UTF-8 cannot carry");
  checkPlace("set", name, path, domain);
  const cookie: Cookie = { name, value: encodeURIComponent(value), path };
  if (domain !== undefined) cookie.domain = domain;
  if (secure) cookie.secure = true;
  if (httpOnly) cookie.httpOnly = true;
  if (expires !== undefined) {
    // Browsers ignore an Expires before 1601 or with a year of five digits: the cookie would live for the session.
    const year = expires.getUTCFullYear();
    if (!(year >= 1601 && year <= 9999)) throw refusal("set", name, "expires is not a date of the years 1601 to 9999");
    cookie.expires = expires;
  }
  if (maxAge !== undefined) {
    if (!Number.isSafeInteger(maxAge) || maxAge < 0) {
      throw refusal("set", name, `maxAge is ${maxAge}, not a whole number of seconds from 0`);
    }
    cookie.maxAge = maxAge;
  }
  if (sameSite !== undefined) {
    if (sameSite !== "Strict" && sameSite !== "Lax" && sameSite !== "None") {
      throw refusal("set", name, "sameSite is not Strict, Lax or None");
    }
    if (sameSite === "None" && !secure) throw refusal("set", name, 'sameSite "None" needs secure: true');
    cookie.sameSite = sameSite;
  }
  if (partitioned) {
    if (!secure) throw refusal("set", name, "partitioned needs secure: true");
    cookie.partitioned = true;
  }
  if (!secure && needsSecure(name)) throw refusal("set", name, "a name with its prefix needs secure: true");
  const headers = new Headers();
  setCookie(headers, cookie);
  return headers.get("set-cookie")!;
}

/**
 * Serialises the end of a cookie as the value of a `Set-Cookie` header; the path is `/` unless given. Names with the
 * prefix `__Host-` or `__Secure-` are sent with `Secure`, without which browsers ignore it.
 *
 * @throws TypeError when the name, path or domain cannot be a cookie's.
 */
export function serializeDeletion(name: string, options: CookiePlace = {}): string {
  const { path = "/", domain, partitioned } = options;
  checkPlace("delete", name, path, domain);
  const headers = new Headers();
  deleteCookie(headers, name, {
    path,
    ...(domain === undefined ? undefined : { domain }),
    ...(needsSecure(name) || partitioned === true ? { secure: true } : undefined),
    ...(partitioned === true ? { partitioned } : undefined),
  });
  return headers.get("set-cookie")!;
}

/**
 * Names the cookie that a `Set-Cookie` writes: two with one key are the same cookie to a browser, so that the later
 * replaces the earlier (name, path, domain, and whether it is partitioned).
 */
export function cookieKey(
  name: string,
  options: CookiePlace = {},
): string {
  const { path = "/", domain = "", partitioned } = options;
  // None of the parts can hold ";". Browsers ignore a leading dot and the case of the domain.
  return `${name};${path};${domain.replace(/^\./, "").toLowerCase()}${partitioned ? ";partitioned" : ""}`;
}

/** The {@link cookieKey} of a `Set-Cookie` value that somebody else wrote. */
export function keyOfSetCookie(text: string): string {
  const [pair = "", ...attributes] = text.split(";");
  const name = pair.slice(0, Math.max(0, pair.indexOf("="))).trim();
  const found = new Map(attributes.map((attribute) => {
    const [key = "", value = ""] = attribute.split("=");
    return [key.trim().toLowerCase(), value.trim()];
  }));
  return cookieKey(name, {
    path: found.get("path") || "/",
    domain: found.get("domain") ?? "",
    partitioned: found.has("partitioned"),
  });
}

/** `token` of RFC 9110, as RFC 6265bis wants a name. */
const TOKEN = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;
/** `path-value` of RFC 6265bis that browsers honour: they ignore one that does not begin with a slash. */
const PATH = /^\/[\x20-\x3a\x3c-\x7e]*$/;
const DOMAIN = /^\.?[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?$/;
// Without the hyphen: for any name that begins so, the library would set Secure and drop the domain by itself. Without
// regard to case: browsers compare prefixes so.
const HOST_PREFIX = /^__host/i;
const PREFIX = /^__(?:host|secure)/i;

function checkPlace(action: string, name: string, path: string, domain: string | undefined): void {
  if (!TOKEN.test(name)) throw refusal(action, name, "its name is not a token (letters, digits, !#$%&'*+-.^_`|~)");
  if (!PATH.test(path)) throw refusal(action, name, "its path is not printable ASCII that begins with / and has no ;");
  if (domain !== undefined && !DOMAIN.test(domain)) throw refusal(action, name, "its domain is not an ASCII host name");
  if (!HOST_PREFIX.test(name)) return;
  if (path !== "/") throw refusal(action, name, 'a name with its prefix needs the path "/"');
  if (domain !== undefined) throw refusal(action, name, "a name with its prefix must not have a domain");
}

function needsSecure(name: string): boolean {
  return PREFIX.test(name);
}

/** Names are quoted as JSON, so that a refused one cannot write lines into a log. */
function refusal(action: string, name: string, what: string): TypeError {
  return new TypeError(`Cannot ${action} cookie ${JSON.stringify(name)}: ${what}`);
}

// --- signing
//
// A signed value is `value.signature`: HMAC-SHA-256, base64url, over the length of the name, the name and the value. The
// name is in it so that the value of one cookie is worth nothing in another; its length, so that no two pairs of name
// and value give one text. The signature has no dot: the last dot ends the value, whatever the value holds.

/** HMAC-SHA-256 keys shorter than its output weaken it (RFC 2104, 3). */
const SECRET_LENGTH = 32;

/**
 * Refuses secrets that cannot sign.
 *
 * @throws TypeError when there is none, or one has fewer than 32 characters.
 */
export function checkCookieSecrets(secrets: readonly string[]): void {
  if (secrets.length === 0) throw new TypeError("Cannot use cookie secrets: there are none");
  for (const secret of secrets) checkSecret(secret);
}

function checkSecret(secret: string): void {
  if (typeof secret === "string" && secret.length >= SECRET_LENGTH) return;
  throw new TypeError(`Cannot use cookie secret: it has fewer than ${SECRET_LENGTH} characters`);
}

/**
 * Signs a value for one cookie name (HMAC-SHA-256).
 *
 * @throws TypeError when the secret has fewer than 32 characters, the name is no token, or the value is no Unicode text.
 */
export async function signCookie(name: string, value: string, secret: string): Promise<string> {
  checkSecret(secret);
  if (!TOKEN.test(name)) throw refusal("sign", name, "its name is not a token");
  // UTF-8 makes all lone surrogates one character: two values would share a signature.
  if (!value.isWellFormed()) throw refusal("sign", name, "its value holds a lone surrogate, which UTF-8 cannot carry");
  const signature = await crypto.subtle.sign("HMAC", await importKey(secret, "sign"), messageOf(name, value));
  return `${value}.${toBase64Url(new Uint8Array(signature))}`;
}

/**
 * Gives the value of what {@link signCookie} made, `undefined` when the signature is not one of this name and value
 * with any of the secrets. Compares in constant time.
 *
 * @throws TypeError when there are no secrets or one has fewer than 32 characters.
 */
export async function verifyCookie(
  name: string,
  signed: string,
  secrets: readonly string[],
): Promise<string | undefined> {
  checkCookieSecrets(secrets);
  const dot = signed.lastIndexOf(".");
  if (dot === -1 || !signed.isWellFormed()) return undefined;
  const signature = fromBase64Url(signed.slice(dot + 1));
  if (signature === undefined) return undefined;
  const value = signed.slice(0, dot);
  const message = messageOf(name, value);
  for (const secret of secrets) {
    if (await crypto.subtle.verify("HMAC", await importKey(secret, "verify"), signature, message)) return value;
  }
  return undefined;
}

function importKey(secret: string, usage: "sign" | "verify"): Promise<CryptoKey> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  return crypto.subtle.importKey("raw", new TextEncoder().encode(secret), algorithm, false, [usage]);
}

function messageOf(name: string, value: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${name.length}:${name}${value}`);
}

function toBase64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Refuses all but the one spelling: the last of 43 characters has two bits that decoding ignores. */
function fromBase64Url(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[A-Za-z0-9_-]{43}$/.test(text)) return undefined;
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
  return toBase64Url(bytes) === text ? bytes : undefined;
}

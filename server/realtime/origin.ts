/**
 * Which pages may connect. A browser sends a page's cookies along to other sites, so a page of another site could listen
 * in its visitor's name. Such a connection is refused unless its origin is allowed; those that are allowed get what
 * CORS (Fetch standard, 3.2) needs.
 *
 * @module
 */

/** What to think of a request's origin. */
export interface OriginVerdict {
  /** Whether it comes from elsewhere with credentials that the browser added by itself. */
  readonly refused: boolean;
  /** Headers of the answer, whatever it is. */
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** Judges where a request comes from. */
export function judgeOrigin({ url, headers }: Request, allowed: ReadonlySet<string>): OriginVerdict {
  const origin = headers.get("origin");
  if (origin !== null && allowed.has(origin)) {
    return {
      refused: false,
      headers: [
        ["access-control-allow-origin", origin],
        ["access-control-allow-credentials", "true"],
        ["vary", "Origin"],
      ],
    };
  }
  const vary = allowed.size > 0 ? [["vary", "Origin"]] as const : [];
  return { refused: isForeign(url, origin, headers.get("sec-fetch-site")) && hasCredentials(headers), headers: vary };
}

/** Headers by which a browser may send the request that it asked for (CORS preflight); none where it may not. */
export function preflightHeaders(
  { headers }: Request,
  allowed: ReadonlySet<string>,
): readonly (readonly [name: string, value: string])[] {
  const origin = headers.get("origin");
  if (origin === null || !allowed.has(origin)) return [];
  return [
    ["access-control-allow-origin", origin],
    ["access-control-allow-credentials", "true"],
    ["access-control-allow-methods", "GET"],
    ["access-control-allow-headers", headers.get("access-control-request-headers") ?? ""],
    ["access-control-max-age", "600"],
    ["vary", "Origin, Access-Control-Request-Headers"],
  ];
}

/**
 * Whether a page of another origin sent it. Browsers say so themselves where they can (`Sec-Fetch-Site`, which no page can
 * forge). Else hosts are compared, without the scheme: behind a proxy that ends TLS it is not what the page's was.
 */
function isForeign(url: string, origin: string | null, site: string | null): boolean {
  if (site !== null) return site !== "same-origin" && site !== "none";
  if (origin === null) return false;
  return !URL.canParse(origin) || new URL(origin).host !== new URL(url).host;
}

/** Whether it has what browsers add by themselves. */
function hasCredentials(headers: Headers): boolean {
  return headers.has("cookie") || /^basic /i.test(headers.get("authorization") ?? "");
}

/**
 * What every adapter takes for a router, and which paths are its own.
 *
 * @module
 */

/** What a host needs of a router: any object with a `handler`. */
export interface WebRouter {
  /** Answers a request. The router's own never rejects. */
  readonly handler: (request: Request) => Response | Promise<Response>;
  /** The path under which the router answers. @default every path is the router's */
  readonly basePath?: string;
  /** Ends what would otherwise stay open: live streams and subscriptions. */
  close?(): Promise<void>;
}

/** Makes the test whether a path is the router's: its `basePath` itself, or whole segments below it. */
export function ownsPath(router: WebRouter): (pathname: string) => boolean {
  const segments = (router.basePath ?? "").split("/").filter((segment) => segment !== "");
  if (segments.length === 0) return () => true;
  const base = `/${segments.join("/")}`;
  return (pathname) =>
    pathname.startsWith(base) && (pathname.length === base.length || pathname.charCodeAt(base.length) === SLASH);
}

const SLASH = 47;

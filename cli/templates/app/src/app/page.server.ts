import type { PageFiles } from "./page.bundle.ts";

/** Nothing from elsewhere is loaded, sent to or shown, and no other site can show the page in a frame. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

/** Answers requests for the page and its files; whatever has another path is not there. */
export function createPageHandler(files: PageFiles): (request: Request) => Response {
  return ({ method, url }) => {
    const { pathname } = new URL(url);
    const path = pathname === "/" ? "/index.html" : pathname;
    const file = files.get(path);
    if (file === undefined) return new Response("Not found\n", { status: 404 });
    if (method !== "GET" && method !== "HEAD") {
      return new Response(null, { status: 405, headers: { allow: "GET, HEAD" } });
    }
    // Deno leaves the body out of what answers HEAD.
    return new Response(file.body, {
      headers: {
        "content-type": file.type,
        // The page names its files by their content, so they never change; the page itself does.
        "cache-control": path === "/index.html" ? "no-cache" : "public, max-age=31536000, immutable",
        "content-security-policy": CONTENT_SECURITY_POLICY,
        "referrer-policy": "same-origin",
        "x-content-type-options": "nosniff",
      },
    });
  };
}

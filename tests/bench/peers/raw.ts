/**
 * Hand-written routing and zod, no framework: what the work itself costs.
 *
 * @module
 */
import * as work from "../work.ts";

const headers = { "content-type": "application/json" };

function json(value: unknown, status = 200): Response {
  return new Response(JSON.stringify(value), { status, headers });
}

function notFound(): Response {
  return new Response(null, { status: 404 });
}

function split(url: string): { path: string; search: string } {
  const start = url.indexOf("/", 8);
  const mark = url.indexOf("?", start);
  return mark < 0
    ? { path: url.slice(start), search: "" }
    : { path: url.slice(start, mark), search: url.slice(mark + 1) };
}

function decode(text: string): string {
  return text.includes("%") || text.includes("+") ? decodeURIComponent(text.replaceAll("+", " ")) : text;
}

/** URLSearchParams would cost more than the rest of this peer. */
function fields(search: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (let start = 0; start < search.length;) {
    let end = search.indexOf("&", start);
    if (end < 0) end = search.length;
    const equals = search.indexOf("=", start);
    if (equals >= 0 && equals < end) {
      found[decode(search.slice(start, equals))] = decode(search.slice(equals + 1, end));
    }
    start = end + 1;
  }
  return found;
}

async function create(request: Request): Promise<Response> {
  const parsed = work.newUser.safeParse(await request.json());
  return parsed.success ? json(work.createUser(parsed.data), 201) : json({ issues: parsed.error.issues }, 400);
}

function find(id: string, search: string, more?: object): Response {
  const parsed = work.pageQuery.safeParse(fields(search));
  if (!parsed.success) return json({ issues: parsed.error.issues }, 400);
  const user = work.findUser(id, parsed.data.page);
  return json(more === undefined ? user : { ...user, ...more });
}

function steps(id: string, search: string, request: Request): Response {
  const first = work.identify(request.headers);
  const second = { ...first, ...work.authenticate(request.headers) };
  const context = { ...second, ...work.authorize(second) };
  const { requestId, session, canRead } = context;
  return find(id, search, { requestId, userId: session.userId, canRead });
}

export const peer: work.Peer = {
  prefix: "",
  unwrap: (answer) => answer,
  small: () => (request) => {
    const { path, search } = split(request.url);
    if (request.method === "POST") return path === "/users" ? create(request) : notFound();
    if (request.method !== "GET") return notFound();
    if (path === "/hello") return json({ hello: "world" });
    if (path.startsWith("/users/")) return find(path.slice(7), search);
    if (path.startsWith("/steps/users/")) return steps(path.slice(13), search, request);
    return notFound();
  },
  large: () => {
    const routes = new Map<string, (id: string) => Response>();
    for (let c = 0; c < work.controllers; c++) {
      for (let a = 0; a < work.actions; a++) routes.set(`/c${c}/a${a}`, (id) => json({ c, a, id }));
    }
    return (request) => {
      const { path } = split(request.url);
      const slash = path.lastIndexOf("/");
      return routes.get(path.slice(0, slash))?.(path.slice(slash + 1)) ?? notFound();
    };
  },
};

/**
 * A request, as `igniter dev` is told of it.
 *
 * @module
 */
import { parsePath } from "../contract/path.ts";
import { RPC_SEGMENT } from "../contract/wire.ts";
import type { Exchange } from "../dispatch.ts";
import { isPlainObject } from "../plain.ts";
import type { DevRequestEvent } from "../ports/dev_feed.ts";
import type { DevDesk } from "./desk.ts";
import { isSecretName, redact, REDACTED, redactSearch } from "./redact.ts";

/** Begins to watch a request; what it gives is called with the answer. */
export function watchRequest(
  desk: DevDesk,
  raw: Request,
): (exchange: Exchange | undefined, response: Response) => void {
  const at = Date.now();
  const start = performance.now();
  return (exchange, response) => {
    const ms = performance.now() - start;
    const failure = response.status < 400 ? undefined : readFailure(response);
    const told = (async (): Promise<void> => {
      const error = await failure;
      // What an event connection asks for stands in its topics, and may hold the tickets of jobs.
      const hasNone = exchange === undefined || exchange.plan?.connect !== undefined;
      const input = hasNone ? undefined : toInput(exchange);
      const thrown = exchange?.thrown;
      desk.tell({
        kind: "request",
        id: desk.nextId(),
        at,
        method: raw.method,
        path: pathOf(raw, exchange),
        ...(exchange?.plan === undefined ? undefined : { key: exchange.plan.key }),
        status: response.status,
        ms,
        ...(input === undefined ? undefined : { input }),
        ...(error === undefined ? undefined : { error: { ...error, ...stackOf(thrown) } }),
      });
    })();
    // An input's getter may throw: what is shown of a request must not become its failure.
    told.catch(() => {});
  };
}

function toInput(exchange: Exchange): DevRequestEvent["input"] {
  const { request } = exchange;
  const query = read(() => request.query);
  const params = read(() => request.params);
  const body = request.body ?? request.refusedBody;
  const input = {
    ...(isEmpty(query) ? undefined : { query: redact(query) }),
    ...(isEmpty(params) ? undefined : { params: redact(params) }),
    ...(isEmpty(body) ? undefined : { body: redact(body) }),
  };
  return isEmpty(input) ? undefined : input;
}

/** A malformed query throws when it is read. */
function read(get: () => unknown): unknown {
  try {
    return get();
  } catch {
    return undefined;
  }
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (isPlainObject(value) && Object.keys(value).length === 0);
}

/** What the client was told, read from a copy. */
async function readFailure(response: Response): Promise<DevRequestEvent["error"]> {
  // Deno 2.9's clone() of a response whose headers nobody has looked at has none.
  if (response.headers.get("content-type") !== "application/json" || response.body === null) return undefined;
  const answer: unknown = await response.clone().json().catch(() => null);
  const error = (answer as { readonly error?: unknown } | null)?.error as Record<string, unknown> | null | undefined;
  if (typeof error?.["code"] !== "string") return undefined;
  const { code, message, data } = error;
  return { code, message: String(message), ...(data === undefined ? undefined : { data: redact(data) }) };
}

function stackOf(thrown: unknown): { readonly stack?: string } {
  if (!(thrown instanceof Error) || thrown.stack === undefined) return {};
  const { cause } = thrown;
  const because = cause instanceof Error && cause.stack !== undefined ? `\nCaused by: ${cause.stack}` : "";
  return { stack: thrown.stack + because };
}

/** Path and query as they were sent, without secrets in either. */
function pathOf(raw: Request, exchange: Exchange | undefined): string {
  const { pathname, search } = new URL(raw.url);
  const plan = exchange?.plan;
  const path = plan === undefined ? pathname : redactPath(pathname, plan.pattern);
  if (search === "") return path;
  return `${path}?${plan?.connect === undefined ? redactSearch(search.slice(1)) : "…"}`;
}

/** `/resets/:token` hides its token in the path as well. At its RPC address a parameter is a field of the query. */
function redactPath(path: string, pattern: string): string {
  if (path.includes(`/${RPC_SEGMENT}/`)) return path;
  const parts = parsePath(pattern);
  return path.split("/").map((segment, index) => {
    const part = parts[index - 1];
    return part?.kind === "param" || part?.kind === "optional" ? hideIn(part.name, segment) : segment;
  }).join("/");
}

function hideIn(name: string, segment: string): string {
  return isSecretName(name) ? REDACTED : segment;
}

/**
 * The program that loads a project's router and prints what it says of itself. It runs in a process of its own, in the
 * project's folder and with the project's configuration, from its text alone: it imports types and the project.
 *
 * @module
 */
import type { DocumentRequest, Inspection, InspectionAnswer, InspectionRequest, RouteInfo } from "./inspection.ts";

/** A router's engine, as far as is read here. */
interface Engine {
  readonly base: string;
  readonly plans: Iterable<Plan>;
  readonly app: {
    readonly features: Readonly<Record<string, unknown>>;
    readonly plugins: { readonly records: readonly (readonly [key: string, record: unknown])[] };
  };
}

interface Plan {
  readonly key: string;
  readonly pattern: string;
  readonly plugin?: string;
  readonly steps: readonly { readonly name?: string }[];
  readonly record: Readonly<Record<string, unknown>> & { readonly method: string; readonly kind: "query" | "mutation" };
}

const PARTS = ["query", "params", "headers", "body", "output", "events"];

const request: InspectionRequest = JSON.parse(Deno.args[0] ?? "");
// Before the project is loaded: no worker of its begins (server/jobs/producer.ts).
Reflect.set(globalThis, Symbol.for("igniter.inspect"), true);
// The answer is a line among what the project prints; a connection that is refused later must not end the process.
for (const event of ["error", "unhandledrejection"]) addEventListener(event, (failure) => failure.preventDefault());
const answer: InspectionAnswer = await inspect().then(
  (inspection) => ({ ok: true, inspection }),
  (error: unknown) =>
    error instanceof Error
      ? { ok: false, reason: error.message, ...(error.stack === undefined ? {} : { stack: error.stack }) }
      : { ok: false, reason: String(error) },
);
await Deno.stdout.write(new TextEncoder().encode(`\n${request.mark}${JSON.stringify(answer)}\n`));
// Timers and sockets of the project would hold the process.
Deno.exit(0);

async function inspect(): Promise<Inspection> {
  const router = findRouter(await import(request.module));
  const engine: Engine = Reflect.get(router, "~engine");
  const { features, plugins } = engine.app;
  return {
    basePath: engine.base || "/",
    routes: [...engine.plans].map(toRoute),
    features: [
      // Every application has it.
      ...Object.keys(features).filter((name) => name !== "realtime"),
      ...plugins.records.map(([key]) => `plugin:${key}`),
    ],
    ...(request.document === undefined ? {} : { document: await makeDocument(router, request.document) }),
  };
}

/** The export that is called AppRouter, else the only one that is a router. */
function findRouter(module: Readonly<Record<string, unknown>>): object {
  const routers = new Map<unknown, string>();
  for (const [name, value] of Object.entries(module)) {
    const isObject = (typeof value === "object" || typeof value === "function") && value !== null;
    if (isObject && Reflect.get(value, "~engine") !== undefined) routers.set(value, name);
  }
  const [only, second] = [...routers.keys()];
  const found = routers.get(module["AppRouter"]) === undefined && second === undefined ? only : module["AppRouter"];
  if (found !== undefined && routers.has(found)) return found as object;
  throw new Error(
    routers.size === 0
      ? "it exports no router"
      : `it exports several routers, and none of them is called AppRouter: ${[...routers.values()].join(", ")}`,
  );
}

function toRoute({ key, pattern, plugin, steps, record }: Plan): RouteInfo {
  const { description, deprecated } = record;
  return {
    method: record.method,
    path: pattern,
    key,
    kind: record["stream"] === true ? "stream" : record.kind,
    procedures: steps.map(({ name }) => name ?? "(no name)"),
    schemas: PARTS.filter((part) => record[part] !== undefined),
    ...(typeof description === "string" ? { description } : {}),
    ...(plugin === undefined ? {} : { plugin }),
    ...(deprecated === true ? { deprecated } : {}),
  };
}

async function makeDocument(
  router: object,
  { module, name, options }: DocumentRequest,
): Promise<Record<string, unknown>> {
  const make: unknown = (await import(module))[name];
  if (typeof make !== "function") throw new Error(`the project's ${module} has no ${name}()`);
  return await make(router, ...(options === undefined ? [] : [options]));
}

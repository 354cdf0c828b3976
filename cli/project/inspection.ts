/**
 * What a router says of itself to commands: what the process that loads it sends to the one that asked.
 *
 * @module
 */

/** One action. */
export interface RouteInfo {
  /** Its method: GET, POST. */
  readonly method: string;
  /** Its path's pattern, the base path included. */
  readonly path: string;
  /** Its name for callers and clients: `users.byId`. */
  readonly key: string;
  /** What it is: a stream is a query that stays open. */
  readonly kind: "query" | "mutation" | "stream";
  /** The procedures that run before it, in this order. */
  readonly procedures: readonly string[];
  /** Which of its parts have a schema: query, params, headers, body, output, events. */
  readonly schemas: readonly string[];
  /** What its author says of it. */
  readonly description?: string;
  /** The plugin whose route it is. */
  readonly plugin?: string;
  /** Whether it is on its way out. */
  readonly deprecated?: boolean;
}

/** A router and the application behind it. */
export interface Inspection {
  /** The path of all routes. */
  readonly basePath: string;
  /** The actions, in the order of their controllers. */
  readonly routes: readonly RouteInfo[];
  /** What the application has enabled: "store", "jobs", "plugin:mail". */
  readonly features: readonly string[];
  /** What `toClientSchema()` or `toOpenAPI()` made, when it was asked for. */
  readonly document?: Readonly<Record<string, unknown>>;
}

/** A function that makes a document of a router: `toClientSchema`. */
export interface DocumentRequest {
  /** The module that exports it, as the project names it: `@igniter-js/core`. */
  readonly module: string;
  /** Its name there. */
  readonly name: string;
  /** What it gets beside the router. */
  readonly options?: Readonly<Record<string, unknown>>;
}

/** What is asked for. */
export interface InspectionRequest {
  /** The URL of the module that exports the router. */
  readonly module: string;
  /** What marks the answer's line among everything that the project prints. */
  readonly mark: string;
  /** What to make of the router beside the list of its actions: a function of the project's own Igniter. */
  readonly document?: DocumentRequest;
}

/** The answer: an inspection, or why there is none. */
export type InspectionAnswer =
  | { readonly ok: true; readonly inspection: Inspection }
  | { readonly ok: false; readonly reason: string; readonly stack?: string };

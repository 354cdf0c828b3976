/**
 * `igniter generate schema` and `openapi`: documents that the project's own Igniter makes of its router.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { CliError } from "../errors.ts";
import { print, printError } from "../output.ts";
import { isRecord } from "../project/config.ts";
import { findProject, findRouterFile } from "../project/find.ts";
import { inspectRouter } from "../project/inspect.ts";
import type { DocumentRequest } from "../project/inspection.ts";
import { formatSource } from "./format.ts";

/** What a schema's file begins with: such a file may be written anew. */
const MARK = "// Written by `igniter generate schema`.";

/** A kind of document. */
export interface DocumentKind {
  /** What makes it. */
  readonly request: DocumentRequest;
  /** The file it is written to, seen from the router's folder or the project's. */
  readonly file: { readonly name: string; readonly beside: "router" | "project" };
  /** What it is written in. */
  readonly language: "ts" | "json";
  /** Writes it down. */
  readonly toText: (document: Readonly<Record<string, unknown>>) => string;
  /** Tells whether a file holds such a document, which may be overwritten. */
  readonly isOwn: (text: string) => boolean;
}

/** The schema of clients: method and path of each action. */
export const CLIENT_SCHEMA: DocumentKind = {
  request: { module: "@igniter-js/core", name: "toClientSchema" },
  file: { name: "igniter.schema.ts", beside: "router" },
  language: "ts",
  toText: toSchemaSource,
  isOwn: (text) => text.startsWith(MARK),
};

/** The OpenAPI document, with what its author says beyond what the router knows. */
export function toOpenAPIKind(options: Readonly<Record<string, unknown>>): DocumentKind {
  return {
    request: { module: "@igniter-js/core", name: "toOpenAPI", options },
    file: { name: "openapi.json", beside: "project" },
    language: "json",
    toText: (document) => JSON.stringify(document, null, 2) + "\n",
    isOwn: isOpenAPI,
  };
}

/** What to do with a document. */
export interface DocumentOptions {
  /** The file that exports the router. */
  readonly router?: string | undefined;
  /** The file to write, "-" for the standard output. */
  readonly out?: string | undefined;
  /** Whether to write nothing, and fail when the file is not up to date. */
  readonly check?: boolean | undefined;
  /** Whether a file that is no such document may be overwritten. */
  readonly force?: boolean | undefined;
}

/** Makes a document of the project's router, and writes it. @throws CliError when it cannot. */
export async function writeDocument(kind: DocumentKind, options: DocumentOptions): Promise<void> {
  const folder = Deno.cwd();
  const project = findProject(folder);
  const router = findRouterFile(project, folder, options.router);
  const { document = {} } = await inspectRouter(project, { router, document: kind.request });
  const { name, beside } = kind.file;
  const file = resolve(options.out ?? resolve(beside === "router" ? dirname(router) : project.root, name));
  const text = kind.toText(document);
  const formatted = project.runtime === "deno" ? await formatSource(text, project.root, kind.language) : text;
  if (options.out === "-") return print(formatted.trimEnd());

  const shown = relative(folder, file);
  const before = existsSync(file) ? Deno.readTextFileSync(file) : undefined;
  if (options.check) {
    if (before === formatted) return printError(`${shown} is up to date.`);
    throw new CliError(`Cannot go on: ${shown} is ${before === undefined ? "missing" : "not up to date"}`, {
      hint: "The same command without --check writes it.",
    });
  }
  if (before !== undefined && before !== "" && !kind.isOwn(before) && !options.force) {
    throw new CliError(`Cannot write ${shown}: it is there already, and holds something else`, {
      hint: "--force overwrites it.",
    });
  }
  Deno.mkdirSync(dirname(file), { recursive: true });
  Deno.writeTextFileSync(file, formatted);
  printError(`${shown} was ${before === undefined ? "written" : before === formatted ? "up to date" : "updated"}.`);
}

function isOpenAPI(text: string): boolean {
  try {
    return typeof JSON.parse(text)["openapi"] === "string";
  } catch {
    // No JSON, so somebody else's file.
    return false;
  }
}

/** The source of a client schema. */
export function toSchemaSource(document: Readonly<Record<string, unknown>>): string {
  const { routes } = document;
  if (!isRecord(routes)) throw new CliError("Cannot write the schema: the project's Igniter gave none");
  const lines = Object.entries(routes).map(([key, route]) => `    ${JSON.stringify(key)}: ${toTuple(route)},`);
  return [
    `${MARK} Do it again when a path changes; \`--check\` tells whether it did.`,
    `import type { ClientSchema } from "@igniter-js/core";`,
    "",
    "/** Method and path of each action: `createIgniterClient({ router: () => AppRouterSchema })` calls them there. */",
    "export const AppRouterSchema: ClientSchema = {",
    "  routes: {",
    ...lines,
    "  },",
    "};",
    "",
  ].join("\n");
}

function toTuple(route: unknown): string {
  return `[${(route as readonly unknown[]).map((part) => JSON.stringify(part)).join(", ")}]`;
}

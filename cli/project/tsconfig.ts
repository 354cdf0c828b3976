/**
 * The aliases of a project on Node: `paths` in its `tsconfig.json`, as an import map.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { isRecord, parseJsonc } from "./config.ts";

/** An import map. */
export interface ImportMap {
  /** Where each name, or each name with this beginning, leads. */
  readonly imports: Readonly<Record<string, string>>;
}

/** Reads the aliases; `undefined` for none. Of several places for one alias the first counts. */
export function readAliases(root: string): ImportMap | undefined {
  const path = join(root, "tsconfig.json");
  if (!existsSync(path)) return undefined;
  const options = parseJsonc(Deno.readTextFileSync(path), path)["compilerOptions"];
  return isRecord(options) ? toAliases(options, root) : undefined;
}

/** Turns `compilerOptions` into an import map. */
export function toAliases(options: Readonly<Record<string, unknown>>, root: string): ImportMap | undefined {
  const { paths, baseUrl } = options;
  if (!isRecord(paths)) return undefined;
  const base = resolve(root, typeof baseUrl === "string" ? baseUrl : ".");
  const imports: Record<string, string> = {};
  for (const [alias, places] of Object.entries(paths)) {
    const place: unknown = Array.isArray(places) ? places[0] : undefined;
    if (typeof place !== "string" || alias.endsWith("*") !== place.endsWith("*")) continue;
    const target = pathToFileURL(resolve(base, place.replace(/\*$/, ""))).href;
    imports[alias.replace(/\*$/, "")] = place.endsWith("*") && !target.endsWith("/") ? `${target}/` : target;
  }
  return Object.keys(imports).length === 0 ? undefined : { imports };
}

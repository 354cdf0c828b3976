/**
 * The package.json of the tarball.
 *
 * @module
 */
import type { EmittedImport } from "./emitted.ts";

/** A package.json as `deno pack` writes it. */
export interface PackedManifest {
  readonly name: string;
  readonly version: string;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

/** A package.json as npm gets it. */
export interface Manifest extends PackedManifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional: true }>>;
}

/** Ranges that `deno.json` cannot say: a JSR package names one version of what its user brings along. */
const WIDER: Readonly<Record<string, string>> = { react: "^18.0.0 || ^19.0.0" };

/**
 * Completes the manifest. What the command line needs is installed; all else belongs to one entry each (the client,
 * a driver), so whoever uses that entry brings it along, in the version that his application has.
 */
export function toManifest(
  packed: PackedManifest,
  imports: Readonly<Record<string, string>>,
  emitted: readonly EmittedImport[],
): Manifest {
  const dependencies: Record<string, string> = {};
  const peerDependencies: Record<string, string> = {};
  for (const { file, specifier } of emitted) {
    if (/^\.|^node:/.test(specifier)) continue;
    const name = /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier;
    const range = /^npm:(?:@[^/]+\/)?[^@/]+@(.+)$/.exec(imports[name] ?? "")?.[1];
    if (range === undefined) throw new Error(`Cannot publish ${file} on npm: deno.json has no npm range for ${name}`);
    if (file.startsWith("cli/")) dependencies[name] = range;
    else peerDependencies[name] = WIDER[name] ?? range;
  }
  for (const name of Object.keys(dependencies)) delete peerDependencies[name];
  return {
    ...packed,
    exports: { ...packed.exports, "./package.json": "./package.json" },
    dependencies,
    peerDependencies,
    peerDependenciesMeta: Object.fromEntries(Object.keys(peerDependencies).map((name) => [name, { optional: true }])),
    engines: { node: ">=20" },
    sideEffects: false,
  };
}

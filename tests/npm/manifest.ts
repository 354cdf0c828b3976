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

/**
 * What applications bring along for one entry or another, in the version that they have; all else is installed. Where a
 * range stands here, `deno.json` cannot say it: a JSR package names one version.
 */
const PEERS: Readonly<Record<string, string | undefined>> = {
  "react": "^18.0.0 || ^19.0.0",
  // Older ones do not say by a function whether they run on a server.
  "@tanstack/react-query": "^5.91.2",
  "ioredis": undefined,
  "bullmq": undefined,
  "@opentelemetry/api": undefined,
};

/** Completes the manifest by what the files import. */
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
    if (name in PEERS) peerDependencies[name] = PEERS[name] ?? range;
    else dependencies[name] = range;
  }
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

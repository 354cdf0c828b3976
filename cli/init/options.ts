/**
 * What somebody chooses for a new project.
 *
 * @module
 */
import type { DatabaseName } from "./databases.ts";
import type { FeatureName } from "./features.ts";

/** The frameworks that a project can stand on. */
export type FrameworkName = "deno" | "nextjs" | "fresh" | "express" | "hono";

/** A checkout of Igniter that the project uses instead of the published package. */
export interface LinkedCheckout {
  /** Its folder, absolute. */
  readonly path: string;
  /** The folders of the packages that stand in for others there, absolute. */
  readonly links: readonly string[];
}

/** Everything that decides what is written. */
export interface InitOptions {
  /** The project's name: the last part of its folder, as package names are written. */
  readonly name: string;
  /** What serves the application. */
  readonly framework: FrameworkName;
  /** The features of Igniter that it uses. */
  readonly features: readonly FeatureName[];
  /** What keeps its tables. */
  readonly database: DatabaseName;
  /** Whether it is given a Dockerfile and a docker-compose.yml. */
  readonly docker: boolean;
  /** Whether it becomes a git repository. */
  readonly git: boolean;
  /** Whether its packages are installed. */
  readonly install: boolean;
  /** The version of Igniter. */
  readonly version: string;
  /** Signs cookies on this machine: it is written to `.env`, which git ignores. */
  readonly cookieSecret: string;
  /** A checkout to use; `undefined` for the published package. */
  readonly link: LinkedCheckout | undefined;
}

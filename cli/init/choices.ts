/**
 * What was chosen, looked up.
 *
 * @module
 */
import type { DatabaseChoice } from "./databases.ts";
import type { Feature } from "./features.ts";
import type { Framework } from "./frameworks/framework.ts";
import type { InitOptions } from "./options.ts";

/** The choices. */
export interface Choices {
  /** As they were made. */
  readonly options: InitOptions;
  /** What serves. */
  readonly framework: Framework;
  /** What keeps the tables. */
  readonly database: DatabaseChoice;
  /** The features that were chosen. */
  readonly features: readonly Feature[];
}

/** Tells whether a feature was chosen. */
export function has({ features }: Choices, name: Feature["name"]): boolean {
  return features.some((feature) => feature.name === name);
}

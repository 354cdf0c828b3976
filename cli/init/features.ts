/**
 * The features of Igniter that a project can do without. The demo app has them all; an entry says what goes when its
 * feature is not chosen. Adding a feature is adding an entry.
 *
 * @module
 */
import type { Removal } from "./edits.ts";
import { jobs } from "./features/jobs.ts";
import { realtime } from "./features/realtime.ts";
import { store } from "./features/store.ts";

/** The names of the features. */
export type FeatureName = "store" | "jobs" | "realtime";

/** A feature. */
export interface Feature {
  /** Its name on the command line. */
  readonly name: FeatureName;
  /** Its name for people. */
  readonly title: string;
  /** One line that helps to choose. */
  readonly hint: string;
  /** What goes when it is not chosen. */
  readonly without: Removal;
  /** Packages that the npm package of Igniter needs for it beside itself: names and ranges. Deno finds them by itself. */
  readonly packages: Readonly<Record<string, string>>;
  /** Entries of `imports` that a Deno project needs for it: names and specifiers. */
  readonly imports: Readonly<Record<string, string>>;
  /** Whether it uses the Redis that REDIS_URL names. */
  readonly usesRedis: boolean;
}

/** Every feature, in the order in which people are asked. */
export const FEATURES: readonly Feature[] = [store, jobs, realtime];

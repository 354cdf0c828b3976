/**
 * What generating comes to: files to write, files to change, and what else there is to say.
 *
 * @module
 */

/** A file with its text. The path is seen from the project's folder. */
export interface PlannedFile {
  /** Its path. */
  readonly path: string;
  /** Its whole text. */
  readonly text: string;
}

/** A plan. Nothing of it is done yet. */
export interface GeneratePlan {
  /** Files that are not there yet. */
  readonly files: readonly PlannedFile[];
  /** Files that are there, with the text they shall have. */
  readonly edits: readonly PlannedFile[];
  /** What to know afterwards. */
  readonly notes: readonly string[];
}

/** What plans are made of: a project's sources. */
export interface Sources {
  /** The folder of the sources, seen from the project's, with a slash at its end: `src/`, or nothing. */
  readonly base: string;
  /** The router's file, seen from the project's folder. */
  readonly router: string;
  /** How the project's relative imports end: `.ts`, or nothing. */
  readonly ending: ".ts" | "";
  /** Who runs the project's tests: none are written for others than Deno. */
  readonly runtime: "deno" | "node";
  /** Whether the sources may import `@std/assert`. */
  readonly hasAssert: boolean;
  /** Gives a file's text, `undefined` where there is none. */
  read(path: string): string | undefined;
}

/**
 * What a framework says about itself, so that a project can stand on it. Adding one: an entry of this shape in a file of
 * its own, a name in `options.ts` and a line in `frameworks.ts`.
 *
 * The project's sources are the demo app, `cli/templates/app`, without `omit`, with `files` added or put in the place of
 * those of the same path, and `edits` made. The edits of databases and features hold for the demo app's files: one that
 * the framework leaves out or replaces is none of theirs, and `without` says what goes there instead.
 *
 * @module
 */
import type { Variable } from "../databases.ts";
import type { Edit, Removal, Texts } from "../edits.ts";
import type { FeatureName } from "../features.ts";
import type { FrameworkName, InitOptions } from "../options.ts";

/** A program that is run in the project's folder once its files are written. */
export interface PlannedCommand {
  /** What it does, as a person is told: "Installing packages". */
  readonly title: string;
  /** The program and its arguments. */
  readonly argv: readonly [program: string, ...args: string[]];
}

/** Command lines that a person types in the project's folder. */
export interface CommandLines {
  /** Runs the application while one works on it. */
  readonly dev: string;
  /** Runs it in production. */
  readonly start: string;
  /** Runs the tests. */
  readonly test: string;
  /** Checks the types. */
  readonly check: string;
  /** Everything that must hold before a commit. */
  readonly ok: string;
  /** Runs the command `igniter`, where the project has it. */
  readonly igniter?: string;
}

/** A place in the project, for its README. */
export type Place = readonly [path: string, what: string];

/** A framework. */
export interface Framework {
  /** Its name on the command line. */
  readonly name: FrameworkName;
  /** Its name for people. */
  readonly title: string;
  /** One line that helps to choose. */
  readonly hint: string;
  /** Files of the demo app that it has no use for. A path that ends with `/` is a folder. */
  readonly omit: readonly string[];
  /** Files of its own. */
  readonly files: Texts;
  /** Changes to files of the demo app. */
  readonly edits: readonly Edit[];
  /** What goes of its own files when a feature is not chosen. */
  readonly without: Readonly<Partial<Record<FeatureName, Removal>>>;
  /** Files that are made for the choices: `deno.json` or `package.json`, `Dockerfile` when docker is chosen, … */
  configure(options: InitOptions): Texts;
  /** What installs the packages; none when installing is not wanted is the plan's business. */
  install(options: InitOptions): readonly PlannedCommand[];
  /** How it is run and checked. */
  readonly lines: CommandLines;
  /** What its server reads from the environment. */
  readonly variables: readonly Variable[];
  /** Files that it writes and git is to ignore, beside those that every project ignores. */
  readonly ignored: readonly string[];
  /** Its own files, for the README and AGENTS.md. */
  readonly places: readonly Place[];
  /** What the README says about serving, in Markdown, below the heading; without a heading of its own. */
  readonly serving: string;
}

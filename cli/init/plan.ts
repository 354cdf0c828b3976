/**
 * What `igniter init` is going to do, as data: no disk is read, nothing is run.
 *
 * @module
 */
import { DATABASES } from "./databases.ts";
import { writeDocuments } from "./documents.ts";
import { FEATURES } from "./features.ts";
import { FRAMEWORKS } from "./frameworks.ts";
import type { PlannedCommand } from "./frameworks/framework.ts";
import type { InitOptions } from "./options.ts";
import { makeSources } from "./sources.ts";

/** A file to write. */
export interface PlannedFile {
  /** Its path in the project, with `/`. */
  readonly path: string;
  /** What it says. */
  readonly text: string;
  /** Whether one that is there already stays as it is: it may hold what exists nowhere else. */
  readonly keep: boolean;
}

/** What is going to happen. */
export interface Plan {
  /** The files, sorted by path. */
  readonly files: readonly PlannedFile[];
  /** What is run in the project's folder when they are written, in order. */
  readonly commands: readonly PlannedCommand[];
  /** Command lines that come next, in the project's folder. */
  readonly next: readonly string[];
}

/** Plans a project. @throws TypeError for a name that is none, or when the template does not have what it should. */
export function planInit(options: InitOptions): Plan {
  const framework = find(FRAMEWORKS, "framework", options.framework);
  const database = find(DATABASES, "database", options.database);
  const features = options.features.map((name) => find(FEATURES, "feature", name));
  const absent = FEATURES.filter((feature) => !features.includes(feature));

  const texts = {
    ...makeSources({ framework, database, absent }),
    ...framework.configure(options),
    ...writeDocuments({ options, framework, database, features }),
  };
  const files = Object.entries(texts).map(([path, text]) => ({ path, text, keep: path === ".env" }));
  return {
    files: files.sort((one, other) => one.path < other.path ? -1 : 1),
    commands: [...(options.install ? framework.install(options) : []), ...(options.git ? GIT : [])],
    next: [
      ...(options.install ? [] : framework.install(options).map(({ argv }) => argv.join(" "))),
      ...(options.docker && database.name === "postgres" ? ["docker compose up -d"] : []),
      framework.lines.dev,
    ],
  };
}

const GIT: readonly PlannedCommand[] = [
  { title: "Beginning a git repository", argv: ["git", "init", "--quiet"] },
];

function find<T extends { readonly name: string }>(choices: readonly T[], what: string, name: string): T {
  const choice = choices.find((one) => one.name === name);
  if (choice === undefined) throw new TypeError(`Cannot plan a project: there is no ${what} "${name}"`);
  return choice;
}

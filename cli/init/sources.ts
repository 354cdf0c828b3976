/**
 * The sources of a project: the demo app with the framework's and the database's files in place, and without the features
 * that were not chosen.
 *
 * @module
 */
import app from "../templates/app.json" with { type: "json" };
import type { DatabaseChoice } from "./databases.ts";
import { applyEdits, type Edit, isAmong, omit, type Removal, type Texts } from "./edits.ts";
import type { Feature } from "./features.ts";
import type { Framework } from "./frameworks/framework.ts";

/** The choices that decide. */
export interface SourceChoices {
  /** What serves. */
  readonly framework: Framework;
  /** What keeps the tables. */
  readonly database: DatabaseChoice;
  /** What was not chosen. */
  readonly absent: readonly Feature[];
}

/** Makes the sources. @throws TypeError when an edit does not match the template. */
export function makeSources({ framework, database, absent }: SourceChoices): Texts {
  const removals = absent.map(({ without }) => without);
  const own = absent.flatMap(({ name }) => framework.without[name] ?? []);

  const isFrameworks = (path: string) => isAmong(path, [...framework.omit, ...Object.keys(framework.files)]);
  const isReplaced = (path: string) =>
    isFrameworks(path) || isAmong(path, [...database.omit, ...Object.keys(database.files)]);

  let texts: Texts = omit(app, [...framework.omit, ...database.omit]);
  texts = applyEdits(texts, [...framework.edits, ...database.edits.filter(({ path }) => !isFrameworks(path))]);
  texts = { ...texts, ...database.files, ...framework.files };
  // Whoever replaces a file or leaves it out says what becomes of it; nobody else's edits hold there.
  texts = remove(texts, withoutPaths(removals, isReplaced));
  return remove(texts, own);
}

/** A removal has no business in what somebody has replaced. */
function withoutPaths(removals: readonly Removal[], isOut: (path: string) => boolean): Removal[] {
  return removals.map(({ files, edits }) => ({
    files: files.filter((file) => !isOut(file)),
    edits: edits.filter(({ path }) => !isOut(path)),
  }));
}

function remove(texts: Texts, removals: readonly Removal[]): Texts {
  const gone = removals.flatMap(({ files }) => files);
  // One feature's edits in a file that another one took along are done with it.
  const edits: Edit[] = removals.flatMap((removal) => removal.edits).filter(({ path }) => !isAmong(path, gone));
  return applyEdits(omit(texts, gone), edits);
}

/**
 * Exact changes to texts. The application that is written is the one that is tested, so what is not chosen is taken out
 * of it by the very text; a text that is not there once and only once is a mistake in the template.
 *
 * @module
 */

/** Texts by path, from the project's folder, with `/`. */
export type Texts = Readonly<Record<string, string>>;

/** A change to one text. */
export interface Edit {
  /** The file. */
  readonly path: string;
  /** What stands there, exactly once. */
  readonly find: string;
  /** What takes its place. */
  readonly replace: string;
}

/** What goes when something is not chosen. */
export interface Removal {
  /** The files that go. A path that ends with `/` is a folder. */
  readonly files: readonly string[];
  /** What changes in the files that stay. */
  readonly edits: readonly Edit[];
}

/** Makes the edits of one file by pairs of what is found and what replaces it. */
export function editsOf(path: string, pairs: readonly (readonly [find: string, replace: string])[]): Edit[] {
  return pairs.map(([find, replace]) => ({ path, find, replace }));
}

/** Tells whether a path is one of the files, or below one of the folders. */
export function isAmong(path: string, files: readonly string[]): boolean {
  return files.some((file) => file.endsWith("/") ? path.startsWith(file) : path === file);
}

/** Gives the texts without some files. @throws TypeError for a file that is not there. */
export function omit(texts: Texts, files: readonly string[]): Texts {
  for (const file of files) {
    if (!Object.keys(texts).some((path) => isAmong(path, [file]))) {
      throw new TypeError(`Cannot leave out ${file}: the template has no such file`);
    }
  }
  return Object.fromEntries(Object.entries(texts).filter(([path]) => !isAmong(path, files)));
}

/** Gives the texts with changes made. @throws TypeError for a text that is not there exactly once. */
export function applyEdits(texts: Texts, edits: readonly Edit[]): Texts {
  const changed: Record<string, string> = { ...texts };
  for (const { path, find, replace } of edits) {
    const text = changed[path];
    if (text === undefined) throw new TypeError(`Cannot edit ${path}: the template has no such file`);
    const parts = text.split(find);
    if (parts.length !== 2) {
      throw new TypeError(`Cannot edit ${path}: ${parts.length - 1} places read ${JSON.stringify(find)}`);
    }
    changed[path] = parts.join(replace);
  }
  return changed;
}

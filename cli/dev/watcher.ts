/**
 * Watches a project's folder.
 *
 * Each folder is watched by itself, without what is ignored: watching recursively would take a system's watches for all
 * of `node_modules`, and time to set them.
 *
 * @module
 */
import { join, relative, sep } from "node:path";
import { isWatchedFile, isWatchedFolder } from "./watched.ts";

/** Milliseconds of quiet after which changes are told: editors write several files, and each several times. */
const QUIET = 25;
/** Milliseconds after which changes are told even though there is no quiet. */
const IMPATIENCE = 500;

/** Watches until it is closed; tells of changed files, by their paths below the folder. */
export function watchProject(root: string, onChange: (files: readonly string[]) => void): { close(): void } {
  const changed = new Set<string>();
  /** Folders that came to be, and are not watched yet. */
  const grown = new Set<string>();
  const retired = new Set<Deno.FsWatcher>();
  let first = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let closing: ReturnType<typeof setTimeout> | undefined;
  let watcher = open();
  return {
    close: () => {
      clearTimeout(timer);
      clearTimeout(closing);
      watcher.close();
      closeRetired();
    },
  };

  function open(): Deno.FsWatcher {
    const made = Deno.watchFs([...foldersBelow(root)], { recursive: false });
    void follow(made);
    return made;
  }

  async function follow(events: Deno.FsWatcher): Promise<void> {
    for await (const { kind, paths } of events) {
      // Deno reads files when it starts: that is no change.
      if (kind === "access") continue;
      for (const path of paths) {
        const name = toName(path);
        if (isWatchedFile(name)) note(changed, name);
        else if (kind !== "modify" && name.split("/").every(isWatchedFolder) && isFolder(path)) note(grown, path);
      }
    }
  }

  function note(set: Set<string>, what: string): void {
    const now = Date.now();
    if (changed.size + grown.size === 0) first = now;
    set.add(what);
    clearTimeout(timer);
    timer = setTimeout(tell, Math.min(QUIET, Math.max(0, first + IMPATIENCE - now)));
  }

  function tell(): void {
    if (grown.size > 0) {
      // The old one goes on for as long as the new one may take to begin; what both see is one change.
      retired.add(watcher);
      watcher = open();
      const folders = [...grown];
      grown.clear();
      // What was written into them before they were watched.
      for (const file of folders.flatMap((folder) => [...filesBelow(folder)])) {
        if (isWatchedFile(toName(file))) changed.add(toName(file));
      }
      closeLater();
    }
    const files = [...changed].sort();
    changed.clear();
    if (files.length > 0) onChange(files);
  }

  function closeLater(): void {
    clearTimeout(closing);
    closing = setTimeout(closeRetired, IMPATIENCE);
  }

  function closeRetired(): void {
    for (const old of retired) old.close();
    retired.clear();
  }

  function toName(path: string): string {
    return relative(root, path).replaceAll(sep, "/");
  }
}

function* foldersBelow(folder: string): Generator<string> {
  yield folder;
  for (const { name, isDirectory } of entriesOf(folder)) {
    if (isDirectory && isWatchedFolder(name)) yield* foldersBelow(join(folder, name));
  }
}

function* filesBelow(folder: string): Generator<string> {
  for (const at of foldersBelow(folder)) {
    for (const { name, isFile } of entriesOf(at)) {
      if (isFile) yield join(at, name);
    }
  }
}

/** A folder that is removed while it is read has no entries any more. */
function entriesOf(folder: string): Deno.DirEntry[] {
  try {
    return [...Deno.readDirSync(folder)];
  } catch {
    return [];
  }
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}

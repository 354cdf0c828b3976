/**
 * Which files of a project matter: those that an application may be made of, and neither what it writes itself nor what
 * editors leave beside them.
 *
 * @module
 */

const IGNORED_FOLDERS: ReadonlySet<string> = new Set([
  "node_modules",
  "dist",
  "build",
  "out",
  "coverage",
  "_fresh",
  "vendor",
]);

/** Written by package managers, and by Deno itself when it starts. */
const IGNORED_FILES: ReadonlySet<string> = new Set(["package-lock.json", "next-env.d.ts"]);

const MATTERS =
  /(^|[^.])\.([mc]?[jt]sx?|jsonc?|css|scss|sass|less|html?|svg|ya?ml|toml|graphql|gql|sql|wasm)$|(^|\.)env(\.[\w-]+)*$/;

/** Tells whether what is below a folder of this name is looked at. Folders with a dot are tools' (.git, .next, .igniter). */
export function isWatchedFolder(name: string): boolean {
  return !name.startsWith(".") && !IGNORED_FOLDERS.has(name);
}

/** Tells whether a change of a file matters, by its path below the project's folder, with slashes. */
export function isWatchedFile(path: string): boolean {
  const parts = path.split("/");
  const name = parts.pop() ?? "";
  if (!parts.every(isWatchedFolder) || IGNORED_FILES.has(name)) return false;
  // `.#x.ts` is Emacs' lock, `.x.ts.swp` and `4913` are Vim's, `x.ts~` is anybody's copy.
  if (name.startsWith(".") && !/^\.env(\.[\w-]+)*$/.test(name)) return false;
  return MATTERS.test(name) && !/\.env\.example$/.test(name);
}

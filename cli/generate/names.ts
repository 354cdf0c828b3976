/**
 * The names of a feature, made of one that is written in any case, in the singular or the plural.
 *
 * @module
 */
import { pluralize, singularize } from "inflection";
import { CliError } from "../errors.ts";

/** What a feature's parts are called. For "blog posts": */
export interface Names {
  /** `blogPost`: the first part of `blogPostController`. */
  readonly one: string;
  /** `blogPosts`: the controller's key, and what the context has. */
  readonly many: string;
  /** `BlogPost`: the type. */
  readonly type: string;
  /** `blog-post`: folder and files. */
  readonly file: string;
  /** `blog-posts`: the path. */
  readonly path: string;
  /** `blog post`: in sentences. */
  readonly text: string;
  /** `blog posts`. */
  readonly texts: string;
}

/** Words that no variable may be called. */
const RESERVED = new Set(
  ("await break case catch class const continue debugger default delete do else enum export extends false finally for " +
    "function if implements import in instanceof interface let new null package private protected public return static " +
    "super switch this throw true try typeof var void while with yield arguments eval igniter").split(" "),
);

/** Globals that what is generated uses: a type of such a name would hide them. */
const GLOBALS = new Set(["Date", "Map", "Math", "Promise"]);

/**
 * Makes the names. `plural` is for words whose plural is another than one would think; then `name` is the singular.
 *
 * @throws CliError when it is no name.
 */
export function toNames(name: string, plural?: string): Names {
  const words = toWords(name);
  const [last = ""] = words.slice(-1);
  const start = words.slice(0, -1);
  const one = plural === undefined ? [...start, singularize(last)] : words;
  const type = one.map(capitalize).join("");
  const many = plural === undefined ? [...start, pluralize(singularize(last))] : toWords(plural);
  return {
    one: toIdentifier(one),
    many: toIdentifier(many),
    type: GLOBALS.has(type) ? `${type}Item` : type,
    file: one.join("-"),
    path: many.join("-"),
    text: one.join(" "),
    texts: many.join(" "),
  };
}

/** Names for what is called as it is called, without a plural: a job or a procedure. @throws CliError when it is no name. */
export function toPlainNames(name: string): Names {
  return toNames(name, name);
}

/** Puts "a" or "an" before a noun, by its first letter. */
export function withArticle(noun: string): string {
  return `${/^[aeiou]/.test(noun) ? "an" : "a"} ${noun}`;
}

/** Makes a word begin with a capital. */
export function capitalize(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** Splits at blanks, dashes, underscores, dots, and where the case changes: "HTTPServer2" is http, server2. */
function toWords(name: string): string[] {
  const parted = name.replace(/([a-z0-9])([A-Z])/g, "$1 $2").replace(/([A-Z]+)([A-Z][a-z])/g, "$1 $2");
  const words = parted.toLowerCase().split(/[\s\-_.]+/).filter((word) => word !== "");
  if (words.length > 0 && /^[a-z][a-z0-9 ]*$/.test(words.join(" "))) return words;
  throw new CliError(`Cannot name anything "${name}": a name has letters and digits, and begins with a letter`, {
    exitCode: 2,
  });
}

function toIdentifier(words: readonly string[]): string {
  const identifier = words.map((word, at) => at === 0 ? word : capitalize(word)).join("");
  if (!RESERVED.has(identifier)) return identifier;
  throw new CliError(`Cannot name anything "${identifier}": it is a word of the language`, { exitCode: 2 });
}

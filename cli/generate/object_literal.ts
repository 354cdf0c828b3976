/**
 * Finds object literals in a source, and adds entries to them, without changing anything else of it.
 *
 * A source is read by its masked text: as long as itself, with blanks where comments and the insides of strings are. So
 * what looks like code in there is not mistaken for it.
 *
 * @module
 */

/** An object literal in a source. */
export interface ObjectLiteral {
  /** Where its `{` is. */
  readonly open: number;
  /** Where its `}` is. */
  readonly close: number;
  /** Its entries by key, with where their values begin and end. */
  readonly entries: ReadonlyMap<string, readonly [start: number, end: number]>;
}

/** Finds the only object literal that begins where `before` ends. `undefined` when there is none, or several. */
export function findObject(source: string, before: RegExp, within: readonly [number, number] = [0, source.length]):
  | ObjectLiteral
  | undefined {
  const masked = maskSource(source);
  const pattern = new RegExp(`(?:${before.source})\\s*\\{`, "g");
  const found = [...masked.slice(within[0], within[1]).matchAll(pattern)];
  const [match, second] = found;
  if (match === undefined || second !== undefined) return undefined;
  return readObject(source, masked, within[0] + match.index + match[0].length - 1);
}

/** Adds an entry at the end of an object, as its lines are laid out. */
export function addEntry(source: string, { open, close }: ObjectLiteral, entry: string): string {
  const masked = maskSource(source);
  const inside = masked.slice(open + 1, close);
  const end = open + 1 + inside.trimEnd().length;
  const comma = inside.trim() === "" || inside.trimEnd().endsWith(",") ? "" : ",";
  const line = source.lastIndexOf("\n", close);
  // The brace stands in the line of the last entry, or of the object's beginning.
  if (line < end) {
    const rest = source.slice(end, close).trim();
    return `${source.slice(0, end)}${comma} ${entry} ${rest === "" ? "" : `${rest} `}${source.slice(close)}`;
  }
  const last = /(?:^|\n)([ \t]*)\S[^\n]*$/.exec(source.slice(0, end));
  const indent = inside.trim() === "" ? `${/[ \t]*$/.exec(source.slice(0, close))?.[0] ?? ""}  ` : last?.[1] ?? "";
  // Comments behind the last entry stay with it.
  return `${source.slice(0, end)}${comma}${source.slice(end, line)}\n${indent}${entry},${source.slice(line)}`;
}

/** Blanks out comments and the insides of strings. Offsets stay what they are. */
export function maskSource(source: string): string {
  const pattern = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/g;
  return source.replace(pattern, (text) => {
    const isComment = text.startsWith("/");
    const blank = text.replace(/[^\n]/g, " ");
    return isComment ? blank : text.charAt(0) + blank.slice(1, -1) + text.charAt(0);
  });
}

function readObject(source: string, masked: string, open: number): ObjectLiteral | undefined {
  const entries = new Map<string, readonly [number, number]>();
  let depth = 0;
  let start = open + 1;
  for (let at = open; at < masked.length; at++) {
    const letter = masked.charAt(at);
    if ("{[(".includes(letter)) depth++;
    if ("}])".includes(letter)) depth--;
    if (!(depth === 0 || (depth === 1 && letter === ","))) continue;
    const entry = readEntry(source, masked, start, at);
    if (entry === undefined && masked.slice(start, at).trim() !== "") return undefined;
    if (entry !== undefined) entries.set(entry.key, entry.value);
    if (depth === 0) return { open, close: at, entries };
    start = at + 1;
  }
  return undefined;
}

/** `key: value`, or `key` by itself. Spreads and computed keys are none: what they add cannot be seen. */
function readEntry(source: string, masked: string, start: number, end: number) {
  const text = masked.slice(start, end);
  const at = start + text.length - text.trimStart().length;
  const name = /^(?:[\w$]+|"[^"]*"|'[^']*')/.exec(masked.slice(at, end))?.[0] ?? "";
  const after = masked.slice(at + name.length, end).trim();
  if (name === "" || (after !== "" && !after.startsWith(":"))) return undefined;
  const key = source.slice(at, at + name.length).replace(/^["']|["']$/g, "");
  return { key, value: [after === "" ? at : masked.indexOf(":", at + name.length) + 1, end] as const };
}

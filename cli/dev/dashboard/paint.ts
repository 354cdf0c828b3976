/**
 * Lines of exactly so many cells, in colours that can be read on light and dark grounds.
 *
 * Only the terminal's own colours are used, and few: no white, black, yellow or grey, which vanish on one ground or the
 * other. With NO_COLOR weight and inversion stay: they are no colours.
 *
 * @module
 */
import { clip, widthOf, wrap } from "./text.ts";

/** How a piece of text looks. */
export type Look = "bold" | "faint" | "inverse" | "good" | "warning" | "bad";

/** A piece of a line: clean text. */
export interface Span {
  /** Without control codes. */
  readonly text: string;
  /** Plain when absent. */
  readonly look?: Look | undefined;
}

/** What is shown in one row, before it is cut to its width. */
export type Line = readonly Span[];

const codes: Readonly<Record<Look, string>> = {
  bold: "1",
  faint: "2",
  inverse: "7",
  good: "32",
  warning: "35",
  bad: "31",
};

const colours: ReadonlySet<Look> = new Set(["good", "warning", "bad"]);

/** Lays a line into exactly so many cells, with the codes of its looks. `inverse` turns the whole row around. */
export function paint(
  line: Line,
  columns: number,
  { colour, inverse = false }: { readonly colour: boolean; readonly inverse?: boolean },
): string {
  const spans = cut(line, columns);
  const used = spans.reduce((sum, { text }) => sum + widthOf(text), 0);
  const blanks = " ".repeat(Math.max(0, columns - used));
  // In an inverted row a colour would become its ground.
  if (inverse) return dress(spans.map(({ text }) => text).join("") + blanks, "inverse");
  return spans.map(({ text, look }) => look && (colour || !colours.has(look)) ? dress(text, look) : text).join("") +
    blanks;
}

/** Counts the cells of a line. */
export function widthOfLine(line: Line): number {
  return line.reduce((sum, { text }) => sum + widthOf(text), 0);
}

/** Folds a line's last piece, under itself, so that no row is wider. */
export function foldLine(line: Line, columns: number): Line[] {
  const last = line.at(-1);
  if (last === undefined) return [line];
  const before = line.slice(0, -1);
  const indent = widthOfLine(before);
  const [head = "", ...rest] = wrap(last.text, Math.max(1, columns - indent));
  return [
    [...before, { ...last, text: head }],
    ...rest.map((text) => [{ text: " ".repeat(indent) }, { ...last, text }]),
  ];
}

function dress(text: string, look: Look): string {
  return `\x1b[${codes[look]}m${text}\x1b[0m`;
}

function cut(line: Line, columns: number): Span[] {
  const spans: Span[] = [];
  let left = columns;
  for (const span of line) {
    if (span.text === "") continue;
    if (left <= 0) break;
    const text = clip(span.text, left);
    spans.push({ ...span, text });
    if (text !== span.text) break;
    left -= widthOf(text);
  }
  return spans;
}

/**
 * Text in the cells of a terminal: what a process or a client wrote, made harmless, measured and cut to size.
 *
 * A cell is one column of one row. Most characters take one; Chinese, Japanese, Korean ones and emoji take two, combining
 * marks none. What a reader sees as one character (a grapheme) is never cut in two.
 *
 * @module
 */
import { stripVTControlCharacters } from "node:util";
import stringWidth from "string-width";

const plain = /^[\x20-\x7e]*$/;

/**
 * Control codes, line and paragraph separators, and what turns the direction of writing: any of them would move what
 * stands beside it.
 */
const harmful = /[\p{Cc}\u2028\u2029\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff]/gu;

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** Makes a foreign text harmless: one line, without anything that a terminal would obey. */
export function clean(text: string): string {
  if (plain.test(text)) return text;
  return stripVTControlCharacters(text.replaceAll("\t", "  ")).replace(harmful, "").toWellFormed();
}

/** Counts the cells that a clean text takes. */
export function widthOf(text: string): number {
  return plain.test(text) ? text.length : stringWidth(text);
}

/** Cuts a clean text to at most so many cells; what was cut shows as "…". */
export function clip(text: string, cells: number): string {
  if (widthOf(text) <= cells) return text;
  if (cells <= 0) return "";
  return `${take(text, cells - 1)}…`;
}

/** Fills a clean text with blanks up to exactly so many cells, or cuts it. */
export function fit(text: string, cells: number): string {
  const cut = clip(text, cells);
  return cut + " ".repeat(Math.max(0, cells - widthOf(cut)));
}

/**
 * Folds a clean text into lines of at most so many cells, in one pass: a line that a program writes may be long. An empty
 * text is one empty line. A character wider than a line shows as "…".
 */
export function wrap(text: string, cells: number): string[] {
  if (plain.test(text)) return slices(text, Math.max(1, cells));
  const lines: string[] = [];
  let line = "";
  let used = 0;
  for (const { segment } of graphemes.segment(text)) {
    const wide = stringWidth(segment);
    const shown = wide > cells ? "…" : segment;
    const width = Math.min(wide, Math.max(1, cells));
    if (used + width > cells && line !== "") {
      lines.push(line);
      line = "";
      used = 0;
    }
    line += shown;
    used += shown === segment ? width : 1;
  }
  lines.push(line);
  return lines;
}

function slices(text: string, cells: number): string[] {
  const lines: string[] = [];
  for (let at = 0; at < text.length; at += cells) lines.push(text.slice(at, at + cells));
  return lines.length === 0 ? [""] : lines;
}

/** Takes what fits into so many cells from a text's beginning. */
function take(text: string, cells: number): string {
  if (plain.test(text)) return text.slice(0, cells);
  let used = 0;
  let end = 0;
  for (const { segment, index } of graphemes.segment(text)) {
    used += stringWidth(segment);
    if (used > cells) break;
    end = index + segment.length;
  }
  return text.slice(0, end);
}

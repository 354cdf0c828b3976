/**
 * What commands write for people: lines, colours where they can be seen, tables.
 *
 * @module
 */
import process from "node:process";
import { styleText } from "node:util";

/** A colour or weight of `node:util`'s `styleText`. */
export type Style = Parameters<typeof styleText>[0];

/** Writes a line to the standard output. */
export function print(line = ""): void {
  console.log(line);
}

/** Writes a line to the standard error output: what is no result, so that a pipe gets the result alone. */
export function printError(line = ""): void {
  console.error(line);
}

/** Colours a text, unless NO_COLOR is set or the output is no terminal. */
export function paint(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout });
}

/** Colours a text for the standard error output. */
export function paintError(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stderr });
}

/** Lays rows out in columns as wide as their longest cell. The first row is the heading; lines have no trailing blanks. */
export function toTable(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, at) => widths[at] = Math.max(widths[at] ?? 0, cell.length));
  return rows.map((row) => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join("  ").trimEnd());
}

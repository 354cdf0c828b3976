/**
 * What the keys do, in words.
 *
 * @module
 */
import type { Line } from "./paint.ts";

const keys: readonly (readonly [keys: string, meaning: string])[] = [
  ["1-5", "the tab of that number"],
  ["Tab Shift-Tab", "next tab, previous tab"],
  ["Up Down PgUp PgDn", "scroll, or choose a request"],
  ["Home End", "oldest, newest and what comes"],
  ["Enter Escape", "everything about a request; back"],
  ["/", "filter by words; Escape ends it"],
  ["c", "clear what this tab shows"],
  ["r", "restart the application, redraw"],
  ["h", "this help; again: back"],
  ["q Ctrl-C", "end all processes and quit"],
  ["●  ○", "runs or has something to show; not"],
];

/** Gives the help's lines; each fits into the narrowest screen that has room for two columns. */
export function helpLines(): readonly Line[] {
  return keys.map(([name, meaning]) => [{ text: name.padEnd(19), look: "bold" }, { text: meaning }]);
}

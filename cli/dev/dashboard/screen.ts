/**
 * The screen of a terminal: lines go to their places, and only those that have changed.
 *
 * Nothing scrolls: each line is written where it stands, and the terminal is told not to fold what is too wide. What
 * belongs together arrives as one update (mode 2026), so that no half of it is seen.
 *
 * @module
 */
import type { Terminal } from "./terminal.ts";

/** A screen that is drawn on. */
export interface Screen {
  /** Shows these lines, the first at the top. */
  draw(lines: readonly string[]): void;
  /** Makes the next drawing a complete one. */
  invalidate(): void;
}

/** Makes the screen of a terminal. */
export function createScreen(terminal: Terminal): Screen {
  let shown: readonly string[] | undefined;
  return {
    draw(lines) {
      const changed = lines.flatMap((line, at) => line === shown?.[at] ? [] : [place(line, at)]);
      const erased = shown === undefined ? "\x1b[2J" : "";
      shown = lines;
      if (changed.length > 0) terminal.write(`\x1b[?2026h${erased}${changed.join("")}\x1b[?2026l`);
    },
    invalidate() {
      shown = undefined;
    },
  };
}

/**
 * Erases first where a character stands that this terminal may take for wider or narrower than we do: what it leaves free
 * would show what was there before.
 */
function place(line: string, at: number): string {
  // deno-lint-ignore no-control-regex -- all of ASCII is meant
  const erased = /[^\x00-\x7f]/.test(line) ? "\x1b[2K" : "";
  return `\x1b[${at + 1};1H${erased}${line}`;
}

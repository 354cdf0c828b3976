/**
 * Where things stand on a screen of a given size.
 *
 * @module
 */

/** A terminal's size in cells. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** What of the screen is for the list, and how the rest is arranged. */
export interface Layout {
  /** With blank lines between the parts, as there is room for them. */
  readonly spacious: boolean;
  /** Rows for the list. */
  readonly body: number;
}

/** The smallest screen that is drawn on. */
export const LEAST: Size = { columns: 40, rows: 8 };

/** Lays a screen out; nothing when it is too small. */
export function layoutOf({ columns, rows }: Size): Layout | undefined {
  if (columns < LEAST.columns || rows < LEAST.rows) return undefined;
  const spacious = rows >= 14;
  // Title, uptime, tabs, status, rule, message, keys and two blank lines; or title, tabs, status, rule, keys.
  return { spacious, body: rows - (spacious ? 9 : 5) };
}

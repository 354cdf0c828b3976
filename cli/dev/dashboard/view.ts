/**
 * The screen, as lines: a pure function of the state and the session.
 *
 * @module
 */
import { type List, listOf } from "./entries.ts";
import { keyLine, messageLine, statusLine, tabLine, titleLines } from "./frame.ts";
import { layoutOf, LEAST } from "./layout.ts";
import { type Line, paint } from "./paint.ts";
import { foldsOf, type Room, type Window, windowOf } from "./scroll.ts";
import { openTab, pageOf, roomOf, type State } from "./state.ts";
import { type Snapshot, tabsOf } from "./tabs.ts";
import { clean, clip, fit, widthOf } from "./text.ts";

/** How the screen looks. */
export interface Looks {
  /** Whether colours are used; weight and inversion are in any case. */
  readonly colour: boolean;
}

/** Draws: as many lines as the screen has rows, each exactly as wide as it. */
export function render(state: State, snapshot: Snapshot, { colour }: Looks): string[] {
  const { columns, rows } = state.size;
  const layout = layoutOf(state.size);
  const line = (of: Line) => paint(of, columns, { colour });
  if (layout === undefined) {
    const told = `Terminal too small: ${columns}x${rows}, not ${LEAST.columns}x${LEAST.rows}`;
    return Array.from({ length: rows }, (_, at) => fit(at === 0 ? told : "", columns));
  }
  const { tab, view } = openTab(state, snapshot);
  const page = pageOf(state, snapshot);
  const list = page === undefined && tab !== undefined ? listOf(snapshot, tab, view.filter) : undefined;
  const room = roomOf(state);
  const window = list && windowOf(list, view, room);
  // A page that was scrolled may have become shorter, or the screen higher.
  const top = Math.min("top" in state.mode ? state.mode.top : 0, Math.max(0, (page?.length ?? 0) - room.rows));
  const body = page?.slice(top, top + room.rows).map(line) ?? listRows(list, window, room, colour);
  const blank = layout.spacious ? [line([])] : [];
  const message = state.notice === undefined
    ? messageLine(state.mode, view, { list, window, hidden: page ? page.length - top - body.length : 0 })
    : [{ text: clean(state.notice.text), look: state.notice.bad ? "bad" as const : "bold" as const }];
  const keys = keyLine(tab, columns);
  return [
    ...titleLines(snapshot, layout.spacious).map(line),
    ...blank,
    line(tabLine(tabsOf(snapshot), tab, columns)),
    ...blank,
    line(statusLine(snapshot, tab, columns)),
    line([{ text: "─".repeat(columns), look: "faint" }]),
    ...Array.from({ length: layout.body }, (_, at) => body[at] ?? line([])),
    ...(layout.spacious ? [line(message)] : []),
    line(!layout.spacious && message.length > 0 ? message : keys),
  ];
}

function listRows(list: List | undefined, window: Window | undefined, room: Room, colour: boolean): string[] {
  if (list === undefined || window === undefined) return [];
  if (list.entries.length === 0) {
    const told = list.total === 0 ? list.empty : "Nothing contains the filter's words.";
    return [paint([{ text: told, look: "faint" }], room.columns, { colour })];
  }
  const widths = widthsOf(list, window, room);
  return window.rows.map(({ entry, part, chosen }) => {
    const folds = foldsOf(list, entry, room);
    const cells = entry.cells.map(({ text, look }, at): Line => {
      // A folded line's time stands at its first row only.
      const shown = at === list.flexible ? folds[part] ?? "" : part === 0 ? text : "";
      const width = widths[at] ?? 0;
      const cut = clip(shown, width);
      return [{ text: cut, look }, { text: " ".repeat(width - widthOf(cut) + 1) }];
    });
    return paint(trimmed(cells.flat()), room.columns, { colour, inverse: chosen });
  });
}

/** Makes columns as wide as what is seen of them; the flexible one gets what is left, and a third at least. */
function widthsOf(list: List, { rows }: Window, { columns }: Room): number[] {
  const widths: number[] = [...list.least];
  for (const { entry } of rows) {
    entry.cells.forEach(({ text }, at) => widths[at] = Math.max(widths[at] ?? 0, widthOf(text)));
  }
  const others = widths.reduce((sum, width, at) => at === list.flexible || width === 0 ? sum : sum + width + 1, 0);
  const least = Math.floor(columns / 3);
  widths[list.flexible] = Math.min(widths[list.flexible] ?? 0, Math.max(least, columns - others));
  return widths;
}

/** Without the blanks at its end, which would look as if something had been cut. */
function trimmed(line: Line): Line {
  const last = line.findLastIndex(({ text }) => text.trim() !== "");
  return line.slice(0, last + 1);
}

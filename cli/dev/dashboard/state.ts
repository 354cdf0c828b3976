/**
 * What the person in front of the dashboard has done: a state, and how each key changes it.
 *
 * ```text
 * list ── / ──▶ filter ── Enter ──▶ list (filtered; Escape: not any more)
 * list ── Enter ──▶ detail ── Escape ──▶ list
 * list, detail ── h ──▶ help ── h, Escape ──▶ list
 * ```
 *
 * @module
 */
import type { ClearTarget } from "../session_types.ts";
import { type List, listOf } from "./entries.ts";
import { detailOf } from "./detail.ts";
import { helpLines } from "./help.ts";
import type { Key } from "./keys.ts";
import { layoutOf, type Size } from "./layout.ts";
import { foldLine, type Line } from "./paint.ts";
import { choose, type Room, scroll, toNewest, toOldest, type View, windowOf } from "./scroll.ts";
import { findTab, FIRST_TAB, type Snapshot, type Tab, tabsOf } from "./tabs.ts";

/** What is on the screen in the place of the list, if anything; `top` is its first row that is seen. */
export type Mode =
  | { readonly name: "list" }
  | { readonly name: "filter" }
  | { readonly name: "help"; readonly top: number }
  | { readonly name: "detail"; readonly key: unknown; readonly top: number };

/** Everything that is not the session's. */
export interface State {
  readonly size: Size;
  /** The open tab's id. */
  readonly tab: string;
  readonly mode: Mode;
  /** Where the tabs stand, by id. */
  readonly views: Readonly<Record<string, View>>;
  /** What is to be said once; until the next key. */
  readonly notice?: { readonly text: string; readonly bad: boolean } | undefined;
}

/** Something that happens to the dashboard. */
export type Input =
  | Key
  | { readonly name: "resize"; readonly size: Size }
  | { readonly name: "notice"; readonly text: string };

/** What is to be done besides drawing. */
export type Effect =
  | { readonly name: "quit" }
  | { readonly name: "restart" }
  | { readonly name: "clear"; readonly target: ClearTarget };

/** A state, and what is to be done now. */
export interface Step {
  readonly state: State;
  readonly effect?: Effect | undefined;
}

/** Makes the state at the beginning. */
export function createState(size: Size): State {
  return { size, tab: FIRST_TAB, mode: { name: "list" }, views: {} };
}

/** Gives the open tab, and where it stands. */
export function openTab(state: State, snapshot: Snapshot): { readonly tab: Tab | undefined; readonly view: View } {
  const tab = findTab(tabsOf(snapshot), state.tab);
  return { tab, view: state.views[tab?.id ?? ""] ?? { filter: "" } };
}

/** Gives the lines that are read in the place of the list, folded; nothing in the list's modes. */
export function pageOf(state: State, snapshot: Snapshot): readonly Line[] | undefined {
  const { mode, size: { columns } } = state;
  if (mode.name === "help") return helpLines().flatMap((line) => foldLine(line, columns));
  if (mode.name !== "detail") return undefined;
  const { tab } = openTab(state, snapshot);
  const lines = tab && detailOf(snapshot, tab, mode.key);
  return (lines ?? [[{ text: "This is not kept any more." }]]).flatMap((line) => foldLine(line, columns));
}

/** Gives the room for the list; one row where the screen is too small to be drawn. */
export function roomOf({ size }: State): Room {
  return { rows: layoutOf(size)?.body ?? 1, columns: size.columns };
}

/** Says what becomes of a state. */
export function reduce(state: State, input: Input, snapshot: Snapshot): Step {
  if (input.name === "resize") return { state: { ...state, size: input.size } };
  if (input.name === "notice") return { state: { ...state, notice: { text: input.text, bad: true } } };
  const before = { ...state, notice: undefined };
  if (input.name === "interrupt") return quit(before);
  const { tab } = openTab(before, snapshot);
  if (tab === undefined) return { state: before };
  if (before.mode.name === "filter") return { state: typed(before, input, tab, snapshot) };
  if (input.name === "text") return pressed(before, input.text, tab, snapshot);
  return { state: moved(before, input, tab, snapshot) };
}

/** A letter or digit. */
function pressed(state: State, text: string, tab: Tab, snapshot: Snapshot): Step {
  if (/^[1-9]$/.test(text)) return { state: switched(state, tabsOf(snapshot)[Number(text) - 1]) };
  switch (text) {
    case "q":
      return quit(state);
    case "h":
      return { state: { ...state, mode: state.mode.name === "help" ? { name: "list" } : { name: "help", top: 0 } } };
    case "c":
      // What was looked at is gone with it.
      return {
        state: withView({ ...state, mode: { name: "list" } }, tab, toNewest),
        effect: { name: "clear", target: tab.shows },
      };
    case "r":
      return { state, effect: { name: "restart" } };
    case "/":
      return { state: { ...state, mode: { name: "filter" } } };
    default:
      return { state };
  }
}

/** A key that moves: between tabs, in a list, in a page. */
function moved(state: State, key: Key, tab: Tab, snapshot: Snapshot): State {
  if (key.name === "tab" || key.name === "backtab") {
    const tabs = tabsOf(snapshot);
    const at = tabs.findIndex(({ id }) => id === tab.id) + (key.name === "tab" ? 1 : tabs.length - 1);
    return switched(state, tabs[at % tabs.length]);
  }
  const page = pageOf(state, snapshot);
  if (page !== undefined) return turned(state, key, page);
  const { view } = openTab(state, snapshot);
  const list = listOf(snapshot, tab, view.filter);
  if (key.name === "escape") return withView(state, tab, () => ({ filter: "" }));
  if (key.name === "enter") return opened(state, list, view);
  return withView(state, tab, () => walked(list, view, roomOf(state), key));
}

/** A key while the filter's words are written. */
function typed(state: State, key: Key, tab: Tab, snapshot: Snapshot): State {
  const edit = (change: (filter: string) => string) =>
    withView(state, tab, ({ filter }) => ({ filter: change(filter) }));
  switch (key.name) {
    case "text":
      return edit((filter) => filter + key.text);
    case "backspace":
      return edit((filter) => [...filter].slice(0, -1).join(""));
    case "erase":
      return edit(() => "");
    case "enter":
      return { ...state, mode: { name: "list" } };
    case "escape":
      return { ...edit(() => ""), mode: { name: "list" } };
    default:
      return moved(
        { ...state, mode: key.name === "tab" || key.name === "backtab" ? { name: "list" } : state.mode },
        key,
        tab,
        snapshot,
      );
  }
}

/** What runs is given time to end: until then that is said. */
function quit(state: State): Step {
  return { state: { ...state, notice: { text: "Ending all processes …", bad: false } }, effect: { name: "quit" } };
}

function switched(state: State, tab: Tab | undefined): State {
  return tab === undefined ? state : { ...state, tab: tab.id, mode: { name: "list" } };
}

/** Opens the chosen entry; the newest one when none is. */
function opened(state: State, list: List, view: View): State {
  const { rows } = windowOf(list, view, roomOf(state));
  const entry = (rows.find(({ chosen }) => chosen) ?? rows.at(-1))?.entry;
  if (!list.opens || entry === undefined) return state;
  return { ...state, mode: { name: "detail", key: entry.key, top: 0 } };
}

function walked(list: List, view: View, room: Room, { name }: Key): View {
  const step = list.opens ? choose : scroll;
  switch (name) {
    case "up":
      return step(list, view, room, -1);
    case "down":
      return step(list, view, room, 1);
    case "pageup":
      return step(list, view, room, -room.rows);
    case "pagedown":
      return step(list, view, room, room.rows);
    case "home":
      return toOldest(list, view);
    case "end":
      return toNewest(view);
    default:
      return view;
  }
}

/** A key in help or detail. */
function turned(state: State, { name }: Key, page: readonly Line[]): State {
  const { mode } = state;
  if (mode.name !== "help" && mode.name !== "detail") return state;
  if (name === "escape") return { ...state, mode: { name: "list" } };
  const { rows } = roomOf(state);
  const steps: Partial<Record<Key["name"], number>> = {
    up: -1,
    down: 1,
    pageup: -rows,
    pagedown: rows,
    home: -page.length,
    end: page.length,
  };
  const last = Math.max(0, page.length - rows);
  const top = Math.min(last, Math.max(0, Math.min(mode.top, last) + (steps[name] ?? 0)));
  return { ...state, mode: { ...mode, top } };
}

function withView(state: State, tab: Tab, change: (view: View) => View): State {
  const view = change(state.views[tab.id] ?? { filter: "" });
  return { ...state, views: { ...state.views, [tab.id]: view } };
}

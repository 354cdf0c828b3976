/**
 * Which part of a list is on the screen.
 *
 * A list that is at its end follows what comes. Once somebody scrolls, the place is held by the entry at the top, not by a
 * number: what comes at one end and is dropped at the other then moves nothing.
 *
 * @module
 */
import type { Entry, List } from "./entries.ts";
import { wrap } from "./text.ts";

/** A place in a list: a row of an entry. */
export interface Place {
  /** The entry's. */
  readonly key: unknown;
  /** The row among those of a folded entry. */
  readonly part: number;
}

/** Where a tab stands. */
export interface View {
  /** The words that entries must contain. */
  readonly filter: string;
  /** What is at the top; the list follows its end when absent. */
  readonly top?: Place | undefined;
  /** The chosen entry's key; absent while the list follows its end. */
  readonly chosen?: { readonly key: unknown } | undefined;
}

/** A row on the screen. */
export interface Row {
  readonly entry: Entry;
  readonly part: number;
  readonly chosen: boolean;
}

/** What is on the screen of a list. */
export interface Window {
  readonly rows: readonly Row[];
  /** How many entries are older than what is seen. */
  readonly above: number;
  /** How many entries are newer than what is seen. */
  readonly below: number;
}

/** How much room there is for a list. */
export interface Room {
  readonly rows: number;
  readonly columns: number;
}

/** Folds an entry of lines; one row when entries can be opened. */
export function foldsOf(list: List, { cells }: Entry, { columns }: Room): readonly string[] {
  const text = cells[list.flexible]?.text ?? "";
  if (list.opens) return [text];
  return wrap(text, Math.max(1, columns - (list.least[0] ?? 0) - 1));
}

/** Finds what is on the screen. */
export function windowOf(list: List, view: View, room: Room): Window {
  const { entries } = list;
  const end = backwards(list, { at: entries.length, part: 0 }, room.rows, room);
  let start = view.top === undefined ? end : indexOf(list, view.top, room);
  const chosen = view.chosen && indexOf(list, { key: view.chosen.key, part: 0 }, room).at;
  if (chosen !== undefined && chosen < start.at) start = { at: chosen, part: 0 };
  if (chosen !== undefined && chosen >= start.at + room.rows) start = { at: chosen - room.rows + 1, part: 0 };
  if (isAfter(start, end)) start = end;
  const rows: Row[] = [];
  let at = start.at;
  for (let part = start.part; at < entries.length && rows.length < room.rows; at++, part = 0) {
    const entry = entries[at] as Entry;
    const height = foldsOf(list, entry, room).length;
    for (; part < height && rows.length < room.rows; part++) rows.push({ entry, part, chosen: at === chosen });
  }
  return { rows, above: start.at, below: entries.length - at };
}

/** Scrolls by so many rows, upwards when negative; to the end and beyond it means following it again. */
export function scroll(list: List, view: View, room: Room, by: number): View {
  const first = windowOf(list, view, room).rows[0];
  if (first === undefined) return view;
  const from = indexOf(list, { key: first.entry.key, part: first.part }, room);
  const to = by < 0 ? backwards(list, from, -by, room) : forwards(list, from, by, room);
  const end = backwards(list, { at: list.entries.length, part: 0 }, room.rows, room);
  if (!isAfter(end, to)) return toNewest(view);
  const top = list.entries[to.at];
  return top === undefined ? view : { ...view, top: { key: top.key, part: to.part } };
}

/** Goes to the oldest entry. */
export function toOldest(list: List, view: View): View {
  const oldest = list.entries[0];
  if (oldest === undefined) return view;
  const top = { key: oldest.key, part: 0 };
  return list.opens ? { ...view, top, chosen: top } : { ...view, top };
}

/** Follows the end again. */
export function toNewest({ filter }: View): View {
  return { filter };
}

/** Chooses the entry so many further, upwards when negative; beyond the last one the list follows its end again. */
export function choose(list: List, view: View, room: Room, by: number): View {
  const { entries } = list;
  const before = view.chosen ? indexOf(list, { key: view.chosen.key, part: 0 }, room).at : entries.length;
  const at = Math.max(0, before + by);
  const entry = entries[at];
  if (entry === undefined) return toNewest(view);
  const moved = { ...view, chosen: { key: entry.key } };
  const first = windowOf(list, { ...moved, top: view.top ?? topOf(list, view, room) }, room).rows[0];
  return { ...moved, top: first && { key: first.entry.key, part: first.part } };
}

interface Index {
  readonly at: number;
  readonly part: number;
}

function topOf(list: List, view: View, room: Room): Place | undefined {
  const first = windowOf(list, view, room).rows[0];
  return first && { key: first.entry.key, part: first.part };
}

/** What is not kept any more was the oldest. */
function indexOf(list: List, { key, part }: Place, room: Room): Index {
  const at = list.entries.findIndex((entry) => entry.key === key);
  const entry = list.entries[at];
  return entry === undefined
    ? { at: 0, part: 0 }
    : { at, part: part === 0 ? 0 : Math.min(part, foldsOf(list, entry, room).length - 1) };
}

function isAfter(a: Index, b: Index): boolean {
  return a.at > b.at || (a.at === b.at && a.part > b.part);
}

function backwards(list: List, { at, part }: Index, rows: number, room: Room): Index {
  let left = rows;
  while (left > part && at > 0) {
    left -= part;
    at--;
    part = foldsOf(list, list.entries[at] as Entry, room).length;
  }
  return { at, part: Math.max(0, part - left) };
}

function forwards(list: List, { at, part }: Index, rows: number, room: Room): Index {
  let left = rows;
  while (at < list.entries.length) {
    const height = foldsOf(list, list.entries[at] as Entry, room).length;
    if (part + left < height) return { at, part: part + left };
    left -= height - part;
    part = 0;
    at++;
  }
  return { at, part: 0 };
}

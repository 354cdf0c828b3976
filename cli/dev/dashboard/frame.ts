/**
 * What stands around a list: title, tabs, status, message and keys, in the longest form that fits.
 *
 * @module
 */
import type { DevProcess } from "../session_types.ts";
import type { List } from "./entries.ts";
import { type Line, type Look, widthOfLine } from "./paint.ts";
import type { View, Window } from "./scroll.ts";
import type { Mode } from "./state.ts";
import type { Snapshot, Tab } from "./tabs.ts";
import { clean } from "./text.ts";
import { toClock, toDuration } from "./time.ts";

/** Writes the title, in one line with the uptime where there is little room. */
export function titleLines({ startedAt, now }: Snapshot, spacious: boolean): Line[] {
  const uptime = `Uptime: ${toDuration(now - startedAt)}`;
  if (!spacious) return [[{ text: "Igniter.js", look: "bold" }, { text: `  ${uptime}` }]];
  return [[{ text: "Igniter.js Interactive Dashboard", look: "bold" }], [{ text: `${uptime} | Press h for help` }]];
}

/** Writes the tabs; the open one is inverted. */
export function tabLine(tabs: readonly Tab[], open: Tab | undefined, columns: number): Line {
  const line = (gap: string, name: (tab: Tab) => string): Line =>
    tabs.flatMap((tab, at) => {
      const dot = { text: tab.active ? "●" : "○", look: dotLook(tab) };
      const text = `${at + 1}${name(tab)}`;
      return [{ text: at === 0 ? "" : gap }, dot, { text: " " }, {
        text,
        look: tab.id === open?.id ? "inverse" : undefined,
      }];
    });
  return longest(columns, [
    line("  ", ({ title }) => `. ${clean(title)}`),
    line(" ", ({ short }) => `. ${clean(short)}`),
    line(" ", (tab) => tab.id === open?.id ? `. ${clean(tab.short)}` : ""),
  ]);
}

/** Writes what becomes of the tab's process. */
export function statusLine({ events }: Snapshot, tab: Tab | undefined, columns: number): Line {
  const status = tab?.process?.status;
  const word = {
    text: status === undefined ? "Stopped" : words[status],
    look: status === "failed" ? "bad" as const : undefined,
  };
  const pid = String(tab?.process?.pid ?? "-");
  const at = tab && lastOf(tab, events);
  const last = at === undefined ? "-" : toClock(at);
  return longest(columns, [
    [{ text: "Status: " }, word, { text: ` | PID: ${pid} | Last: ${last}` }],
    [word, { text: ` | ${pid} | ${last}` }],
  ]);
}

/** What of the list or page is on the screen. */
export interface Seen {
  readonly list: List | undefined;
  readonly window: Window | undefined;
  /** How many rows of a page are further down. */
  readonly hidden: number;
}

/** Writes what is to be said at this moment: the filter, and what is out of sight. */
export function messageLine(mode: Mode, view: View, { list, window, hidden }: Seen): Line {
  if (mode.name === "filter") return [{ text: "Filter: ", look: "bold" }, { text: `${clean(view.filter)}▏` }];
  const filter = `Filter: ${clean(view.filter)} (${list?.entries.length ?? 0} of ${list?.total ?? 0}) | Escape: All`;
  const said = mode.name === "list"
    ? [
      view.filter === "" ? "" : filter,
      window === undefined || window.below === 0 ? "" : `${window.below} newer below | End: Newest`,
    ]
    : ["Escape: Back", hidden > 0 ? `${hidden} more below` : ""];
  const text = said.filter((part) => part !== "").join(" | ");
  return text === "" ? [] : [{ text, look: "faint" }];
}

/** Writes the keys; more of them where there is more room. */
export function keyLine(tab: Tab | undefined, columns: number): Line {
  const usual = "1-5: Switch process | Tab: Next | c: Clear logs | r: Refresh | h: Help | q: Quit";
  const more = tab !== undefined && "events" in tab.shows
    ? "Enter: Details | /: Filter"
    : "Up/Down: Scroll | /: Filter";
  return longest(columns, [
    [{ text: `${usual} | ${more}` }],
    [{ text: usual }],
    [{ text: "1-5 Tab: Switch | c: Clear | r: Refresh | h: Help | q: Quit" }],
    [{ text: "1-5 Tab | c | r | h: Help | q: Quit" }],
  ]);
}

const words: Readonly<Record<DevProcess["status"], string>> = {
  starting: "Starting",
  running: "Running",
  restarting: "Restarting",
  stopped: "Stopped",
  failed: "Failed",
};

function dotLook({ active, failed }: Tab): Look | undefined {
  if (failed) return "bad";
  return active ? "good" : undefined;
}

function lastOf({ shows, process }: Tab, events: Snapshot["events"]): number | undefined {
  if ("process" in shows) return process?.lastActivity;
  return events.findLast(({ kind }) => kind === shows.events)?.at;
}

/** The first that fits; the last one is cut. */
function longest(columns: number, lines: readonly Line[]): Line {
  return lines.find((line) => widthOfLine(line) <= columns) ?? lines.at(-1) ?? [];
}

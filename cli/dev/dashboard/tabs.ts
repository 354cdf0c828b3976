/**
 * The tabs of the dashboard: one per process, then what the application tells of its requests, jobs and connections.
 *
 * @module
 */
import type { DevConnectionEvent, DevEvent } from "../../../server/ports/dev_feed.ts";
import type { ClearTarget, DevProcess, DevSession } from "../session_types.ts";

/** What is drawn: a session at one moment. */
export interface Snapshot extends Pick<DevSession, "processes" | "events" | "startedAt"> {
  /** In milliseconds since the epoch. */
  readonly now: number;
}

/** A tab. */
export interface Tab {
  /** Stays when other tabs come and go. */
  readonly id: string;
  /** What it is called. */
  readonly title: string;
  /** What it is called where there is little room. */
  readonly short: string;
  /** Whether its process runs, or something has happened in it. */
  readonly active: boolean;
  /** Whether its process has ended by itself. */
  readonly failed: boolean;
  /** What it shows: a process's lines, or events of one kind. */
  readonly shows: ClearTarget;
  /** Whose state the status line tells: its own, or the application's. */
  readonly process: DevProcess | undefined;
}

/** The id of the tab that is open at first. */
export const FIRST_TAB = "events:request";

/** Lists the tabs in the order of their numbers. */
export function tabsOf({ processes, events }: Snapshot): readonly Tab[] {
  const [application] = processes;
  const monitor = (kind: DevEvent["kind"], title: string, short: string, active: boolean): Tab => (
    { id: `events:${kind}`, title, short, active, failed: false, shows: { events: kind }, process: application }
  );
  const seen = (kind: DevEvent["kind"]) => events.some((event) => event.kind === kind);
  return [
    ...processes.map((process): Tab => ({
      id: `process:${process.name}`,
      title: process.name,
      short: process.name,
      active: process.status === "running",
      failed: process.status === "failed",
      shows: { process: process.name },
      process,
    })),
    monitor("request", "API Requests", "API", seen("request")),
    monitor("job", "Jobs", "Jobs", seen("job")),
    monitor("connection", "Realtime", "Realtime", connectionsOf(events).some(({ open }) => open)),
  ];
}

/** Finds a tab; the first one when it is gone. */
export function findTab(tabs: readonly Tab[], id: string): Tab | undefined {
  return tabs.find((tab) => tab.id === id) ?? tabs[0];
}

/** An event connection. */
export interface Connection {
  /** Its opening, or its closing when that is all that is kept. */
  readonly first: DevConnectionEvent;
  /** Its closing, when it has one. */
  readonly closed: DevConnectionEvent | undefined;
  /** Whether it is still there. */
  readonly open: boolean;
}

/**
 * Puts openings and closings together. Each process of the application counts its connections from 1, so several may be
 * open under one id: a closing is of the one that was opened when it says that its own was.
 */
export function connectionsOf(events: readonly DevEvent[]): readonly Connection[] {
  const all: Connection[] = [];
  const open = new Map<number, readonly number[]>();
  for (const event of events) {
    if (event.kind !== "connection") continue;
    const same = open.get(event.id) ?? [];
    if (event.state === "open") {
      open.set(event.id, [...same, all.length]);
      all.push({ first: event, closed: undefined, open: true });
      continue;
    }
    const opened = event.at - (event.ms ?? 0);
    const distance = (at: number) => Math.abs((all[at]?.first.at ?? 0) - opened);
    const [nearest, ...others] = same.toSorted((a, b) => distance(a) - distance(b));
    open.set(event.id, others);
    const before = nearest === undefined ? undefined : all[nearest];
    if (nearest === undefined || before === undefined) all.push({ first: event, closed: event, open: false });
    else all[nearest] = { ...before, closed: event, open: false };
  }
  return all;
}

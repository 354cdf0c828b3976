/**
 * What a tab lists: a process's lines, requests, jobs, connections, as rows of a table.
 *
 * @module
 */
import type { DevEvent, DevJobEvent, DevRequestEvent } from "../../../server/ports/dev_feed.ts";
import type { LogLine } from "../session_types.ts";
import type { Look, Span } from "./paint.ts";
import { type Connection, connectionsOf, type Snapshot, type Tab } from "./tabs.ts";
import { clean } from "./text.ts";
import { toClock, toDuration } from "./time.ts";

/** One thing in a list. */
export interface Entry {
  /** Stays the same, by `===`, as long as the thing is kept. */
  readonly key: unknown;
  /** One per column; made when they are asked for, since of thousands of entries a screen shows few. */
  readonly cells: readonly Span[];
}

/** A tab's list, newest last. */
export interface List {
  /** What passed the filter. */
  readonly entries: readonly Entry[];
  /** How many there are without the filter. */
  readonly total: number;
  /** Whether entries can be chosen and opened; if not they are lines, and long ones are folded. */
  readonly opens: boolean;
  /** The column that is cut when there is too little room. */
  readonly flexible: number;
  /** The least width of each column. */
  readonly least: readonly number[];
  /** What is said when there is nothing. */
  readonly empty: string;
}

/** The steps of one job. */
export interface Job {
  /** The queue and the id: the job's identity. */
  readonly key: string;
  /** Oldest first; never empty. */
  readonly steps: readonly [DevJobEvent, ...DevJobEvent[]];
}

/** Lists what a tab shows, as far as the filter's words occur in it. */
export function listOf(snapshot: Snapshot, tab: Tab, filter: string): List {
  const { entries, ...list } = everything(snapshot, tab);
  const words = filter.toLowerCase().split(/\s+/).filter((word) => word !== "");
  // The time comes first: every number would occur in it.
  const passes = ({ cells: [, ...cells] }: Entry) => {
    const text = cells.map((cell) => cell.text).join(" ").toLowerCase();
    return words.every((word) => text.includes(word));
  };
  return { ...list, entries: words.length === 0 ? entries : entries.filter(passes), total: entries.length };
}

/** Gathers the steps of each job, in the order in which the jobs were first heard of. */
export function jobsOf(events: readonly DevEvent[]): readonly Job[] {
  const jobs = new Map<string, [DevJobEvent, ...DevJobEvent[]]>();
  for (const event of events) {
    if (event.kind !== "job") continue;
    const key = `${event.queue}/${event.id}`;
    const steps = jobs.get(key);
    if (steps === undefined) jobs.set(key, [event]);
    else steps.push(event);
  }
  return [...jobs].map(([key, steps]) => ({ key, steps }));
}

/** Tells by its look how a request ended. */
export function lookOfStatus(status: number): Look | undefined {
  if (status >= 500) return "bad";
  return status >= 400 ? "warning" : undefined;
}

function everything({ processes, events, now }: Snapshot, { shows }: Tab): Omit<List, "total"> {
  if ("process" in shows) {
    const lines = processes.find(({ name }) => name === shows.process)?.lines ?? [];
    return {
      entries: lines.map(lineEntry),
      opens: false,
      flexible: 1,
      least: [8],
      empty: "It has written nothing yet.",
    };
  }
  if (shows.events === "request") {
    const entries = events.filter((event) => event.kind === "request").map(requestEntry);
    return { entries, opens: true, flexible: 2, least: [8, 4, 20], empty: "No requests yet." };
  }
  if (shows.events === "job") {
    const entries = jobsOf(events).map(jobEntry);
    return { entries, opens: true, flexible: 1, least: [8, 20, 9], empty: "No jobs yet." };
  }
  const entries = connectionsOf(events).map((connection) => connectionEntry(connection, now));
  return { entries, opens: true, flexible: 2, least: [8, 6, 20], empty: "No event connections yet." };
}

function lineEntry(line: LogLine): Entry {
  return {
    key: line,
    get cells() {
      const text = { text: clean(line.text), look: line.error ? "bad" as const : undefined };
      return [{ text: toClock(line.at), look: "faint" as const }, text];
    },
  };
}

function requestEntry(event: DevRequestEvent): Entry {
  return {
    key: event,
    get cells() {
      const look = lookOfStatus(event.status);
      return [
        { text: toClock(event.at) },
        { text: clean(event.method) },
        { text: clean(event.path) },
        { text: clean(String(event.status)), look },
        { text: `${Math.round(event.ms)}ms` },
        { text: clean(event.error?.code ?? ""), look },
      ];
    },
  };
}

function jobEntry({ key, steps }: Job): Entry {
  return {
    key,
    get cells() {
      const [first] = steps;
      const last = steps.at(-1) ?? first;
      const look = looks[last.state];
      const details = [
        last.ms === undefined ? "" : `${Math.round(last.ms)}ms`,
        last.attempt === undefined || last.attempt < 2 ? "" : `attempt ${last.attempt}`,
        last.state === "progress" ? JSON.stringify(last.progress) ?? "" : "",
        last.error?.message.split("\n")[0] ?? "",
      ];
      return [
        { text: toClock(first.at) },
        { text: clean(last.name) },
        { text: clean(last.state), look },
        { text: clean(details.filter((text) => text !== "").join(" ")), look },
      ];
    },
  };
}

const looks: Readonly<Partial<Record<DevJobEvent["state"], Look>>> = { failed: "bad", retrying: "warning" };

function connectionEntry({ first, closed, open }: Connection, now: number): Entry {
  return {
    key: first,
    get cells() {
      const lasted = open ? toDuration(now - first.at) : closed?.ms === undefined ? "" : toDuration(closed.ms);
      return [
        { text: toClock(first.at) },
        { text: open ? "open" : "closed", look: open ? "good" as const : "faint" as const },
        { text: clean(first.topics.join(", ")) || "-" },
        { text: clean(first.identity ?? "") },
        { text: lasted },
      ];
    },
  };
}

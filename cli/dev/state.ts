/**
 * What a session knows of its processes: written here, read by the screen.
 *
 * @module
 */
import type { DevEvent } from "../../server/ports/dev_feed.ts";
import type { ClearTarget, DevProcess, LogLine } from "./session_types.ts";

/** Hears of everything as it happens, for who writes it down rather than draws it. */
export interface Observer {
  line(process: string, line: LogLine): void;
  event(event: DevEvent): void;
}

/** What of a process may change. */
export interface ProcessChange {
  readonly pid?: number | undefined;
  readonly status?: DevProcess["status"];
}

/** Lines that are kept of each process, and events of all. */
const KEPT = 5_000;

interface Written {
  name: string;
  pid: number | undefined;
  status: DevProcess["status"];
  lines: LogLine[];
  lastActivity: number | undefined;
  /** As it was last read; undefined when it has changed since. */
  shown: DevProcess | undefined;
}

/** The state of a session. Reading makes copies, at most one for each change. */
export class SessionState {
  readonly startedAt: number = Date.now();
  readonly #observer: Observer | undefined;
  readonly #processes: readonly Written[];
  #shown: readonly DevProcess[] | undefined = undefined;
  #events: DevEvent[] = [];
  #shownEvents: readonly DevEvent[] | undefined = undefined;
  readonly #listeners = new Set<() => void>();
  #told = true;

  constructor(names: readonly string[], observer: Observer | undefined) {
    this.#observer = observer;
    this.#processes = names.map((name) => ({
      name,
      pid: undefined,
      status: "starting",
      lines: [],
      lastActivity: undefined,
      shown: undefined,
    }));
  }

  get processes(): readonly DevProcess[] {
    return this.#shown ??= this.#processes.map((process) => process.shown ??= toShown(process));
  }

  get events(): readonly DevEvent[] {
    return this.#shownEvents ??= this.#events.slice(-KEPT);
  }

  onChange(listener: () => void): () => void {
    // Another function for each call: who listens twice stops one of both.
    const own = (): void => listener();
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  change(name: string, change: ProcessChange): void {
    this.#touch(this.#find(name), change);
  }

  addLine(name: string, text: string, error: boolean): void {
    const process = this.#find(name);
    const line: LogLine = { at: Date.now(), text, error };
    process.lines.push(line);
    if (process.lines.length > 2 * KEPT) process.lines = process.lines.slice(-KEPT);
    this.#touch(process, { lastActivity: line.at });
    this.#observer?.line(name, line);
  }

  /** Adds what the process of this name told. */
  addEvent(name: string, event: DevEvent): void {
    this.#events.push(event);
    if (this.#events.length > 2 * KEPT) this.#events = this.#events.slice(-KEPT);
    this.#shownEvents = undefined;
    this.#touch(this.#find(name), { lastActivity: Date.now() });
    this.#observer?.event(event);
  }

  clear(target: ClearTarget): void {
    if ("process" in target) return this.#touch(this.#find(target.process), { lines: [] });
    this.#events = this.#events.filter(({ kind }) => kind !== target.events);
    this.#shownEvents = undefined;
    this.#tell();
  }

  #touch(process: Written, change: Partial<Written>): void {
    Object.assign(process, change);
    process.shown = undefined;
    this.#shown = undefined;
    this.#tell();
  }

  #tell(): void {
    if (!this.#told) return;
    this.#told = false;
    queueMicrotask(() => {
      this.#told = true;
      for (const listener of [...this.#listeners]) listener();
    });
  }

  #find(name: string): Written {
    const process = this.#processes.find((each) => each.name === name);
    if (process === undefined) throw new RangeError(`Cannot find process "${name}": the session has none of this name`);
    return process;
  }
}

function toShown({ name, pid, status, lines, lastActivity }: Written): DevProcess {
  return { name, pid, status, lines: lines.slice(-KEPT), lastActivity };
}

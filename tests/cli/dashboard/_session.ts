/**
 * A session of `igniter dev` that a test makes things happen in, and screens that it reads.
 *
 * @module
 */
import type { DevEvent, DevRequestEvent } from "../../../server/ports/dev_feed.ts";
import { createKeyReader } from "../../../cli/dev/dashboard/keys.ts";
import { createState, type Effect, reduce, type State } from "../../../cli/dev/dashboard/state.ts";
import type { Snapshot } from "../../../cli/dev/dashboard/tabs.ts";
import { render } from "../../../cli/dev/dashboard/view.ts";
import type { ClearTarget, DevProcess, DevSession, LogLine } from "../../../cli/dev/session_types.ts";

/** 14:30:00 on the day of the drawing, wherever the test runs. */
export const NOON = new Date(2026, 0, 1, 14, 30, 0).getTime();

/** The keys of a terminal. */
export const KEYS = {
  up: "\x1b[A",
  down: "\x1b[B",
  pageUp: "\x1b[5~",
  pageDown: "\x1b[6~",
  home: "\x1b[H",
  end: "\x1b[F",
  tab: "\t",
  shiftTab: "\x1b[Z",
  enter: "\r",
  escape: "\x1b",
  backspace: "\x7f",
  erase: "\x15",
  interrupt: "\x03",
} as const;

/** Makes a process that runs. */
export function processOf(name: string, options: Partial<DevProcess> = {}): DevProcess {
  return { name, pid: 12345, status: "running", lines: [], lastActivity: NOON, ...options };
}

/** Makes lines that a process wrote, a second apart. */
export function linesOf(...texts: string[]): LogLine[] {
  return texts.map((text, at) => ({ at: NOON + at * 1000, text, error: false }));
}

/** Makes a request so many seconds after 14:30. */
export function requestOf(
  seconds: number,
  method: string,
  path: string,
  status: number,
  ms: number,
  more: Partial<DevRequestEvent> = {},
): DevRequestEvent {
  return { kind: "request", id: seconds, at: NOON + seconds * 1000, method, path, status, ms, ...more };
}

/** Makes so many requests, a second apart: `/api/1`, `/api/2`, … */
export function requests(count: number): DevRequestEvent[] {
  return Array.from({ length: count }, (_, at) => requestOf(at + 1, "GET", `/api/${at + 1}`, 200, 5));
}

/** Makes what is drawn. */
export function snapshotOf(
  { processes = [processOf("Igniter")], events = [] }: {
    readonly processes?: readonly DevProcess[];
    readonly events?: readonly DevEvent[];
  } = {},
): Snapshot {
  return { processes, events, startedAt: NOON, now: NOON + 165_000 };
}

/** A dashboard without a terminal: what was typed, and what is then seen. */
export class Desk {
  #state: State;
  /** What the keys asked for. */
  readonly effects: Effect[] = [];

  /** What the session shows now. */
  snapshot: Snapshot;

  constructor(snapshot: Snapshot, columns = 80, rows = 24) {
    this.snapshot = snapshot;
    this.#state = createState({ columns, rows });
  }

  /** Types keys, as a terminal sends them. */
  type(...keys: string[]): this {
    for (const key of keys) {
      const reader = createKeyReader();
      for (const input of [...reader.read(new TextEncoder().encode(key)), ...reader.flush()]) this.#take(input);
    }
    return this;
  }

  /** Changes the size of the screen. */
  resize(columns: number, rows: number): this {
    this.#take({ name: "resize", size: { columns, rows } });
    return this;
  }

  /** Tells what went wrong. */
  notice(text: string): this {
    this.#take({ name: "notice", text });
    return this;
  }

  /** What the terminal gets. */
  lines(colour = false): string[] {
    return render(this.#state, this.snapshot, { colour });
  }

  /** What is seen: without looks and without blanks at the ends. */
  screen(): string[] {
    return this.lines().map((line) => plain(line).trimEnd());
  }

  /** What is seen of the list, without the empty rows below it. */
  body(): string[] {
    const screen = this.screen();
    const body = screen.slice(screen.findIndex((line) => line.startsWith("──")) + 1, screen.length > 13 ? -2 : -1);
    return body.slice(0, body.findLastIndex((line) => line !== "") + 1);
  }

  /** The line above the keys. */
  message(): string {
    return this.screen().at(-2) ?? "";
  }

  /** The number and name of the open tab: it is inverted. */
  tab(): string {
    const line = this.lines().find((text) => text.includes("●") || text.includes("○")) ?? "";
    // deno-lint-ignore no-control-regex -- the code that inverts
    return /\x1b\[7m(.*?)\x1b/.exec(line)?.[1] ?? "";
  }

  /** What is chosen in the list: it is inverted from end to end. */
  chosen(): string | undefined {
    return this.lines().find((line) => line.startsWith("\x1b[7m"))?.slice(4, -4).trimEnd();
  }

  #take(input: Parameters<typeof reduce>[1]): void {
    const { state, effect } = reduce(this.#state, input, this.snapshot);
    this.#state = state;
    if (effect !== undefined) this.effects.push(effect);
  }
}

/** Takes the looks away, and nothing else. */
export function plain(line: string): string {
  // deno-lint-ignore no-control-regex -- the codes of looks
  return line.replace(/\x1b\[\d*m/g, "");
}

/** A session that holds what it is told to. */
export class FakeSession implements DevSession {
  processes: readonly DevProcess[];
  events: readonly DevEvent[] = [];
  readonly startedAt: number = Date.now();
  readonly ended: Promise<void>;
  /** What the dashboard asked for, in order. */
  readonly asked: string[] = [];
  /** What `restart()` fails with. */
  restartFails: Error | undefined;
  #end: () => void;
  #listeners = new Set<() => void>();

  constructor(processes: readonly DevProcess[] = [processOf("Igniter")]) {
    this.processes = processes;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    this.#end = resolve;
  }

  /** Adds events. */
  tell(...events: DevEvent[]): void {
    this.events = [...this.events, ...events];
    this.changed();
  }

  /** Adds a line to a process. */
  write(name: string, text: string): void {
    const line: LogLine = { at: Date.now(), text, error: false };
    this.processes = this.processes.map((one) => one.name === name ? { ...one, lines: [...one.lines, line] } : one);
    this.changed();
  }

  /** Calls who listens. */
  changed(): void {
    for (const listener of this.#listeners) listener();
  }

  /** How many listen. */
  get listeners(): number {
    return this.#listeners.size;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  restart(): Promise<void> {
    this.asked.push("restart");
    return this.restartFails ? Promise.reject(this.restartFails) : Promise.resolve();
  }

  clear(target: ClearTarget): void {
    this.asked.push(`clear ${Object.values(target)[0]}`);
    if ("events" in target) this.events = this.events.filter(({ kind }) => kind !== target.events);
    else {
      this.processes = this.processes.map((one) => one.name === target.process ? { ...one, lines: [] } : one);
    }
    this.changed();
  }

  stop(): Promise<void> {
    this.asked.push("stop");
    this.#end();
    return this.ended;
  }
}

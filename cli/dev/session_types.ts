/**
 * A running `igniter dev`, as its screen sees it.
 *
 * @module
 */
import type { DevEvent } from "../../server/ports/dev_feed.ts";

/** A process that `igniter dev` started, or itself (the first: it tells there what it does). */
export interface DevProcess {
  /** "Igniter" for the application, "Next.js" for a framework's process. */
  readonly name: string;
  /** Undefined while nothing runs. */
  readonly pid: number | undefined;
  /** `failed`: it ended by itself and waits for a change; `stopped`: it was ended. */
  readonly status: "starting" | "running" | "restarting" | "stopped" | "failed";
  /** What it wrote; bounded, newest last. */
  readonly lines: readonly LogLine[];
  /** When it last wrote or answered, in milliseconds since the epoch. */
  readonly lastActivity: number | undefined;
}

/** A line that a process wrote. */
export interface LogLine {
  /** In milliseconds since the epoch. */
  readonly at: number;
  /** Without control codes. */
  readonly text: string;
  /** Whether it is from stderr, or a failure that `igniter dev` tells of. */
  readonly error: boolean;
}

/** What `clear` empties: the lines of the process of this name, or the events of this kind. */
export type ClearTarget = { readonly process: string } | { readonly events: DevEvent["kind"] };

/** A running `igniter dev`. Its arrays are replaced, not changed, so that two readings can be compared. */
export interface DevSession {
  /** In the order of their tabs. */
  readonly processes: readonly DevProcess[];
  /** Of all kinds; bounded, newest last. */
  readonly events: readonly DevEvent[];
  /** In milliseconds since the epoch. */
  readonly startedAt: number;
  /** Calls the listener after each change, several changes in one turn at once. Returns how to stop that. */
  onChange(listener: () => void): () => void;
  /** Ends the application and starts it anew, as a change would. */
  restart(): Promise<void>;
  clear(target: ClearTarget): void;
  /** Ends everything that was started; resolves when it is gone. */
  stop(): Promise<void>;
  /** Resolves when the session has ended, by `stop()` or by a signal. */
  readonly ended: Promise<void>;
}

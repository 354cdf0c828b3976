/**
 * The terminal that this process runs in, as the dashboard uses it.
 *
 * @module
 */
import type { Size } from "./layout.ts";

/** A terminal. */
export interface Terminal {
  /** Its size now. */
  size(): Size;
  /** Writes at once. */
  write(text: string): void;
  /** Gives what is typed, as it comes; ends when there is no more. */
  input(): AsyncIterable<Uint8Array>;
  /** Gives each key at once, as it is, or not any more: whole lines, with the terminal's own Ctrl-C. */
  setRaw(raw: boolean): void;
  /** Calls the listener after each change of size. Returns how to stop that. */
  onResize(listener: () => void): () => void;
  /** Whether colours are wanted. */
  readonly colour: boolean;
}

/** Takes the terminal of this process. */
export function processTerminal(): Terminal {
  const encoder = new TextEncoder();
  return {
    size: () => Deno.consoleSize(),
    write(text) {
      let rest = encoder.encode(text);
      while (rest.length > 0) rest = rest.subarray(Deno.stdout.writeSync(rest));
    },
    async *input() {
      const buffer = new Uint8Array(256);
      for (let length = await Deno.stdin.read(buffer); length !== null; length = await Deno.stdin.read(buffer)) {
        yield buffer.slice(0, length);
      }
    },
    setRaw: (raw) => Deno.stdin.setRaw(raw),
    onResize(listener) {
      // Windows has no such signal; there the dashboard looks at the size each second.
      if (Deno.build.os === "windows") return () => {};
      Deno.addSignalListener("SIGWINCH", listener);
      return () => Deno.removeSignalListener("SIGWINCH", listener);
    },
    colour: !Deno.env.get("NO_COLOR"),
  };
}

const ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l";
const LEAVE = "\x1b[?2026l\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l";

/**
 * Takes the terminal over: its other screen, no cursor, each key at once. Returns how to give it back, which happens by
 * itself when the process fails or exits: on a terminal in that state nobody can work.
 */
export function takeOver(terminal: Terminal): () => void {
  let taken = true;
  const giveBack = () => {
    if (!taken) return;
    taken = false;
    for (const event of ENDS) globalThis.removeEventListener(event, giveBack);
    // Of a terminal that is gone nothing needs to be restored.
    attempt(() => terminal.setRaw(false));
    attempt(() => terminal.write(LEAVE));
  };
  for (const event of ENDS) globalThis.addEventListener(event, giveBack);
  try {
    terminal.setRaw(true);
    terminal.write(ENTER);
  } catch (error) {
    giveBack();
    throw error;
  }
  return giveBack;
}

const ENDS = ["error", "unhandledrejection", "unload"] as const;

function attempt(action: () => void): void {
  try {
    action();
  } catch {
    // The reason why this is called matters more.
  }
}

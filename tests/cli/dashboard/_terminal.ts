/**
 * A terminal that a test types on, and that keeps what is written to it.
 *
 * @module
 */
import type { Size } from "../../../cli/dev/dashboard/layout.ts";
import type { Terminal } from "../../../cli/dev/dashboard/terminal.ts";

/** What takes a terminal over, and what gives it back. */
export const [ENTER, LEAVE] = ["\x1b[?1049h\x1b[?25l\x1b[?7l", "\x1b[?2026l\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l"];

/** A terminal without a screen. */
export class FakeTerminal implements Terminal {
  readonly colour = false;
  /** What was written, one entry per writing. */
  readonly written: string[] = [];
  /** Whether it is in raw mode; in order. */
  readonly raw: boolean[] = [];
  /** What writing fails with. */
  broken: Error | undefined;
  #size: Size;
  #resized = new Set<() => void>();
  #chunks: Uint8Array[] = [];
  #closed = false;
  #wake: () => void = () => {};

  constructor(columns = 80, rows = 24) {
    this.#size = { columns, rows };
  }

  /** Types, in one reading. */
  type(text: string): void {
    this.#chunks.push(new TextEncoder().encode(text));
    this.#wake();
  }

  /** Ends the input, as a terminal does that is closed. */
  close(): void {
    this.#closed = true;
    this.#wake();
  }

  /** Changes the size, and says so. */
  resize(columns: number, rows: number): void {
    this.#size = { columns, rows };
    for (const listener of this.#resized) listener();
  }

  /** How many want to know of another size. */
  get listeners(): number {
    return this.#resized.size;
  }

  /** What each line of the screen shows now; looks and blanks at the ends are taken away. */
  screen(): string[] {
    const lines: string[] = Array(this.#size.rows).fill("");
    for (const [text, row] of this.places()) lines[row - 1] = text;
    return lines;
  }

  /** The lines that were written since so many writings, with their rows. */
  places(since = 0): [text: string, row: number][] {
    // deno-lint-ignore no-control-regex -- what the screen writes
    const found = this.written.slice(since).join("").matchAll(/\x1b\[(\d+);1H(?:\x1b\[2K)?((?:[^\x1b]|\x1b\[\d*m)*)/g);
    // deno-lint-ignore no-control-regex -- the codes of looks
    return [...found].map(([, row, text = ""]) => [text.replace(/\x1b\[\d*m/g, "").trimEnd(), Number(row)]);
  }

  size(): Size {
    return this.#size;
  }

  write(text: string): void {
    if (this.broken) throw this.broken;
    this.written.push(text);
  }

  async *input(): AsyncIterable<Uint8Array> {
    while (true) {
      const chunk = this.#chunks.shift();
      if (chunk !== undefined) yield chunk;
      else if (this.#closed) return;
      else await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  setRaw(raw: boolean): void {
    this.raw.push(raw);
  }

  onResize(listener: () => void): () => void {
    this.#resized.add(listener);
    return () => this.#resized.delete(listener);
  }
}

/** Waits until something holds. @throws Error with what was there instead, after ten seconds. */
export async function until(holds: () => boolean | Promise<boolean>, told: () => unknown): Promise<void> {
  const end = Date.now() + 10_000;
  while (!await holds()) {
    if (Date.now() > end) throw new Error(`Cannot wait any longer: ${Deno.inspect(await told(), { depth: 9 })}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

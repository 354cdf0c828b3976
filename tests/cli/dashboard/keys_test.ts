import { assertEquals } from "@std/assert";
import { createKeyReader, type Key } from "../../../cli/dev/dashboard/keys.ts";

function named(keys: readonly Key[]): string[] {
  return keys.map((key) => key.name === "text" ? `'${key.text}'` : key.name);
}

function read(...chunks: (string | Uint8Array)[]): string[] {
  const reader = createKeyReader();
  const keys = chunks.flatMap((chunk) =>
    reader.read(typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk)
  );
  return named(keys);
}

Deno.test("keys: each sequence that terminals send for a key is that key", () => {
  const sequences = {
    "\x1b[A": "up",
    "\x1bOA": "up",
    "\x1b[B": "down",
    "\x1bOB": "down",
    "\x1b[5~": "pageup",
    "\x1b[6~": "pagedown",
    "\x1b[H": "home",
    "\x1bOH": "home",
    "\x1b[1~": "home",
    "\x1b[7~": "home",
    "\x1b[F": "end",
    "\x1bOF": "end",
    "\x1b[4~": "end",
    "\x1b[8~": "end",
    "\x1b[Z": "backtab",
    "\t": "tab",
    "\r": "enter",
    "\n": "enter",
    "\x7f": "backspace",
    "\b": "backspace",
    "\x15": "erase",
    "\x03": "interrupt",
  };
  for (const [sequence, name] of Object.entries(sequences)) {
    assertEquals(read(sequence), [name], JSON.stringify(sequence));
  }
});

Deno.test("keys: several keys in one reading are several keys", () => {
  assertEquals(read("1\t\x1b[A\x1b[Bqé漢👍"), ["'1'", "tab", "up", "down", "'q'", "'é'", "'漢'", "'👍'"]);
});

Deno.test("keys: a sequence split at any place is the same key", () => {
  for (const [sequence, name] of [["\x1b[5~", "pageup"], ["\x1bOA", "up"], ["\x1b[Z", "backtab"]] as const) {
    for (let at = 1; at < sequence.length; at++) {
      assertEquals(read(sequence.slice(0, at), sequence.slice(at)), [name], `at ${at}`);
    }
  }
});

Deno.test("keys: a character split over readings is one character", () => {
  const bytes = new TextEncoder().encode("漢");
  assertEquals(read(bytes.slice(0, 1), bytes.slice(1, 2), bytes.slice(2)), ["'漢'"]);
});

Deno.test("keys: a lone Escape waits for what may follow, and is a key when nothing does", () => {
  const reader = createKeyReader();
  assertEquals(named(reader.read(new Uint8Array([27]))), []);
  assertEquals(reader.pending, true);
  assertEquals(named(reader.flush()), ["escape"]);
  assertEquals(reader.pending, false);
  assertEquals(read("\x1b\x1b[A"), ["escape", "up"]);
});

Deno.test("keys: what means nothing here is swallowed whole", () => {
  // F5, Ctrl-Right, Delete, a mouse report, Alt-q, Ctrl-Z, Ctrl-A.
  assertEquals(read("\x1b[15~\x1b[1;5C\x1b[3~\x1b[<0;10;20M\x1bq\x1a\x01h"), ["'h'"]);
});

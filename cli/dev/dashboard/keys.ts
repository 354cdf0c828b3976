/**
 * Keys, from the bytes that a terminal sends for them.
 *
 * A key is a character or an escape sequence, and a sequence may be split over several readings. A lone Escape is the
 * beginning of every sequence: it is a key once nothing follows it for a moment, which `flush()` says.
 *
 * @module
 */

/** A key that is no character. */
export type NamedKey =
  | "up"
  | "down"
  | "pageup"
  | "pagedown"
  | "home"
  | "end"
  | "enter"
  | "escape"
  | "tab"
  | "backtab"
  | "backspace"
  | "erase"
  | "interrupt";

/** A key that was pressed. */
export type Key = { readonly name: NamedKey } | { readonly name: "text"; readonly text: string };

/** Turns what is read into keys. */
export interface KeyReader {
  /** Gives the keys that these bytes complete. */
  read(bytes: Uint8Array): Key[];
  /** Whether something was begun and may go on. */
  readonly pending: boolean;
  /** Gives what was begun as it is: nothing more comes. */
  flush(): Key[];
}

/** By what follows `ESC [` or `ESC O`. Terminals differ in Home and End. */
const sequences: Readonly<Record<string, NamedKey>> = {
  "A": "up",
  "B": "down",
  "H": "home",
  "F": "end",
  "M": "enter",
  "Z": "backtab",
  "1~": "home",
  "7~": "home",
  "4~": "end",
  "8~": "end",
  "5~": "pageup",
  "6~": "pagedown",
};

const controls: Readonly<Record<string, NamedKey>> = {
  "\x03": "interrupt",
  "\b": "backspace",
  "\x7f": "backspace",
  "\t": "tab",
  "\r": "enter",
  "\n": "enter",
  "\x15": "erase",
};

/** A whole sequence: `ESC [` parameters, a final character; `ESC O` and one; `ESC` and a character, which is Alt with it. */
// deno-lint-ignore no-control-regex
const whole = /^\x1b(?:\[([0-?]*[ -/]*[@-~])|O([ -~])|[^[O\x1b])/;
/** The beginning of one. */
// deno-lint-ignore no-control-regex
const begun = /^\x1b(?:\[[0-?]*[ -/]*|O)?$/;

/** Makes a reader of keys. */
export function createKeyReader(): KeyReader {
  const decoder = new TextDecoder();
  let rest = "";
  const take = (ended: boolean): Key[] => {
    const keys: Key[] = [];
    while (rest !== "") {
      if (!ended && begun.test(rest)) break;
      const [length, key] = first(rest);
      rest = rest.slice(length);
      if (key !== undefined) keys.push(key);
    }
    return keys;
  };
  return {
    read(bytes) {
      rest += decoder.decode(bytes, { stream: true });
      return take(false);
    },
    get pending() {
      return rest !== "";
    },
    flush: () => take(true),
  };
}

/** Gives the first key and how long it is; no key for what means nothing here. */
function first(text: string): [length: number, key: Key | undefined] {
  if (text.startsWith("\x1b")) {
    const found = whole.exec(text);
    if (found === null) return [1, { name: "escape" }];
    const name = sequences[found[1] ?? found[2] ?? ""];
    return [found[0].length, name && { name }];
  }
  const [character = ""] = text;
  const name = controls[character];
  if (name !== undefined) return [1, { name }];
  return [character.length, character < " " ? undefined : { name: "text", text: character }];
}

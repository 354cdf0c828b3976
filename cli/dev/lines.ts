/**
 * A stream of bytes as lines.
 *
 * @module
 */
import { stripVTControlCharacters } from "node:util";

/** Characters after which a line ends even without a line break: nobody reads further, and memory is finite. */
const MAX_LINE = 1_048_576;

/** Reads lines; the last one need not end. */
export async function* readLines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of stream) {
    rest += decoder.decode(bytes, { stream: true });
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
    if (rest.length > MAX_LINE) {
      yield rest;
      rest = "";
    }
  }
  rest += decoder.decode();
  if (rest !== "") yield rest;
}

/** What is to be seen of a line: without colours and other codes, and of what overwrites itself the last version. */
export function toPlainText(line: string): string {
  const text = stripVTControlCharacters(line).replace(/\r+$/, "");
  // deno-lint-ignore no-control-regex
  return text.slice(text.lastIndexOf("\r") + 1).replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, "");
}

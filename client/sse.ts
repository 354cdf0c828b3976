/**
 * Reads `text/event-stream` (WHATWG HTML, section 9.2.6).
 *
 * @module
 */

/** Who hears of what a stream says. */
export interface EventStreamReader {
  /** An event; `id` is its own, absent where it has none. */
  readonly onEvent: (event: string, data: string, id: string | undefined) => void;
  /** The milliseconds to wait before a broken stream is opened anew. */
  readonly onRetry: (milliseconds: number) => void;
}

/** Makes what is fed with a stream's text, in pieces of any size; a byte order mark is the decoder's to take away. */
export function createParser({ onEvent, onRetry }: EventStreamReader): (chunk: string) => void {
  let rest = "";
  let afterReturn = false;
  let event = "";
  let data: string[] = [];
  let id: string | undefined;

  const end = () => {
    if (data.length > 0) onEvent(event || "message", data.join("\n"), id);
    event = "";
    data = [];
    id = undefined;
  };

  const read = (line: string) => {
    const [, name, value = ""] = /^([^:]*)(?::\x20?(.*))?$/s.exec(line) as unknown as [string, string, string?];
    if (name === "event") event = value;
    if (name === "data") data.push(value);
    if (name === "id" && !value.includes("\0")) id = value;
    if (name === "retry" && /^\d+$/.test(value)) onRetry(Number(value));
  };

  return (chunk) => {
    // A line's end may be cut in two, and waiting for the other half would hold an event back.
    const text = afterReturn && chunk[0] === "\n" ? chunk.slice(1) : chunk;
    if (chunk) afterReturn = chunk.endsWith("\r");
    const lines = text.split(/\r\n|\r|\n/);
    lines[0] = rest + lines[0];
    rest = lines.pop() as string;
    for (const line of lines) {
      if (line) read(line);
      else end();
    }
  };
}

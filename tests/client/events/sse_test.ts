import { assertEquals } from "@std/assert";
import { createParser } from "../../../client/sse.ts";

/** What a parser makes of a text, fed in pieces of a size. */
function parse(text: string, size = text.length): unknown[] {
  const heard: unknown[] = [];
  const feed = createParser({
    onEvent: (event, data, id) => heard.push([event, data, id]),
    onRetry: (milliseconds) => heard.push(milliseconds),
  });
  for (let at = 0; at < text.length; at += size) feed(text.slice(at, at + size));
  return heard;
}

const TEXT = [
  ": a comment\n\n",
  "retry: 3000\n\n",
  "id: 1\ndata: one\n\n",
  "event: named\rdata: two\rdata:  lines\r\r",
  "id\r\nevent: empty id\r\ndata\r\n\r\n",
  "unknown: field\nid: a\0b\ndata: x:y\n\n",
  "event: no data\n\n",
  "retry: 1s\ndata:\ndata:\n\n",
  "data: never ended",
].join("");

const HEARD = [
  3000,
  ["message", "one", "1"],
  ["named", "two\n lines", undefined],
  ["empty id", "", ""],
  ["message", "x:y", undefined],
  ["message", "\n", undefined],
];

Deno.test("createParser() reads every line ending, many lines of data, ids, retry, and drops what is not ended", () => {
  assertEquals(parse(TEXT), HEARD);
});

Deno.test("createParser() reads the same wherever the stream is cut", () => {
  for (let size = 1; size <= 40; size++) assertEquals(parse(TEXT, size), HEARD, `in pieces of ${size}`);
});

Deno.test("createParser() gives an event with its last line, not with the next piece", () => {
  assertEquals(parse("data: 1\r\r"), [["message", "1", undefined]]);
  assertEquals(parse("data: 1\r\n\r"), [["message", "1", undefined]]);
});

Deno.test("createParser() reads an empty piece between the two halves of a line ending", () => {
  const heard: unknown[] = [];
  const feed = createParser({ onEvent: (...event) => heard.push(event), onRetry: () => {} });
  for (const piece of ["data: 1\r", "", "\n\r\n"]) feed(piece);
  assertEquals(heard, [["message", "1", undefined]]);
});

Deno.test("createParser() reads a line of a megabyte that comes in small pieces", () => {
  const text = `data: ${"x".repeat(1 << 20)}\n\n`;
  const [heard] = parse(text, 64) as [[string, string, undefined]];
  assertEquals(heard[1].length, 1 << 20);
});

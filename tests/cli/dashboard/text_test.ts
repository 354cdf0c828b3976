import { assert, assertEquals } from "@std/assert";
import { clean, clip, fit, widthOf, wrap } from "../../../cli/dev/dashboard/text.ts";

Deno.test("text: what a terminal would obey is taken out", () => {
  assertEquals(clean("\x1b[31mred\x1b[0m \x1b[2J\x1b[10;10Hthere"), "red there");
  assertEquals(clean("\x1b]0;title\x07a\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\b"), "alinkb");
  assertEquals(clean("one\r\ntwo\bthree\x00\x7f\x9b31m\x9d"), "onetwothree");
  assertEquals(clean("a\tb"), "a  b");
  assertEquals(clean("user\u202egpj.exe\u2066x\u2069\u200f\u2028y"), "usergpj.exexy");
  assertEquals(clean("half \ud83d of an emoji"), "half \ufffd of an emoji");
  // deno-lint-ignore no-control-regex -- what must not be there
  assert(!/[\x00-\x1f\x7f-\x9f]/.test(clean("\x1b\x1b[\x1b]\x1bP broken \x1b[999999999999;;;\x1b[?1049l \x1bc")));
});

Deno.test("text: the width is that of cells, not of characters", () => {
  assertEquals(widthOf("plain"), 5);
  assertEquals(widthOf("漢字"), 4);
  assertEquals(widthOf("e\u0301"), 1);
  assertEquals(widthOf("👍"), 2);
  assertEquals(widthOf("👩‍👩‍👧"), 2);
  assertEquals(widthOf("●○─…"), 4);
});

Deno.test("text: what is too wide is cut between characters and filled to size", () => {
  assertEquals(clip("hello", 5), "hello");
  assertEquals(clip("hello", 4), "hel…");
  assertEquals(clip("漢字漢字", 6), "漢字…");
  assertEquals(fit("漢字漢字", 6), "漢字… ");
  assertEquals(clip("👩‍👩‍👧👩‍👩‍👧", 3), "👩‍👩‍👧…");
  assertEquals(clip("hello", 0), "");
  for (const text of ["hello", "漢字漢字", "e\u0301e\u0301e\u0301", "a👍b👍"]) {
    for (let cells = 0; cells < 12; cells++) assertEquals(widthOf(fit(text, cells)), cells, `${text} in ${cells}`);
  }
});

Deno.test("text: a long line is folded, and nothing of it is lost", () => {
  assertEquals(wrap("", 5), [""]);
  assertEquals(wrap("hello world", 5), ["hello", " worl", "d"]);
  assertEquals(wrap("a漢字", 2), ["a", "漢", "字"]);
  assertEquals(wrap("漢", 1), ["…"]);
  for (const text of ["x".repeat(1000), "漢字é👍 ".repeat(100), "e\u0301".repeat(50)]) {
    const lines = wrap(text, 7);
    assertEquals(lines.join(""), text);
    assert(lines.every((line) => widthOf(line) <= 7));
  }
});

Deno.test("text: a very long line is folded in one pass", () => {
  const started = performance.now();
  assertEquals(wrap("漢x".repeat(100_000), 90).join("").length, 200_000);
  const took = performance.now() - started;
  assert(took < 5_000, `${took} ms`);
});

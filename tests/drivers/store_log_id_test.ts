import { compareLogIds } from "@igniter-js/core";
import { assertEquals, assertNotEquals } from "@std/assert";
import { createEpoch, parseLogId, toLogId } from "../../server/ports/log_id.ts";

Deno.test("compareLogIds() orders ids of one epoch by number, not as texts", () => {
  assertEquals(compareLogIds("a1-9", "a1-10"), -1);
  assertEquals(compareLogIds("a1-10", "a1-9"), 1);
  assertEquals(compareLogIds("a1-10", "a1-10"), 0);
  assertEquals(compareLogIds("a1-0", "a1-9007199254740991"), -1);
});

Deno.test("compareLogIds() gives undefined where there is no order", () => {
  assertEquals(compareLogIds("a1-1", "a2-1"), undefined);
  const none = [
    "",
    "a1",
    "a1-",
    "-1",
    "a1-01",
    "a1--1",
    "a1-1.5",
    "a1-1 ",
    "A1-1",
    "g-1",
    "a1-9007199254740992",
    "1-1\n",
  ];
  for (const text of none) {
    assertEquals(compareLogIds(text, text), undefined, JSON.stringify(text));
    assertEquals(compareLogIds("a1-1", text), undefined, JSON.stringify(text));
  }
});

Deno.test("an id of a log is its epoch and number, and no epoch comes twice", () => {
  const epochs = new Set(Array.from({ length: 1_000 }, () => createEpoch()));
  assertEquals(epochs.size, 1_000);
  for (const epoch of epochs) assertEquals(parseLogId(toLogId({ epoch, n: 7 })), { epoch, n: 7 });
  assertNotEquals(createEpoch(), createEpoch());
});

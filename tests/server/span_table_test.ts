import { assertEquals } from "@std/assert";
import { hashOn, SpanTable } from "../../server/span_table.ts";

function hashOf(text: string): number {
  let hash = 0;
  for (let at = 0; at < text.length; at++) hash = hashOn(hash, text.charCodeAt(at));
  return hash;
}

Deno.test("a SpanTable finds its keys in longer texts, and nothing else", () => {
  const table = new SpanTable<number>();
  const keys = Array.from({ length: 1000 }, (_, index) => `/api/v1/c${index % 50}/a${index}`);
  keys.forEach((key, index) => table.put(key, index));
  for (const [index, key] of keys.entries()) {
    const text = `http://127.0.0.1${key}?page=2`;
    const start = text.indexOf(key);
    assertEquals(table.find(text, start, start + key.length, hashOf(key)), index);
    assertEquals(
      table.find(text, start, start + key.length - 1, hashOf(key.slice(0, -1))),
      keys.indexOf(key.slice(0, -1)) >= 0 ? keys.indexOf(key.slice(0, -1)) : undefined,
    );
    assertEquals(table.find("/nothing", 0, 8, hashOf("/nothing")), undefined);
  }
});

Deno.test("a SpanTable tells apart keys of one hash, and keeps a key's first value", () => {
  // "Aa" and "BB" have one hash, as in every polynomial of 31.
  assertEquals(hashOf("Aa"), hashOf("BB"));
  const table = new SpanTable<string>();
  table.put("Aa", "first");
  assertEquals(table.find("BB", 0, 2, hashOf("BB")), undefined);
  table.put("BB", "second");
  table.put("Aa", "third");
  assertEquals([table.find("Aa", 0, 2, hashOf("Aa")), table.find("BB", 0, 2, hashOf("BB"))], ["first", "second"]);
});

import { assertEquals, assertRejects } from "@std/assert";
import { Patience } from "../../drivers/bullmq_patience.ts";

Deno.test("Patience gives answers and failures on, and ends what takes too long, each at its own time", async () => {
  const patience = new Patience(30, () => new Error("late"));
  const never = new Promise<never>(() => {});
  const first = patience.wait(never);
  assertEquals(await patience.wait(Promise.resolve(1)), 1);
  await assertRejects(() => patience.wait(Promise.reject(new TypeError("refused"))), TypeError, "refused");
  const second = patience.wait(never);
  await assertRejects(() => first, Error, "late");
  await assertRejects(() => second, Error, "late");
  // Nothing waits any more: no timer is left, as the sanitizers see.
  assertEquals(await patience.wait(Promise.resolve(2)), 2);
});

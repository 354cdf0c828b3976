import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { createFakeClock } from "../../server/testing/clock.ts";

Deno.test("createFakeClock() tells the time it was given and stands still", async () => {
  assertEquals(createFakeClock().now(), 0);
  const clock = createFakeClock({ now: 1_000 });
  await new Promise((resolve) => setTimeout(resolve));
  assertEquals(clock.now(), 1_000);
});

Deno.test("createFakeClock() refuses a start that is not finite", () => {
  assertThrows(() => createFakeClock({ now: NaN }), RangeError, "Cannot start a clock at NaN");
  assertThrows(() => createFakeClock({ now: Infinity }), RangeError, "Cannot start a clock at Infinity");
});

Deno.test("FakeClock.advance() runs work at its time, not before", async () => {
  const clock = createFakeClock({ now: 500 });
  const ran: number[] = [];
  clock.schedule(() => ran.push(clock.now()), 100);
  await clock.advance(99);
  assertEquals([ran, clock.now(), clock.pending], [[], 599, 1]);
  await clock.advance(1);
  assertEquals([ran, clock.now(), clock.pending], [[600], 600, 0]);
  await clock.advance(1_000);
  assertEquals([ran, clock.now()], [[600], 1_600]);
});

Deno.test("FakeClock.advance() runs work in the order of its time, then of scheduling", async () => {
  const clock = createFakeClock();
  const ran: string[] = [];
  clock.schedule(() => ran.push("late"), 30);
  clock.schedule(() => ran.push("first at 20"), 20);
  clock.schedule(() => ran.push("early"), 10);
  clock.schedule(() => ran.push("second at 20"), 20);
  await clock.advance(30);
  assertEquals(ran, ["early", "first at 20", "second at 20", "late"]);
});

Deno.test("FakeClock.advance() runs work that is scheduled on the way, in its place", async () => {
  const clock = createFakeClock();
  const ran: string[] = [];
  clock.schedule(() => {
    ran.push(`a ${clock.now()}`);
    clock.schedule(() => ran.push(`b ${clock.now()}`), 5);
    clock.schedule(() => ran.push(`beyond ${clock.now()}`), 91);
  }, 10);
  clock.schedule(() => ran.push(`c ${clock.now()}`), 20);
  await clock.advance(100);
  assertEquals(ran, ["a 10", "b 15", "c 20"]);
  assertEquals([clock.now(), clock.pending], [100, 1]);
  await clock.advance(1);
  assertEquals(ran.at(-1), "beyond 101");
});

Deno.test("FakeClock.advance() keeps a repeating timer's beat", async () => {
  const clock = createFakeClock();
  const beats: number[] = [];
  const beat = () => {
    beats.push(clock.now());
    clock.schedule(beat, 10);
  };
  clock.schedule(beat, 10);
  await clock.advance(35);
  assertEquals(beats, [10, 20, 30]);
});

Deno.test("FakeClock.advance() lets promise reactions run between two pieces of work, however long their chain", async () => {
  const clock = createFakeClock();
  const ran: string[] = [];
  clock.schedule(async () => {
    for (let i = 0; i < 200; i++) await null;
    ran.push(`reaction at ${clock.now()}`);
    clock.schedule(() => ran.push(`scheduled by a reaction at ${clock.now()}`), 5);
  }, 10);
  clock.schedule(() => ran.push(`next at ${clock.now()}`), 20);
  await clock.advance(20);
  assertEquals(ran, ["reaction at 10", "scheduled by a reaction at 15", "next at 20"]);
});

Deno.test("FakeClock.advance() waits for reactions before its first piece of work and after its last", async () => {
  const clock = createFakeClock();
  const ran: string[] = [];
  const waits = async () => {
    for (let i = 0; i < 200; i++) await null;
    await new Promise<void>((resolve) => clock.schedule(resolve, 10));
    for (let i = 0; i < 200; i++) await null;
    ran.push(`done at ${clock.now()}`);
  };
  void waits();
  await clock.advance(10);
  assertEquals(ran, ["done at 10"]);
});

Deno.test("FakeClock.advance(0) runs what is due now", async () => {
  const clock = createFakeClock();
  const ran: string[] = [];
  clock.schedule(() => ran.push("zero"), 0);
  clock.schedule(() => ran.push("negative"), -5);
  clock.schedule(() => ran.push("NaN"), NaN);
  clock.schedule(() => ran.push("later"), 1);
  assertEquals(ran, []);
  await clock.advance(0);
  assertEquals(ran, ["zero", "negative", "NaN"]);
  assertEquals(clock.now(), 0);
});

Deno.test("FakeClock.schedule() gives back how to cancel, once and for that work only", async () => {
  const clock = createFakeClock();
  const ran: string[] = [];
  const work = () => ran.push("kept");
  clock.schedule(work, 10);
  const cancel = clock.schedule(work, 10);
  cancel();
  cancel();
  assertEquals(clock.pending, 1);
  await clock.advance(10);
  assertEquals(ran, ["kept"]);
  cancel();
  assertEquals(clock.pending, 0);
});

Deno.test("FakeClock.advance() does not run work that earlier work cancelled", async () => {
  const clock = createFakeClock();
  const ran: string[] = [];
  clock.schedule(() => cancel(), 10);
  const cancel = clock.schedule(() => ran.push("cancelled"), 10);
  await clock.advance(10);
  assertEquals(ran, []);
  assertEquals(clock.pending, 0);
});

Deno.test("FakeClock.advance() rejects with what work throws, and goes on from there", async () => {
  const clock = createFakeClock();
  const ran: number[] = [];
  clock.schedule(() => {
    throw new Error("broken work");
  }, 10);
  clock.schedule(() => ran.push(clock.now()), 20);
  await assertRejects(() => clock.advance(100), Error, "broken work");
  assertEquals([clock.now(), clock.pending, ran.length], [10, 1, 0]);
  await clock.advance(10);
  assertEquals(ran, [20]);
});

Deno.test("FakeClock.advance() called twice at once moves by the sum", async () => {
  const clock = createFakeClock();
  const ran: number[] = [];
  clock.schedule(() => ran.push(clock.now()), 7);
  clock.schedule(() => ran.push(clock.now()), 3);
  await Promise.all([clock.advance(5), clock.advance(5)]);
  assertEquals([ran, clock.now()], [[3, 7], 10]);
});

Deno.test("FakeClock.advance() may be called by work it runs", async () => {
  const clock = createFakeClock();
  const inner: Promise<void>[] = [];
  clock.schedule(() => inner.push(clock.advance(5)), 10);
  await clock.advance(20);
  assertEquals(inner.length, 1);
  await inner[0];
  assertEquals(clock.now(), 25);
});

Deno.test("FakeClock.advance() refuses to go back, or nowhere", async () => {
  const clock = createFakeClock();
  for (const ms of [-1, NaN, Infinity]) {
    await assertRejects(() => clock.advance(ms), RangeError, `Cannot advance a clock by ${ms}`);
  }
  assertEquals(clock.now(), 0);
  await clock.advance(1);
  assert(clock.now() === 1);
});

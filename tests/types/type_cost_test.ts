/**
 * What an action costs the compiler, in instantiations: they are deterministic, so a number can gate.
 *
 * @module
 */
import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { writeApp, writeFloor } from "./type_cost/apps.ts";
import { check, checkDeno, checkNative, countAny, createConsumer, declare } from "./type_cost/consumer.ts";

/** Per action, one of ten called. tRPC has 484, oRPC 592. */
const budget = 320;
/** More, per action that is called through the core client; what calling a plain function costs is not counted. */
const callBudget = 300;
/** More, per action that is also used by its hook. */
const hookBudget = 60;

Deno.test("R72 the types of an app of many actions", async (t) => {
  const consumer = await createConsumer();
  try {
    const app500 = writeApp(500);

    const count = (write: (actions: number) => string, actions: number): number => {
      const { instantiations, errors } = check(consumer, write(actions));
      assertEquals(errors, []);
      return instantiations;
    };
    const at1000 = count(writeApp, 1000);
    const slope = (at1000 - count(writeApp, 500)) / 500;

    await t.step(`an action costs at most ${budget} instantiations above the zod floor`, () => {
      const floor = (count(writeFloor, 1000) - count(writeFloor, 500)) / 500;
      assert(floor > 0, "the floor was not measured");
      console.log(`${(slope - floor).toFixed(1)} instantiations per action above the zod floor of ${floor.toFixed(1)}`);
      assertLessOrEqual(slope - floor, budget);
    });

    await t.step(`a call through the core client costs at most ${callBudget} instantiations`, () => {
      const added = (write: (actions: number, called: number) => string) =>
        (count((actions) => write(actions, 10), 500) - count((actions) => write(actions, 0), 500)) / 500;
      const cost = added((actions, called) => writeApp(actions, { called })) - added(writeFloor);
      console.log(`${cost.toFixed(1)} instantiations more per action called through the core client`);
      assert(cost > 0, "the calls were not measured");
      assertLessOrEqual(cost, callBudget);
    });

    for (const kind of ["query", "mutation"] as const) {
      await t.step(`the hook of a ${kind} costs at most ${hookBudget} instantiations more`, () => {
        const called = (hooks: boolean) =>
          count((actions) => writeApp(actions, { way: "react", called: 10, kind, hooks }), 500);
        const cost = (called(true) - called(false)) / 500;
        console.log(`${cost.toFixed(1)} instantiations more per ${kind} used by its hook`);
        assert(cost > 0, "the hooks were not measured");
        assertLessOrEqual(cost, hookBudget);
      });
    }

    await t.step("an action among 3,000 costs what it costs among 1,000", () => {
      const beyond = (count(writeApp, 3000) - at1000) / 2000;
      assertLessOrEqual(Math.abs(beyond / slope - 1), 0.02, `${slope} up to 1,000 actions, ${beyond} up to 3,000`);
    });

    await t.step("declarations are written, name exported types only and hold no any", () => {
      const { text, errors } = declare(consumer, app500);
      assertEquals(errors, []);
      assert(text.includes("export declare const app"));
      assertEquals(countAny(text), 0);
    });

    await t.step("TypeScript 7 accepts the app", async () => {
      assertEquals(await checkNative(consumer, app500), []);
    });

    await t.step("TypeScript 6, Deno's own, accepts the app", async () => {
      assertEquals(await checkDeno(consumer, app500), "");
    });

    await t.step("all three refuse an app with a wrong input", async () => {
      const wrong = writeApp(10).replace(`a0_0: "x"`, `a0_0: 1`);
      assertEquals(check(consumer, wrong).errors.length, 1);
      assertEquals((await checkNative(consumer, wrong)).length, 1);
      assert((await checkDeno(consumer, wrong)).includes("TS2322"));
    });

    await t.step("an any in a declaration is counted", () => {
      assertEquals(countAny(`declare const any: { any: string; a: any; b: Map<string, any> }; // any`), 2);
    });
  } finally {
    Deno.removeSync(consumer.folder, { recursive: true });
  }
});

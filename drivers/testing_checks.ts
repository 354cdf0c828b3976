/**
 * What the contract suites check with: no test framework is needed to run them.
 *
 * @module
 */

/** Runs a test's body and closes what it worked with; a failure of that must not hide the body's. */
export async function closing(store: { close(): Promise<void> }, body: () => Promise<void>): Promise<void> {
  try {
    await body();
  } catch (error) {
    await store.close().catch(() => {});
    throw error;
  }
  await store.close();
}

/** Gives `Deno.test`. @throws TypeError where there is none. */
export function registrar(name: string): (name: string, fn: () => Promise<void>) => void {
  const { Deno } = globalThis as { Deno?: { test?: (name: string, fn: () => Promise<void>) => void } };
  if (!Deno?.test) {
    throw new TypeError(`Cannot register the tests of "${name}": there is no Deno.test and no options.test`);
  }
  return Deno.test;
}

/** Lets that many milliseconds pass. */
export function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Waits until a condition holds, and fails with what it waited for when the time is over. */
export async function until(condition: () => boolean, what: () => string, timeout: number): Promise<void> {
  const end = performance.now() + timeout;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`Waited ${timeout} ms for ${what()}`);
    await wait(2);
  }
}

/** Checks that a call gives a promise that rejects with an error of a type. */
export async function rejects(
  call: () => Promise<unknown>,
  type: ErrorConstructor | TypeErrorConstructor | RangeErrorConstructor,
  what: string,
): Promise<void> {
  let promise: Promise<unknown>;
  try {
    promise = call();
  } catch (cause) {
    throw new Error(`${what}: expected a promise that rejects, but the call itself threw`, { cause });
  }
  const outcome = await promise.then((value) => ({ value }), (error: unknown) => ({ error }));
  if ("value" in outcome) throw new Error(`${what}: expected a ${type.name}, got the value ${show(outcome.value)}`);
  if (outcome.error instanceof type) return;
  throw new Error(`${what}: expected a ${type.name}, got ${outcome.error}`, { cause: outcome.error });
}

/** Checks that two values are the same as far as JSON goes. */
export function equal(actual: unknown, expected: unknown, what: string): void {
  if (!isEqual(actual, expected)) throw new Error(`${what}: expected ${show(expected)}, got ${show(actual)}`);
}

/** Compares what JSON can give, and `undefined`; the order of an object's keys does not count. */
function isEqual(a: unknown, b: unknown): boolean {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return Object.is(a, b);
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && isEqual(property(a, key), property(b, key)));
}

function property(object: object, key: string): unknown {
  return Object.getOwnPropertyDescriptor(object, key)?.value;
}

/** Gives what JSON makes of a value. */
export function roundTrip(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

/** Writes a value as JSON, and what JSON would lose by its name. */
export function show(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(show).join(", ")}]`;
  if (typeof value === "function") return "a function";
  if (typeof value === "object" && value !== null || typeof value === "string") return JSON.stringify(value);
  return Object.is(value, -0) ? "-0" : String(value);
}

/** Lists the numbers from 1 to `count`. */
export function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

/**
 * The contract suite of the store port.
 *
 * @module
 */
import type { Store } from "../server/ports/store.ts";
import { closing, registrar, wait } from "./testing_checks.ts";
import type { Bench, PairTest } from "./testing_store_kit.ts";
import { testFollowing, testLogs } from "./testing_store_logs.ts";
import { testMessages, testUnsubscribing } from "./testing_store_messages.ts";
import { testClosed, testPeers, testStrangers } from "./testing_store_peers.ts";
import { testCounters, testKeys, testTtl, testValues } from "./testing_store_values.ts";

/** How the suite runs on a store. */
export interface StoreTestOptions<S extends Store = Store> {
  /**
   * Lets that many milliseconds pass for the store: by moving its clock, or by waiting. No test asks for more than two
   * seconds at a time. @default waits
   */
  readonly advance?: ((ms: number) => void | Promise<void>) | undefined;
  /** Registers a test. @default Deno.test */
  readonly test?: ((name: string, fn: () => Promise<void>) => void) | undefined;
  /** Milliseconds a message may take to arrive before a test fails. @default 5000 */
  readonly timeout?: number | undefined;
  /**
   * Opens another store on the same data, as a second process does. Tests of what processes share are registered only
   * when it is given.
   */
  readonly peer?: ((store: S) => Store | Promise<Store>) | undefined;
  /**
   * Opens a store in the same place under another prefix. Tests of what prefixes keep apart are registered only when it
   * is given.
   */
  readonly stranger?: ((store: S) => Store | Promise<Store>) | undefined;
}

/**
 * Registers the contract suite of the {@link Store} port: one test for each thing the port says, named
 * `<name>: <what it does>`.
 *
 * Each test calls `create` once and closes what it gave. A created store must be **empty**: give each a prefix, a
 * database or a file of its own.
 *
 * Beyond the port's words the suite settles what they leave open, so that drivers can be exchanged:
 *
 * - A ttl that is not a finite number greater than 0 is a RangeError, and changes nothing.
 * - `increment` refuses what is not an integer, a numeral in a string included, and leaves it as it was.
 * - A prefix given to `keys` and the name of a channel are taken literally: nothing in them is a pattern.
 * - Messages published one after the other to a channel arrive in that order, at every subscriber.
 * - Each subscriber has its own copy of a message.
 * - The same function subscribed twice to a channel is two subscriptions. `unsubscribe(channel, fn)` ends one of them;
 *   the function that `subscribe` gave ends its own, and does nothing when it is called again or after `close()`.
 * - Ending a subscription that does not exist is no error.
 * - `append`, `lastId` and `follow` refuse a ttl as `set` does. A ttl given to `lastId` and `follow` is for a log that
 *   does not exist; an entry's ttl takes the place of the earlier one, and so does its absence.
 * - An `id` may be any text: what is no id of the log gives `undefined`.
 * - `close()` again does nothing.
 *
 * @example A store whose clock can be moved, with a test runner of your own
 * ```ts
 * import { testStore } from "@igniter-js/core/drivers/testing";
 * import { createMemoryStoreAdapter } from "@igniter-js/core/drivers/memory";
 * import { createFakeClock } from "@igniter-js/core/testing";
 *
 * const tests: (() => Promise<void>)[] = [];
 * const clock = createFakeClock();
 * testStore("memory store", () => createMemoryStoreAdapter({ clock, onError: () => {} }), {
 *   advance: (ms) => clock.advance(ms),
 *   peer: (store) => store.connect(),
 *   stranger: (store) => store.connect({ prefix: "other:" }),
 *   test: (_name, fn) => tests.push(fn),
 * });
 * for (const test of tests) await test();
 * ```
 *
 * @throws TypeError when there is no `Deno.test` and `options.test` is not given.
 */
export function testStore<S extends Store>(
  name: string,
  create: () => S | Promise<S>,
  options: StoreTestOptions<S> = {},
): void {
  const { peer, stranger, timeout = 5000 } = options;
  const register = options.test ?? registrar(name);
  const advance = async (ms: number): Promise<void> => await (options.advance ?? wait)(ms);

  const test = (sentence: string, body: (bench: Bench) => Promise<void>): void =>
    register(`${name}: ${sentence}`, async () => {
      const store = await create();
      await closing(store, () => body({ store, advance, timeout }));
    });
  testValues(test);
  testTtl(test);
  testCounters(test);
  testKeys(test);
  testMessages(test);
  testUnsubscribing(test);
  testLogs(test);
  testFollowing(test);

  register(`${name}: close() refuses every later call`, async () => {
    await testClosed(await create(), timeout);
  });
  const withOther = (open: (store: S) => Store | Promise<Store>): PairTest => (sentence, body) =>
    register(`${name}: ${sentence}`, async () => {
      const store = await create();
      await closing(store, async () => {
        const other = await open(store);
        await closing(other, () => body({ store, other, open: async () => await open(store), timeout }));
      });
    });
  if (peer) testPeers(withOther(peer));
  if (stranger) testStrangers(withOther(stranger));
}

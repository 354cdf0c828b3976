/**
 * What the tests of the store suite work with.
 *
 * @module
 */
import type { LogFollower, Store, Subscriber } from "../server/ports/store.ts";
import { equal, show, until } from "./testing_checks.ts";

/** What a test works with. */
export interface Bench {
  /** An empty store; it is closed after the test. */
  readonly store: Store;
  /** Lets that many milliseconds pass. */
  readonly advance: (ms: number) => Promise<void>;
  /** Milliseconds a message may take. */
  readonly timeout: number;
}

/** What a test of two stores works with. */
export interface PairBench {
  /** An empty store; it is closed after the test. */
  readonly store: Store;
  /** The peer or stranger; it is closed after the test. */
  readonly other: Store;
  /** Opens one more; the test closes it. */
  readonly open: () => Promise<Store>;
  /** Milliseconds a message may take. */
  readonly timeout: number;
}

/** Registers a test of one store. */
export type Test = (
  sentence: string,
  body: (bench: Bench) => Promise<void>,
) => void; /** Registers a test of two stores. */
export type PairTest = (sentence: string, body: (bench: PairBench) => Promise<void>) => void;

/** Values that JSON carries; each must come back as `JSON.parse(JSON.stringify(value))` gives it. */
export function carried(): unknown[] {
  return [
    0,
    -0,
    1.5,
    -7,
    1e21,
    NaN,
    Infinity,
    false,
    true,
    null,
    "",
    "0",
    "null",
    "ação ✓ 🦕\n\u0000\"'\\",
    [],
    [1, [2, [3]], undefined, () => {}],
    {},
    { nested: { list: [{ id: 1 }, null, false, ""] }, absent: undefined, method: () => {} },
    JSON.parse('{"__proto__":{"polluted":true},"constructor":1}'),
    new Date(0),
    new Map([[1, 2]]),
    { toJSON: () => ["what toJSON gave"] },
  ];
}

/** Values that JSON does not carry. */
export function refused(): [string, unknown][] {
  const cycle: Record<string, unknown> = {};
  cycle["self"] = cycle;
  return [
    ["undefined", undefined],
    ["a function", () => {}],
    ["a symbol", Symbol("s")],
    ["a cycle", cycle],
    ["a bigint", 1n],
    ["a bigint inside an object", { id: 1n }],
  ];
}

/** Ttls that are refused. */
export const badTtls: readonly number[] = [0, -1, NaN, Infinity];

/** A subscriber that keeps what it receives. */
export interface Listener {
  /** What it subscribed with. */
  readonly subscriber: Subscriber;
  /** Ends the subscription. */
  readonly stop: () => Promise<void>;
  /** Waits until as many messages arrived, then compares all that it received so far. */
  heard(...messages: unknown[]): Promise<void>;
}

/** Subscribes to a channel. */
export async function listen(store: Store, channel: string, timeout: number): Promise<Listener> {
  const messages: unknown[] = [];
  const subscriber: Subscriber = (message) => messages.push(message);
  const stop = await store.subscribe(channel, subscriber);
  return {
    subscriber,
    stop,
    async heard(...expected) {
      const what = (): string => `${expected.length} messages in channel "${channel}", got ${show(messages)}`;
      await until(() => messages.length >= expected.length, what, timeout);
      equal(messages, expected, `what a subscriber of channel "${channel}" received`);
    },
  };
}

/** A follower that keeps what it receives. */
export interface Trail {
  /** What it follows with. */
  readonly follower: LogFollower;
  /** The ids it received. */
  readonly ids: readonly string[];
  /** Ends the following. */
  readonly stop: () => Promise<void>;
  /** Waits until as many entries arrived, then compares the messages of all so far; a gap is a failure. */
  heard(...messages: unknown[]): Promise<void>;
}

/** Follows a log. */
export async function trail(store: Store, log: string, timeout: number): Promise<Trail> {
  const ids: string[] = [];
  const received: unknown[] = [];
  const follower: LogFollower = {
    entry: ({ id, message }) => {
      ids.push(id);
      received.push(message);
    },
    gap: ({ lastId }) => received.push(`a gap before ${lastId}`),
  };
  const stop = await store.follow(log, follower);
  return {
    follower,
    ids,
    stop,
    async heard(...expected) {
      const what = (): string => `${expected.length} entries of log "${log}", got ${show(received)}`;
      await until(() => received.length >= expected.length, what, timeout);
      equal(received, expected, `what a follower of log "${log}" received`);
    },
  };
}

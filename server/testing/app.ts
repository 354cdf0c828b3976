/**
 * Applications, requests and callers for tests.
 *
 * @module
 */
import { createMemoryStoreAdapter, type MemoryStore } from "../../drivers/memory.ts";
import { type BaseContext, type EmptySetup, Igniter } from "../builder.ts";
import type { Caller, CallerOptions } from "../caller.ts";
import type { Failure } from "../contract/error.ts";
import { readResult } from "../contract/result.ts";
import type { Core } from "../instance.ts";
import type { LogFields, Logger } from "../ports/logger.ts";
import { callerWithContext, type Router } from "../router.ts";
import { createFakeClock, type FakeClock } from "./clock.ts";

/** What an application under test has enabled. */
export interface TestFeatures {
  /** Collects what is logged. */
  readonly logger: Logger;
  /** A store in memory, on the fake clock. */
  readonly store: MemoryStore;
}

/** One logged line. */
export interface LogEntry {
  /** Its level. */
  readonly level: "debug" | "info" | "warn" | "error";
  /** Its message. */
  readonly message: string;
  /** Its fields. */
  readonly fields: LogFields;
}

/** An application under test. */
export interface TestApp<C extends object> {
  /** The instance: make actions, controllers and the router with it. */
  readonly igniter: Core<BaseContext<TestSetup<C>>, never, {}, C> & TestFeatures;
  /** What was logged so far. */
  readonly logs: readonly LogEntry[];
  /** The store. */
  readonly store: MemoryStore;
  /** Moves the store's time. */
  readonly clock: FakeClock;
}

/** The setup of an application under test. */
export interface TestSetup<C extends object> extends EmptySetup<C> {
  /** Logger and store. */
  readonly features: TestFeatures;
}

/**
 * Makes an application with a collecting logger and a store in memory. Each request gets a copy of `context`, which is a
 * plain object.
 */
export function createTestApp<C extends object = {}>(context?: C): TestApp<C> {
  const logs: LogEntry[] = [];
  const clock = createFakeClock();
  const store = createMemoryStoreAdapter({ clock });
  const igniter = Igniter.context(() => context ?? {}).logger(toLogger(logs, {})).store(store).create();
  return { igniter: igniter as unknown as TestApp<C>["igniter"], logs, store, clock };
}

function toLogger(logs: LogEntry[], base: LogFields): Logger {
  const at = (level: LogEntry["level"]) => (message: string, fields?: LogFields): void => {
    logs.push({ level, message, fields: { ...base, ...fields } });
  };
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    child: (fields) => toLogger(logs, { ...base, ...fields }),
  };
}

/** How a request is sent. */
export interface SendOptions {
  /** The body: a form, bytes or text as they are, anything else as JSON. */
  readonly body?: unknown;
  /** Its headers. */
  readonly headers?: HeadersInit;
}

/** What came back. */
export interface Sent {
  /** The HTTP status. */
  readonly status: number;
  /** The headers. */
  readonly headers: Headers;
  /** The data; `null` when it failed. */
  readonly data: unknown;
  /** The error; `null` when it succeeded. */
  readonly error: Failure | null;
}

/**
 * Sends a request through a router's handler, as a host would. `target` is a method and a path below the base path:
 * `"GET /users?page=2"`.
 *
 * @throws TypeError when `target` is not of that form.
 */
export async function send<R, A>(router: Router<R, A>, target: string, options: SendOptions = {}): Promise<Sent> {
  const [, method, path] = /^([A-Z]+) (\/.*)$/.exec(target) ?? [];
  if (method === undefined || path === undefined) {
    throw new TypeError(`Cannot send "${target}": it is not of the form "GET /path"`);
  }
  const headers = new Headers(options.headers);
  const base = router.basePath === "/" ? "" : router.basePath;
  const response = await router.handler(
    new Request(new URL(base + path, router.baseURL), { method, headers, ...toBody(options.body, headers) }),
  );
  const { status } = response;
  if (method === "HEAD" || method === "OPTIONS") {
    return { status, headers: response.headers, data: null, error: null };
  }
  const { data, error } = await readResult(response);
  return { status, headers: response.headers, data, error };
}

function toBody(body: unknown, headers: Headers): { readonly body?: BodyInit } {
  if (body === undefined) return {};
  const asIs = typeof body === "string" || body instanceof FormData || body instanceof URLSearchParams ||
    body instanceof Blob || body instanceof Uint8Array || body instanceof ReadableStream;
  if (asIs) return { body: body as BodyInit };
  if (!headers.has("content-type")) headers.set("content-type", "application/json");
  return { body: JSON.stringify(body) };
}

/** What a caller under test is given. */
export interface TestCallerOptions<A> extends CallerOptions {
  /** The application's context, in place of what its factory makes. */
  readonly context: A;
}

/**
 * A caller whose requests get the context given: same procedures, same validation, another database.
 *
 * @example
 * ```ts
 * import { Igniter } from "@igniter-js/core";
 * import { testCaller } from "@igniter-js/core/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const igniter = Igniter.context(() => ({ now: () => Date.now() })).create();
 * const time = igniter.controller({ path: "/time", actions: { now: igniter.query({ handler: ({ context }) => context.now() }) } });
 * const router = igniter.router({ controllers: { time } });
 *
 * const caller = testCaller(router, { context: { now: () => 7 } });
 * assertEquals((await caller.time.now.query()).data, 7);
 * ```
 */
export function testCaller<R, A extends object>(
  router: Router<R, A>,
  options: TestCallerOptions<NoInfer<A>>,
): Caller<R> {
  const { context, ...origin } = options;
  return callerWithContext(router, () => context, origin) as Caller<R>;
}

/**
 * Ensure: business rules as expressions. A check gives its value back, narrowed, or fails the request with a 4xx.
 *
 * @module
 */
import { IgniterError } from "./contract/error.ts";

/** How a failed check answers, where a message alone does not say it. */
export interface EnsureFailure {
  /** For people; it reaches the client as it is. */
  readonly message: string;
  /** For programs. @default "ERR_ENSURE" */
  readonly code?: string | undefined;
  /** The HTTP status, 400 to 599. @default the code's, which is 422 for `ERR_ENSURE` */
  readonly status?: number | undefined;
  /** What belongs to the code; it reaches the client. */
  readonly data?: unknown;
}

/** What a failed check says to the client: a message, or more. */
export type EnsureMessage = string | EnsureFailure;

/** What {@link EnsureChecks.toBeType} can ask for: `typeof`, except that `null` is no object; and arrays. */
export interface EnsureTypes {
  /** `typeof` is `"string"`. */
  readonly string: string;
  /** `typeof` is `"number"`; NaN is one. */
  readonly number: number;
  /** `typeof` is `"boolean"`. */
  readonly boolean: boolean;
  /** `typeof` is `"bigint"`. */
  readonly bigint: bigint;
  /** `typeof` is `"symbol"`. */
  readonly symbol: symbol;
  /** `typeof` is `"function"`. */
  readonly function: (...args: never[]) => unknown;
  /** `typeof` is `"object"` and it is not `null`; arrays are objects. */
  readonly object: object;
  /** `Array.isArray`. */
  readonly array: readonly unknown[];
}

/** The members of `T` that are a `U`; `U` itself where `T` does not say. */
export type EnsureNarrowed<T, U> = unknown extends T ? U : T extends U ? T : Extract<U, T>;

/** `T` without the values that count as empty and have a type of their own. */
export type EnsureNotEmpty<T> = Exclude<NonNullable<T>, "">;

/** `T` without the values that are falsy and have a type of their own. */
export type EnsureTruthy<T> = Exclude<NonNullable<T>, false | 0 | 0n | "">;

/**
 * The checks. Each gives its value back, narrowed: use what it returns (a destructured method cannot narrow the
 * variable itself, TS2775).
 *
 * A failed check throws an {@link IgniterError}: `ERR_ENSURE`, status 422 and exactly the message it was given, unless an
 * {@link EnsureFailure} says otherwise. Without a message it says what was expected, never what the value was. The
 * service's name and the check are in the error's `cause`: they are logged and do not reach the client.
 */
export interface EnsureChecks {
  /** Wants a value that is not `null` or `undefined`. @throws IgniterError `ERR_ENSURE` */
  toBeDefined<T>(value: T, message?: EnsureMessage): NonNullable<T>;
  /**
   * Wants a value that is not `null`, `undefined`, an empty string or an empty array. A string of spaces and `0` are not
   * empty.
   *
   * @throws IgniterError `ERR_ENSURE`
   */
  toBeNotEmpty<T>(value: T, message?: EnsureMessage): EnsureNotEmpty<T>;
  /** Wants a truthy value. @throws IgniterError `ERR_ENSURE` */
  toBeTruthy<T>(value: T, message?: EnsureMessage): EnsureTruthy<T>;
  /** Wants a value of a type; see {@link EnsureTypes}. @throws IgniterError `ERR_ENSURE` */
  toBeType<T, K extends keyof EnsureTypes>(
    value: T,
    type: K,
    message?: EnsureMessage,
  ): EnsureNarrowed<T, EnsureTypes[K]>;
  /** Wants a number from `min` to `max`, both included. @throws IgniterError `ERR_ENSURE` */
  toBeInRange<T extends number>(value: T | null | undefined, min: number, max: number, message?: EnsureMessage): T;
  /** Wants a number that is `min` or more. @throws IgniterError `ERR_ENSURE` */
  toBeAtLeast<T extends number>(value: T | null | undefined, min: number, message?: EnsureMessage): T;
  /** Wants a number that is `max` or less. @throws IgniterError `ERR_ENSURE` */
  toBeAtMost<T extends number>(value: T | null | undefined, max: number, message?: EnsureMessage): T;
  /** Wants an e-mail address as `<input type="email">` takes it (WHATWG HTML). @throws IgniterError `ERR_ENSURE` */
  toBeValidEmail<T>(value: T, message?: EnsureMessage): EnsureNarrowed<T, string>;
  /**
   * Wants an absolute URL as text (WHATWG URL), of any scheme: `javascript:` is one. Check the scheme of what becomes a
   * link.
   *
   * @throws IgniterError `ERR_ENSURE`
   */
  toBeValidUrl<T>(value: T, message?: EnsureMessage): EnsureNarrowed<T, string>;
  /**
   * Wants a valid `Date`, or text in the ISO 8601 profile of ECMAScript that names a day of the calendar: `2024-02-29`,
   * `2024-02-29T10:00Z`, `2024-02-29T10:00:00.000+01:00`.
   *
   * @throws IgniterError `ERR_ENSURE`
   */
  toBeValidDate<T>(value: T, message?: EnsureMessage): EnsureNarrowed<T, Date | string>;
  /**
   * Wants text that matches. The search begins at the start of the text, whatever the pattern's flags and `lastIndex`,
   * and leaves the pattern as it is. The time it takes is the pattern's.
   *
   * @throws IgniterError `ERR_ENSURE`
   */
  toMatchPattern<T>(value: T, pattern: RegExp, message?: EnsureMessage): EnsureNarrowed<T, string>;
  /** Wants one of the options, compared as `Array.prototype.includes` does. @throws IgniterError `ERR_ENSURE` */
  toBeOneOf<const O extends readonly unknown[]>(value: unknown, options: O, message?: EnsureMessage): O[number];
  /**
   * Wants the expected value itself: `===`, and NaN equals NaN. Objects are not compared by what they hold.
   *
   * @throws IgniterError `ERR_ENSURE`
   */
  toBeEqual<const U>(value: unknown, expected: U, message?: EnsureMessage): U;
  /**
   * Wants an object with this property, neither `null` nor `undefined`, and gives the property. What every object
   * inherits (`constructor`, `__proto__`, …) is not a property of it.
   *
   * @throws IgniterError `ERR_ENSURE`
   */
  toBeValidProperty<T extends object, K extends keyof T>(
    object: T | null | undefined,
    key: K,
    message?: EnsureMessage,
  ): NonNullable<T[K]>;
  /** Fails. @throws IgniterError `ERR_ENSURE`, always */
  error(message: EnsureMessage): never;
}

/** Makes {@link EnsureChecks}. */
export interface EnsureFactory {
  /** Makes the checks of a service. Its name goes into the log with each failure, not to the client. */
  initialize(name: string): EnsureChecks;
}

/**
 * Type-safe checks for business rules, in place of `if` and `throw`.
 *
 * @example
 * ```ts
 * import { Ensure } from "@igniter-js/core";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * const ensure = Ensure.initialize("MyApp");
 * const users = new Map([["1", { name: "ada" }]]);
 *
 * const user = ensure.toBeDefined(users.get("1"), "User not found");
 * assertEquals(user.name, "ada");
 * assertThrows(() => ensure.toBeDefined(users.get("2"), { message: "User not found", status: 404 }));
 * ```
 */
export const Ensure: EnsureFactory = { initialize: createChecks };

// Each quantifier that repeats ends at a character it cannot take: both are linear in the length of the text.
/** The pattern of WHATWG HTML, "Email state". */
const EMAIL =
  /^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/;
const ISO_DATE = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})?)?$/;

/** Methods stand alone: they work when they are taken off the object. */
function createChecks(name: string): EnsureChecks {
  function fail(check: keyof EnsureChecks, message: EnsureMessage | undefined, expected: string): never {
    throw failure(name, check, message ?? `Expected ${expected}`);
  }

  // `as never`: TypeScript cannot follow what a condition found out into the conditional type that is declared for it.
  return {
    toBeDefined: (value, message) => value ?? fail("toBeDefined", message, "a value"),
    toBeNotEmpty: (value, message) =>
      isEmpty(value) ? fail("toBeNotEmpty", message, "a value that is not empty") : value as never,
    toBeTruthy: (value, message) => value ? value as never : fail("toBeTruthy", message, "a truthy value"),
    toBeType: (value, type, message) =>
      isOfType(value, type) ? value as never : fail("toBeType", message, `a value of type ${type}`),
    toBeInRange: (value, min, max, message) =>
      isBetween(value, min, max) ? value as never : fail("toBeInRange", message, `a number from ${min} to ${max}`),
    toBeAtLeast: (value, min, message) =>
      isBetween(value, min, Infinity) ? value as never : fail("toBeAtLeast", message, `a number from ${min}`),
    toBeAtMost: (value, max, message) =>
      isBetween(value, -Infinity, max) ? value as never : fail("toBeAtMost", message, `a number up to ${max}`),
    toBeValidEmail: (value, message) =>
      typeof value === "string" && EMAIL.test(value)
        ? value as never
        : fail("toBeValidEmail", message, "an e-mail address"),
    toBeValidUrl: (value, message) =>
      typeof value === "string" && URL.canParse(value) ? value as never : fail("toBeValidUrl", message, "a URL"),
    toBeValidDate: (value, message) => isDate(value) ? value as never : fail("toBeValidDate", message, "a date"),
    toMatchPattern: (value, pattern, message) =>
      matches(value, pattern) ? value as never : fail("toMatchPattern", message, "text of another form"),
    toBeOneOf: (value, options, message) =>
      options.includes(value) ? value : fail("toBeOneOf", message, "one of the allowed values"),
    toBeEqual: (value, expected, message) =>
      isSame(value, expected) ? expected : fail("toBeEqual", message, "another value"),
    toBeValidProperty: (object, key, message) =>
      propertyOf(object, key) ?? fail("toBeValidProperty", message, `the property "${String(key)}"`),
    error: (message) => {
      throw failure(name, "error", message);
    },
  };
}

function failure(service: string, check: string, message: EnsureMessage): IgniterError {
  const { code = "ERR_ENSURE", ...rest }: EnsureFailure = typeof message === "string" ? { message } : message;
  return new IgniterError(code, { ...rest, cause: { service, check } });
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0);
}

function isOfType(value: unknown, type: keyof EnsureTypes): boolean {
  if (type === "array") return Array.isArray(value);
  return typeof value === type && value !== null;
}

function isBetween(value: unknown, min: number, max: number): boolean {
  return typeof value === "number" && value >= min && value <= max;
}

/** SameValueZero, as `includes` compares. */
function isSame(value: unknown, expected: unknown): boolean {
  return value === expected || Object.is(value, expected);
}

/** Date.parse rolls `2024-02-30` over into March: the day must come out as it went in. */
function isDate(value: unknown): boolean {
  if (value instanceof Date) return !Number.isNaN(value.getTime());
  if (typeof value !== "string" || !ISO_DATE.test(value) || Number.isNaN(Date.parse(value))) return false;
  const day = value.slice(0, 10);
  return new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
}

/** `search` begins at 0 and restores `lastIndex`, where `test` would begin at what a `g` or `y` pattern remembers. */
function matches(value: unknown, pattern: RegExp): boolean {
  return typeof value === "string" && value.search(pattern) !== -1;
}

function propertyOf<T extends object, K extends keyof T>(object: T | null | undefined, key: K): T[K] | undefined {
  if (object === undefined || object === null) return undefined;
  return Object.hasOwn(object, key) || !(key in Object.prototype) ? object[key] : undefined;
}

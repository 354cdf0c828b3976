/**
 * Assertions on types.
 *
 * @module
 */

/** `true` when two types are the same, `any` and optionality included; else `false`. */
export type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;

/**
 * Compiles only when `T` is `true`; does nothing at run time.
 *
 * @example
 * ```ts
 * import { type Equal, expectType } from "@igniter-js/core/testing";
 *
 * expectType<Equal<"a" | "b", "b" | "a">>();
 * // @ts-expect-error a string is not a number
 * expectType<Equal<string, number>>();
 * ```
 */
export function expectType<T extends true>(..._proof: T extends true ? [] : [never]): void {}

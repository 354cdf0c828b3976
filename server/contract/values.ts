/**
 * Questions about values that several parts of the wire ask.
 *
 * @module
 */

/** Tells what has fields. */
export function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** An object as it is while it is walked. */
export interface Fields {
  [key: string]: unknown;
}

/** Neither NaN, nor infinite, nor -0. */
export function isOrdinary(value: number): boolean {
  return value - value === 0 && (value !== 0 || 1 / value > 0);
}

/** An object literal's prototype is the end of its chain; so it is in other realms, whose `Object` is not ours. */
export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null || Object.getPrototypeOf(prototype) === null;
}

export function isBinary(value: unknown): value is ArrayBuffer | ArrayBufferView {
  return value instanceof ArrayBuffer || ArrayBuffer.isView(value);
}

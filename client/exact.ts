/**
 * What JSON writes as it is and gives back the same.
 *
 * @module
 */

/** The name of a value's kind. By it, and not by class: not every platform has all of them. */
export function kindOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

/** Tells whether JSON gives a value back the same, apart from what it holds. Not so: Date, Map, `undefined`, NaN, -0, … */
export function isExact(value: unknown): boolean {
  return /^(Object|Array|String|Boolean|Null)$/.test(kindOf(value)) ||
    Number.isFinite(value) && !Object.is(value, -0);
}

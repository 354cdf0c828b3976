/**
 * Records whose keys come from outside: they have no prototype, so that no key means anything but itself.
 *
 * @module
 */

/**
 * `Object.create(null)` gives a slow "dictionary" in V8; an instance of a function whose prototype has none is as safe
 * and as fast as a class's.
 */
const Bare = function () {} as unknown as { new (): Record<string, never>; prototype: object };
Bare.prototype = Object.freeze(Object.create(null));

/** Makes an empty record without inherited keys. */
export function createRecord<T>(): Record<string, T> {
  return new Bare() as Record<string, T>;
}

/** No path parameters. */
export const NO_PARAMS: { readonly [name: string]: string } = Object.freeze(Object.create(null));

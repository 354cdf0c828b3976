/**
 * The order of names in a document: by their code units, the same on every machine.
 *
 * @module
 */

/** Compares two names. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

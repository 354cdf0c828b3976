/**
 * How keys, channels and logs are written in SQLite.
 *
 * @module
 */

/** SQLite ends a text it gives back at the first NUL; so one is written as SOH 0, and SOH as SOH 1. */
export function toName(text: string): string {
  if (!text.includes("\u0000") && !text.includes("\u0001")) return text;
  return text.replaceAll("\u0001", "\u00011").replaceAll("\u0000", "\u00010");
}

/** Reads what {@link toName} wrote. */
export function fromName(name: string): string {
  if (!name.includes("\u0001")) return name;
  return name.replaceAll("\u00010", "\u0000").replaceAll("\u00011", "\u0001");
}

/** The time of an end in a column: `null` when there is none; beyond what a date can be there is no difference. */
export function toEndsAt(now: number, lifetime: number): number | null {
  return lifetime === Infinity ? null : Math.min(now + lifetime, 8.64e15);
}

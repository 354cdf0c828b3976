import { store } from "../../services/store.ts";

const MAX_FAILURES = 5;
/** Seconds after which failed attempts are forgotten. */
export const FAILURES_TTL = 60;

/**
 * Counts an attempt to sign in, before the password is looked at: guesses sent all at once would all get through
 * otherwise. Gives whether it may go on.
 */
export async function countAttempt(email: string, address: string): Promise<boolean> {
  return await store.increment(keyOf(email, address), { ttl: FAILURES_TTL }) <= MAX_FAILURES;
}

/** Takes back what was counted, after the right password. */
export async function forgetAttempts(email: string, address: string): Promise<void> {
  await store.delete(keyOf(email, address));
}

function keyOf(email: string, address: string): string {
  return `sign-in:${email}:${address}`;
}

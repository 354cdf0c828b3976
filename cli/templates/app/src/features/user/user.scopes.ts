import type { Session } from "./user.sessions.ts";

/** Everybody who is signed in. */
export const SIGNED_IN = "signed-in";

/** One user, in all windows. */
export function scopeOf(userId: string): string {
  return `user:${userId}`;
}

/** What live updates a session may hear; those without a session hear what is for everybody. */
export function scopesOf(session: Session | undefined): readonly string[] {
  return session ? [SIGNED_IN, scopeOf(session.userId)] : [];
}

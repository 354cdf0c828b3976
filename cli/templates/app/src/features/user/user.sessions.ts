import { store } from "../../services/store.ts";

/** The cookie that holds a session's token. */
export const SESSION_COOKIE = "session";
/** Seconds until a session ends. */
export const SESSION_TTL = 24 * 60 * 60;

/** A session. */
export interface Session {
  readonly token: string;
  readonly userId: string;
}

/** Begins a session; its token is random and says nothing by itself. */
export async function beginSession(userId: string): Promise<string> {
  const token = crypto.randomUUID();
  await store.set(`session:${token}`, userId, { ttl: SESSION_TTL });
  return token;
}

/** Gives the session that a token names. */
export async function findSession(token: string): Promise<Session | undefined> {
  const userId = await store.get<string>(`session:${token}`);
  return userId === undefined ? undefined : { token, userId };
}

/** Ends a session, wherever its token is used. */
export async function endSession(token: string): Promise<void> {
  await store.delete(`session:${token}`);
}

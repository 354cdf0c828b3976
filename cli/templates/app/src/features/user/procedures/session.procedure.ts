import { Igniter } from "@igniter-js/core";
import { findSession, type Session, SESSION_COOKIE } from "../user.sessions.ts";

/**
 * Runs before every action: adds `context.session()`, which finds the session of the request, once, when somebody wants
 * to know. A session is named by `Authorization: Bearer <token>`, as programs send it, or by the signed cookie that
 * browsers keep.
 */
export const session = Igniter.procedure({
  name: "session",
  handler: (_options, { request }) => {
    let session: Promise<Session | undefined> | undefined;
    const find = async () => {
      const token = readBearer(request.headers.get("authorization")) ?? await request.cookies.getSigned(SESSION_COOKIE);
      return token === undefined ? undefined : await findSession(token);
    };
    return { session: () => session ??= find() };
  },
});

function readBearer(header: string | null): string | undefined {
  return /^Bearer +(\S+)$/i.exec(header ?? "")?.[1];
}

import { igniter } from "../../../igniter.ts";
import { findSession, SESSION_COOKIE } from "../user.sessions.ts";

interface AuthOptions {
  /** Answers 401 to those who are not signed in. */
  readonly isAuthRequired?: boolean;
}

/**
 * Finds out who asks: by `Authorization: Bearer <token>`, as programs send it, or by the signed cookie that browsers
 * keep. What it returns is added to the context: `context.auth.user`. What it answers ends the request and becomes one
 * of the action's errors, also in the types.
 */
export const auth = igniter.procedure({
  name: "auth",
  handler: async (options: AuthOptions, { request, response, context }) => {
    const token = readBearer(request.headers.get("authorization")) ?? await request.cookies.getSigned(SESSION_COOKIE);
    const id = token === undefined ? undefined : await findSession(token);
    const user = id === undefined ? undefined : await context.database.user.findUnique({ where: { id } });
    if (options.isAuthRequired && user === undefined) {
      return response.unauthorized("Authentication required.").setHeader("www-authenticate", "Bearer");
    }
    return { auth: { user: user ?? null, token: user && token } };
  },
});

function readBearer(header: string | null): string | undefined {
  return /^Bearer +(\S+)$/i.exec(header ?? "")?.[1];
}

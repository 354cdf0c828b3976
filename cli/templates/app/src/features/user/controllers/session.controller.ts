import process from "node:process";
import { igniter } from "../../../igniter.ts";
import { verifyPassword } from "../../../services/password.ts";
import { auth } from "../procedures/auth.procedure.ts";
import { countAttempt, FAILURES_TTL, forgetAttempts } from "../user.attempts.ts";
import { scopeOf } from "../user.scopes.ts";
import { beginSession, endSession, SESSION_COOKIE, SESSION_TTL } from "../user.sessions.ts";
import { SignInInput } from "../user.types.ts";

export const sessionController = igniter.controller({
  path: "/sessions",
  actions: {
    /** `GET /sessions`: who am I? `null` for nobody. */
    current: igniter.query({
      description: "Gives the user who is signed in",
      use: [auth],
      handler: ({ response, context }) => response.success({ user: context.auth.user }),
    }),

    /** `POST /sessions`: the answer sets the session's cookie, and has its token for programs. */
    signIn: igniter.mutation({
      description: "Signs in",
      body: SignInInput,
      handler: async ({ request, response, context }) => {
        const { email, password } = request.body;
        const address = clientAddress(request.headers);
        if (!await countAttempt(email, address)) {
          return response.tooManyRequests("Too many attempts.", { retryAfter: FAILURES_TTL })
            .setHeader("retry-after", String(FAILURES_TTL));
        }

        const user = await context.database.user.findUnique({ where: { email } });
        const hash = user && await context.database.credential.find(user.id);
        const isRight = await verifyPassword(password, hash);
        // One answer to both: it must not say which of the two was right.
        if (user === undefined || !isRight) return response.unauthorized("Wrong email address or password.");

        await forgetAttempts(email, address);
        const token = await beginSession(user.id);
        await request.cookies.setSigned(SESSION_COOKIE, token, {
          maxAge: SESSION_TTL,
          httpOnly: true,
          sameSite: "Lax",
          secure: request.url.startsWith("https:"),
        });
        return response.created({ user, token });
      },
    }),

    /** `DELETE /sessions`. */
    signOut: igniter.mutation({
      description: "Signs out",
      method: "DELETE",
      use: [auth({ isAuthRequired: true })],
      handler: async ({ request, response, context }) => {
        if (context.auth.token !== undefined) await endSession(context.auth.token);
        request.cookies.delete(SESSION_COOKIE);
        return response.noContent()
          // His other windows ask again who they are.
          .revalidate("sessions.current", ({ auth }) => auth.user ? [scopeOf(auth.user.id)] : []);
      },
    }),
  },
});

/**
 * The client's address, so that a stranger's guesses lock out the stranger and not the user. Only a proxy knows it: name
 * the header that yours *overwrites* in CLIENT_ADDRESS_HEADER (`cf-connecting-ip`, `x-real-ip`). Any other header is
 * what the client likes it to be. Without one, failures count by email address alone.
 */
function clientAddress(headers: Headers): string {
  const name = process.env["CLIENT_ADDRESS_HEADER"];
  return name ? headers.get(name) ?? "" : "";
}

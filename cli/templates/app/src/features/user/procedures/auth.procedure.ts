import { igniter } from "../../../igniter.ts";

interface AuthOptions {
  /** Answers 401 to those who are not signed in. */
  readonly isAuthRequired?: boolean;
}

/**
 * Adds who asks to the context: `context.auth.user`. What it answers ends the request and becomes one of the action's
 * errors, also in the types.
 */
export const auth = igniter.procedure({
  name: "auth",
  handler: async (options: AuthOptions, { response, context }) => {
    const session = await context.session();
    const user = session && await context.database.user.findUnique({ where: { id: session.userId } });
    if (options.isAuthRequired && user === undefined) {
      return response.unauthorized("Authentication required.").setHeader("www-authenticate", "Bearer");
    }
    return { auth: { user: user ?? null, token: user && session?.token } };
  },
});

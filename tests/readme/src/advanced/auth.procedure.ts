// "Advanced Features", "Procedures (Middleware)"
import { igniter } from "../igniter.ts";

// deno-lint-ignore require-await
const verifyToken = async (token: string | undefined) => ({ id: token ?? "guest" });

type AuthOptions = { isAuthRequired?: boolean };

export const auth = igniter.procedure({
  handler: async (options: AuthOptions, { request, response }) => {
    const token = request.cookies.get("authorization");

    if (!token && options.isAuthRequired) {
      return response.unauthorized();
    }

    const user = await verifyToken(token); // Your token verification logic

    return {
      auth: {
        user,
        signOut: () => {
          request.cookies.delete("authorization");
          // Publish logout event via Igniter.js Store
          igniter.store.publish("user_logged_out", { userId: user.id });
        },
      },
    };
  },
});

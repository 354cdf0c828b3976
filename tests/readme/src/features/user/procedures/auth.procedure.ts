// Step 4: Create a Reusable Procedure
import { igniter } from "../../../igniter.ts";

const getCurrentUser = async () => {
  await Promise.resolve();
  return { id: "1", name: "John Doe", roles: ["admin"] };
};

type AuthOptions = {
  isAuthRequired?: boolean;
};

export const auth = igniter.procedure({
  handler: async (options: AuthOptions, { response }) => {
    const user = await getCurrentUser();

    if (options.isAuthRequired && !user) {
      return response.unauthorized("Authentication required.");
    }

    return {
      auth: {
        user,
      },
    };
  },
});

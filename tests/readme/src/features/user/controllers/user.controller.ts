// Step 5: Create a Feature Controller
import { igniter } from "../../../igniter.ts";
import { z } from "zod";
import { auth } from "../procedures/auth.procedure.ts";
import { UserInput } from "../user.types.ts";

export const userController = igniter.controller({
  path: "/users",

  actions: {
    list: igniter.query({
      path: "/",
      use: [auth({ isAuthRequired: true })],
      query: z.object({ page: z.number().optional().default(1) }),
      handler: async ({ response, context, query }) => {
        igniter.logger.info(`User ${context.auth.user?.id} is listing users.`);

        const users = await context.database.user.findMany({
          take: 10,
          skip: (query.page - 1) * 10,
        });

        return response.success({ users });
      },
    }),

    create: igniter.mutation({
      path: "/",
      method: "POST",
      body: UserInput,
      handler: async ({ request, response, context }) => {
        const { name, email } = request.body;

        igniter.logger.info("Attempting to create new user", { email });

        const user = await context.database.user.create({ data: { name, email } });

        await igniter.store.set(`user:${user.id}`, user, { ttl: 3600 });

        await igniter.jobs.system.schedule({
          task: "sendWelcomeEmail",
          delay: 1000,
          input: { userId: user.id, email, name },
        });

        return response.created(user).revalidate("users.list");
      },
    }),
  },
});

import { z } from "zod";
import { igniter } from "../../../igniter.ts";
import { hashPassword } from "../../../services/password.ts";
import { announceUser } from "../../notification/index.ts";
import { auth } from "../procedures/auth.procedure.ts";
import { SIGNED_IN } from "../user.scopes.ts";
import { User, UserInput } from "../user.types.ts";
import { scheduleWelcome } from "../user.welcome.ts";

const PAGE_SIZE = 10;
/** Seconds that a user stays in the cache. */
const CACHE_TTL = 3600;

export const userController = igniter.controller({
  path: "/users",
  actions: {
    /** `GET /users?page=2`, for those who are signed in. */
    list: igniter.query({
      description: "Lists users, the newest first, ten to a page",
      use: [auth({ isAuthRequired: true })],
      // The query string has the text "2"; the schema asks for a number, so the handler gets one.
      query: z.object({ page: z.number().int().min(1).optional().default(1) }),
      handler: async ({ response, context, query }) => {
        igniter.logger.info(`User ${context.auth.user?.id} is listing users.`);
        const [users, total] = await Promise.all([
          context.database.user.findMany({ take: PAGE_SIZE, skip: (query.page - 1) * PAGE_SIZE }),
          context.database.user.count(),
        ]);
        return response.success({ users, total, pages: Math.max(1, Math.ceil(total / PAGE_SIZE)) });
      },
    }),

    /** `GET /users/:id`, from the store when it is there. */
    byId: igniter.query({
      description: "Gives one user",
      path: "/:id",
      use: [auth({ isAuthRequired: true })],
      output: User,
      handler: async ({ response, context, params }) => {
        const key = `user:${params.id}`;
        const cached = await igniter.store.get<User>(key);
        if (cached !== undefined) return response.setHeader("x-cache", "hit").success(cached);
        const user = await context.database.user.findUnique({ where: { id: params.id } });
        if (user === undefined) return response.notFound("No such user.");
        await igniter.store.set(key, user, { ttl: CACHE_TTL });
        return response.setHeader("x-cache", "miss").success(user);
      },
    }),

    /** `POST /users`. */
    create: igniter.mutation({
      description: "Creates a user",
      body: UserInput,
      handler: async ({ request, response, context }) => {
        const { name, email, password } = request.body;
        igniter.logger.info("Attempting to create new user", { email });

        const user = await context.database.user.create({ data: { name, email } });
        // Returned, not thrown: so clients know of it, and of its data, by their types.
        if (user === undefined) return response.conflict("This email address is taken.", { email });
        if (password !== undefined) await context.database.credential.set(user.id, await hashPassword(password));

        await igniter.store.set(`user:${user.id}`, user, { ttl: CACHE_TTL });
        return response.created(user)
          // Every open list is fetched again: by those who may see it.
          .revalidate("users.list", () => [SIGNED_IN])
          .after(() => announceUser(user))
          .after(() => scheduleWelcome(user));
      },
    }),

    /** `POST /users/:id/welcome`: whoever created a user watches his welcome email by what this answers. */
    welcome: igniter.mutation({
      description: "Gives the job that sends a user's welcome email",
      path: "/:id/welcome",
      use: [auth({ isAuthRequired: true })],
      handler: async ({ response, context, params }) => {
        const user = await context.database.user.findUnique({ where: { id: params.id } });
        if (user === undefined) return response.notFound("No such user.");
        return response.accepted(await scheduleWelcome(user));
      },
    }),
  },
});

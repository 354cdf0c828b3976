import { z } from "zod";
import { igniter } from "../../igniter.ts";

const NOTHING_OF_THIS_IN_A_BROWSER = "only the server knows this text";

export const usersController = igniter.controller({
  path: "/users",
  actions: {
    list: igniter.query({
      path: "/",
      query: z.object({ page: z.number().optional().default(1) }),
      handler: ({ context, query, response }) => {
        const users = context.memory.users.slice((query.page - 1) * 10, query.page * 10);
        return response.success({ users });
      },
    }),
    count: igniter.query({
      path: "/count",
      handler: ({ context }) => ({ users: context.memory.users.length, feeds: context.memory.feeds }),
    }),
    create: igniter.mutation({
      path: "/",
      body: z.object({ name: z.string().min(2) }),
      handler: ({ context, body, response }) => {
        if (body.name === NOTHING_OF_THIS_IN_A_BROWSER) return response.forbidden("Not that one");
        const { users } = context.memory;
        if (users.some(({ name }) => name === body.name)) return response.conflict(`${body.name} is there already`);
        const user = { id: users.length + 1, name: body.name, since: new Date() };
        users.push(user);
        return response.created(user).revalidate("users.list");
      },
    }),
    feed: igniter.query({
      path: "/feed",
      handler: async function* ({ context: { memory }, request }) {
        memory.feeds++;
        try {
          for (const { name } of memory.users) yield { name };
          // Open until the reader goes away.
          await new Promise((resolve) => request.signal.addEventListener("abort", resolve));
        } finally {
          memory.feeds--;
        }
      },
    }),
  },
});

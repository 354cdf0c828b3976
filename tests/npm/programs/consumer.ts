import { Igniter, IgniterError } from "@igniter-js/core";
import { nextRouteHandlerAdapter } from "@igniter-js/core/adapters";
import { createIgniterClient } from "@igniter-js/core/client/core";
import { createMemoryStoreAdapter } from "@igniter-js/core/drivers/memory";
import { type Equal, expectType } from "@igniter-js/core/testing";
import { z } from "zod";

const igniter = Igniter.context(() => ({ users: ["Ada"] })).store(createMemoryStoreAdapter()).create();
const auth = igniter.procedure({
  handler: (_options: { required: boolean }, { response }) => {
    if (Math.random() > 2) return response.unauthorized("Who are you?");
    return { user: { name: "Ada" } };
  },
});
const users = igniter.controller({
  path: "/users",
  actions: {
    list: igniter.query({
      path: "/:group",
      use: [auth({ required: true })],
      query: z.object({ page: z.string().transform(Number).optional() }),
      handler: ({ context, params, query, response }) => {
        expectType<Equal<typeof query.page, number | undefined>>();
        expectType<Equal<typeof context.user.name, string>>();
        if (query.page === 0) return response.conflict("No such page", { page: 0 as const });
        return response.success({ names: context.users, group: params.group, at: new Date() });
      },
    }),
  },
});
export const AppRouter = igniter.router({ controllers: { users } });
export const { GET, POST } = nextRouteHandlerAdapter(AppRouter);
export const api = createIgniterClient<typeof AppRouter>({ baseURL: "http://localhost" });

export async function useIt(): Promise<void> {
  const { data, error } = await api.users.list.query({ params: { group: "a" }, query: { page: "1" } });
  expectType<Equal<NonNullable<typeof data>, { names: string[]; group: string; at: Date }>>();
  expectType<
    Equal<
      "ERR_UNAUTHORIZED" | "ERR_CONFLICT" | "ERR_NETWORK" extends NonNullable<typeof error>["code"] ? true : false,
      true
    >
  >();
  if (error?.code === "ERR_CONFLICT") expectType<Equal<typeof error.data, { page: 0 }>>();
  // @ts-expect-error the page's input is a text
  await api.users.list.query({ params: { group: "a" }, query: { page: 1 } });
  // @ts-expect-error the group is missing
  await api.users.list.query({ query: {} });
  const thrown: unknown = new IgniterError("ERR_NOT_FOUND");
  if (thrown instanceof IgniterError) expectType<Equal<typeof thrown.code, string>>();
}

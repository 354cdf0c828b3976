/**
 * The hooks, as an application's compiler sees them through the declarations of the npm package.
 *
 * @module
 */
import { createIgniterClient, IgniterProvider, useIgniterQueryClient } from "@igniter-js/core/client";
import { type Equal, expectType } from "@igniter-js/core/testing";
import type { ReactNode } from "react";
import type { AppRouter } from "./consumer.ts";

export const client = createIgniterClient<typeof AppRouter>({ basePath: "/api/v1" });
export const useQueryClient = useIgniterQueryClient<typeof AppRouter>();

export function Users(): ReactNode {
  const queryClient = useQueryClient();
  const users = client.users.list.useQuery({ params: { group: "a" }, query: { page: "1" } });
  if (users.isLoading) return <p>Loading</p>;
  if (users.isError) return <p>{users.error.code === "ERR_CONFLICT" ? users.error.data.page : users.error.message}</p>;
  expectType<Equal<typeof users.data, { names: string[]; group: string; at: Date }>>();
  // @ts-expect-error the page's input is a text
  const wrong = () => client.users.list.queryKey({ params: { group: "a" }, query: { page: 1 } });
  const refresh = () => queryClient.invalidate("users.list");
  // @ts-expect-error there is no such action
  const mistaken = () => queryClient.invalidate("users.lst");
  return <button type="button" onClick={refresh} onDoubleClick={mistaken} onKeyDown={wrong}>{users.data.names}</button>;
}

export function App(): ReactNode {
  return (
    <IgniterProvider getContext={() => ({ userId: "1" })} getScopes={({ userId }) => [`user:${userId}`]}>
      <Users />
    </IgniterProvider>
  );
}

import { dehydrate, HydrationBoundary, QueryClient } from "@tanstack/react-query";
import { CreateUser } from "../features/users/components/create_user.tsx";
import { UserCount } from "../features/users/components/user_count.tsx";
import { UserList } from "../features/users/components/user_list.tsx";
import { api } from "../igniter.client.ts";

export const dynamic = "force-dynamic";

export default async function Page() {
  const { data, error } = await api.users.list.query();
  const queryClient = new QueryClient();
  await queryClient.prefetchQuery(api.users.count.queryOptions());
  return (
    <main>
      <p id="server">{error ? error.code : data.users.map(({ name }) => name).join(", ")}</p>
      <p id="date">{data?.users[0]?.since.getFullYear()}</p>
      <HydrationBoundary state={dehydrate(queryClient)}>
        <UserCount />
      </HydrationBoundary>
      <UserList />
      <CreateUser />
    </main>
  );
}

// "3. Fetching Data with `useQuery`". `initialData` is of the action's output type, where the README has `[]`.
import { api } from "./igniter.client.ts";

export function UsersList() {
  const listUsers = api.users.list.useQuery({
    // Optional configuration for fine-tuning behavior
    initialData: { users: [] }, // Initial data while loading
    initialParams: {}, // Params for query
    staleTime: 1000 * 60, // Data stays fresh for 1 minute
    refetchInterval: 1000 * 30, // Refetch every 30 seconds
    refetchOnWindowFocus: true, // Refetch when window regains focus
    refetchOnMount: true, // Refetch when component mounts
    refetchOnReconnect: true, // Refetch when reconnecting
    onLoading: (isLoading) => console.log("Loading:", isLoading),
    onRequest: (response) => console.log("Data received:", response),
  });

  if (listUsers.isLoading) return <div>Loading...</div>;
  if (listUsers.error) return <div>Error: {listUsers.error.message}</div>;

  return (
    <div>
      {/* `listUsers.data.users` is fully typed from your backend! */}
      {listUsers.data?.users.map((user) => <div key={user.id}>{user.name}</div>)}
    </div>
  );
}

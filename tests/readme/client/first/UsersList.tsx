// Step 3: Fetching Data with `useQuery`
"use client";

import { api } from "./igniter.client.ts";

export function UsersList() {
  const listUsersQuery = api.users.list.useQuery({
    // Type-safe query parameters! TypeScript will show an error
    // if you pass a parameter that doesn't exist or has the wrong type.
    query: { page: 1 },
    // Options for controlling caching and fetching behavior.
    staleTime: 1000 * 60, // Data is considered fresh for 1 minute.
  });

  // Handle loading state
  if (listUsersQuery.isLoading) {
    return <div>Loading users...</div>;
  }

  // Handle error state
  if (listUsersQuery.isError) {
    return <div>Error: {listUsersQuery.error.message}</div>;
  }

  // Data is fully typed based on your server's response.
  // `listUsersQuery.data.users` is known to be an array of users.
  return (
    <div>
      {listUsersQuery.data.users.map((user) => <div key={user.id}>{user.name}</div>)}
    </div>
  );
}

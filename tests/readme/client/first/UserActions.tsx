// Step 5: Manually Invalidating Cache with `useQueryClient`
"use client";

import { useQueryClient } from "./igniter.client.ts";

export function UserActions() {
  const queryClient = useQueryClient();

  const handleRefresh = () => {
    // Invalidate the 'users.list' query.
    // This will cause any active `useQuery` hooks for this key
    // to immediately refetch their data.
    queryClient.invalidate("users.list");
  };

  return (
    <button type="button" onClick={handleRefresh}>
      Refresh User List
    </button>
  );
}

"use client";

import { api } from "../../../igniter.client.ts";

/** The page has fetched it, so the first markup holds it and the browser need not ask. */
export function UserCount() {
  const count = api.users.count.useQuery({ staleTime: 60_000 });
  return <p id="count">{count.data?.users}</p>;
}

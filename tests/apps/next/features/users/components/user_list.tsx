"use client";

import { api } from "../../../igniter.client.ts";

export function UserList() {
  const users = api.users.list.useQuery();
  if (users.isLoading) return <p id="client">Loading...</p>;
  if (users.isError) return <p id="client">{users.error.message}</p>;
  return <p id="client">{users.data.users.map(({ name, since }) => `${name} ${since.getFullYear()}`).join(", ")}</p>;
}

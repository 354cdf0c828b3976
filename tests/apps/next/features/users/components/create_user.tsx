/// <reference lib="dom" />
"use client";

import { useState } from "react";
import { api, useQueryClient } from "../../../igniter.client.ts";

export function CreateUser() {
  const queryClient = useQueryClient();
  const [name, setName] = useState("");
  const create = api.users.create.useMutation({
    onSuccess: () => queryClient.invalidate("users.list"),
  });
  return (
    <form
      onSubmit={async (event) => {
        event.preventDefault();
        await create.mutate({ body: { name } });
      }}
    >
      <input name="name" value={name} onChange={(event) => setName(event.target.value)} />
      <button type="submit" disabled={create.isLoading}>Create</button>
      {create.isError && <p id="error">{create.error.code}</p>}
      {create.isSuccess && <p id="created">{create.data.since instanceof Date ? create.data.name : "no date"}</p>}
    </form>
  );
}

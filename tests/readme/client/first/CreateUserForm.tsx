// Step 4: Modifying Data with `useMutation`. `createdUser` is out of scope in the README: it is the answer's data.
"use client";

import { api } from "./igniter.client.ts";
import { useState } from "react";
import type React from "react";
import type { UserInput } from "../../src/features/user/user.types.ts";

export function CreateUserForm() {
  const [formData, _setFormData] = useState<UserInput>({
    name: "Ada Lovelace",
    email: "ada@example.com",
  });

  const createUserMutation = api.users.create.useMutation({
    onRequest: ({ data, error }) => {
      // This function is called when the mutation is successful.
      // The `createdUser` is the typed output from your server action.
      if (error === null) console.log("Successfully created user:", data.name);
      // Because our server action returns `.revalidate('users.list')`,
      // any component using `api.users.list.useQuery()` will automatically update.
    },
  });

  const handleSubmit = (e: React.FormEvent) => {
    e.preventDefault();

    // The `mutate` function is fully typed.
    // TypeScript will enforce that `body` matches the `UserInput` Zod schema.
    createUserMutation.mutate({ body: formData });
  };

  return (
    <form onSubmit={handleSubmit}>
      {/* ... form inputs for name and email ... */}
      <button type="submit" disabled={createUserMutation.isLoading}>
        {createUserMutation.isLoading ? "Creating..." : "Create User"}
      </button>
    </form>
  );
}

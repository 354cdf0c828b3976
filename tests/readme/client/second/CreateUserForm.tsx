// "4. Modifying Data with `useMutation`"
import { api, useQueryClient } from "./igniter.client.ts";
import type React from "react";

export function CreateUserForm() {
  const _queryClient = useQueryClient();

  const createUser = api.users.create.useMutation({
    // Optional configuration
    defaultValues: { name: "", email: "" },
    onLoading: (isLoading) => console.log("Loading:", isLoading),
    onRequest: (response) => console.log("Created user:", response),
  });

  const handleSubmit = async (e: React.FormEvent) => {
    e.preventDefault();
    // The `body` object is fully typed based on the Zod schema in the backend.
    await createUser.mutate({ body: { name: "John Doe", email: "john@example.com" } });
  };

  return (
    <form onSubmit={handleSubmit}>
      <button type="submit" disabled={createUser.loading}>
        {createUser.loading ? "Creating..." : "Create User"}
      </button>
    </form>
  );
}

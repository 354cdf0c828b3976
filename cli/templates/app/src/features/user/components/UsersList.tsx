import { useState } from "react";
import { FailureNotice } from "../../../components/FailureNotice.tsx";
import { Loading } from "../../../components/Loading.tsx";
import { Paging } from "../../../components/Paging.tsx";
import { api, useQueryClient } from "../../../igniter.client.ts";
import type { User } from "../user.types.ts";

/** Shows the users, page by page. */
export function UsersList() {
  const queryClient = useQueryClient();
  const [page, setPage] = useState(1);
  const users = api.users.list.useQuery({
    query: { page },
    staleTime: 60_000,
    onError: ({ code }) => {
      // The session has ended. Who is signed in is the page's question, so that is what is asked again.
      if (code === "ERR_UNAUTHORIZED") void queryClient.invalidate("sessions.current");
    },
  });

  return (
    <section aria-labelledby="users" aria-busy={users.isFetching}>
      <h2 id="users">
        Everybody {users.data && <span className="count">{users.data.total}</span>}
      </h2>
      {users.isLoading && <Loading label="Loading people" rows={4} />}
      {users.isError && <FailureNotice failure={users.error} isRetrying={users.isFetching} onRetry={users.refetch} />}
      {users.data && (
        <>
          <ul className="rows">
            {users.data.users.map((user) => <UserRow key={user.id} user={user} />)}
          </ul>
          <Paging page={page} pages={users.data.pages} onPage={setPage} />
        </>
      )}
    </section>
  );
}

function UserRow({ user }: { readonly user: User }) {
  return (
    <li className="row">
      <span className="initials" aria-hidden="true">{initials(user.name)}</span>
      <span className="who">
        <strong>{user.name}</strong>
        <span>{user.email}</span>
      </span>
    </li>
  );
}

/** "Ada Lovelace" is AL, "Ada" is A. */
function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  return [words[0], words.length > 1 ? words.at(-1) : undefined]
    .map((word) => [...word ?? ""][0]?.toUpperCase() ?? "")
    .join("");
}

import { ConnectionStatus } from "../components/ConnectionStatus.tsx";
import { FailureNotice } from "../components/FailureNotice.tsx";
import { Loading } from "../components/Loading.tsx";
import { Announcements } from "../features/notification/components/Announcements.tsx";
import { CreateUserForm } from "../features/user/components/CreateUserForm.tsx";
import { SignedIn } from "../features/user/components/SignedIn.tsx";
import { SignInForm } from "../features/user/components/SignInForm.tsx";
import { UsersList } from "../features/user/components/UsersList.tsx";
import { useOwnConnection } from "../features/user/hooks/useOwnConnection.ts";
import { api } from "../igniter.client.ts";

/** The page: for a stranger the sign-in, for a user the people. */
export function App() {
  const session = api.sessions.current.useQuery();
  const user = session.data?.user;
  const connection = useOwnConnection(user && user.id);
  return (
    <>
      <header className="bar">
        <h1>People</h1>
        <ConnectionStatus connection={connection} />
        {user && <SignedIn user={user} />}
      </header>
      <main>
        {session.isLoading && <Loading label="Loading the page" rows={3} />}
        {session.isError && <FailureNotice failure={session.error} onRetry={session.refetch} />}
        {user === null && <SignInForm />}
        {user && (
          <>
            <Announcements />
            <div className="columns">
              <UsersList />
              <CreateUserForm />
            </div>
          </>
        )}
      </main>
    </>
  );
}

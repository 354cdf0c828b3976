import { FailureNotice } from "../components/FailureNotice.tsx";
import { Loading } from "../components/Loading.tsx";
import { CreateUserForm } from "../features/user/components/CreateUserForm.tsx";
import { SignedIn } from "../features/user/components/SignedIn.tsx";
import { SignInForm } from "../features/user/components/SignInForm.tsx";
import { UsersList } from "../features/user/components/UsersList.tsx";
import { api } from "../igniter.client.ts";

/** The page: for a stranger the sign-in, for a user the people. */
export function App() {
  const session = api.sessions.current.useQuery();
  const user = session.data?.user;
  return (
    <>
      <header className="bar">
        <h1>People</h1>
        {user && <SignedIn user={user} />}
      </header>
      <main>
        {session.isLoading && <Loading label="Loading the page" rows={3} />}
        {session.isError && <FailureNotice failure={session.error} onRetry={session.refetch} />}
        {user === null && <SignInForm />}
        {user && (
          <div className="columns">
            <UsersList />
            <CreateUserForm />
          </div>
        )}
      </main>
    </>
  );
}

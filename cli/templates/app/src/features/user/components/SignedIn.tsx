import { Button } from "../../../components/Button.tsx";
import { FailureNotice } from "../../../components/FailureNotice.tsx";
import { api, useQueryClient } from "../../../igniter.client.ts";
import type { User } from "../user.types.ts";

/** Says who is signed in, and signs out. */
export function SignedIn({ user }: { readonly user: User }) {
  const queryClient = useQueryClient();
  const signOut = api.sessions.signOut.useMutation({
    onSuccess: async () => {
      queryClient.set("sessions.current", undefined, { user: null });
      // Whoever signs in next may not be allowed to see what this user has seen.
      await queryClient.remove("users");
    },
  });
  return (
    <div className="account">
      <span>{user.name}</span>
      <Button type="button" className="quiet" isOff={signOut.isLoading} onClick={() => signOut.mutate()}>
        Sign out
      </Button>
      {signOut.isError && <FailureNotice failure={signOut.error} />}
    </div>
  );
}

import { Button } from "../../../components/Button.tsx";
import { FailureNotice } from "../../../components/FailureNotice.tsx";
import { Field } from "../../../components/Field.tsx";
import { type FieldErrors, Form, toFieldErrors } from "../../../components/Form.tsx";
import { api, useQueryClient } from "../../../igniter.client.ts";
import { DEMO_USER } from "../user.demo.ts";

const NO_ERRORS: FieldErrors = {};

/** Signs in. */
export function SignInForm() {
  const queryClient = useQueryClient();
  const signIn = api.sessions.signIn.useMutation({
    // The answer says who it is: no need to ask.
    onSuccess: ({ user }) => queryClient.set("sessions.current", undefined, { user }),
  });
  const { error } = signIn;
  const errors = error?.code === "ERR_VALIDATION" ? toFieldErrors(error.data.issues) : NO_ERRORS;

  return (
    <section className="card narrow">
      <h2 id="sign-in">Sign in</h2>
      <Form
        labelledBy="sign-in"
        errors={errors}
        onSubmit={({ email = "", password = "" }) => signIn.mutate({ body: { email, password } })}
      >
        <Field
          label="Email"
          name="email"
          type="email"
          autoComplete="username"
          defaultValue={DEMO_USER.email}
          error={errors["email"]}
        />
        <Field
          label="Password"
          name="password"
          type="password"
          autoComplete="current-password"
          defaultValue={DEMO_USER.password}
          hint={`The demo's user, ${DEMO_USER.name}, is filled in.`}
          error={errors["password"]}
        />
        {error && error.code !== "ERR_VALIDATION" && <FailureNotice failure={error} />}
        <Button type="submit" isOff={signIn.isLoading}>{signIn.isLoading ? "Signing in…" : "Sign in"}</Button>
      </Form>
    </section>
  );
}

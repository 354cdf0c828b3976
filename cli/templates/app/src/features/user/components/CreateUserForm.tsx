import { Button } from "../../../components/Button.tsx";
import { FailureNotice } from "../../../components/FailureNotice.tsx";
import { Field } from "../../../components/Field.tsx";
import { type FieldErrors, Form, toFieldErrors } from "../../../components/Form.tsx";
import { api } from "../../../igniter.client.ts";

const NO_ERRORS: FieldErrors = {};

/** Creates a user. The server tells all open lists, that of this page too: there is nothing to do for it here. */
export function CreateUserForm() {
  const create = api.users.create.useMutation();
  const mail = api.users.welcome.useJob();
  const { error } = create;
  const errors = fieldErrors();

  /** The code tells the type of the data. */
  function fieldErrors(): FieldErrors {
    switch (error?.code) {
      case "ERR_VALIDATION":
        return toFieldErrors(error.data.issues);
      case "ERR_CONFLICT":
        return { email: error.message };
      default:
        return NO_ERRORS;
    }
  }

  const submit = async (values: Record<string, string>, reset: () => void) => {
    const { name = "", email = "", password } = values;
    const { data } = await create.mutate({ body: { name, email, password: password || undefined } });
    if (!data) return;
    reset();
    // Not waited for: the user is created, whatever becomes of the email.
    void mail.start({ params: { id: data.id } });
  };

  return (
    <section className="card">
      <h2 id="create-user">Add a person</h2>
      <Form labelledBy="create-user" errors={errors} onSubmit={submit}>
        <Field label="Name" name="name" autoComplete="off" error={errors["name"]} />
        <Field label="Email" name="email" type="email" autoComplete="off" error={errors["email"]} />
        <Field
          label="Password"
          name="password"
          type="password"
          autoComplete="new-password"
          hint="Without one they are listed but cannot sign in."
          error={errors["password"]}
        />
        {error && errors === NO_ERRORS && <FailureNotice failure={error} />}
        <Button type="submit" isOff={create.isLoading}>{create.isLoading ? "Adding…" : "Add"}</Button>
        <p role="status" className="done">
          {create.isSuccess && `${create.data.name} was added. ${progressOf(mail)}`}
        </p>
      </Form>
    </section>
  );
}

/** What becomes of the welcome email. */
function progressOf(mail: ReturnType<typeof api.users.welcome.useJob>): string {
  switch (mail.status) {
    case "idle":
      return "";
    case "waiting":
      return "The welcome email waits to be sent.";
    case "active":
      return `The welcome email is being sent: ${mail.progress?.percent ?? 0} %.`;
    case "completed":
      return "The welcome email was sent.";
    case "cancelled":
    case "failed":
      return "The welcome email was not sent.";
  }
}

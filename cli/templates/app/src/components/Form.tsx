/// <reference lib="dom" />
import { type FormEvent, type ReactNode, useEffect, useRef } from "react";

/** Messages by the name of their field. */
export type FieldErrors = Readonly<Record<string, string | undefined>>;

/** An issue of `ERR_VALIDATION`. */
interface Issue {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

interface FormProps {
  /** The id of what names the form. */
  readonly labelledBy: string;
  /** Its errors, as they came: the first wrong field gets the focus. */
  readonly errors: FieldErrors;
  readonly children: ReactNode;
  /** Gets what was entered, and how to empty the form. */
  readonly onSubmit: (values: Record<string, string>, reset: () => void) => void;
}

/** A form whose server says what is wrong: the browser does not check it, so there is one set of rules and messages. */
export function Form({ labelledBy, errors, children, onSubmit }: FormProps) {
  const form = useRef<HTMLFormElement>(null);
  const isWrong = Object.keys(errors).length > 0;
  useEffect(() => {
    if (isWrong) form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [isWrong]);

  const handleSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const { currentTarget } = event;
    const values = [...new FormData(currentTarget)].map(([name, value]) => [name, String(value)]);
    onSubmit(Object.fromEntries(values), () => currentTarget.reset());
  };

  return <form ref={form} aria-labelledby={labelledBy} noValidate onSubmit={handleSubmit}>{children}</form>;
}

/** Gives each field the first message about it. */
export function toFieldErrors(issues: readonly Issue[]): FieldErrors {
  const errors: Record<string, string> = {};
  for (const { path: [name], message } of issues) {
    if (name !== undefined) errors[name] ??= message;
  }
  return errors;
}

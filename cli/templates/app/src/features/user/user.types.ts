import { z } from "zod";

/** A user, as clients see him. What an action answers is held to it by `output`. */
export const User = z.object({ id: z.string(), name: z.string(), email: z.string() });
export type User = z.infer<typeof User>;

const email = z.email("Invalid email address.").max(254).toLowerCase();
const password = z.string().min(8, "Password must be at least 8 characters long.").max(200);

/** What creates a user. */
export const UserInput = z.object({
  name: z.string().min(2, "Name must be at least 2 characters long.").max(100),
  email,
  /** Without one the user is listed but cannot sign in. */
  password: password.optional(),
});
export type UserInput = z.infer<typeof UserInput>;

/** What begins a session. */
export const SignInInput = z.object({ email, password });
export type SignInInput = z.infer<typeof SignInInput>;

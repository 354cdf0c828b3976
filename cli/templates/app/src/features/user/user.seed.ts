import { database } from "../../services/database.ts";
import type { User } from "../../services/database.types.ts";
import { hashPassword } from "../../services/password.ts";
import { DEMO_USER } from "./user.demo.ts";

/** Creates the demo's user, unless another process with the same database has. */
export async function createDemoUser(): Promise<User> {
  const { name, email, password } = DEMO_USER;
  const user = await database.user.create({ data: { name, email } }) ??
    await database.user.findUnique({ where: { email } });
  if (user === undefined) throw new Error("Cannot create the demo user: the email address is taken");
  await database.credential.set(user.id, await hashPassword(password));
  return user;
}
